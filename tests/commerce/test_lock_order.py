"""Two works that lock the same accounts never wait for each other in a circle, whichever account is older."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, literal_column, text
from sqlalchemy.exc import OperationalError
from tests.commerce.delivery.journeys import delivered, placed
from tests.commerce.sent_back import inspected, rewarded
from tests.commerce.shop import Shop, make_shop

from commerce import returns
from commerce.orders.checkout import place
from commerce.orders.completion import cancel, complete
from commerce.orders.lines import OrderedLine
from commerce.payments import intents
from commerce.records import ledger
from commerce.records.actors import SYSTEM
from commerce.records.database import reading
from commerce.returns import approve

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")


@pytest.fixture(params=[True, False], ids=["careful", "careless"])
def careful(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
    """Whether goods are locked before money and money before points, or what is older first."""
    if not request.param:
        monkeypatch.setattr(ledger, "_RANK", literal_column("account.id"))
    ledger._find.cache_clear()
    yield bool(request.param)
    ledger._find.cache_clear()


def meet(
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    pause: tuple[object, str],
    first: Callable[[], object],
    second: Callable[[], object],
) -> int:
    """Stop the first where it calls a function, till the second waits for it; count who was thrown out."""
    owner, name = pause
    inner: Callable[..., Any] = getattr(owner, name)
    reached = threading.Event()

    def late(*given: Any, **named: Any) -> Any:
        reached.set()
        for _ in range(3000):
            with reading(engine) as connection:
                if connection.execute(WAITING).scalar_one():
                    return inner(*given, **named)
            time.sleep(0.01)
        raise TimeoutError

    monkeypatch.setattr(owner, name, late)
    circles: list[OperationalError] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except OperationalError as error:
            circles.append(error)

    threads = [threading.Thread(target=run, args=[act]) for act in (first, second)]
    threads[0].start()
    assert reached.wait(30)
    threads[1].start()
    for thread in threads:
        thread.join()
    return len(circles)


def test_who_cancels_and_orders_at_once_the_shelf_being_newer_than_the_wallet(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch, careful: bool
) -> None:
    shop = make_shop(postgres_engine)
    buyer = shop.buyer(5000)
    customer = buyer.customer_id
    assert customer is not None
    variant = shop.variant()
    order = placed(shop, buyer, (variant, 1))

    def call_off() -> None:
        with shop.work(buyer) as work:
            cancel(work, order)

    def buy() -> None:
        with shop.work(buyer) as work:
            place(work, [OrderedLine(variant, 1)], customer, "wallet")

    circles = meet(postgres_engine, monkeypatch, (intents, "void"), call_off, buy)
    assert circles == (0 if careful else 1)


def test_a_seller_is_paid_and_fined_at_once_the_wallet_being_newer_than_the_points(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch, careful: bool
) -> None:
    shop = make_shop(postgres_engine)
    buyer, seller = shop.buyer(), shop.seller()
    rewarded(shop, seller, 100)
    variant = shop.variant(seller=seller)
    orders = [delivered(shop, buyer, (variant, 1), method="cash_on_delivery") for _ in range(2)]

    def end(shop: Shop, place: int) -> None:
        with shop.work(SYSTEM, days=3) as work:
            complete(work, orders[place])

    end(shop, 0)
    returned = inspected(shop, buyer, orders[0], at_fault=True)

    def fine() -> None:
        with shop.work(days=4) as work:
            approve(work, returned)

    circles = meet(
        postgres_engine, monkeypatch, (returns, "deduct_event"), fine, lambda: end(shop, 1)
    )
    assert circles == (0 if careful else 1)
