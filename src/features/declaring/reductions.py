"""Figures of events: each reduces the rows of a source to one number a customer, in one window or in several."""

from __future__ import annotations

from typing import Protocol, Unpack

from features.declaring.meanings import EVER, Windows, Words
from features.declaring.operators import Feature, Meaning
from features.declaring.sources import Source

__all__ = [
    "age",
    "count",
    "distinct",
    "first",
    "gap_deviation",
    "gap_mean",
    "last",
    "maximum",
    "mean",
    "minimum",
    "recency",
    "total",
]

DOCUMENTED = """{summary}

Parameters
----------
rows : Source
    {rows}
name : str
    Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
description : str
    One sentence in the words of the trade, with a full stop.
windows : sequence of int or None, default EVER
    Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
**words : str, int, float, bool or None
    Whatever else is to be said{own}:
    see :class:`features.declaring.meanings.Words`.

Returns
-------
Feature
    One entry of a catalogue.
"""
"""What every reduction takes and gives."""


class _Reduction(Protocol):
    """One of the functions below."""

    def __call__(
        self,
        rows: Source,
        *,
        name: str,
        description: str,
        windows: Windows = EVER,
        **words: Unpack[Words],
    ) -> Feature:
        """Declare a feature of the rows of a source."""
        ...


def _reduction(
    operator: str, summary: str, rows: str, *, own: Words | None = None, example: str = ""
) -> _Reduction:
    """Make the function that declares an operator; `own` is said of its features unless they say otherwise."""
    meant: Words = own or {}

    def declare(
        rows: Source,
        *,
        name: str,
        description: str,
        windows: Windows = EVER,
        **words: Unpack[Words],
    ) -> Feature:
        said: Words = {**meant, **words}
        meaning = Meaning(description=description, **said)
        return Feature(
            name=name, operator=operator, source=rows, windows=tuple(windows), meaning=meaning
        )

    settled = ", ".join(f"{word} {value!r}" for word, value in meant.items())
    declare.__name__ = declare.__qualname__ = operator
    declare.__doc__ = DOCUMENTED.format(
        summary=summary, rows=rows, own=f", where it is not {settled}" if settled else ""
    )
    if example:
        declare.__doc__ += f"\nExamples\n--------\n{example}\n"
    return declare


COUNTED: Words = {"unit": "count", "null": 0, "minimum": 0}
ELAPSED: Words = {"unit": "days", "minimum": 0}

count = _reduction(
    "count",
    "How many rows; with a column, how many rows have a value there.",
    "Rows to count: ``source(...)`` or ``per_aggregate(...)``.",
    own=COUNTED,
    example="""\
>>> from features.declaring.declaration import DAYS, catalogue, count, source
>>> orders = source("order.placed")
>>> catalogue(count(orders, name="orders", windows=DAYS(30, 90), description="Orders.")).names
('orders_30d', 'orders_90d')""",
)

total = _reduction(
    "total",
    "Sum of the source's column; empty where no row has a value.",
    "Rows to add up, pointed at a column of integers with ``of`` or ``column=``.",
    example="""\
>>> from features.declaring.declaration import source, total
>>> paid = source("order.paid", column="base_minor")
>>> entry = total(paid, name="spend", null=0, unit="minor", description="Amount paid.")
>>> entry.meaning.unit, entry.meaning.null
('minor', 0)""",
)

mean = _reduction(
    "mean",
    "Mean of the source's column over the rows that have a value; empty where none has.",
    "Rows to average, pointed at a column of integers.",
    example="""\
>>> from features.declaring.declaration import mean, source
>>> stars = source("review.posted", column="value")
>>> mean(stars, name="stars", unit="stars", description="Mean stars given.").source.column
'value'""",
)

minimum = _reduction(
    "minimum",
    "Smallest value of the source's column; empty where no row has a value.",
    "Rows to look at, pointed at a column of integers.",
)

maximum = _reduction(
    "maximum",
    "Largest value of the source's column; empty where no row has a value.",
    "Rows to look at, pointed at a column of integers.",
    example="""\
>>> from features.declaring.declaration import maximum, source
>>> bids = source("auction.bid", column="base_minor")
>>> maximum(bids, name="highest_bid", unit="minor", description="Highest bid.").operator
'maximum'""",
)

first = _reduction(
    "first",
    "Earliest value of the source's column; of events at the same instant, the one with the lower id.",
    "Rows to look at, pointed at a column of integers; rows without a value are passed over.",
)

last = _reduction(
    "last",
    "Latest value of the source's column; of events at the same instant, the one with the higher id.",
    "Rows to look at, pointed at a column of integers; rows without a value are passed over.",
)

distinct = _reduction(
    "distinct",
    "How many different values the source's column has; 0 in an empty window.",
    "Rows to look at, pointed at any column.",
    own=COUNTED,
    example="""\
>>> from features.declaring.declaration import catalogue, distinct, source
>>> lines = source("order.line", column="product_id")
>>> catalogue(distinct(lines, name="products", description="Products bought."))["products"].null
0.0""",
)

recency = _reduction(
    "recency",
    "Days from the latest row to the cutoff, fractions kept; empty where there is no row.",
    "Rows to look at; no column.",
    own=ELAPSED,
    example="""\
>>> from features.declaring.declaration import recency, source
>>> entry = recency(source("order.placed"), name="days_since_order", description="Days since an order.")
>>> entry.meaning.unit
'days'""",
)

age = _reduction(
    "age",
    "Days from the earliest row to the cutoff, fractions kept; empty where there is no row.",
    "Rows to look at; no column.",
    own=ELAPSED,
)

gap_mean = _reduction(
    "gap_mean",
    "Mean days between one row and the next, gaps counted in whole hours; empty below two rows.",
    "Rows to look at; no column. A gap belongs to the window in which both of its rows lie.",
    own=ELAPSED,
)

gap_deviation = _reduction(
    "gap_deviation",
    "Standard deviation in days of the gaps between rows; empty below three rows.",
    "Rows to look at; no column. A gap belongs to the window in which both of its rows lie.",
    own=ELAPSED,
)
