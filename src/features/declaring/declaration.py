"""The words a feature is declared in: everything needed to add an entry to a catalogue.

Examples
--------
>>> paid = source("order.paid", column="base_minor")
>>> shop = catalogue(
...     count(paid, name="paid_orders", windows=DAYS(30, 90), description="Orders paid for."),
...     total(paid, name="spend", windows=DAYS(90), null=0, unit="minor", description="Amount paid."),
...     ratio("order_value_90d", "spend_90d", "paid_orders_90d", description="Spend per order."),
... )
>>> shop.names
('paid_orders_30d', 'paid_orders_90d', 'spend_90d', 'order_value_90d')
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict, Unpack

from features.declaring.compilation import Catalogue, Output, catalogue
from features.declaring.operators import Feature, Meaning
from features.declaring.sources import Source, per_aggregate, source

__all__ = [
    "DAYS",
    "EVER",
    "Catalogue",
    "Feature",
    "Output",
    "Source",
    "age",
    "catalogue",
    "count",
    "difference",
    "distinct",
    "family",
    "first",
    "gap_deviation",
    "gap_mean",
    "last",
    "maximum",
    "mean",
    "minimum",
    "per_aggregate",
    "ratio",
    "recency",
    "share",
    "source",
    "threshold",
    "total",
]

Windows = Sequence[int | None]

EVER: tuple[None] = (None,)
"""The window that reaches back to the first event; it adds nothing to an output's name."""


class Words(TypedDict, total=False):
    """What may be said of any feature, by keyword; see :class:`features.declaring.operators.Meaning`."""

    owner: str
    family: str
    unit: str
    version: int
    null: float | None
    minimum: float | None
    maximum: float | None
    hidden: bool


def DAYS(*days: int) -> tuple[int, ...]:  # noqa: N802 - reads as a unit in a declaration
    """Windows of whole days before the cutoff.

    Examples
    --------
    >>> DAYS(30, 365)
    (30, 365)
    """
    return days


def family(name: str, *features: Feature, owner: str) -> tuple[Feature, ...]:
    """Give entries their family and owner, where they have none of their own.

    Examples
    --------
    >>> entries = family(
    ...     "orders",
    ...     count(source("order.placed"), name="orders", description="Orders placed."),
    ...     owner="growth",
    ... )
    >>> entries[0].meaning.family, entries[0].meaning.owner
    ('orders', 'growth')
    """
    return tuple(
        replace(
            feature,
            meaning=replace(
                feature.meaning,
                family=feature.meaning.family or name,
                owner=feature.meaning.owner or owner,
            ),
        )
        for feature in features
    )


def count(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """How many rows; 0 in an empty window. With a column: how many rows have a value there."""
    return _reduced(
        "count",
        rows,
        name,
        description,
        windows,
        {"unit": "count", "null": 0, "minimum": 0, **words},
    )


def total(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Sum of the source's column; empty where no row has a value."""
    return _reduced("total", rows, name, description, windows, words)


def mean(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Mean of the source's column over the rows that have a value."""
    return _reduced("mean", rows, name, description, windows, words)


def minimum(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Smallest value of the source's column."""
    return _reduced("minimum", rows, name, description, windows, words)


def maximum(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Largest value of the source's column."""
    return _reduced("maximum", rows, name, description, windows, words)


def first(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Earliest value of the source's column; of events at the same instant, the one with the lower id."""
    return _reduced("first", rows, name, description, windows, words)


def last(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Latest value of the source's column; of events at the same instant, the one with the higher id."""
    return _reduced("last", rows, name, description, windows, words)


def distinct(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """How many different values the source's column has; 0 in an empty window."""
    return _reduced(
        "distinct",
        rows,
        name,
        description,
        windows,
        {"unit": "count", "null": 0, "minimum": 0, **words},
    )


def recency(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Days from the latest row to the cutoff, fractions kept."""
    return _elapsed("recency", rows, name, description, windows, words)


def age(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Days from the earliest row to the cutoff, fractions kept."""
    return _elapsed("age", rows, name, description, windows, words)


def gap_mean(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Mean days between one row and the next, gaps counted in whole hours; empty below two rows."""
    return _elapsed("gap_mean", rows, name, description, windows, words)


def gap_deviation(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Standard deviation in days of the gaps between rows; empty below three rows."""
    return _elapsed("gap_deviation", rows, name, description, windows, words)


def ratio(
    name: str, numerator: str, denominator: str, *, description: str, **words: Unpack[Words]
) -> Feature:
    """One output over another; empty where either is missing or the denominator is 0."""
    return _derived("ratio", name, (numerator, denominator), description, words)


def difference(
    name: str, whole: str, less: str, *, description: str, **words: Unpack[Words]
) -> Feature:
    """One output less another; empty where either is missing."""
    return _derived("difference", name, (whole, less), description, words)


def share(name: str, part: str, rest: str, *, description: str, **words: Unpack[Words]) -> Feature:
    """A part of itself and the rest, 0..1; empty where either is missing or both are 0."""
    limits: Words = {"unit": "share", "minimum": 0, "maximum": 1, **words}
    return _derived("share", name, (part, rest), description, limits)


def threshold(
    name: str, of: str, at: Sequence[float], *, description: str, **words: Unpack[Words]
) -> Feature:
    """How many of some limits, from low to high, an output reaches; empty where it is missing.

    With one limit it says yes (1) or no (0).

    Examples
    --------
    >>> shop = catalogue(
    ...     count(source("order.paid"), name="paid_orders", description="Orders paid for."),
    ...     threshold("loyalty", "paid_orders", [2, 10], description="0 new, 1 known, 2 loyal."),
    ... )
    >>> shop["loyalty"].maximum
    2
    """
    limits: Words = {"unit": "band", "minimum": 0, "maximum": len(at), **words}
    entry = _derived("threshold", name, (of,), description, limits)
    return replace(entry, limits=tuple(float(limit) for limit in at))


def _reduced(
    operator: str, rows: Source, name: str, description: str, windows: Windows, words: Words
) -> Feature:
    """Build an entry over a source."""
    meaning = Meaning(description=description, **words)
    return Feature(
        name=name, operator=operator, source=rows, windows=tuple(windows), meaning=meaning
    )


def _elapsed(
    operator: str, rows: Source, name: str, description: str, windows: Windows, words: Words
) -> Feature:
    """Build an entry measured in days."""
    return _reduced(
        operator, rows, name, description, windows, {"unit": "days", "minimum": 0, **words}
    )


def _derived(
    operator: str, name: str, inputs: tuple[str, ...], description: str, words: Words
) -> Feature:
    """Build an entry over other outputs."""
    meaning = Meaning(description=description, **words)
    return Feature(name=name, operator=operator, inputs=inputs, meaning=meaning)
