"""Notifications: what happened, in sentences for those whom it concerns.

`commerce.notifications.templates` says which events notify whom. The outbox makes one notification per event,
kind and recipient, whatever happens to the worker. What it says comes from the event and from the name of what
it is about: never an address, a hash, a token, or who else is concerned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    func,
    null,
    select,
    update,
)

from commerce.notifications.mail import Letter, Transport
from commerce.notifications.templates import TEMPLATES
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import NotFound, existing
from commerce.records.money import format_money
from commerce.records.outbox import Handler, OutboxTask
from commerce.records.sql import bound, insert_new
from commerce.records.work import Work


class Notification(NamedTuple):
    """Something that somebody is notified of.

    Attributes
    ----------
    subject_type, subject_id : str or None
        The record it is about.
    content : mapping
        ``title`` and ``body`` for people, ``data`` for programs.
    """

    id: UUID
    kind: str
    subject_type: str | None
    subject_id: str | None
    content: Mapping[str, Any]
    created_at: datetime
    read_at: datetime | None


@checked
def list_own(
    work: Work,
    *,
    unread: bool = False,
    ordering: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> rows.Part[Notification]:
    """List what the actor was notified of; all of it, or what is ``unread``.

    Parameters
    ----------
    ordering : str, optional
        ``created_at`` (the latest first by default) or ``kind``, ``-`` before it for the other direction.

    Raises
    ------
    RecordError
        "ordering must be one of created_at, ...; got ..."
    """
    shown = (_mine(work), *([_unread] if unread else []))
    order = rows.ordered(_table, ordering or "-created_at", "created_at", "kind", "event_id")
    page = {"limit": limit, "offset": offset}
    return rows.part(work, Notification, _table, *shown, order=(*order, _table.c.id), **page)


def count_unread(work: Work) -> int:
    """Count what the actor was notified of and has not read."""
    mine = select(func.count()).where(*rows.own(work, _table), _mine(work), _unread)
    return work.connection.execute(mine).scalar_one()


def read(work: Work, notification_id: UUID) -> Notification:
    """Read one notification of the actor's own, which does not mark it."""
    mine = (_mine(work), _table.c.id == notification_id)
    found = rows.listed(work, Notification, _table, *mine, order=(_table.c.id,))
    return existing(next(iter(found), None), "notification", notification_id)


def mark_read(work: Work, notification_id: UUID) -> None:
    """Note that the actor read something; the first time counts."""
    one = update(_table).where(*rows.own(work, _table), _mine(work), _table.c.id == notification_id)
    first = func.coalesce(_table.c.read_at, bindparam("now", work.now, type_=schema.Instant))
    if not work.connection.execute(one.values(read_at=first)).rowcount:
        raise NotFound("notification", notification_id)


def mark_all_read(work: Work) -> int:
    """Note that the actor read everything; give how much was new."""
    every = update(_table).where(*rows.own(work, _table), _mine(work), _unread)
    return work.connection.execute(every.values(read_at=work.now)).rowcount


def notifier(transport: Transport | None = None) -> Mapping[str, Handler]:
    """Give the outbox's handlers; with a transport, who has an address gets each notification by mail, too."""
    return dict.fromkeys(TEMPLATES, partial(_notify, transport))


def _notify(transport: Transport | None, work: Work, event: Row[Any]) -> Iterable[OutboxTask]:
    """Write an event's notifications; give its letters that are not sent yet."""
    values = _values(work, event)
    notes = [
        {
            "tenant_id": work.tenant.id,
            "id": work.new_id(),
            "event_id": event.id,
            "kind": template.kind,
            "recipient_type": "customer" if template.to == "customer" else "user",
            "recipient_id": recipient,
            "subject_type": event.aggregate_type,
            "subject_id": event.aggregate_id,
            "content": {
                "title": template.title.format_map(values),
                "body": template.body.format_map(values),
                "data": {name: value for name, value in values.items() if value is not None},
            },
            "created_at": work.now,
        }
        for template in TEMPLATES[event.type]
        for recipient in _recipients(work, event, template.to)
    ]
    if notes:
        work.connection.execute(insert_new(work.connection.dialect.name, _table), notes)
    if transport is None:
        return []
    tasks = []
    for row in work.ask(_letters, event=event.id):
        letter = Letter(row.id.hex, row.address, row.content["title"], row.content["body"])
        tasks.append(OutboxTask(partial(transport, letter), partial(_mailed, row.id)))
    return tasks


def _recipients(work: Work, event: Row[Any], rule: str) -> list[UUID]:
    if rule == "staff":
        staff = rows.own(work, _users, active=True)
        admins = select(_users.c.id).where(*staff, _users.c.role.in_(("admin", "superadmin")))
        found = work.connection.execute(admins.order_by(_users.c.id)).scalars()
        return [user for user in found if user != event.actor_id]
    one = event.customer_id if rule == "customer" else event.seller_id
    return [] if one is None else [one]


def _values(work: Work, event: Row[Any]) -> dict[str, Any]:
    """Give what a template may say of an event."""
    named = None
    if event.aggregate_type in _SUBJECTS:
        record = UUID(event.aggregate_id)
        named = work.ask(_SUBJECTS[event.aggregate_type], record=record).first()
    minor, due = event.amount_minor, event.due_at
    return {
        "subject": None if named is None else named.label,
        "reason": event.reason if named is None or named.reason is None else named.reason,
        "amount": None if minor is None else format_money(minor, event.currency),
        "amount_minor": minor,
        "currency": event.currency,
        "value": event.value,
        "quantity": event.quantity,
        "due": None if due is None else due.astimezone(work.tenant.zone).date().isoformat(),
    }


def _mailed(notification_id: UUID, work: Work) -> None:
    rows.change(work, _table, notification_id, mailed_at=work.now)


def _mine(work: Work) -> ColumnElement[bool]:
    """What the actor was notified of, as a user and as a customer."""
    names = [name for name in (work.actor.user_id, work.actor.customer_id) if name is not None]
    return _table.c.recipient_id.in_(names)


def _named(table: Table, label: ColumnElement[Any], reason: ColumnElement[Any]) -> Select[Any]:
    named = label.label("label"), reason.label("reason")
    return select(*named).where(*bound(table, id="record"))


def _through(table: Table, key: str, label: Column[Any]) -> Select[Any]:
    """Name a record by the order or the product that it is of."""
    target = label.table
    own = and_(target.c.tenant_id == table.c.tenant_id, target.c.id == table.c[key])
    return _named(table, label, null()).join_from(table, target, own)


def _is_recipient(table: Table) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.tenant_id == _table.c.tenant_id, table.c.id == _table.c.recipient_id


_table, _users, _customer = schema.notification, schema.users, schema.customer
_number, _product = schema.orders.c.number, schema.product.c.name
_SUBJECTS: Mapping[str, Select[Any]] = {
    "order": _named(schema.orders, _number, null()),
    "wallet": _named(schema.orders, _number, null()),
    "delivery": _through(schema.delivery, "order_id", _number),
    "return": _through(schema.return_request, "order_id", _number),
    "payment": _through(schema.payment, "order_id", _number),
    "invoice": _through(schema.invoice, "order_id", _number),
    "brand": _named(schema.brand, schema.brand.c.name, schema.brand.c.reason),
    "product": _named(schema.product, _product, null()),
    "variant": _through(schema.variant, "product_id", _product),
    "auction": _through(schema.auction, "product_id", _product),
}
"""How the records that events belong to are called, and what was said about them."""

_unread = _table.c.read_at.is_(None)
_address = func.coalesce(_customer.c.email, _users.c.email)
_letters = (
    select(_table.c.id, _table.c.content, _address.label("address"))
    .select_from(_table)
    .outerjoin(_customer, and_(*_is_recipient(_customer)))
    .outerjoin(_users, and_(*_is_recipient(_users), _users.c.active))
    .where(*bound(_table, event_id="event"), _table.c.mailed_at.is_(None), _address.is_not(None))
    .order_by(_table.c.kind, _table.c.recipient_id)
)
