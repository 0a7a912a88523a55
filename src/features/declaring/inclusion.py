"""Which rows an output looks at, and whether all of them are among those of another, or none."""

from __future__ import annotations

import math
from collections.abc import Sequence

from commerce.records.stream import EVENT_TYPES
from features.declaring.clocks import CLOCK_COLUMNS, PERIOD_COLUMNS
from features.declaring.compilation import Output
from features.declaring.origins import Condition, Events
from features.declaring.sources import Source

_MISSING_AT_TIMES = ("days_past_due", "days_until_due", "hours_late", "hours_taken")
"""Columns of an aggregate that a row may lack."""


def source_of(output: Output) -> Source:
    """Give the rows that an output looks at, in all its windows."""
    return output.partials[0].source


def window_of(output: Output) -> float:
    """Give the days that an output looks back; infinite where it looks at all."""
    window = output.partials[0].window
    return math.inf if window is None else window


def column_of(output: Output) -> str | None:
    """The column that a row must have a value in; None where every row has one."""
    column = source_of(output).column
    if column is None or column in PERIOD_COLUMNS or column in CLOCK_COLUMNS:
        return None
    if not isinstance(source_of(output).origin, Events):
        return column if column in _MISSING_AT_TIMES else None
    carried = {"base_minor": "amount_minor", "quantity": "quantity"}.get(column)
    types = [EVENT_TYPES.get(name) for name in source_of(output).types]
    always = carried and all(each is not None and carried in each.carries for each in types)
    return None if always else column


def is_about(one: Output, other: Output) -> bool:
    """Whether the rows of one are among those of the other, but for their windows."""
    first, second = source_of(one), source_of(other)
    if isinstance(first.origin, Events) and isinstance(second.origin, Events):
        inside = set(first.origin.types) <= set(second.origin.types)
        narrower = _narrower(first.origin.where, second.origin.where)
    else:
        inside, narrower = first.origin == second.origin, _narrower(first.where, second.where)
    return inside and narrower and column_of(other) in (None, column_of(one))


def _narrower(one: Sequence[Condition], other: Sequence[Condition]) -> bool:
    """Whether rows that meet the one meet the other."""
    return all(
        any(
            mine.column == condition.column and set(mine.values) <= set(condition.values)
            for mine in one
        )
        for condition in other
    )


def is_positive(output: Output) -> bool:
    """Whether no row takes away from a sum."""
    return isinstance(source_of(output).origin, Events) or output.minimum == 0


def are_apart(one: Source, other: Source) -> bool:
    """Whether no row can be of both."""
    first = one.origin.where if isinstance(one.origin, Events) else one.where
    second = other.origin.where if isinstance(other.origin, Events) else other.where
    return any(
        mine.column == yours.column and set(mine.values).isdisjoint(yours.values)
        for mine in first
        for yours in second
    )
