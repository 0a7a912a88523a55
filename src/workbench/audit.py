"""The audit of a tenant's features: every way to compute them, on the tenant's own records.

Kept answers are computed again, and sampled customers are looked at now and at the very instants around which
something happened or arrived: just before and just after. Features come four ways: as it was `answered`
then, `online` as the server computes it, in `batch` by DuckDB over the snapshot, and from nothing but the rows
that were `recorded` before, which the audit cuts off itself; so that an event known too early shows even where
two ways agree on it. An answer that was given before events were backfilled behind it is held against what was known
then, and its instant is looked at once more as it is known now.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Engine, select

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.instants import from_micros, to_micros
from commerce.records.stream import FeatureRow, customer_rows
from commerce.records.tenants import Tenant
from features.catalogue import CATALOGUE
from features.comparing.audits import Case, Findings, Mismatch, by_batch
from features.declaring.compilation import Catalogue
from features.evaluating.aggregates import OCCURRED, RECORDED
from features.evaluating.duckdb_evaluator import evaluate_each
from features.evaluating.evaluator import Evaluator
from features.evaluating.formulas import Floats
from features.evaluating.online import online_features
from features.evaluating.python_evaluator import evaluate_rows
from features.snapshots.snapshot import Snapshot
from serving.schema import ORIGINS, score
from training.judging.audits import Audit, read_audits
from workbench.versions import models

SAMPLE = 100
"""How many kept answers, and how many customers, an audit looks at."""

ANSWER = "answer "
"""How the moment of a kept answer begins; its model version follows."""

_WATCHED = 10
"""Of so many customers, one is looked at around its events."""

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
    online: Online | None = None,
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
    online, batch : callable, optional
        The ways that are audited, by default the server's and DuckDB's.
    """
    pivot, compute = uuid.UUID(snapshot.hash), online
    if compute is None:
        compute = partial(online_features, backfills=snapshot.backfills)
    with reading(engine) as connection:
        kept = Answers(connection, tenant, packages, catalogue)
        chosen = [
            *again(kept, packages, tenant),
            *kept.sample(pivot, as_of, sample),
            *moments(connection, tenant, pivot, as_of, sample),
        ]
        cases = [case for case in chosen if case.answered or not case.moment.startswith(ANSWER)]
        found, rows, backfilled = Findings(catalogue), _Rows(connection, tenant), 0
        for asked, together in by_batch(batch, snapshot, cases, catalogue):
            case, customer = asked, uuid.UUID(asked.customer_id)
            known = rows.of(asked.customer_id, snapshot.backfills)
            admitted = _admitted(known, case.cutoff)
            if case.backfills not in (None, snapshot.backfills):
                before, instant = rows.of(case.customer_id, case.backfills), case.cutoff
                then = _admitted(before, instant)
                if then != admitted:
                    backfilled += 1
                    last = partial(online_features, backfills=case.backfills)
                    ways = {
                        "online": last(connection, tenant.id, customer, instant, catalogue),
                        "recorded": evaluate_rows(then, instant, catalogue),
                    }
                    found.add(case, ways, before)
                    case = replace(case, answered={})
            ways = {
                "online": compute(connection, tenant.id, customer, case.cutoff, catalogue),
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
        backfilled=backfilled,
        vectors=len(cases),
        values=found.values,
        differences=sum(found.differing.values()),
        differing=dict(found.differing.most_common()),
        examples=tuple(found.examples),
    )


def _admitted(rows: Sequence[FeatureRow], cutoff: int) -> list[FeatureRow]:
    """Keep the rows that had occurred, and were recorded, before an instant."""
    return [row for row in rows if max(row[RECORDED], row[OCCURRED]) < cutoff]


class _Rows:
    """All that is on record of a customer, fetched once for all instants of the same one."""

    def __init__(self, connection: Connection, tenant: Tenant) -> None:
        self._connection, self._tenant = connection, tenant
        self._kept: dict[tuple[str, int | None], list[FeatureRow]] = {}

    def of(self, customer_id: str, backfills: int | None = None) -> list[FeatureRow]:
        """Give a customer's rows, as they were known after some backfill; by default as they are."""
        key = (customer_id, backfills)
        if key not in self._kept:
            self._kept[key] = customer_rows(
                self._connection,
                self._tenant.id,
                uuid.UUID(customer_id),
                _ALL,
                backfills=backfills,
            )
        return self._kept[key]


class Answers:
    """Kept answers as cases: the values of features that are declared as they were."""

    def __init__(
        self, connection: Connection, tenant: Tenant, packages: Path, catalogue: Catalogue
    ) -> None:
        self._connection, self._tenant = connection, tenant
        self._declared = {model.label: model.version.hashes for model in models(packages)}
        self._now = {output.name: output.hash for output in catalogue.outputs}

    def sample(self, pivot: uuid.UUID, as_of: int, count: int) -> list[Case]:
        """Choose answers of either origin."""
        key = score.c.request_id
        return [
            self._case(row)
            for origin in ORIGINS
            for row in _from(
                self._connection,
                self._mine().where(score.c.origin == origin, score.c.as_of <= from_micros(as_of)),
                key,
                str(pivot),
                count // 2,
            )
        ]

    def like(self, example: Mismatch) -> list[Case]:
        """Find the answers an earlier audit complained of."""
        version = example.moment.removeprefix(ANSWER)
        query = self._mine().where(
            score.c.customer_id == uuid.UUID(example.customer_id),
            score.c.as_of == from_micros(example.as_of),
            score.c.model_version == version,
        )
        return [self._case(row) for row in self._connection.execute(query)]

    def _mine(self) -> Any:
        mine = score.c.tenant_id == self._tenant.id
        return select(score).where(mine, score.c.customer_id.is_not(None))

    def _case(self, row: Any) -> Case:
        then = self._declared.get(row.model_version, {})
        return Case(
            customer_id=row.customer_id.hex,
            cutoff=to_micros(row.as_of),
            moment=f"{ANSWER}{row.model_version}",
            backfills=row.backfills,
            answered={
                name: math.nan if value is None else float(value)
                for name, value in row.features.items()
                if name in self._now and then.get(name) == self._now[name]
            },
        )


def again(answers: Answers, packages: Path, tenant: Tenant) -> Iterator[Case]:
    """Look again at what the last audit found to differ: nothing is cleared by looking elsewhere."""
    seen = set()
    for audit in read_audits(packages, tenant.slug)[-1:]:
        for one in audit.examples:
            if (key := (one.customer_id, one.as_of, one.moment)) in seen:
                continue
            seen.add(key)
            if one.moment.startswith(ANSWER):
                yield from answers.like(one)
            else:
                yield Case(customer_id=one.customer_id, cutoff=one.as_of, moment=one.moment)


def moments(
    connection: Connection, tenant: Tenant, pivot: uuid.UUID, as_of: int, count: int
) -> Iterator[Case]:
    """Look at sampled customers now, and at some of them around an event: as it occurred, as it arrived.

    An instant itself is still before the event, the microsecond after it is not. Events that were recorded
    later than they occurred are preferred: in between they must not be known.
    """
    key = schema.event.c.customer_id
    mine = (schema.event.c.tenant_id == tenant.id, key.is_not(None))
    query = select(key).where(*mine).group_by(key)
    for place, row in enumerate(_from(connection, query, key, pivot, count)):
        customer = row.customer_id
        yield Case(customer_id=customer.hex, cutoff=as_of, moment="now")
        rows = customer_rows(connection, tenant.id, customer, as_of)
        if place % _WATCHED or not rows:
            continue
        late = [row for row in rows if row[RECORDED] > row[OCCURRED]]
        some = late or rows
        event = some[customer.int % len(some)]
        for moment, instant in (
            ("event time", event[OCCURRED]),
            ("arrival time", event[RECORDED]),
        ):
            for cutoff in (instant, instant + 1):
                yield Case(customer_id=customer.hex, cutoff=cutoff, moment=moment)


def _from(
    connection: Connection, query: Any, key: ColumnElement[Any], pivot: Any, count: int
) -> list[Any]:
    """Take so many rows from a point on, and go on at the start: ids are spread evenly, so that is a sample."""
    ordered = query.order_by(key)
    rows = list(connection.execute(ordered.where(key >= pivot).limit(count)))
    return rows + list(connection.execute(ordered.where(key < pivot).limit(count - len(rows))))
