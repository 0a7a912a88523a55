"""Webhooks over HTTP: heard by their signature alone, however often and in whatever race; forged ones are refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe
from sqlalchemy import Engine
from tests.commerce.concurrency import at_once
from tests.serving.rest.people import NOW, Shops, open_shops
from tests.serving.rest.selling import customer_of, shop_of

from commerce.orders.offline import record_order
from commerce.payments import intents, methods
from commerce.payments.providers.local import sign

SECRET = "whsec_of_the_tests"
AT = int(NOW.timestamp())


@pytest.fixture
def heard(any_engine: Engine) -> Iterator[Shops]:
    """Shops whose server knows the secret of its webhooks."""
    opened = open_shops(any_engine, webhook_secret=SECRET)
    yield opened
    opened.close()


def waiting(shops: Shops, token: str = "pm_card_authenticationRequired") -> str:
    """A payment of 10.00 by card; give its id."""
    shop, buyer = shop_of(shops), customer_of(shops.buyer)
    with shop.work() as work:
        made = record_order(work, buyer, 1_000)
    with shop.work(shops.buyer.actor) as work:
        card = methods.attach(work, buyer, token)
        return str(intents.begin(work, made, buyer, 1_000, "card", method_id=card))


def arrival(payment: str, *, amount: int = 1_000) -> bytes:
    """What the provider says when the money is there."""
    key = payment.replace("-", "")
    document = {
        "object": "payment_intent",
        "id": f"pi_{key}",
        "status": "succeeded",
        "amount": amount,
        "amount_received": amount,
        "currency": "eur",
        "latest_charge": f"ch_{key}_1",
        "metadata": {"payment": key},
    }
    event = {"object": "event", "id": "evt_1", "created": AT, "data": {"object": document}}
    return json.dumps({**event, "type": "payment_intent.succeeded"}).encode()


def tell(
    shops: Shops,
    payload: bytes,
    signature: str | None = None,
    shop: str = "acme",
    name: str = "local",
) -> httpx.Response:
    """Send a webhook, signed well by default."""
    signed = sign(payload, SECRET, AT) if signature is None else signature
    return shops.anonymous.request(
        "POST",
        f"/api/payments/webhooks/{name}?tenant_id={shop}",
        content=payload,
        headers={"Stripe-Signature": signed},
    )


def payment_of(shops: Shops, payment: str) -> Any:
    """The payment as its buyer sees it."""
    return shops.buyer.get(f"/api/payments/{payment}").json()


def test_a_webhook_moves_a_payment_and_the_same_told_again_counts_once(heard: Shops) -> None:
    payment = waiting(heard)
    asked = heard.buyer.post(f"/api/payments/{payment}/confirm_payment").json()
    assert (asked["status"], asked["captured"]) == ("requires_action", "0.00")
    for _ in range(3):
        assert tell(heard, arrival(payment)).json() == {"received": True}
    told = payment_of(heard, payment)
    assert (told["status"], told["captured"]) == ("succeeded", "10.00")
    assert shop_of(heard).events("payment.captured") == ["payment.captured"]
    assert shop_of(heard).events("order.paid") == ["order.paid"]


def test_a_confirmation_that_races_with_the_webhook_captures_once(heard: Shops) -> None:
    payment = waiting(heard, "pm_card_visa")
    payload = arrival(payment)
    answers = at_once(
        lambda: heard.buyer.post(f"/api/payments/{payment}/confirm_payment").status_code,
        *[lambda: tell(heard, payload).status_code for _ in range(3)],
    )
    assert answers[0] in (200, 409)
    assert answers[1:] == [200, 200, 200]
    assert payment_of(heard, payment)["captured"] == "10.00"
    assert shop_of(heard).holds("external") == -1_000


def test_a_forged_or_old_or_altered_webhook_is_refused_and_moves_nothing(heard: Shops) -> None:
    payment = waiting(heard)
    payload = arrival(payment)
    good = sign(payload, SECRET, AT)
    tries = [
        tell(heard, payload, ""),
        tell(heard, payload, "t=1,v1=00"),
        tell(heard, payload, sign(payload, "another secret", AT)),
        tell(heard, payload, sign(payload, "", AT)),
        tell(heard, payload, sign(payload, SECRET, AT - 301)),
        tell(heard, arrival(payment, amount=1), good),
        tell(heard, payload, good, shop="nowhere"),
        tell(heard, b"no json", ""),
        tell(heard, payload, good + "x", name="stripe"),
    ]
    assert [each.status_code for each in tries] == [400] * len(tries)
    assert {each.json()["detail"] for each in tries[:4]} == {tries[6].json()["detail"]}
    assert payment_of(heard, payment)["captured"] == "0.00"


def test_a_webhook_of_one_shop_finds_nothing_in_another(heard: Shops) -> None:
    payment = waiting(heard)
    assert tell(heard, arrival(payment), shop="other").status_code == 404
    assert payment_of(heard, payment)["captured"] == "0.00"


def test_a_well_signed_webhook_of_another_amount_is_a_conflict(heard: Shops) -> None:
    payment = waiting(heard)
    refused = tell(heard, arrival(payment, amount=999))
    assert (refused.status_code, "payment must be of 1000 EUR" in refused.text) == (409, True)
    assert payment_of(heard, payment)["captured"] == "0.00"


def test_without_a_secret_no_webhook_is_heard(shops: Shops) -> None:
    payload = arrival(waiting(shops))
    for name in ("local", "stripe"):
        assert tell(shops, payload, sign(payload, "", AT), name=name).status_code == 400


def test_stripes_own_signature_is_taken(heard: Shops) -> None:
    shop_of(heard)
    settings = {"settings": {"provider": "stripe"}}
    assert heard.superadmin.patch("/api/tenants/acme", settings).status_code == 200
    shop, buyer = shop_of(heard), customer_of(heard.buyer)
    with shop.work() as work:
        made = record_order(work, buyer, 1_000)
    with shop.work(heard.buyer.actor) as work:
        payment = str(intents.begin(work, made, buyer, 1_000, "card"))
    text = arrival(payment).decode()
    signed = stripe.WebhookSignature.generate_signature_header(text, SECRET, AT)
    told = tell(heard, text.encode(), signed, name="stripe")
    assert told.status_code == 200, told.text
    assert payment_of(heard, payment)["captured"] == "10.00"
