"""Small pieces of SQL that the queries are put together from, as sqlglot expressions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from features.declaring.clocks import DAY
from features.evaluating.finish import LIMIT

CUTOFF = exp.Parameter(this=exp.var("cutoff"))
"""The query's one parameter: ``$cutoff``, in epoch microseconds."""


def column(name: str, table: str | None = None) -> exp.Column:
    """A column, of a table or of the only one there is."""
    return exp.column(name, table=table)


def literal(value: str | int) -> exp.Expr:
    """A number or a word."""
    return exp.convert(value)


def all_of(tests: Iterable[exp.Expr]) -> exp.Expr:
    """Every test holds; true if there is none."""
    tests = list(tests)
    return exp.and_(*tests) if tests else exp.true()


def not_null(value: exp.Expr) -> exp.Expr:
    """The value is there."""
    return exp.Not(this=exp.Is(this=value, expression=exp.null()))


def is_one_of(value: exp.Expr, values: Sequence[str | int]) -> exp.Expr:
    """The value equals one of some."""
    if len(values) == 1:
        return exp.EQ(this=value, expression=literal(values[0]))
    return exp.In(this=value, expressions=[literal(other) for other in values])


def admitted(cutoff: exp.Expr) -> exp.Expr:
    """The event was recorded, and happened, before the cutoff."""
    return exp.and_(
        exp.LT(this=column("recorded_at"), expression=cutoff),
        exp.LT(this=column("occurred_at"), expression=cutoff),
    )


def within(when: exp.Expr, window: int | None) -> list[exp.Expr]:
    """The instant lies in the days before the cutoff; no test for a window that reaches ever back."""
    if window is None:
        return []
    return [exp.GTE(this=when, expression=less(CUTOFF, literal(window * DAY)))]


def table_of(query: exp.Query, name: str) -> exp.Create:
    """The statement that makes a table of what a query gives."""
    return exp.Create(this=exp.to_table(name), kind="TABLE", expression=query)


def less(whole: exp.Expr, part: exp.Expr) -> exp.Expr:
    """One value less another, in brackets."""
    return exp.paren(exp.Sub(this=whole, expression=part))


def whole(value: exp.Expr, unit: int) -> exp.Expr:
    """Whole units in a value that is not negative."""
    return exp.IntDiv(this=exp.paren(value), expression=literal(unit))


def having(reduction: exp.Expr, tests: Iterable[exp.Expr]) -> exp.Expr:
    """A reduction of the rows for which every test holds."""
    tests = list(tests)
    if not tests:
        return reduction
    return exp.Filter(this=reduction, expression=exp.Where(this=all_of(tests)))


def bounded(value: exp.Expr) -> exp.Expr:
    """A sum as a 64-bit integer; one too large for the shared finish is cut to where it refuses.

    Not by GREATEST and LEAST, which take a missing value for the other one.
    """
    low, high = literal(-LIMIT), literal(LIMIT)
    cut = case(exp.GT(this=value, expression=high), high).when(
        exp.LT(this=value, expression=low), low
    )
    return exp.cast(cut.else_(value), "BIGINT")


def if_null(value: exp.Expr, other: exp.Expr) -> exp.Expr:
    """The value, or another where it is missing."""
    return exp.Coalesce(this=value, expressions=[other])


def case(test: exp.Expr, value: exp.Expr, otherwise: exp.Expr | None = None) -> exp.Case:
    """One value where a test holds, another (or none) where it does not."""
    found = exp.Case().when(test, value)
    return found if otherwise is None else found.else_(otherwise)


def ordered_window(
    reduction: exp.Expr, partition: Sequence[str], order: Sequence[str] = ()
) -> exp.Expr:
    """A reduction over the rows of a partition; with an order, over those up to this one."""
    return exp.Window(
        this=reduction,
        partition_by=[column(name) for name in partition],
        order=exp.Order(expressions=[exp.Ordered(this=column(name)) for name in order])
        if order
        else None,
    )
