"""Events that other systems tell of: kept once, about whom the shop knows, and by whom may tell."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import Engine
from tests.commerce.shop import NOW, make_shop

from commerce.records.errors import Forbidden, NotFound, RecordError
from commerce.records.instants import DAY, to_micros
from commerce.tracking import list_events, track


def test_an_event_is_kept_once_under_its_key_with_both_times(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    customer = shop.buyer().customer_id
    then = to_micros(NOW) - 40 * DAY
    with shop.work() as work:
        first, second = (
            track(work, "cart.opened", then, customer_id=customer, source_key="k") for _ in range(2)
        )
        listed = list_events(work, customer_id=customer, event_type="cart.opened")
    assert first == second
    assert listed == (1, [first])
    assert (to_micros(first.occurred_at), first.recorded_at) == (then, NOW)


def test_what_is_to_come_unknown_or_not_ones_to_tell_is_refused(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    now = to_micros(NOW)
    with shop.work() as work:
        with pytest.raises(RecordError, match="occurred_at must not be to come; got"):
            track(work, "stock.low", now + 1)
        with pytest.raises(NotFound):
            track(work, "cart.opened", now, customer_id=uuid.uuid4())
        with pytest.raises(RecordError, match=r"cart\.opened must be about a customer; got none"):
            track(work, "cart.opened", now)
    with shop.work(shop.seller()) as work:
        for act in (lambda: track(work, "stock.low", now), lambda: list_events(work)):
            with pytest.raises(Forbidden):
                act()
