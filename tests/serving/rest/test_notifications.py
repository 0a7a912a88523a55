"""Notifications over HTTP: each reads the own, once they are read they stay so, and none tells on another."""

from __future__ import annotations

import pytest
from tests.commerce.sent_back import rewarded
from tests.serving.rest.people import HASHED, Person, Shops
from tests.serving.rest.trade import Trade, statements_of

from commerce.catalogue import brands
from commerce.people import customers

FIELDS = {"id", "kind", "subject_type", "subject_id", "content", "created_at", "read_at"}
DATA = {"subject", "reason", "amount", "amount_minor", "currency", "value", "quantity", "due"}


@pytest.fixture
def trade(shops: Shops) -> Trade:
    return Trade(shops)


def kinds(who: Person) -> list[str]:
    return [each["kind"] for each in who.get("/api/notifications?page_size=100").json()["results"]]


def test_one_lists_counts_and_reads_the_own_alone(shops: Shops, trade: Trade) -> None:
    trade.order()
    trade.tell()
    mine = shops.buyer.get("/api/notifications/").json()
    assert mine["count"] == shops.buyer.get("/api/notifications/unread-count/").json()["unread"] > 0
    first = mine["results"][0]
    assert (set(first), first["read_at"]) == (FIELDS, None)
    path = f"/api/notifications/{first['id']}/read/"
    for who in (shops.stranger, shops.admin, shops.of("other")["buyer"]):
        assert who.post(path).status_code == 404
    assert shops.stranger.get("/api/notifications").json()["count"] == 0
    read = shops.buyer.post(path).json()
    assert read["read_at"] == "2026-03-01T12:00:00Z"
    trade.later(hours=1)
    assert shops.buyer.post(path).json()["read_at"] == read["read_at"]
    unread = shops.buyer.get("/api/notifications?unread=true").json()
    assert unread["count"] == mine["count"] - 1
    assert shops.buyer.post("/api/notifications/read-all").json()["marked"] == unread["count"]
    assert shops.buyer.get("/api/notifications/unread-count").json()["unread"] == 0


def test_no_notification_holds_what_names_somebody_or_opens_something(
    shops: Shops, trade: Trade
) -> None:
    buyer = shops.buyer.actor.customer_id
    assert buyer is not None
    with trade.shop.work() as work:
        customers.change(work, buyer, {"phone": "+44 20 7946 0000", "full_name": "Ada Lovelace"})
    order = trade.shipped()
    proof = shops.buyer.get(f"/api/orders/{order}/proof").json()
    live = trade.live()
    trade.money("buyer", 50_000)
    trade.money("stranger", 50_000)
    for who, amount in ((shops.buyer, "120"), (shops.stranger, "150")):
        assert who.post(f"/api/auctions/{live}/bid", {"amount": amount}).status_code == 200
    trade.tell()
    secrets = (
        "example.com", "+44", "Lovelace", "Tick Street", "52.5", proof["pin"], proof["token"],
        HASHED, "argon2", str(buyer), buyer.hex,
    )  # fmt: skip
    told = 0
    for who in trade.people.values():
        answer = who.get("/api/notifications?page_size=100")
        for each in answer.json()["results"]:
            told += 1
            assert set(each) == FIELDS
            assert set(each["content"]) == {"title", "body", "data"}
            assert set(each["content"]["data"]) <= DATA
            said = f"{each['kind']} {each['content']}"
            assert [secret for secret in secrets if secret in said] == []
    assert told >= 5


def test_each_flow_tells_whom_it_concerns_exactly_once(shops: Shops, trade: Trade) -> None:
    for name in ("buyer", "stranger"):
        trade.money(name, 50_000)
    trade.shipped()
    live = trade.live()
    for who, amount in ((shops.buyer, "120"), (shops.stranger, "150")):
        bid = who.post(f"/api/auctions/{live}/bid", {"amount": amount})
        assert bid.status_code == 200
    rewarded(trade.shop, shops.seller.actor, 100)
    with trade.shop.work(shops.seller.actor) as work:
        brand = brands.request(work, "Tick & Tock")
    with trade.shop.work() as work:
        brands.approve(work, brand)
    for _ in range(2):
        trade.tell()
        assert [kinds(shops.buyer).count(kind) for kind in (
            "order_created", "order_shipped", "auction_outbid"
        )] == [1, 1, 1]  # fmt: skip
        assert kinds(shops.seller).count("brand_approved") == 1
        assert "auction_outbid" not in kinds(shops.stranger)


def test_a_list_of_fifty_takes_as_many_statements_as_one_of_five(
    shops: Shops, trade: Trade
) -> None:
    counts = []
    for more in (5, 45):
        for _ in range(more):
            trade.order(method="cash_on_delivery")
        trade.tell()
        counts.append(statements_of(shops, "buyer", "/api/notifications?page_size=100"))
    assert counts[0] == counts[1]
    assert shops.buyer.get("/api/notifications").json()["count"] >= 50
