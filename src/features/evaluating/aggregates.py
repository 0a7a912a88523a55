"""One row per aggregate, in plain Python: the twin of the SQL in :mod:`features.evaluating.aggregate_sql`.

Rows are event rows in the order of ``commerce.records.stream.FEATURE_COLUMNS``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from features.declaring.clocks import DAY, HOUR
from features.declaring.origins import AGGREGATE_COLUMNS, Aggregates

Row = tuple[Any, ...]

ID, TYPE, AGGREGATE, OCCURRED, RECORDED, DUE, AMOUNT = 0, 1, 6, 7, 8, 9, 10
"""Places of an event row's columns that pairing and windows look at."""

INSTANT = "occurred_at"
"""The column a window looks at; an aggregate occurs when it is opened."""

EVENT_PLACE = {
    "seller_id": 3,
    "product_id": 4,
    "aggregate_id": 6,
    INSTANT: OCCURRED,
    "base_minor": AMOUNT,
    "quantity": 11,
    "value": 12,
    "method": 13,
    "category": 14,
    "reason": 15,
}
"""Places of the event columns that features may read."""

AGGREGATE_PLACE = {name: place for place, name in enumerate((INSTANT, "id", *AGGREGATE_COLUMNS))}
"""Places of an aggregate row's columns."""


def aggregate_rows(origin: Aggregates, events: Iterable[Row], as_of: int) -> list[Row]:
    """Reduce admitted events to one row per aggregate.

    Parameters
    ----------
    events : iterable of event rows
        Admitted events of one customer, of those types alone, ordered by (occurred_at, id).
    as_of : int, epoch microseconds
        The cutoff, against which open aggregates are measured.

    Returns
    -------
    list of rows
        ``(opened_at, first id, *AGGREGATE_COLUMNS)``, ordered by the first two; aggregates without
        an opening event are left out.
    """
    grouped: dict[str, list[Row]] = {}
    for event in events:
        if event[AGGREGATE] is not None:
            grouped.setdefault(event[AGGREGATE], []).append(event)
    rows = (_aggregate_row(origin, group, as_of) for group in grouped.values())
    return sorted(row for row in rows if row is not None)


def _aggregate_row(origin: Aggregates, events: list[Row], as_of: int) -> Row | None:
    """Reduce the events of one aggregate."""
    opening, closing, opened, closed = [], [], 0, 0
    for event in events:
        if event[TYPE] in origin.open:
            opening.append(event)
            opened += event[AMOUNT] or 0
        else:
            closing.append(event)
            closed += event[AMOUNT] or 0
    if not opening:
        return None
    first = opening[0]
    opened_at, identity, due_at = first[OCCURRED], first[ID], first[DUE]
    if len(opening) > 1:
        identity = min(event[ID] for event in opening)
        due_at = min((event[DUE] for event in opening if event[DUE] is not None), default=None)
    if origin.settled_by == "event":
        settled_at = closing[0][OCCURRED] if closing else None
    elif opened > closed:
        settled_at = None
    else:
        settled_at = _settlement(closing, opened, opened_at)
    late = due = until = None
    if due_at is not None:
        until = max(due_at - as_of, 0) if settled_at is None else None
        late = max((as_of if settled_at is None else settled_at) - due_at, 0)
        due = int(settled_at is not None or due_at < as_of)
    return (
        opened_at,
        identity,
        opened,
        closed,
        max(opened - closed, 0),
        int(settled_at is None),
        None if late is None else int(late > 0),
        due,
        None if late is None else late // DAY,
        None if until is None else until // DAY,
        None if late is None else late // HOUR,
        None if settled_at is None else max(settled_at - opened_at, 0) // HOUR,
    )


def _settlement(closing: list[Row], opened: int, opened_at: int) -> int:
    """Find the instant at which the closing amounts first reached the opening ones."""
    reached = 0
    for event in closing:
        reached += event[AMOUNT] or 0
        if reached >= opened:
            return int(event[OCCURRED])
    return opened_at
