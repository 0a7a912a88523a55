"""Reading the documents of a provider: intents, refunds and disputes as Stripe writes them.

The embedded provider writes the same documents, so that one reader serves both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commerce.payments.providers.port import TOLERANCE_SECONDS, Told, WebhookRefused

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


def read_event(event: Mapping[str, Any]) -> Told | None:
    """Read a webhook; None for news that move nothing here."""
    return read(event["data"]["object"], event["created"] * _SECOND)


def read(document: Mapping[str, Any], at: int) -> Told | None:
    """Read a document as what it says happened; None where nothing did.

    Parameters
    ----------
    document : mapping
        ``object`` tells what it is of.
    at : int
        When the provider wrote it; microseconds.

    Examples
    --------
    >>> told = read({"object": "payment_intent", "id": "pi_1", "status": "processing",
    ...              "amount": 100, "currency": "eur"}, 0)
    >>> told.type, told.amount, told.currency
    ('payment.confirmed', 100, 'EUR')
    """
    readers = {"payment_intent": _intent, "refund": _refund, "dispute": _dispute}
    reader = readers.get(document["object"])
    return reader(document, at) if reader and _intent_of(document) else None


def _intent_of(document: Mapping[str, Any]) -> str | None:
    named = "id" if document["object"] == "payment_intent" else "payment_intent"
    return document.get(named)


def _told(document: Mapping[str, Any], at: int, word: str, **more: Any) -> Told:
    currency = document["currency"].upper()
    amount = more.pop("amount", document["amount"])
    return Told(word, str(_intent_of(document)), at, amount=amount, currency=currency, **more)


def _intent(document: Mapping[str, Any], at: int) -> Told | None:
    word = _INTENT.get(document["status"])
    error = document.get("last_payment_error") or {}
    charge = document.get("latest_charge") or ""
    more = {"payment": (document.get("metadata") or {}).get("payment"), "reference": charge}
    if document["status"] == "succeeded":
        more["amount"] = document.get("amount_received", document["amount"])
    if word is None and error:
        word, more["reference"] = "payment.failed", error.get("charge") or charge
        more["reason"] = error.get("decline_code") or error.get("code")
    return _told(document, at, word, **more) if word else None


def _refund(document: Mapping[str, Any], at: int) -> Told:
    ours = document.get("metadata") or {}
    return _told(
        document,
        at,
        _REFUND[document["status"]],
        reference=ours.get("refund") or document["id"],
        charge=document.get("charge"),
        reason=document.get("failure_reason") or ours.get("reason"),
        position=int(ours["position"]) if "position" in ours else None,
    )


def _dispute(document: Mapping[str, Any], at: int) -> Told:
    closed = document["status"] in ("won", "lost", "warning_closed")
    return _told(
        document,
        at,
        "dispute.closed" if closed else "dispute.opened",
        reference=document["id"],
        charge=document.get("charge"),
        reason=document.get("reason"),
        lost=document["status"] == "lost",
    )


def check_age(signed_at: int, now: int) -> None:
    """Refuse a webhook that was signed too long ago.

    Parameters
    ----------
    signed_at, now : int
        Seconds since 1970 UTC.

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
