"""Figures of events: each reduces the rows of a source to one number a customer, in one window or in several."""

from __future__ import annotations

from typing import Unpack

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


def count(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """How many rows; with a column, how many rows have a value there.

    Parameters
    ----------
    rows : Source
        Rows to count: ``source(...)`` or ``per_aggregate(...)``.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said, where it is not unit ``count``, empty value 0, minimum 0:
        see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.

    Examples
    --------
    >>> from features.declaring.declaration import DAYS, catalogue, count, source
    >>> orders = source("order.placed")
    >>> catalogue(count(orders, name="orders", windows=DAYS(30, 90), description="Orders.")).names
    ('orders_30d', 'orders_90d')
    """
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
    """Sum of the source's column; empty where no row has a value.

    Parameters
    ----------
    rows : Source
        Rows to add up, pointed at a column of integers with ``of`` or ``column=``.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said: see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.

    Examples
    --------
    >>> from features.declaring.declaration import source, total
    >>> paid = source("order.paid", column="base_minor")
    >>> entry = total(paid, name="spend", null=0, unit="minor", description="Amount paid.")
    >>> entry.meaning.unit, entry.meaning.null
    ('minor', 0)
    """
    return _reduced("total", rows, name, description, windows, words)


def mean(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Mean of the source's column over the rows that have a value; empty where none has.

    Parameters
    ----------
    rows : Source
        Rows to average, pointed at a column of integers.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said: see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.

    Examples
    --------
    >>> from features.declaring.declaration import mean, source
    >>> stars = source("review.posted", column="value")
    >>> mean(stars, name="stars", unit="stars", description="Mean stars given.").source.column
    'value'
    """
    return _reduced("mean", rows, name, description, windows, words)


def minimum(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Smallest value of the source's column; empty where no row has a value.

    Parameters
    ----------
    rows : Source
        Rows to look at, pointed at a column of integers.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said: see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.
    """
    return _reduced("minimum", rows, name, description, windows, words)


def maximum(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Largest value of the source's column; empty where no row has a value.

    Parameters
    ----------
    rows : Source
        Rows to look at, pointed at a column of integers.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said: see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.

    Examples
    --------
    >>> from features.declaring.declaration import maximum, source
    >>> bids = source("auction.bid", column="base_minor")
    >>> maximum(bids, name="highest_bid", unit="minor", description="Highest bid.").operator
    'maximum'
    """
    return _reduced("maximum", rows, name, description, windows, words)


def first(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Earliest value of the source's column; of events at the same instant, the one with the lower id.

    Parameters
    ----------
    rows : Source
        Rows to look at, pointed at a column of integers; rows without a value are passed over.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said: see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.
    """
    return _reduced("first", rows, name, description, windows, words)


def last(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Latest value of the source's column; of events at the same instant, the one with the higher id.

    Parameters
    ----------
    rows : Source
        Rows to look at, pointed at a column of integers; rows without a value are passed over.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said: see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.
    """
    return _reduced("last", rows, name, description, windows, words)


def distinct(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """How many different values the source's column has; 0 in an empty window.

    Parameters
    ----------
    rows : Source
        Rows to look at, pointed at any column.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said, where it is not unit ``count``, empty value 0, minimum 0:
        see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.

    Examples
    --------
    >>> from features.declaring.declaration import catalogue, distinct, source
    >>> lines = source("order.line", column="product_id")
    >>> catalogue(distinct(lines, name="products", description="Products bought."))["products"].null
    0.0
    """
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
    """Days from the latest row to the cutoff, fractions kept; empty where there is no row.

    Parameters
    ----------
    rows : Source
        Rows to look at; no column.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said, where it is not unit ``days``, minimum 0:
        see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.

    Examples
    --------
    >>> from features.declaring.declaration import recency, source
    >>> entry = recency(source("order.placed"), name="days_since_order", description="Days since an order.")
    >>> entry.meaning.unit
    'days'
    """
    return _elapsed("recency", rows, name, description, windows, words)


def age(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Days from the earliest row to the cutoff, fractions kept; empty where there is no row.

    Parameters
    ----------
    rows : Source
        Rows to look at; no column.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said, where it is not unit ``days``, minimum 0:
        see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.
    """
    return _elapsed("age", rows, name, description, windows, words)


def gap_mean(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Mean days between one row and the next, gaps counted in whole hours; empty below two rows.

    Parameters
    ----------
    rows : Source
        Rows to look at; no column. A gap belongs to the window in which both of its rows lie.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said, where it is not unit ``days``, minimum 0:
        see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.
    """
    return _elapsed("gap_mean", rows, name, description, windows, words)


def gap_deviation(
    rows: Source, *, name: str, description: str, windows: Windows = EVER, **words: Unpack[Words]
) -> Feature:
    """Standard deviation in days of the gaps between rows; empty below three rows.

    Parameters
    ----------
    rows : Source
        Rows to look at; no column. A gap belongs to the window in which both of its rows lie.
    name : str
        Lower-case identifier; a window adds its days: ``DAYS(90)`` gives ``NAME_90d``.
    description : str
        One sentence in the words of the trade, with a full stop.
    windows : sequence of int or None, default EVER
        Days before the cutoff, 1 to 36,500; None looks back to the first event. Each is an output of its own.
    **words : str, int, float, bool or None
        Whatever else is to be said, where it is not unit ``days``, minimum 0:
        see :class:`features.declaring.meanings.Words`.

    Returns
    -------
    Feature
        One entry of a catalogue.
    """
    return _elapsed("gap_deviation", rows, name, description, windows, words)


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
