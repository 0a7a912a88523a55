"""Inventory over HTTP: what comes in, what is corrected and why, and what is running low."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from tests.serving.rest.goods import behind, made, mug, statements_of
from tests.serving.rest.people import Shops

from commerce.records import schema


def variant_of(product: Any) -> str:
    """The only variant of a product."""
    return str(product["variants"][0]["id"])


def test_stock_that_came_in_and_was_corrected_is_seen_and_says_why(shops: Shops) -> None:
    variant = variant_of(mug(shops))
    came = made(shops.seller, "/api/inventory/receive/", {"variant_id": variant, "quantity": 10})
    assert came["available"] == 10
    broken = {"variant_id": variant, "quantity": 4, "reason": "damaged"}
    assert made(shops.seller, "/api/inventory/adjust/", broken)["available"] == 6
    assert shops.seller.get(f"/api/inventory/{variant}").json()["available"] == 6
    event = schema.event
    with behind(shops).look() as work:
        written = work.connection.execute(
            select(event.c.type, event.c.quantity, event.c.reason)
            .where(event.c.aggregate_id == UUID(variant).hex)
            .order_by(event.c.id)
        ).all()
    assert [tuple(row) for row in written] == [
        ("stock.received", 10, None), ("stock.adjusted", 4, "damaged")
    ]  # fmt: skip


def test_a_correction_has_a_known_reason_and_takes_no_more_than_there_is(shops: Shops) -> None:
    one = {"variant_id": variant_of(mug(shops)), "quantity": 1}
    whim = shops.seller.post("/api/inventory/adjust", {**one, "reason": "whim"})
    assert (whim.status_code, whim.json()["field"]) == (422, "reason")
    assert shops.seller.post("/api/inventory/adjust", one).json()["field"] == "reason"
    lost = shops.seller.post("/api/inventory/adjust", {**one, "reason": "lost"})
    assert lost.status_code == 409
    for quantity in (0, -1, 1_000_001):
        refused = shops.seller.post("/api/inventory/receive", {**one, "quantity": quantity})
        assert (refused.status_code, refused.json()["field"]) == (422, "quantity")


def test_a_delivery_that_is_told_twice_came_once(shops: Shops) -> None:
    body = {"variant_id": variant_of(mug(shops)), "quantity": 2}
    for _ in range(2):
        came = shops.seller.post("/api/inventory/receive", body, headers={"Idempotency-Key": "k"})
        assert came.json()["available"] == 2


def test_low_is_what_has_no_more_than_its_threshold(shops: Shops) -> None:
    found = {}
    for name, units in (("at", 5), ("under", 0), ("over", 6)):
        sold = [{"sku": name, "price": "1", "low_stock_at": 5}]
        product = made(shops.admin, "/api/products", {"name": name, "variants": sold})
        found[name] = body = {"variant_id": variant_of(product), "quantity": units}
        if units:
            made(shops.admin, "/api/inventory/receive", body)
    for asked, names in {
        "": ["at", "under"],
        "?threshold=6": ["at", "over", "under"],
        "?threshold=4": ["under"],
        "?threshold=6&page_size=2": ["at", "over"],
        "?threshold=6&ordering=-sku": ["under", "over", "at"],
    }.items():
        listed = shops.admin.get(f"/api/products/low_stock/{asked}").json()
        assert [each["sku"] for each in listed["results"]] == names
    assert listed["count"] == 3
    assert shops.seller.get("/api/products/low_stock").json()["count"] == 0
    assert shops.of("other")["admin"].get("/api/products/low_stock").json()["count"] == 0


def test_a_seller_sees_own_levels_alone(shops: Shops) -> None:
    own, house = mug(shops), mug(shops, shops.seller)
    assert shops.seller.get("/api/inventory").json()["count"] == 2
    assert shops.admin.get("/api/inventory").json()["count"] == 2
    listed = shops.admin.get(f"/api/inventory?product_id={house['id']}").json()
    assert [each["product_id"] for each in listed["results"]] == [house["id"]]
    assert shops.buyer.get("/api/inventory").json()["count"] == 0
    assert shops.buyer.get(f"/api/inventory/{variant_of(own)}").status_code == 404


def test_a_list_takes_as_many_statements_at_50_rows_as_at_5(shops: Shops) -> None:
    counts = []
    for number in range(50):
        made(shops.admin, "/api/products", {"name": "Mug", "sku": f"M{number}", "price": "1"})
        if number + 1 in (5, 50):
            counts += [
                statements_of(shops, shops.admin, f"/api/{path}?page_size=100")
                for path in ("products/low_stock", "inventory")
            ]
    assert counts[:2] == counts[2:]
    assert max(counts) < 5
