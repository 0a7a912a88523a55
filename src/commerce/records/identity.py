"""Identity: one record, three names, each unique per tenant.

``external_id`` is the shop's own name for it, ``number`` is counted here, ``id`` is a UUID. A key means the shop's own
name, or a UUID; our number only as ``number:17``, because a shop's own ids are often numbers too. Where no record has a
name of the shop's, the number is the name.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, exists, select

from commerce.records import schema
from commerce.records.errors import CustomerNotFound, check_text
from commerce.records.instants import to_micros
from commerce.records.prepared import Prepared
from commerce.records.sql import pages, upsert
from commerce.records.stream.backfills import counts_from
from commerce.records.tenants import Tenant

BY_NUMBER = "number:"
"""What a key begins with that means our own number."""

_DIGITS = 19
_NAMESPACE = uuid.UUID("6f1c2c5e-6d0e-5d0c-9f52-0b6b5f6d1b0a")


def imported_id(tenant_slug: str, kind: str, external_id: str) -> uuid.UUID:
    """Derive the UUID of an imported record from its name, so that a second import finds the first.

    Examples
    --------
    >>> imported_id("gifts", "customer", "17850") == imported_id("gifts", "customer", "17850")
    True
    >>> imported_id("gifts", "customer", "17850") == imported_id("acme", "customer", "17850")
    False
    """
    check_text(kind, external_id)
    return uuid.uuid5(_NAMESPACE, f"{tenant_slug}\x1f{kind}\x1f{external_id}")


def reserve_numbers(connection: Connection, tenant: Tenant, name: str, count: int) -> int:
    """Take the next ``count`` numbers of a tenant's counter; give their first, of all the very first is 1.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction; the counter stays locked until it ends.
    name : str
        ``customer``, ``orders`` or ``product``.
    count : int, >= 0
        0 only locks the counter.
    """
    given = {"tenant_id": tenant.id, "name": name, "value": count}
    (last,) = _count(connection.dialect.name)(connection, given)
    return int(last.value) - count + 1


@cache
def _count(dialect: str) -> Prepared:
    """Prepare the statement that counts on, from nothing where a counter is new."""
    counter, key = schema.counter, ("tenant_id", "name")
    counted = upsert(
        dialect, counter, (*key, "value"), key, lambda new: {"value": counter.c.value + new.value}
    )
    return Prepared(counted.returning(counter.c.value))


class Identity(NamedTuple):
    """Which record is meant, by all of its names."""

    id: uuid.UUID
    number: int
    external_id: str | None

    @property
    def text(self) -> str:
        """Say it for people, and as a key: the shop's own id, else our number."""
        return self.external_id or f"{BY_NUMBER}{self.number}"

    def as_dict(self) -> dict[str, Any]:
        """Give its names in JSON's own types."""
        return {**self._asdict(), "id": str(self.id)}


def find(connection: Connection, table: Table, tenant: Tenant, key: str) -> Identity | None:
    """Find a customer, order or product of a tenant by a key, as the module says."""
    return find_many(connection, table, tenant, [key]).get(key)


def find_many(
    connection: Connection, table: Table, tenant: Tenant, keys: Collection[str]
) -> dict[str, Identity]:
    """Find many records at once, as `find` does one; unknown keys are left out."""
    found = _named_by(connection, table, tenant, "external_id", {key: key for key in keys})
    rest = [key for key in keys if key not in found]
    ours = {key: uuid for key in rest if (uuid := as_uuid(key)) is not None}
    found |= _named_by(connection, table, tenant, "id", ours)
    numbers = {key: number for key in rest if (number := number_of(key)) is not None}
    if not all(key.startswith(BY_NUMBER) for key in numbers) and not nameless(
        connection, table, tenant
    ):
        numbers = {key: number for key, number in numbers.items() if key.startswith(BY_NUMBER)}
    return _named_by(connection, table, tenant, "number", numbers) | found


def identify(connection: Connection, table: Table, tenant_id: int, record: uuid.UUID) -> Identity:
    """Give the names of a record by its id."""
    found = connection.execute(_names(table, tenant_id).where(table.c.id == record)).one()
    return Identity._make(found)


def resolve(
    connection: Connection, table: Table, tenant: Tenant, key: uuid.UUID | str
) -> uuid.UUID | None:
    """Give the id that a key means; an id stands for itself, None where no record goes by a text."""
    if isinstance(key, uuid.UUID):
        return key
    found = find(connection, table, tenant, key)
    return None if found is None else found.id


def nameless(connection: Connection, table: Table, tenant: Tenant) -> bool:
    """Whether a tenant has records of the kind, and none with an id of the shop's own."""
    some = exists().where(table.c.tenant_id == tenant.id)
    query = select(some & ~some.where(table.c.external_id.is_not(None)))
    return bool(connection.scalar(query))


def as_uuid(key: str) -> uuid.UUID | None:
    """Read a key as an id, with or without dashes; None where it is none."""
    try:
        return uuid.UUID(key)
    except ValueError:
        return None


def number_of(key: str) -> int | None:
    """Read ``number:17``, or a 17 as a number is written."""
    digits = key.removeprefix(BY_NUMBER)
    if not (digits.isascii() and digits.isdigit() and len(digits) < _DIGITS):
        return None
    return int(digits) if digits != key or str(int(digits)) == key else None


def find_customer(connection: Connection, tenant: Tenant, key: str) -> Identity:
    """Find a customer by the shop's own id, our UUID, or ``number:17``; see the module.

    Raises
    ------
    CustomerNotFound
        "customer must be known to tenant ...; got ..."
    """
    found = find(connection, schema.customer, tenant, key)
    if found is None:
        raise CustomerNotFound(tenant.slug, key)
    return found


def _names(table: Table, tenant_id: int) -> Select[tuple[uuid.UUID, int, str | None]]:
    return select(table.c.id, table.c.number, table.c.external_id).where(
        table.c.tenant_id == tenant_id
    )


def _named_by(
    connection: Connection, table: Table, tenant: Tenant, column: str, values: Mapping[str, Any]
) -> dict[str, Identity]:
    """Find what keys mean by values of a column."""
    found: dict[Any, Identity] = {}
    for page in pages(sorted(set(values.values()))):
        rows = connection.execute(_names(table, tenant.id).where(table.c[column].in_(page)))
        found |= {getattr(row, column): Identity._make(row) for row in rows}
    return {key: found[value] for key, value in values.items() if value in found}


def known_customers(connection: Connection, tenant: Tenant, as_of: datetime) -> list[uuid.UUID]:
    """List all the customers that `was_known` knows at an instant, by id."""
    table, event = schema.customer, schema.event
    recorded = exists().where(
        event.c.tenant_id == tenant.id,
        event.c.customer_id == table.c.id,
        counts_from() < to_micros(as_of),
    )
    query = select(table.c.id).where(
        table.c.tenant_id == tenant.id, (table.c.created_at <= as_of) | recorded
    )
    return list(connection.scalars(query.order_by(table.c.id)))


def was_known(connection: Connection, tenant: Tenant, customer: uuid.UUID, as_of: datetime) -> bool:
    """Whether a customer was known at an instant: by then he was there, or something of his was recorded."""
    table, event = schema.customer, schema.event
    own = (table.c.tenant_id == tenant.id, table.c.id == customer)
    if connection.execute(select(table.c.created_at).where(*own)).scalar_one() <= as_of:
        return True
    known = exists().where(
        event.c.tenant_id == tenant.id,
        event.c.customer_id == customer,
        counts_from() < to_micros(as_of),
    )
    return bool(connection.scalar(select(known)))
