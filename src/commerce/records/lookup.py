"""Who is meant, and what time it is there, by one statement: what an answer about a customer begins with.

It finds what `commerce.records.identity.find_customer`, `commerce.records.tenants.clock` and
`commerce.records.stream.backfills.last_backfill` find one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, case, func, or_, select

from commerce.records import schema
from commerce.records.identity import BY_NUMBER, Identity, as_uuid, nameless, number_of
from commerce.records.instants import from_micros
from commerce.records.prepared import Prepared
from commerce.records.sql import linked, micros
from commerce.records.tenants import Tenant, tenant_of

_MICROSECOND = timedelta(microseconds=1)


class Lookup(NamedTuple):
    """A tenant, and the customer that a key means there; all of it as it was committed at one moment.

    Attributes
    ----------
    customer : Identity or None
        None where the key means nobody.
    since : datetime or None
        When the customer was made.
    last_recorded : datetime or None
        Of the customer's own events.
    backfills : int
        The number of the tenant's last backfill.
    stands_at : datetime or None
        Where the tenant's clock stands, if it stands behind the records.
    """

    tenant: Tenant
    customer: Identity | None
    since: datetime | None
    last_recorded: datetime | None
    backfills: int
    stands_at: datetime | None

    def clock(self, now: datetime) -> datetime:
        """Tell what time it is, given the wall's: after what was recorded of the customer ahead of it.

        Where a tenant was observed ahead of the wall's time, what came in since then was recorded ahead of it, too.
        """
        if self.tenant.clock_mode == "recorded":
            return self.stands_at or now
        last = self.last_recorded
        return now if last is None or last <= now else last + _MICROSECOND


def look_up(connection: Connection, slug: str, key: str) -> Lookup | None:
    """Find a tenant by its slug, and a customer as `commerce.records.identity.find_customer` does.

    Returns
    -------
    Lookup or None
        None where there is no such tenant.
    """
    given = {"slug": slug, "key": key, "own": as_uuid(key), "number": number_of(key)}
    rows = _lookup()(connection, given)
    if not rows:
        return None
    tenant = tenant_of(rows[0])
    row = _meant(connection, tenant, rows, given)
    stands_at = rows[0].last_of_all
    return Lookup(
        tenant=tenant,
        customer=None if row is None else Identity(row.customer_id, row.number, row.external_id),
        since=None if row is None else row.since,
        last_recorded=None if row is None else _instant(row.last_of_own),
        backfills=rows[0].backfills,
        stands_at=None if stands_at is None else from_micros(stands_at) + _MICROSECOND,
    )


def _meant(
    connection: Connection, tenant: Tenant, rows: Sequence[Any], given: dict[str, Any]
) -> Any | None:
    """Choose among the customers that a key could mean: the shop's own id goes before ours, our number comes last."""
    key = given["key"]
    for name, wanted in (("external_id", key), ("customer_id", given["own"])):
        for row in rows:
            if row.customer_id is not None and getattr(row, name) == wanted:
                return row
    found = rows[0] if rows[0].customer_id is not None else None
    if found is not None and not key.startswith(BY_NUMBER):
        return found if nameless(connection, schema.customer, tenant) else None
    return found


def _instant(found: int | None) -> datetime | None:
    return None if found is None else from_micros(found)


@cache
def _lookup() -> Prepared:
    tenant, customer, event, backfill = (
        schema.tenant,
        schema.customer,
        schema.event,
        schema.backfill,
    )
    recorded = select(func.max(micros(event.c.recorded_at)))
    of_all = recorded.where(event.c.tenant_id == tenant.c.id).correlate(tenant)
    of_own = recorded.where(linked(event, customer)).correlate(customer)
    numbered = select(func.coalesce(func.max(backfill.c.number), 0))
    names = {"external_id": "key", "id": "own", "number": "number"}
    meant = or_(  # the tenant in each: so every arm is looked up by an index of its own
        *(
            and_(customer.c.tenant_id == tenant.c.id, customer.c[column] == bindparam(name))
            for column, name in names.items()
        )
    )
    return Prepared(
        select(
            *tenant.c,
            numbered.where(backfill.c.tenant_id == tenant.c.id)
            .correlate(tenant)
            .scalar_subquery()
            .label("backfills"),
            case((tenant.c.clock_mode == "recorded", of_all.scalar_subquery())).label(
                "last_of_all"
            ),
            customer.c.id.label("customer_id"),
            customer.c.number,
            customer.c.external_id,
            customer.c.created_at.label("since"),
            of_own.scalar_subquery().label("last_of_own"),
        )
        .select_from(tenant.outerjoin(customer, meant))
        .where(tenant.c.slug == bindparam("slug"))
    )
