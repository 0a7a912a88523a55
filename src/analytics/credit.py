"""What was sold on credit, what had been decided about who bought it, and what was lost: band by band.

An invoice belongs to the decision that was the latest about its payer when it was issued. A decision came to grief
where one of its invoices was still open when it was 30 days past due: that is what the model calls not paying. What is
lost is what of such invoices is open still. An invoice of which this is not known yet is counted, and says nothing of
the risk.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select

from analytics.intervals import Estimate, share
from commerce.records import schema
from commerce.records.annulment import stands
from commerce.records.instants import DAY, to_micros
from commerce.records.sql import micros
from commerce.records.stream.backfills import counts_from

DAYS_PAST_DUE = 30
"""From when on an open invoice counts as not paid."""

VALID_DAYS = 60
"""How long a decision speaks for what is bought after it."""

UNDECIDED = "undecided"
"""What was done with invoices before which nothing had been decided."""


class KeptDecision(NamedTuple):
    """What was decided about a customer, as it was kept."""

    customer_id: UUID
    as_of: datetime
    band: str | None
    probability: float
    """Of not paying, in [0, 1]."""
    action: str
    """"approve", "refuse" and so on."""


class Invoice(NamedTuple):
    """What became of an invoice; amounts in minor units, instants in microseconds since 1970 UTC."""

    id: str
    customer_id: UUID
    issued_at: int
    due_at: int
    amount_minor: int
    defaulted: bool | None
    """Whether it was open 30 days past due; None where that is still to come."""
    open_minor: int
    """What is not paid yet."""


@dataclass(frozen=True, kw_only=True)
class BandOutcome:
    """What came of the decisions in one band; money in minor units of the tenant's currency."""

    action: str
    band: str | None
    decisions: int
    """Those after which something was bought on credit."""
    invoices: int
    sold_minor: int
    """What the invoices came to."""
    predicted: float | None
    """The mean risk that was told."""
    known: int
    """Decisions of which it is known how they ended."""
    defaulted: int
    observed: Estimate | None
    """The share of those that came to grief."""
    lost_minor: int
    """What of the invoices that were not paid is open still."""


def invoices_of(connection: Connection, tenant_id: int, as_of: datetime) -> list[Invoice]:
    """Give what became of every invoice of a shop, as known at an instant, in the order in which they were issued."""
    event, now = schema.event, to_micros(as_of)
    occurred = micros(event.c.occurred_at).label("occurred")
    rows = connection.execute(
        select(
            event.c.type,
            event.c.customer_id,
            event.c.aggregate_id,
            occurred,
            micros(event.c.due_at).label("due"),
            event.c.base_minor,
        )
        .where(
            event.c.tenant_id == tenant_id,
            event.c.type.in_(("invoice.issued", "invoice.paid", "invoice.credited")),
            event.c.aggregate_id.is_not(None),
            counts_from() < now,
            micros(event.c.occurred_at) < now,
            stands(event, tenant_id),
        )
        .order_by(occurred, event.c.id)
    ).all()
    lowered: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        if row.type != "invoice.issued":
            lowered.setdefault(row.aggregate_id, []).append((row.occurred, row.base_minor))
    return [
        _invoice(row, lowered.get(row.aggregate_id, ()), now)
        for row in rows
        if row.type == "invoice.issued"
    ]


def credit_outcomes(
    invoices: Iterable[Invoice], decisions: Iterable[KeptDecision]
) -> tuple[BandOutcome, ...]:
    """Tell what came of what was decided, by action and band; what was sold undecided comes last.

    Parameters
    ----------
    invoices : iterable of Invoice
        In the order in which they were issued.
    decisions : iterable of KeptDecision
        In the order of their instants; of several as of the same one the last counts. Looked at once.
    """
    bought: dict[UUID, list[Invoice]] = {}
    for invoice in invoices:
        bought.setdefault(invoice.customer_id, []).append(invoice)
    latest = _before_each(bought, decisions)
    decided: dict[KeptDecision | UUID, list[Invoice]] = {}
    for customer, theirs in bought.items():
        current = None
        for place, invoice in enumerate(theirs):
            current = latest.get((customer, place), current)
            old = current is None or invoice.issued_at - to_micros(current.as_of) > VALID_DAYS * DAY
            decided.setdefault(customer if old or current is None else current, []).append(invoice)
    groups: dict[tuple[str, str], list[tuple[KeptDecision | None, list[Invoice]]]] = {}
    for key, some in decided.items():
        about = key if isinstance(key, KeptDecision) else None
        group = (UNDECIDED, "") if about is None else (about.action, about.band or "")
        groups.setdefault(group, []).append((about, some))
    ordered = sorted(groups, key=lambda group: (group[0] == UNDECIDED, group))
    return tuple(_outcome(action, band or None, groups[action, band]) for action, band in ordered)


def _before_each(
    bought: Mapping[UUID, Sequence[Invoice]], decisions: Iterable[KeptDecision]
) -> dict[tuple[UUID, int], KeptDecision]:
    """Keep the latest decision before an invoice, by customer and place of the first invoice that it speaks for.

    There may be far more decisions, one a night for everybody, than invoices: no other is kept.
    """
    issued = {customer: [each.issued_at for each in theirs] for customer, theirs in bought.items()}
    latest = {}
    for decision in decisions:
        instants = issued.get(decision.customer_id, ())
        place = bisect_left(instants, to_micros(decision.as_of))
        if place < len(instants):
            latest[decision.customer_id, place] = decision
    return latest


def _invoice(row: Any, lowered: Sequence[tuple[int, int]], now: int) -> Invoice:
    late = row.due + DAYS_PAST_DUE * DAY
    still_open = row.base_minor - sum(amount for _, amount in lowered)
    open_when_late = row.base_minor - sum(amount for at, amount in lowered if at < late)
    defaulted = None if now <= late and still_open > 0 else open_when_late > 0
    return Invoice(
        id=row.aggregate_id,
        customer_id=row.customer_id,
        issued_at=row.occurred,
        due_at=row.due,
        amount_minor=row.base_minor,
        defaulted=defaulted,
        open_minor=max(0, still_open),
    )


def _outcome(
    action: str, band: str | None, decided: Sequence[tuple[KeptDecision | None, list[Invoice]]]
) -> BandOutcome:
    ended = [end for _, some in decided if (end := _ended(some)) is not None]
    risks = [about.probability for about, _ in decided if about is not None]
    invoices = [each for _, some in decided for each in some]
    return BandOutcome(
        action=action,
        band=band,
        decisions=len(decided),
        invoices=len(invoices),
        sold_minor=sum(each.amount_minor for each in invoices),
        predicted=fmean(risks) if risks else None,
        known=len(ended),
        defaulted=sum(ended),
        observed=share(sum(ended), len(ended)),
        lost_minor=sum(each.open_minor for each in invoices if each.defaulted),
    )


def _ended(bought: Sequence[Invoice]) -> bool | None:
    """Whether one of some invoices was not paid; None where that is still to come."""
    if any(each.defaulted for each in bought):
        return True
    return None if any(each.defaulted is None for each in bought) else False
