"""SQL for a catalogue's states: one query per cutoff, whatever the engine.

The query reads two tables, ``event`` (column ``customer`` is a number) and ``customer`` (``customer``,
``known_from``), and one parameter, ``$cutoff``. Counts, sums and extremes come from one scan
(``GROUP BY`` with ``FILTER``); distinct values from one row per value and gaps from one row per event,
each of which serves every window; aggregates from one row each.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from sqlglot import exp

from features.aggregate_sql import aggregate_select
from features.compilation import Catalogue, State
from features.expressions import (
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
from features.sources import CLOCK_COLUMNS, HOUR, PERIOD_COLUMNS, Aggregates, Events, Source

_GAPS = ("gap_sum", "gap_squares", "gap_count")
_ZERO_IF_NONE = ("count", "distinct", *_GAPS)
_SMALL = ("count", "distinct", "gap_count", "since_last", "since_first")
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
    >>> from features.declaration import catalogue, count, source
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
    for place, (build, states) in enumerate(_parts(names)):
        alias = f"part_{place}"
        relation = relations.get(states[0].source.origin, "admitted")
        matched = exp.EQ(this=column("customer", "c"), expression=column("customer", alias))
        part = build(states, names, relation).subquery(alias, copy=False)
        joins.append(exp.Join(this=part, on=matched, side="LEFT"))
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
    if state.kind in _ZERO_IF_NONE:
        value = if_null(value, literal(0))
    return value if state.kind in _SMALL else bounded(value)


Builder = Callable[[list[State], Names, str], exp.Select]


def _parts(names: Names) -> list[tuple[Builder, list[State]]]:
    """Group states that one sub-query gives."""
    grouped: dict[tuple[Builder, object], list[State]] = {}
    for state in names:
        key: tuple[Builder, object]
        if state.kind == "distinct":
            key = (_distinct, state.source)
        elif state.kind in _GAPS:
            key = (_gaps, state.source)
        elif isinstance(state.source.origin, Aggregates):
            key = (_scan, state.source.origin)
        else:
            key = (_scan, None)
        grouped.setdefault(key, []).append(state)
    return [(build, states) for (build, _), states in grouped.items()]


def _scan(states: list[State], names: Names, relation: str) -> exp.Select:
    """Counts, sums, extremes and instants, all in one pass."""
    query = exp.select(column("customer")).from_(relation).group_by(column("customer"))
    origins = [state.source.origin for state in states]
    types = {word for origin in origins if isinstance(origin, Events) for word in origin.types}
    if types:
        query = query.where(is_one_of(column("type"), sorted(types)))
    reduced = [exp.alias_(_reduction(state), names[state], copy=False) for state in states]
    return query.select(*reduced, copy=False)


def _reduction(state: State) -> exp.Expr:
    """One reduction with its filter."""
    tests = [*_tests(state.source), *within(_WHEN, state.window)]
    value = _value(state.source)
    if state.kind == "count":
        return count_if(tests if value is None else [*tests, not_null(value)])
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
    reduced = having(reductions[state.kind](), tests)
    return less(CUTOFF, reduced) if state.kind.startswith("since") else reduced


def _distinct(states: list[State], names: Names, relation: str) -> exp.Select:
    """One row per value, with its latest instant: a window holds the values seen since it began."""
    rows = states[0].source
    value = _value(rows)
    assert value is not None, "compilation asks for a column"
    latest = column("latest")
    seen = (
        exp.select(column("customer"), exp.alias_(value, "value"))
        .select(exp.alias_(exp.Max(this=_WHEN), "latest"))
        .from_(relation)
        .where(all_of([*_tests(rows), not_null(value)]))
        .group_by(column("customer"), value)
    )
    counts = [exp.alias_(count_if(within(latest, state.window)), names[state]) for state in states]
    return (
        exp.select(column("customer"), *counts)
        .from_(seen.subquery("seen"))
        .group_by(column("customer"))
    )


def _gaps(states: list[State], names: Names, relation: str) -> exp.Select:
    """One row per event after the first, with the one before: a gap is in a window if both are."""
    previous = exp.func("LAG", _WHEN)
    pairs = (
        exp.select(column("customer"), _WHEN)
        .select(exp.alias_(ordered_window(previous, ["customer"], ["occurred_at", "id"]), "before"))
        .from_(relation)
        .where(all_of(_tests(states[0].source)))
    )
    before, gap = column("before"), column("gap")
    gaps = (
        exp.select(column("customer"), before)
        .select(exp.alias_(whole(exp.Sub(this=_WHEN, expression=before), HOUR), "gap"))
        .from_(pairs.subquery("pairs"))
        .where(not_null(before))
    )
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
        .from_(gaps.subquery("gaps"))
        .group_by(column("customer"))
    )


def _value(rows: Source) -> exp.Expr | None:
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


def _tests(rows: Source) -> list[exp.Expr]:
    """What a row must meet to belong to a source."""
    conditions = list(rows.where)
    tests: list[exp.Expr] = []
    if isinstance(rows.origin, Events):
        tests.append(is_one_of(column("type"), rows.origin.types))
        conditions += rows.origin.where
    return tests + [is_one_of(_read(test.column), test.values) for test in conditions]
