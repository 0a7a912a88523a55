"""Auctions and orders share wallets, shelves and counters: nothing is spent twice, nobody waits in a circle."""

import threading
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from tests.commerce.auctions.floor import LENGTH, Floor
from tests.commerce.concurrency import at_once
from tests.commerce.shop import ADMIN

from commerce import wallet
from commerce.auctions import bidding, closing
from commerce.orders import cart, completion
from commerce.orders.checkout import checkout, place
from commerce.orders.lines import OrderedLine
from commerce.records.actors import Actor
from commerce.records.doctor import examine
from commerce.records.errors import InsufficientFunds


def check_out(floor: Floor, who: Actor, variant: UUID) -> UUID:
    """Buy something from the shelf by wallet."""
    with floor.shop.work(who) as work:
        cart.add(work, variant)
    with floor.shop.work(who) as work:
        return checkout(work, "wallet")


def test_one_wallet_pays_for_two_auctions_or_an_order_but_never_twice(floor: Floor) -> None:
    (ann,) = floor.bidders(1, money=3_000)
    variant = floor.shop.variant(2_100)
    first, second = floor.live(), floor.live(buy_now=2_000)
    results = at_once(
        partial(floor.bid, first, ann, 2_000),
        partial(floor.buy, second, ann),
        partial(check_out, floor, ann, variant),
    )
    assert [isinstance(result, InsufficientFunds) for result in results].count(True) == 2
    assert ann.customer_id is not None
    with floor.shop.look(ann) as work:
        seen = wallet.view(work, ann.customer_id)
    assert seen.balance + seen.held == 3_000
    assert seen.held > 0


def test_a_wallet_knows_what_is_held_from_the_bid_to_the_order(floor: Floor) -> None:
    (ann,) = floor.bidders(1, money=5_000)
    assert ann.customer_id is not None
    auction = floor.live()

    def seen() -> tuple[int, int]:
        assert ann.customer_id is not None
        with floor.shop.look(ann) as work:
            view = wallet.view(work, ann.customer_id)
        return view.balance, view.held

    floor.bid(auction, ann, 4_000)
    assert seen() == (1_000, 4_000)
    order = floor.close(auction)
    assert seen() == (4_000, 1_000)
    assert order is not None
    with floor.shop.work(ADMIN) as work:
        completion.cancel(work, order)
    assert seen() == (5_000, 0)
    assert (floor.on_hand(), floor.shop.holds("held", order.hex)) == (50, 0)


def test_the_doctor_finds_nothing_after_auctions_of_every_end(floor: Floor) -> None:
    ann, bob = floor.bidders(2)
    sold, unsold, bought = floor.live(), floor.live(reserve=9_000), floor.live(buy_now=5_000)
    for auction in (sold, unsold):
        floor.bid(auction, ann, 2_000)
        floor.bid(auction, bob, 3_000, LENGTH - 1)
    floor.buy(bought, ann)
    for auction in (sold, unsold, bought):
        floor.close(auction, 2 * LENGTH)
    with floor.shop.look() as work:
        assert examine(work.connection, floor.shop.tenant) == []


@pytest.mark.parametrize("careful", [True, False])
def test_who_buys_at_once_and_orders_at_once_would_wait_in_a_circle_without_care(
    postgres_floor: Floor, monkeypatch: pytest.MonkeyPatch, careful: bool
) -> None:
    """An order takes its number, then locks the wallet: a purchase must not do it the other way round."""
    floor = postgres_floor
    (ann,) = floor.bidders(1)
    assert ann.customer_id is not None
    customer = ann.customer_id
    auction, variant = floor.live(buy_now=2_000), floor.shop.variant(100)
    met = threading.Barrier(2)

    def meet() -> None:
        with suppress(threading.BrokenBarrierError):
            met.wait(timeout=0.5 if careful else 30)

    def late(*args: Any, **options: Any) -> UUID:
        meet()
        return closing.hand_over(*args, **options)

    monkeypatch.setattr(bidding, "hand_over", late)
    if not careful:
        monkeypatch.setattr(bidding, "reserve_numbers", lambda *args: 0)

    def order() -> UUID:
        with floor.shop.work(ann) as work:
            place(work, [OrderedLine(variant, 1)], customer, "cash_on_delivery")
            meet()
            return place(work, [OrderedLine(variant, 1)], customer, "wallet")

    circles: list[Exception] = []

    def guarded(act: Any) -> Any:
        from sqlalchemy.exc import OperationalError

        try:
            return act()
        except OperationalError as error:
            circles.append(error)
            return error

    at_once(partial(guarded, partial(floor.buy, auction, ann)), partial(guarded, order))
    assert len(circles) == (0 if careful else 1)
