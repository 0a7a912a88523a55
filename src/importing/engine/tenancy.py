"""The tenant of an import: the one that exists, or the one that the first import makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from commerce.records.errors import TenantConflict, TenantNotFound
from commerce.records.instants import find_zone
from commerce.records.money import currency_code
from commerce.records.tenants import Tenant, check_slug, create_tenant, find_tenant
from importing.engine.logbook import undone_imports

DEFAULT_CURRENCY = "USD"
DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, kw_only=True)
class TenantPlan:
    """Whose records a file becomes."""

    slug: str
    currency: str
    """ISO 4217."""
    zone: ZoneInfo
    tenant: Tenant | None
    """None where the first import is still to make it."""
    undone: int = 0
    """How many of its imports were undone."""

    @property
    def origin(self) -> str:
        """What the ids of new records are derived from: they differ from those of an import that was undone."""
        return origin(self.slug, self.undone)


def origin(slug: str, undone: int) -> str:
    """Give what ids are derived from after so many imports were undone.

    Examples
    --------
    >>> origin("acme", 0), origin("acme", 2)
    ('acme', 'acme~2')
    """
    return f"{slug}~{undone}" if undone else slug


def plan_tenant(
    connection: Connection,
    slug: str,
    *,
    currency: str | None,
    zone: str | None,
    seen_currency: Callable[[], str | None] = lambda: None,
    default_zone: str = DEFAULT_ZONE,
) -> TenantPlan:
    """Settle a tenant's currency and zone.

    Parameters
    ----------
    currency, zone : str or None
        As given; of a new tenant, default the file's own currency or else USD, and UTC.
    seen_currency : callable
        Gives the currency that the file itself names; asked only where it decides.
    default_zone : str, default "UTC"
        Of a new tenant.

    Raises
    ------
    TenantConflict
        "--currency must be that of tenant ...; got ..."
    """
    code = currency_code(currency) if currency else None
    place = find_zone(zone) if zone else None
    try:
        tenant = find_tenant(connection, slug)
    except TenantNotFound:
        check_slug(slug)
        return TenantPlan(
            slug=slug,
            currency=code or seen_currency() or DEFAULT_CURRENCY,
            zone=place or find_zone(default_zone),
            tenant=None,
        )
    for option, given, kept in (
        ("--currency", code, tenant.currency),
        ("--timezone", place and place.key, tenant.zone.key),
    ):
        if given is not None and given != kept:
            raise TenantConflict(
                f"{option} must be that of tenant {slug!r}, {kept}; got {given}."
                f" Leave {option} out, or import into another tenant."
            )
    return TenantPlan(
        slug=slug,
        currency=tenant.currency,
        zone=tenant.zone,
        tenant=tenant,
        undone=undone_imports(connection, tenant),
    )


def open_tenant(connection: Connection, plan: TenantPlan, *, now: datetime) -> Tenant:
    """Give the tenant, made now where it is new; its time stands behind its last recorded event."""
    try:
        return find_tenant(connection, plan.slug)
    except TenantNotFound:
        return create_tenant(
            connection,
            plan.slug,
            zone=plan.zone.key,
            currency=plan.currency,
            clock_mode="recorded",
            now=now,
        )
