"""Bidding: the price is the pure function of what was accepted, and only the leader's maximum is held."""

import random
import threading
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from tests.commerce.auctions.floor import (
    EUROS,
    LENGTH,
    Floor,
    at,
    broken_at_every_statement,
)
from tests.commerce.concurrency import at_once
from tests.commerce.shop import ADMIN

from commerce.auctions import auction_rows, bidding
from commerce.auctions.pricing import AuctionState, placed
from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.errors import (
    Conflict,
    Expired,
    Forbidden,
    IllegalMove,
    InsufficientFunds,
    RecordError,
)
from commerce.records.prepared import Prepared

OFFERS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(800, 6_000), st.integers(1, 9)), max_size=8
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(offers=OFFERS, reserve=st.none() | st.integers(1_000, 5_000))
def test_after_any_bids_price_leader_and_hold_are_those_of_the_pure_function(
    floor: Floor, offers: list[tuple[int, int, int]], reserve: int | None
) -> None:
    people = floor.bidders(3, money=5_000)
    auction = floor.live(reserve=reserve)
    now = AuctionState(1_000, EUROS, reserve)
    for sequence, (who, maximum, seconds) in enumerate(offers):
        bidder = people[who]
        mine = now.leader is not None and now.leader.bidder == bidder.customer_id
        least = now.least_admissible(bidder.customer_id)
        if mine and now.leader is not None:
            least = max(least, now.leader.maximum + 1)
        if not least <= maximum <= 5_000:
            with pytest.raises((Conflict, InsufficientFunds)):
                floor.bid(auction, bidder, maximum, seconds)
        else:
            offer = placed(now, bidder.customer_id, maximum, at(seconds), sequence)
            now = now.after(offer)
            outcome = floor.bid(auction, bidder, maximum, seconds)
            assert (outcome.leads, outcome.price) == (now.leader is offer, now.price)
        held = now.leader.maximum if now.leader else 0
        assert floor.held(auction) == held
        leader = now.leader.bidder if now.leader else None
        assert [floor.wallet(one) for one in people] == [
            5_000 - held * (one.customer_id == leader) for one in people
        ]
        folded = floor.folded(auction, reserve=reserve)
        assert (folded.price, folded.leader and folded.leader.bidder) == (now.price, leader)
        assert floor.view(auction).price == now.price


def test_the_words_say_who_leads_who_was_outbid_and_what_was_set_aside(floor: Floor) -> None:
    ann, bob = floor.bidders(2)
    auction = floor.live()
    before = len(floor.shop.events())
    floor.bid(auction, ann, 3_000)
    floor.bid(auction, bob, 2_000)
    floor.bid(auction, bob, 4_000)
    table = schema.event.c
    columns = (table.type, table.customer_id, table.amount_minor, table.value, table.seller_id)
    with floor.shop.look() as work:
        emitted = work.connection.execute(select(*columns).order_by(table.id)).all()[before:]
    seller = floor.seller.user_id
    assert emitted == [
        ("auction.bid", ann.customer_id, 1_000, 3_000, seller),
        ("wallet.held", ann.customer_id, 3_000, None, None),
        ("auction.bid", bob.customer_id, 1_050, 2_000, seller),
        ("auction.outbid", bob.customer_id, 2_050, None, seller),
        ("auction.bid", bob.customer_id, 2_100, 4_000, seller),
        ("auction.outbid", ann.customer_id, 3_100, None, seller),
        ("wallet.released", ann.customer_id, 3_000, None, None),
        ("wallet.held", bob.customer_id, 4_000, None, None),
    ]


def test_a_raise_of_ones_own_moves_only_the_difference_and_never_the_price(floor: Floor) -> None:
    (ann,) = floor.bidders(1, money=13_000)
    auction = floor.live()
    assert floor.bid(auction, ann, 10_000).price == 1_000
    assert floor.bid(auction, ann, 13_000).price == 1_000
    postings = schema.posting.c
    with floor.shop.look() as work:
        amounts = work.connection.execute(
            select(postings.amount).where(postings.asset == "EUR").order_by(postings.id)
        ).scalars()
        assert list(amounts)[-2:] == [10_000, 3_000]
    assert (floor.held(auction), floor.wallet(ann)) == (13_000, 0)
    with pytest.raises(Conflict, match=r"bid must be 130\.01 EUR or more; got 130\.00 EUR"):
        floor.bid(auction, ann, 13_000)


def test_who_is_outbid_has_the_money_back_in_the_same_moment(floor: Floor) -> None:
    ann, bob = floor.bidders(2, money=2_000)
    auction = floor.live()
    floor.bid(auction, ann, 1_500)
    assert floor.wallet(ann) == 500
    floor.bid(auction, bob, 2_000)
    assert (floor.wallet(ann), floor.wallet(bob), floor.held(auction)) == (2_000, 0, 2_000)


def test_a_bid_that_is_too_low_is_refused_and_changes_nothing(floor: Floor) -> None:
    ann, bob = floor.bidders(2)
    auction = floor.live()
    before = floor.state()
    with pytest.raises(Conflict, match=r"bid must be 10\.00 EUR or more; got 9\.99 EUR"):
        floor.bid(auction, ann, 999)
    assert floor.state() == before
    floor.bid(auction, ann, 3_000)
    before = floor.state()
    with pytest.raises(Conflict, match=r"bid must be 10\.50 EUR or more; got 10\.49 EUR"):
        floor.bid(auction, bob, 1_049, LENGTH - 1)
    assert floor.state() == before


@pytest.mark.parametrize("led", [False, True])
def test_a_bid_that_the_wallet_does_not_cover_is_refused_and_changes_nothing(
    floor: Floor, led: bool
) -> None:
    (ann,) = floor.bidders(1)
    (poor,) = floor.bidders(1, money=1_999)
    auction = floor.live()
    if led:
        floor.bid(auction, ann, 3_000)
    before = floor.state()
    with pytest.raises(InsufficientFunds, match="wallet must hold what is taken from it; got 2000"):
        floor.bid(auction, poor, 2_000)
    assert floor.state() == before


def test_only_a_customer_with_a_location_who_is_not_the_seller_may_bid(floor: Floor) -> None:
    auction = floor.live(buy_now=5_000)
    seller = floor.seller
    assert seller.customer_id is not None
    floor.shop.top_up(seller.customer_id, 9_000)
    before = floor.state()
    strangers: list[tuple[Actor, type[Exception]]] = [
        (seller, Forbidden),
        (Actor("user", seller.user_id, seller.customer_id), Conflict),
        (Actor("user", None, seller.customer_id), Conflict),
        (Actor("admin", seller.user_id, floor.bidders(1)[0].customer_id), Conflict),
        (Actor("delivery"), Forbidden),
        (ADMIN, Forbidden),
        (floor.shop.buyer(9_000, located=False), RecordError),
    ]
    before = floor.state()
    for who, error in strangers:
        with pytest.raises(error):
            floor.bid(auction, who, 2_000)
        with pytest.raises(error):
            floor.buy(auction, who)
    assert floor.state() == before


def test_an_auction_takes_bids_only_while_it_is_live(floor: Floor) -> None:
    (ann,) = floor.bidders(1)
    for auction in (floor.draft(), floor.scheduled()):
        with pytest.raises(IllegalMove, match=r"auction\.bid; got '(draft|scheduled)'"):
            floor.bid(auction, ann, 2_000)
    auction = floor.live()
    with pytest.raises(Expired, match="bid must come before the auction's end"):
        floor.bid(auction, ann, 2_000, LENGTH)
    floor.close(auction)
    with pytest.raises(IllegalMove, match="got 'unsold'"):
        floor.bid(auction, ann, 2_000, 1)
    assert floor.wallet(ann) == 10_000_000


def test_a_maximum_beyond_all_bounds_is_refused(floor: Floor) -> None:
    (ann,) = floor.bidders(1)
    with pytest.raises(RecordError, match="maximum must be at most"):
        floor.bid(floor.live(), ann, 10**30)


def test_a_bid_exactly_at_the_window_moves_the_end_and_one_before_it_does_not(floor: Floor) -> None:
    window = floor.shop.tenant.settings.get("extension_seconds", 120)
    ann, bob = floor.bidders(2)
    auction = floor.live()
    assert floor.bid(auction, ann, 2_000, LENGTH - window - 0.000001).ends_at == at(LENGTH)
    assert "auction.extended" not in floor.shop.events()
    assert floor.bid(auction, bob, 3_000, LENGTH - window).ends_at == at(LENGTH + window)
    assert floor.shop.events("auction.extended") == ["auction.extended"]
    assert floor.view(auction).ends_at == at(LENGTH + window)
    with pytest.raises(Conflict, match="auction must have ended to be closed"):
        floor.close(auction, LENGTH)
    with pytest.raises(Conflict):
        floor.bid(auction, ann, 2_000, LENGTH + window - 1)
    assert floor.view(auction).ends_at == at(LENGTH + window)


def test_late_bids_move_the_end_only_as_often_as_the_shop_allows(floor: Floor) -> None:
    people = floor.bidders(2)
    auction = floor.live()
    ends = LENGTH
    for number in range(12):
        outcome = floor.bid(auction, people[number % 2], 2_000 + 500 * number, ends - 1)
        ends += 120 * (number < 10)
        assert outcome.ends_at == at(ends)
    assert floor.view(auction).extensions_left == 0
    with pytest.raises(Expired):
        floor.bid(auction, people[0], 90_000, ends)


def test_twenty_equal_bids_at_once_leave_one_leader(floor: Floor) -> None:
    people = floor.bidders(20, money=5_000)
    auction = floor.live()
    results = at_once(*[partial(floor.bid, auction, who, 5_000) for who in people])
    assert [getattr(result, "leads", False) for result in results].count(True) == 1
    assert all(isinstance(result, (bidding.Outcome, Conflict)) for result in results)
    assert floor.held(auction) == 5_000
    assert sorted(floor.wallet(who) for who in people) == [0] + [5_000] * 19
    folded = floor.folded(auction)
    assert folded.leader is not None
    assert [who.customer_id for who in people if not floor.wallet(who)] == [folded.leader.bidder]


def test_bids_that_race_leave_what_the_pure_function_makes_of_those_accepted(floor: Floor) -> None:
    people = floor.bidders(6)
    auction = floor.live()
    rng = random.Random(7)
    plans = [[rng.randrange(1_000, 40_000) for _ in range(6)] for _ in people]

    def go(who: Actor, maxima: list[int]) -> None:
        for maximum in maxima:
            with suppress(Conflict):
                floor.bid(auction, who, maximum, rng.random())

    at_once(*[partial(go, who, maxima) for who, maxima in zip(people, plans, strict=True)])
    folded, seen = floor.folded(auction), floor.view(auction)
    assert folded.leader is not None
    assert folded.leader.maximum == max(bid.maximum for bid in floor.recorded(auction))
    assert seen.price == folded.price
    assert floor.held(auction) == folded.leader.maximum
    free = {who.customer_id: floor.wallet(who) for who in people}
    assert free == dict.fromkeys(free, 10_000_000) | {
        folded.leader.bidder: 10_000_000 - folded.leader.maximum
    }


@pytest.mark.parametrize("locks", [True, False])
def test_without_the_lock_on_the_auction_two_bidders_would_both_lead(
    postgres_floor: Floor, monkeypatch: pytest.MonkeyPatch, locks: bool
) -> None:
    """Both read how the auction stands before either writes, if nothing keeps them apart."""
    floor = postgres_floor
    people = floor.bidders(2)
    auction = floor.live()
    read = auction_rows.states_of
    both = threading.Barrier(2)

    def slowly(*args: Any) -> Any:
        found = read(*args)
        with suppress(threading.BrokenBarrierError):
            both.wait(timeout=0.5 if locks else 30)
        return found

    monkeypatch.setattr(bidding, "states_of", slowly)
    if not locks:
        weak = auction_rows._LOCKED.statement.with_for_update(
            read=True, key_share=True, of=schema.auction
        )
        monkeypatch.setattr(auction_rows, "_LOCKED", Prepared(weak))
    results = at_once(*[partial(floor.bid, auction, who, 5_000) for who in people])
    leaders = [getattr(result, "leads", False) for result in results].count(True)
    assert (leaders, floor.held(auction)) == ((1, 5_000) if locks else (2, 10_000))


def test_one_wallet_cannot_lead_two_auctions_with_the_same_money(floor: Floor) -> None:
    (ann,) = floor.bidders(1, money=3_000)
    auctions = [floor.live(), floor.live(), floor.live()]
    results = at_once(*[partial(floor.bid, auction, ann, 2_000) for auction in auctions])
    assert [isinstance(result, InsufficientFunds) for result in results].count(True) == 2
    assert sorted(floor.held(auction) for auction in auctions) == [0, 0, 2_000]
    assert floor.wallet(ann) == 1_000


def test_two_who_outbid_each_other_in_two_auctions_never_wait_in_a_circle(floor: Floor) -> None:
    ann, bob = floor.bidders(2)
    first, second = floor.live(), floor.live()
    floor.bid(first, ann, 1_000)
    floor.bid(second, bob, 1_000)
    for number in range(2, 8):
        maximum = 1_000 * number
        at_once(
            *[
                partial(floor.bid, first, (ann, bob)[number % 2], maximum),
                partial(floor.bid, second, (bob, ann)[number % 2], maximum),
            ]
        )
    assert (floor.held(first), floor.held(second)) == (7_000, 7_000)


def test_a_bid_that_breaks_off_after_any_statement_leaves_nothing(floor: Floor) -> None:
    ann, bob = floor.bidders(2)
    auction = floor.live()
    floor.bid(auction, ann, 2_000)
    before = floor.state()
    number = broken_at_every_statement(floor, partial(floor.bid, auction, bob, 3_000, LENGTH - 1))
    assert floor.state() != before
    assert number >= 6


def test_a_bid_costs_as_much_after_thirty_bids_as_after_one(floor: Floor) -> None:
    people = floor.bidders(2)
    auction = floor.live()
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    costs = []
    for number in range(30):
        statements.clear()
        event.listen(floor.engine, "before_cursor_execute", note)
        floor.bid(auction, people[number % 2], 1_000 + 500 * number)
        event.remove(floor.engine, "before_cursor_execute", note)
        costs.append(len(statements))
    assert costs[1] == costs[-1]
    assert costs[-1] <= 11
