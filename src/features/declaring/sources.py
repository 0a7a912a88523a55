"""Which events a feature looks at: by type, by equality on a column, or one row per aggregate.

A source is plain data. ``source(...)`` gives events as they are; ``per_aggregate(...)`` reduces the
events of one aggregate (an invoice, a delivery) to one row of integers. Both are narrowed with
``only`` and pointed at a column with ``of``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from features.declaring.clocks import CLOCK_COLUMNS, PERIOD_COLUMNS
from features.declaring.origins import (
    AGGREGATE_COLUMNS,
    INTEGER_COLUMNS,
    TEXT_COLUMNS,
    Aggregates,
    Condition,
    Events,
    types_of,
)
from features.errors import DeclarationError
from tabular.errors import did_you_mean


@dataclass(frozen=True, kw_only=True)
class Source:
    """Rows to reduce: events or aggregates, narrowed, with the column to look at.

    Parameters
    ----------
    origin : Events or Aggregates
        Where the rows come from.
    where : tuple of Condition
        Conditions on the rows of an ``Aggregates``; those on events are part of the origin.
    column : str or None
        The column to reduce; None where only the row itself counts.
    """

    origin: Events | Aggregates
    where: tuple[Condition, ...] = ()
    column: str | None = None

    def of(self, column: str) -> Source:
        """Point at a column.

        Parameters
        ----------
        column : str
            One of those that :func:`source`, or for an aggregate :func:`per_aggregate`, lists.

        Returns
        -------
        Source
            The same rows, pointed at the column.

        Raises
        ------
        DeclarationError
            "column of ... must be one that features may read; got ... Did you mean ...?".

        Examples
        --------
        >>> source("order.paid").of("base_minor").column
        'base_minor'
        >>> source("order.paid").of("base_major")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        features.errors.DeclarationError: column of order.paid must be one ... Did you mean base_minor?
        """
        _check_column(self, column)
        return replace(self, column=column)

    def only(self, **conditions: str | int | Sequence[str | int]) -> Source:
        """Keep rows whose columns equal the given value, or one of the given values.

        Parameters
        ----------
        **conditions : str, int, or sequence of them
            Columns, and the value or values that each must equal; all must hold.

        Returns
        -------
        Source
            The rows left.

        Raises
        ------
        DeclarationError
            "column of ... must be one that features may read; got ...", or "condition on ... must give int values to
            equal; got ...".

        Examples
        --------
        >>> failed_cards = source("payment.failed").only(method=["card", "wallet"])
        >>> failed_cards.origin.where
        (Condition(column='method', values=('card', 'wallet')),)
        """
        added = tuple(_condition(self, *item) for item in sorted(conditions.items()))
        if isinstance(self.origin, Events):
            origin = replace(self.origin, where=_merged(self.origin.where, added))
            return replace(self, origin=origin)
        return replace(self, where=_merged(self.where, added))

    @property
    def types(self) -> tuple[str, ...]:
        """Every event type the rows are made of."""
        return types_of(self.origin)

    @property
    def rows(self) -> Source:
        """The same rows without the column: what one pass over the events collects."""
        return replace(self, column=None)

    @property
    def text(self) -> str:
        """The source in one canonical line, for hashes, errors and documents."""
        if isinstance(self.origin, Events):
            head, where = " or ".join(self.origin.types), self.origin.where
        else:
            closing = " or ".join(self.origin.close)
            opening = " or ".join(self.origin.open)
            head, where = f"{opening} until {closing} by {self.origin.settled_by}", self.where
        tests = [f"{test.column} in {list(test.values)}" for test in where]
        return " where ".join(filter(None, [head, " and ".join(tests)])) + (
            f" -> {self.column}" if self.column else ""
        )


def source(*types: str, column: str | None = None, **conditions: Any) -> Source:
    """Events of the given types.

    Parameters
    ----------
    *types : str
        Types of event in the activity stream: ``"order.paid"``.
    column : str, optional
        The column to reduce: base_minor, quantity, value (integers); seller_id, product_id,
        aggregate_id, method, category, reason (words, for ``distinct``); age_day, age_week,
        age_month (whole periods before the cutoff, for ``distinct``); hour_of_day (0 to 23),
        day_of_week (0 is Monday), both in UTC.
    **conditions : str, int, or sequence of them
        Columns that must equal a value, or one of several.

    Returns
    -------
    Source
        Events as they are.

    Raises
    ------
    DeclarationError
        "source must name at least one event type; got none.", "event type must read like 'order.paid'; got ...", and
        as :meth:`Source.of` and :meth:`Source.only`.

    Examples
    --------
    >>> source("order.paid", column="base_minor").text
    'order.paid -> base_minor'
    >>> source("payment.captured", method=["cash_on_delivery", "cod"]).text
    "payment.captured where method in ['cash_on_delivery', 'cod']"
    """
    if not types:
        raise DeclarationError("source must name at least one event type; got none.")
    for word in types:
        _check_type(word)
    rows = Source(origin=Events(tuple(sorted(set(types))))).only(**conditions)
    return rows if column is None else rows.of(column)


def per_aggregate(
    *,
    open: str | Sequence[str],  # noqa: A002 - the word of the trade: an invoice is opened and closed
    close: str | Sequence[str],
    settled_by: str = "amount",
) -> Source:
    """One row per aggregate, from the events admitted at the cutoff.

    Parameters
    ----------
    open : str or sequence of str
        Types of the events that open it; its ``due_at`` and amount are theirs.
    close : str or sequence of str
        Types of the events that close it.
    settled_by : {"amount", "event"}
        Whether it is settled once the closing amounts reach the opening ones (an invoice), or by
        the first closing event (a delivery).

    Returns
    -------
    Source
        Its rows happen when the aggregate was opened, which is what a window looks at, and have:
        opened, closed, balance (minor units; the balance is never below 0); is_open, is_late,
        is_due (0 or 1: not settled; past the due time; settled or past the due time);
        days_past_due, hours_late (whole ones elapsed from the due time to the settlement, or to the
        cutoff while open; 0 if none; null without a due time); days_until_due (whole ones from the cutoff
        to the due time while open; 0 once it is past; null without a due time or once settled);
        hours_taken (whole hours from opening to settlement, null while open). With
        several opening events the earliest due time counts.

    Raises
    ------
    DeclarationError
        "per_aggregate must have opening and closing types that differ; got ...", or "settled_by must be 'amount' or
        'event'; got ...".

    Examples
    --------
    >>> invoices = per_aggregate(open="invoice.issued", close=["invoice.paid", "invoice.credited"])
    >>> invoices.only(is_open=1).of("balance").text
    'invoice.issued until invoice.credited or invoice.paid by amount where is_open in [1] -> balance'
    """
    opening = (open,) if isinstance(open, str) else tuple(open)
    closing = (close,) if isinstance(close, str) else tuple(close)
    for word in (*opening, *closing):
        _check_type(word)
    if not opening or not closing or set(opening) & set(closing):
        raise DeclarationError(
            "per_aggregate must have opening and closing types that differ;"
            f" got open={opening}, close={closing}."
        )
    if settled_by not in ("amount", "event"):
        raise DeclarationError(
            f"settled_by must be 'amount' or 'event'; got {settled_by!r}."
            " An invoice is settled by amount, a delivery by an event."
        )
    return Source(
        origin=Aggregates(
            open=tuple(sorted(set(opening))),
            close=tuple(sorted(set(closing))),
            settled_by=settled_by,
        )
    )


def _check_type(word: str) -> None:
    """Refuse what is not written as a word of the stream."""
    parts = word.split(".")
    if len(parts) != 2 or not all(part.replace("_", "").isalnum() for part in parts):
        raise DeclarationError(
            f"event type must read like 'order.paid'; got {word!r}. See the words of the stream."
        )


def _check_column(rows: Source, column: str) -> None:
    """Refuse a column that the rows do not have."""
    known = (
        (*INTEGER_COLUMNS, *TEXT_COLUMNS, *PERIOD_COLUMNS, *CLOCK_COLUMNS)
        if isinstance(rows.origin, Events)
        else AGGREGATE_COLUMNS
    )
    if column not in known:
        raise DeclarationError(
            f"column of {rows.rows.text} must be one that features may read; got {column!r}."
            f" {did_you_mean(column, known)}"
        )


def _condition(rows: Source, column: str, given: str | int | Sequence[str | int]) -> Condition:
    """Build one condition, its values sorted, of the column's own type."""
    _check_column(rows, column)
    values = (given,) if isinstance(given, str | int) else tuple(given)
    expected = str if column in TEXT_COLUMNS else int
    if (
        not values
        or column in PERIOD_COLUMNS
        or any(type(value) is not expected for value in values)
    ):
        raise DeclarationError(
            f"condition on {column} must give {expected.__name__} values to equal; got {given!r}."
        )
    return Condition(column, tuple(sorted(set(values), key=str)))


def _merged(old: tuple[Condition, ...], new: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Join conditions in one canonical order."""
    return tuple(
        sorted({*old, *new}, key=lambda condition: (condition.column, str(condition.values)))
    )
