"""Orders over HTTP: listed, placed, recorded, brought on, called off, paid back; and their tax."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from tests.commerce.statements import statements
from tests.serving.rest.goods import made, mug
from tests.serving.rest.people import NOW, Person, Shops, open_shops
from tests.serving.rest.selling import customer_of, deliver, order, settle, shop_of

from commerce.orders.checkout import place
from commerce.orders.lines import OrderedLine
from commerce.people import customers
from commerce.records import schema
from commerce.records.database import reading
from commerce.records.doctor import examine
from commerce.stock import asset


def recorded(shops: Shops, amount: str = "249.99", status: str = "delivered") -> Any:
    """What clients send of an order from elsewhere; give the answer."""
    buyer = str(customer_of(shops.buyer))
    return shops.admin.post("/api/orders/", {"customer": buyer, "amount": amount, "status": status})


def test_an_order_from_elsewhere_is_recorded_by_the_body_that_clients_send(shops: Shops) -> None:
    made = recorded(shops)
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["amount"], body["currency"], body["delivery"]) == ("249.99", "EUR", "delivered")
    assert body["status"] == "delivered"
    for status, count in (("delivered", 1), ("placed", 0), ("shipped", 0), ("completed", 0)):
        assert shops.admin.get(f"/api/orders/?status={status}").json()["count"] == count
    assert body["customer"] == str(customer_of(shops.buyer))
    with shop_of(shops).look() as work:
        kept = work.connection.execute(select(schema.orders)).one()
        event = schema.event
        told = work.connection.execute(
            select(event).where(event.c.aggregate_id == kept.id.hex)
        ).one()
        assert kept.total_minor == told.amount_minor == 24_999
        assert (told.type, told.occurred_at, told.recorded_at) == ("order.placed", NOW, NOW)
        arrived = work.connection.execute(select(event).where(event.c.type == "delivery.delivered"))
        assert arrived.one().customer_id == kept.customer_id
        assert [found.rule for found in examine(work.connection)] == []


def test_whatever_became_of_an_order_from_elsewhere_is_consistent(shops: Shops) -> None:
    for status in ("placed", "pending", "delivered", "returned", "cancelled"):
        assert recorded(shops, "10.00", status).status_code == 201
    with reading(shops.engine) as connection:
        assert [found.rule for found in examine(connection)] == []
    assert shops.admin.get("/api/orders?status=cancelled").json()["count"] == 1


def test_an_order_from_elsewhere_needs_an_amount_a_customer_and_a_known_word(shops: Shops) -> None:
    for amount, field in (("1.005", "amount"), ("-1", "amount"), ("much", "amount")):
        refused = recorded(shops, amount)
        assert (refused.status_code, refused.json()["field"]) == (422, field), amount
    lost = recorded(shops, status="lost")
    assert (lost.status_code, lost.json()["field"]) == (422, "status")
    nobody = shops.admin.post("/api/orders", {"customer": "nobody", "amount": "1"})
    assert nobody.status_code == 404
    nothing = shops.admin.post("/api/orders", {"customer": str(customer_of(shops.buyer))})
    assert (nothing.status_code, nothing.json()["field"]) == (422, "amount")
    assert shops.admin.get("/api/orders").json()["count"] == 0
    for field in ("tenant_id", "total_minor", "number", "placed_at", "id"):
        spoofed = shops.admin.post("/api/orders", {"amount": "1", field: 1})
        assert (spoofed.status_code, spoofed.json()["field"]) == (422, field)


def test_items_are_set_aside_in_the_stock_or_nothing_is_written(shops: Shops) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=100_000)
    many, few = shop.variant(1000, stock=10), shop.variant(500, stock=1)
    items = [{"variant_id": str(many), "quantity": 3}, {"variant_id": str(few), "quantity": 1}]
    made = shops.buyer.post("/api/orders", {"items": items, "method": "wallet"}).json()
    assert [(item["variant_id"], item["quantity"]) for item in made["items"]] == [
        (str(many), 3),
        (str(few), 1),
    ]
    assert (made["amount"], made["tax"]) == ("41.65", "6.65")
    assert shop.holds("on_hand", asset=asset(many)) == 7
    assert shop.holds("on_hand", asset=asset(few)) == 0
    before = shop.rows()
    refused = shops.buyer.post("/api/orders", {"items": items, "method": "wallet"})
    assert refused.status_code == 409
    assert "on_hand must hold what is taken from it" in refused.json()["detail"]
    assert shop.rows() == before
    assert shop.holds("on_hand", asset=asset(many)) == 7


def test_a_product_of_one_variant_stands_for_it(shops: Shops) -> None:
    product = mug(shops)
    variant = product["variants"][0]["id"]
    made(shops.admin, "/api/inventory/receive", {"variant_id": variant, "quantity": 10})
    who = str(customer_of(shops.buyer))
    for name in (product["id"], product["number"], f"number:{product['number']}"):
        items = [{"product": name, "quantity": 2}]
        placed = made(shops.admin, "/api/orders", {"customer": who, "items": items})
        assert [(each["variant_id"], each["quantity"]) for each in placed["items"]] == [
            (variant, 2)
        ]
    cart = made(shops.buyer, "/api/cart/items", {"product_id": product["id"]})
    assert [each["variant_id"] for each in cart["items"]] == [variant]
    neither = shops.buyer.post("/api/cart/items", {"quantity": 2})
    assert neither.json()["detail"].startswith("variant must be named, or its product; got neither")
    more = {"sku": "MUG-TWO", "price": "21.00"}
    made(shops.seller, f"/api/products/{product['id']}/variants", more)
    refused = shops.buyer.post("/api/cart/items", {"product": product["id"]})
    assert (refused.status_code, refused.json()["detail"]) == (
        422, "product must have one variant to stand for it; got 2. Name the variant."
    )  # fmt: skip


def test_who_runs_the_shop_orders_for_somebody_whose_place_is_not_known(shops: Shops) -> None:
    variant = str(shop_of(shops).variant(1000))
    who, items = str(customer_of(shops.buyer)), [{"variant_id": variant}]
    placed = made(shops.admin, "/api/orders", {"customer": who, "items": items})
    assert placed["delivery"] == "available"
    refused = shops.buyer.post("/api/orders", {"items": items})
    assert (refused.status_code, refused.json()["field"]) == (422, "customer")


def test_a_buyer_lists_own_orders_and_a_seller_own_lines(shops: Shops) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, shops.stranger, money=100_000)
    hers, ours = shop.variant(1000, seller=shops.seller.actor), shop.variant(500)
    mixed, other = order(shops.buyer, hers, ours), order(shops.stranger, ours)
    listed = shops.buyer.get("/api/orders").json()
    assert [each["id"] for each in listed["results"]] == [mixed["id"]]
    assert len(listed["results"][0]["items"]) == 2
    (seen,) = shops.seller.get("/api/orders").json()["results"]
    assert [each["variant_id"] for each in seen["items"]] == [str(hers)]
    assert (seen["amount"], seen["customer"]) == ("11.90", None)
    assert shops.seller.get(f"/api/orders/{other['id']}").status_code == 404
    assert shops.buyer.get(f"/api/orders/{other['id']}").status_code == 404
    whole = shops.admin.get("/api/orders").json()
    assert [each["number"] for each in whole["results"]] == [other["number"], mixed["number"]]
    one = shops.admin.get(f"/api/orders?customer={customer_of(shops.stranger)}").json()
    assert [each["id"] for each in one["results"]] == [other["id"]]


def test_orders_are_filtered_and_ordered_as_is_asked_for(shops: Shops) -> None:
    for amount in ("30", "10", "20"):
        recorded(shops, amount, "placed")
        shops.clock.pass_by(seconds=60)
    shops.people["acme"]["admin"] = shops.log_in(shops.tenant("acme"), shops.admin.actor)

    def amounts(query: str) -> list[str]:
        answer = shops.admin.get(f"/api/orders{query}")
        assert answer.status_code == 200, answer.text
        return [each["amount"].partition(".")[0] for each in answer.json()["results"]]

    assert amounts("?ordering=total_minor") == ["10", "20", "30"]
    assert amounts("?ordering=-total_minor&page_size=2") == ["30", "20"]
    assert amounts("?ordering=-total_minor&page_size=2&page=2") == ["10"]
    assert amounts("?since=2026-03-01T12:01:00Z&until=2026-03-01T12:02:00Z") == ["10"]
    assert amounts("/recent/?limit=2") == ["20", "10"]
    assert amounts("/high_value/?threshold=2000") == ["20", "30"]
    (dear,) = shops.admin.get("/api/orders/high_value?threshold=2001").json()["results"]
    assert (dear["amount"], dear["currency"]) == ("30.00", "EUR")
    shops.admin.post("/api/orders/number:1/cancel")
    assert amounts("/pending/") == ["20", "10"]
    for wrong, field in (("?status=lost", "status"), ("?ordering=colour", "ordering")):
        refused = shops.admin.get(f"/api/orders{wrong}")
        assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_the_order_placed_last_is_the_most_recent_whichever_cart_was_filled_first(
    shops: Shops,
) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, shops.stranger, money=100_000)
    first = {"variant_id": str(shop.variant())}
    assert shops.buyer.post("/api/cart/items", first).status_code == 201
    shops.clock.pass_by(seconds=60)
    early = order(shops.stranger, shop.variant())
    shops.clock.pass_by(seconds=60)
    late = shops.buyer.post("/api/orders/checkout", {"method": "wallet"}).json()
    assert late["number"] < early["number"]
    found = shops.admin.get("/api/orders/recent/").json()["results"]
    assert [each["id"] for each in found] == [late["id"], early["id"]]


def test_only_a_cart_is_deleted_and_a_placed_order_is_called_off(shops: Shops) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=100_000)
    variant = shop.variant()
    placed = order(shops.buyer, variant)["id"]
    added = shops.buyer.post("/api/cart/items", {"variant_id": str(variant)}).json()["id"]
    assert shops.buyer.delete(f"/api/orders/{added}").status_code == 204
    refused = shops.buyer.delete(f"/api/orders/{placed}")
    assert (refused.status_code, "order.cancelled" in refused.json()["allowed"]) == (409, True)
    called_off = shops.buyer.patch(f"/api/orders/{placed}", {"status": "cancelled"})
    assert (called_off.status_code, called_off.json()["status"]) == (200, "cancelled")
    assert shop.holds("on_hand", asset=asset(variant)) == 10


def test_a_legal_move_writes_one_event_and_an_illegal_one_says_what_is_allowed(
    shops: Shops,
) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=100_000)
    path = f"/api/orders/{order(shops.buyer, shop.variant())['id']}/update_status/"
    wrong = shops.admin.post(path, {"status": "cart"})
    assert wrong.status_code == 409
    assert {"order.completed", "order.cancelled"} <= set(wrong.json()["allowed"])
    assert shop.events("order.cancelled") == []
    assert shops.admin.post(path, {"status": "cancelled"}).json()["status"] == "cancelled"
    assert shop.events("order.cancelled") == ["order.cancelled"]
    again = shops.admin.post(path, {"status": "cancelled"})
    assert (again.status_code, again.json()["allowed"]) == (409, [])
    assert shop.events("order.cancelled") == ["order.cancelled"]


def test_an_order_is_cancelled_before_it_is_shipped_once(shops: Shops) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=5_000)
    variant = shop.variant(1000)
    first, second = (order(shops.buyer, variant)["id"] for _ in range(2))
    assert shop.holds("wallet", customer_of(shops.buyer).hex) == 5_000 - 2 * 1_190
    assert shops.buyer.post(f"/api/orders/{first}/cancel").status_code == 200
    assert shops.buyer.post(f"/api/orders/{first}/cancel").status_code == 409
    assert shop.holds("wallet", customer_of(shops.buyer).hex) == 5_000 - 1_190
    assert shop.holds("on_hand", asset=asset(variant)) == 9
    deliver(shops, second)
    late = shops.buyer.post(f"/api/orders/{second}/cancel")
    assert (late.status_code, "shipped" in late.json()["detail"]) == (409, True)


def test_an_order_is_completed_three_days_after_it_came_and_pays_its_seller_once(
    shops: Shops,
) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=5_000)
    made = order(shops.buyer, shop.variant(1000, seller=shops.seller.actor))["id"]
    deliver(shops, made)

    def at(late: timedelta) -> int:
        shops.clock.now = NOW + late
        buyer = shops.log_in(shops.tenant("acme"), shops.buyer.actor)
        return buyer.post(f"/api/orders/{made}/complete/").status_code

    seller = shops.seller.actor.user_id
    assert seller is not None
    assert at(timedelta(days=3, minutes=-1)) == 409
    assert shop.holds("held", UUID(made).hex) == 1_190
    assert at(timedelta(days=3)) == 200
    assert (shop.holds("held", UUID(made).hex), shop.holds("wallet", seller.hex)) == (0, 950)
    assert at(timedelta(days=3)) == 409
    assert shop.holds("wallet", seller.hex) == 950


def test_refunds_come_in_parts_never_exceed_what_arrived_and_happen_once_a_key(
    shops: Shops,
) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=5_000)
    path = f"/api/orders/{order(shops.buyer, shop.variant(1000))['id']}/create_refund/"
    part = {"amount": "5.00", "reason": "damaged"}
    key = {"Idempotency-Key": "r1"}
    first = shops.admin.post(path, part, headers=key)
    assert first.status_code == 201, first.text
    assert (first.json()["refunded"], first.json()["refundable"]) == ("5.00", "6.90")
    assert shops.admin.post(path, part, headers=key).json() == first.json()
    other = shops.admin.post(path, {**part, "amount": "6.00"}, headers=key)
    assert other.status_code == 409
    assert shops.admin.post(path, {**part, "amount": "6.91"}).status_code == 409
    rest = shops.admin.post(path, {"reason": "damaged"}).json()
    assert (rest["amount"], rest["refundable"]) == ("6.90", "0.00")
    assert shop.holds("wallet", customer_of(shops.buyer).hex) == 5_000


@pytest.mark.parametrize(
    ("country", "tax"), [("US", 100), ("GB", 200), ("CA", 150), ("DE", 190), ("FR", 200)]
)
def test_the_tax_of_an_order_is_told_by_line_and_sums_up(
    engine: Engine, country: str, tax: int
) -> None:
    shops = open_shops(engine)
    shop = shop_of(shops)
    settle(shop, shops.buyer)
    with shop.work() as work:
        customers.change(work, customer_of(shops.buyer), {"country": country})
    made = order(shops.buyer, shop.variant(1000), shop.variant(333), method="cash_on_delivery")
    told = shops.buyer.get(f"/api/order/{made['id']}/tax/").json()
    lines = [each["tax"] for each in told["lines"]]
    assert (lines[0], told["country"]) == (f"{tax / 100:.2f}", country)
    assert told["tax_minor"] == round(sum(float(each) * 100 for each in lines))
    assert (told["tax"], told["charged"]) == (made["tax"], True)
    shops.close()


def asked(person: Person, path: str) -> int:
    """How many statements an answer takes; of who is known to the gate already."""
    person.get(path)
    with statements(person.client.app.state.gate.engine) as seen:
        assert person.get(path).status_code == 200
    return len(seen)


@pytest.mark.parametrize(
    "path", ["/api/orders", "/api/orders/recent", "/api/orders/pending", "/api/orders/high_value"]
)
def test_a_list_asks_the_database_as_often_for_fifty_orders_as_for_five(
    shops: Shops, path: str, count_up: Callable[[Shops, int], None]
) -> None:
    threshold = "&threshold=0" if "high" in path else ""
    size = "limit=100" if "recent" in path else "page_size=100"
    counts = []
    for many in (5, 45):
        count_up(shops, many)
        counts.append(asked(shops.admin, f"{path}?{size}{threshold}"))
    assert counts[0] == counts[1] <= 5
    assert shops.admin.get(f"{path}?{size}{threshold}").json()["count"] == 50


@pytest.fixture
def count_up() -> Callable[[Shops, int], None]:
    """Orders of two lines, so many more."""

    def more(shops: Shops, many: int) -> None:
        shop = shop_of(shops)
        settle(shop, shops.buyer)
        variants = [shop.variant(100, stock=many) for _ in range(2)]
        with shop.work(shops.buyer.actor) as work:
            for _ in range(many):
                lines = [OrderedLine(each, 1) for each in variants]
                place(work, lines, customer_of(shops.buyer), "cash_on_delivery")

    return more
