"""Boosted trees as tables of what each says under every pattern of its comparisons.

Nothing here depends on how many rows are scored together: comparisons and look-ups are exact, sums run in one fixed
order; so one row and many agree to the last bit, and so do logits with and without contributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoring.sums import add_up

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BYTE = 8
_FEW = 256
"""Rows up to which looking all trees up at once takes less than going through trees one by one."""
_FEW_AT_ONCE, _ROWS_AT_ONCE, _TREES_AT_ONCE = 8, 2048, 64
"""Rows, and trees, of which all that is looked at stays near the processor."""


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

    def logits(self, values: Floats) -> Floats:
        """Score rows.

        Parameters
        ----------
        values : float array of shape (n_rows, n_columns)
            NaN where missing.

        Returns
        -------
        float array of shape (n_rows,)
            Log-odds from `base` on, before `weight`.
        """
        logits = np.empty(len(values))
        for rows in _pages(len(values)):
            some = values[rows]
            if len(values) <= _FEW:
                logits[rows] = add_up(self._totals.take(self._places_of_few(some)))
                continue
            patterns = self._patterns(np.ascontiguousarray(some.T))
            logits[rows] = self._summed_totals(patterns)
        return logits

    def explain(self, values: Floats) -> tuple[Floats, Floats]:
        """Score rows, and tell what makes their logits.

        Parameters
        ----------
        values : float array of shape (n_rows, n_columns)
            NaN where missing.

        Returns
        -------
        logits : float array of shape (n_rows,)
            As `logits` gives them.
        contributions : float array of shape (n_rows, n_columns)
            Log-odds, before `weight`.
        """
        logits, contributions = np.empty(len(values)), np.empty(values.shape)
        explain = self._explain_few if len(values) <= _FEW else self._explain_many
        for rows in _pages(len(values)):
            logits[rows], contributions[rows] = explain(values[rows])
        return logits, contributions

    def _places_of_few(self, values: Floats) -> Integers:
        """Give where in `said` each row's pattern of each tree is, shape (n_rows, n_trees)."""
        rows, columns = values.shape
        seen = np.empty((rows, columns, 2))  # missing, a value passes no test, or else every one
        seen[:, :, 0] = values
        seen[:, :, 1] = np.where(values != values, -np.inf, values)
        left = seen.reshape(rows, 2 * columns).take(self._place_of_test, axis=1) <= self.threshold
        packed = np.packbits(left.ravel(), bitorder="little").reshape(rows, self.n_trees)
        places: Integers = packed + self.first
        return places

    def _explain_few(self, values: Floats) -> tuple[Floats, Floats]:
        """Look all trees of all rows up at once, and sum what they say by row and column."""
        (rows, columns), places = values.shape, self._places_of_few(values)
        said = self.said.take(places, axis=0)
        cells = self._cells(columns)[:rows]
        summed = np.bincount(cells.ravel(), weights=said.ravel(), minlength=rows * columns)
        contributions = np.asarray(summed, dtype=np.float64).reshape(rows, columns)
        return add_up(self._totals.take(places)), contributions

    def _explain_many(self, values: Floats) -> tuple[Floats, Floats]:
        """Go through the trees, and add what each says of every row to its columns: the same sums in the same order."""
        rows, columns = values.shape
        by_column = np.ascontiguousarray(values.T)
        summed = np.zeros((columns, rows))
        into = list(summed)
        looked_up = np.empty((rows, self.said.shape[1]))
        parts = list(looked_up.T)
        patterns = self._patterns(by_column)
        for pattern, told, said in zip(patterns, self._columns, self._said_by_tree, strict=True):
            said.take(pattern, axis=0, out=looked_up, mode="clip")
            for column, part in zip(told, parts, strict=False):
                np.add(into[column], part, out=into[column])
        return self._summed_totals(patterns), summed.T

    def _summed_totals(self, patterns: NDArray[np.uint8]) -> Floats:
        """Add up what the trees say of rows, in their order; `patterns` as `_patterns` gives them."""
        summed, looked_up = np.zeros(patterns.shape[1]), np.empty(patterns.shape[1])
        for pattern, totals in zip(patterns, self._totals_by_tree, strict=True):
            np.add(summed, totals.take(pattern, out=looked_up, mode="clip"), out=summed)
        return summed

    def _patterns(self, by_column: Floats) -> NDArray[np.uint8]:
        """Give the comparison pattern of each tree and row, shape (n_trees, n_rows).

        A value is ranked once among the thresholds of its column; ranks are compared eight times as fast as values.
        """
        rows = by_column.shape[1]
        whole = rows + -rows % _BYTE
        ranks = np.zeros((max(len(self._ranked), 1), 2, whole), dtype=self._limit.dtype)
        for place, (column, thresholds) in enumerate(self._ranked):
            values = by_column[column]
            ranks[place, 0, :rows] = thresholds.searchsorted(values)  # missing ones last
            np.multiply(ranks[place, 0, :rows], values == values, out=ranks[place, 1, :rows])
        ranks = ranks.reshape(-1, whole)
        patterns = np.empty((self.n_trees, whole), dtype=np.uint8)
        for first in range(0, self.n_trees, _TREES_AT_ONCE):
            trees = slice(first, first + _TREES_AT_ONCE)
            left = ranks.take(self._rank_of_test[:, trees], axis=0) < self._limit[:, trees, None]
            by_bit = left.reshape(_BYTE, -1).view(
                np.uint64
            )  # eight at once: none shifts into the next
            packed = patterns[trees].reshape(-1).view(np.uint64)
            packed[:] = by_bit[0]
            for bit in range(1, _BYTE):
                packed |= np.left_shift(by_bit[bit], bit, out=by_bit[bit])
        return patterns[:, :rows]

    @cached_property
    def _ranked(self) -> list[tuple[int, Floats]]:
        """The columns that are tested, and the thresholds of each, once and rising."""
        is_test = self.threshold == self.threshold
        return [
            (column, np.unique(self.threshold[is_test & (self.feature == column)]))
            for column in np.unique(self.feature[is_test]).tolist()
        ]

    @cached_property
    def _limit(self) -> NDArray[np.unsignedinteger]:
        """The rank from which values do not pass each test: the first of each tree, then the second, and so on.

        Returns
        -------
        array of shape (8, n_trees)
            0 where there is no test; the type holds every rank.
        """
        most = max((len(thresholds) for _, thresholds in self._ranked), default=0)
        found = np.zeros(len(self.feature), dtype=np.min_scalar_type(most))
        for column, thresholds in self._ranked:
            tests = np.flatnonzero((self.feature == column) & (self.threshold == self.threshold))
            found[tests] = np.searchsorted(thresholds, self.threshold[tests]) + 1
        return np.ascontiguousarray(found.reshape(-1, _BYTE).T)

    @cached_property
    def _rank_of_test(self) -> Integers:
        """Where the ranks of each test stand among two of each column, the second with 0 for what is missing.

        Returns
        -------
        int array of shape (8, n_trees)
        """
        places = np.zeros(int(self.feature.max(initial=0)) + 1, dtype=np.int64)
        for place, (column, _) in enumerate(self._ranked):
            places[column] = place
        found = 2 * places[self.feature] + self.missing_left
        return np.ascontiguousarray(found.reshape(-1, _BYTE).T)

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
    def _said_by_tree(self) -> list[Floats]:
        """What each tree says under its patterns, parts of `said`."""
        return np.split(self.said, self.first[1:])

    @cached_property
    def _totals(self) -> Floats:
        """What is said of all columns together, shape (n_patterns,)."""
        return add_up(self.said)

    @cached_property
    def _totals_by_tree(self) -> list[Floats]:
        return np.split(self._totals, self.first[1:])


def _pages(rows: int) -> list[slice]:
    """Give the rows that are looked at together, page by page."""
    at_once = _FEW_AT_ONCE if rows <= _FEW else _ROWS_AT_ONCE
    return [slice(start, start + at_once) for start in range(0, rows, at_once)]
