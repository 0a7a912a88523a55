"""The forms a scored model is made of: trees as tables, here; `scoring.linear` and shape functions, `scoring.binned`.

Each gives a row of contributions, one per column, whose sum with `base` is the component's logit. Nothing
here depends on how many rows are scored together: comparisons and look-ups are exact, sums run in one fixed
order; so one row and many agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.binned import Binned
from scoring.errors import InvalidPackage
from scoring.linear import Linear
from scoring.tree_tables import MAX_TESTS, Tree, tabulate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BYTE = 8
_FEW = 384
"""Rows up to which looking all trees up at once takes less than going through trees one by one."""
_MOST_SMALL = 127
"""Ranks that fit one byte."""
_FEW_AT_ONCE, _ROWS_AT_ONCE = 8, 2048
"""Rows of which all that is looked at stays near the processor."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trees:
    """Boosted trees, each with the contributions of all its comparison patterns.

    Parameters
    ----------
    weight : float
        What the component counts for in the package's logit.
    base : float
        Logit of a row of which nothing is known: the start value plus every tree's mean.
    feature, threshold, missing_left : arrays of shape (8 * n_trees,)
        The tests, eight per tree; unused places have a threshold of NaN, which no value passes.
    told : int array of shape (n_trees, n_widest)
        The columns that each tree tells of; -1 behind them.
    first : int array of shape (n_trees,)
        Where in `said` the patterns of each tree begin; a tree without tests has one.
    said : float array of shape (n_patterns, n_widest)
        Of every tree and pattern, the contribution of each column told of; 0 behind them.
    """

    weight: float
    base: float
    feature: Integers
    threshold: Floats
    missing_left: NDArray[np.bool_]
    told: Integers
    first: Integers
    said: Floats

    @property
    def n_trees(self) -> int:
        """How many trees there are."""
        return len(self.feature) // _BYTE

    def fits(self, columns: int) -> bool:
        """Whether it reads no other than the first `columns` columns."""
        used = max(self.feature.max(initial=0), self.told.max(initial=0))
        return bool(used < columns)

    def contributions(self, values: Floats) -> Floats:
        """Explain rows.

        Parameters
        ----------
        values : float array of shape (n_rows, n_columns)
            NaN where missing.

        Returns
        -------
        float array of shape (n_rows, n_columns)
            Log-odds, before `weight`.
        """
        explain, at_once = self._explain_many, _ROWS_AT_ONCE
        if len(values) <= _FEW:
            explain, at_once = self._explain_few, _FEW_AT_ONCE
        if len(values) <= at_once:
            return explain(values)
        starts = range(0, len(values), at_once)
        return np.concatenate([explain(values[start : start + at_once]) for start in starts])

    def _explain_few(self, values: Floats) -> Floats:
        """Look all trees of all rows up at once, and sum what they say by row and column."""
        rows, columns = values.shape
        seen = np.empty((rows, columns, 2))  # missing, a value passes no test, or else every one
        seen[:, :, 0] = values
        seen[:, :, 1] = np.where(values != values, -np.inf, values)
        left = seen.reshape(rows, 2 * columns).take(self._place_of_test, axis=1) <= self.threshold
        packed = np.packbits(left.ravel(), bitorder="little").reshape(rows, self.n_trees)
        said = self.said.take(packed + self.first, axis=0)
        cells = self._cells(columns)[:rows]
        summed = np.bincount(cells.ravel(), weights=said.ravel(), minlength=rows * columns)
        return np.asarray(summed, dtype=np.float64).reshape(rows, columns)

    def _explain_many(self, values: Floats) -> Floats:
        """Go through the trees, and add what each says of every row to its columns: the same sums in the same order."""
        rows, columns = values.shape
        by_column = np.ascontiguousarray(values.T)
        summed = np.zeros((columns, rows))
        into = list(summed)
        looked_up = np.empty((rows, self.said.shape[1]))
        parts = list(looked_up.T)
        for pattern, told, said in zip(
            self._patterns(by_column), self._columns, self._patterns_said, strict=True
        ):
            said.take(pattern, axis=0, out=looked_up, mode="clip")
            for column, part in zip(told, parts, strict=False):
                np.add(into[column], part, out=into[column])
        return np.ascontiguousarray(summed.T)

    def _patterns(self, by_column: Floats) -> NDArray[np.uint8]:
        """Give the comparison pattern of each tree and row, shape (n_trees, n_rows).

        A value is ranked once among the thresholds of its column; ranks are compared eight times as fast as values.
        """
        rows = by_column.shape[1]
        left = np.zeros((len(self.feature), rows + -rows % _BYTE), dtype=np.bool_)
        for column, first, end, thresholds, most, stays in self._by_column:
            values = by_column[column]
            ranks = np.searchsorted(thresholds, values).astype(most.dtype)
            np.less_equal(ranks, most, out=left[first:end, :rows])
            missing = values != values
            if missing.any():
                left[stays, :rows] |= missing
        bits = left.view(np.uint8).take(self._place_of_bit, axis=0)
        by_bit = bits.reshape(_BYTE, -1).view(np.uint64)  # eight at once: none shifts into the next
        packed = by_bit[0].copy()
        for bit in range(1, _BYTE):
            packed |= np.left_shift(by_bit[bit], bit, out=by_bit[bit])
        patterns: NDArray[np.uint8] = packed.view(np.uint8).reshape(self.n_trees, -1)[:, :rows]
        return patterns

    @cached_property
    def _order(self) -> Integers:
        """The tests, those of one column together."""
        return np.argsort(self.feature, kind="stable")

    @cached_property
    def _by_column(self) -> list[tuple[int, int, int, Floats, NDArray[np.signedinteger], Integers]]:
        """What is tested of each column.

        Returns
        -------
        list of tuple
            The number of the column; where its tests begin and end; their thresholds, each once and rising; the largest
            rank that passes each test, shape (n_tests, 1), -1 where none does; the tests a missing value passes.
        """
        columns, firsts = np.unique(self.feature[self._order], return_index=True)
        found = []
        for column, first, end in zip(
            columns.tolist(),
            firsts.tolist(),
            [*firsts[1:].tolist(), len(self.feature)],
            strict=True,
        ):
            tests = self._order[first:end]
            stays = first + np.flatnonzero(self.missing_left[tests])
            threshold = self.threshold[tests]
            is_test = threshold == threshold
            thresholds = np.unique(threshold[is_test])
            most = np.where(is_test, np.searchsorted(thresholds, threshold), -1)
            kind = np.dtype(np.int8 if len(thresholds) <= _MOST_SMALL else np.int64)
            found.append((column, first, end, thresholds, most.astype(kind)[:, None], stays))
        return found

    @cached_property
    def _place_of_bit(self) -> Integers:
        """Where among the ordered tests each is: the first of every tree, then the second of every tree, and so on."""
        places = np.empty_like(self._order)
        places[self._order] = np.arange(len(places))
        return places.reshape(self.n_trees, _BYTE).T.ravel()

    @cached_property
    def _place_of_test(self) -> Integers:
        """Where the value of each test stands among two of each column, the second for what missing ones pass."""
        return 2 * self.feature + self.missing_left

    def _cells(self, columns: int) -> Integers:
        """Give where the sums are that what is `said` is added to; 0 is added to any.

        Returns
        -------
        int array of shape (`_FEW_AT_ONCE`, n_trees, n_widest)
            Of the first row, the second, and so on, among the cells of a table of so many columns.
        """
        found = self._known_cells.get(columns)
        if found is None:
            rows = np.arange(_FEW_AT_ONCE)[:, None, None]
            found = self._known_cells[columns] = np.maximum(self.told, 0) + rows * columns
        return found

    @cached_property
    def _known_cells(self) -> dict[int, Integers]:
        return {}

    @cached_property
    def _columns(self) -> list[list[int]]:
        """The columns that each tree tells of."""
        return [[column for column in told if column >= 0] for told in self.told.tolist()]

    @cached_property
    def _patterns_said(self) -> list[Floats]:
        """What each tree says under its patterns, parts of `said`."""
        return np.split(self.said, self.first[1:])


Component = Trees | Linear | Binned


def trees_component(trees: Sequence[Tree], *, start: float, weight: float = 1.0) -> Trees:
    """Tabulate boosted trees into a component.

    Parameters
    ----------
    trees : sequence of Tree
        At least one, each of at most eight tests.
    start : float
        The logit boosting started from.
    weight : float, default 1
        What the component counts for in a blend.

    Raises
    ------
    InvalidPackage
        "trees must be at least one; got 0. ..."
    """
    if not trees:
        raise InvalidPackage("trees must be at least one; got 0. Fit for more iterations.")
    n_tests = MAX_TESTS * len(trees)
    feature = np.zeros(n_tests, dtype=np.int64)
    threshold = np.full(n_tests, np.nan)
    missing_left = np.zeros(n_tests, dtype=np.bool_)
    base, explained = float(start), [tabulate(tree) for tree in trees]
    for index, (tree, table) in enumerate(zip(trees, explained, strict=True)):
        first, nodes = index * MAX_TESTS, tree.tests
        feature[first : first + len(nodes)] = tree.feature[nodes]
        threshold[first : first + len(nodes)] = tree.threshold[nodes]
        missing_left[first : first + len(nodes)] = tree.missing_left[nodes]
        base += table.expected
    return Trees(
        weight=weight,
        base=base,
        feature=feature,
        threshold=threshold,
        missing_left=missing_left,
        **lay_out([(table.features, table.contributions) for table in explained]),
    )


def lay_out(tables: Sequence[tuple[Sequence[int], Floats]]) -> dict[str, Any]:
    """Put the tables of all trees into one, where what a tree says under one pattern is read at once.

    Parameters
    ----------
    tables : sequence of (sequence of int, float array of shape (n_told, n_patterns))
        Of each tree the columns that it tells of, and what it says of each under every pattern.

    Returns
    -------
    dict of str to array
        `told`, `first` and `said`, as `Trees` has them.
    """
    lengths = np.array([said.shape[1] for _, said in tables], dtype=np.int64)
    first = np.cumsum(lengths) - lengths
    widest = max(len(columns) for columns, _ in tables)
    told = np.full((len(tables), widest), -1, dtype=np.int64)
    table = np.zeros((int(lengths.sum()), widest))
    for tree, (columns, said) in enumerate(tables):
        told[tree, : len(columns)] = columns
        table[first[tree] : first[tree] + said.shape[1], : len(columns)] = said.T
    return {"told": told, "first": first, "said": table}
