"""Stripe as its SDK sees it over the wire: a transport that answers requests from memory, never from the network.

What it answers follows Stripe's API reference: statuses, idempotency keys, a declined card as status 402 that carries
the payment, a payment that cannot be called off as status 400.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from commerce.payments.providers.local import CARDS

Answer = tuple[int, dict[str, Any]]


class Refusal(Exception):
    """A request that Stripe answers with an error."""

    def __init__(self, status: int, kind: str, code: str, **more: Any) -> None:
        self.answer = status, {"error": {"type": kind, "code": code, "message": code, **more}}


class Transport(stripe.HTTPClient):
    """Everything below the SDK."""

    name = "stub"

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now = now
        self.objects: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, Answer] = {}
        self.requests: list[str] = []
        self.down = False
        self.refunds_beyond = 0

    def request(
        self, method: str, url: str, headers: Any, post_data: Any = None, **_: Any
    ) -> tuple[str, int, dict[str, str]]:
        """Answer one request; the same key gets the same answer."""
        path, key = urlsplit(url).path, headers["Idempotency-Key"]
        self.requests.append(f"{method} {path}")
        if self.down:
            raise stripe.APIConnectionError("the network is down")  # type: ignore[no-untyped-call]
        if key not in self.answers:
            try:
                self.answers[key] = 200, self._do(path, dict(parse_qsl(post_data or "")))
            except Refusal as refusal:
                self.answers[key] = refusal.answer
        status, body = self.answers[key]
        date = format_datetime(self.now.astimezone(UTC), usegmt=True)
        return json.dumps(body), status, {"Date": date}

    def close(self) -> None:
        """Nothing is open."""

    def _do(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        match = re.fullmatch(r"/v1/(\w+?)s(?:/(\w+))?(?:/(\w+))?", path)
        assert match, path
        kind, name, verb = match.groups()
        document = getattr(self, f"_{verb or ('update' if name else 'new')}_{kind}")(name, params)
        self.objects[document["id"]] = document
        return dict(document)

    def _new(self, kind: str, prefix: str, params: dict[str, str], **more: Any) -> dict[str, Any]:
        ours = {name[9:-1]: value for name, value in params.items() if name.startswith("metadata[")}
        number = f"{prefix}_{len(self.objects)}"
        return {"object": kind, "id": number, "metadata": ours, **more}

    def _new_payment_intent(self, _: None, params: dict[str, str]) -> dict[str, Any]:
        return self._new(
            "payment_intent",
            "pi",
            params,
            amount=int(params["amount"]),
            currency=params["currency"],
            capture_method=params["capture_method"],
            status="requires_payment_method",
        )

    def _update_payment_intent(self, name: str, params: dict[str, str]) -> dict[str, Any]:
        return self.objects[name] | {"customer": params["customer"]}

    def _confirm_payment_intent(self, name: str, params: dict[str, str]) -> dict[str, Any]:
        method = self.objects[params["payment_method"]]
        intent = self.objects[name] | {"payment_method": method["id"]}
        if intent.get("customer") != method["customer"]:
            raise Refusal(400, "invalid_request_error", "payment_method_customer")
        card = CARDS[method["token"]]
        self.charge(intent, "declined" if card.decline else card.confirmed, card.decline)
        if card.decline:
            raise Refusal(
                402, "card_error", "card_declined", decline_code=card.decline, payment_intent=intent
            )
        return intent

    def _capture_payment_intent(self, name: str, _: dict[str, str]) -> dict[str, Any]:
        intent = self.objects[name]
        return intent | {"status": "succeeded", "amount_received": intent["amount"]}

    def _cancel_payment_intent(self, name: str, _: dict[str, str]) -> dict[str, Any]:
        intent = self.objects[name]
        if intent["status"] == "succeeded":
            code = "payment_intent_unexpected_state"
            raise Refusal(400, "invalid_request_error", code, payment_intent=intent)
        return intent | {"status": "canceled"}

    def _new_refund(self, _: None, params: dict[str, str]) -> dict[str, Any]:
        intent = self.objects[params["payment_intent"]]
        refunded = intent.get("refunded", 0) + int(params["amount"])
        if refunded > intent["amount"]:
            raise Refusal(400, "invalid_request_error", "charge_already_refunded")
        intent["refunded"] = refunded
        return self._new(
            "refund",
            "re",
            params,
            amount=int(params["amount"]) + self.refunds_beyond,
            currency=intent["currency"],
            charge=intent["latest_charge"],
            payment_intent=intent["id"],
            status=CARDS[self.objects[intent["payment_method"]]["token"]].refunded,
        )

    def _new_customer(self, _: None, params: dict[str, str]) -> dict[str, Any]:
        return self._new("customer", "cus", params)

    def _attach_payment_method(self, token: str, params: dict[str, str]) -> dict[str, Any]:
        if token not in CARDS:
            raise Refusal(400, "invalid_request_error", "resource_missing")
        card = {"brand": CARDS[token].brand, "last4": CARDS[token].last4, "exp_year": 2030}
        return self._new(
            "payment_method",
            "pm",
            params,
            card=card,
            type="card",
            token=token,
            customer=params["customer"],
        )

    def _detach_payment_method(self, name: str, _: dict[str, str]) -> dict[str, Any]:
        return self.objects[name] | {"customer": None}

    def charge(self, intent: dict[str, Any], status: str, decline: str | None = None) -> None:
        """Bring an attempt to where it ends."""
        charge = f"ch_{intent['id']}_{intent.get('attempts', 0)}"
        intent |= {"attempts": intent.get("attempts", 0) + 1, "last_payment_error": None}
        if status == "declined":
            error = {"charge": charge, "code": "card_declined", "decline_code": decline}
            intent |= {"status": "requires_payment_method", "last_payment_error": error}
        elif status == "succeeded" and intent["capture_method"] == "manual":
            intent |= {"status": "requires_capture", "latest_charge": charge}
        elif status == "succeeded":
            intent |= {"latest_charge": charge, "amount_received": intent["amount"]}
            intent["status"] = status
        else:
            intent["status"] = status
        self.objects[intent["id"]] = intent
