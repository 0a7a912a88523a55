"""Notes about customers: appended with author and time, never edited, erased with their customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select

from commerce import schema
from commerce.errors import NotFound, RecordError
from commerce.machine import Fact, fire
from commerce.people import customers
from commerce.states import CUSTOMER
from commerce.work import Work


@dataclass(frozen=True)
class Note:
    """What somebody wrote; ``author_id`` is None for the house and for who is no user of this shop."""

    id: UUID
    author_id: UUID | None
    body: str
    created_at: datetime


def add(work: Work, customer_id: UUID, body: str) -> UUID:
    """Write a note; the stream tells that there is one, not what it says.

    Raises
    ------
    RecordError
        "note must say something; got nothing. ..."
    NotFound
        "customer must exist; got ..."
    Conflict
        "customer must not be erased; got ..."
    """
    if not body.strip():
        raise RecordError("note must say something; got nothing. Write a sentence.")
    _staff_only(work, customer_id)
    customers.fetch_own(work, customer_id, lock=True)
    note, users = work.new_id(), schema.users
    fire(work, CUSTOMER, customer_id, Fact("customer.noted", customer_id=customer_id))
    author = select(users.c.id).where(
        users.c.tenant_id == work.tenant.id, users.c.id == work.actor.user_id
    )
    work.connection.execute(
        insert(schema.note).values(
            tenant_id=work.tenant.id,
            id=note,
            customer_id=customer_id,
            author_id=author.scalar_subquery(),
            body=body.strip(),
            created_at=work.now,
        )
    )
    return note


def list_notes(work: Work, customer_id: UUID) -> list[Note]:
    """List the notes about a customer, the first first: for who runs the shop.

    Raises
    ------
    NotFound
        "customer must exist; got ..."
    """
    _staff_only(work, customer_id)
    customers.get(work, customer_id)
    note = schema.note
    rows = work.connection.execute(
        select(note.c.id, note.c.author_id, note.c.body, note.c.created_at)
        .where(note.c.tenant_id == work.tenant.id, note.c.customer_id == customer_id)
        .order_by(note.c.created_at, note.c.id)
    )
    return [Note(*row) for row in rows]


def _staff_only(work: Work, customer_id: UUID) -> None:
    """What is noted about somebody is not shown to that somebody."""
    if not work.actor.runs_the_shop:
        raise NotFound("customer", customer_id)
