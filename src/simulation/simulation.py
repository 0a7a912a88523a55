"""Simulating a shop into a tenant, whole or not at all: which tenant may take it, and what is there already."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine, select

from commerce.records import schema
from commerce.records.database import writing
from commerce.records.errors import TenantNotFound
from commerce.records.instants import find_zone, from_micros, to_micros
from commerce.records.stream import stream_state
from commerce.records.tenants import Tenant, create_tenant, find_tenant
from simulation.calendar import Calendar
from simulation.external_sort import ExternalSort
from simulation.offers import MadeOffers
from simulation.options import SimulationOptions, SimulationRefused, SimulationSummary
from simulation.shop import SIGNED, Shop, fingerprint
from tabular.progress import Progress, silent


def simulate(
    engine: Engine,
    tenant_slug: str,
    options: SimulationOptions,
    *,
    now: datetime,
    truth_folder: Path,
    progress: Progress = silent,
    offers: MadeOffers | None = None,
) -> SimulationSummary:
    """Fill a tenant with the records of a simulated shop.

    The same options give the same stream and the same truth file, byte for byte; asking for them again
    writes nothing. One transaction: a simulation that is killed leaves nothing.

    Parameters
    ----------
    engine : Engine
        A migrated record store.
    tenant_slug : str
        Created if it does not exist; it must have no events yet.
    now : datetime
        Wall time, aware: when the records came in.
    truth_folder : Path
        Where ``<tenant>.csv`` with the latent traits goes; nothing of it is in the record store.
    progress : Progress, optional
        Called with the stage, customers or events done, and how many there are.
    offers : MadeOffers, optional
        Offers that are made on the way. What happens before their day is the same without them; the offers
        themselves stand in the stream only where a campaign records them.

    Raises
    ------
    SimulationRefused
        "tenant must have no other records; got ..." or "tenant must have ... as its currency; got ..."
    """
    truth = truth_folder / f"{tenant_slug}.csv"
    with _without_collection(), writing(engine) as connection:
        tenant = _tenant(connection, tenant_slug, options, now)
        signature = _signature(connection, tenant)
        calendar = Calendar(options.first_day, options.days, find_zone(options.zone))
        if signature is not None and signature[0] == fingerprint(options, offers):
            return SimulationSummary(
                customers=0, orders=0, events=0, clock=from_micros(calendar.end),
                truth=truth, digest=signature[1],
            )  # fmt: skip
        _refuse_other_records(connection, tenant, signature, fingerprint(options, offers))
        truth_folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=truth_folder, prefix=".external-sort-") as folder:
            shop = Shop(tenant, options, calendar, ExternalSort(Path(folder)), progress, offers)
            latent = shop.simulate()
            shop.write_records(connection)
            digest = shop.write_stream(connection, to_micros(now))
        latent.write(truth)
    return SimulationSummary(
        customers=options.customers,
        orders=len(shop.placed),
        events=shop.events,
        clock=from_micros(calendar.end),
        truth=truth,
        digest=digest,
    )


@contextmanager
def _without_collection() -> Iterator[None]:
    """Leave the garbage collector out: rows form no cycles, and looking for some costs a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _tenant(connection: Connection, slug: str, options: SimulationOptions, now: datetime) -> Tenant:
    """Find or create the tenant; one that exists must agree on zone, currency and clock."""
    try:
        tenant = find_tenant(connection, slug)
    except TenantNotFound:
        return create_tenant(
            connection,
            slug,
            zone=options.zone,
            currency=options.currency,
            clock_mode="recorded",
            now=now,
        )
    for name, has, asked in (
        ("currency", tenant.currency, options.currency),
        ("time zone", tenant.zone.key, options.zone),
        ("clock", tenant.clock_mode, "recorded"),
    ):
        if has != asked:
            raise SimulationRefused(
                f"tenant {slug!r} must have {asked} as its {name}; got {has}."
                " Simulate into another tenant."
            )
    return tenant


def _signature(connection: Connection, tenant: Tenant) -> tuple[str, str] | None:
    """Read which shop was simulated into a tenant, if any."""
    row = connection.execute(
        select(schema.event.c.reason, schema.event.c.category).where(
            schema.event.c.tenant_id == tenant.id, schema.event.c.source_key == SIGNED
        )
    ).first()
    return None if row is None else (row.reason, row.category)


def _refuse_other_records(
    connection: Connection,
    tenant: Tenant,
    signature: tuple[str, str] | None,
    asked: str,
) -> None:
    events = stream_state(connection, tenant.id).events
    if events:
        found = f"{events:,} events" + (
            f" of the simulated shop {signature[0]}" if signature is not None else ""
        )
        raise SimulationRefused(
            f"tenant {tenant.slug!r} must have no other records to take the shop"
            f" {asked}; got {found}. Simulate into another tenant."
        )
