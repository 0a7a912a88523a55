"""One row per aggregate, in SQL: the twin of :mod:`features.evaluating.aggregates`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from features.declaring.clocks import DAY, HOUR
from features.declaring.origins import Aggregates
from features.evaluating.expressions import (
    case,
    column,
    having,
    if_null,
    is_one_of,
    less,
    literal,
    not_null,
    ordered_window,
    whole,
)

_KEY = ("customer", "aggregate_id")


def aggregate_select(origin: Aggregates, relation: str, as_of: exp.Expr) -> exp.Select:
    """Reduce the events of a relation to one row per aggregate.

    Parameters
    ----------
    origin : Aggregates
        Which types open and close.
    relation : str
        Name of the admitted events.
    as_of : sqlglot expression
        The instant against which open aggregates are measured.

    Returns
    -------
    sqlglot Select
        Columns customer, aggregate_id, id, occurred_at (the opening), due_at, and those of
        ``features.declaring.origins.AGGREGATE_COLUMNS``.
    """
    settled = settlements(origin, relation).subquery("settled")
    return measured(settled, as_of).select(column("aggregate_id"), column("due_at"))


def measured(settled: exp.Expr | str, as_of: exp.Expr) -> exp.Select:
    """Measure settlements against an instant.

    Parameters
    ----------
    settled : sqlglot expression, or the name of a table
        What :func:`settlements` gives.
    as_of : sqlglot expression
        As in :func:`aggregate_select`.

    Returns
    -------
    sqlglot Select
        Columns customer, id, occurred_at, and those of ``features.declaring.origins.AGGREGATE_COLUMNS``.
    """
    nothing = literal(0)
    due, settled_at, opened_at = column("due_at"), column("settled_at"), column("occurred_at")
    late = exp.func("GREATEST", less(if_null(settled_at, as_of), due), nothing)
    missed = exp.or_(not_null(settled_at), exp.LT(this=due, expression=as_of))
    until = exp.func("GREATEST", less(due, as_of), nothing)
    taken = exp.func("GREATEST", less(settled_at, opened_at), nothing)
    balance = exp.func("GREATEST", less(column("opened"), column("closed")), nothing)
    columns = {
        "opened": column("opened"),
        "closed": column("closed"),
        "balance": balance,
        "is_open": case(not_null(settled_at), nothing, literal(1)),
        "is_late": _flag(due, exp.GT(this=late, expression=nothing)),
        "is_due": _flag(due, missed),
        "days_past_due": _known(due, whole(late, DAY)),
        "days_until_due": case(not_null(settled_at), exp.null(), _known(due, whole(until, DAY))),
        "hours_late": _known(due, whole(late, HOUR)),
        "hours_taken": _known(settled_at, whole(taken, HOUR)),
    }
    named = [exp.alias_(value, name) for name, value in columns.items()]
    return exp.select(*map(column, ("customer", "id", "occurred_at")), *named).from_(settled)


def closing_amount(origin: Aggregates, tests: Sequence[exp.Expr]) -> exp.Expr:
    """Sum the closing amounts of the rows for which the tests hold; 0 if there is none."""
    closing = is_one_of(column("type"), origin.close)
    return if_null(having(exp.Sum(this=column("base_minor")), [closing, *tests]), literal(0))


def settlements(
    origin: Aggregates, relation: str | exp.Expr, by: Sequence[str] = _KEY
) -> exp.Select:
    """Opening, amounts, due time and settlement of each aggregate.

    Parameters
    ----------
    by : sequence of str
        What tells one aggregate from another.

    Returns
    -------
    sqlglot Select
        The columns of ``by``, id, occurred_at (the opening), due_at, opened, closed, settled_at.
    """
    opening = is_one_of(column("type"), origin.open)
    closing = is_one_of(column("type"), origin.close)
    amount = if_null(column("base_minor"), literal(0))
    zero = literal(0)
    opened = if_null(having(exp.Sum(this=amount), [opening]), zero)
    closed = if_null(having(exp.Sum(this=amount), [closing]), zero)
    when = column("occurred_at")
    earliest = having(exp.Min(this=when), [opening])
    rows = relation
    if origin.settled_by == "event":
        settled = having(exp.Min(this=when), [closing])
    else:
        rows = _running(opening, closing, amount, relation, by).subquery("running")
        enough = exp.GTE(this=column("closed_so_far"), expression=column("opened_in_all"))
        reached = having(exp.Min(this=when), [closing, enough])
        settled = case(exp.LTE(this=opened, expression=closed), if_null(reached, earliest))
    return (
        exp.select(
            *map(column, by),
            exp.alias_(having(exp.Min(this=column("id")), [opening]), "id"),
            exp.alias_(earliest, "occurred_at"),
            exp.alias_(having(exp.Min(this=column("due_at")), [opening]), "due_at"),
            exp.alias_(opened, "opened"),
            exp.alias_(closed, "closed"),
            exp.alias_(settled, "settled_at"),
        )
        .from_(rows)
        .where(is_one_of(column("type"), (*origin.open, *origin.close)))
        .where(not_null(column("aggregate_id")))
        .group_by(*map(column, by))
        .having(exp.GT(this=having(exp.Count(this=exp.Star()), [opening]), expression=zero))
    )


def _running(
    opening: exp.Expr,
    closing: exp.Expr,
    amount: exp.Expr,
    relation: str | exp.Expr,
    by: Sequence[str],
) -> exp.Select:
    """The events of an origin, each with what was opened in all and closed up to it."""
    in_all = exp.Sum(this=case(opening, amount, literal(0)))
    so_far = exp.Sum(this=case(closing, amount, literal(0)))
    kept = (*by, "type", "id", "occurred_at", "due_at", "base_minor")
    types = [literal for test in (opening, closing) for literal in test.find_all(exp.Literal)]
    return (
        exp.select(
            *map(column, kept),
            exp.alias_(ordered_window(in_all, by), "opened_in_all"),
            exp.alias_(ordered_window(so_far, by, ("occurred_at", "id")), "closed_so_far"),
        )
        .from_(relation)
        .where(exp.In(this=column("type"), expressions=[word.copy() for word in types]))
        .where(not_null(column("aggregate_id")))
    )


def _known(known: exp.Expr, value: exp.Expr) -> exp.Expr:
    """A value that only exists where another does."""
    return case(not_null(known), value)


def _flag(known: exp.Expr, test: exp.Expr) -> exp.Expr:
    """1 or 0 by a test, where another value is known."""
    return _known(known, case(test, literal(1), literal(0)))
