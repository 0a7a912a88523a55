"""A customer's cards: attached, listed, preferred, detached. Of a card only brand and last four digits are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, update

from commerce.payments.provider_calls import ask, card_provider
from commerce.payments.providers.port import Card, ProviderCall
from commerce.people.customers import fetch_own
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import existing
from commerce.records.machine import EventDraft, fire
from commerce.records.states import METHOD
from commerce.records.work import Work


class Method(NamedTuple):
    """A card that a customer can pay with."""

    id: UUID
    brand: str | None
    last4: str | None
    is_default: bool
    attached_at: datetime


@checked
def attach(work: Work, customer_id: UUID, token: str) -> UUID | None:
    """Keep a card for a customer, by that one or who runs the shop; the first becomes the default.

    Parameters
    ----------
    token : str
        What the provider's form gave for the card; never its number.

    Returns
    -------
    UUID or None
        The method; None where the provider is asked after the transaction.

    Raises
    ------
    NotFound
    Conflict
        "customer must not be erased; got ..."
    """
    fetch_own(work, customer_id, lock=True)
    provider = card_provider(work)
    owner = owner_of(work, provider, customer_id)
    answer = ask(work, provider, _call(work, "attach", customer_id, token, owner))
    return keep(work, customer_id, provider, answer) if isinstance(answer, Card) else None


@checked
def keep(work: Work, customer_id: UUID, provider: str, card: Card) -> UUID:
    """Write down a card that a provider keeps."""
    if card.owner and owner_of(work, provider, customer_id) is None:
        known = {"kind": "customer", "document": {"owner": card.owner}}
        reference = _reference(provider, customer_id)
        rows.add(work, schema.provider_record, reference=reference, **known)
    method = work.new_id()
    rows.add(
        work,
        schema.payment_method,
        id=method,
        customer_id=customer_id,
        provider=provider,
        reference=card.reference,
        brand=card.brand,
        last4=card.last4,
        is_default=not methods_of(work, customer_id),
        attached_at=work.now,
    )
    _emit(work, "payment_method.attached", method, customer_id)
    return method


def methods_of(work: Work, customer_id: UUID) -> list[Method]:
    """List a customer's cards, the default first, then as they were attached."""
    fetch_own(work, customer_id)
    table = schema.payment_method
    theirs = (table.c.customer_id == customer_id, table.c.detached_at.is_(None))
    order = (table.c.is_default.desc(), table.c.attached_at, table.c.id)
    return rows.listed(work, Method, table, *theirs, order=order)


def prefer(work: Work, method_id: UUID) -> None:
    """Make a card the default of its customer."""
    method = find(work, method_id, lock=True)
    others = rows.own(work, schema.payment_method, customer_id=method.customer_id, is_default=True)
    work.connection.execute(update(schema.payment_method).where(*others).values(is_default=False))
    rows.change(work, schema.payment_method, method_id, is_default=True)
    _emit(work, "payment_method.preferred", method_id, method.customer_id)


def detach(work: Work, method_id: UUID) -> None:
    """Forget a card; another becomes the default only when it is preferred."""
    method = find(work, method_id, lock=True)
    rows.change(work, schema.payment_method, method_id, is_default=False, detached_at=work.now)
    _emit(work, "payment_method.detached", method_id, method.customer_id)
    ask(work, method.provider, _call(work, "detach", method.customer_id, method.reference))


def find(work: Work, method_id: UUID, *, lock: bool = False) -> Row[Any]:
    """Find a card that is the actor's business and not detached; locked, it stays so."""
    method = rows.first(work, schema.payment_method, lock=lock, id=method_id, detached_at=None)
    method = existing(method, "payment method", method_id)
    work.actor.require_own("payment method", method_id, method.customer_id)
    return method


@checked
def owner_of(work: Work, provider: str, customer_id: UUID) -> str | None:
    """Give the provider's name of a customer; None where it knows none."""
    found = rows.first(work, schema.provider_record, reference=_reference(provider, customer_id))
    return None if found is None else str(found.document["owner"])


def _reference(provider: str, customer_id: UUID) -> str:
    return f"{provider}:{customer_id.hex}"


def _call(
    work: Work, verb: str, customer_id: UUID, method: str, owner: str | None = None
) -> ProviderCall:
    named = (work.new_id().hex, verb, customer_id.hex, work.tenant.slug)
    return ProviderCall(*named, method=method, owner=owner)


def _emit(work: Work, event_type: str, method: UUID, customer: UUID) -> None:
    fire(work, METHOD, method, EventDraft(event_type, customer_id=customer, method="card"))
