"""Shops as a superadmin runs them: opened with a domain and rules of their own, changed, closed, opened again.

A closed shop keeps its records; nobody logs in or works for it, because no `Work` opens on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, select, update

from commerce.records import rows, schema
from commerce.records.actors import Actor
from commerce.records.database import reading, writing
from commerce.records.errors import RecordError, TenantNotFound
from commerce.records.identity import imported_id
from commerce.records.instants import to_micros
from commerce.records.machine import EventDraft, fire
from commerce.records.policy import policy_of
from commerce.records.states import TENANT
from commerce.records.tenants import ClockMode, Tenant, create_tenant, find_tenant, tenant_of
from commerce.records.work import Work

_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")


class Shop(NamedTuple):
    """A tenant as a superadmin sees it."""

    tenant: Tenant
    name: str | None
    domain: str | None
    created_at: datetime


def open_shop(
    engine: Engine,
    actor: Actor,
    slug: str,
    *,
    zone: str,
    currency: str,
    now: datetime,
    clock_mode: ClockMode = "wall",
    name: str | None = None,
    domain: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Tenant:
    """Open a shop.

    Parameters
    ----------
    actor : Actor
        A superadmin, or the system.
    slug, zone, currency, clock_mode
        As `commerce.records.tenants.create_tenant` takes them.
    now : datetime
        Aware.
    name : str, optional
        For people.
    domain : str, optional
        Host name under which the shop is reached; unique.
    settings : mapping, optional
        Where its rules differ from `commerce.records.policy`.

    Raises
    ------
    Forbidden
    RecordError
        "tenant must be lower-case letters, ...", "domain must be a host name; got ..." or a setting's own.
    TenantConflict
        "tenant must be new; got ..."
    Conflict
        "domain must be new; got ..., which is taken. ..."
    """
    actor.require("tenant.created", "superadmin", "system")
    with writing(engine) as connection:
        tenant = create_tenant(
            connection, slug, zone=zone, currency=currency, clock_mode=clock_mode, now=now
        )
        work = Work(connection, tenant, actor, to_micros(now))
        about = {"name": name, "domain": domain, "settings": settings or {}}
        _write(work, about, EventDraft("tenant.created"))
        return find_tenant(connection, slug)


def change_shop(
    engine: Engine, actor: Actor, slug: str, changes: Mapping[str, Any], *, now: datetime
) -> Tenant:
    """Change a shop's ``name``, ``domain`` or ``settings``; each is emitted by name.

    Raises
    ------
    TenantNotFound
    Forbidden, RecordError, Conflict
        As `open_shop`.
    """
    wrong = sorted(set(changes) - {"name", "domain", "settings"})
    if wrong:
        raise RecordError(
            f"shop must be changed in name, domain or settings; got {', '.join(wrong)}."
            " Currency, zone and clock stay what they were."
        )
    with _running(engine, actor, slug, "tenant.changed", now) as work:
        if changes:
            events = [EventDraft("tenant.changed", reason=name) for name in sorted(changes)]
            _write(work, changes, *events)
        return find_tenant(work.connection, slug)


def close_shop(engine: Engine, actor: Actor, slug: str, *, now: datetime) -> None:
    """Close a shop: nobody logs in or works for it any more, and no key opens it; its records stay.

    Closing a closed shop changes nothing, nor does opening an open one.

    Raises
    ------
    Forbidden, TenantNotFound
    """
    with _running(engine, actor, slug, "tenant.closed", now) as work:
        if work.tenant.closed_at is None:
            _write(work, {"closed_at": now}, EventDraft("tenant.closed"))


def reopen_shop(engine: Engine, actor: Actor, slug: str, *, now: datetime) -> None:
    """Open a closed shop again.

    Raises
    ------
    Forbidden, TenantNotFound
    """
    with _running(engine, actor, slug, "tenant.changed", now) as work:
        if work.tenant.closed_at is not None:
            _write(work, {"closed_at": None}, EventDraft("tenant.changed", reason="reopened"))


def list_shops(engine: Engine, actor: Actor) -> list[Shop]:
    """List every shop by slug, closed ones too.

    Raises
    ------
    Forbidden
        "role must be one of superadmin for listing shops; got ..."
    """
    actor.require("listing shops", "superadmin", "system")
    with reading(engine) as connection:
        found = connection.execute(select(_tenant).order_by(_tenant.c.slug)).all()
    return [_shop(row) for row in found]


def get_shop(engine: Engine, actor: Actor, slug: str) -> Shop:
    """Read a shop, closed or not.

    Raises
    ------
    Forbidden, TenantNotFound
    """
    actor.require("reading a shop", "superadmin", "system")
    with reading(engine) as connection:
        row = connection.execute(select(_tenant).where(_tenant.c.slug == slug)).first()
    if row is None:
        raise TenantNotFound(slug, [])
    return _shop(row)


def _shop(row: Row[Any]) -> Shop:
    return Shop(tenant_of(row), row.name, row.domain, row.created_at)


def find_by_domain(connection: Connection, host: str) -> Tenant:
    """Find the open shop that is reached under a host name.

    Raises
    ------
    TenantNotFound
    """
    row = connection.execute(
        select(_tenant).where(_tenant.c.domain == host.lower(), _tenant.c.closed_at.is_(None))
    ).first()
    if row is None:
        raise TenantNotFound(host, [])
    return tenant_of(row)


def set_model(engine: Engine, slug: str, model: str, decided: Mapping[str, Any]) -> Tenant:
    """Keep what a shop decided about one of its models, in place of what it decided before.

    It is no event: nothing happened in the shop, and what was decided is written on every version of the model. Who
    calls has checked it.

    Parameters
    ----------
    decided : mapping
        Empty to take everything back.

    Raises
    ------
    TenantNotFound
    """
    with writing(engine) as connection:
        tenant = find_tenant(connection, slug)
        mine = _tenant.c.id == tenant.id
        kept = connection.scalar(select(_tenant.c.settings).where(mine).with_for_update()) or {}
        models = {**kept.get("models", {}), model: dict(decided)}
        models = {name: each for name, each in models.items() if each}
        others = {name: each for name, each in kept.items() if name != "models"}
        settings = others | ({"models": models} if models else {})
        connection.execute(update(_tenant).where(mine).values(settings=settings))
        return find_tenant(connection, slug)


_tenant = schema.tenant


@contextmanager
def _running(engine: Engine, actor: Actor, slug: str, act: str, now: datetime) -> Iterator[Work]:
    """Work on a shop itself, closed or not; the system does so as a superadmin."""
    actor.require(act, "superadmin", "system")
    with writing(engine) as connection:
        superadmin = replace(actor, role="superadmin")
        yield Work(connection, find_tenant(connection, slug), superadmin, to_micros(now))


def _write(work: Work, changes: Mapping[str, Any], *events: EventDraft) -> None:
    """Check and write columns of the shop, and emit what changed."""
    values, slug = dict(changes), work.tenant.slug
    domain = values.get("domain")
    if domain is not None:
        values["domain"] = domain = domain.strip().lower()
        if not _DOMAIN.fullmatch(domain):
            raise RecordError(
                f"domain must be a host name; got {domain!r}. Write shop.example.org."
            )
    if "settings" in values:
        values["settings"] = values["settings"] or {}  # none: all rules are the usual ones
        policy_of(values["settings"])
    with rows.unique("domain", domain):
        work.connection.execute(
            update(_tenant).where(_tenant.c.id == work.tenant.id).values(**values)
        )
    fire(work, TENANT, imported_id(slug, "tenant", slug), *events)
