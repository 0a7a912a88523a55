from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.auctions.pricing import (
    EBAY,
    AuctionState,
    Bands,
    Bid,
    placed,
    state_of,
)
from commerce.records.errors import RecordError

DOLLARS = Bands.of(EBAY, "USD")
MAXIMA = st.integers(1, 60_000)
OPENINGS = st.integers(1, 20_000)
Offers = list[tuple[str, int, int]]
OFFERS = st.lists(st.tuples(st.sampled_from("abcd"), MAXIMA, st.integers(0, 5)), max_size=12)


def replay(
    offers: Offers, opening: int, reserve: int | None = None
) -> list[tuple[Bid, AuctionState]]:
    now, history = AuctionState(opening, DOLLARS, reserve), []
    for sequence, (bidder, maximum, at) in enumerate(sorted(offers, key=lambda offer: offer[2])):
        bid = placed(now, bidder, maximum, at, sequence)
        now = now.after(bid)
        history.append((bid, now))
    return history


def leads(now: AuctionState) -> Bid:
    assert now.leader is not None
    return now.leader


def by_definition(bids: list[Bid], opening: int) -> tuple[object, int]:
    """Leader and price as the rule is written: order the bids, look at the best of another bidder."""
    able = sorted((bid for bid in bids if bid.maximum >= opening), key=lambda bid: bid.rank)
    if not able:
        return None, opening
    leader = able[0]
    offered = max(bid.amount for bid in able if bid.bidder == leader.bidder)
    price = max(opening, offered)
    for second in (bid for bid in able if bid.bidder != leader.bidder):
        price = max(price, second.maximum + DOLLARS.at(second.maximum))
        break
    return leader.bidder, min(leader.maximum, price)


@given(OFFERS, OPENINGS)
def test_the_fold_gives_what_the_rule_says(offers: Offers, opening: int) -> None:
    bids = [bid for bid, _ in replay(offers, opening)]
    now = state_of(bids, opening, DOLLARS)
    assert (now.leader and now.leader.bidder, now.price) == by_definition(bids, opening)


@given(OFFERS, OPENINGS, st.randoms(use_true_random=False))
def test_leader_and_price_do_not_depend_on_the_order_in_which_bids_are_read(
    offers: Offers, opening: int, rng: random.Random
) -> None:
    bids = [bid for bid, _ in replay(offers, opening)]
    shuffled = rng.sample(bids, len(bids))
    one, other = state_of(bids, opening, DOLLARS), state_of(shuffled, opening, DOLLARS)
    assert (one.leader, one.price) == (other.leader, other.price)


@given(OFFERS, OPENINGS, st.none() | MAXIMA)
def test_the_price_is_never_above_the_leaders_maximum_nor_below_the_opening(
    offers: Offers, opening: int, reserve: int | None
) -> None:
    for _, now in replay(offers, opening, reserve):
        assert now.price >= opening
        assert now.leader is None or now.price <= now.leader.maximum


@given(OFFERS, OPENINGS, st.none() | MAXIMA)
def test_the_price_never_falls_as_bids_come_in(
    offers: Offers, opening: int, reserve: int | None
) -> None:
    prices = [now.price for _, now in replay(offers, opening, reserve)]
    assert prices == sorted(prices)


@given(OFFERS, OPENINGS, st.integers(1, 10_000))
def test_raising_ones_own_maximum_raises_the_price_only_to_the_increment_it_fell_short_of(
    offers: Offers, opening: int, more: int
) -> None:
    history = replay(offers, opening)
    if not history or history[-1][1].leader is None:
        return
    before = history[-1][1]
    leader, second = leads(before), before.second
    again = placed(before, leader.bidder, leader.maximum + more, 9, 99)
    after = before.after(again)
    assert after.leader == again
    full = second.maximum + DOLLARS.at(second.maximum) if second else opening
    if leader.maximum >= full:
        assert after.price == before.price
    else:
        assert before.price <= after.price <= full


@given(MAXIMA, st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_the_earlier_of_two_equal_maxima_leads_at_its_maximum(
    maximum: int, first: int, second: int, swapped: bool
) -> None:
    ann, bob = Bid("ann", 1, maximum, first, 1), Bid("bob", 1, maximum, second, 2)
    now = state_of([bob, ann] if swapped else [ann, bob], 1, DOLLARS)
    assert leads(now).bidder == ("ann" if first <= second else "bob")
    assert now.price == maximum


@given(OFFERS, OPENINGS, MAXIMA)
def test_a_sale_needs_the_reserve_and_costs_at_least_that(
    offers: Offers, opening: int, reserve: int
) -> None:
    for _, now in replay(offers, opening, reserve):
        assert now.reserve_met == (now.leader is not None and now.leader.maximum >= reserve)
        assert not now.reserve_met or now.price >= reserve


def test_a_lone_bidder_pays_the_opening_price() -> None:
    assert replay([("ann", 9_900, 1)], 1_000)[-1][1].price == 1_000


def test_a_lone_bidder_who_bids_twice_still_pays_the_opening_price() -> None:
    assert replay([("ann", 9_900, 1), ("ann", 12_000, 2)], 1_000)[-1][1].price == 1_000


def test_an_open_offer_above_what_is_needed_is_the_price() -> None:
    bids = [Bid("ann", 1_000, 1_000, 1), Bid("bob", 3_000, 5_000, 2)]
    assert state_of(bids, 1_000, DOLLARS).price == 3_000


def test_an_auction_in_dollars_closes_as_ebay_would_close_it() -> None:
    offers = [("ann", 2_000, 1), ("bob", 1_500, 2), ("cid", 2_010, 3), ("bob", 6_000, 4)]
    steps = [(leads(now).bidder, now.price) for _, now in replay(offers, 999)]
    assert steps == [("ann", 999), ("ann", 1_550), ("cid", 2_010), ("bob", 2_060)]


def test_a_bid_too_low_to_be_admissible_is_kept_but_leads_nothing() -> None:
    history = replay([("ann", 5_000, 1), ("bob", 3_000, 2), ("cid", 2_000, 3)], 1_000)
    late, now = history[-1]
    assert (late.amount, leads(now).bidder, now.price) == (2_000, "ann", 3_100)
    assert replay([("ann", 500, 1)], 1_000)[-1][1].leader is None


def test_the_leader_may_bid_on_at_the_price_others_one_increment_above() -> None:
    bids = [bid for bid, _ in replay([("ann", 5_000, 1), ("bob", 3_000, 2)], 1_000)]
    now = state_of(bids, 1_000, DOLLARS)
    assert now.least_admissible() == 3_200
    assert now.least_admissible("ann") == 3_100


def test_bands_without_an_end_go_on_with_their_last_increment() -> None:
    bands = Bands.of([(Decimal(10), Decimal("0.5")), (Decimal(20), Decimal(1))], "EUR")
    assert [bands.at(amount) for amount in (0, 999, 1_000, 2_000, 10**9)] == [50, 50, 100, 100, 100]


def test_an_increment_is_at_least_one_minor_unit() -> None:
    assert Bands.of(EBAY, "JPY").at(0) == 1
    assert Bands.of(EBAY, "KWD").at(0) == 50


@pytest.mark.parametrize(
    ("uppers", "increments"),
    [((100,), (5,)), ((100, 50), (1, 2, 3)), ((100,), (5, 1)), ((), (0,))],
)
def test_bands_that_do_not_rise_are_refused(
    uppers: tuple[int, ...], increments: tuple[int, ...]
) -> None:
    with pytest.raises(RecordError, match="increments must"):
        Bands(uppers, increments)
