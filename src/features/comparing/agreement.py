"""Whether evaluators agree to the bit: customer by customer, cutoff by cutoff, feature by feature."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads

from commerce.records.instants import from_micros
from features.declaring.compilation import Catalogue
from features.evaluating.aggregates import OCCURRED, RECORDED, Row
from features.evaluating.duckdb_evaluator import FeatureTable
from features.evaluating.finish import Floats
from features.evaluating.python_evaluator import evaluate_rows
from features.snapshots.canonical import SCHEMA
from features.snapshots.snapshot import Snapshot

EXAMPLES = 10
"""How many differences are shown."""

_TOGETHER = 2_000
"""Customers whose events are held in memory together."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What came of a comparison.

    Parameters
    ----------
    vectors : int
        Customers at cutoffs that either evaluator knows.
    values : int
        Single values of these.
    mismatches : int
        Values that differ in a bit, or that one of them does not have; outputs that only one of them calls absent.
    examples : tuple of str
        At most `EXAMPLES` of them.
    """

    vectors: int
    values: int
    mismatches: int
    examples: tuple[str, ...]


def compare(one: FeatureTable, other: FeatureTable) -> Agreement:
    """Compare two tables of the same outputs.

    Parameters
    ----------
    one, other : FeatureTable
        Rows in any order.

    Returns
    -------
    Agreement
    """
    rows, others = _rows(one), _rows(other)
    shared = [key for key in rows if key in others]
    alone = [key for key in (*rows, *others) if not (key in rows and key in others)]
    left = np.ascontiguousarray(one.values[[rows[key] for key in shared]])
    right = np.ascontiguousarray(other.values[[others[key] for key in shared]])
    same = (left.view(np.int64) == right.view(np.int64)) | (np.isnan(left) & np.isnan(right))
    unlike = np.argwhere(~same)
    absent = sorted({*one.absent} ^ {*other.absent})
    examples = [
        *(f"{_moment(key)}: known to one evaluator only" for key in alone[:EXAMPLES]),
        *(
            f"{_moment(shared[row])}: {one.names[place]} {left[row, place]!r}, {right[row, place]!r}"
            for row, place in unlike[:EXAMPLES]
        ),
        *(f"{name}: absent to one evaluator only" for name in absent),
    ]
    width = len(one.names)
    return Agreement(
        vectors=len(shared) + len(alone),
        values=(len(shared) + len(alone)) * width,
        mismatches=len(unlike) + len(alone) * width + len(absent),
        examples=tuple(examples[:EXAMPLES]),
    )


def evaluate_in_python(
    snapshot: Snapshot,
    cutoffs: Sequence[int],
    catalogue: Catalogue,
    *,
    customers: Collection[str] | None = None,
) -> FeatureTable:
    """Evaluate a catalogue as the server does, one customer after another, from a snapshot.

    Parameters
    ----------
    snapshot : Snapshot
    cutoffs : sequence of int, epoch microseconds
    catalogue : Catalogue
    customers : collection of str, optional
        32 hex digits each; all by default.

    Returns
    -------
    FeatureTable
        As that of :func:`features.evaluating.duckdb_evaluator.evaluate`.
    """
    found: list[list[tuple[str, Floats]]] = [[] for _ in cutoffs]
    for customer, rows in streams(snapshot, customers):
        known = min(max(row[RECORDED], row[OCCURRED]) for row in rows)
        for vectors, cutoff in zip(found, cutoffs, strict=True):
            if known < cutoff:
                vectors.append((customer, evaluate_rows(rows, cutoff, catalogue)))
    recorded = _files(snapshot).to_table(
        columns=["type"], filter=pads.field("recorded_at") < max(cutoffs, default=0)
    )
    return FeatureTable(
        customer_ids=[customer for vectors in found for customer, _ in vectors],
        cutoffs=np.repeat(np.array(cutoffs, dtype=np.int64), list(map(len, found))),
        values=np.array([values for vectors in found for _, values in vectors]).reshape(
            -1, len(catalogue)
        ),
        names=catalogue.names,
        absent=catalogue.absent(set(map(str, recorded.column("type").unique().to_pylist()))),
    )


def known_customers(snapshot: Snapshot) -> list[str]:
    """Name every customer a snapshot tells of, in order."""
    named = _files(snapshot).to_table(columns=["customer_id"]).column("customer_id")
    return sorted(map(str, named.drop_null().unique().to_pylist()))


def streams(
    snapshot: Snapshot, customers: Collection[str] | None = None
) -> Iterator[tuple[str, list[Row]]]:
    """Read a snapshot customer by customer.

    Parameters
    ----------
    snapshot : Snapshot
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


def _rows(table: FeatureTable) -> dict[tuple[str, int], int]:
    """Where each customer at each cutoff stands."""
    keys = zip(table.customer_ids, table.cutoffs.tolist(), strict=True)
    return {key: place for place, key in enumerate(keys)}


def _moment(key: tuple[str, int]) -> str:
    customer, cutoff = key
    return f"{customer} at {from_micros(cutoff):%Y-%m-%dT%H:%M:%SZ}"
