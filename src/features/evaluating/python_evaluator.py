"""Features of one customer in plain Python: what the server computes, and the oracle of the tests.

One pass sorts the customer's rows into the sources that read them; windows are then slices of a
sorted list. Values come from :func:`features.evaluating.finish.finish`, as those of every other evaluator.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import Any

import numpy as np

from features.declaring.clocks import CLOCK_COLUMNS, DAY, HOUR, PERIOD_COLUMNS
from features.declaring.compilation import Catalogue
from features.declaring.sources import Aggregates, Condition, Events, Source, types_of
from features.errors import StateTooLarge
from features.evaluating.aggregates import (
    AGGREGATE_PLACE,
    EVENT_PLACE,
    ID,
    INSTANT,
    OCCURRED,
    RECORDED,
    TYPE,
    Row,
    aggregate_rows,
)
from features.evaluating.finish import Floats, finish


def evaluate_rows(rows: Sequence[Row], cutoff: int, catalogue: Catalogue) -> Floats:
    """Evaluate a catalogue for one customer.

    Parameters
    ----------
    rows : sequence of event rows
        The customer's, as ``commerce.records.stream.customer_rows`` gives them; rows not both recorded and
        occurred before the cutoff are left out here, whatever was fetched.
    cutoff : int, epoch microseconds
        The instant the features are as of.
    catalogue : Catalogue
        What to evaluate.

    Returns
    -------
    float64 array of shape (n_outputs,)
        In the order of ``catalogue.outputs``; NaN where a value is missing.

    Raises
    ------
    StateTooLarge
        "state ... must be smaller than 2^53 in size; got ..."
    """
    states = evaluate_states(rows, cutoff, catalogue)
    missing = np.array([[state is None for state in states]], dtype=np.bool_)
    try:
        counted = np.array([[state or 0 for state in states]], dtype=np.int64)
    except OverflowError:
        place = max(range(len(states)), key=lambda index: abs(states[index] or 0))
        raise StateTooLarge(catalogue.states[place].text, states[place] or 0) from None
    values: Floats = finish(catalogue, counted.reshape(missing.shape), missing)[0]
    return values


def evaluate_states(rows: Sequence[Row], cutoff: int, catalogue: Catalogue) -> list[int | None]:
    """Compute a customer's states, in the order of ``catalogue.states``; None where missing."""
    origins, dispatch, nothing = _plan(catalogue)
    found: list[list[Row]] = [[] for _ in origins]
    for row in sorted(rows, key=_when):
        if row[OCCURRED] < cutoff and row[RECORDED] < cutoff:
            for place, accepts in dispatch.get(row[TYPE], ()):
                if accepts is None or accepts(row):
                    found[place].append(row)
    states = nothing.copy()
    for (origin, readers), events in zip(origins, found, strict=True):
        if not events:
            continue
        if isinstance(origin, Aggregates):
            paired = aggregate_rows(origin, events, cutoff)
            for reader in readers:
                reader.read(paired, AGGREGATE_PLACE, cutoff, states)
        else:
            for reader in readers:
                reader.read(events, EVENT_PLACE, cutoff, states)
    return states


Test = Callable[[Row], bool]
Reading = Callable[["_Column", int, int], int | None]
_when = itemgetter(OCCURRED, ID)


@dataclass(frozen=True)
class _Column:
    """The rows in which a column has a value: their instants, and the values."""

    times: list[int]
    values: list[Any]


@dataclass(frozen=True)
class _Reader:
    """The states that are read off the same rows, by the column they look at."""

    accepts: Test | None
    columns: list[tuple[str | None, list[tuple[int, int | None, Reading]]]]

    def read(
        self,
        rows: list[Row],
        places: Mapping[str, int],
        cutoff: int,
        states: list[int | None],
    ) -> None:
        """Fill in these states."""
        if self.accepts is not None:
            rows = list(filter(self.accepts, rows))
        times = [row[places[INSTANT]] for row in rows]
        for name, wanted in self.columns:
            column = _column(name, rows, times, places, cutoff)
            for place, window, reading in wanted:
                start = 0 if window is None else bisect_left(column.times, cutoff - window)
                states[place] = reading(column, start, cutoff)


def _column(
    name: str | None, rows: list[Row], times: list[int], places: Mapping[str, int], cutoff: int
) -> _Column:
    """Cut one column out of the rows, without those that have no value there."""
    if name is None:
        return _Column(times, times)
    if name in PERIOD_COLUMNS:
        period = PERIOD_COLUMNS[name]
        return _Column(times, [(cutoff - 1 - time) // period for time in times])
    if name in CLOCK_COLUMNS:
        return _Column(times, [CLOCK_COLUMNS[name].read(time) for time in times])
    place = places[name]
    values = [row[place] for row in rows]
    if None in values:
        times = [time for time, value in zip(times, values, strict=True) if value is not None]
        values = [value for value in values if value is not None]
    return _Column(times, values)


Origins = tuple[tuple[Events | Aggregates, tuple[_Reader, ...]], ...]
Dispatch = dict[str, list[tuple[int, Test | None]]]
Plan = tuple[Origins, Dispatch, list[int | None]]


@lru_cache(maxsize=64)
def _plan(catalogue: Catalogue) -> Plan:
    """Group states by source and column, sources by the types they read; and the states of nothing."""
    grouped: dict[Source, dict[str | None, list[tuple[int, int | None, Reading]]]] = {}
    for place, state in enumerate(catalogue.states):
        columns = grouped.setdefault(state.source.rows, {})
        window = None if state.window is None else state.window * DAY
        reading = READINGS[state.kind]
        columns.setdefault(state.source.column, []).append((place, window, reading))
    readers: dict[Events | Aggregates, list[_Reader]] = {}
    for rows, columns in grouped.items():
        accepts = _test(rows.where, AGGREGATE_PLACE)
        readers.setdefault(rows.origin, []).append(_Reader(accepts, list(columns.items())))
    dispatch: Dispatch = {}
    for place, origin in enumerate(readers):
        accepts = _test(origin.where, EVENT_PLACE) if isinstance(origin, Events) else None
        for word in types_of(origin):
            dispatch.setdefault(word, []).append((place, accepts))
    origins = tuple((origin, tuple(those)) for origin, those in readers.items())
    nothing = [READINGS[state.kind](_Column([], []), 0, 0) for state in catalogue.states]
    return origins, dispatch, nothing


def _test(conditions: Iterable[Condition], places: dict[str, int]) -> Test | None:
    """Compile conditions into one test of a row; None where there are none."""
    tests = [_condition(test, places) for test in conditions]
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    return lambda row: all(test(row) for test in tests)


def _condition(condition: Condition, places: dict[str, int]) -> Test:
    """Compile one condition."""
    values = frozenset(condition.values)
    clock = CLOCK_COLUMNS.get(condition.column)
    if clock is not None:
        return lambda row: clock.read(row[OCCURRED]) in values
    place = places[condition.column]
    return lambda row: row[place] in values


def _gaps(column: _Column, start: int) -> list[int]:
    times = column.times[start:]
    return [(after - before) // HOUR for before, after in pairwise(times)]


READINGS: dict[str, Reading] = {
    "count": lambda column, start, cutoff: len(column.times) - start,
    "sum": lambda column, start, cutoff: (
        sum(column.values[start:]) if start < len(column.values) else None
    ),
    "minimum": lambda column, start, cutoff: min(column.values[start:], default=None),
    "maximum": lambda column, start, cutoff: max(column.values[start:], default=None),
    "first": lambda column, start, cutoff: (
        column.values[start] if start < len(column.values) else None
    ),
    "last": lambda column, start, cutoff: column.values[-1] if start < len(column.values) else None,
    "distinct": lambda column, start, cutoff: len(set(column.values[start:])),
    "since_last": lambda column, start, cutoff: (
        cutoff - column.times[-1] if start < len(column.times) else None
    ),
    "since_first": lambda column, start, cutoff: (
        cutoff - column.times[start] if start < len(column.times) else None
    ),
    "gap_sum": lambda column, start, cutoff: sum(_gaps(column, start)),
    "gap_squares": lambda column, start, cutoff: sum(gap * gap for gap in _gaps(column, start)),
    "gap_count": lambda column, start, cutoff: max(len(column.times) - start - 1, 0),
}
"""How each kind of state is read off a column of rows ordered by their instants."""
