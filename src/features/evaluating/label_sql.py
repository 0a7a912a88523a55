"""SQL for a label: who it is about at ``$cutoff``, and what came about before ``$horizon_end``.

What came about is read off the events recorded before ``$known_before``.
"""

from __future__ import annotations

from sqlglot import exp

from features.declaring.clocks import DAY
from features.declaring.origins import Aggregates, Events
from features.declaring.sources import Source
from features.evaluating.aggregate_sql import aggregate_select, closing_amount
from features.evaluating.expressions import (
    CUTOFF,
    admitted,
    all_of,
    case,
    column,
    having,
    if_null,
    is_one_of,
    literal,
    not_null,
)
from features.labels import Had, Happens, Label, Outcome, Reaches, Without

HORIZON_END = exp.Parameter(this=exp.var("horizon_end"))
"""The second parameter: the first instant beyond the horizon."""

KNOWN_BEFORE = exp.Parameter(this=exp.var("known_before"))
"""The third parameter: what was recorded then, or later, is not known yet."""


def label_query(label: Label) -> exp.Select:
    """Build the query for one cutoff.

    Returns
    -------
    sqlglot Select
        Columns ``customer`` and ``label`` (0 or 1), one row per customer of the population, ordered
        by customer. It reads the table ``event`` and the parameters ``$cutoff``, ``$horizon_end``
        and ``$known_before``.
    """
    one_of_the = column("customer", "p")
    came_about = [
        _came_about(outcome, column("customer", f"outcome_{place}"))
        for place, outcome in enumerate(label.outcomes)
    ]
    value = case(exp.or_(*came_about), literal(1), literal(0))
    query = exp.select(one_of_the, exp.alias_(value, "label"))
    query = query.from_(_population(label).subquery("p"))
    for place, outcome in enumerate(label.outcomes):
        alias = f"outcome_{place}"
        matched = exp.EQ(this=one_of_the, expression=column("customer", alias))
        query = query.join(_outcome(outcome).subquery(alias), on=matched, join_type="LEFT")
    events = exp.select("*").from_("event").where(admitted(CUTOFF), _stands(CUTOFF))
    return query.with_("admitted", as_=events).order_by(one_of_the)


def _population(label: Label) -> exp.Select:
    """The customers a label is about."""
    population = label.population
    customers = exp.select(column("customer")).group_by(column("customer"))
    if isinstance(population, Had):
        return customers.from_("admitted").where(belongs(population.rows))
    late = case(
        exp.GTE(this=column("days_past_due"), expression=literal(population.days_past_due_below)),
        literal(1),
        literal(0),
    )
    return customers.from_(_open_at_cutoff(population.aggregates).subquery("open_ones")).having(
        exp.EQ(this=exp.Max(this=late), expression=literal(0))
    )


def _outcome(outcome: Outcome) -> exp.Select:
    """The customers with an event, or with an aggregate that got so far, within the horizon."""
    customers = exp.select(column("customer")).group_by(column("customer"))
    if isinstance(outcome, Without | Happens):
        when = column("occurred_at")
        return customers.from_("event").where(
            belongs(outcome.rows),
            _in_horizon(when),
            _is_known(column("recorded_at")),
            _stands(KNOWN_BEFORE),
        )
    return customers.from_(_unpaid(outcome).subquery("unpaid"))


def _came_about(outcome: Outcome, customer: exp.Expr) -> exp.Expr:
    """Whether a customer was found, or, for what must not happen, was not."""
    if isinstance(outcome, Without):
        return exp.Is(this=customer, expression=exp.null())
    return not_null(customer)


def _unpaid(outcome: Reaches) -> exp.Select:
    """Aggregates open at the cutoff whose fateful instant lies in the horizon, with a balance then."""
    origin = outcome.aggregates.origin
    assert isinstance(origin, Aggregates), "a label checks its sources"
    fateful = exp.Add(this=column("due_at"), expression=literal(outcome.days_past_due * DAY))
    key = [column("customer", "o"), column("aggregate_id", "o")]
    open_ones = exp.select(column("customer"), column("aggregate_id"), exp.alias_(fateful, "at"))
    open_ones = open_ones.from_(_open_at_cutoff(outcome.aggregates).subquery("open_ones"))
    so_far = [exp.LT(this=column("occurred_at", "e"), expression=column("at", "o"))]
    opening = is_one_of(column("type", "e"), origin.open)
    opened = if_null(
        having(exp.Sum(this=column("base_minor", "e")), [opening, *so_far]), literal(0)
    )
    matched = all_of(exp.EQ(this=own, expression=column(own.name, "e")) for own in key)
    return (
        exp.select(key[0])
        .from_(open_ones.subquery("o"))
        .join("event AS e", on=matched)
        .where(_in_horizon(column("at", "o")))
        .where(is_one_of(column("type", "e"), (*origin.open, *origin.close)))
        .where(_is_known(column("recorded_at", "e")), _stands(KNOWN_BEFORE, "e"))
        .group_by(*key)
        .having(exp.GT(this=opened, expression=closing_amount(origin, so_far)))
    )


def _open_at_cutoff(rows: Source) -> exp.Select:
    """The aggregates that were open, as far as was known at the cutoff."""
    assert isinstance(rows.origin, Aggregates), "a label checks its sources"
    known = aggregate_select(rows.origin, "admitted", CUTOFF)
    is_open = exp.EQ(this=column("is_open"), expression=literal(1))
    return exp.select("*").from_(known.subquery("known")).where(is_open)


def belongs(rows: Source) -> exp.Expr:
    """Whether an event belongs to a source."""
    assert isinstance(rows.origin, Events), "a label checks its sources"
    tests = [is_one_of(column(test.column), test.values) for test in rows.origin.where]
    return all_of([is_one_of(column("type"), rows.origin.types), *tests])


def _is_known(recorded_at: exp.Expr) -> exp.Expr:
    """Whether an event was recorded before the instant up to which outcomes are known."""
    return exp.LT(this=recorded_at, expression=KNOWN_BEFORE)


def _stands(instant: exp.Expr, table: str | None = None) -> exp.Expr:
    """Whether nothing known before an instant annulled an event."""
    return exp.GTE(this=column("annulled_at", table), expression=instant)


def _in_horizon(when: exp.Expr) -> exp.Expr:
    """Whether an instant lies in ``[cutoff, horizon end)``."""
    return exp.and_(
        exp.GTE(this=when, expression=CUTOFF), exp.LT(this=when, expression=HORIZON_END)
    )
