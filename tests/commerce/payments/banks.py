"""Two banks for the same tests: the embedded provider, and Stripe with a transport that answers from memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import stripe
from sqlalchemy import select, update
from tests.commerce.payments.stripe_stub import Transport
from tests.commerce.shop import ADMIN, NOW, Shop, make_shop

from commerce.orders.checkout import place
from commerce.orders.lines import OrderedLine
from commerce.payments import intents, methods, queries, webhooks
from commerce.payments.providers.local import Local
from commerce.payments.providers.port import Provider
from commerce.payments.providers.stripe import Stripe
from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.database import writing
from commerce.records.work import Work

SECRET = "whsec_of_the_tests"


class Call(NamedTuple):
    """A webhook on its way."""

    payload: bytes
    signature: str


@dataclass
class Bank:
    """A shop whose cards a provider handles, and that provider."""

    shop: Shop
    loses: bool = field(default=False, init=False)
    """Whether the doctor has a loss to tell."""
    may_leave: tuple[str, ...] = field(default=(), init=False)
    """Other rules of the doctor that may find something."""

    def provider(self, work: Work) -> Provider:
        """The embedded one."""
        return Local(work, SECRET)

    def run(self) -> None:
        """Let the provider do what waits; the embedded one has done it."""

    def move(self, reference: str, status: str, decline: str | None = None) -> Call:
        """Let time pass at the bank."""
        with self.shop.work() as work:
            return Call(*Local(work, SECRET).move(reference, status, decline=decline))

    def dispute(self, intent: str, amount: int) -> Call:
        """A payer disputes a charge."""
        with self.shop.work() as work:
            return Call(*Local(work, SECRET).dispute(intent, amount, "fraudulent"))

    def refund_of(self, intent: str) -> str:
        """The bank's name of the newest refund of a payment."""
        with self.shop.look() as work:
            rows = work.connection.execute(
                select(schema.provider_record.c.document).where(
                    schema.provider_record.c.kind == "refund"
                )
            ).scalars()
            return str(next(row["id"] for row in rows if row["payment_intent"] == intent))

    # what follows is the same at every bank

    def deliver(self, call: Call, **late: float) -> UUID | None:
        """Bring a webhook to the shop."""
        with self.shop.work(ADMIN, now=NOW, **late) as work:
            return webhooks.receive(work, self.provider(work), *call)

    def buyer(self, card: str | None = "pm_card_visa") -> tuple[Actor, UUID | None]:
        """A customer and a card."""
        buyer = self.shop.buyer()
        return buyer, None if card is None else self.attach(buyer, card)

    def attach(self, buyer: Actor, card: str) -> UUID:
        """Attach a card, and give the newest of the customer's."""
        assert buyer.customer_id is not None
        with self.shop.work(buyer) as work:
            methods.attach(work, buyer.customer_id, card)
        self.run()
        with self.shop.look(buyer) as work:
            return methods.methods_of(work, buyer.customer_id)[-1].id

    def order(self, buyer: Actor, card: UUID | None, *, price: int = 1000, **more: Any) -> UUID:
        """An order to be paid by card; give its payment. Its tax is 19 %: 1190 of 1000."""
        variant = self.shop.variant(price, **more)
        assert buyer.customer_id is not None
        with self.shop.work(buyer) as work:
            line = OrderedLine(variant, 1)
            order = place(work, [line], buyer.customer_id, "card", method_id=card)
        self.run()
        with self.shop.look() as work:
            return queries.payments(work, order_id=order).rows[0].id

    def confirm(self, buyer: Actor, payment: UUID) -> None:
        """The buyer confirms."""
        with self.shop.work(buyer) as work:
            intents.confirm(work, payment)
        self.run()

    def paid(self, card: str = "pm_card_visa", **more: Any) -> tuple[Actor, UUID]:
        """A buyer and a payment that is confirmed."""
        buyer, method = self.buyer(card)
        payment = self.order(buyer, method, **more)
        self.confirm(buyer, payment)
        return buyer, payment

    def look(self, payment: UUID) -> queries.Payment:
        """The payment as it is."""
        with self.shop.look() as work:
            return queries.get(work, payment)

    def intent(self, payment: UUID) -> str:
        """The provider's name of a payment."""
        with self.shop.look() as work:
            row = select(schema.payment.c.reference).where(schema.payment.c.id == payment)
            return str(work.connection.execute(row).scalar_one())


@dataclass
class StripeBank(Bank):
    """The same shop with Stripe."""

    def __post_init__(self) -> None:
        self.wire = Transport(NOW)
        self.stripe = Stripe("sk_test_1", SECRET, http_client=self.wire, retries=0)

    def provider(self, work: Work) -> Provider:
        return self.stripe

    def run(self) -> None:
        webhooks.run_provider_calls(
            self.shop.engine, self.shop.tenant, self.stripe, now=self.wire.now
        )

    def move(self, reference: str, status: str, decline: str | None = None) -> Call:
        document = self.wire.objects[reference]
        if document["object"] == "payment_intent":
            self.wire.charge(document, status, decline)
        else:
            document["status"] = status
        return self._call(document)

    def dispute(self, intent: str, amount: int) -> Call:
        disputed = self.wire.objects[intent]
        document = {
            "object": "dispute",
            "id": f"dp_{len(self.wire.objects)}",
            "amount": amount,
            "currency": disputed["currency"],
            "status": "needs_response",
            "reason": "fraudulent",
            "charge": disputed["latest_charge"],
            "payment_intent": intent,
        }
        self.wire.objects[str(document["id"])] = document
        return self._call(document)

    def refund_of(self, intent: str) -> str:
        refunds = (row for row in self.wire.objects.values() if row["object"] == "refund")
        return str(next(row["id"] for row in refunds if row["payment_intent"] == intent))

    def _call(self, document: dict[str, Any]) -> Call:
        at = int(NOW.timestamp())
        event = {
            "object": "event",
            "id": "evt_1",
            "type": "any.news",
            "created": at,
            "data": {"object": document},
        }
        text = json.dumps(event)
        header = stripe.WebhookSignature.generate_signature_header(text, SECRET, at)
        return Call(text.encode(), header)


def make_bank(engine: Any, name: str) -> Bank:
    """Open a shop whose cards a provider handles."""
    shop = make_shop(engine)
    with writing(engine) as connection:
        connection.execute(update(schema.tenant).values(settings={"provider": name}))
    return StripeBank(shop) if name == "stripe" else Bank(shop)
