"""Payments over HTTP: recorded, begun, confirmed, paid back, disputed; cards; what a payment never shows."""

from __future__ import annotations

from typing import Any

import pytest
from tests.commerce.statements import statements
from tests.serving.rest.people import Shops
from tests.serving.rest.selling import customer_of, order, settle, shop_of

from commerce.orders.offline import record_order
from commerce.payments.offline import record_payment
from commerce.records.database import reading
from commerce.records.doctor import examine


def owed(shops: Shops, amount: str = "249.99") -> dict[str, Any]:
    """An order from elsewhere that nothing is paid of; give the answer."""
    buyer = str(customer_of(shops.buyer))
    body: dict[str, Any] = shops.admin.post(
        "/api/orders", {"customer": buyer, "amount": amount, "status": "delivered"}
    ).json()
    return body


def card(shops: Shops, token: str = "pm_card_visa") -> str:
    """Keep a card of the buyer's over HTTP; give its id."""
    made = shops.buyer.post("/api/payment_methods", {"token": token})
    assert made.status_code == 201, made.text
    return str(made.json()[-1]["id"])


def begun(shops: Shops, amount: str = "10.00", **more: Any) -> dict[str, Any]:
    """A payment by card that is begun; give the answer."""
    body = {"order": owed(shops, amount)["id"], "amount": amount, "method_id": card(shops), **more}
    made = shops.buyer.post("/api/payments/create_payment_intent/", body)
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


def test_a_payment_is_recorded_by_the_body_that_clients_send(shops: Shops) -> None:
    made, shop = owed(shops), shop_of(shops)
    sent = {
        "customer": str(customer_of(shops.buyer)),
        "order": made["number"],
        "method": "card",
        "success": False,
        "amount": "249.99",
    }
    failed = shops.admin.post("/api/payments/", sent)
    assert failed.status_code == 201, failed.text
    assert (failed.json()["success"], failed.json()["captured"]) == (False, "0.00")
    assert shop.events("payment.captured", "payment.failed") == ["payment.failed"]
    assert shop.holds("external") == 0
    paid = shops.admin.post("/api/payments/", {**sent, "success": True})
    assert paid.status_code == 201, paid.text
    assert (paid.json()["success"], paid.json()["captured"]) == (True, "249.99")
    assert paid.json()["order"] == made["id"]
    assert shop.holds("external") == -24_999
    twice = shops.admin.post("/api/payments/", {**sent, "success": True})
    assert twice.status_code == 409
    assert shops.admin.get("/api/payments").json()["count"] == 2
    with reading(shops.engine) as connection:
        assert [found.rule for found in examine(connection)] == []


@pytest.mark.parametrize(
    ("word", "kept"), [("cod", "cash_on_delivery"), ("bank_transfer", "transfer")]
)
def test_a_method_is_known_by_the_words_of_others(shops: Shops, word: str, kept: str) -> None:
    body = {"customer": str(customer_of(shops.buyer)), "method": word, "amount": "249.99"}
    made = shops.admin.post("/api/payments", {**body, "order": owed(shops)["number"]})
    assert (made.status_code, made.json()["method"], made.json()["captured"]) == (
        201, kept, "249.99"
    )  # fmt: skip


def test_payments_are_listed_by_status_and_show_no_secret(shops: Shops) -> None:
    begun(shops)
    paid = begun(shops)["id"]
    shops.buyer.post(f"/api/payments/{paid}/confirm_payment/")
    done = shops.buyer.get("/api/payments/?status=succeeded").json()
    assert [each["id"] for each in done["results"]] == [paid]
    assert shops.admin.get("/api/payments").json()["count"] == 2
    assert shops.stranger.get("/api/payments").json()["count"] == 0
    assert set(done["results"][0]) == {
        "id", "order", "customer", "method", "provider", "status", "success", "amount", "currency",
        "captured", "refunded", "pending_refunds", "charged_back", "disputed", "created_at",
    }  # fmt: skip
    assert not any(word in str(done) for word in ("pi_", "pm_", "ch_", "secret", "4242"))
    wrong = shops.admin.get("/api/payments?status=lost")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "status")


def test_one_key_begins_one_payment_and_is_refused_with_another_body(shops: Shops) -> None:
    body = {"order": owed(shops)["id"], "amount": "100.00"}
    key = {"Idempotency-Key": "intent-1"}
    path = "/api/payments/create_payment_intent/"
    first = shops.buyer.post(path, body, headers=key)
    assert first.status_code == 201, first.text
    assert first.json()["status"] == "requires_payment_method"
    assert shops.buyer.post(path, body, headers=key).json() == first.json()
    assert shops.buyer.get("/api/payments").json()["count"] == 1
    assert shops.buyer.post(path, {**body, "amount": "1.00"}, headers=key).status_code == 409
    too_much = shops.buyer.post(path, {**body, "amount": "150.00"})
    assert (too_much.status_code, "must not exceed" in too_much.json()["detail"]) == (409, True)


def test_a_card_is_charged_when_it_is_confirmed_and_a_declined_one_is_not(shops: Shops) -> None:
    bad = card(shops, "pm_card_visa_chargeDeclined")
    payment = begun(shops, method_id=bad)["id"]
    path = f"/api/payments/{payment}/confirm_payment/"
    declined = shops.buyer.post(path).json()
    assert (declined["status"], declined["captured"]) == ("requires_payment_method", "0.00")
    paid = shops.buyer.post(path, {"payment_method": card(shops)}).json()
    assert (paid["status"], paid["captured"]) == ("succeeded", "10.00")
    assert shops.buyer.post(path).status_code == 409


def test_a_card_is_authorised_first_and_captured_later_by_the_shop(shops: Shops) -> None:
    payment = begun(shops, capture_method="manual")["id"]
    held = shops.buyer.post(f"/api/payments/{payment}/confirm_payment").json()
    assert (held["status"], held["success"]) == ("requires_capture", False)
    assert shops.buyer.post(f"/api/payments/{payment}/capture").status_code == 403
    taken = shops.admin.post(f"/api/payments/{payment}/capture").json()
    assert (taken["status"], taken["captured"]) == ("succeeded", "10.00")


def test_a_payment_goes_back_in_parts_never_more_than_arrived_and_once_a_key(shops: Shops) -> None:
    payment = begun(shops)["id"]
    shops.buyer.post(f"/api/payments/{payment}/confirm_payment")
    path, part = f"/api/payments/{payment}/refund/", {"amount": "4.00", "reason": "damaged"}
    key = {"Idempotency-Key": "back"}
    first = shops.admin.post(path, part, headers=key)
    assert (first.status_code, first.json()["refunded"]) == (201, "4.00")
    assert shops.admin.post(path, part, headers=key).json() == first.json()
    assert shops.admin.post(path, {**part, "amount": "6.01"}).status_code == 409
    assert shops.admin.post(path, {}).json()["refunded"] == "10.00"


def test_a_dispute_is_opened_listed_and_charged_back_when_it_is_lost(shops: Shops) -> None:
    payment = begun(shops)["id"]
    shops.buyer.post(f"/api/payments/{payment}/confirm_payment")
    told = {"amount": "4.00", "reason": "fraudulent"}
    made = shops.admin.post(f"/api/payments/{payment}/dispute", told).json()["id"]
    assert shops.admin.get("/api/disputes?status=open").json()["results"][0]["amount"] == "4.00"
    assert shops.stranger.get("/api/disputes").json()["count"] == 0
    ended = shops.admin.post(f"/api/disputes/{made}/close", {"lost": True}).json()
    assert ended["status"] == "lost"
    assert shops.buyer.get(f"/api/payments/{payment}").json()["charged_back"] == "4.00"
    assert shops.admin.post(f"/api/disputes/{made}/close", {"lost": True}).status_code == 409


def test_cards_are_kept_listed_preferred_and_forgotten(shops: Shops) -> None:
    first = card(shops)
    second = card(shops, "pm_card_mastercard")
    listed = shops.buyer.get("/api/payment_methods").json()
    assert [(each["id"], each["is_default"]) for each in listed["results"]] == [
        (first, True), (second, False)
    ]  # fmt: skip
    assert set(listed["results"][0]) == {"id", "brand", "last4", "is_default", "attached_at"}
    preferred = shops.buyer.post(f"/api/payment_methods/{second}/default").json()
    assert [each["last4"] for each in preferred if each["is_default"]] == ["4444"]
    assert shops.buyer.delete(f"/api/payment_methods/{second}").status_code == 204
    assert shops.buyer.get("/api/payment_methods").json()["count"] == 1
    for person, path in ((shops.stranger, first), (shops.buyer, second)):
        assert person.delete(f"/api/payment_methods/{path}").status_code == 404
    number = shops.buyer.post("/api/payment_methods", {"token": "4242424242424242"})
    assert number.status_code == 404


def test_a_shops_setting_says_who_takes_its_cards(shops: Shops) -> None:
    settle(shop_of(shops), shops.buyer, money=100_000)
    variant = shop_of(shops).variant(1000)
    ways = {
        "local": ("card", "local"),
        "stripe": ("card", "stripe"),
        "none": ("cash_on_delivery", "cash_on_delivery"),
    }
    for setting, (method, provider) in ways.items():
        settings = {"settings": {"provider": setting}}
        assert shops.superadmin.patch("/api/tenants/acme", settings).status_code == 200
        made = order(shops.buyer, variant, method=method)["id"]
        (payment,) = shops.buyer.get(f"/api/payments?order={made}").json()["results"]
        assert payment["provider"] == provider
    refused = shops.buyer.post(
        "/api/orders", {"items": [{"variant_id": str(variant)}], "method": "card"}
    )
    assert refused.status_code == 422
    paid = order(shops.buyer, variant, method="wallet")["id"]
    (by_wallet,) = shops.buyer.get(f"/api/payments?order={paid}").json()["results"]
    assert by_wallet["provider"] == "wallet"


def test_a_list_asks_the_database_as_often_for_fifty_payments_as_for_five(shops: Shops) -> None:
    shop, customer = shop_of(shops), customer_of(shops.buyer)
    counts = []
    for many in (5, 45):
        with shop.work() as work:
            for _ in range(many):
                made = record_order(work, customer, 1_000)
                record_payment(work, made, customer, 1_000, "card", success=True)
        shops.admin.get("/api/payments")
        with statements(shops.gate.engine) as seen:
            listed = shops.admin.get("/api/payments?page_size=100").json()
        counts.append((len(seen), listed["count"]))
    assert [each[1] for each in counts] == [5, 50]
    assert counts[0][0] == counts[1][0] <= 6
