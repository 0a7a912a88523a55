"""Brands over HTTP: asked for with enough points, decided once, listed by whom they concern."""

from __future__ import annotations

from tests.serving.rest.goods import behind, give_points, made, statements_of
from tests.serving.rest.people import NOW, Person, Shops

from commerce.notifications.inbox import list_own, notifier
from commerce.records.outbox import drain

CREATE = "/api/product/brands/create/"


def titles(shops: Shops, person: Person) -> list[str]:
    """What somebody was notified of."""
    shop = behind(shops)
    drain(shops.engine, shop.tenant, notifier(), now=NOW)
    with shop.look(person.actor) as work:
        return [each.kind for each in list_own(work).rows]


def test_a_seller_asks_from_the_threshold_on_and_waits(shops: Shops) -> None:
    give_points(shops, shops.seller, 99)
    refused = shops.seller.post(CREATE, {"name": "Tick"})
    assert refused.status_code == 403
    assert "must have 100 points for a brand; got 99" in refused.json()["detail"]
    give_points(shops, shops.seller, 1)
    answer = shops.seller.post(CREATE, {"name": "Tick"})
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["owner_id"]) == (
        "pending", str(shops.seller.actor.user_id)
    )  # fmt: skip
    for other in (shops.buyer, shops.courier):
        assert other.post(CREATE, {"name": "Tock"}).status_code == 403


def test_what_waits_is_listed_to_who_decides_of_this_shop_alone(shops: Shops) -> None:
    other = shops.of("other")["admin"]
    made(other, CREATE, {"name": "Theirs"})
    tick, tock = (made(shops.admin, CREATE, {"name": name})["id"] for name in ("Tick", "Tock"))
    made(shops.admin, f"/api/product/brands/admin/{tock}/approve/", None)
    listed = shops.admin.get("/api/product/brands/admin/pending/").json()
    assert [each["id"] for each in listed["results"]] == [tick]
    assert shops.seller.get("/api/product/brands/admin/pending/").status_code == 403
    seen = shops.buyer.get("/api/brands").json()
    assert [each["id"] for each in seen["results"]] == [tock]


def test_a_brand_is_approved_once_and_its_owner_told(shops: Shops) -> None:
    give_points(shops, shops.seller, 100)
    brand = made(shops.seller, CREATE, {"name": "Tick"})["id"]
    path = f"/api/product/brands/admin/{brand}/approve/"
    assert shops.seller.post(path).status_code == 403
    assert made(shops.admin, path, None)["status"] == "approved"
    again = shops.admin.post(path)
    assert (again.status_code, again.json()["allowed"]) == (409, [])
    assert titles(shops, shops.seller).count("brand_approved") == 1
    assert shops.of("other")["admin"].post(path).status_code == 404


def test_a_rejection_needs_a_reason_that_its_owner_reads(shops: Shops) -> None:
    give_points(shops, shops.seller, 100)
    brand = made(shops.seller, CREATE, {"name": "Tick"})["id"]
    path = f"/api/product/brands/admin/{brand}/reject/"
    for body in ({}, {"reason": " "}):
        assert shops.admin.post(path, body).status_code == 422
    assert made(shops.admin, path, {"reason": "Too like Tock"})["status"] == "rejected"
    assert shops.seller.get(f"/api/brands/{brand}").json()["reason"] == "Too like Tock"
    assert shops.buyer.get(f"/api/brands/{brand}").status_code == 404
    assert titles(shops, shops.seller).count("brand_rejected") == 1


def test_a_list_takes_as_many_statements_at_50_rows_as_at_5(shops: Shops) -> None:
    counts = []
    for number in range(50):
        made(shops.admin, CREATE, {"name": f"Brand {number}"})
        if number + 1 in (5, 50):
            counts.append(statements_of(shops, shops.admin, "/api/brands?page_size=100"))
    assert counts[0] == counts[1] < 5
