"""What a source reads: events of some types, or one row per aggregate; the columns either has."""

from __future__ import annotations

from dataclasses import dataclass

TEXT_COLUMNS = ("seller_id", "product_id", "aggregate_id", "method", "category", "reason")
"""Event columns that hold words: to filter by, or to count distinct."""

INTEGER_COLUMNS = ("base_minor", "quantity", "value")
"""Event columns that hold whole numbers: to filter by, or to reduce."""

AGGREGATE_COLUMNS = (
    "opened",
    "closed",
    "balance",
    "is_open",
    "is_late",
    "is_due",
    "days_past_due",
    "days_until_due",
    "hours_late",
    "hours_taken",
)
"""Columns of one row per aggregate; see :func:`features.declaring.sources.per_aggregate`."""


@dataclass(frozen=True)
class Condition:
    """A column that equals one of some values.

    Parameters
    ----------
    column : str
        An event column, or a column of the aggregate's row.
    values : tuple of str or of int
        Not empty.
    """

    column: str
    values: tuple[str | int, ...]


@dataclass(frozen=True)
class Events:
    """Events of one or more types, narrowed by conditions that all hold.

    Parameters
    ----------
    types : tuple of str
        Rows of any of them.
    where : tuple of Condition
        All must hold.
    """

    types: tuple[str, ...]
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Aggregates:
    """One row per aggregate that an event of ``open`` belongs to; see :func:`features.declaring.sources.per_aggregate`.

    Parameters
    ----------
    open : tuple of str
        Types that open one.
    close : tuple of str
        Types that close it.
    settled_by : {"amount", "event"}
        What settles it.
    """

    open: tuple[str, ...]
    close: tuple[str, ...]
    settled_by: str


def types_of(origin: Events | Aggregates) -> tuple[str, ...]:
    """Every event type that rows of this origin are made of.

    Parameters
    ----------
    origin : Events or Aggregates

    Returns
    -------
    tuple of str
        Types of the stream, in their order.
    """
    if isinstance(origin, Events):
        return origin.types
    return tuple(sorted({*origin.open, *origin.close}))


def opening_types(origin: Events | Aggregates) -> tuple[str, ...]:
    """Every event type without which there are no rows of this origin.

    Parameters
    ----------
    origin : Events or Aggregates

    Returns
    -------
    tuple of str
        For an aggregate, those that open it.
    """
    return origin.types if isinstance(origin, Events) else origin.open
