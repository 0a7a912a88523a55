"""What each operator is computed by: how rows are reduced to its partial aggregates, and what finishes them.

Two tables, and the only ones: an evaluator has no list of its own. DuckDB and Spark read a reduction's SQL, Python its
`read`; all of them are finished by the same formula. What `features.declaring.operators` names must be here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from features.declaring.clocks import HOUR

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Column(NamedTuple):
    """One customer's rows in which a column has a value: their instants, ascending, and the values."""

    times: list[int]
    values: list[Any]


@dataclass(frozen=True, kw_only=True)
class Reduction:
    """How one kind of partial aggregate is reduced."""

    sql: str
    """One aggregate function over the columns of `over`, in DuckDB's words; Spark's follow from them."""
    read: Callable[[Column, int, int], int | None]
    """The same in Python: of a column, the place of the first row in the window, and the cutoff in epoch
    microseconds. None where it has no value."""
    over: Literal["rows", "values", "gaps"] = "rows"
    """What a row of the SQL is: a row of the source (``value``, the column or the instant; ``occurred_at``,
    ``id``, ``cutoff``), one of the different values of its column, or the whole hours between a row and the
    one before it (``gap``)."""
    empty: Literal[0] | None = None
    """What it is of no rows."""
    is_small: bool = False
    """Whether it cannot reach 2^53, as counts and spans of time cannot."""


def _gaps(column: Column, start: int) -> list[int]:
    return [(after - before) // HOUR for before, after in pairwise(column.times[start:])]


REDUCTIONS: Mapping[str, Reduction] = {
    "count": Reduction(
        sql="COUNT(*)",
        read=lambda column, start, cutoff: len(column.times) - start,
        empty=0,
        is_small=True,
    ),
    "sum": Reduction(
        sql="SUM(value)",
        read=lambda column, start, cutoff: (
            sum(column.values[start:]) if start < len(column.values) else None
        ),
    ),
    "minimum": Reduction(
        sql="MIN(value)",
        read=lambda column, start, cutoff: min(column.values[start:], default=None),
    ),
    "maximum": Reduction(
        sql="MAX(value)",
        read=lambda column, start, cutoff: max(column.values[start:], default=None),
    ),
    "first": Reduction(
        sql="ARG_MIN(value, (occurred_at, id))",
        read=lambda column, start, cutoff: (
            column.values[start] if start < len(column.values) else None
        ),
    ),
    "last": Reduction(
        sql="ARG_MAX(value, (occurred_at, id))",
        read=lambda column, start, cutoff: (
            column.values[-1] if start < len(column.values) else None
        ),
    ),
    "since_last": Reduction(
        sql="(cutoff - MAX(occurred_at))",
        read=lambda column, start, cutoff: (
            cutoff - column.times[-1] if start < len(column.times) else None
        ),
        is_small=True,
    ),
    "since_first": Reduction(
        sql="(cutoff - MIN(occurred_at))",
        read=lambda column, start, cutoff: (
            cutoff - column.times[start] if start < len(column.times) else None
        ),
        is_small=True,
    ),
    "distinct": Reduction(
        sql="COUNT(*)",
        read=lambda column, start, cutoff: len(set(column.values[start:])),
        over="values",
        empty=0,
        is_small=True,
    ),
    "gap_count": Reduction(
        sql="COUNT(*)",
        read=lambda column, start, cutoff: max(len(column.times) - start - 1, 0),
        over="gaps",
        empty=0,
        is_small=True,
    ),
    "gap_sum": Reduction(
        sql="SUM(gap)",
        read=lambda column, start, cutoff: sum(_gaps(column, start)),
        over="gaps",
        empty=0,
    ),
    "gap_squares": Reduction(
        sql="SUM(gap * gap)",
        read=lambda column, start, cutoff: sum(gap * gap for gap in _gaps(column, start)),
        over="gaps",
        empty=0,
    ),
}
"""By kind of partial aggregate."""


class Operands(NamedTuple):
    """What a formula is given: partial aggregates or outputs, one array each, in the order of the declaration.

    Attributes
    ----------
    values : float64 array of shape (n_operands, n_outputs, n_rows)
    missing : bool array of the same shape
        True where there is no value; what `values` holds there does not matter.
    divisor : float64 array of shape (n_outputs, 1)
        Of each operator: what brings the value to its unit.
    limits : float64 array of shape (n_limits, n_outputs, 1)
        Of each output, from low to high; infinite where it has fewer.
    """

    values: Floats
    missing: Flags
    divisor: Floats
    limits: Floats


Formula = Callable[[Operands], tuple[Floats, Flags]]
"""Gives values, and where they are missing; by ``+ - * /``, ``sqrt`` and ``>=`` alone, element by element."""


def _scale(given: Operands) -> tuple[Floats, Flags]:
    return given.values[0] / given.divisor, given.missing[0]


def _quotient(given: Operands) -> tuple[Floats, Flags]:
    top, number = given.values
    return top / number / given.divisor, (number == 0) | given.missing[0]


def _deviation(given: Operands) -> tuple[Floats, Flags]:
    squares, total, number = given.values
    spread = squares / number - (total / number) * (total / number)
    return np.sqrt(np.maximum(spread, 0.0)) / given.divisor, number < 2


def _ratio(given: Operands) -> tuple[Floats, Flags]:
    left, right = given.values
    return left / right, (right == 0) | given.missing[0] | given.missing[1]


def _difference(given: Operands) -> tuple[Floats, Flags]:
    left, right = given.values
    return left - right, given.missing[0] | given.missing[1]


def _share(given: Operands) -> tuple[Floats, Flags]:
    part, rest = given.values
    whole = part + rest
    return part / whole, (whole == 0) | given.missing[0] | given.missing[1]


def _threshold(given: Operands) -> tuple[Floats, Flags]:
    reached = np.count_nonzero(given.values[0] >= given.limits, axis=0)
    return reached.astype(np.float64), given.missing[0]


FORMULAS: Mapping[str, Formula] = {
    "scale": _scale,
    "quotient": _quotient,
    "deviation": _deviation,
    "ratio": _ratio,
    "difference": _difference,
    "share": _share,
    "threshold": _threshold,
}
"""By the name an operator is finished by."""
