"""Segments, a step a line: the edges, whether they tell who goes on to buy, the package.

Edges are the quintiles of who ever bought. They are judged by what each segment spent in the days after: customers are
sorted as of then, by the edges of then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from analytics.mart import Mart
from analytics.segments import customer_segments, segment_of_each
from commerce.records.instants import to_micros
from commerce.records.money import format_money
from commerce.records.tenants import Tenant
from scoring.segments import NEVER_BOUGHT, SEGMENTATION, Edges, SegmentPackage
from training.errors import GOES_ON, NotTrainable
from training.judging.verdict import Gate, Verdict
from training.publishing.desk import title_of
from training.publishing.plain import conclude_plain
from training.publishing.tracking import UNKNOWN, Source, Tracker, open_tracker

__all__ = ["conclude", "examine", "load_segments", "open_tracker"]

HORIZON_DAYS = 90
"""Segments are judged by what they spent within so many days."""

LEAST_BUYERS = 50
"""Customers who bought, below which fifths of them are a handful."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SegmentData:
    """Edges of now, and what segments of a horizon ago spent since.

    Parameters
    ----------
    tenant : Tenant
    as_of : datetime
        Aware.
    horizon_days : int
    edges : Edges
        The quintiles of who bought by `as_of`.
    customers : mapping of str to int
        By segment, as of now.
    spent : mapping of str to tuple of int and int
        By segment a horizon ago: customers, and what they spent since, net (minor units).
    """

    tenant: Tenant
    as_of: datetime
    horizon_days: int
    edges: Edges
    customers: Mapping[str, int]
    spent: Mapping[str, tuple[int, int]]

    def mean(self, segment: str) -> float | None:
        """Give what a customer of a segment spent on average.

        Parameters
        ----------
        segment : str

        Returns
        -------
        float or None
            Minor units; None where there was nobody.
        """
        customers, net = self.spent.get(segment, (0, 0))
        return net / customers if customers else None


def load_segments(
    mart: Mart, *, now: datetime, as_of: datetime, horizon_days: int = HORIZON_DAYS
) -> SegmentData:
    """Read the edges, and what segments went on to spend.

    Parameters
    ----------
    mart : Mart
    now : datetime
        Wall time, aware.
    as_of : datetime
        Aware.
    horizon_days : int, default 90
        Days, > 0.

    Returns
    -------
    SegmentData

    Raises
    ------
    NotTrainable
        "segments must have 50 customers who bought; got 3. ..."
    """
    view = mart.look(now, as_of.isoformat())
    found = customer_segments(view)
    customers = {each.name: each.customers for each in found.segments}
    buyers = found.customers - customers[NEVER_BOUGHT]
    if found.edges is None or buyers < LEAST_BUYERS:
        raise NotTrainable(
            f"{SEGMENTATION} must have {LEAST_BUYERS} customers who bought; got {buyers}. Until then, segments are"
            f" told apart by the quintiles of the day, and {GOES_ON}. Import more records, or wait."
        )
    after = segment_of_each(view, found.edges)
    earlier = mart.look(now, (as_of - timedelta(days=horizon_days)).isoformat())
    edges = customer_segments(earlier).edges
    spent: dict[str, tuple[int, int]] = {}
    for who, was in (segment_of_each(earlier, edges) if edges else {}).items():
        count, net = spent.get(was.segment, (0, 0))
        spent[was.segment] = count + 1, net + after[who].net_minor - was.net_minor
    return SegmentData(
        tenant=view.tenant,
        as_of=as_of,
        horizon_days=horizon_days,
        edges=found.edges,
        customers=customers,
        spent=spent,
    )


def examine(data: SegmentData) -> Verdict:
    """Hold segments against what came: champions must go on to spend more than the lost.

    Parameters
    ----------
    data : SegmentData

    Returns
    -------
    Verdict
        Its gate does not apply where either segment was empty a horizon ago.
    """
    best, least = data.mean("champions"), data.mean("lost")
    if best is None or least is None:
        text = "nobody was a champion, or nobody lost, a horizon ago"
        return Verdict(gates=(Gate(name="spend", passed=None, text=text),))
    text = (
        f"in {data.horizon_days} days a champion spent {_shown(data, best)} and a lost customer {_shown(data, least)},"
        " must be more"
    )
    return Verdict(gates=(Gate(name="spend", passed=best > least, text=text),))


def _shown(data: SegmentData, amount: float) -> str:
    return format_money(round(amount), data.tenant.currency)


def conclude(
    data: SegmentData,
    verdict: Verdict,
    *,
    snapshot: str,
    tracker: Tracker,
    packages: Path,
    source: Source = UNKNOWN,
) -> SegmentPackage:
    """Register the edges, and publish them.

    Parameters
    ----------
    data : SegmentData
    verdict : Verdict
    snapshot : str
        Hash of the stream.
    tracker : Tracker
    packages : Path
        Where packages are published.
    source : Source
        What trained, for the run's page.

    Returns
    -------
    SegmentPackage
        As it answers from now on.

    Raises
    ------
    NotTrainable
        "segments must tell who goes on to buy; got ..."
    """
    if not verdict.promoted:
        raise NotTrainable(
            f"{SEGMENTATION} must tell who goes on to buy; got {verdict.summary}. The edges of before stay."
        )
    sentence = f"edges are the quintiles of who bought by {data.as_of:%Y-%m-%d}, {verdict.summary}"
    means = {name: data.mean(name) for name in data.spent}
    package = SegmentPackage(
        name=f"{data.tenant.slug}.{SEGMENTATION}",
        version="0",
        currency=data.tenant.currency,
        edges=data.edges,
        validation={name: round(mean, 2) for name, mean in means.items() if mean is not None},
        card={
            "predicts": "in which segment a customer is",
            "why": sentence,
            "customers": dict(data.customers),
            "gates": verdict.as_list(),
        },
        trained_on={"as_of": data.as_of.isoformat(), "snapshot": snapshot},
    )
    return conclude_plain(
        package,
        sentence=sentence,
        title=title_of(package.name, to_micros(data.as_of), data.tenant.zone),
        parameters={"horizon_days": data.horizon_days},
        at=data.as_of,
        tracker=tracker,
        packages=packages,
        source=source,
    )
