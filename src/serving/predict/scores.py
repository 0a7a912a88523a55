"""Every answer ever given, with its origin: model version, as-of time, feature values, reasons.

Guarantees: a score is added, never changed or deleted (a trigger refuses it on SQLite and PostgreSQL); its
floats come back to the last digit.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    Column,
    Connection,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    Row,
    Table,
    Text,
    Uuid,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from commerce.records import schema
from commerce.records.schema.columns import Document, Instant, named_metadata, one_of

BRANCH = "serving:migrations/versions"
"""Where serving's migrations lie, for `commerce.records.database.migrate`."""

ORIGINS = ("batch", "online")

Origin = Literal["batch", "online"]

metadata = named_metadata()
"""Serving's own tables."""

score = Table(
    "score",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("tenant_id", Integer, nullable=False),
    Column("customer_id", Uuid),
    Column("model", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("origin", Text, nullable=False),
    Column("probability", Float(53), nullable=False),
    Column("score", Integer),
    Column("band", Text),
    Column("rule_score", Integer),
    Column("rule_band", Text),
    Column("decision", Document, nullable=False),
    Column("features", Document, nullable=False),
    Column("reasons", Document, nullable=False),
    ForeignKeyConstraint(["tenant_id"], [schema.tenant.c.id]),
    ForeignKeyConstraint(
        ["tenant_id", "customer_id"], [schema.customer.c.tenant_id, schema.customer.c.id]
    ),
    one_of("origin", ORIGINS),
    Index(None, "tenant_id", "customer_id", "model", "made_at"),
    Index(None, "tenant_id", "model_version", "as_of"),
)


@dataclass(frozen=True, kw_only=True)
class ScoreRow:
    """One answer as it is kept.

    Attributes
    ----------
    request_id : str
        UUID text; what `serving.predict.replay` is asked with.
    tenant_id : int
    customer_id : UUID or None
        None where the values were sent instead of a customer.
    model, model_version : str
        ``churn`` and ``demo.churn/1``.
    as_of, made_at : datetime
        The instant the answer is about, and the wall time it was given.
    origin : {"batch", "online"}
    probability : float
        In [0, 1].
    score, rule_score : int or None
        300 to 1000.
    band, rule_band : str or None
        A to E.
    decision : mapping
        Action, threshold, rule.
    features : mapping of str to float or None
        What the model read, by output name.
    reasons : sequence of mappings
    """

    request_id: str
    tenant_id: int
    customer_id: uuid.UUID | None
    model: str
    model_version: str
    as_of: datetime
    made_at: datetime
    origin: Origin
    probability: float
    score: int | None
    band: str | None
    rule_score: int | None
    rule_band: str | None
    decision: Mapping[str, Any]
    features: Mapping[str, float | None]
    reasons: Sequence[Mapping[str, Any]]


_FIELDS = tuple(ScoreRow.__dataclass_fields__)
_INSERT = score.insert()


def record_scores(connection: Connection, rows: Sequence[ScoreRow]) -> int:
    """Keep answers; those whose ``request_id`` is kept already are left as they are.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    rows : sequence of ScoreRow

    Returns
    -------
    int
        How many were new.
    """
    if not rows:
        return 0
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    known: set[str] = set()
    identifiers = [row.request_id for row in rows]
    for first in range(0, len(identifiers), 500):
        some = identifiers[first : first + 500]
        found = connection.scalars(select(score.c.request_id).where(score.c.request_id.in_(some)))
        known.update(found)
    new = [row for row in rows if row.request_id not in known]
    if new:
        connection.execute(
            make(score).on_conflict_do_nothing(index_elements=["request_id"]),
            [{name: getattr(row, name) for name in _FIELDS} for row in new],
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
    connection.execute(_INSERT, {name: getattr(row, name) for name in _FIELDS})


def find_score(connection: Connection, request_id: str) -> ScoreRow | None:
    """Find an answer by its request id."""
    row = connection.execute(select(score).where(score.c.request_id == request_id)).first()
    return None if row is None else _from_row(row)


def latest(
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


def _from_row(row: Row[Any]) -> ScoreRow:
    return ScoreRow(**row._mapping)
