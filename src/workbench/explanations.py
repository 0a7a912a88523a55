"""A customer's decision and its reasons beside the rows they come from, for people who want to see for themselves."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from commerce.records import schema
from commerce.records.identity import Identity, find_customer, identify
from commerce.records.instants import to_micros
from commerce.records.money import format_money
from commerce.records.stream import ANNULLED
from commerce.records.stream.backfills import counts_from
from commerce.records.tenants import Tenant, clock
from features.evaluating.online import online_features
from scoring.decisions import Decision, decide
from scoring.notices import adverse_notice
from scoring.scale import band
from scoring.wording import counted
from serving.predict.packages import PackageShelf
from serving.predict.recourse import Recourse, find_recourse


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What is said of a customer now, and the latest of what happened."""

    customer: str
    """As `Identity.text` has it."""
    decision: Decision
    version: str
    """`Package.label`."""
    rows: tuple[str, ...]
    """Events of the stream that count, on the shop's clock, earliest first."""
    earlier: int
    """How many events are not shown."""
    scaled_rule_score: int | None = None
    """The rule-based score on the scale of the learned one; None where its risk is not known."""
    notice: tuple[str, ...] = ()
    """What may be read to a customer who was refused."""
    recourse: Recourse | None = None
    """What would lead to a better band; None for models without bands."""

    @property
    def lines(self) -> Iterator[str]:
        """The explanation for a terminal."""
        found = self.decision
        bands = "" if found.band is None else f", score {found.score} ({found.band})"
        yield (
            f"{self.customer}: {found.decision.action}, {found.chance}{bands}, by {self.version}"
        )
        if found.rule_score is not None and self.scaled_rule_score is not None:
            yield (
                f"  rules    {found.rule_score} ({found.rule_band}) by the table of points, on the same scale"
                f" {self.scaled_rule_score} ({band(self.scaled_rule_score)})"
            )
        yield from (f"  because  {reason.text}" for reason in found.reasons)
        yield from (f"  notice   {sentence}" for sentence in self.notice)
        if self.recourse is not None:
            yield from (f"  recourse {sentence}" for sentence in self.recourse.sentences)
        if self.earlier:
            yield f"  rows     {counted(self.earlier, 'earlier event')}"
        yield from (f"  rows     {row}" for row in self.rows)


def explain(
    connection: Connection,
    shelf: PackageShelf,
    tenant: Tenant,
    model: str,
    *,
    customers: Sequence[str],
    sample: int,
    rows: int,
    now: datetime,
) -> Iterator[Explanation]:
    """Explain what the champion says of customers now; nothing is kept.

    Parameters
    ----------
    customers : sequence of str
        As `commerce.records.identity.find_customer` takes them; without any, some are drawn.
    sample : int
        How many to draw: the same ones each time.
    rows : int
        How many events to show of each.
    now : datetime
        Wall time, aware.

    Raises
    ------
    ModelMissing, CustomerNotFound
    """
    served = shelf.current(tenant.slug, model)
    as_of = clock(connection, tenant, now=now)
    found = [find_customer(connection, tenant, customer) for customer in customers]
    for who in found or _drawn(connection, tenant, sample):
        values = online_features(connection, tenant.id, who.id, to_micros(as_of), served.outputs)
        known = _rows(connection, tenant, who.id, to_micros(as_of))
        shown = known[max(0, len(known) - rows) :]
        decision = decide(served.package, values)
        yield Explanation(
            customer=who.text,
            decision=decision,
            scaled_rule_score=served.package.scaled(decision.rule_score),
            notice=adverse_notice(served.package, decision),
            version=served.package.label,
            rows=tuple(_line(row, tenant) for row in shown),
            earlier=len(known) - len(shown),
            recourse=find_recourse(connection, served, tenant, who.id, as_of),
        )


def _drawn(connection: Connection, tenant: Tenant, sample: int) -> list[Identity]:
    table = schema.customer
    query = select(table.c.id).where(table.c.tenant_id == tenant.id).order_by(table.c.number)
    known = connection.scalars(query).all()
    number = min(sample, len(known))
    drawn = (known[place * len(known) // number] for place in range(number))
    return [identify(connection, table, tenant.id, customer) for customer in drawn]


def _rows(
    connection: Connection, tenant: Tenant, customer: uuid.UUID, before: int
) -> list[Row[Any]]:
    """Read the events of a customer that count before an instant: what was undone is not among them."""
    event = schema.event
    query = select(event).where(
        event.c.tenant_id == tenant.id, event.c.customer_id == customer, counts_from() < before
    )
    found = connection.execute(query.order_by(event.c.occurred_at, event.c.id)).all()
    annulled = {row.value for row in found if row.type == ANNULLED}
    return [row for row in found if row.type != ANNULLED and row.id not in annulled]


def _line(row: Row[Any], tenant: Tenant) -> str:
    """Write an event on the shop's clock, with what it carries."""
    carried = [f"{row.occurred_at.astimezone(tenant.zone):%Y-%m-%d %H:%M}", f"{row.type:<20}"]
    if row.base_minor is not None:
        carried.append(format_money(row.base_minor, tenant.currency))
    for name in ("quantity", "value", "method", "reason"):
        if getattr(row, name) is not None:
            carried.append(f"{name} {getattr(row, name)}")
    if row.due_at is not None:
        carried.append(f"due {row.due_at.astimezone(tenant.zone):%Y-%m-%d}")
    return " ".join(carried)
