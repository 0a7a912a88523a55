"""The cart and checkout over HTTP: filled, placed whole or not at all, once a key, by fifty at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from tests.serving.rest.people import NOW, Person, Shops
from tests.serving.rest.selling import customer_of, deliver, order, settle, shop_of

from commerce.notifications.inbox import notifier
from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.database import reading
from commerce.records.doctor import examine
from commerce.records.outbox import drain
from commerce.stock import asset


def test_things_are_added_changed_and_taken_out_of_the_one_cart(shops: Shops) -> None:
    shop = shop_of(shops)
    mug, jug = shop.variant(1000), shop.variant(500)
    assert shops.buyer.get("/api/cart/").json() == {
        "id": None, "items": [], "amount": "0.00", "currency": "EUR"
    }  # fmt: skip
    first = shops.buyer.post("/api/cart/items/", {"variant_id": str(mug), "quantity": 2})
    assert (first.status_code, first.json()["amount"]) == (201, "20.00")
    second = shops.buyer.post("/api/cart/items", {"variant": str(jug)}).json()
    assert (second["id"], second["amount"]) == (first.json()["id"], "25.00")
    more = shops.buyer.post("/api/cart/items", {"variant_id": str(mug)}).json()
    assert [line["quantity"] for line in more["items"]] == [3, 1]
    changed = shops.buyer.patch(f"/api/cart/items/{mug}", {"quantity": 1}).json()
    assert changed["amount"] == "15.00"
    assert shops.buyer.delete(f"/api/cart/items/{jug}").json()["amount"] == "10.00"
    assert shops.buyer.delete(f"/api/cart/items/{jug}").status_code == 404
    assert shops.stranger.get("/api/cart").json()["items"] == []
    assert shops.buyer.get("/api/orders?status=cart").json()["count"] == 1
    for quantity in (0, -1, 1_000_001):
        wrong = shops.buyer.post("/api/cart/items", {"variant_id": str(mug), "quantity": quantity})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "quantity")
    hers = {"params": {"customer_id": str(customer_of(shops.buyer))}}
    assert shops.stranger.get("/api/cart", **hers).status_code == 404
    assert shops.admin.get("/api/cart", **hers).json()["amount"] == "10.00"


def test_from_the_cart_to_an_order_and_word_of_it(shops: Shops) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=5_000)
    mug = shop.variant(1000)
    cart = shops.buyer.post("/api/cart/items", {"variant_id": str(mug), "quantity": 2}).json()
    made = shops.buyer.post("/api/orders/checkout/", {"method": "wallet"})
    assert made.status_code == 201, made.text
    placed = made.json()
    assert (placed["id"], placed["status"], placed["amount"]) == (cart["id"], "placed", "23.80")
    assert shops.buyer.get("/api/cart").json()["items"] == []
    assert shops.buyer.get("/api/wallet").json() == {
        "balance": "26.20", "held_balance": "23.80", "currency": "EUR"
    }  # fmt: skip
    assert shop.holds("on_hand", asset=asset(mug)) == 8
    drain(shops.engine, shops.tenant("acme"), notifier(), now=shops.clock())
    with shop.look() as work:
        told = schema.notification
        kinds = work.connection.execute(select(told.c.kind)).scalars().all()
    assert list(kinds).count("order_created") == 1
    empty = shops.buyer.post("/api/orders/checkout", {"method": "wallet"})
    assert (empty.status_code, empty.json()["detail"][:25]) == (409, "cart must hold something;")


def test_one_key_checks_out_once_and_answers_with_the_same_order(shops: Shops) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=5_000)
    mug = str(shop.variant(1000))
    shops.buyer.post("/api/cart/items", {"variant_id": mug})
    key, wallet = {"Idempotency-Key": "checkout-1"}, {"method": "wallet"}
    first = shops.buyer.post("/api/orders/checkout/", wallet, headers=key)
    shops.buyer.post("/api/cart/items", {"variant_id": mug})
    again = shops.buyer.post("/api/orders/checkout/", wallet, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert shops.buyer.get("/api/orders?status=placed").json()["count"] == 1
    other = shops.buyer.post("/api/orders/checkout/", {"method": "pay_later"}, headers=key)
    assert other.status_code == 409


def test_checkout_asks_for_a_saved_place_and_keeps_it(shops: Shops) -> None:
    shop = shop_of(shops)
    mug = str(shop.variant(1000))
    shops.buyer.post("/api/cart/items", {"variant_id": mug})
    nowhere = shops.buyer.post("/api/orders/checkout", {"method": "cash_on_delivery"})
    assert nowhere.status_code == 422
    assert nowhere.json()["detail"].startswith("customer must have a saved location to order;")
    me = f"/api/customers/{customer_of(shops.buyer)}"
    place = {"latitude": 52.5, "longitude": 13.4, "address": "Tick Street 1"}
    assert shops.buyer.put(f"{me}/location", place).status_code == 200
    assert (
        shops.buyer.post("/api/orders/checkout", {"method": "cash_on_delivery"}).status_code == 201
    )
    shops.buyer.put(f"{me}/location", {**place, "address": "Tock Lane 2"})
    with shop.look() as work:
        assert (
            work.connection.execute(select(schema.orders.c.address)).scalar_one() == "Tick Street 1"
        )


def test_too_little_money_is_402_and_writes_nothing(shops: Shops) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=1_000)
    shops.buyer.post("/api/cart/items", {"variant_id": str(shop.variant(1000))})
    before = shop.rows()
    assert shops.buyer.post("/api/orders/checkout", {"method": "wallet"}).status_code == 402
    assert shop.rows() == before


def together(people: list[Person], path: str, body: Any, **options: Any) -> list[int]:
    """Let everybody ask the same at the same time; give the statuses."""
    ready = threading.Barrier(len(people))
    answers = [0] * len(people)

    def ask(place: int, person: Person) -> None:
        ready.wait()
        answers[place] = person.post(path, body, **options).status_code

    threads = [threading.Thread(target=ask, args=each) for each in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_fifty_checkouts_at_once_lose_and_double_nothing(shops: Shops) -> None:
    shop = shop_of(shops)
    mug = shop.variant(1000, stock=10, seller=shops.seller.actor)
    people = []
    for _ in range(50):
        actor: Actor = shop.buyer(2_000)
        person = shops.log_in(shops.tenant("acme"), actor)
        assert person.post("/api/cart/items", {"variant_id": str(mug)}).status_code == 201
        people.append(person)
    answers = together(people, "/api/orders/checkout", {"method": "wallet"})
    assert sorted(answers) == [201] * 10 + [409] * 40
    assert shop.holds("on_hand", asset=asset(mug)) == 0
    placed = shops.admin.get("/api/orders?status=placed&page_size=100").json()
    assert placed["count"] == 10
    assert len({each["customer"] for each in placed["results"]}) == 10
    bought = {each["customer"] for each in placed["results"]}
    for person in people:
        wallet = person.get("/api/wallet").json()
        whole = {"balance": "20.00", "held_balance": "0.00", "currency": "EUR"}
        spent = {"balance": "8.10", "held_balance": "11.90", "currency": "EUR"}
        assert wallet == (spent if str(person.actor.customer_id) in bought else whole)
    with reading(shops.engine) as connection:
        assert [found.rule for found in examine(connection)] == []


def test_one_checkout_sent_twenty_times_at_once_under_one_key_is_one_order(shops: Shops) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=50_000)
    shops.buyer.post("/api/cart/items", {"variant_id": str(shop.variant(1000, stock=30))})
    key = {"Idempotency-Key": "twenty"}
    wallet = {"method": "wallet"}
    answers = together([shops.buyer] * 20, "/api/orders/checkout", wallet, headers=key)
    assert answers == [201] * 20
    assert shops.buyer.get("/api/orders").json()["count"] == 1
    assert shops.buyer.get("/api/wallet").json()["held_balance"] == "11.90"


def test_a_two_seller_order_is_settled_to_the_last_minor_unit(shops: Shops) -> None:
    shop = shop_of(shops)
    settle(shop, shops.buyer, money=50_000)
    second = shops.log_in(shops.tenant("acme"), shop.seller())
    hers, his = (
        shop.variant(1000, seller=shops.seller.actor),
        shop.variant(333, seller=second.actor),
    )
    made = order(shops.buyer, hers, his)
    parts = [
        person.get(f"/api/orders/{made['id']}").json()["amount"]
        for person in (shops.seller, second)
    ]
    assert parts == ["11.90", "3.96"]
    assert made["amount"] == "15.86"
    deliver(shops, made["id"])
    shops.clock.now = NOW + timedelta(days=3)
    buyer = shops.log_in(shops.tenant("acme"), shops.buyer.actor)
    held, fees = shop.holds("held", UUID(made["id"]).hex), shop.holds("fees")
    assert buyer.post(f"/api/orders/{made['id']}/complete").status_code == 200
    paid = []
    for person in (shops.seller, second):
        assert person.actor.user_id is not None
        paid.append(shop.holds("wallet", person.actor.user_id.hex))
    assert paid == [950, 316]
    assert held == 1_586 == sum(paid) + shop.holds("fees") - fees + shop.holds("tax")
    assert shop.holds("held", UUID(made["id"]).hex) == 0


def test_a_variant_of_another_product_than_is_named_is_refused(shops: Shops) -> None:
    shop = shop_of(shops)
    mug, jug = shop.variant(1000), shop.variant(500)
    for variant, status in ((mug, 201), (jug, 422)):
        item = {"variant_id": str(variant), "product": str(shop.product(mug))}
        answer = shops.buyer.post("/api/cart/items", item)
        assert answer.status_code == status, answer.text
