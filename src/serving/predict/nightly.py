"""Everybody's score at once, with the same decision function and the same table as one answer online."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from commerce.records.database import writing
from commerce.records.instants import to_micros
from commerce.records.tenants import Tenant, observe
from features.declaring.declaration import Catalogue
from scoring.decisions import decide_many
from scoring.errors import InvalidValues
from scoring.package import Package, check_outputs
from serving.predict.scores import record_scores, score_row

_NAMESPACE = uuid.UUID("b7f2a9a4-51f0-5a3e-9a52-6d3f5f0c2d11")
_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, kw_only=True)
class BatchSummary:
    """What a batch did."""

    model_version: str
    as_of: datetime
    customers: int
    written: int
    """How many scores were new; 0 where this batch was written before."""
    mean_probability: float | None
    """Of the outcome; None without customers."""
    actions: dict[str, int]
    bands: dict[str, int]
    """`actions`, `bands`: customers by action, and by band of the learned score."""


def score_customers(
    engine: Engine,
    tenant: Tenant,
    package: Package,
    catalogue: Catalogue,
    *,
    customer_ids: Sequence[str],
    values: NDArray[np.float64],
    as_of: datetime,
    now: datetime,
    backfills: int,
) -> BatchSummary:
    """Score every customer of a feature table and keep the scores.

    The values must have been read after the tenant was observed at ``as_of``, as a run does before it takes
    its snapshot; it is observed here again, so that the scores stand whoever computed the values.

    Idempotent by (tenant, model version, as_of, backfills): the second call writes nothing. Killed halfway, the next
    call writes the rest.

    Parameters
    ----------
    customer_ids : sequence of str, length n
        UUIDs, with or without dashes.
    values : float array of shape (n, n_outputs)
        In the order of ``package.names``; NaN where missing.
    as_of : datetime
        The cutoff of the values, aware.
    now : datetime
        Wall time, aware.
    backfills : int
        Of the snapshot that the values were computed from.

    Raises
    ------
    PackageMismatch
        If the package reads features declared otherwise here.
    InvalidValues
        "values must have one row per customer and one column per feature; ..."
    """
    check_outputs(package, catalogue)
    if values.shape != (len(customer_ids), len(package.names)):
        raise InvalidValues(
            f"values must have one row per customer and one column per feature of {package.label};"
            f" got shape {values.shape} for {len(customer_ids)} customers and {len(package.names)}"
            " features. Select the columns by package.names."
        )
    actions: Counter[str] = Counter()
    bands: Counter[str] = Counter()
    written, total = 0, 0.0
    with writing(engine) as connection:
        observe(connection, tenant, as_of)
    for first in range(0, len(customer_ids), _ROWS_AT_ONCE):
        table = values[first : first + _ROWS_AT_ONCE]
        ids = [uuid.UUID(text) for text in customer_ids[first : first + _ROWS_AT_ONCE]]
        decisions = decide_many(package, table)
        rows = [
            score_row(
                decision,
                package,
                row,
                request_id=batch_request_id(tenant, package, as_of, customer, backfills),
                tenant_id=tenant.id,
                customer_id=customer,
                as_of=as_of,
                made_at=now,
                backfills=backfills,
                origin="batch",
            )
            for customer, row, decision in zip(ids, table, decisions, strict=True)
        ]
        with writing(engine) as connection:
            written += record_scores(connection, rows)
        actions.update(decision.decision.action for decision in decisions)
        bands.update(decision.band for decision in decisions if decision.band is not None)
        total += sum(decision.risk for decision in decisions)
    count = len(customer_ids)
    return BatchSummary(
        model_version=package.label,
        as_of=as_of,
        customers=count,
        written=written,
        mean_probability=total / count if count else None,
        actions=dict(actions.most_common()),
        bands=dict(sorted(bands.items())),
    )


def batch_request_id(
    tenant: Tenant, package: Package, as_of: datetime, customer: uuid.UUID, backfills: int
) -> str:
    """Name a batch's answer by what it is about, so that writing it twice is writing it once."""
    about = f"{tenant.slug}\x1f{package.label}\x1f{to_micros(as_of)}\x1f{customer.hex}"
    about += f"\x1f{backfills}" if backfills else ""
    return str(uuid.uuid5(_NAMESPACE, about))
