"""Stripe, through its official SDK: called between transactions, heard by webhooks that the SDK verifies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import stripe

from commerce.payments.providers.port import (
    Card,
    ProviderCall,
    ProviderEvent,
    ProviderFailed,
    ProviderRefused,
    WebhookRefused,
    check_age,
    forged,
    read,
    read_event,
)
from commerce.payments.providers.stripe_amounts import OURS, from_stripe, to_stripe
from commerce.records.errors import RecordError
from commerce.records.instants import to_micros

_PATIENCE = 10
"""Seconds; the SDK's 80 are too long for somebody who waits for a page."""


class Stripe:
    """A shop's account at Stripe.

    Parameters
    ----------
    api_key : str
        Secret; from the environment of the server, never from the records.
    webhook_secret : str
        What Stripe signs its webhooks with.
    http_client : stripe.HTTPClient, optional
        How requests travel; the SDK's own by default, which waits ten seconds for an answer.
    retries : int, default 2
        How often the SDK tries again when the network fails.
    """

    name = "stripe"

    def __init__(
        self,
        api_key: str,
        webhook_secret: str,
        *,
        http_client: stripe.HTTPClient | None = None,
        retries: int = 2,
    ) -> None:
        self._secret = webhook_secret
        self._client = stripe.StripeClient(
            api_key,
            http_client=http_client or stripe.RequestsClient(timeout=_PATIENCE),
            max_network_retries=retries,
        )
        self._intents = self._client.v1.payment_intents

    def create(self, call: ProviderCall) -> ProviderEvent:
        """Announce a payment."""
        params: Any = {
            **_money(call),
            "currency": call.currency.lower(),
            "capture_method": "manual" if call.manual else "automatic",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
        document, at = _call(lambda: self._intents.create(params, _once(call)))
        return ProviderEvent("payment.created", document["id"], at, payment=call.subject)

    def confirm(self, call: ProviderCall) -> ProviderEvent | None:
        """Charge a card, as the customer whose it is."""
        if call.owner:
            owner: Any = {"customer": call.owner}
            _call(lambda: self._intents.update(_intent(call), owner, _once(call, "owner")))
        method: Any = {"payment_method": call.method}
        return _read(lambda: self._intents.confirm(_intent(call), method, _once(call)))

    def capture(self, call: ProviderCall) -> ProviderEvent | None:
        """Take what is authorised."""
        return _read(lambda: self._intents.capture(_intent(call), {}, _once(call)))

    def cancel(self, call: ProviderCall) -> ProviderEvent | None:
        """Call a payment off; where it is too late, Stripe says what it is."""
        return _read(lambda: self._intents.cancel(_intent(call), {}, _once(call)))

    def refund(self, call: ProviderCall) -> ProviderEvent | None:
        """Send money back; what Stripe refuses has failed."""
        intent = _intent(call)
        try:
            params: Any = {"payment_intent": intent, **_money(call)}
            return _read(lambda: self._client.v1.refunds.create(params, _once(call)))
        except ProviderRefused as error:
            return ProviderEvent(
                "payment.refund_failed",
                intent,
                0,
                reference=call.id,
                amount=call.amount,
                currency=call.currency,
                reason=error.reason,
            )

    def attach(self, call: ProviderCall) -> Card:
        """Keep a card for a customer, who becomes known to Stripe by it."""
        owner = call.owner
        if owner is None:
            params: Any = {"metadata": {"customer": call.subject, "tenant": call.tenant}}
            once = _once(call, "owner")
            owner = _call(lambda: self._client.v1.customers.create(params, once))[0]["id"]
        to: Any = {"customer": owner}
        methods = self._client.v1.payment_methods
        document, _ = _call(lambda: methods.attach(str(call.method), to, _once(call)))
        card = document.get("card") or {"brand": document["type"], "last4": ""}
        return Card(document["id"], card["brand"], card["last4"], owner)

    def detach(self, call: ProviderCall) -> None:
        """Forget a card."""
        methods = self._client.v1.payment_methods
        _call(lambda: methods.detach(str(call.method), {}, _once(call)))

    def read_webhook(
        self, payload: bytes, signature: str, *, now: datetime
    ) -> ProviderEvent | None:
        """Check who sent a webhook, and read it.

        The SDK verifies the signature; how old it is, is told by the clock that is given, not by the wall's.

        Raises
        ------
        WebhookRefused
            "webhook must be signed by the provider; got ...", "webhook must be at most ..." or "webhook must be of
            money that the shop can hold: ..."
        """
        try:
            event = self._client.construct_event(payload, signature, self._secret, tolerance=0)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise forged() from error
        stamps = dict(part.partition("=")[::2] for part in signature.split(","))
        check_age(int(stamps["t"]), int(now.timestamp()))
        document = event.to_dict()
        try:
            return _in_our_units(document["data"]["object"], read_event(document))
        except (ProviderRefused, RecordError) as error:
            raise WebhookRefused(
                f"webhook must be of money that the shop can hold: {error}"
            ) from error


def _intent(call: ProviderCall) -> str:
    if call.intent is None:
        raise ProviderFailed(
            "payment must be known to the provider; got one that is not created there yet."
            " Make its calls in their order."
        )
    return call.intent


def _money(call: ProviderCall) -> dict[str, Any]:
    """Write what is asked for, and with it our own amount where Stripe's is rounded."""
    amount = to_stripe(call.amount, call.currency)
    told = from_stripe(amount, call.currency, {})
    ours = {} if told == call.amount else {OURS: str(call.amount)}
    return {"amount": amount, "metadata": call.metadata | ours}


def _in_our_units(document: Mapping[str, Any], event: ProviderEvent | None) -> ProviderEvent | None:
    if event is None:
        return None
    metadata = document.get("metadata") or {}
    return event._replace(amount=from_stripe(event.amount, event.currency, metadata))


def _once(call: ProviderCall, step: str = "") -> Any:
    """Let Stripe do one thing once, however often it is asked."""
    return {"idempotency_key": f"{call.id}{step}"}


def _read(call: Callable[[], Any]) -> ProviderEvent | None:
    document, at = _call(call)
    return _in_our_units(document, read(document, at))


def _call(call: Callable[[], Any]) -> tuple[Mapping[str, Any], int]:
    """Ask Stripe; give the document it answers with, and when by its clock.

    A declined card is an answer, too: the error carries the payment as it is now.
    """
    try:
        answer = call()
    except stripe.StripeError as error:
        intent = error.error.payment_intent if error.error else None
        if intent is None:
            permanent = isinstance(error, stripe.InvalidRequestError | stripe.CardError)
            kind = ProviderRefused if permanent else ProviderFailed
            raise kind(
                f"provider must do what it is asked; got {error.user_message or type(error).__name__}."
                " Correct what was asked, or try again later.",
                error.code,
            ) from error
        return intent.to_dict(), _clock(error.headers)
    return answer.to_dict(), _clock(answer.last_response.headers)


def _clock(headers: Mapping[str, str] | None) -> int:
    """Read Stripe's clock; an answer without one counts as older than any webhook."""
    date = {name.lower(): value for name, value in (headers or {}).items()}.get("date")
    return to_micros(parsedate_to_datetime(date)) if date else 0
