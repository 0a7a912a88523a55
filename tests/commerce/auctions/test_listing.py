"""An auction before its first bid: drafted, submitted with its goods, approved or turned down, started."""

from typing import Any

import pytest
from tests.commerce.auctions.floor import EUROS, LENGTH, Floor, at
from tests.commerce.shop import ADMIN, NOW, make_shop

from commerce.auctions import listing, queries
from commerce.auctions.pricing import Bands
from commerce.catalogue import products
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import (
    Conflict,
    Forbidden,
    IllegalMove,
    InsufficientFunds,
    NotFound,
    RecordError,
)

TERMS: dict[str, Any] = {"opening": 1_000, "starts_at": at(0), "ends_at": at(LENGTH)}


def test_the_goods_are_set_aside_when_the_auction_is_submitted(floor: Floor) -> None:
    auction = floor.draft()
    assert (floor.on_hand(), floor.goods_held(auction)) == (50, 0)
    with floor.shop.work(floor.seller) as work:
        listing.submit(work, auction)
    assert (floor.on_hand(), floor.goods_held(auction)) == (49, 1)
    assert floor.view(auction).status == "submitted"


def test_what_is_approved_starts_when_its_time_has_come(floor: Floor) -> None:
    auction = floor.scheduled()
    for seconds, found in ((-0.001, []), (0, [auction])):
        with floor.shop.work(SYSTEM, seconds=seconds) as work:
            assert listing.due(work) == found
    for _ in range(2):
        with floor.shop.work(SYSTEM) as work:
            for each in listing.due(work):
                listing.start(work, each)
    assert floor.view(auction).status == "live"
    assert floor.shop.events("auction.started") == ["auction.started"]


def test_what_is_turned_down_frees_its_goods(floor: Floor) -> None:
    auction = floor.draft()
    with floor.shop.work(floor.seller) as work:
        listing.submit(work, auction)
    with floor.shop.work(ADMIN) as work:
        listing.reject(work, auction)
    assert (floor.on_hand(), floor.goods_held(auction)) == (50, 0)
    assert floor.view(auction).status == "rejected"
    with pytest.raises(IllegalMove), floor.shop.work(ADMIN) as work:
        listing.approve(work, auction)


def test_a_draft_is_turned_down_also_where_its_goods_are_gone(floor: Floor) -> None:
    variant = floor.shop.variant(seller=floor.seller, stock=0)
    with floor.shop.work(floor.seller) as work:
        auction = listing.draft(work, variant, **TERMS)
    with floor.shop.work(ADMIN) as work:
        listing.reject(work, auction)
    assert floor.view(auction).status == "rejected"
    assert floor.goods_held(auction) == 0


def test_an_admin_may_start_an_auction_early_and_then_it_starts_now(floor: Floor) -> None:
    auction = floor.scheduled()
    with floor.shop.work(ADMIN, seconds=-30) as work:
        listing.start(work, auction)
    assert floor.view(auction).starts_at == at(-30)
    (ann,) = floor.bidders(1)
    assert floor.bid(auction, ann, 2_000, -29).leads


def test_what_was_approved_after_its_end_ends_unsold(floor: Floor) -> None:
    auction = floor.scheduled()
    with floor.shop.work(SYSTEM, seconds=LENGTH + 1) as work:
        listing.start(work, auction)
    assert floor.close(auction, LENGTH + 1) is None
    assert (floor.view(auction).status, floor.on_hand()) == ("unsold", 50)


def test_only_an_admin_approves_turns_down_and_starts(floor: Floor) -> None:
    auction = floor.draft()
    with floor.shop.work(floor.seller) as work:
        listing.submit(work, auction)
    for act in (listing.approve, listing.reject):
        for who in (floor.seller, SYSTEM, floor.bidders(1)[0]):
            with pytest.raises(Forbidden), floor.shop.work(who) as work:
                act(work, auction)
    scheduled = floor.scheduled()
    with pytest.raises(Forbidden), floor.shop.work(floor.seller) as work:
        listing.start(work, scheduled)


def test_a_seller_auctions_own_approved_goods_only(floor: Floor) -> None:
    other = floor.shop.seller()
    with pytest.raises(NotFound, match="variant must exist"), floor.shop.work(other) as work:
        listing.draft(work, floor.variant, **TERMS)
    auction = floor.draft()
    with pytest.raises(NotFound, match="auction must exist"), floor.shop.work(other) as work:
        listing.submit(work, auction)
    of_the_shop = floor.shop.variant()
    for who in (other, floor.bidders(1)[0], Actor("seller"), Actor("user")):
        with pytest.raises(NotFound), floor.shop.work(who) as work:
            listing.draft(work, of_the_shop, **TERMS)
    with floor.shop.work(floor.seller) as work:
        products.retire(work, floor.shop.product(floor.variant))
    with (
        pytest.raises(Conflict, match="product must be approved"),
        floor.shop.work(floor.seller) as work,
    ):
        listing.draft(work, floor.variant, **TERMS)


def test_an_admin_drafts_for_the_seller_of_the_product(floor: Floor) -> None:
    with floor.shop.work(ADMIN) as work:
        auction = listing.draft(work, floor.variant, **TERMS)
    assert floor.view(auction).seller_id == floor.seller.user_id


def test_what_is_not_there_cannot_be_submitted(floor: Floor) -> None:
    variant = floor.shop.variant(seller=floor.seller, stock=1)
    for place in range(2):
        with floor.shop.work(floor.seller) as work:
            auction = listing.draft(work, variant, **TERMS)
        if place == 0:
            with floor.shop.work(floor.seller) as work:
                listing.submit(work, auction)
    before = floor.state()
    with pytest.raises(InsufficientFunds, match="on_hand"), floor.shop.work(floor.seller) as work:
        listing.submit(work, auction)
    assert floor.state() == before


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"opening": 0}, r"opening price must be 0\.01 EUR to .*; got 0\.00 EUR"),
        ({"opening": 10**16}, "opening (price )?must be"),
        ({"reserve": 999}, r"reserve must be 10\.00 EUR to .*; got 9\.99 EUR"),
        ({"buy_now": 1_000}, r"buy-now price must be 10\.01 EUR"),
        ({"reserve": 3_000, "buy_now": 2_999}, r"buy-now price must be 30\.00 EUR"),
        ({"ends_at": at(0)}, "end must be to come, and after the start"),
        ({"starts_at": at(-500), "ends_at": at(-400)}, "end must be to come, and after the start"),
    ],
)
def test_terms_that_make_no_sense_are_refused(
    floor: Floor, terms: dict[str, Any], sentence: str
) -> None:
    before = floor.state()
    with pytest.raises(RecordError, match=sentence):
        floor.draft(**terms)
    assert floor.state() == before


def test_increments_are_the_sellers_own_or_ebays(floor: Floor) -> None:
    ann, bob = floor.bidders(2)
    own = floor.live(increments=Bands((2_000,), (7, 300)))
    usual = floor.live()
    for auction in (own, usual):
        floor.bid(auction, ann, 1_500)
        floor.bid(auction, bob, 1_600)
    assert floor.view(own).price == 1_507
    assert floor.view(usual).price == 1_500 + EUROS.at(1_500)


def test_what_is_not_approved_is_seen_by_its_seller_and_who_runs_the_shop_only(
    floor: Floor,
) -> None:
    auction = floor.draft()
    ann = floor.bidders(1)[0]
    of_the_shop = floor.shop.variant()
    with floor.shop.work(ADMIN) as work:
        listing.draft(work, of_the_shop, **TERMS)
    for who in (ann, floor.shop.seller(), Actor("delivery")):
        with pytest.raises(NotFound), floor.shop.look(who) as work:
            queries.view(work, auction)
        with floor.shop.look(who) as work:
            assert queries.listed(work) == (0, [])
    for who, count in ((floor.seller, 1), (ADMIN, 2)):
        with floor.shop.look(who) as work:
            seen = [view.id for view in queries.listed(work).rows]
        assert auction in seen
        assert len(seen) == count


def test_an_auction_of_another_tenant_does_not_exist(floor: Floor) -> None:
    auction = floor.scheduled()
    other = make_shop(floor.engine, "other")
    for act in (listing.submit, listing.approve, listing.reject, listing.start):
        with pytest.raises(NotFound), other.work(ADMIN, now=NOW) as work:
            act(work, auction)
    with other.work(SYSTEM, seconds=LENGTH) as work:
        assert listing.due(work) == []
