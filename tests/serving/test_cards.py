"""Cards over HTTP: a provider outside is called before the answer goes out, and what it does not hear waits."""

from __future__ import annotations

import logging

import pytest
import requests
from sqlalchemy.exc import OperationalError
from tests.commerce.payments.banks import SECRET
from tests.commerce.payments.stripe_stub import Transport
from tests.serving.rest.people import NOW, Shops
from tests.serving.rest.selling import customer_of

from commerce.payments.providers.port import ProviderCall, ProviderEvent, ProviderFailed
from commerce.payments.providers.stripe import Stripe
from commerce.records.database import reading
from commerce.records.doctor import examine
from commerce.ticks import tick
from serving.cards import Cards, open_cards
from serving.settings import DoorSettings

CONFIG = "/api/payments/config/"


@pytest.fixture
def wire(shops: Shops) -> Transport:
    """What Stripe is spoken to through, by a shop that has its cards handled there."""
    settings = {"settings": {"provider": "stripe"}}
    assert shops.superadmin.patch("/api/tenants/acme", settings).status_code == 200
    wire = Transport(NOW)
    shops.app.state.cards = Cards(Stripe("sk_test_1", SECRET, http_client=wire, retries=0))
    return wire


def owed(shops: Shops) -> dict[str, str]:
    """A payment to begin with the card that the buyer has."""
    order = {"customer": str(customer_of(shops.buyer)), "amount": "10.00", "status": "delivered"}
    made = shops.admin.post("/api/orders", order).json()["id"]
    (card,) = shops.buyer.get("/api/payment_methods").json()["results"]
    return {"order": made, "amount": "10.00", "method_id": card["id"]}


def begun(shops: Shops, **headers: str) -> dict[str, str]:
    """A payment that is begun with a card of the buyer's."""
    assert shops.buyer.post("/api/payment_methods", {"token": "pm_card_visa"}).status_code == 201
    path = "/api/payments/create_payment_intent/"
    made = shops.buyer.post(path, owed(shops), headers=headers)
    assert made.status_code == 201, made.text
    answer: dict[str, str] = made.json()
    return answer


def test_stripe_is_asked_before_the_answer_goes_out(shops: Shops, wire: Transport) -> None:
    payment = begun(shops, **{"Idempotency-Key": "once"})
    confirm = f"/api/payments/{payment['id']}/confirm_payment/"
    paid = shops.buyer.post(confirm, headers={"Idempotency-Key": "confirmed"})
    assert (paid.status_code, paid.json()["status"], paid.json()["captured"]) == (
        200,
        "succeeded",
        "10.00",
    )
    refund = shops.admin.post(f"/api/payments/{payment['id']}/refund/", {"amount": "4.00"})
    assert (refund.status_code, refund.json()["provider"]) == (201, "stripe")
    assert [each for each in wire.requests if each.endswith("/confirm")]
    assert any("/refunds" in each for each in wire.requests)


def test_who_sends_a_request_again_is_told_what_who_sent_it_first_was_told(
    shops: Shops, wire: Transport
) -> None:
    payment, key = begun(shops), {"Idempotency-Key": "confirmed"}
    confirm = f"/api/payments/{payment['id']}/confirm_payment/"
    first = shops.buyer.post(confirm, headers=key)
    asked = len(wire.requests)
    again = shops.buyer.post(confirm, headers=key)
    assert (first.status_code, first.json()["status"]) == (200, "succeeded")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len(wire.requests) == asked


def test_what_stripe_does_not_hear_is_asked_again_by_the_next_tick(
    shops: Shops, wire: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    payment = begun(shops)
    wire.down = True
    path = f"/api/payments/{payment['id']}"
    with caplog.at_level(logging.WARNING):
        waits = shops.buyer.post(f"{path}/confirm_payment/")
    assert (waits.status_code, waits.json()["success"]) == (200, False)
    assert "provider must do what it is asked" in caplog.text
    wire.down = False
    provider = shops.app.state.cards.provider
    tick(shops.engine, shops.tenant("acme"), now=shops.clock(), provider=provider)
    assert shops.buyer.get(path).json()["status"] == "succeeded"


def test_an_answer_that_the_records_refuse_changes_nobodys_answer_and_stops_no_tick(
    shops: Shops, wire: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    payment = f"/api/payments/{begun(shops)['id']}"
    shops.buyer.post(f"{payment}/confirm_payment/")
    wire.refunds_beyond = 99_999
    with caplog.at_level(logging.WARNING):
        refund = shops.admin.post(f"{payment}/refund/", {"amount": "4.00"})
    assert (refund.status_code, refund.json()["pending_refunds"]) == (201, "4.00")
    assert "refunds must not exceed what was captured" in caplog.text
    others = shops.buyer.post("/api/payments/create_payment_intent/", owed(shops))
    assert others.status_code == 201
    asked = len(wire.requests)
    provider = shops.app.state.cards.provider
    report = tick(shops.engine, shops.tenant("acme"), now=shops.clock(), provider=provider)
    assert (report.refused, report.moved["payments asked"]) == ([], [])
    assert len(wire.requests) == asked  # what was heard is not asked again
    with reading(shops.engine) as connection:
        (finding,) = examine(connection)
    assert (finding.rule, finding.count) == ("unheard", 1)


def test_a_store_that_fails_after_the_commit_does_not_change_the_answer(
    shops: Shops, wire: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Stripe):
        """Hangs up the record store, too."""

        def create(self, call: ProviderCall) -> ProviderEvent:
            raise OperationalError("SELECT 1", {}, OSError())

    begun(shops)
    shops.app.state.cards = Cards(Failing("sk_test_1", SECRET, http_client=wire))
    with caplog.at_level(logging.WARNING):
        made = shops.buyer.post("/api/payments/create_payment_intent/", owed(shops))
    assert made.status_code == 201
    assert "payments wait: OperationalError" in caplog.text


def test_a_request_asks_what_is_its_own_and_leaves_what_waits_to_ticks(
    shops: Shops, wire: Transport
) -> None:
    begun(shops)
    wire.down = True
    asked = []
    for _ in range(3):
        before = len(wire.requests)
        assert shops.buyer.post("/api/payments/create_payment_intent/", owed(shops)).is_success
        asked.append(len(wire.requests) - before)
    assert asked == [1, 1, 1]


def test_stripe_is_waited_for_no_longer_than_a_page_is(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[object] = []

    def send(session: requests.Session, *_: object, timeout: object, **__: object) -> None:
        waits.append(timeout)
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests.Session, "request", send)
    call = ProviderCall("1", "create", "2", "acme", amount=100, currency="EUR")
    with pytest.raises(ProviderFailed):
        Stripe("sk_test_1", SECRET, retries=0).create(call)
    assert waits == [10]


def test_without_a_key_cards_wait_and_are_taken_by_the_embedded_provider_in_debug_mode_alone(
    shops: Shops, wire: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    shops.app.state.cards = open_cards(DoorSettings(debug=True))
    confirmed = shops.buyer.post(f"/api/payments/{begun(shops)['id']}/confirm_payment/")
    assert (confirmed.json()["provider"], confirmed.json()["status"]) == ("local", "succeeded")
    assert shops.buyer.get(CONFIG).json() == {"provider": "local", "publishable_key": None}
    shops.app.state.cards = open_cards(DoorSettings())
    with caplog.at_level(logging.WARNING):
        body = {"token": "pm_card_mastercard"}
        assert shops.buyer.post("/api/payment_methods", body).status_code == 201
    assert "STRIPE_SECRET_KEY must be set" in caplog.text
    assert len(shops.buyer.get("/api/payment_methods").json()["results"]) == 1
    assert wire.requests == []


def test_a_page_learns_the_key_it_may_show_and_no_other(shops: Shops, wire: Transport) -> None:
    environ = {"STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_PUBLISHABLE_KEY": "pk_test_1"}
    shops.app.state.door = DoorSettings.from_env(environ)
    told = shops.buyer.get(CONFIG)
    assert told.json() == {"provider": "stripe", "publishable_key": "pk_test_1"}
    assert isinstance(open_cards(shops.app.state.door).provider, Stripe)
    assert shops.of("other")["buyer"].get(CONFIG).json()["publishable_key"] is None
