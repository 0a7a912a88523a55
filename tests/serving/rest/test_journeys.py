"""From end to end over HTTP: a checkout, its delivery, a return of it, an auction that becomes an order, a brand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.serving.rest.people import Person, Shops
from tests.serving.rest.trade import Trade

from commerce.records.doctor import examine
from commerce.stock import asset

PRICE = 1_200
"""What a unit costs with tax, in minor units."""


@pytest.fixture
def trade(shops: Shops) -> Trade:
    opened = Trade(shops)
    for name in ("buyer", "stranger"):
        opened.money(name, 100_000)
    return opened


def kinds(who: Person) -> list[str]:
    told = who.get("/api/notifications/?page_size=100").json()["results"]
    return sorted(each["kind"] for each in told)


def bought(trade: Trade, quantity: int = 2) -> UUID:
    """Fill the buyer's cart and check out, paid from the wallet."""
    buyer = trade.people["buyer"]
    filled = {"variant_id": str(trade.goods), "quantity": quantity}
    assert buyer.post("/api/cart/items/", filled).status_code == 201
    placed = buyer.post("/api/orders/checkout/", {"method": "wallet"})
    assert (placed.status_code, placed.json()["status"]) == (201, "placed")
    assert buyer.get("/api/cart/").json()["items"] == []
    return UUID(placed.json()["id"])


def brought(trade: Trade, order: UUID | str, buyer: str = "buyer") -> dict[str, Any]:
    """Claim an order, set out with it and hand it over against the buyer's QR code."""
    courier = trade.people["courier"]
    path = f"/api/delivery/orders/{order}"
    assert courier.post(f"{path}/claim/").status_code == 200
    assert courier.post(f"{path}/advance/", {}).json()["status"] == "shipped"
    token = trade.people[buyer].get(f"/api/orders/{order}/proof/").json()["token"]
    done = courier.post(f"/api/orders/{order}/proof/confirm/", {"token": token})
    assert done.status_code == 200, done.text
    answer: dict[str, Any] = done.json()
    return answer


def sound(trade: Trade) -> bool:
    """Whether money, goods and records of the shop all fit together."""
    with trade.shop.look() as work:
        return examine(work.connection, trade.shop.tenant) == []


def wallet(who: Person) -> tuple[str, str]:
    """What somebody can spend, and what of theirs is set aside."""
    found = who.get("/api/wallet/").json()
    return found["balance"], found["held_balance"]


def test_a_checkout_sets_money_and_goods_aside_and_waits_for_a_courier(
    shops: Shops, trade: Trade
) -> None:
    order = bought(trade)
    assert wallet(shops.buyer) == ("976.00", "24.00")
    assert trade.shop.holds("held", order.hex) == 2 * PRICE
    assert trade.shop.holds("held", order.hex, asset(trade.goods)) == 2
    (job,) = shops.courier.get("/api/delivery/orders/available/").json()["results"]
    assert (job["order_id"], job["units"], job["cash"]) == (str(order), 2, "0.00")
    shops.admin.post("/api/ticks/")
    assert kinds(shops.buyer).count("order_created") == 1
    assert sound(trade)


def test_a_delivery_ends_with_the_buyers_code_and_pays_the_seller(
    shops: Shops, trade: Trade
) -> None:
    order = bought(trade)
    assert brought(trade, order)["status"] == "delivered"
    assert trade.shop.holds("held", order.hex, asset(trade.goods)) == 0
    trade.later(days=2, hours=23)
    early = shops.buyer.post(f"/api/orders/{order}/complete/")
    assert (early.status_code, wallet(shops.seller)) == (409, ("0.00", "0.00"))
    trade.later(days=30)
    report = shops.admin.post("/api/ticks/").json()
    assert report["moved"]["orders completed"] == [str(order)]
    assert trade.shop.holds("held", order.hex) == 0
    assert wallet(shops.buyer) == ("976.00", "0.00")
    assert wallet(shops.seller) == ("19.00", "0.00")
    told = kinds(shops.buyer)
    for kind in ("order_created", "order_shipped", "order_delivered", "order_completed"):
        assert told.count(kind) == 1
    assert kinds(shops.seller).count("seller_payment") == 1
    assert sound(trade)


def test_a_return_that_is_approved_gives_money_and_goods_back(shops: Shops, trade: Trade) -> None:
    order = bought(trade)
    brought(trade, order)
    on_hand = trade.shop.holds("on_hand", asset=asset(trade.goods))
    asked = shops.buyer.post(
        "/api/returns/", {"order": str(order), "quantity": 1, "reason": "changed_mind"}
    )
    assert asked.status_code == 201
    path = f"/api/returns/{asked.json()['id']}"
    found = {"received_quantity": 1, "condition": "opened", "seller_at_fault": False}
    assert shops.courier.post(f"{path}/process-statuses/", found).json()["status"] == "inspected"
    decided = shops.admin.patch(f"{path}/update/", {"action": "approve"}).json()
    assert (decided["status"], decided["refund"], decided["currency"]) == (
        "approved", "12.00", "EUR"
    )  # fmt: skip
    assert wallet(shops.buyer) == ("988.00", "0.00")
    assert trade.shop.holds("on_hand", asset=asset(trade.goods)) == on_hand + 1
    assert shops.buyer.get(f"{path}/").json()["status"] == "approved"
    assert sound(trade)


def test_an_auction_goes_from_the_seller_to_the_winners_door(shops: Shops, trade: Trade) -> None:
    made = shops.seller.post("/api/auctions/create/", trade.terms(trade.goods)).json()
    path, admin = f"/api/auctions/{made['id']}", f"/api/auctions/admin/{made['id']}"
    assert made["status"] == "draft"
    assert shops.seller.post(f"{path}/submit/").json()["status"] == "submitted"
    assert shops.admin.post(f"{admin}/review/", {"action": "approve"}).status_code == 200
    assert shops.admin.post("/api/ticks/").json()["moved"]["auctions started"] == [made["id"]]
    for who, amount in ((shops.stranger, "110.00"), (shops.buyer, "130.00")):
        assert who.post(f"{path}/bid/", {"amount": amount}).json()["leads"] is True
    assert (wallet(shops.stranger), wallet(shops.buyer)) == (
        ("1000.00", "0.00"), ("870.00", "130.00")
    )  # fmt: skip
    trade.later(hours=1)
    closed = shops.admin.post(f"/api/auctions/admin/auctions/{made['id']}/close/").json()
    order, price = closed["order_id"], closed["price"]
    assert (closed["status"], price) == ("sold", "112.50")
    assert wallet(shops.buyer) == ("887.50", "112.50")
    assert brought(trade, order)["status"] == "delivered"
    trade.tell()
    assert kinds(shops.buyer).count("auction_won") == 1
    assert kinds(shops.stranger).count("auction_outbid") == 1
    assert kinds(shops.seller).count("auction_sold") == 1
    trade.later(days=30)
    done = shops.buyer.post(f"/api/orders/{order}/complete/")
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    assert (wallet(shops.buyer), wallet(shops.seller)) == (("887.50", "0.00"), ("106.88", "0.00"))
    assert sound(trade)


def test_a_seller_earns_points_until_a_brand_may_be_asked_for_and_used(
    shops: Shops, trade: Trade
) -> None:
    ask, admin = "/api/product/brands/create/", "/api/product/brands/admin"
    few = shops.seller.post(ask, {"name": "Tick & Tock"})
    assert few.status_code == 403
    orders = [bought(trade, 1) for _ in range(10)]
    for order in orders:
        brought(trade, order)
    trade.later(days=30)
    assert len(shops.admin.post("/api/ticks/").json()["moved"]["orders completed"]) == 10
    standing = shops.seller.get("/api/points/").json()
    assert (standing["points"], standing["rank"]) == (100, "silver")
    brand = shops.seller.post(ask, {"name": "Tick & Tock"}).json()
    assert brand["status"] == "pending"
    waiting = shops.admin.get(f"{admin}/pending/").json()["results"]
    assert [each["id"] for each in waiting] == [brand["id"]]
    product = trade.shop.product(trade.goods)
    use = f"/api/product/products/{product}/assign-brand/"
    assert shops.seller.patch(use, {"brand": brand["id"]}).status_code == 409
    assert shops.seller.post(f"{admin}/{brand['id']}/approve/").status_code == 403
    assert shops.admin.post(f"{admin}/{brand['id']}/approve/").json()["status"] == "approved"
    assert shops.seller.patch(use, {"brand": brand["id"]}).json()["brand_id"] == brand["id"]
    trade.tell()
    assert kinds(shops.seller).count("brand_approved") == 1
    assert sound(trade)
