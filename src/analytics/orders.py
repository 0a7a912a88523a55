"""What becomes of orders: the states they are in, how long they were in each, and what an order comes to."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.mart import View
from analytics.mart_sql import MACHINES
from analytics.periods import Period, Ratio
from analytics.sales import SalesBucket, sales_total


@dataclass(frozen=True, kw_only=True)
class StateTime:
    """How long orders, deliveries or returns are in a state."""

    kind: str
    """``order``, ``delivery`` or ``return``."""
    state: str
    entered: int
    """How often one came into the state."""
    now: int
    """How many are in it."""
    left: int
    """How often one left it again."""
    micros: int
    """How long those that left it had been in it, all together, in microseconds."""

    @property
    def mean_hours(self) -> Ratio:
        """How long one is in it on average before it leaves; 0 where none left."""
        return Ratio(self.micros, self.left * 3_600_000_000)


@dataclass(frozen=True, kw_only=True)
class Lifecycle:
    """What became of what began in a period."""

    sales: SalesBucket
    """What was sold, with the average order."""
    states: tuple[StateTime, ...]
    """Every state, by kind in the order of their machines."""

    def now(self, kind: str = "order") -> dict[str, int]:
        """Count by state what is in it."""
        return {each.state: each.now for each in self.states if each.kind == kind}


def order_lifecycle(view: View, period: Period) -> Lifecycle:
    """Tell what became of the orders, deliveries and returns that began in a period.

    An order begins with its first event but a cart's; a cart is no order yet.
    """
    rows = view.rows(
        """
        WITH moved AS (
            SELECT machine, record, state, occurred, id, day, lag(state) OVER moves AS before
            FROM step WHERE state <> 'cart' WINDOW moves AS (PARTITION BY machine, record ORDER BY occurred, id)
        ),
        entered AS (
            SELECT machine, record, state, occurred, lead(occurred) OVER moves AS beyond, min(day) OVER whole AS began
            FROM moved WHERE before IS NULL OR before <> state
            WINDOW moves AS (PARTITION BY machine, record ORDER BY occurred, id), whole AS (PARTITION BY machine, record)
        )
        SELECT machine, state, count(*), count(beyond), coalesce(sum(beyond - occurred), 0)
        FROM entered WHERE began BETWEEN $first AND $last GROUP BY machine, state
        """,
        **period.days,
    )
    found = {(kind, state): sums for kind, state, *sums in rows}
    states = tuple(
        StateTime(
            kind=machine.kind,
            state=state,
            entered=entered,
            now=entered - left,
            left=left,
            micros=int(micros),
        )
        for machine in MACHINES
        for state in machine.states
        if state != "cart"
        for entered, left, micros in [found.get((machine.kind, state), (0, 0, 0))]
    )
    return Lifecycle(sales=sales_total(view, period), states=states)
