"""Webhooks: signed, fresh, counted once, in any order and at any time."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import stripe
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from tests.commerce.payments.banks import SECRET, Bank, Call, StripeBank
from tests.commerce.shop import NOW, make_shop

from commerce.payments import intents, webhooks
from commerce.payments.provider_calls import done, waiting
from commerce.payments.providers.local import Local, sign
from commerce.payments.providers.port import ProviderCall, ProviderEvent, WebhookRefused
from commerce.payments.providers.stripe import Stripe
from commerce.payments.totals import Totals
from commerce.records.errors import CommerceError, Conflict, IllegalMove, NotFound
from commerce.records.work import Work


def altered(call: Call, **changes: Any) -> Call:
    """The same webhook with other values in its object, signed anew."""
    event = json.loads(call.payload)
    event["data"]["object"] |= changes
    payload = json.dumps(event).encode()
    return Call(payload, sign(payload, SECRET, event["created"]))


def succeeded(bank: Bank) -> tuple[Any, Call]:
    """A payment under way, and the webhook that tells of its end."""
    _, payment = bank.paid("pm_card_processing")
    return payment, bank.move(bank.intent(payment), "succeeded")


def test_the_embedded_provider_signs_as_stripe_does() -> None:
    payload = '{"object": "event", "price": "3 €"}'
    theirs = stripe.WebhookSignature.generate_signature_header(payload, SECRET, 1_700_000_000)
    assert sign(payload.encode(), SECRET, 1_700_000_000) == theirs


def test_a_webhook_told_three_times_counts_once(bank: Bank) -> None:
    payment, call = succeeded(bank)
    for _ in range(3):
        assert bank.deliver(call) == payment
    assert bank.look(payment).totals == Totals(captured=1190)
    assert bank.shop.events("payment.captured", "order.paid") == ["payment.captured", "order.paid"]


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "t=,v1=",
        "v1=00",
        "nonsense",
        f"t={int(NOW.timestamp())},v1={'0' * 64}",
        "t=99999999999999999999999,v1=00",
        "t=é,v1=é",
    ],
)
def test_a_webhook_of_another_signature_is_refused(engine: Engine, signature: str) -> None:
    shop = make_shop(engine)
    for bank in (Bank(shop), StripeBank(shop)):
        with bank.shop.work() as work, pytest.raises(WebhookRefused, match="must be signed"):
            webhooks.receive(work, bank.provider(work), b'{"object": "event"}', signature)


def test_a_changed_webhook_is_refused(bank: Bank) -> None:
    payment, call = succeeded(bank)
    with pytest.raises(WebhookRefused, match="must be signed"):
        bank.deliver(Call(call.payload.replace(b"1190", b"9999"), call.signature))
    with bank.shop.work() as work, pytest.raises(WebhookRefused, match="must be signed"):
        webhooks.receive(work, Local(work, ""), call.payload, sign(call.payload, "", 0))
    assert bank.look(payment).status == "processing"


def test_a_webhook_is_good_for_five_minutes_by_the_clock_that_is_given(bank: Bank) -> None:
    payment, call = succeeded(bank)
    with pytest.raises(WebhookRefused, match="must be at most 300 seconds old; got 301 seconds"):
        bank.deliver(call, seconds=301)
    assert bank.look(payment).status == "processing"
    bank.deliver(call, seconds=300)
    assert bank.look(payment).status == "succeeded"


def test_a_payment_that_nobody_began_is_not_found(bank: Bank) -> None:
    _, call = succeeded(bank)
    with pytest.raises(NotFound, match="payment must exist; got 'pi_unknown'"):
        bank.deliver(altered(call, id="pi_unknown", metadata={}))


def test_another_shops_payment_is_not_found(bank: Bank) -> None:
    payment, call = succeeded(bank)
    other = make_shop(bank.shop.engine, "other")
    with other.work() as work, pytest.raises(NotFound):
        webhooks.receive(work, bank.provider(work), *call)
    assert bank.look(payment).status == "processing"


@pytest.mark.parametrize("change", [{"amount_received": 1}, {"currency": "usd"}])
def test_another_amount_than_the_payments_is_refused(bank: Bank, change: dict[str, Any]) -> None:
    payment, call = succeeded(bank)
    change = {"amount": 1} | change if "amount_received" in change else change
    with pytest.raises(Conflict, match="payment must be of 1190 EUR; got 1"):
        bank.deliver(altered(call, **change))
    assert bank.look(payment).totals == Totals()


def test_a_webhook_that_comes_before_the_answer_finds_the_payment_by_our_own_name(
    any_stripe: StripeBank,
) -> None:
    bank = any_stripe
    buyer, card = bank.buyer()
    assert buyer.customer_id is not None
    with bank.shop.work(buyer) as work:
        payment = intents.top_up(work, buyer.customer_id, 100, method_id=card)
    with bank.shop.look() as work:
        (call,) = waiting(work, "stripe")
    created = bank.stripe.create(call)
    bank.deliver(bank.move(created.intent, "succeeded"))
    bank.run()
    assert bank.look(payment).totals == Totals(captured=100)
    assert bank.intent(payment) == created.intent


def test_of_two_who_ask_at_once_both_know_how_the_provider_names_the_payment(
    any_stripe: StripeBank,
) -> None:
    bank = any_stripe

    class Overtaken(Stripe):
        """Another run has written the answer down meanwhile."""

        def create(self, call: ProviderCall) -> ProviderEvent:
            answer = super().create(call)
            with bank.shop.work() as work:
                assert done(work, call)
                webhooks.hear(work, "stripe", answer)
            return answer

    buyer, card = bank.buyer()
    with bank.shop.work(buyer) as work:
        assert buyer.customer_id is not None
        payment = intents.top_up(work, buyer.customer_id, 100, method_id=card)
        intents.confirm(work, payment)
    bank.stripe = Overtaken("sk_test_1", SECRET, http_client=bank.wire, retries=0)
    bank.run()
    assert bank.look(payment).totals == Totals(captured=100)


def test_news_that_move_nothing_here_are_taken_in(bank: Bank) -> None:
    _, call = succeeded(bank)
    assert bank.deliver(altered(call, object="charge")) is None
    assert bank.deliver(altered(call, status="requires_confirmation")) is None


def together(jobs: list[Callable[[], Any]]) -> list[Exception]:
    """Run jobs at once; give what they raised."""
    raised: list[Exception] = []
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> None:
        gate.wait()
        try:
            job()
        except (CommerceError, IntegrityError) as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def race(bank: Bank) -> tuple[Any, list[Exception]]:
    """Twelve webhooks of one charge, and the confirmation that makes it."""
    buyer, card = bank.buyer()
    payment = bank.order(buyer, card)
    intent = bank.intent(payment)
    charge = f"ch_{payment.hex}_1" if type(bank) is Bank else f"ch_{intent}_0"
    document = {
        "object": "payment_intent",
        "id": intent,
        "amount": 1190,
        "currency": "eur",
        "status": "succeeded",
        "latest_charge": charge,
    }
    at = int(NOW.timestamp())
    payload = json.dumps({"object": "event", "created": at, "data": {"object": document}}).encode()
    call = Call(payload, sign(payload, SECRET, at))
    jobs: list[Callable[[], Any]] = [lambda: bank.deliver(call)] * 12
    return payment, together([*jobs, lambda: bank.confirm(buyer, payment)])


def test_webhooks_that_race_the_confirmation_capture_once(bank: Bank) -> None:
    payment, raised = race(bank)
    assert all(isinstance(error, IllegalMove) for error in raised)
    assert len(raised) <= 1
    assert bank.look(payment).totals == Totals(captured=1190)
    assert bank.shop.events("payment.captured", "order.paid") == ["payment.captured", "order.paid"]
    assert bank.shop.holds("external") == -1190


def test_without_the_look_at_what_is_known_the_race_is_seen(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(work: Work, payment_id: Any) -> set[str]:
        return set()

    monkeypatch.setattr(webhooks, "references", nothing)
    bank.may_leave = ("unheard",)  # what Stripe answers, too, may be refused then
    payment, raised = race(bank)
    assert len(raised) >= 11
    assert bank.look(payment).totals == Totals(captured=1190)  # the states' guard holds even then
