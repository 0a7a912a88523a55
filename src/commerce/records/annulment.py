"""What was taken back: a counter-event says of an event, by its id, that it counts no more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Table, exists, select

from commerce.records import schema
from commerce.records.stream import ANNULLED

_event = schema.event


def annulling_key(event: object) -> str:
    """Give the source key of the counter-event of an event.

    Examples
    --------
    >>> annulling_key(17)
    'annulled:17'
    """
    return f"annulled:{event}"


def stands(event: FromClause, tenant_id: Any) -> ColumnElement[bool]:
    """Keep to events of a tenant, given by its id or a parameter of it, that no counter-event takes back."""
    other = _event.alias()
    annulled = select(other.c.value).where(
        other.c.tenant_id == tenant_id, other.c.type == ANNULLED, other.c.value.is_not(None)
    )
    return event.c.id.not_in(annulled)


def counts(table: Table) -> ColumnElement[bool]:
    """Keep to records that no counter-event ended; by one that placed it again an order goes on."""
    ended = exists().where(
        _event.c.tenant_id == table.c.tenant_id,
        _event.c.id == table.c.event_id,
        _event.c.type == ANNULLED,
        table.c.status != "placed",
    )
    return ~ended
