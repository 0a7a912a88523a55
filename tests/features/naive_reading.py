"""The naive reading of a declaration: slow, short, and written apart from every evaluator.

Each output is worked out on its own, from all the rows, by the plainest formula; nothing is shared with the code that
is tested but the declarations themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any

from tests.features.streams import Row

from commerce.records.stream import FEATURE_COLUMNS
from features.declaring.compilation import Catalogue, PartialAggregate
from features.declaring.origins import Aggregates, Condition
from features.declaring.sources import Source

Record = Mapping[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def values(rows: Sequence[Row], cutoff: int, catalogue: Catalogue) -> dict[str, float]:
    """Every output for the customer whose rows are given; NaN where a value is missing."""
    known = [dict(zip(FEATURE_COLUMNS, row, strict=True)) for row in rows]
    known = [one for one in known if one["recorded_at"] < cutoff and one["occurred_at"] < cutoff]
    annulled = [one["value"] for one in known if one["type"] == "event.annulled"]
    known = [one for one in known if one["id"] not in annulled]
    known.sort(key=lambda one: (one["occurred_at"], one["id"]))
    found: dict[str, float] = {}
    for output in catalogue.evaluated:
        if output.partials:
            value = REDUCTIONS[output.kind](reduced(known, output.partials[0], cutoff), cutoff)
        else:
            inputs = [found[name] for name in output.inputs]
            value = None if any(map(math.isnan, inputs)) else DERIVED[output.kind](inputs, output)
        if value is None:
            value = math.nan if output.null is None else output.null
        found[output.name] = float(value)
    return {name: found[name] for name in catalogue.names}


def reduced(
    known: Sequence[Record], partial: PartialAggregate, cutoff: int
) -> list[tuple[int, Any]]:
    """The instants and values a feature is made of, in order."""
    rows = picked(known, partial.source, cutoff)
    if partial.window is not None:
        start = cutoff - partial.window * 86_400_000_000
        rows = [row for row in rows if row["occurred_at"] >= start]
    name = partial.source.column
    pairs = [(row["occurred_at"], cell(row, name, cutoff) if name else True) for row in rows]
    return [(when, value) for when, value in pairs if value is not None]


def picked(known: Sequence[Record], source: Source, cutoff: int) -> list[Record]:
    """The rows of a source."""
    origin = source.origin
    if isinstance(origin, Aggregates):
        keys = {row["aggregate_id"] for row in known} - {None}
        made = [aggregate(known, origin, key, cutoff) for key in keys]
        rows = sorted((row for row in made if row), key=lambda row: (row["occurred_at"], row["id"]))
        return [row for row in rows if all(holds(row, one, cutoff) for one in source.where)]
    typed = [row for row in known if row["type"] in origin.types]
    return [row for row in typed if all(holds(row, one, cutoff) for one in origin.where)]


def holds(row: Record, condition: Condition, cutoff: int) -> bool:
    return cell(row, condition.column, cutoff) in condition.values


def cell(row: Record, name: str, cutoff: int) -> Any:
    """A column of a row; what a calendar shows is read off a calendar."""
    when = EPOCH + timedelta(microseconds=row["occurred_at"])
    if name == "hour_of_day":
        return when.hour
    if name == "day_of_week":
        return when.weekday()
    if name.startswith("age_"):
        days = {"age_day": 1, "age_week": 7, "age_month": 30}[name]
        return (cutoff - 1 - row["occurred_at"]) // (days * 86_400_000_000)
    return row[name]


def aggregate(known: Sequence[Record], origin: Aggregates, key: str, cutoff: int) -> Record | None:
    """An invoice, a delivery or a dispute as it stood at the cutoff."""
    own = [row for row in known if row["aggregate_id"] == key]
    opening = [row for row in own if row["type"] in origin.open]
    closing = [row for row in own if row["type"] in origin.close]
    if not opening:
        return None
    owed = sum(row["base_minor"] or 0 for row in opening)
    paid = sum(row["base_minor"] or 0 for row in closing)
    begun = min(row["occurred_at"] for row in opening)
    dues = [row["due_at"] for row in opening if row["due_at"] is not None]
    settled = None
    if origin.settled_by == "event":
        settled = min((row["occurred_at"] for row in closing), default=None)
    elif paid >= owed:
        so_far = [
            row["occurred_at"]
            for place, row in enumerate(closing)
            if sum(each["base_minor"] or 0 for each in closing[: place + 1]) >= owed
        ]
        settled = min(so_far, default=begun)
    late = None
    if dues:
        late = max((cutoff if settled is None else settled) - min(dues), 0)
    return {
        "occurred_at": begun,
        "id": min(row["id"] for row in opening),
        "opened": owed,
        "closed": paid,
        "balance": max(owed - paid, 0),
        "is_open": int(settled is None),
        "is_late": None if late is None else int(late > 0),
        "is_due": int(settled is not None or min(dues) < cutoff) if dues else None,
        "days_past_due": None if late is None else late // 86_400_000_000,
        "days_until_due": None
        if settled is not None or not dues
        else max(min(dues) - cutoff, 0) // 86_400_000_000,
        "hours_late": None if late is None else late // 3_600_000_000,
        "hours_taken": None if settled is None else max(settled - begun, 0) // 3_600_000_000,
    }


def gaps(rows: Sequence[tuple[int, Any]]) -> list[float]:
    """Days between one row and the next, counted in whole hours."""
    return [((after - before) // 3_600_000_000) / 24 for (before, _), (after, _) in pairwise(rows)]


Pairs = Sequence[tuple[int, Any]]
REDUCTIONS: Mapping[str, Callable[[Pairs, int], float | None]] = {
    "count": lambda rows, cutoff: len(rows),
    "total": lambda rows, cutoff: sum(value for _, value in rows) if rows else None,
    "mean": lambda rows, cutoff: fmean(value for _, value in rows) if rows else None,
    "minimum": lambda rows, cutoff: min((value for _, value in rows), default=None),
    "maximum": lambda rows, cutoff: max((value for _, value in rows), default=None),
    "first": lambda rows, cutoff: rows[0][1] if rows else None,
    "last": lambda rows, cutoff: rows[-1][1] if rows else None,
    "distinct": lambda rows, cutoff: len({value for _, value in rows}),
    "recency": lambda rows, cutoff: (cutoff - rows[-1][0]) / 86_400_000_000 if rows else None,
    "age": lambda rows, cutoff: (cutoff - rows[0][0]) / 86_400_000_000 if rows else None,
    "gap_mean": lambda rows, cutoff: fmean(gaps(rows)) if len(rows) > 1 else None,
    "gap_deviation": lambda rows, cutoff: pstdev(gaps(rows)) if len(rows) > 2 else None,
}
DERIVED: Mapping[str, Callable[[list[float], Any], float | None]] = {
    "ratio": lambda inputs, output: inputs[0] / inputs[1] if inputs[1] else None,
    "difference": lambda inputs, output: inputs[0] - inputs[1],
    "share": lambda inputs, output: inputs[0] / sum(inputs) if sum(inputs) else None,
    "threshold": lambda inputs, output: sum(inputs[0] >= limit for limit in output.limits),
}
