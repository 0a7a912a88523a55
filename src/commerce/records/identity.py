"""Identity: one record, three names, each unique per tenant.

``external_id`` is the shop's own name for it, ``number`` is counted here, ``id`` is a UUID. A key means the shop's own
name, or a UUID; our number only as ``number:17``, because a shop's own ids are often numbers too. Where no record has a
name of the shop's, the number is the name.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, literal, select

from commerce.records import schema
from commerce.records.errors import CustomerNotFound, check_text
from commerce.records.prepared import Prepared
from commerce.records.sql import upsert
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


def find(connection: Connection, table: Table, tenant: Tenant, key: str) -> uuid.UUID | None:
    """Find the id of a customer, order or product of a tenant by external id, id, or ``number:17``."""
    for attempt in _attempts(table, key):
        found = connection.execute(
            select(table.c.id).where(table.c.tenant_id == tenant.id, attempt)
        ).scalar()
        if found is not None:
            return uuid.UUID(str(found))
    return None


def _attempts(table: Table, key: str) -> Iterator[ColumnElement[bool]]:
    yield table.c.external_id == key
    with suppress(ValueError):  # not every key is a UUID, and then it cannot be an id
        yield table.c.id == uuid.UUID(key)
    number = key.removeprefix(BY_NUMBER)
    if number.isascii() and number.isdigit() and len(number) < _DIGITS:
        nameless = ~exists().where(
            (other := table.alias()).c.tenant_id == table.c.tenant_id,
            other.c.external_id.is_not(None),
        )
        own = table.c.number == int(number)
        yield own if number != key else and_(own, literal(str(int(number)) == number), nameless)


def find_customer(connection: Connection, tenant: Tenant, key: str) -> uuid.UUID:
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


def was_known(connection: Connection, tenant: Tenant, customer: uuid.UUID, as_of: datetime) -> bool:
    """Whether a customer was known at an instant: by then he was there, or something of his was recorded."""
    table, event = schema.customer, schema.event
    own = (table.c.tenant_id == tenant.id, table.c.id == customer)
    if connection.execute(select(table.c.created_at).where(*own)).scalar_one() <= as_of:
        return True
    recorded = exists().where(
        event.c.tenant_id == tenant.id, event.c.customer_id == customer, event.c.recorded_at < as_of
    )
    return bool(connection.scalar(select(recorded)))
