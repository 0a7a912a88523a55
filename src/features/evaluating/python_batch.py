"""Features of many customers in plain Python, from a snapshot: what the server computes, for everybody."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads

from features.declaring.compilation import Catalogue
from features.evaluating.aggregates import OCCURRED, RECORDED, Row
from features.evaluating.formulas import Floats
from features.evaluating.python_evaluator import evaluate_rows
from features.evaluating.table import FeatureTable
from features.snapshots.canonical import SCHEMA
from features.snapshots.snapshot import Snapshot, recorded_types

_TOGETHER = 2_000
"""Customers whose events are held in memory together."""


def evaluate_each(
    snapshot: Snapshot,
    cutoffs: Sequence[int],
    catalogue: Catalogue,
    *,
    customers: Collection[str] | None = None,
) -> Iterator[FeatureTable]:
    """Evaluate a catalogue one customer after another: an `Evaluator` of `features.evaluating`.

    The snapshot is read once, so all cutoffs are computed before the first table is given.
    """
    found: list[list[tuple[str, Floats]]] = [[] for _ in cutoffs]
    for customer, rows in streams(snapshot, customers):
        known = min(max(row[RECORDED], row[OCCURRED]) for row in rows)
        for vectors, cutoff in zip(found, cutoffs, strict=True):
            if known < cutoff:
                vectors.append((customer, evaluate_rows(rows, cutoff, catalogue)))
    absent = catalogue.absent(recorded_types(snapshot, before=max(cutoffs, default=0)))
    for cutoff, vectors in zip(cutoffs, found, strict=True):
        yield FeatureTable(
            customer_ids=[customer for customer, _ in vectors],
            cutoffs=np.full(len(vectors), cutoff, dtype=np.int64),
            values=np.array([values for _, values in vectors]).reshape(-1, len(catalogue)),
            names=catalogue.names,
            absent=absent,
        )


def known_customers(snapshot: Snapshot) -> list[str]:
    """Name every customer that a snapshot has an event of, in order."""
    named = _files(snapshot).to_table(columns=["customer_id"]).column("customer_id")
    return sorted(map(str, named.drop_null().unique().to_pylist()))


def streams(
    snapshot: Snapshot, customers: Collection[str] | None = None
) -> Iterator[tuple[str, list[Row]]]:
    """Read a snapshot customer by customer.

    Parameters
    ----------
    customers : collection of str, optional
        32 hex digits each; all by default.

    Yields
    ------
    (str, list of event rows)
        In the order of the ids; those without events are left out.
    """
    wanted = known_customers(snapshot) if customers is None else sorted(set(customers))
    for start in range(0, len(wanted), _TOGETHER):
        asked = pa.array(wanted[start : start + _TOGETHER], pa.string())
        table = _files(snapshot).to_table(
            columns=SCHEMA.names, filter=pads.field("customer_id").isin(asked)
        )
        held: dict[str, list[Row]] = {}
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
            held.setdefault(str(row[2]), []).append(row)
        yield from sorted(held.items())


def _files(snapshot: Snapshot) -> pads.Dataset:
    """The files of a snapshot, one after another."""
    return pads.dataset(list(map(str, snapshot.files)), format="parquet", schema=SCHEMA)
