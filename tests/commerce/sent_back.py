"""Returns on their way to a decision, and points that a seller at fault may lose."""

from __future__ import annotations

from uuid import UUID

from tests.commerce.delivery.journeys import courier_of
from tests.commerce.shop import Shop

from commerce.records.actors import SYSTEM, Actor
from commerce.records.machine import fire
from commerce.records.states import POINTS
from commerce.returns import inspect, receive, request
from commerce.rewards import earn_event


def asked(
    shop: Shop,
    buyer: Actor,
    order: UUID,
    quantity: int = 1,
    *,
    position: int = 1,
    reason: str = "wrong_size",
    days: float = 0,
) -> UUID:
    """Ask to send goods back."""
    with shop.work(buyer, days=days) as work:
        return request(work, order, position, quantity, reason)


def inspected(
    shop: Shop,
    buyer: Actor,
    order: UUID,
    quantity: int = 1,
    *,
    received: int | None = None,
    condition: str = "new",
    at_fault: bool = False,
) -> UUID:
    """A return that waits for a decision."""
    returned = asked(shop, buyer, order, quantity)
    courier = courier_of(shop)
    with shop.work(courier) as work:
        receive(work, returned, quantity if received is None else received)
    with shop.work(courier) as work:
        inspect(work, returned, condition, seller_at_fault=at_fault)
    return returned


def rewarded(shop: Shop, seller: Actor, points: int) -> None:
    """Give a seller points."""
    assert seller.user_id is not None
    with shop.work(SYSTEM) as work:
        fire(
            work,
            POINTS,
            seller.user_id,
            earn_event(work, seller.user_id, points, "order_completed"),
        )
