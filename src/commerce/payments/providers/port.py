"""What the shop asks of a payment provider, and what a provider says: the same terms for all of them.

A provider says the same, whether it answers a question or calls by webhook: a `ProviderEvent`. So an answer and
a webhook that tell of one charge count once, whichever comes first. Intents, refunds and disputes are read as
Stripe writes them; the embedded provider writes the same documents, so that one reader serves both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from commerce.records.errors import CommerceError

TOLERANCE_SECONDS = 300
"""A webhook signed longer ago is refused: somebody may be playing it again."""


class WebhookRefused(CommerceError, ValueError):
    """A webhook that is not signed by the provider, or too old, or unreadable."""


def forged() -> WebhookRefused:
    """Give the refusal of a webhook that is not signed by the provider."""
    return WebhookRefused(
        "webhook must be signed by the provider; got another signature."
        " Check the secret of the webhook."
    )


class ProviderFailed(CommerceError, RuntimeError):
    """A provider could not be asked, for a reason that is none of the payer's; it may be asked again."""

    def __init__(self, sentence: str, reason: str | None = None) -> None:
        self.reason = reason
        super().__init__(sentence)


class ProviderRefused(ProviderFailed):
    """A provider will not do what it was asked, however often."""


class ProviderEvent(NamedTuple):
    """What a provider says.

    Attributes
    ----------
    type : str
        One of the event types of the stream.
    intent : str
        The provider's name of the payment.
    at : int
        When, by the provider's clock; microseconds.
    reference : str
        The charge, refund or dispute; what is counted once.
    amount : int
        Minor units.
    currency : str
        ISO 4217.
    reason : str or None
        One word: a decline code, why money goes back, why a payment is disputed.
    charge : str or None
        What a refund or a dispute is about; it proves that the money had arrived.
    payment : str or None
        Our own name of the payment, where the provider gives it back.
    position : int or None
        The order line that a refund is for.
    lost : bool
        Whether a closed dispute is lost.
    """

    type: str
    intent: str
    at: int
    reference: str = ""
    amount: int = 0
    currency: str = ""
    reason: str | None = None
    charge: str | None = None
    payment: str | None = None
    position: int | None = None
    lost: bool = False


class Card(NamedTuple):
    """A card that a provider keeps; all that the shop knows of it."""

    reference: str
    brand: str
    last4: str
    owner: str | None = None


class ProviderCall(NamedTuple):
    """What a provider is asked to do; asked twice under one ``id``, it does it once.

    Attributes
    ----------
    verb : str
        A method of `Provider`.
    subject : str
        The payment, or the customer for ``attach`` and ``detach``; 32 hexadecimal digits.
    tenant : str
        Slug.
    intent, charge : str or None
        The provider's names of the payment and of what was charged.
    amount : int
        Minor units.
    method, owner : str or None
        The provider's names of the way to pay and of the customer.
    manual : bool
        Whether the money is only authorised, to be captured later.
    position : int or None
        Why money goes back, and the order line it is for; the provider gives both back.
    """

    id: str
    verb: str
    subject: str
    tenant: str
    intent: str | None = None
    charge: str | None = None
    amount: int = 0
    currency: str = ""
    method: str | None = None
    owner: str | None = None
    manual: bool = False
    reason: str | None = None
    position: int | None = None

    @property
    def metadata(self) -> dict[str, str]:
        """What the provider keeps for us with what it does."""
        ours = [("tenant", self.tenant), ("payment", self.subject)]
        if self.verb == "refund":
            more = [("refund", self.id), ("reason", self.reason), ("position", self.position)]
            ours += [(name, str(value)) for name, value in more if value is not None]
        return dict(ours)


class Provider(Protocol):
    """Somebody who moves money."""

    @property
    def name(self) -> str:
        """As it stands in ``payment.provider``."""

    def create(self, call: ProviderCall) -> ProviderEvent:
        """Announce a payment."""

    def confirm(self, call: ProviderCall) -> ProviderEvent | None:
        """Take the money from a card, or authorise it; a declined card is `ProviderEvent`, too."""

    def capture(self, call: ProviderCall) -> ProviderEvent | None:
        """Take what is authorised."""

    def cancel(self, call: ProviderCall) -> ProviderEvent | None:
        """Call a payment off; where it is too late, the answer tells of the money that arrived."""

    def refund(self, call: ProviderCall) -> ProviderEvent | None:
        """Send money back."""

    def attach(self, call: ProviderCall) -> Card:
        """Keep a card for a customer."""

    def detach(self, call: ProviderCall) -> None:
        """Forget a card."""

    def read_webhook(
        self, payload: bytes, signature: str, *, now: datetime
    ) -> ProviderEvent | None:
        """Check who sent a webhook, and read it; None for news that move nothing here.

        Raises
        ------
        WebhookRefused
            "webhook must be signed ...; got ..."
        """


_INTENT = {
    "requires_action": "payment.action_required",
    "processing": "payment.confirmed",
    "requires_capture": "payment.authorised",
    "succeeded": "payment.captured",
    "canceled": "payment.cancelled",
}
_REFUND = {
    "pending": "payment.refund_requested",
    "requires_action": "payment.refund_requested",
    "succeeded": "payment.refunded",
    "failed": "payment.refund_failed",
    "canceled": "payment.refund_failed",
}
_SECOND = 1_000_000


def read_event(event: Mapping[str, Any]) -> ProviderEvent | None:
    """Read a webhook; None for news that move nothing here."""
    return read(event["data"]["object"], event["created"] * _SECOND)


def read(document: Mapping[str, Any], at: int) -> ProviderEvent | None:
    """Read a document as what it says happened; None where nothing did.

    Parameters
    ----------
    document : mapping
        ``object`` tells what it is of.
    at : int
        When the provider wrote it; microseconds.

    Examples
    --------
    >>> event = read({"object": "payment_intent", "id": "pi_1", "status": "processing",
    ...              "amount": 100, "currency": "eur"}, 0)
    >>> event.type, event.amount, event.currency
    ('payment.confirmed', 100, 'EUR')
    """
    readers = {"payment_intent": _intent, "refund": _refund, "dispute": _dispute}
    reader = readers.get(document["object"])
    return reader(document, at) if reader and _intent_of(document) else None


def _intent_of(document: Mapping[str, Any]) -> str | None:
    return document.get("id" if document["object"] == "payment_intent" else "payment_intent")


def _event(document: Mapping[str, Any], at: int, event_type: str, **more: Any) -> ProviderEvent:
    currency = document["currency"].upper()
    amount = more.pop("amount", document["amount"])
    return ProviderEvent(
        event_type, str(_intent_of(document)), at, amount=amount, currency=currency, **more
    )


def _intent(document: Mapping[str, Any], at: int) -> ProviderEvent | None:
    event_type = _INTENT.get(document["status"])
    error = document.get("last_payment_error") or {}
    charge = document.get("latest_charge") or ""
    more = {"payment": (document.get("metadata") or {}).get("payment"), "reference": charge}
    if document["status"] == "succeeded":
        more["amount"] = document.get("amount_received", document["amount"])
    if event_type is None and error:
        event_type, more["reference"] = "payment.failed", error.get("charge") or charge
        more["reason"] = error.get("decline_code") or error.get("code")
    return _event(document, at, event_type, **more) if event_type else None


def _refund(document: Mapping[str, Any], at: int) -> ProviderEvent:
    ours = document.get("metadata") or {}
    return _event(
        document,
        at,
        _REFUND[document["status"]],
        reference=ours.get("refund") or document["id"],
        charge=document.get("charge"),
        reason=document.get("failure_reason") or ours.get("reason"),
        position=int(ours["position"]) if "position" in ours else None,
    )


def _dispute(document: Mapping[str, Any], at: int) -> ProviderEvent:
    closed = document["status"] in ("won", "lost", "warning_closed")
    return _event(
        document,
        at,
        "dispute.closed" if closed else "dispute.opened",
        reference=document["id"],
        charge=document.get("charge"),
        reason=document.get("reason"),
        lost=document["status"] == "lost",
    )


def check_age(signed_at: int, now: int) -> None:
    """Refuse a webhook that was signed too long ago; both in seconds since 1970 UTC.

    Raises
    ------
    WebhookRefused
        "webhook must be at most 300 seconds old; got ..."
    """
    if now - signed_at > TOLERANCE_SECONDS:
        raise WebhookRefused(
            f"webhook must be at most {TOLERANCE_SECONDS} seconds old; got {now - signed_at} seconds."
            " Let the provider send it again."
        )
