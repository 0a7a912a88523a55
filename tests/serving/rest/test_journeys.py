"""From end to end over HTTP: a checkout, its delivery, a return of it, and an auction that becomes an order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.serving.rest.people import Person, Shops
from tests.serving.rest.trade import Trade

from commerce.orders import cart, completion
from commerce.orders.checkout import checkout
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
    buyer = trade.people["buyer"].actor
    with trade.shop.work(buyer) as work:
        cart.add(work, trade.goods, quantity)
    with trade.shop.work(buyer) as work:
        return checkout(work, method="wallet")


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


def wallet(trade: Trade) -> int:
    customer = trade.people["buyer"].actor.customer_id
    assert customer is not None
    return trade.shop.holds("wallet", customer.hex)


def test_a_checkout_sets_money_and_goods_aside_and_waits_for_a_courier(
    shops: Shops, trade: Trade
) -> None:
    order = bought(trade)
    assert wallet(trade) == 100_000 - 2 * PRICE
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
    trade.later(days=30)
    report = shops.admin.post("/api/ticks/").json()
    assert report["moved"]["orders completed"] == [str(order)]
    assert trade.shop.holds("held", order.hex) == 0
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
    assert wallet(trade) == 100_000 - PRICE
    assert trade.shop.holds("on_hand", asset=asset(trade.goods)) == on_hand + 1
    assert shops.buyer.get(f"{path}/").json()["status"] == "approved"
    assert sound(trade)


def test_an_auction_goes_from_the_seller_to_the_winners_door(shops: Shops, trade: Trade) -> None:
    made = shops.seller.post("/api/auctions/create/", trade.terms(trade.goods)).json()
    path, admin = f"/api/auctions/{made['id']}", f"/api/auctions/admin/{made['id']}"
    assert shops.admin.post(f"{admin}/review/", {"action": "approve"}).status_code == 200
    assert shops.admin.post("/api/ticks/").json()["moved"]["auctions started"] == [made["id"]]
    for who, amount, leads in ((shops.stranger, "110.00", True), (shops.buyer, "130.00", True)):
        assert who.post(f"{path}/bid/", {"amount": amount}).json()["leads"] is leads
    trade.later(hours=1)
    closed = shops.admin.post(f"/api/auctions/admin/auctions/{made['id']}/close/").json()
    order, price = closed["order_id"], closed["price"]
    assert (closed["status"], price) == ("sold", "112.50")
    assert wallet(trade) == 100_000 - 11_250
    assert brought(trade, order)["status"] == "delivered"
    trade.tell()
    assert kinds(shops.buyer).count("auction_won") == 1
    assert kinds(shops.stranger).count("auction_outbid") == 1
    assert kinds(shops.seller).count("auction_sold") == 1
    trade.later(days=30)
    with trade.shop.work(now=shops.clock.now) as work:
        completion.complete(work, UUID(order))
    assert trade.shop.holds("held", UUID(order).hex) == 0
    assert sound(trade)
