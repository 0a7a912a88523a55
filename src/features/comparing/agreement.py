"""Whether evaluators agree to the bit: customer by customer, cutoff by cutoff, feature by feature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from commerce.records.instants import from_micros
from features.evaluating.table import FeatureTable

EXAMPLES = 10
"""How many differences are shown."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """What came of a comparison."""

    vectors: int
    """Customers at cutoffs that either evaluator knows."""
    values: int
    mismatches: int
    """Values that differ in a bit, or that one of them does not have; outputs that only one of them calls
    absent."""
    examples: tuple[str, ...]
    """At most `EXAMPLES` of them."""


def compare(one: FeatureTable, other: FeatureTable) -> Agreement:
    """Compare two tables of the same outputs.

    Parameters
    ----------
    one, other : FeatureTable
        Rows in any order.
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


def _rows(table: FeatureTable) -> dict[tuple[str, int], int]:
    """Where each customer at each cutoff stands."""
    keys = zip(table.customer_ids, table.cutoffs.tolist(), strict=True)
    return {key: place for place, key in enumerate(keys)}


def _moment(key: tuple[str, int]) -> str:
    customer, cutoff = key
    return f"{customer} at {from_micros(cutoff):%Y-%m-%dT%H:%M:%SZ}"
