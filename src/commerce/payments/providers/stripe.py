"""Stripe, through its official SDK: called between transactions, heard by webhooks that the SDK verifies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import stripe

from commerce.payments.providers.port import (
    Card,
    Errand,
    ProviderFailed,
    ProviderRefused,
    Told,
    WebhookRefused,
    check_age,
    read,
    read_event,
)
from commerce.records.instants import to_micros


class Stripe:
    """A shop's account at Stripe.

    Parameters
    ----------
    api_key : str
        Secret; from the environment of the server, never from the records.
    webhook_secret : str
        What Stripe signs its webhooks with.
    http_client : stripe.HTTPClient, optional
        How requests travel; the SDK's own by default.
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
            api_key, http_client=http_client, max_network_retries=retries
        )
        self._intents = self._client.v1.payment_intents

    def create(self, errand: Errand) -> Told:
        """Announce a payment."""
        params: Any = {
            "amount": errand.amount,
            "currency": errand.currency.lower(),
            "capture_method": "manual" if errand.manual else "automatic",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": errand.metadata,
        }
        document, at = _call(lambda: self._intents.create(params, _once(errand)))
        return Told("payment.created", document["id"], at, payment=errand.subject)

    def confirm(self, errand: Errand) -> Told | None:
        """Charge a card, as the customer whose it is."""
        if errand.owner:
            owner: Any = {"customer": errand.owner}
            _call(lambda: self._intents.update(_intent(errand), owner, _once(errand, "owner")))
        method: Any = {"payment_method": errand.method}
        return _read(lambda: self._intents.confirm(_intent(errand), method, _once(errand)))

    def capture(self, errand: Errand) -> Told | None:
        """Take what is authorised."""
        return _read(lambda: self._intents.capture(_intent(errand), {}, _once(errand)))

    def cancel(self, errand: Errand) -> Told | None:
        """Call a payment off; where it is too late, Stripe says what it is."""
        return _read(lambda: self._intents.cancel(_intent(errand), {}, _once(errand)))

    def refund(self, errand: Errand) -> Told | None:
        """Send money back; what Stripe refuses has failed."""
        params: Any = {
            "payment_intent": _intent(errand),
            "amount": errand.amount,
            "metadata": errand.metadata,
        }
        try:
            return _read(lambda: self._client.v1.refunds.create(params, _once(errand)))
        except ProviderRefused as error:
            return Told(
                "payment.refund_failed",
                _intent(errand),
                0,
                reference=errand.id,
                amount=errand.amount,
                currency=errand.currency,
                reason=error.reason,
            )

    def attach(self, errand: Errand) -> Card:
        """Keep a card for a customer, who becomes known to Stripe by it."""
        owner = errand.owner
        if owner is None:
            params: Any = {"metadata": {"customer": errand.subject, "tenant": errand.tenant}}
            once = _once(errand, "owner")
            owner = _call(lambda: self._client.v1.customers.create(params, once))[0]["id"]
        to: Any = {"customer": owner}
        methods = self._client.v1.payment_methods
        document, _ = _call(lambda: methods.attach(str(errand.method), to, _once(errand)))
        card = document.get("card") or {"brand": document["type"], "last4": ""}
        return Card(document["id"], card["brand"], card["last4"], owner)

    def detach(self, errand: Errand) -> None:
        """Forget a card."""
        methods = self._client.v1.payment_methods
        _call(lambda: methods.detach(str(errand.method), {}, _once(errand)))

    def read_webhook(self, payload: bytes, signature: str, *, now: datetime) -> Told | None:
        """Check who sent a webhook, and read it.

        The SDK verifies the signature; how old it is, is told by the clock that is given, not by the wall's.

        Raises
        ------
        WebhookRefused
            "webhook must be signed by the provider; got ..." or "webhook must be at most ..."
        """
        try:
            event = self._client.construct_event(payload, signature, self._secret, tolerance=0)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise WebhookRefused(
                "webhook must be signed by the provider; got another signature."
                " Check the secret of the webhook."
            ) from error
        stamps = dict(part.partition("=")[::2] for part in signature.split(","))
        check_age(int(stamps["t"]), int(now.timestamp()))
        return read_event(event.to_dict())


def _intent(errand: Errand) -> str:
    if errand.intent is None:
        raise ProviderFailed(
            "payment must be known to the provider; got one that is not created there yet."
            " Run its errands in their order."
        )
    return errand.intent


def _once(errand: Errand, step: str = "") -> Any:
    """Let Stripe do one thing once, however often it is asked."""
    return {"idempotency_key": f"{errand.id}{step}"}


def _read(call: Callable[[], Any]) -> Told | None:
    document, at = _call(call)
    return read(document, at)


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
