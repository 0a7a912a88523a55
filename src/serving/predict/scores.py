"""Every answer ever given, with its origin: model version, as-of time, feature values, reasons.

Guarantees: a score is added, never changed or deleted (a trigger refuses it on SQLite and PostgreSQL); its
floats come back to the last digit.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from msgspec.structs import asdict
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, func, select

from analytics.credit import KeptDecision
from analytics.migration import KeptBand
from commerce.records.sql import insert_new
from scoring.decisions import Decision
from scoring.package import Package
from serving.schema import Origin, score


class ScoreRow(Decision, frozen=True, kw_only=True):
    """A decision as it is kept, with its origin: the columns of `score`."""

    request_id: str
    """UUID text; what `serving.predict.replay` is asked with."""
    tenant_id: int
    customer_id: uuid.UUID | None
    """None where the values were sent instead of a customer."""
    model: str
    model_version: str
    """`model`, `model_version`: `Package.model` and `Package.label`."""
    as_of: datetime
    made_at: datetime
    """`as_of`, `made_at`: the instant the answer is about, and the wall time it was given."""
    backfills: int
    """The last backfill that the records held when they were read: later ones change nothing in a replay."""
    origin: Origin
    features: Mapping[str, float | None]
    """What the model read, by output name."""


def score_row(
    decision: Decision,
    package: Package,
    values: NDArray[np.float64],
    *,
    request_id: str,
    tenant_id: int,
    customer_id: uuid.UUID | None,
    as_of: datetime,
    made_at: datetime,
    backfills: int,
    origin: Origin,
) -> ScoreRow:
    """Write a decision down with its origin: which package decided, upon which values, shape (n_outputs,)."""
    return ScoreRow(
        **asdict(decision),
        request_id=request_id,
        tenant_id=tenant_id,
        customer_id=customer_id,
        model=package.model,
        model_version=package.label,
        as_of=as_of,
        made_at=made_at,
        backfills=backfills,
        origin=origin,
        features=name_values(values, package.names),
    )


def name_values(row: NDArray[np.float64], names: Sequence[str]) -> dict[str, float | None]:
    """Name the values of a scored row, None where missing."""
    named: dict[str, float | None] = dict(zip(names, row.tolist(), strict=True))
    for place in np.flatnonzero(np.isnan(row)).tolist():
        named[names[place]] = None
    return named


_INSERT = score.insert()


def record_scores(connection: Connection, rows: Sequence[ScoreRow]) -> int:
    """Keep answers; those whose ``request_id`` is kept already are left as they are.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.

    Returns
    -------
    int
        How many were new.
    """
    if not rows:
        return 0
    known: set[str] = set()
    identifiers = [row.request_id for row in rows]
    for first in range(0, len(identifiers), 500):
        some = identifiers[first : first + 500]
        found = connection.scalars(select(score.c.request_id).where(score.c.request_id.in_(some)))
        known.update(found)
    new = [row for row in rows if row.request_id not in known]
    if new:
        connection.execute(
            insert_new(connection.dialect.name, score, "request_id"),
            [row.as_dict() for row in new],
        )
    return len(new)


def record_score(connection: Connection, row: ScoreRow) -> None:
    """Keep one new answer.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    row : ScoreRow
        With a ``request_id`` never used before.
    """
    connection.execute(_INSERT, row.as_dict())


def find_score(connection: Connection, request_id: str) -> ScoreRow | None:
    """Find an answer by its request id."""
    row = connection.execute(select(score).where(score.c.request_id == request_id)).first()
    return None if row is None else _from_row(row)


def latest_score(
    connection: Connection, tenant_id: int, customer_id: uuid.UUID, model: str
) -> ScoreRow | None:
    """Find the answer given last for a customer and a model."""
    row = connection.execute(
        select(score)
        .where(
            score.c.tenant_id == tenant_id,
            score.c.customer_id == customer_id,
            score.c.model == model,
        )
        .order_by(score.c.made_at.desc(), score.c.request_id)
        .limit(1)
    ).first()
    return None if row is None else _from_row(row)


def latest_scores(
    connection: Connection, tenant_id: int, customer_id: uuid.UUID, as_of: datetime
) -> list[ScoreRow]:
    """Find the answer given last by each model about a customer, as of an instant or earlier; by model."""
    place = func.row_number().over(
        partition_by=score.c.model, order_by=(score.c.made_at.desc(), score.c.request_id)
    )
    ranked = select(score, place.label("place")).where(
        score.c.tenant_id == tenant_id, score.c.customer_id == customer_id, score.c.as_of <= as_of
    )
    latest = ranked.subquery()
    found = connection.execute(
        select(*(latest.c[column.name] for column in score.c))
        .where(latest.c.place == 1)
        .order_by(latest.c.model)
    )
    return [_from_row(row) for row in found]


def kept_decisions(
    connection: Connection, tenant_id: int, model: str, before: datetime
) -> Iterator[KeptDecision]:
    """Give what a model decided about customers as of earlier than an instant, in bounded memory.

    They come in the order of the instants they are as of, and of when they were made.
    """
    columns = (score.c.customer_id, score.c.as_of, score.c.band, score.c.probability)
    query = (
        select(*columns, score.c.decision)
        .where(
            score.c.tenant_id == tenant_id,
            score.c.model == model,
            score.c.customer_id.is_not(None),
            score.c.probability.is_not(None),
            score.c.as_of < before,
        )
        .order_by(score.c.as_of, score.c.made_at, score.c.request_id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for row in connection.execute(query):
        action = row.decision["action"]
        yield KeptDecision(row.customer_id, row.as_of, row.band, row.probability, action)


def scores_between(
    connection: Connection, tenant_id: int, model: str, *, since: datetime, until: datetime
) -> Iterator[ScoreRow]:
    """Give what a model answered online from an instant until before another, as it was asked, in bounded memory."""
    query = (
        select(score)
        .where(
            score.c.tenant_id == tenant_id,
            score.c.model == model,
            score.c.origin == "online",
            score.c.made_at >= since,
            score.c.made_at < until,
        )
        .order_by(score.c.made_at, score.c.request_id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for row in connection.execute(query):
        yield _from_row(row)


def latest_bands(
    connection: Connection,
    tenant_id: int,
    model: str,
    *,
    until: datetime,
    since: datetime | None = None,
    by_rules: bool = False,
) -> dict[uuid.UUID, KeptBand]:
    """Give each customer's latest band as of an instant or earlier.

    Parameters
    ----------
    until : datetime
        Aware.
    since : datetime, optional
        Only answers as of later than that.
    by_rules : bool, default False
        The band of the rule-based score rather than the learned one.
    """
    points, name = (
        (score.c.rule_score, score.c.rule_band) if by_rules else (score.c.score, score.c.band)
    )
    place = func.row_number().over(
        partition_by=score.c.customer_id,
        order_by=(score.c.as_of.desc(), score.c.made_at.desc(), score.c.request_id),
    )
    ranked = select(
        score.c.customer_id, name.label("band"), points.label("score"), place.label("place")
    ).where(
        score.c.tenant_id == tenant_id,
        score.c.model == model,
        score.c.customer_id.is_not(None),
        name.is_not(None),
        score.c.as_of <= until,
    )
    if since is not None:
        ranked = ranked.where(score.c.as_of > since)
    latest = ranked.subquery()
    found = connection.execute(
        select(latest.c.customer_id, latest.c.band, latest.c.score).where(latest.c.place == 1)
    )
    return {row.customer_id: KeptBand(row.band, row.score) for row in found}


_ROWS_AT_ONCE = 5_000


def _from_row(row: Row[Any]) -> ScoreRow:
    return ScoreRow.from_dict(row._asdict())
