"""The forms a scored model is made of: trees as tables, here; `scoring.linear` and shape functions, `scoring.binned`.

Each gives a row of contributions, one per column, whose sum with `base` is the component's logit. Nothing
here depends on how many rows are scored together: comparisons and look-ups are exact, sums run in one fixed
order; so one row and many agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoring.binned import Binned
from scoring.errors import InvalidPackage
from scoring.linear import Linear
from scoring.tree_tables import MAX_TESTS, Tree, tabulate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BYTE = 8
_FEW = 128
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
    slot_tree, slot_feature, slot_offset : int arrays of shape (n_slots,)
        One slot per (tree, column it tests): where in `table` its contributions begin.
    table : float array
        All contributions, slot by slot, pattern by pattern.
    """

    weight: float
    base: float
    feature: Integers
    threshold: Floats
    missing_left: NDArray[np.bool_]
    slot_tree: Integers
    slot_feature: Integers
    slot_offset: Integers
    table: Floats

    @property
    def n_trees(self) -> int:
        """How many trees there are."""
        return len(self.feature) // _BYTE

    def fits(self, columns: int) -> bool:
        """Whether it reads no other than the first `columns` columns."""
        used = max(self.feature.max(initial=0), self.slot_feature.max(initial=0))
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
        first, table = self._by_pattern
        said = table.take(packed + first, axis=0)
        cells = self._cells(columns)[:rows]
        summed = np.bincount(cells.ravel(), weights=said.ravel(), minlength=rows * columns)
        return np.asarray(summed, dtype=np.float64).reshape(rows, columns)

    def _explain_many(self, values: Floats) -> Floats:
        """Go through the trees, and add what each says of every row to its columns: the same sums in the same order."""
        rows, columns = values.shape
        by_column = np.ascontiguousarray(values.T)
        patterns = self._patterns(by_column)
        summed = np.zeros((columns, rows))
        into = list(summed)
        widest = max((len(told) for _, told, _ in self._by_tree), default=0)
        looked_up = np.empty((widest, rows))
        parts = list(looked_up)
        for tree, told, table in self._by_tree:
            table.take(patterns[tree], axis=1, out=looked_up[: len(told)], mode="clip")
            for column, part in zip(told, parts, strict=False):
                np.add(into[column], part, out=into[column])
        return np.ascontiguousarray(summed.T)

    def _patterns(self, by_column: Floats) -> Integers:
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
        patterns = packed.view(np.uint8).reshape(self.n_trees, -1)[:, :rows]
        return np.asarray(patterns, dtype=np.int64)

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

    @cached_property
    def _by_pattern(self) -> tuple[Integers, Floats]:
        """`table`, with all that a tree says under one pattern side by side: there it is read at once.

        Returns
        -------
        first : int array of shape (n_trees,)
            Where the patterns of each tree begin.
        table : float array of shape (n_patterns, n_widest)
            Of every tree and pattern, what is said of the columns that the tree tells of; 0 behind them.
        """
        first = np.zeros(self.n_trees, dtype=np.int64)
        told = self._told()
        widths = [len(columns) for _, columns, _ in told]
        table = np.zeros((sum(each.shape[1] for *_, each in told) or 1, max(widths, default=0)))
        end = 0
        for tree, columns, each in told:
            first[tree] = end
            table[end : end + each.shape[1], : len(columns)] = each.T
            end += each.shape[1]
        return first, table

    def _cells(self, columns: int) -> Integers:
        """Give where the sums are that what `_by_pattern` holds is added to; 0 is added to any.

        Returns
        -------
        int array of shape (`_FEW_AT_ONCE`, n_trees, n_widest)
            Of the first row, the second, and so on, among the cells of a table of so many columns.
        """
        found = self._known_cells.get(columns)
        if found is None:
            cells = np.zeros((self.n_trees, self._by_pattern[1].shape[1]), dtype=np.int64)
            for tree, told, _ in self._told():
                cells[tree, : len(told)] = told
            rows = np.arange(_FEW_AT_ONCE)[:, None, None]
            found = self._known_cells[columns] = cells + rows * columns
        return found

    @cached_property
    def _known_cells(self) -> dict[int, Integers]:
        return {}

    @cached_property
    def _by_tree(self) -> list[tuple[int, list[int], Floats]]:
        """`_told`, kept."""
        return self._told()

    def _told(self) -> list[tuple[int, list[int], Floats]]:
        """Of each tree: its number, the columns it tells of, and what it says of each under every pattern."""
        ends = [*self.slot_offset.tolist(), len(self.table)][1:]
        found: dict[int, tuple[list[int], list[Floats]]] = {}
        for tree, column, first, end in zip(
            self.slot_tree.tolist(),
            self.slot_feature.tolist(),
            self.slot_offset.tolist(),
            ends,
            strict=True,
        ):
            told, tables = found.setdefault(tree, ([], []))
            told.append(column)
            tables.append(self.table[first:end])
        return [(tree, told, np.stack(tables)) for tree, (told, tables) in found.items()]


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
    slots: list[tuple[int, int, int]] = []
    tables: list[Floats] = []
    base, offset = float(start), 0
    for index, tree in enumerate(trees):
        first, nodes = index * MAX_TESTS, tree.tests
        feature[first : first + len(nodes)] = tree.feature[nodes]
        threshold[first : first + len(nodes)] = tree.threshold[nodes]
        missing_left[first : first + len(nodes)] = tree.missing_left[nodes]
        explained = tabulate(tree)
        base += explained.expected
        for column, contributions in zip(explained.features, explained.contributions, strict=True):
            slots.append((index, column, offset))
            tables.append(contributions)
            offset += len(contributions)
    places = np.array(slots, dtype=np.int64).reshape(-1, 3)
    return Trees(
        weight=weight,
        base=base,
        feature=feature,
        threshold=threshold,
        missing_left=missing_left,
        slot_tree=places[:, 0].copy(),
        slot_feature=places[:, 1].copy(),
        slot_offset=places[:, 2].copy(),
        table=np.concatenate(tables) if tables else np.zeros(0),
    )
