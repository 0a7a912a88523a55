"""How trees lie in a package's files: one slot for each tree and column that it tells of, one behind the other."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoring.sealing import Arrays
from scoring.tree_tables import MAX_TESTS, lay_out
from scoring.trees import Trees

TESTS = ("feature", "threshold", "missing_left")
SLOTS = ("slot_tree", "slot_feature", "slot_offset", "table")
"""Of each slot its tree, its column, and where in `table` begin the contributions of that column, by pattern."""


def as_slots(trees: Trees) -> dict[str, Any]:
    """Give the arrays that are written.

    Parameters
    ----------
    trees : Trees

    Returns
    -------
    dict of str to array
        `TESTS` and `SLOTS`.
    """
    is_told = trees.told >= 0
    lengths = np.diff(trees.first, append=len(trees.said))
    slot_lengths = np.repeat(lengths, is_told.sum(axis=1))
    ends = [*trees.first[1:].tolist(), len(trees.said)]
    parts = [
        trees.said[first:end, :width].T.ravel()
        for first, end, width in zip(
            trees.first.tolist(), ends, is_told.sum(axis=1).tolist(), strict=True
        )
    ]
    return {
        **{name: getattr(trees, name) for name in TESTS},
        "slot_tree": np.nonzero(is_told)[0],
        "slot_feature": trees.told[is_told],
        "slot_offset": np.cumsum(slot_lengths) - slot_lengths,
        "table": np.concatenate(parts),
    }


def from_slots(weight: float, base: float, arrays: Arrays) -> Trees:
    """Make trees of what `as_slots` gave, equal in every bit.

    Parameters
    ----------
    weight, base : float
        As `Trees` has them.
    arrays : mapping of str to array
        `TESTS` and `SLOTS`.

    Returns
    -------
    Trees
    """
    tests = {name: arrays[name] for name in TESTS}
    columns, table = arrays["slot_feature"].tolist(), arrays["table"]
    offsets = [*arrays["slot_offset"].tolist(), len(table)]
    n_trees = len(tests["feature"]) // MAX_TESTS
    ends = np.searchsorted(arrays["slot_tree"], np.arange(n_trees), side="right").tolist()
    tables, first = [], 0
    for end in ends:
        said = table[offsets[first] : offsets[end]]
        shape = (end - first, -1) if end > first else (0, 1)  # without tests it has one pattern
        tables.append((columns[first:end], said.reshape(shape)))
        first = end
    return Trees(weight=weight, base=base, **tests, **lay_out(tables))
