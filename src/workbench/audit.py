"""The audit of a tenant's features: every way to compute them, on the tenant's own records.

Kept answers are computed again, and sampled customers are looked at now and at the very instants around which
something happened or arrived: just before and just after. Features come four ways: as it was `answered`
then, `online` as the server computes it, in `batch` by DuckDB over the snapshot, and from nothing but the rows
that were `recorded` before, which the audit cuts off itself; so that an event known too early shows even where
two ways agree on it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Engine

from commerce.records.database import reading
from commerce.records.stream import FeatureRow, customer_rows
from commerce.records.tenants import Tenant
from features.catalogue import CATALOGUE
from features.comparing.audits import Findings, by_batch
from features.declaring.compilation import Catalogue
from features.evaluating.aggregates import OCCURRED, RECORDED
from features.evaluating.duckdb_evaluator import evaluate_each
from features.evaluating.evaluator import Evaluator
from features.evaluating.online import online_features
from features.evaluating.operations import Floats
from features.evaluating.python_evaluator import evaluate_rows
from features.snapshots.snapshot import Snapshot
from training.judging.audits import Audit
from workbench.audit_cases import ANSWER, Answers, again, moments

SAMPLE = 100
"""How many kept answers, and how many customers, an audit looks at."""

Online = Callable[[Connection, int, uuid.UUID, int, Catalogue], Floats]

_ALL = 2**62
"""Later than any instant."""


def audit(
    engine: Engine,
    tenant: Tenant,
    snapshot: Snapshot,
    packages: Path,
    *,
    as_of: int,
    now: datetime,
    sample: int = SAMPLE,
    catalogue: Catalogue = CATALOGUE,
    online: Online = online_features,
    batch: Evaluator = evaluate_each,
) -> Audit:
    """Compute kept answers and the features of sampled customers by every way, and compare them bit by bit.

    Parameters
    ----------
    snapshot : Snapshot
        Taken after the tenant was observed at `as_of`.
    packages : Path
        Where packages are published, which say what answers were computed from, and audits are kept: what the
        last one found to differ is looked at again.
    as_of : int, epoch microseconds
        The tenant's clock.
    now : datetime
        Wall time, aware.
    sample : int, default 100
        Kept answers, and customers, to look at; chosen by the snapshot's hash, so that another day looks at
        others and the same snapshot always at the same.
    batch : Evaluator, optional
        The ways that are audited.
    """
    pivot = uuid.UUID(snapshot.hash)
    with reading(engine) as connection:
        kept = Answers(connection, tenant, packages, catalogue)
        chosen = [
            *again(kept, packages, tenant),
            *kept.sample(pivot, as_of, sample),
            *moments(connection, tenant, pivot, as_of, sample),
        ]
        cases = [case for case in chosen if case.answered or not case.moment.startswith(ANSWER)]
        found, rows = Findings(catalogue), _Rows(connection, tenant)
        for case, together in by_batch(batch, snapshot, cases, catalogue):
            known = rows.of(case.customer_id)
            admitted = [row for row in known if max(row[RECORDED], row[OCCURRED]) < case.cutoff]
            customer = uuid.UUID(case.customer_id)
            ways = {
                "online": online(connection, tenant.id, customer, case.cutoff, catalogue),
                "recorded": evaluate_rows(admitted, case.cutoff, catalogue),
            }
            if together is not None or admitted:
                missing = np.full(len(catalogue), np.inf)
                ways["batch"] = missing if together is None else together
            found.add(case, ways, known)
    return Audit(
        tenant=tenant.slug,
        made_at=now.isoformat(),
        as_of=as_of,
        snapshot=snapshot.hash,
        events=snapshot.events,
        hashes={output.name: output.hash for output in catalogue.outputs} if cases else {},
        answers=sum(case.moment.startswith(ANSWER) for case in cases),
        left_out=len(chosen) - len(cases),
        vectors=len(cases),
        values=found.values,
        differences=sum(found.differing.values()),
        differing=dict(found.differing.most_common()),
        examples=tuple(found.examples),
    )


class _Rows:
    """All that is on record of a customer, fetched once for all instants of the same one."""

    def __init__(self, connection: Connection, tenant: Tenant) -> None:
        self._connection, self._tenant = connection, tenant
        self._kept: dict[str, list[FeatureRow]] = {}

    def of(self, customer_id: str) -> list[FeatureRow]:
        """Give a customer's rows."""
        if customer_id not in self._kept:
            self._kept[customer_id] = customer_rows(
                self._connection, self._tenant.id, uuid.UUID(customer_id), _ALL
            )
        return self._kept[customer_id]
