"""Auctions over HTTP: put up, reviewed, bid on, closed, and what each step sets aside and frees."""

from __future__ import annotations

from functools import partial
from uuid import UUID, uuid4

import pytest
from tests.commerce.concurrency import at_once
from tests.serving.rest.people import Shops
from tests.serving.rest.trade import Trade, statements_of

from commerce.stock import asset


@pytest.fixture
def trade(shops: Shops) -> Trade:
    return Trade(shops)


def held(trade: Trade, auction: str, variant: UUID | None = None) -> int:
    """What is set aside for an auction: money, or units of a variant."""
    kind = None if variant is None else asset(variant)
    return trade.shop.holds("held", UUID(auction).hex, kind)


def test_a_seller_draws_an_auction_up_and_its_goods_are_set_aside(
    shops: Shops, trade: Trade
) -> None:
    variant = trade.variant()
    draft = shops.seller.post("/api/auctions/create/", trade.terms(variant, reserve_price="150.00"))
    assert (draft.status_code, draft.json()["status"]) == (201, "draft")
    auction = draft.json()["id"]
    assert (draft.json()["price"], draft.json()["currency"]) == ("100.00", "EUR")
    assert shops.buyer.get(f"/api/auctions/{auction}").status_code == 404
    assert held(trade, auction, variant) == 0
    submitted = shops.seller.post(f"/api/auctions/{auction}/submit/")
    assert submitted.json()["status"] == "submitted"
    assert held(trade, auction, variant) == 1
    more = trade.terms(variant, submit=True)
    at_once_in = shops.seller.post("/api/auctions/create/", more).json()
    assert at_once_in["status"] == "submitted"
    assert held(trade, at_once_in["id"], variant) == 1
    assert trade.shop.events("auction.drafted") == ["auction.drafted"] * 2


def test_nobody_puts_up_what_is_not_the_own(shops: Shops, trade: Trade) -> None:
    terms = trade.terms(trade.variant())
    for who in (shops.buyer, shops.courier):
        assert who.post("/api/auctions/create/", terms).status_code == 404
    foreign = {**terms, "seller_id": str(uuid4())}
    refused = shops.seller.post("/api/auctions/create/", foreign)
    assert (refused.status_code, refused.json()["field"]) == (422, "seller_id")
    wrong = shops.seller.post("/api/auctions/create/", {**terms, "reserve": "99.99"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "reserve")
    assert wrong.json()["detail"].startswith("reserve must be 100.00 EUR to ")
    fine = shops.seller.post("/api/auctions/create/", {**terms, "opening": "100.001"})
    assert fine.status_code == 422


def test_an_admin_approves_or_rejects_and_what_is_rejected_is_freed(
    shops: Shops, trade: Trade
) -> None:
    variant = trade.variant()
    first, second = (
        shops.seller.post("/api/auctions/create/", trade.terms(variant, submit=True)).json()["id"]
        for _ in range(2)
    )
    path = "/api/auctions/admin/{}/review/"
    for who in (shops.seller, shops.buyer):
        assert who.post(path.format(first), {"action": "approve"}).status_code == 403
    approved = shops.admin.post(path.format(first), {"action": "approve"})
    assert (approved.status_code, approved.json()["status"]) == (200, "scheduled")
    rejected = shops.admin.post(path.format(second), {"action": "reject"})
    assert (rejected.status_code, rejected.json()["status"]) == (200, "rejected")
    assert [held(trade, each, variant) for each in (first, second)] == [1, 0]
    again = shops.admin.post(path.format(first), {"action": "reject"})
    assert (again.status_code, again.json()["allowed"]) == (409, ["auction.started"])
    assert shops.admin.post(path.format(first), {"action": "burn"}).status_code == 422


def test_a_draft_that_is_reviewed_is_handed_in_first(shops: Shops, trade: Trade) -> None:
    variant = trade.variant(stock=1)
    terms, path = trade.terms(variant), "/api/auctions/admin/{}/review/"
    first, second, third = (
        shops.seller.post("/api/auctions/create/", terms).json()["id"] for _ in range(3)
    )
    assert shops.seller.post(path.format(first), {"action": "approve"}).status_code == 403
    rejected = shops.admin.post(path.format(first), {"action": "reject"})
    assert (rejected.json()["status"], held(trade, first, variant)) == ("rejected", 0)
    approved = shops.admin.post(path.format(second), {"action": "approve"})
    assert (approved.json()["status"], held(trade, second, variant)) == ("scheduled", 1)
    sold_out = shops.admin.post(path.format(third), {"action": "approve"})
    assert (sold_out.status_code, held(trade, third, variant)) == (409, 0)
    assert shops.seller.get(f"/api/auctions/{third}").json()["status"] == "draft"
    assert trade.shop.events("auction.submitted") == ["auction.submitted"]


def test_an_auction_that_is_not_approved_or_not_begun_takes_no_bid(
    shops: Shops, trade: Trade
) -> None:
    trade.money("buyer", 50_000)
    for auction in (trade.auction(), trade.auction(approved=True)):
        refused = shops.buyer.post(f"/api/auctions/{auction}/bid/", {"amount": "130.00"})
        assert refused.status_code == 409
    live = trade.live()
    assert shops.buyer.post(f"/api/auctions/{live}/bid/", {"amount": "130.00"}).json() == {
        "leads": True,
        "price": "100.00",
        "currency": "EUR",
        "ends_at": "2026-03-01T13:00:00Z",
    }


def test_a_raise_sets_the_difference_aside_and_who_is_outbid_has_all_back(
    shops: Shops, trade: Trade
) -> None:
    for name in ("buyer", "stranger"):
        trade.money(name, 50_000)
    auction = trade.live()
    path = f"/api/auctions/{auction}/bid/"
    held_then = []
    for who, amount in ((shops.buyer, "100.00"), (shops.buyer, "130.00"), (shops.stranger, "150")):
        assert who.post(path, {"amount": amount}).status_code == 200
        held_then.append(held(trade, auction))
    assert held_then == [10_000, 13_000, 15_000]
    low = shops.buyer.post(path, {"amount": "132.49"})
    assert low.status_code == 409
    assert low.json()["detail"] == "bid must be 135.00 EUR or more; got 132.49 EUR. Bid more."
    shown = shops.buyer.get(f"/api/auctions/{auction}/").json()
    assert (shown["price"], shown["leads"], shown["maximum"]) == ("132.50", False, None)
    bids = shops.buyer.get(f"/api/auctions/{auction}/bids").json()
    assert bids["count"] == 3
    assert [bid["maximum"] for bid in bids["results"]] == [None, "130.00", "100.00"]


def test_a_bid_needs_the_money_and_another_than_the_seller(shops: Shops, trade: Trade) -> None:
    auction = trade.live()
    path = f"/api/auctions/{auction}/bid/"
    poor = shops.buyer.post(path, {"amount": "130.00"})
    assert poor.status_code == 402
    assert held(trade, auction) == 0
    assert shops.seller.post(path, {"amount": "130.00"}).status_code == 403
    trade.money("buyer", 50_000)
    for amount in ("0", "-5", "1e99", "NaN", "100.001", True, None):
        assert shops.buyer.post(path, {"amount": amount}).status_code in (409, 422), amount
    assert held(trade, auction) == 0


def test_a_bid_that_is_sent_twice_under_a_key_is_made_once(shops: Shops, trade: Trade) -> None:
    trade.money("buyer", 50_000)
    path = f"/api/auctions/{trade.live()}/bid/"
    key = {"headers": {"Idempotency-Key": "bid-1"}}
    first, second = (shops.buyer.post(path, {"amount": "130"}, **key) for _ in range(2))
    assert (first.status_code, first.json()) == (200, second.json())
    assert trade.shop.events("auction.bid") == ["auction.bid"]


def test_of_twenty_equal_bids_at_once_one_leads(shops: Shops, trade: Trade) -> None:
    path = f"/api/auctions/{trade.live()}/bid/"
    people = [shops.log_in(trade.shop.tenant, trade.shop.buyer(20_000)) for _ in range(20)]
    answers = at_once(*(partial(who.post, path, {"amount": "130.00"}) for who in people))
    assert {answer.status_code for answer in answers} <= {200, 409}, answers[0].text
    leads = [answer.json().get("leads") for answer in answers if answer.status_code == 200]
    assert leads.count(True) == 1
    assert held(trade, path.split("/")[3]) == 13_000


def test_a_late_bid_moves_the_end_for_everybody(shops: Shops, trade: Trade) -> None:
    trade.money("buyer", 50_000)
    auction = trade.live()
    trade.later(minutes=59, seconds=59)
    moved = shops.buyer.post(f"/api/auctions/{auction}/bid/", {"amount": "130.00"}).json()
    assert moved["ends_at"] > "2026-03-01T13:00:00Z"
    assert shops.stranger.get(f"/api/auctions/{auction}").json()["ends_at"] == moved["ends_at"]
    trade.later(hours=1, seconds=1)
    early = shops.admin.post(f"/api/auctions/admin/auctions/{auction}/close/")
    assert early.status_code == 409
    trade.later(hours=2)
    late = shops.buyer.post(f"/api/auctions/{auction}/bid/", {"amount": "200.00"})
    assert late.status_code == 410


def test_closing_by_hand_makes_one_order_however_often(shops: Shops, trade: Trade) -> None:
    trade.money("buyer", 50_000)
    sold, unsold = trade.live(), trade.live()
    assert shops.buyer.post(f"/api/auctions/{sold}/bid/", {"amount": "130"}).status_code == 200
    trade.later(hours=1)
    path = "/api/auctions/admin/auctions/{}/close/"
    assert shops.seller.post(path.format(sold)).status_code == 403
    answers = at_once(*[partial(shops.admin.post, path.format(sold))] * 5)
    assert {answer.status_code for answer in answers} == {200}
    (order,) = {answer.json()["order_id"] for answer in answers}
    assert UUID(order)
    assert trade.shop.events("order.placed") == ["order.placed"]
    assert shops.buyer.get(f"/api/auctions/{sold}").json()["order_id"] == order
    assert shops.stranger.get(f"/api/auctions/{sold}").json()["order_id"] is None
    nothing = shops.admin.post(path.format(unsold)).json()
    assert (nothing["status"], nothing["order_id"]) == ("unsold", None)


def test_buying_at_once_makes_an_order(shops: Shops, trade: Trade) -> None:
    trade.money("buyer", 50_000)
    auction = trade.live(buy_now=20_000)
    assert shops.stranger.post(f"/api/auctions/{auction}/buy/").status_code == 402
    bought = shops.buyer.post(f"/api/auctions/{auction}/buy/")
    assert bought.status_code == 200
    assert shops.buyer.get(f"/api/auctions/{auction}").json()["status"] == "sold"
    assert shops.stranger.post(f"/api/auctions/{auction}/buy/").status_code == 409


def test_a_list_of_fifty_takes_as_many_statements_as_one_of_five(
    shops: Shops, trade: Trade
) -> None:
    variant = trade.variant(stock=60)
    trade.money("buyer", 50_000)
    counts = []
    for more in (5, 45):
        for _ in range(more):
            made = shops.seller.post("/api/auctions", trade.terms(variant)).json()["id"]
            shops.admin.post(f"/api/auctions/admin/{made}/review", {"action": "approve"})
        shops.admin.post(f"/api/auctions/admin/auctions/{made}/start")
        assert shops.buyer.post(f"/api/auctions/{made}/bid", {"amount": "130"}).status_code == 200
        counts.append(statements_of(shops, "buyer", "/api/auctions?page_size=100"))
    assert counts[0] == counts[1]
    listed = shops.buyer.get("/api/auctions?page_size=3&status=scheduled").json()
    assert (listed["count"], len(listed["results"])) == (48, 3)
    assert shops.buyer.get("/api/auctions?mine=true").json()["count"] == 2
    wrong = shops.buyer.get("/api/auctions?status=burnt")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "status")
