"""Undoing an import: its events count no more, and what they made comes to its end.

Nothing is removed: `importing.engine.annulling` says how. All of it is one transaction, so a kill leaves nothing half
undone. Products stay, and so does a customer of whom anything else is recorded. What comes in afterwards, the same
file too, gets keys and ids of its own.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Row,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from commerce.records import schema
from commerce.records.annulment import stands
from commerce.records.database import writing
from commerce.records.instants import to_micros
from commerce.records.sql import pages
from commerce.records.stream import ANNULLED
from commerce.records.tenants import Tenant, clock, find_tenant, tenant_of
from importing.engine.annulling import annul
from importing.engine.logbook import list_imports
from importing.errors import SourceError
from tabular.errors import did_you_mean

_event, _imports, _parts = schema.event, schema.file_import, schema.file_import_part
_orders, _line = schema.orders, schema.order_line
_OF_NO_IMPORT = ("customer", "product")
"""Kinds of records that go on whatever import told of them first."""


def find_import(connection: Connection, tenant: Tenant, number: int) -> Row[Any]:
    """Find an import that may be undone.

    Raises
    ------
    SourceError
        "import must be one of tenant 'acme'; got 7. Known: 1, 2." or "import must not be undone twice; got 1, ..."
    """
    known = {row.number: row for row in list_imports(connection, tenant)}
    if number not in known:
        hint = did_you_mean("", map(str, known)) or "It has none."
        raise SourceError(f"import must be one of tenant {tenant.slug!r}; got {number}. {hint}")
    found = known[number]
    if found.undone_at is not None:
        raise SourceError(
            f"import must not be undone twice; got {number}, {found.name} of tenant {tenant.slug!r}, undone on"
            f" {found.undone_at:%Y-%m-%d}. Import the file again to bring it back."
        )
    return found


def is_all_there_is(connection: Connection, tenant: Tenant, number: int) -> bool:
    """Tell whether a tenant holds nothing but one import, and nothing was computed of it yet."""
    others = select(_event.c.id).where(_event.c.tenant_id == tenant.id, ~_own(_event, number))
    return (
        tenant.observed_at is None
        and len(list_imports(connection, tenant)) == 1
        and connection.execute(others.limit(1)).first() is None
    )


def undo_import(engine: Engine, slug: str, number: int, *, now: datetime) -> int:
    """Undo an import, and give how many events count no more.

    Parameters
    ----------
    slug : str
        The tenant's.
    number : int
        Of the import, as `list_imports` gives it.
    now : datetime
        Wall time, aware. The events cease to count at the tenant's clock.

    Raises
    ------
    SourceError
        As `find_import`; "import must not have records that changed since; got ..."
    """
    with writing(engine) as connection:
        row = connection.execute(
            select(schema.tenant)
            .where(schema.tenant.c.id == find_tenant(connection, slug).id)
            .with_for_update()
        ).one()
        tenant = tenant_of(row)
        found = find_import(connection, tenant, number)
        _refuse_changed(connection, tenant, found)
        spans = connection.execute(
            select(_parts.c.first_event_id, _parts.c.last_event_id)
            .where(_parts.c.tenant_id == tenant.id, _parts.c.number == number)
            .order_by(_parts.c.first_event_id)
        ).all()
        made = found.kind != "events"
        if made:
            _shrink(connection, tenant, number)
        spared = _spared(connection, tenant, number)
        at = clock(connection, tenant, now=now)
        count = annul(
            connection,
            tenant,
            [(first, last) for first, last in spans],
            at=to_micros(max(at, tenant.observed_at or at)),
            ingested_at=to_micros(now),
            records=made,
            spared=spared,
        )
        _forget_customers(connection, tenant, number, spared)
        connection.execute(
            update(_imports)
            .where(_imports.c.tenant_id == tenant.id, _imports.c.number == number)
            .values(undone_at=now)
        )
    return count


def _own(event: FromClause, number: int) -> ColumnElement[bool]:
    """Keep to the events of an import."""
    part = _parts.alias()
    return exists().where(
        part.c.tenant_id == event.c.tenant_id,
        part.c.number == number,
        part.c.first_event_id <= event.c.id,
        part.c.last_event_id >= event.c.id,
    )


def _counting(event: FromClause, tenant: Tenant) -> ColumnElement[bool]:
    """Keep to events that were not taken back."""
    return (event.c.type != ANNULLED) & stands(event, tenant.id)


def _refuse_changed(connection: Connection, tenant: Tenant, found: Row[Any]) -> None:
    """Refuse to undo what something else builds on."""
    own = schema.event.alias("own")
    about = select(own.c.aggregate_type, own.c.aggregate_id).where(
        own.c.tenant_id == tenant.id, _own(own, found.number), own.c.aggregate_id.is_not(None)
    )
    first = connection.scalar(
        select(func.min(_parts.c.first_event_id)).where(
            _parts.c.tenant_id == tenant.id, _parts.c.number == found.number
        )
    )
    later = connection.execute(
        select(_event.c.id, _event.c.type, _parts.c.number, _imports.c.name)
        .outerjoin(
            _parts,
            (_parts.c.tenant_id == _event.c.tenant_id)
            & (_parts.c.first_event_id <= _event.c.id)
            & (_parts.c.last_event_id >= _event.c.id),
        )
        .outerjoin(
            _imports,
            (_imports.c.tenant_id == _parts.c.tenant_id) & (_imports.c.number == _parts.c.number),
        )
        .where(
            _event.c.tenant_id == tenant.id,
            ~_own(_event, found.number),
            _counting(_event, tenant),
            _event.c.aggregate_type.not_in(_OF_NO_IMPORT),
            tuple_(_event.c.aggregate_type, _event.c.aggregate_id).in_(about),
            _event.c.id > first,
        )
        .order_by(_event.c.id.desc())
        .limit(1)
    ).first()
    if later is None:
        return
    subject = f"import {found.number} ({found.name}) must not have records that changed since"
    if later.number is None:
        raise SourceError(
            f"{subject}; got {later.type}, which the shop itself did. It cannot be undone any more: undo in the shop"
            " what is wrong, or remove the tenant whole by `bellwether tenants remove`."
        )
    raise SourceError(
        f"{subject}; got changes by import {later.number} ({later.name})."
        f" Undo that first: bellwether import undo {later.number} --tenant {tenant.slug}."
    )


@dataclass
class _Growth:
    """What an import added to an order of another one."""

    lines: list[tuple[Any, int, int]] = field(default_factory=list)
    """Product, quantity and amount of each new line."""
    returns: Counter[Any] = field(default_factory=Counter)
    """By product, units that came back or were called off."""


def _shrink(connection: Connection, tenant: Tenant, number: int) -> None:
    """Take lines, and what was returned, out of orders that other imports made."""
    own = schema.event.alias("own")
    made = select(own.c.aggregate_id).where(
        own.c.tenant_id == tenant.id, own.c.type == "order.placed", _own(own, number)
    )
    grown: dict[uuid.UUID, _Growth] = defaultdict(_Growth)
    for row in connection.execute(
        select(_event)
        .where(
            _event.c.tenant_id == tenant.id,
            _event.c.type.in_(["order.line", "order.returned", "order.reduced"]),
            _event.c.aggregate_type == "order",
            _event.c.aggregate_id.not_in(made),
            _own(_event, number),
        )
        .order_by(_event.c.id)
    ):
        growth = grown[uuid.UUID(row.aggregate_id)]
        if row.type == "order.line":
            growth.lines.append((row.product_id, row.quantity, row.amount_minor))
        else:
            growth.returns[row.product_id] += row.quantity
    for page in pages([str(order) for order in grown]):
        lines: dict[uuid.UUID, list[Any]] = defaultdict(list)
        query = select(_line).where(
            _line.c.tenant_id == tenant.id, _line.c.order_id.in_([uuid.UUID(each) for each in page])
        )
        for line in connection.execute(query.order_by(_line.c.position.desc())):
            lines[line.order_id].append(line)
        for order, held in lines.items():
            _shrink_order(connection, tenant, held, grown[order])


def _shrink_order(connection: Connection, tenant: Tenant, held: list[Any], growth: _Growth) -> None:
    """Take what an import added out of one order, of whose lines the last comes first."""
    order = held[0].order_id
    key = (_line.c.tenant_id == tenant.id, _line.c.order_id == order)
    for product, quantity, amount in growth.lines:
        gone = next(
            line
            for line in held
            if (line.product_id, line.quantity, line.amount_minor) == (product, quantity, amount)
        )
        held.remove(gone)
        growth.returns[product] -= gone.returned_quantity
        connection.execute(delete(_line).where(*key, _line.c.position == gone.position))
    less = sum(amount for *_, amount in growth.lines)
    connection.execute(
        update(_orders)
        .where(_orders.c.tenant_id == tenant.id, _orders.c.id == order)
        .values(total_minor=_orders.c.total_minor - less)
    )
    for line in held:
        units = min(line.returned_quantity, max(0, growth.returns[line.product_id]))
        if units:
            growth.returns[line.product_id] -= units
            connection.execute(
                update(_line)
                .where(*key, _line.c.position == line.position)
                .values(returned_quantity=line.returned_quantity - units)
            )


def _registered(tenant: Tenant, number: int) -> Any:
    """Select the customers whom an import registered."""
    return select(_event.c.customer_id).where(
        _event.c.tenant_id == tenant.id,
        _event.c.type == "customer.registered",
        _own(_event, number),
    )


def _spared(connection: Connection, tenant: Tenant, number: int) -> set[uuid.UUID]:
    """Find the customers whom an import registered, and of whom something else is recorded."""
    other = schema.event.alias("also")
    elsewhere = [
        exists().where(table.c.tenant_id == tenant.id, table.c.customer_id == _event.c.customer_id)
        for table in (schema.users, schema.note)
    ]
    also = exists().where(
        other.c.tenant_id == tenant.id,
        other.c.customer_id == _event.c.customer_id,
        ~_own(other, number),
        _counting(other, tenant),
    )
    return set(connection.scalars(_registered(tenant, number).where(or_(also, *elsewhere))))


def _forget_customers(
    connection: Connection, tenant: Tenant, number: int, spared: set[uuid.UUID]
) -> None:
    """Let the customers whom an import registered give back their names, so that they may come in anew."""
    table = schema.customer
    gone = [
        {"gone": customer}
        for customer in connection.scalars(_registered(tenant, number))
        if customer not in spared
    ]
    if gone:
        connection.execute(
            update(table)
            .where(table.c.tenant_id == tenant.id, table.c.id == bindparam("gone"))
            .values(external_id=None),
            gone,
        )
