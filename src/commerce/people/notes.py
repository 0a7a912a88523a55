"""Notes about customers: appended with author and time, never edited, erased with their customer."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from commerce.people import customers
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import NotFound, RecordError
from commerce.records.machine import EventDraft, fire
from commerce.records.states import CUSTOMER
from commerce.records.work import Work


class Note(NamedTuple):
    """What somebody wrote; ``author_id`` is None for the system and for who is no user of this shop."""

    id: UUID
    author_id: UUID | None
    body: str
    created_at: datetime


@checked
def add(work: Work, customer_id: UUID, body: str) -> UUID:
    """Write a note; the stream says that there is one, not what it says.

    Raises
    ------
    NotFound
    RecordError
        "note must say something; got nothing. ..."
    Conflict
        "customer must not be erased; got ..."
    """
    if not body.strip():
        raise RecordError("note must say something; got nothing. Write a sentence.")
    _staff_only(work, customer_id)
    customers.fetch_own(work, customer_id, lock=True)
    note = work.new_id()
    fire(work, CUSTOMER, customer_id, EventDraft("customer.noted", customer_id=customer_id))
    author = rows.first(work, schema.users, id=work.actor.user_id)
    rows.add(
        work,
        schema.note,
        id=note,
        customer_id=customer_id,
        author_id=author and author.id,
        body=body.strip(),
        created_at=work.now,
    )
    return note


def list_notes(work: Work, customer_id: UUID) -> list[Note]:
    """List the notes about a customer, the first first: for who runs the shop."""
    _staff_only(work, customer_id)
    customers.get(work, customer_id)
    note = schema.note
    theirs = note.c.customer_id == customer_id
    return rows.listed(work, Note, note, theirs, order=(note.c.created_at, note.c.id))


def _staff_only(work: Work, customer_id: UUID) -> None:
    """What is noted about somebody is not shown to that somebody."""
    if not work.actor.runs_the_shop:
        raise NotFound("customer", customer_id)
