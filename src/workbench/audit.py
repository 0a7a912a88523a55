"""The audit of a tenant's features: every way to compute a vector, on the tenant's own records.

Kept answers are computed again, and sampled customers are looked at now and at the very instants around which
something happened or arrived: just before and just after. Each vector comes four ways: as it was `answered`
then, `online` as the server computes it, in `batch` by DuckDB over the snapshot, and from nothing but the rows
that were `recorded` before, which the audit cuts off itself; so that an event known too early shows even where
two ways agree on it.
"""

from __future__ import annotations

import math
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Engine

from commerce.records.database import reading
from commerce.records.stream import FeatureRow, customer_rows
from commerce.records.tenants import Tenant
from features.catalogue import CATALOGUE
from features.declaring.compilation import Catalogue
from features.evaluating.aggregates import ID, OCCURRED, RECORDED, TYPE
from features.evaluating.duckdb_evaluator import evaluate
from features.evaluating.online import online_features
from features.evaluating.operations import Floats
from features.evaluating.python_evaluator import evaluate_rows
from features.evaluating.table import FeatureTable
from features.snapshots.snapshot import Snapshot
from training.judging.audits import Audit, Mismatch
from workbench.audit_cases import ANSWER, Answers, Case, again, moments

SAMPLE = 100
"""How many kept answers, and how many customers, an audit looks at."""

EXAMPLES = 20
"""How many mismatches it keeps; the next audit looks at them again."""

Online = Callable[[Connection, int, uuid.UUID, int, Catalogue], Floats]
Batch = Callable[..., FeatureTable]

_ALL = 2**62
"""Later than any instant."""
_CUTOFFS = 50
"""Instants for which batch vectors are held in memory together."""


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
    batch: Batch = evaluate,
) -> Audit:
    """Compute kept answers and sampled vectors by every way, and compare them bit by bit.

    Parameters
    ----------
    engine : Engine
        The record store.
    tenant : Tenant
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
    catalogue : Catalogue, optional
    online, batch : callable, optional
        The evaluators that are audited.

    Returns
    -------
    Audit
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
        found, rows = _Findings(catalogue), _Rows(connection, tenant)
        for case, together in _in_batch(snapshot, cases, catalogue, batch):
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


def _in_batch(
    snapshot: Snapshot, cases: Sequence[Case], catalogue: Catalogue, batch: Batch
) -> Iterator[tuple[Case, Floats | None]]:
    """Give each case its row of the batch way; None where the customer was not known then."""
    waiting = sorted(cases, key=lambda case: case.cutoff)
    cutoffs = sorted({case.cutoff for case in waiting})
    for first in range(0, len(cutoffs), _CUTOFFS):
        some = cutoffs[first : first + _CUTOFFS]
        wanted = [case for case in waiting if some[0] <= case.cutoff <= some[-1]]
        table = batch(snapshot, some, catalogue, customers={case.customer_id for case in wanted})
        pairs = zip(table.customer_ids, table.cutoffs.tolist(), strict=True)
        places = {pair: place for place, pair in enumerate(pairs)}
        for case in wanted:
            place = places.get((case.customer_id, case.cutoff))
            yield case, None if place is None else table.values[place]


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


class _Findings:
    """What was compared, and what differed."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.values = 0
        self.differing: Counter[str] = Counter()
        self.examples: list[Mismatch] = []

    def add(self, case: Case, ways: Mapping[str, Floats], rows: Sequence[FeatureRow]) -> None:
        """Compare the ways of one case."""
        given = {
            way: dict(zip(self._catalogue.names, found.tolist(), strict=True))
            for way, found in ways.items()
        }
        if case.answered:
            given = {"answered": dict(case.answered), **given}
        self.values += len(self._catalogue)
        for name in self._catalogue.names:
            values = {way: found[name] for way, found in given.items() if name in found}
            if len({_bits(value) for value in values.values()}) == 1:
                continue
            self.differing[name] += 1
            if len(self.examples) < EXAMPLES and self.differing[name] == 1:
                self.examples.append(
                    Mismatch(
                        customer_id=case.customer_id,
                        feature=name,
                        as_of=case.cutoff,
                        moment=case.moment,
                        values={way: _shown(value) for way, value in values.items()},
                        events=events_behind(self._catalogue, name, case.cutoff, rows, values),
                    )
                )


def events_behind(
    catalogue: Catalogue,
    name: str,
    cutoff: int,
    rows: Sequence[FeatureRow],
    values: Mapping[str, float],
) -> tuple[int, ...]:
    """Find the events by which the ways to a value differ: without them, or with them, one gives the other's.

    Tried are each event that counts, left out; each that must not count yet, let in; and all of those that had
    occurred but were not recorded, let in together.

    Returns
    -------
    tuple of int
        Their ids; empty where no such event explains it.
    """
    alone = catalogue.subset([name])
    types = {word for partial in alone.partials for word in partial.source.types}
    read = [row for row in rows if row[TYPE] in types]
    admitted = [row for row in read if max(row[RECORDED], row[OCCURRED]) < cutoff]
    others = [row for row in read if max(row[RECORDED], row[OCCURRED]) >= cutoff]
    late = [row for row in others if row[OCCURRED] < cutoff]
    wanted = {_bits(value) for value in values.values()} - {_bits(values["recorded"])}
    trials = [([row], [each for each in admitted if each is not row]) for row in admitted]
    trials += [([row], [*admitted, _let_in(row, cutoff)]) for row in others]
    trials.append((late, [*admitted, *(_let_in(row, cutoff) for row in late)]))
    for changed, tried in trials:
        if _bits(float(evaluate_rows(tried, cutoff, alone)[0])) in wanted:
            return tuple(row[ID] for row in changed)
    return ()


def _let_in(row: FeatureRow, cutoff: int) -> FeatureRow:
    """The same event, as if it had been recorded, and had occurred, just before an instant."""
    changed = list(row)
    changed[RECORDED] = min(row[RECORDED], cutoff - 1)
    changed[OCCURRED] = min(row[OCCURRED], cutoff - 1)
    return tuple(changed)


def _bits(value: float) -> int | None:
    """Tell floats apart as the computer does; missing ones are all alike."""
    return None if value != value else int(np.float64(value).view(np.int64))


def _shown(value: float) -> str:
    return "no row" if value == math.inf else repr(value)
