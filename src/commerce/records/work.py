"""A unit of work: one transaction, for one tenant, by one actor, at one instant.

Every workflow takes a `Work` first and does everything through its connection, so that all of it happens or
nothing. On PostgreSQL the transaction steps into a role that sees this tenant's rows only.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    Connection,
    CursorResult,
    Engine,
    Executable,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    text,
)

from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.database import reading, writing
from commerce.records.errors import RecordError, TenantNotFound
from commerce.records.instants import from_micros, to_micros
from commerce.records.policy import Policy, policy_of
from commerce.records.prepared import Prepared
from commerce.records.tenants import Tenant, clock, recording_instant, settle_as_of

TENANT_ROLE = "bellwether_tenant"
"""PostgreSQL's role for work on one tenant's rows; see `commerce.records.migrations.isolation`."""


@dataclass(frozen=True)
class Work:
    """Who works for which tenant, when, and in which transaction.

    Attributes
    ----------
    tenant : Tenant
        As read in this transaction; nothing is computed as of later instants until it ends.
    now : int
        Microseconds since 1970 UTC.
    new_id : callable
        Gives ids to new records; random unless a simulation wants to repeat itself.
    stand_in : str or None
        Who handles cards instead of the shop's own provider: the embedded one, on a machine for development.
    to_call : set of str
        Payments and customers about whom a provider outside is to be called once this is committed; 32 digits each.
    """

    connection: Connection
    tenant: Tenant
    actor: Actor
    now: int
    new_id: Callable[[], uuid.UUID] = field(default=uuid.uuid4, compare=False)
    stand_in: str | None = None
    to_call: set[str] = field(default_factory=set, compare=False)

    def ask(self, query: Executable, **values: object) -> CursorResult[*tuple[Any, ...]]:
        """Execute a query that binds ``tenant``, and what else it binds."""
        return self.connection.execute(query, {"tenant": self.tenant.id, **values})

    @cached_property
    def policy(self) -> Policy:
        """The shop's own rules."""
        return policy_of(self.tenant.settings)

    @cached_property
    def recorded_at(self) -> int:
        """When what happens now counts as recorded, in microseconds."""
        seen = self.tenant.observed_at
        if seen is None or self.now >= to_micros(seen):
            return self.now
        time = clock(self.connection, self.tenant, now=from_micros(self.now))
        return recording_instant(self.tenant, time, self.now)

    def settle(self, asked: str | None) -> datetime:
        """Decide which instant a question is about, by the tenant's clock.

        Raises
        ------
        RecordError
            As `commerce.records.tenants.settle_as_of`.
        """
        time = clock(self.connection, self.tenant, now=from_micros(self.now))
        return settle_as_of(asked, self.tenant, time)

    def acting_as(self, actor: Actor) -> Work:
        """Go on in the same transaction as somebody else: the system, where a rule makes it act.

        Events go on to name who was acting.
        """
        acting = replace(actor, behind=self.actor.author)
        return replace(self, actor=acting)


@contextmanager
def working(
    engine: Engine,
    tenant: Tenant,
    actor: Actor,
    *,
    now: datetime,
    new_id: Callable[[], uuid.UUID] = uuid.uuid4,
    stand_in: str | None = None,
) -> Iterator[Work]:
    """Open a unit of work that writes; it is committed at the end of the block or leaves nothing.

    Parameters
    ----------
    tenant : Tenant
        Read again inside the transaction.
    actor : Actor
        A user of this tenant, or the system.
    now : datetime
        Aware.
    new_id : callable, optional
        Gives ids to new records.
    stand_in : str, optional
        As of `Work`.

    Raises
    ------
    TenantNotFound
    RecordError
        "tenant must be open; got ..."
    """
    with writing(engine) as connection:
        work = _begin(connection, engine, tenant, actor, now, new_id, lock=True)
        yield replace(work, stand_in=stand_in) if stand_in else work


@contextmanager
def looking(engine: Engine, tenant: Tenant, actor: Actor, *, now: datetime) -> Iterator[Work]:
    """Open a unit of work that reads one consistent state of the tenant's records."""
    with reading(engine) as connection:
        yield _begin(connection, engine, tenant, actor, now, uuid.uuid4, lock=False)


def _begin(
    connection: Connection,
    engine: Engine,
    tenant: Tenant,
    actor: Actor,
    now: datetime,
    new_id: Callable[[], uuid.UUID],
    *,
    lock: bool,
) -> Work:
    postgres = engine.dialect.name == "postgresql"
    isolated = postgres and _has_role(connection, engine)
    row = _opening(isolated, lock and postgres).first(connection, {"tenant": tenant.id})
    if row is None:
        raise TenantNotFound(tenant.slug, [])
    if row.closed_at is not None:
        raise RecordError(
            f"tenant must be open; got {tenant.slug!r}, closed on {row.closed_at.date()}."
            " Ask a superadmin to open it again."
        )
    current = replace(tenant, observed_at=row.observed_at, settings=row.settings or {})
    return Work(connection, current, actor, to_micros(now), new_id)


@cache
def _opening(isolated: bool, lock: bool) -> Prepared:
    """Prepare the reading of what changes about a tenant; on PostgreSQL it may step into the role, and lock."""
    tenant = schema.tenant
    query = select(tenant.c.observed_at, tenant.c.closed_at, tenant.c.settings).where(
        tenant.c.id == bindparam("tenant")
    )
    if isolated:
        query = query.add_columns(
            func.set_config("bellwether.tenant_id", cast(tenant.c.id, Text), literal(True)),
            func.set_config("role", literal(TENANT_ROLE), literal(True)),
        )
    return Prepared(query.with_for_update(read=True) if lock else query)


_roles: WeakKeyDictionary[Engine, bool] = WeakKeyDictionary()


def _has_role(connection: Connection, engine: Engine) -> bool:
    """Tell whether this database user may step into the tenants' role; asked once per engine."""
    if engine not in _roles:
        asked = text(
            "SELECT count(*) FROM pg_roles WHERE rolname = :role"
            " AND pg_has_role(current_user, oid, 'MEMBER')"
        )
        _roles[engine] = bool(connection.scalar(asked, {"role": TENANT_ROLE}))
    return _roles[engine]
