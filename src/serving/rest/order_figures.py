"""Figures of orders over HTTP: their states now, how long they were in each, the average order."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from serving.rest.deps import Asking, Resource, cached
from serving.rest.figures import (
    Figures,
    Money,
    PeriodFigures,
    Share,
    Within,
    ask_within,
    example,
    tell,
)

router = Resource("analytics", "/api", "orders")


class StateFigures(Figures):
    """How long orders, deliveries or returns are in a state."""

    model_config = example(kind="order", state="paid", entered=12, now=2, left=10, mean_hours=20.5)

    kind: str = Field(description="`order`, `delivery` or `return`.")
    state: str
    entered: int
    now: int
    left: int
    mean_hours: Share = Field(description="Of those that left it again; 0 where none did.")


class OrderAnalytics(PeriodFigures):
    """What became of the orders, deliveries and returns that began in some days."""

    orders: int = Field(description="Placed and not called off.")
    orders_called_off: int
    average_order_value: Money
    statuses: Mapping[str, int] = Field(description="How many orders are in each state.")
    time_in_state: list[StateFigures]


@router.get("/orders/analytics", summary="What became of orders")
@router.get("/analytics/order-lifecycle", summary="What became of orders")
@cached
def read_order_analytics(desk: Asking, days: Within) -> OrderAnalytics:
    """Time in state by the events of each order."""
    answer, period = ask_within(desk, "order_lifecycle", days)
    found = answer.result
    return tell(
        OrderAnalytics,
        answer,
        period,
        orders=found.sales.orders,
        orders_called_off=found.sales.orders_called_off,
        average_order_value=found.sales.average_order,
        statuses=found.now(),
        time_in_state=found.states,
    )
