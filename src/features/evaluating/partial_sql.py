"""SQL for a catalogue's partials: one query per cutoff, whatever the engine.

The query reads two tables, ``event`` (column ``customer`` is a number) and ``customer`` (``customer``,
``known_from``), and one parameter, ``$cutoff``. Counts, sums and extremes come from one scan
(``GROUP BY`` with ``FILTER``); distinct values from one row per value and gaps from one row per event,
each of which serves every window; aggregates from one row each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import sqlglot
from sqlglot import exp

from features.declaring.clocks import CLOCK_COLUMNS, HOUR, PERIOD_COLUMNS
from features.declaring.compilation import Catalogue, PartialAggregate
from features.declaring.origins import Aggregates, Events
from features.declaring.sources import Source
from features.evaluating.aggregate_sql import aggregate_select
from features.evaluating.expressions import (
    CUTOFF,
    admitted,
    all_of,
    bounded,
    column,
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
from features.evaluating.formulas import REDUCTIONS

_WHEN = column("occurred_at")

Names = dict[PartialAggregate, str]


def partial_query(catalogue: Catalogue) -> exp.Select:
    """Build the query for one cutoff.

    Returns
    -------
    sqlglot Select
        Columns ``customer, s0, s1, ...`` in the order of ``catalogue.partials``, one row per customer
        known at the cutoff, ordered by customer.

    Examples
    --------
    >>> from features.declaring.declaration import catalogue, count, source
    >>> paid = count(source("order.paid"), name="paid", description="Orders paid for.")
    >>> print(partial_query(catalogue(paid)).sql("duckdb"))
    WITH admitted AS (SELECT * FROM event WHERE recorded_at < $cutoff AND occurred_at < $cutoff) \
SELECT c.customer, COALESCE(part_0.s0, 0) AS s0 FROM customer AS c LEFT JOIN (SELECT customer, \
COUNT(*) FILTER(WHERE type = 'order.paid') AS s0 FROM admitted WHERE type = 'order.paid' GROUP BY \
customer) AS part_0 ON c.customer = part_0.customer WHERE c.known_from < $cutoff ORDER BY c.customer
    """
    names: Names = {partial: f"s{place}" for place, partial in enumerate(catalogue.partials)}
    origins = dict.fromkeys(partial.source.origin for partial in names)
    relations: dict[Events | Aggregates, str] = {
        origin: f"aggregate_{place}"
        for place, origin in enumerate(
            origin for origin in origins if isinstance(origin, Aggregates)
        )
    }
    part_of: Names = {}
    joins = []
    for place, partials in enumerate(_parts(names)):
        alias = f"part_{place}"
        relation = relations.get(partials[0].source.origin, "admitted")
        matched = exp.EQ(this=column("customer", "c"), expression=column("customer", alias))
        part = build(partials, names, relation, belongs)
        if relation == "admitted" and REDUCTIONS[partials[0].kind].over == "rows":
            types = {word for partial in partials for word in partial.source.types}
            part.where(is_one_of(column("type"), sorted(types)), copy=False)
        joins.append(exp.Join(this=part.subquery(alias, copy=False), on=matched, side="LEFT"))
        part_of.update(dict.fromkeys(partials, alias))
    values = [
        exp.alias_(_joined(partial, column(name, part_of[partial])), name, copy=False)
        for partial, name in names.items()
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


def _joined(partial: PartialAggregate, value: exp.Expr) -> exp.Expr:
    """A partial aggregate's value for a customer who may have no row in its sub-query."""
    reduction = REDUCTIONS[partial.kind]
    if reduction.empty == 0:
        value = if_null(value, literal(0))
    return value if reduction.is_small else bounded(value)


Tests = Callable[[Source], list[exp.Expr]]


def _parts(names: Names) -> list[list[PartialAggregate]]:
    """Group partial aggregates that one sub-query gives."""
    grouped: dict[object, list[PartialAggregate]] = {}
    for partial in names:
        origin = partial.source.origin
        key: object = origin if isinstance(origin, Aggregates) else None
        if REDUCTIONS[partial.kind].over != "rows":
            key = (REDUCTIONS[partial.kind].over, partial.source)
        grouped.setdefault(key, []).append(partial)
    return list(grouped.values())


def build(
    partials: list[PartialAggregate], names: Names, relation: str, tests: Tests
) -> exp.Select:
    """Reduce a relation to one row per customer.

    Parameters
    ----------
    partials : list of PartialAggregate
        Distinct values, or gaps, of one source; or any others.
    names : dict of PartialAggregate to str
        How to call the columns.
    relation : str
        Events or aggregates admitted at the cutoff.
    tests : callable
        Gives what a row of the relation must meet to belong to a source.

    Returns
    -------
    sqlglot Select
        Columns ``customer`` and one per partial aggregate.
    """
    rows, over = partials[0].source, REDUCTIONS[partials[0].kind].over
    if over == "values":
        values = latest_of_values(rows, relation, tests)
        return counts_of_values(partials, names, values.subquery("seen"))
    if over == "gaps":
        pairs = successive(rows, relation, tests)
        return sums_of_gaps(partials, names, pairs.subquery("pairs"))
    return _scan(partials, names, relation, tests)


def _scan(
    partials: list[PartialAggregate], names: Names, relation: str, tests: Tests
) -> exp.Select:
    """Counts, sums, extremes and instants per customer, all in one pass over a relation."""
    query = exp.select(column("customer")).from_(relation).group_by(column("customer"))
    reduced = [
        exp.alias_(_reduction(partial, tests), names[partial], copy=False) for partial in partials
    ]
    return query.select(*reduced, copy=False)


def _reduction(partial: PartialAggregate, tests: Tests) -> exp.Expr:
    """One reduction with its filter; a row without a value in the source's column does not count."""
    held = [*tests(partial.source), *within(_WHEN, partial.window)]
    value, sql = value_of(partial.source), _parsed(REDUCTIONS[partial.kind].sql)
    if value is not None and column("value") not in sql.find_all(exp.Column):
        held.append(not_null(value))
    return _reduced(partial, held, value=_WHEN if value is None else value, cutoff=CUTOFF)


def _reduced(partial: PartialAggregate, tests: list[exp.Expr], **columns: exp.Expr) -> exp.Expr:
    """The SQL of a partial aggregate over the rows for which every test holds, its columns put in."""
    holder = exp.paren(_parsed(REDUCTIONS[partial.kind].sql).copy())
    for named in list(holder.find_all(exp.Column)):
        if named.name in columns:
            named.replace(columns[named.name].copy())
    for aggregate in list(holder.find_all(exp.AggFunc)):
        if tests:
            aggregate.replace(having(aggregate.copy(), tests))
    reduced: exp.Expr = holder.this
    return reduced


@lru_cache
def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read="duckdb")


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


def counts_of_values(
    partials: list[PartialAggregate], names: Names, seen: exp.Expr | str
) -> exp.Select:
    """How many values a window holds: those seen since it began."""
    latest = column("latest")
    counts = [
        exp.alias_(_reduced(partial, within(latest, partial.window)), names[partial])
        for partial in partials
    ]
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


def sums_of_gaps(
    partials: list[PartialAggregate], names: Names, pairs: exp.Expr | str
) -> exp.Select:
    """Reductions of the whole hours between one event and the next: in a window if both are."""
    before = column("before")
    hours = whole(exp.Sub(this=_WHEN, expression=before), HOUR)
    gaps = exp.select(column("customer"), before, exp.alias_(hours, "gap")).from_(pairs)
    reduced = [
        exp.alias_(_reduced(partial, within(before, partial.window)), names[partial])
        for partial in partials
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
