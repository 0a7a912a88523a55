"""A customer's cards: attached, listed, preferred, detached. Of a card only brand and last four digits are kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, bindparam, false, insert, select, true, update

from commerce import schema
from commerce.errors import NotFound
from commerce.machine import Fact, fire
from commerce.payments.errands import ask, card_provider
from commerce.payments.providers.port import Card, Errand
from commerce.payments.records import check_customer, check_own
from commerce.states import METHOD
from commerce.work import Work


class Method(NamedTuple):
    """A card that a customer can pay with."""

    id: UUID
    brand: str | None
    last4: str | None
    is_default: bool
    attached_at: datetime


def attach(work: Work, customer_id: UUID, token: str) -> UUID | None:
    """Keep a card for a customer; the first becomes the default.

    Parameters
    ----------
    work : Work
        The customer's own, or of who runs the shop.
    customer_id : UUID
    token : str
        What the provider's form gave for the card; never its number.

    Returns
    -------
    UUID or None
        The method; None where the provider is asked after the transaction.

    Raises
    ------
    NotFound
        "customer must exist; got ..." or "card must exist; got ..."
    """
    check_customer(work, customer_id, lock=True)
    provider = card_provider(work)
    key = {"tenant": work.tenant.id, "name": f"{provider}:{customer_id.hex}"}
    owner = work.connection.scalar(_OWNER, key)
    errand = Errand(
        work.new_id().hex,
        "attach",
        customer_id.hex,
        work.tenant.slug,
        method=token,
        owner=(owner or {}).get("owner"),
    )
    answer = ask(work, provider, errand)
    return keep(work, customer_id, provider, answer) if isinstance(answer, Card) else None


def keep(work: Work, customer_id: UUID, provider: str, card: Card) -> UUID:
    """Write down a card that a provider keeps."""
    name = f"{provider}:{customer_id.hex}"
    key = {"tenant": work.tenant.id, "name": name}
    own = {"tenant_id": work.tenant.id}
    if card.owner and work.connection.scalar(_OWNER, key) is None:
        document = {"owner": card.owner}
        known = {"reference": name, "kind": "customer", "document": document}
        work.connection.execute(insert(_record), own | known)
    method = work.new_id()
    kept = {
        "id": method,
        "customer_id": customer_id,
        "provider": provider,
        "is_default": not methods_of(work, customer_id),
        "attached_at": work.now,
    }
    shown = {"reference": card.reference, "brand": card.brand, "last4": card.last4}
    work.connection.execute(insert(_method), own | kept | shown)
    _tell(work, "payment_method.attached", method, customer_id)
    return method


def methods_of(work: Work, customer_id: UUID) -> list[Method]:
    """List a customer's cards, the default first, then as they were attached."""
    check_customer(work, customer_id, lock=False)
    key = {"tenant": work.tenant.id, "customer": customer_id}
    return [Method(*row) for row in work.connection.execute(_LIST, key)]


def prefer(work: Work, method_id: UUID) -> None:
    """Make a card the default of its customer.

    Raises
    ------
    NotFound
        "payment method must exist; got ..."
    """
    method = find(work, method_id)
    own = {"tenant": work.tenant.id, "customer": method.customer_id}
    work.connection.execute(_NO_DEFAULT, own)
    work.connection.execute(_CHANGE.values(is_default=True), own | {"method": method_id})
    _tell(work, "payment_method.preferred", method_id, method.customer_id)


def detach(work: Work, method_id: UUID) -> None:
    """Forget a card; another becomes the default only when it is preferred.

    Raises
    ------
    NotFound
        "payment method must exist; got ..."
    """
    method = find(work, method_id)
    own = {"tenant": work.tenant.id, "customer": method.customer_id, "method": method_id}
    work.connection.execute(_CHANGE.values(is_default=False, detached_at=work.now), own)
    _tell(work, "payment_method.detached", method_id, method.customer_id)
    errand = Errand(
        work.new_id().hex,
        "detach",
        method.customer_id.hex,
        work.tenant.slug,
        method=method.reference,
    )
    ask(work, method.provider, errand)


def find(work: Work, method_id: UUID) -> Row[Any]:
    """Find a card that is the actor's business and not detached.

    Raises
    ------
    NotFound
        "payment method must exist; got ..."
    """
    key = {"tenant": work.tenant.id, "method": method_id}
    method = work.connection.execute(_FIND, key).first()
    if method is None:
        raise NotFound("payment method", method_id)
    check_own(work, "payment method", method_id, method.customer_id)
    return method


def owner_of(work: Work, method: Row[Any]) -> str | None:
    """Give the provider's name of the customer whose card it is."""
    name = f"{method.provider}:{method.customer_id.hex}"
    found = work.connection.scalar(_OWNER, {"tenant": work.tenant.id, "name": name})
    return None if found is None else str(found["owner"])


def _tell(work: Work, word: str, method: UUID, customer: UUID) -> None:
    fire(work, METHOD, method, Fact(word, customer_id=customer, method="card"))


_method = schema.payment_method
_record = schema.provider_record
_live = (_method.c.tenant_id == bindparam("tenant"), _method.c.detached_at.is_(None))
_FIND = select(_method).where(*_live, _method.c.id == bindparam("method"))
_LIST = (
    select(
        _method.c.id,
        _method.c.brand,
        _method.c.last4,
        _method.c.is_default,
        _method.c.attached_at,
    )
    .where(*_live, _method.c.customer_id == bindparam("customer"))
    .order_by(_method.c.is_default.desc(), _method.c.attached_at, _method.c.id)
)
_CHANGE = update(_method).where(
    *_live,
    _method.c.customer_id == bindparam("customer"),
    _method.c.id == bindparam("method"),
)
_NO_DEFAULT = (
    update(_method)
    .where(*_live, _method.c.customer_id == bindparam("customer"), _method.c.is_default == true())
    .values(is_default=false())
)
_OWNER = select(_record.c.document).where(
    _record.c.tenant_id == bindparam("tenant"), _record.c.reference == bindparam("name")
)
