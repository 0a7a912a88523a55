"""Amounts on their way to Stripe and back, in every currency that Stripe writes otherwise than we do."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe
from tests.commerce.payments.banks import SECRET
from tests.commerce.payments.stripe_stub import Transport
from tests.commerce.shop import NOW

from commerce.payments.providers.port import ProviderCall, ProviderRefused, WebhookRefused
from commerce.payments.providers.stripe import Stripe
from commerce.payments.providers.stripe_amounts import from_stripe, to_stripe
from commerce.records.money import CURRENCIES

WHOLE = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
PAIRS = [
    ("EUR", 1999, 1999),
    *(
        (code, 5000, 5000)
        for code in [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "VND",
            "VUV",
            "XAF",
            "XOF",
        ]
    ),
    ("XPF", 5000, 5000),
    ("MGA", 500_000, 5000),
    ("UGX", 5000, 500_000),
    ("ISK", 5000, 500_000),
    ("HUF", 1234, 1234),
    ("TWD", 80_045, 80_045),
    *((code, 5120, 5120) for code in ["BHD", "JOD", "KWD", "OMR", "TND"]),
]


@pytest.fixture
def wire() -> Transport:
    return Transport(NOW)


@pytest.fixture
def bank(wire: Transport) -> Stripe:
    return Stripe("sk_test_1", SECRET, http_client=wire, retries=0)


def call(verb: str, amount: int, currency: str, **more: Any) -> ProviderCall:
    return ProviderCall(f"{verb}-1", verb, "ab" * 16, "acme", None, None, amount, currency, **more)


def webhook(document: dict[str, Any]) -> tuple[bytes, str]:
    at = int(NOW.timestamp())
    event = {"object": "event", "id": "evt_1", "created": at, "data": {"object": document}}
    text = json.dumps(event)
    return text.encode(), stripe.WebhookSignature.generate_signature_header(text, SECRET, at)


@pytest.mark.parametrize(("currency", "ours", "theirs"), PAIRS)
def test_what_is_sent_is_stripes_amount_and_what_comes_back_is_ours(
    wire: Transport, bank: Stripe, currency: str, ours: int, theirs: int
) -> None:
    created = bank.create(call("create", ours, currency))
    intent = wire.objects[created.intent]
    assert intent["amount"] == theirs
    assert "amount" not in intent["metadata"]
    intent |= {"status": "requires_capture", "latest_charge": "ch_1", "payment_method": "pm_1"}
    answered = bank.capture(call("capture", ours, currency)._replace(intent=created.intent))
    assert answered is not None
    heard = bank.read_webhook(*webhook(intent | {"status": "succeeded"}), now=NOW)
    assert heard is not None
    assert {(each.amount, each.currency) for each in (answered, heard)} == {(ours, currency)}
    wire.objects["pm_1"] = {"token": "pm_card_visa"}
    refunded = bank.refund(call("refund", ours, currency)._replace(intent=created.intent))
    assert refunded is not None
    assert (refunded.amount, wire.objects[created.intent]["refunded"]) == (ours, theirs)


@pytest.mark.parametrize(("ours", "theirs"), [(10_005, 10_000), (10_015, 10_020), (5124, 5120)])
def test_the_last_of_three_digits_is_rounded_and_the_books_keep_our_amount(
    wire: Transport, bank: Stripe, ours: int, theirs: int
) -> None:
    created = bank.create(call("create", ours, "KWD"))
    intent = wire.objects[created.intent]
    assert (intent["amount"], intent["metadata"]["amount"]) == (theirs, str(ours))
    document = intent | {"status": "succeeded", "amount_received": theirs, "latest_charge": "ch_1"}
    heard = bank.read_webhook(*webhook(document), now=NOW)
    assert heard is not None
    assert heard.amount == ours
    other = bank.read_webhook(*webhook(document | {"amount_received": theirs - 10}), now=NOW)
    assert other is not None
    assert other.amount == theirs - 10


def test_what_stripe_cannot_take_is_refused_before_it_is_asked(
    wire: Transport, bank: Stripe
) -> None:
    with pytest.raises(ProviderRefused, match=r"amount must be whole MGA .*; got 5000\.50\."):
        bank.create(call("create", 500_050, "MGA"))
    assert wire.requests == []
    failed = bank.refund(call("refund", 500_050, "MGA")._replace(intent="pi_1"))
    assert failed is not None
    assert (failed.type, failed.amount) == ("payment.refund_failed", 500_050)


@pytest.mark.parametrize("currency", ["UGX", "ISK"])
def test_a_webhook_of_money_that_we_cannot_hold_is_refused(bank: Stripe, currency: str) -> None:
    document: dict[str, Any] = {
        "object": "dispute",
        "id": "dp_1",
        "payment_intent": "pi_1",
        "charge": "ch_1",
    }
    document |= {"amount": 500_050, "currency": currency.lower(), "status": "lost"}
    with pytest.raises(WebhookRefused, match=rf"amount must be whole {currency} .* got 5000\.50\."):
        bank.read_webhook(*webhook(document), now=NOW)
    with pytest.raises(WebhookRefused, match="currency must be an ISO 4217 code"):
        bank.read_webhook(*webhook(document | {"currency": "xyz"}), now=NOW)


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_whole_units_of_any_currency_come_back_as_they_went(currency: str) -> None:
    ours = 7 * 10 ** CURRENCIES[currency]
    assert from_stripe(to_stripe(ours, currency), currency, {}) == ours
