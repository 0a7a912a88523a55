"""What was computed before events came in behind it: features, answers, and champions that learned without them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from commerce.records.instants import from_micros, to_micros
from commerce.records.sql import micros
from commerce.records.stream.backfills import count_backfilled
from commerce.records.tenants import Tenant
from serving.schema import score
from workbench.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Computed:
    """What was computed as of instants behind one."""

    cutoffs: int
    """Instants that features were built at and kept."""
    answers: int

    @property
    def text(self) -> str:
        """Such as "features of 19 cutoffs and 4,338 answers"."""
        parts = [
            f"{count:,} {word if count == 1 else word + 's'}"
            for count, word in ((self.cutoffs, "cutoff"), (self.answers, "answer"))
            if count
        ]
        if self.cutoffs:
            parts[0] = f"features of {parts[0]}"
        return " and ".join(parts) or "something"


def computed_behind(
    connection: Connection, settings: Settings, tenant: Tenant, instant: int
) -> Computed:
    """Count what was computed as of later than an instant, in microseconds since 1970 UTC."""
    built = {int(path.stem) for path in (settings.features / tenant.slug).glob("*/*.parquet")}
    answers = select(func.count()).where(
        score.c.tenant_id == tenant.id,
        score.c.customer_id.is_not(None),
        micros(score.c.as_of) > instant,
    )
    return Computed(
        cutoffs=sum(cutoff > instant for cutoff in built),
        answers=int(connection.execute(answers).scalar_one()),
    )


def outdated_champions(
    connection: Connection, settings: Settings, tenant: Tenant
) -> dict[str, str]:
    """Name champions that learned from less than is on record of the time before them, and say so in a sentence each.

    Returns
    -------
    dict of str to str
        By model: "acme.churn/3 was trained before 2,072 events were backfilled or undone behind its cutoffs".
    """
    found = {}
    for pointer in sorted((settings.packages / tenant.slug).glob("*/current.json")):
        version = json.loads(pointer.read_text(encoding="utf-8"))["version"]
        package = json.loads((pointer.parent / version / "package.json").read_text("utf-8"))
        learned = package["content"]["trained_on"]
        if "as_of" not in learned:
            continue
        before = to_micros(datetime.fromisoformat(learned["as_of"]))
        count = count_backfilled(connection, tenant.id, learned.get("backfills", 0), before)
        if count:
            model = pointer.parent.name
            found[model] = (
                f"{tenant.slug}.{model}/{version} was trained before {count:,} events were backfilled"
                " or undone behind its cutoffs"
            )
    return found


def arrival_lines(
    connection: Connection,
    settings: Settings,
    tenant: Tenant,
    *,
    late: int,
    first: int,
    seen: datetime,
    backfilled: int,
) -> list[str]:
    """Say of an import what came in behind something that was computed, and what that means.

    Parameters
    ----------
    late, backfilled : int
        Events that came in late, and that count from when they were known all the same.
    first : int
        When the first of them was known, in microseconds since 1970 UTC.
    seen : datetime
        The latest instant as of which something had been computed.
    """
    computed = computed_behind(connection, settings, tenant, first)
    moment = f"{seen.astimezone(tenant.zone):%Y-%m-%d %H:%M}"
    if not backfilled:
        return [
            f"late: {late:,} events happened before {moment}, up to which {computed.text} had been computed;"
            " they count from now on, for no cutoff before. Import the file again with --backfill, and they count"
            " from when they happened"
        ]
    since = from_micros(first).astimezone(tenant.zone)
    lines = [
        f"backfilled: {backfilled:,} events count from when they happened, {since:%Y-%m-%d} on, though"
        f" {computed.text} had been computed up to {moment}; answers given stay and replay as they were"
    ]
    return lines + retrain_lines(connection, settings, tenant)


def retrain_lines(connection: Connection, settings: Settings, tenant: Tenant) -> list[str]:
    """Say of each outdated champion what trains another."""
    outdated = outdated_champions(connection, settings, tenant)
    return [
        f"retrain: {sentence}: bellwether run --tenant {tenant.slug} --models {model}"
        for model, sentence in outdated.items()
    ]
