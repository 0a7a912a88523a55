"""Playing a live shop: opened, lived in act by act, and closed for the day at the end of the last one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from commerce.records.actors import SYSTEM
from commerce.records.database import reading
from commerce.records.errors import CommerceError
from commerce.records.instants import find_zone, from_micros
from commerce.records.policy import policy_of
from commerce.records.stream import iterate, stream_state
from commerce.records.tenants import Tenant
from commerce.shops import change_shop, open_shop
from simulation.behaviour import Behaviour
from simulation.calendar import Calendar
from simulation.live import buying, selling
from simulation.live.script import Script
from simulation.live.stage import SETTINGS, Act, Stage
from simulation.options import SimulationOptions, SimulationSummary
from simulation.population import Population
from simulation.truth import TruthFile
from tabular.progress import Progress, silent

ACTS: Mapping[str, Act] = {**buying.ACTS, **selling.ACTS}
"""What somebody does where a log has an event of a type; events of all other types come of it."""


@dataclass(frozen=True, kw_only=True)
class LiveSummary(SimulationSummary):
    """What a live simulation did."""

    acts: int
    """What was tried."""
    refused: Mapping[str, int]
    """Acts that the shop's rules did not allow, by type of event."""

    def as_dict(self) -> dict[str, Any]:
        """Give the summary as JSON takes it."""
        return super().as_dict() | {"acts": self.acts, "refused": dict(self.refused)}


def simulate_live(
    engine: Engine,
    tenant_slug: str,
    options: SimulationOptions,
    *,
    truth_folder: Path,
    progress: Progress = silent,
) -> LiveSummary:
    """Open a shop and let it happen: every event is emitted by a workflow, each act is a transaction of its own.

    The same options give the same stream. What happens is news: it waits in the outbox for the next tick. A run
    that is killed leaves a shop that has come so far.

    Parameters
    ----------
    engine : Engine
        A migrated record store.
    tenant_slug : str
        Must not exist.
    truth_folder : Path
        As of `simulation.simulate`.
    progress : Progress, optional
        Called with the acts done, and how many are to come.

    Raises
    ------
    TenantConflict
        "tenant must be new; got ..."
    """
    calendar = Calendar(options.first_day, options.days, find_zone(options.zone))
    opening, end = calendar.opening, calendar.end
    tenant = open_shop(
        engine, SYSTEM, tenant_slug, zone=options.zone, currency=options.currency,
        now=from_micros(opening), clock_mode="recorded", settings=SETTINGS,
    )  # fmt: skip
    population = Population(options, tenant_slug, calendar, Behaviour())
    truth = TruthFile()
    script = Script(population, truth, policy_of(tenant.settings))
    stage = Stage(engine, tenant, script, options.seed, opening)
    stage.open(population.assortment)
    stage.later(opening, "product.submitted", stage.sellers[0])
    stage.later(opening, "brand.requested", 0)
    for intent in script.intents(ACTS):
        stage.later(intent.at, intent.event_type, intent)
    acts = {**ACTS, **buying.DUE, **selling.DUE}
    done, refused = 0, Counter[str]()
    for done, (act, subject) in enumerate(stage.acts(end), start=1):
        try:
            acts[act](stage, subject)
        except CommerceError:
            refused[act] += 1
        progress("acts", done, done + len(stage.coming))
    name = f"live {options.fingerprint}"
    change_shop(engine, SYSTEM, tenant_slug, {"name": name}, now=from_micros(end - 1))
    truth_path = truth_folder / f"{tenant_slug}.csv"
    truth.write(truth_path)
    digest, events, orders = _sign(engine, tenant)
    return LiveSummary(
        customers=options.customers, orders=orders, events=events, clock=from_micros(end),
        truth=truth_path, digest=digest, acts=done, refused=refused,
    )  # fmt: skip


def _sign(engine: Engine, tenant: Tenant) -> tuple[str, int, int]:
    """Give the digest of the stream without its numbering, and how many events and orders it has."""
    digest, orders = hashlib.sha256(), 0
    with reading(engine) as connection:
        for rows in iterate(connection, tenant.id):
            for row in rows:
                digest.update(repr(row[1:]).encode())
                orders += row[1] == "order.placed"
        events = stream_state(connection, tenant.id).events
    return digest.hexdigest(), events, orders
