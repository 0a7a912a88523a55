"""The embedded provider: a bank of the shop's own, for shops without one and for tests.

It keeps intents, refunds, disputes and cards in ``provider_record``, in the transaction of its `Work`, and behaves
as Stripe does: by its test cards it declines, asks for authentication, settles or refunds late, and signs its
webhooks in the same way.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, update

from commerce.payments.providers.port import (
    Card,
    ProviderCall,
    ProviderEvent,
    check_age,
    forged,
    read,
    read_event,
)
from commerce.records import rows, schema
from commerce.records.errors import Conflict, existing
from commerce.records.work import Work


class Behaviour(NamedTuple):
    """How a card behaves: the state that confirming leads to, and the one of a refund."""

    brand: str
    last4: str
    confirmed: str = "succeeded"
    decline: str | None = None
    refunded: str = "succeeded"


CARDS: Mapping[str, Behaviour] = {
    "pm_card_visa": Behaviour("visa", "4242"),
    "pm_card_mastercard": Behaviour("mastercard", "4444"),
    "pm_card_visa_chargeDeclined": Behaviour("visa", "0002", decline="card_declined"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Behaviour(
        "visa", "9995", decline="insufficient_funds"
    ),
    "pm_card_authenticationRequired": Behaviour("visa", "3184", confirmed="requires_action"),
    "pm_card_processing": Behaviour("visa", "0077", confirmed="processing"),
    "pm_card_pendingRefund": Behaviour("visa", "7726", refunded="pending"),
}
"""Cards that can be attached, by the names of Stripe's test cards."""


def sign(payload: bytes, secret: str, at: int) -> str:
    """Sign a webhook as Stripe does: HMAC-SHA-256 of its time, in seconds since 1970 UTC, and its text.

    Examples
    --------
    >>> sign(b"{}", "whsec_test", 0)[:12]
    't=0,v1=ea037'
    """
    digest = hmac.new(secret.encode(), b"%d." % at + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


@dataclass(frozen=True)
class Local:
    """The embedded provider at work.

    Attributes
    ----------
    work : Work
        In whose transaction it keeps its books.
    secret : str
        What its webhooks are signed with.
    """

    work: Work
    secret: str = ""
    name: str = "local"

    def create(self, call: ProviderCall) -> ProviderEvent:
        """Announce a payment."""
        intent = f"pi_{call.subject}"
        self._keep(
            {
                "object": "payment_intent",
                "id": intent,
                "amount": call.amount,
                "currency": call.currency.lower(),
                "status": "requires_payment_method",
                "capture_method": "manual" if call.manual else "automatic",
                "metadata": call.metadata,
                "attempts": 0,
            }
        )
        return ProviderEvent("payment.created", intent, self._at, payment=call.subject)

    def confirm(self, call: ProviderCall) -> ProviderEvent | None:
        """Charge a card, as the card has it."""
        intent = self._find(call.intent)
        card = self._card(call.method)
        intent |= {"payment_method": call.method, "attempts": intent["attempts"] + 1}
        return self._charge(intent, "declined" if card.decline else card.confirmed, card.decline)

    def _charge(
        self, intent: dict[str, Any], status: str, decline: str | None = None
    ) -> ProviderEvent | None:
        """Bring an attempt to where it ends."""
        charge = f"ch_{intent['metadata']['payment']}_{intent['attempts']}"
        intent |= {"last_payment_error": None, "status": status}
        if status == "declined":
            error = {"charge": charge, "code": "card_declined", "decline_code": decline}
            intent |= {"status": "requires_payment_method", "last_payment_error": error}
        elif status == "succeeded":
            intent["latest_charge"] = charge
            if intent["capture_method"] == "manual":
                intent["status"] = "requires_capture"
        return self._change(intent)

    def capture(self, call: ProviderCall) -> ProviderEvent | None:
        """Take what is authorised."""
        intent = self._find(call.intent)
        taken = {"status": "succeeded"} if intent["status"] == "requires_capture" else {}
        return self._change(intent | taken)

    def cancel(self, call: ProviderCall) -> ProviderEvent | None:
        """Call a payment off, unless the money is here already."""
        intent = self._find(call.intent)
        off = {} if intent["status"] in ("succeeded", "canceled") else {"status": "canceled"}
        return self._change(intent | off)

    def refund(self, call: ProviderCall) -> ProviderEvent | None:
        """Send money back, at once or later, as the card has it."""
        intent = self._find(call.intent)
        taken = intent.get("refunded", 0) + call.amount
        if intent["status"] != "succeeded" or taken > intent["amount"]:
            raise Conflict(
                f"refunds must not exceed what was captured; got {taken} of {intent['amount']}."
                " Refund less."
            )
        self._change(intent | {"refunded": taken})
        document = {
            "object": "refund",
            "id": f"re_{call.id}",
            "amount": call.amount,
            "currency": intent["currency"],
            "status": self._card(intent["payment_method"]).refunded,
            "charge": intent["latest_charge"],
            "payment_intent": intent["id"],
            "metadata": call.metadata,
        }
        self._keep(document)
        return read(document, self._at)

    def attach(self, call: ProviderCall) -> Card:
        """Keep one of the test cards."""
        card = existing(CARDS.get(call.method or ""), "card", call.method)
        reference = f"pm_{call.id}"
        self._keep({"object": "payment_method", "id": reference, "card": call.method})
        return Card(reference, card.brand, card.last4)

    def detach(self, call: ProviderCall) -> None:
        """Forget a card."""
        self.work.connection.execute(delete(_table).where(*self._own(call.method)))

    def read_webhook(
        self, payload: bytes, signature: str, *, now: datetime
    ) -> ProviderEvent | None:
        """Check who sent a webhook, and read it.

        Raises
        ------
        WebhookRefused
            "webhook must be signed by the provider; got ..." or "webhook must be at most ..."
        """
        stamp = signature.partition(",")[0].removeprefix("t=")
        at = int(stamp) if stamp.isdecimal() and len(stamp) < 12 else 0
        if not self.secret or not hmac.compare_digest(
            sign(payload, self.secret, at).encode(), signature.encode()
        ):
            raise forged()
        check_age(at, int(now.timestamp()))
        return read_event(json.loads(payload))

    def move(self, reference: str, status: str, *, decline: str | None = None) -> tuple[bytes, str]:
        """Let time pass at the bank: an intent, refund or dispute gets its next state. Give its webhook and signature.

        Parameters
        ----------
        reference : str
            The provider's name of it.
        status : str
            As Stripe calls it; ``declined`` for an intent that fails.
        decline : str, optional
            Why.
        """
        document = self._find(reference)
        if document["object"] == "payment_intent" and status in ("succeeded", "declined"):
            self._charge(document, status, decline)
        else:
            self._change(document | {"status": status})
        return self._call(self._find(reference))

    def dispute(self, intent: str, amount: int, reason: str) -> tuple[bytes, str]:
        """Let a payer dispute a charge at the bank; give the webhook that tells of it."""
        disputed = self._find(intent)
        document = {
            "object": "dispute",
            "id": f"dp_{self.work.new_id().hex}",
            "amount": amount,
            "currency": disputed["currency"],
            "status": "needs_response",
            "reason": reason,
            "charge": disputed["latest_charge"],
            "payment_intent": intent,
        }
        self._keep(document)
        return self._call(document)

    def _call(self, document: Mapping[str, Any]) -> tuple[bytes, str]:
        """Write and sign a webhook about a document."""
        event = {
            "object": "event",
            "id": f"evt_{self.work.new_id().hex}",
            "type": f"{document['object']}.{document['status']}",
            "created": self._at // 1_000_000,
            "data": {"object": document},
        }
        payload = json.dumps(event).encode()
        return payload, sign(payload, self.secret, self._at // 1_000_000)

    @property
    def _at(self) -> int:
        """The bank's clock, in microseconds of whole seconds: a webhook knows no finer time."""
        return self.work.now // 1_000_000 * 1_000_000

    def _card(self, method: str | None) -> Behaviour:
        return CARDS[self._find(method)["card"]]

    def _own(self, reference: str | None) -> list[ColumnElement[bool]]:
        return rows.own(self.work, _table, reference=reference)

    def _find(self, reference: str | None) -> dict[str, Any]:
        found = rows.first(self.work, _table, lock=True, reference=reference)
        return dict(existing(found, "provider's record", reference).document)

    def _keep(self, document: Mapping[str, Any]) -> None:
        known = {"reference": document["id"], "kind": document["object"]}
        rows.add(self.work, _table, document=document, **known)

    def _change(self, document: Mapping[str, Any]) -> ProviderEvent | None:
        changed = update(_table).where(*self._own(document["id"]))
        self.work.connection.execute(changed.values(document=document))
        return read(document, self._at)


_table = schema.provider_record
