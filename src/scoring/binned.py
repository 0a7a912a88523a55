"""Shape functions as tables: what a value contributes depends on the bin it falls into, alone or with another.

A scorecard is such a sum (weight of evidence per bin times its coefficient), and so is an explainable boosting
machine, which adds pairs of columns. A bin is found by counting the edges at or below a value; the first edge is
minus infinity, so a known value is in bin 1 or above, and a missing one, which no edge is below, in bin 0.
Comparisons and look-ups are exact and sums run in one fixed order: one row and many agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidPackage
from scoring.sums import Additive

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_ALONE = -1
_COMPARISONS_AT_ONCE = 1_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Term:
    """One shape function: of a column, or of two together.

    Parameters
    ----------
    columns : tuple of int
        One or two different ones.
    cuts : tuple of float arrays
        Per column its cut points, ascending and finite; a value on a cut point lies in the bin above it.
    contributions : float array of shape (len(cuts[0]) + 2,) or (len(cuts[0]) + 2, len(cuts[1]) + 2)
        Log-odds per bin; place 0 along each axis is that of a missing value, then bins from the lowest up. Two
        columns get half of it each, which is exact; where the term's mean over either column is 0, as a
        boosting machine makes it, that is their Shapley value.
    """

    columns: tuple[int, ...]
    cuts: tuple[Floats, ...]
    contributions: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Binned(Additive):
    """A sum of shape functions.

    Parameters
    ----------
    weight : float
        What the component counts for in the package's logit.
    base : float
        Logit from which contributions count.
    column : int array of shape (n_axes,)
        The column that each axis bins.
    edges : float array of shape (n_axes, n_edges)
        Minus infinity, then the cut points ascending, then infinity as often as it takes.
    first, second : int arrays of shape (n_terms,)
        The axes of each term; -1 where it has no second one.
    offset : int array of shape (n_terms,)
        Where in `table` the contributions of each term begin.
    table : float array
        All contributions, term by term, bin by bin; those of two columns halved.
    """

    weight: float
    base: float
    column: Integers
    edges: Floats
    first: Integers
    second: Integers
    offset: Integers
    table: Floats

    @property
    def terms(self) -> tuple[Term, ...]:
        """The shape functions, as `binned_component` was given them."""
        found = []
        for first, second, offset in zip(
            self.first.tolist(), self.second.tolist(), self.offset.tolist(), strict=True
        ):
            axes = [axis for axis in (first, second) if axis != _ALONE]
            shape = tuple(int(self._bins[axis]) for axis in axes)
            part = self.table[offset : offset + int(np.prod(shape))].reshape(shape)
            found.append(
                Term(
                    columns=tuple(int(self.column[axis]) for axis in axes),
                    cuts=tuple(self.edges[axis, 1 : self._bins[axis] - 1] for axis in axes),
                    contributions=part * len(axes),
                )
            )
        return tuple(found)

    def fits(self, columns: int) -> bool:
        """Whether it reads no other than the first `columns` columns."""
        return bool((self.column < columns).all())

    def contributions(self, values: Floats) -> Floats:
        """Tell what makes the logits of rows; parameters and result as `scoring.sums.Additive`."""
        at_once = max(1, _COMPARISONS_AT_ONCE // self.edges.size)
        if len(values) <= at_once:
            return self._contributions_of_page(values)
        starts = range(0, len(values), at_once)
        parts = [self._contributions_of_page(values[start : start + at_once]) for start in starts]
        return np.concatenate(parts)

    def _contributions_of_page(self, values: Floats) -> Floats:
        rows, columns = values.shape
        binned = np.count_nonzero(
            self.edges <= values.take(self.column, axis=1)[:, :, None], axis=2
        )
        places = binned.take(self.first, axis=1)
        pairs = self._pairs
        places[:, pairs] *= self._bins[self.second[pairs]]
        places[:, pairs] += binned.take(self.second[pairs], axis=1)
        looked_up = self.table.take(places + self.offset)
        cells = self._receiver + np.arange(rows)[:, None] * columns
        summed = np.bincount(
            cells.ravel(),
            weights=looked_up.take(self._slot_term, axis=1).ravel(),
            minlength=rows * columns,
        )
        return np.asarray(summed, dtype=np.float64).reshape(rows, columns)

    @cached_property
    def _bins(self) -> Integers:
        """How many bins each axis has, that of missing values included."""
        return np.asarray(np.count_nonzero(self.edges < np.inf, axis=1) + 1, dtype=np.int64)

    @cached_property
    def _pairs(self) -> Integers:
        return np.flatnonzero(self.second != _ALONE)

    @cached_property
    def _slot_term(self) -> Integers:
        """The term of each slot: every term once for its first column, those of two once more for the second."""
        return np.concatenate([np.arange(len(self.first)), self._pairs])

    @cached_property
    def _receiver(self) -> Integers:
        """The column that each slot contributes to."""
        receiving = np.concatenate([self.first, self.second[self._pairs]])
        return self.column.take(receiving)


def binned_component(terms: Sequence[Term], *, base: float, weight: float = 1.0) -> Binned:
    """Tabulate shape functions into a component.

    Parameters
    ----------
    terms : sequence of Term
        At least one.
    base : float
        The logit from which contributions count.
    weight : float, default 1
        What the component counts for in a blend.

    Raises
    ------
    InvalidPackage
        "terms must be at least one; got 0. ...", or "term of columns ... must have ...; got ...".
    """
    if not terms:
        raise InvalidPackage("terms must be at least one; got 0. Fit on a column that varies.")
    column: list[int] = []
    cuts: list[Floats] = []
    axes: list[tuple[int, int]] = []
    offsets: list[int] = []
    tables: list[Floats] = []
    offset = 0
    for term in terms:
        _check(term)
        first, size = len(column), len(term.columns)
        column += term.columns
        cuts += term.cuts
        axes.append((first, first + 1 if size == 2 else _ALONE))
        offsets.append(offset)
        tables.append(np.asarray(term.contributions, dtype=np.float64).ravel() / size)
        offset += term.contributions.size
    edges = np.full((len(cuts), 1 + max(len(part) for part in cuts)), np.inf)
    edges[:, 0] = -np.inf
    for axis, part in enumerate(cuts):
        edges[axis, 1 : 1 + len(part)] = part
    return Binned(
        weight=weight,
        base=float(base),
        column=np.array(column, dtype=np.int64),
        edges=edges,
        first=np.array([first for first, _ in axes], dtype=np.int64),
        second=np.array([second for _, second in axes], dtype=np.int64),
        offset=np.array(offsets, dtype=np.int64),
        table=np.concatenate(tables),
    )


def _check(term: Term) -> None:
    """Refuse what is not one table over the bins of one or two columns."""
    where = f"term of columns {list(term.columns)} must have"
    if len(set(term.columns)) not in (1, 2) or len(term.columns) != len(set(term.columns)):
        raise InvalidPackage(
            f"{where} one column or two different ones. Leave out interactions of three."
        )
    if len(term.cuts) != len(term.columns) or not all(
        np.isfinite(part).all() and (np.diff(part) > 0).all() for part in term.cuts
    ):
        raise InvalidPackage(
            f"{where} finite, ascending cut points for each;"
            f" got {[part.tolist() for part in term.cuts]}. Sort them and leave out repeated ones."
        )
    shape = tuple(len(part) + 2 for part in term.cuts)
    if term.contributions.shape != shape or not np.isfinite(term.contributions).all():
        raise InvalidPackage(
            f"{where} finite contributions of shape {shape}; got shape {term.contributions.shape}."
            " Give one for missing values, then one per bin."
        )
