"""Erasing a customer: what names somebody goes, what was bought and paid stays."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Column, Table, delete, select, update

from commerce.people.customers import fetch_own
from commerce.records import rows, schema
from commerce.records.machine import EventDraft, fire
from commerce.records.states import CUSTOMER
from commerce.records.work import Work


def erase(work: Work, customer_id: UUID) -> None:
    """Erase what names a customer: profile, addresses of orders, notes, notifications, log-in.

    Amounts, dates, the country and the shop's own ``external_id`` stay, so that ledger, features and a second
    import still meet the same pseudonym. Erasing twice changes nothing.
    """
    if fetch_own(work, customer_id, lock=True, erased=True).erased_at is not None:
        return
    user = rows.first(work, schema.users, customer_id=customer_id)
    events = [EventDraft("customer.erased", customer_id=customer_id)]
    if user is not None:
        events.append(EventDraft("user.deactivated", record=("user", user.id)))
    fire(work, CUSTOMER, customer_id, *events)
    orders = select(schema.orders.c.id).where(
        *rows.own(work, schema.orders, customer_id=customer_id)
    )
    for table, key, names in _PERSONAL:
        theirs = key.in_(orders) if key.name == "order_id" else key == customer_id
        erased = update(table).where(*rows.own(work, table), theirs)
        work.connection.execute(erased.values(dict.fromkeys(names)))
    for table, name in ((schema.note, "customer_id"), (schema.notification, "recipient_id")):
        theirs = table.c[name].in_([customer_id, *([user.id] if user else [])])
        work.connection.execute(delete(table).where(*rows.own(work, table), theirs))
    rows.change(work, schema.customer, customer_id, erased_at=work.now)
    if user is not None:
        nobody = {"username": f"erased-{customer_id.hex}", "email": None, "password_hash": ""}
        rows.change(work, schema.users, user.id, **nobody, active=False)


_PLACE = ("address", "latitude", "longitude")
_PERSONAL: tuple[tuple[Table, Column[UUID], tuple[str, ...]], ...] = (
    (schema.customer, schema.customer.c.id, ("full_name", "email", "phone", *_PLACE)),
    (schema.orders, schema.orders.c.customer_id, _PLACE),
    (schema.payment_method, schema.payment_method.c.customer_id, ("brand", "last4")),
    (schema.review, schema.review.c.customer_id, ("body",)),
    (schema.delivery, schema.delivery.c.order_id, ("proof_latitude", "proof_longitude")),
    (schema.return_request, schema.return_request.c.order_id, ("reason",)),
)
"""What names or places somebody, beside the rows that are deleted whole."""
