"""Returns over HTTP: asked for by the buyer, looked at by a courier, decided by an admin, paid back once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.commerce.sent_back import rewarded
from tests.serving.rest.people import Shops
from tests.serving.rest.trade import Trade, statements_of

from commerce.rewards import POINTS
from commerce.stock import asset


@pytest.fixture
def trade(shops: Shops) -> Trade:
    return Trade(shops)


def body(order: UUID, **more: Any) -> dict[str, Any]:
    return {"order": str(order), "position": 1, "quantity": 1, "reason": "wrong_size", **more}


def step(returned: UUID | str) -> str:
    return f"/api/returns/{returned}/process-statuses/"


def decide(returned: UUID | str) -> str:
    return f"/api/returns/{returned}/update/"


def balances(trade: Trade) -> tuple[int, int, int, int]:
    """Money in the buyer's wallet, goods that may be sold and that are scrapped, the seller's points."""
    buyer, seller = trade.people["buyer"].actor, trade.people["seller"].actor
    assert buyer.customer_id is not None
    assert seller.user_id is not None
    return (
        trade.shop.holds("wallet", buyer.customer_id.hex),
        trade.shop.holds("on_hand", asset=asset(trade.goods)),
        trade.shop.holds("scrapped", asset=asset(trade.goods)),
        trade.shop.holds("points", seller.user_id.hex, POINTS),
    )


def test_only_a_delivered_line_of_ones_own_goes_back_within_its_days_and_no_more_than_was_bought(
    shops: Shops, trade: Trade
) -> None:
    order, shipped = trade.delivered((trade.goods, 2)), trade.shipped()
    assert shops.stranger.post("/api/returns/", body(order)).status_code == 404
    assert shops.seller.post("/api/returns/", body(order)).status_code == 404
    assert shops.buyer.post("/api/returns/", body(shipped)).status_code == 409
    assert shops.buyer.post("/api/returns/", body(order, position=2)).status_code == 404
    assert shops.buyer.post("/api/returns/", body(order, quantity=3)).status_code == 409
    for field, value in (("reason", "bored"), ("quantity", 0)):
        refused = shops.buyer.post("/api/returns/", body(order, **{field: value}))
        assert (refused.status_code, refused.json()["field"]) == (422, field)
    asked = shops.buyer.post("/api/returns/", body(order))
    assert (asked.status_code, asked.json()["status"]) == (201, "requested")
    assert shops.buyer.post("/api/returns/", body(order, quantity=2)).status_code == 409
    trade.later(days=31)
    late = shops.buyer.post("/api/returns/", body(order))
    assert (late.status_code, "within 30 days" in late.json()["detail"]) == (409, True)


def test_what_came_back_is_looked_at_and_nothing_moves(shops: Shops, trade: Trade) -> None:
    order = trade.delivered((trade.goods, 2))
    returned = shops.buyer.post("/api/returns/", body(order, quantity=2)).json()["id"]
    before = balances(trade)
    for who in (shops.buyer, shops.seller):
        assert who.post(step(returned), {"received_quantity": 1}).status_code == 403
    early = shops.courier.post(step(returned), {"condition": "new"})
    assert (early.status_code, early.json()["allowed"]) == (409, ["return.received"])
    received = shops.courier.post(step(returned), {"received_quantity": 1}).json()
    assert (received["status"], received["received_quantity"]) == ("received", 1)
    found = {"condition": "damaged", "seller_at_fault": True}
    inspected = shops.admin.post(step(returned), found).json()
    assert inspected["status"] == "inspected"
    assert {name: inspected[name] for name in found} == found
    assert balances(trade) == before


def test_an_approval_pays_back_restocks_and_takes_points_once(shops: Shops, trade: Trade) -> None:
    rewarded(trade.shop, trade.people["seller"].actor, 100)
    returned = trade.inspected(quantity=2, received=1, condition="new", at_fault=True)
    money, goods, scrapped, points = balances(trade)
    for who in (shops.buyer, shops.courier):
        assert who.patch(decide(returned), {"action": "approve"}).status_code == 403
    approved = shops.admin.patch(decide(returned), {"action": "approve"})
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")
    paid = round(float(approved.json()["refund"]) * 100)
    assert paid > 0
    after = balances(trade)
    assert after[:3] == (money + paid, goods + 1, scrapped)
    assert after[3] < points
    assert trade.shop.events("points.deducted") == ["points.deducted"]
    again = shops.admin.patch(decide(returned), {"action": "approve"})
    assert (again.status_code, again.json()["allowed"]) == (409, [])
    assert balances(trade) == after


def test_what_is_damaged_is_scrapped_and_what_is_rejected_moves_nothing(
    shops: Shops, trade: Trade
) -> None:
    damaged = trade.inspected(condition="damaged")
    _, goods, scrapped, _ = balances(trade)
    assert shops.admin.patch(decide(damaged), {"action": "approve"}).status_code == 200
    assert balances(trade)[1:3] == (goods, scrapped + 1)
    kept = trade.inspected()
    wrong = shops.admin.patch(decide(kept), {"action": "approve", "refund": "0.00"})
    assert (wrong.status_code, "refund_minor must be" in wrong.json()["detail"]) == (409, True)
    refused = trade.inspected(at_fault=True)
    before = balances(trade)
    rejected = shops.admin.patch(decide(refused), {"action": "reject"}).json()
    assert (rejected["status"], rejected["refund"]) == ("rejected", None)
    assert balances(trade) == before


def test_a_buyer_sees_own_returns_and_a_courier_all(shops: Shops, trade: Trade) -> None:
    returned = trade.inspected()
    for who, count in ((shops.buyer, 1), (shops.courier, 1), (shops.stranger, 0)):
        assert who.get("/api/returns/").json()["count"] == count
    assert shops.stranger.get(f"/api/returns/{returned}").status_code == 404
    assert shops.admin.get("/api/returns?status=requested").json()["count"] == 0
    wrong = shops.admin.get("/api/returns?status=burnt")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "status")


def test_a_list_of_fifty_takes_as_many_statements_as_one_of_five(
    shops: Shops, trade: Trade
) -> None:
    order = trade.delivered((trade.goods, 50))
    counts = []
    for more in (5, 45):
        for _ in range(more):
            assert shops.buyer.post("/api/returns", body(order)).status_code == 201
        counts.append(statements_of(shops, "buyer", "/api/returns?page_size=100"))
    assert counts[0] == counts[1]
