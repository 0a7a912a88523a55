"""SQL for a catalogue's states: one query per cutoff, whatever the engine.

The query reads two tables, ``event`` (column ``customer`` is a number) and ``customer`` (``customer``,
``known_from``), and one parameter, ``$cutoff``. Counts, sums and extremes come from one scan
(``GROUP BY`` with ``FILTER``); distinct values from one row per value and gaps from one row per event,
each of which serves every window; aggregates from one row each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from sqlglot import exp

from features.declaring.clocks import CLOCK_COLUMNS, HOUR, PERIOD_COLUMNS
from features.declaring.compilation import Catalogue, State
from features.declaring.sources import Aggregates, Events, Source
from features.evaluating.aggregate_sql import aggregate_select
from features.evaluating.expressions import (
    CUTOFF,
    admitted,
    all_of,
    bounded,
    column,
    count_if,
    having,
    if_null,
    is_one_of,
    less,
    literal,
    not_null,
    ordered_window,
    whole,
    within,
)

GAPS = ("gap_sum", "gap_squares", "gap_count")
ZERO_IF_NONE = ("count", "distinct", *GAPS)
SMALL = ("count", "distinct", "gap_count", "since_last", "since_first")
_WHEN = column("occurred_at")

Names = dict[State, str]


def state_query(catalogue: Catalogue) -> exp.Select:
    """Build the query for one cutoff.

    Parameters
    ----------
    catalogue : Catalogue
        Whose states are wanted.

    Returns
    -------
    sqlglot Select
        Columns ``customer, s0, s1, ...`` in the order of ``catalogue.states``, one row per customer
        known at the cutoff, ordered by customer.

    Examples
    --------
    >>> from features.declaring.declaration import catalogue, count, source
    >>> paid = count(source("order.paid"), name="paid", description="Orders paid for.")
    >>> print(state_query(catalogue(paid)).sql("duckdb"))
    WITH admitted AS (SELECT * FROM event WHERE recorded_at < $cutoff AND occurred_at < $cutoff) \
SELECT c.customer, COALESCE(part_0.s0, 0) AS s0 FROM customer AS c LEFT JOIN (SELECT customer, \
COUNT(*) FILTER(WHERE type = 'order.paid') AS s0 FROM admitted WHERE type = 'order.paid' GROUP BY \
customer) AS part_0 ON c.customer = part_0.customer WHERE c.known_from < $cutoff ORDER BY c.customer
    """
    names: Names = {state: f"s{place}" for place, state in enumerate(catalogue.states)}
    origins = dict.fromkeys(state.source.origin for state in names)
    relations: dict[Events | Aggregates, str] = {
        origin: f"aggregate_{place}"
        for place, origin in enumerate(
            origin for origin in origins if isinstance(origin, Aggregates)
        )
    }
    part_of: Names = {}
    joins = []
    for place, states in enumerate(_parts(names)):
        alias = f"part_{place}"
        relation = relations.get(states[0].source.origin, "admitted")
        matched = exp.EQ(this=column("customer", "c"), expression=column("customer", alias))
        part = build(states, names, relation, belongs)
        if relation == "admitted" and states[0].kind not in ("distinct", *GAPS):
            types = {word for state in states for word in state.source.types}
            part.where(is_one_of(column("type"), sorted(types)), copy=False)
        joins.append(exp.Join(this=part.subquery(alias, copy=False), on=matched, side="LEFT"))
        part_of.update(dict.fromkeys(states, alias))
    values = [
        exp.alias_(_joined(state, column(name, part_of[state])), name, copy=False)
        for state, name in names.items()
    ]
    query = exp.select(column("customer", "c"), *values, copy=False).from_("customer AS c")
    query.set("joins", joins)
    query.where(exp.LT(this=column("known_from", "c"), expression=CUTOFF), copy=False)
    query.order_by(column("customer", "c"), copy=False)
    events = exp.select("*").from_("event").where(admitted(CUTOFF))
    query.with_("admitted", as_=events, copy=False)
    for origin, name in relations.items():
        if isinstance(origin, Aggregates):
            rows = aggregate_select(origin, "admitted", CUTOFF)
            query.with_(name, as_=rows, copy=False)
    return query


@lru_cache(maxsize=32)
def state_statement(catalogue: Catalogue, dialect: str = "duckdb") -> str:
    """Write the query of :func:`state_query` in an engine's own words."""
    return state_query(catalogue).sql(dialect)


def _joined(state: State, value: exp.Expr) -> exp.Expr:
    """A state's value for a customer who may have no row in its sub-query."""
    if state.kind in ZERO_IF_NONE:
        value = if_null(value, literal(0))
    return value if state.kind in SMALL else bounded(value)


Tests = Callable[[Source], list[exp.Expr]]


def _parts(names: Names) -> list[list[State]]:
    """Group states that one sub-query gives."""
    grouped: dict[object, list[State]] = {}
    for state in names:
        origin = state.source.origin
        key: object = origin if isinstance(origin, Aggregates) else None
        if state.kind in ("distinct", *GAPS):
            key = (state.kind == "distinct", state.source)
        grouped.setdefault(key, []).append(state)
    return list(grouped.values())


def build(states: list[State], names: Names, relation: str, tests: Tests) -> exp.Select:
    """Reduce a relation to one row per customer.

    Parameters
    ----------
    states : list of State
        Distinct values, or gaps, of one source; or any others.
    names : dict of State to str
        How to call the columns.
    relation : str
        Events or aggregates admitted at the cutoff.
    tests : callable
        Gives what a row of the relation must meet to belong to a source.

    Returns
    -------
    sqlglot Select
        Columns ``customer`` and one per state.
    """
    rows, kind = states[0].source, states[0].kind
    if kind == "distinct":
        values = latest_of_values(rows, relation, tests)
        return counts_of_values(states, names, values.subquery("seen"))
    if kind in GAPS:
        pairs = successive(rows, relation, tests)
        return sums_of_gaps(states, names, pairs.subquery("pairs"))
    return _scan(states, names, relation, tests)


def _scan(states: list[State], names: Names, relation: str, tests: Tests) -> exp.Select:
    """Counts, sums, extremes and instants per customer, all in one pass over a relation."""
    query = exp.select(column("customer")).from_(relation).group_by(column("customer"))
    reduced = [exp.alias_(_reduction(state, tests), names[state], copy=False) for state in states]
    return query.select(*reduced, copy=False)


def _reduction(state: State, tests: Tests) -> exp.Expr:
    """One reduction with its filter."""
    held = [*tests(state.source), *within(_WHEN, state.window)]
    value = value_of(state.source)
    if state.kind == "count":
        return count_if(held if value is None else [*held, not_null(value)])
    look = _WHEN if value is None else value
    order = exp.Tuple(expressions=[_WHEN, column("id")])
    reductions: dict[str, Callable[[], exp.Expr]] = {
        "sum": partial(exp.Sum, this=look),
        "minimum": partial(exp.Min, this=look),
        "maximum": partial(exp.Max, this=look),
        "first": partial(exp.ArgMin, this=look, expression=order),
        "last": partial(exp.ArgMax, this=look, expression=order),
        "since_last": partial(exp.Max, this=_WHEN),
        "since_first": partial(exp.Min, this=_WHEN),
    }
    reduced = having(reductions[state.kind](), held)
    return less(CUTOFF, reduced) if state.kind.startswith("since") else reduced


def latest_of_values(
    rows: Source, relation: str, tests: Tests, by: Sequence[str] = ()
) -> exp.Select:
    """One row per customer and value (and the columns of ``by``), with its latest instant."""
    value = value_of(rows)
    assert value is not None, "compilation asks for a column"
    key = [column(name) for name in ("customer", *by)]
    return (
        exp.select(*key, exp.alias_(value, "value"), exp.alias_(exp.Max(this=_WHEN), "latest"))
        .from_(relation)
        .where(all_of([*tests(rows), not_null(value)]))
        .group_by(*key, value)
    )


def counts_of_values(states: list[State], names: Names, seen: exp.Expr | str) -> exp.Select:
    """How many values a window holds: those seen since it began."""
    latest = column("latest")
    counts = [exp.alias_(count_if(within(latest, state.window)), names[state]) for state in states]
    return exp.select(column("customer"), *counts).from_(seen).group_by(column("customer"))


def successive(
    rows: Source, relation: str | exp.Expr, tests: Tests, by: Sequence[str] = ()
) -> exp.Select:
    """One row per event, with the instant ``before``: that of the customer's event before it, if any."""
    before = ordered_window(exp.func("LAG", _WHEN), ["customer", *by], ["occurred_at", "id"])
    return (
        exp.select(column("customer"), _WHEN, exp.alias_(before, "before"))
        .from_(relation)
        .where(all_of(tests(rows)))
    )


def sums_of_gaps(states: list[State], names: Names, pairs: exp.Expr | str) -> exp.Select:
    """Reductions of the whole hours between one event and the next: in a window if both are."""
    before, gap = column("before"), column("gap")
    hours = whole(exp.Sub(this=_WHEN, expression=before), HOUR)
    gaps = exp.select(column("customer"), before, exp.alias_(hours, "gap")).from_(pairs)
    reductions = {
        "gap_count": exp.Count(this=exp.Star()),
        "gap_sum": exp.Sum(this=gap),
        "gap_squares": exp.Sum(this=exp.Mul(this=gap, expression=gap)),
    }
    reduced = [
        exp.alias_(having(reductions[state.kind], within(before, state.window)), names[state])
        for state in states
    ]
    return (
        exp.select(column("customer"), *reduced)
        .from_(gaps.where(not_null(before)).subquery("gaps"))
        .group_by(column("customer"))
    )


def value_of(rows: Source) -> exp.Expr | None:
    """The column a source points at; a period is counted back from the cutoff."""
    if rows.column is None:
        return None
    if rows.column in PERIOD_COLUMNS:
        back = exp.Sub(this=less(CUTOFF, literal(1)), expression=_WHEN)
        return whole(back, PERIOD_COLUMNS[rows.column])
    return _read(rows.column)


def _read(name: str) -> exp.Expr:
    """A column of a row; what a clock showed is worked out."""
    clock = CLOCK_COLUMNS.get(name)
    if clock is None:
        return column(name)
    shown = whole(exp.Add(this=_WHEN, expression=literal(clock.offset)), clock.unit)
    return exp.Mod(this=exp.paren(shown), expression=literal(clock.modulus))


def belongs(rows: Source) -> list[exp.Expr]:
    """What a row must meet to belong to a source."""
    if isinstance(rows.origin, Events):
        return [is_one_of(column("type"), rows.origin.types), *conditions(rows)]
    return conditions(rows)


def conditions(rows: Source) -> list[exp.Expr]:
    """What a row of the right types must meet."""
    given = (*rows.where, *(rows.origin.where if isinstance(rows.origin, Events) else ()))
    return [is_one_of(_read(test.column), test.values) for test in given]
