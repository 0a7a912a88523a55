"""SQL for a catalogue's partial aggregates at many cutoffs: rows are prepared once, then reduced at each cutoff.

What :mod:`features.evaluating.partial_sql` reads afresh at every cutoff is worked out once here, in tables of
one kind of row each: the events of some types, the values a column had, the pairs that gaps lie between, the
aggregates. Cutoffs are counted from 0 in order of time, and a row tells from which of them (``first``) up to
which (``last``) it stands: an event from the first cutoff that knows of it, an aggregate until something else
is known of it. A cutoff's statements only pick the rows that stand then, and reduce them.

The tables are made from ``event`` (with ``first``) and ``place`` (with ``place``, one row per cutoff); the
statements have the parameters ``$cutoff``, ``$place``, ``$first_customer`` and ``$last_customer``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlglot import exp

from features.declaring.clocks import PERIOD_COLUMNS
from features.declaring.compilation import Catalogue, PartialAggregate
from features.declaring.origins import INTEGER_COLUMNS, TEXT_COLUMNS, Aggregates, Events, types_of
from features.declaring.sources import Source
from features.evaluating.aggregate_sql import measured, settlements
from features.evaluating.expressions import (
    CUTOFF,
    all_of,
    bounded,
    column,
    if_null,
    is_one_of,
    literal,
    not_null,
    ordered_window,
    table_of,
    within,
)
from features.evaluating.formulas import REDUCTIONS
from features.evaluating.partial_sql import (
    Names,
    build,
    conditions,
    counts_of_values,
    latest_of_values,
    successive,
    sums_of_gaps,
)

PLACE = exp.Parameter(this=exp.var("place"))
"""The second parameter: which of the cutoffs it is, from 0 in order of time."""

CUSTOMERS = exp.Between(
    this=column("customer"),
    low=exp.Parameter(this=exp.var("first_customer")),
    high=exp.Parameter(this=exp.var("last_customer")),
)
"""The third and fourth: whose rows are looked at, by their numbers, both ends included."""

ALWAYS = 32_767
"""The place up to which a row stands that nothing replaces: more than there are cutoffs."""

_FIRST, _LAST, _PLACE = column("first"), column("last"), column("place")
_ALWAYS = exp.alias_(literal(ALWAYS), "last")
_EVENT_COLUMNS = {*TEXT_COLUMNS, *INTEGER_COLUMNS, "id", "due_at"}


@dataclass(frozen=True)
class Statement:
    """What to ask at a cutoff: ``customer`` and one column per partial aggregate, a row per customer with any."""

    partials: tuple[int, ...]
    """Places in ``Catalogue.partials``; the columns are named ``s`` and the place."""
    query: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """How to evaluate a catalogue at many cutoffs."""

    columns: tuple[str, ...]
    """The columns of ``event`` that are read."""
    tables: tuple[str, ...]
    """Statements that make them, in this order, and drop ``event`` once nothing more is made from it."""
    statements: tuple[Statement, ...]
    """Together they give every partial aggregate of the catalogue."""


@lru_cache(maxsize=64)
def plan(catalogue: Catalogue) -> Plan:
    """Plan how to evaluate a catalogue at many cutoffs."""
    names: Names = {partial: f"s{place}" for place, partial in enumerate(catalogue.partials)}
    places = {partial: place for place, partial in enumerate(catalogue.partials)}
    tables = _Tables()
    asked = [(partials, _statement(partials, names, tables)) for partials in _alike(names)]
    made = tables.all([query for _, query in asked])
    read = {word for query in made.values() if _reads(query, "event") for word in _columns(query)}
    return Plan(
        columns=tuple(sorted(read & {*_EVENT_COLUMNS, "occurred_at"})),
        tables=_statements(made),
        statements=tuple(
            Statement(
                partials=tuple(places[partial] for partial in partials),
                query=query.sql("duckdb"),
                parameters=tuple({found.name for found in query.find_all(exp.Parameter)}),
            )
            for partials, query in asked
        ),
    )


def _statements(made: dict[str, exp.Query]) -> tuple[str, ...]:
    """Make first what takes most room in the making, then what is kept of ``event`` in its place, then the rest."""
    of_event = {name: query for name, query in made.items() if _reads(query, "event")}
    first = sorted(of_event, key=lambda name: name.startswith("event_"))
    written = {name: table_of(query, name).sql("duckdb") for name, query in made.items()}
    later = [statement for name, statement in written.items() if name not in of_event]
    return (*(written[name] for name in first), "DROP TABLE event", *later)


def _alike(names: Names) -> list[list[PartialAggregate]]:
    """Group partial aggregates that one statement gives."""
    grouped: dict[object, list[PartialAggregate]] = {}
    for partial in names:
        origin = partial.source.origin
        key: object = origin.types if isinstance(origin, Events) else origin
        if REDUCTIONS[partial.kind].over != "rows":
            key = (REDUCTIONS[partial.kind].over, partial.source)
        grouped.setdefault(key, []).append(partial)
    return list(grouped.values())


@dataclass
class _Tables:
    """Tables to make, by name, each once; those of events come first."""

    events: dict[tuple[str, ...], str] = field(default_factory=dict)
    others: dict[str, exp.Query] = field(default_factory=dict)

    def of(self, types: tuple[str, ...]) -> str:
        """Name the table of the events of some types."""
        return self.events.setdefault(types, f"event_{len(self.events)}")

    def make(self, query: exp.Query) -> str:
        """Name the table that a query gives."""
        for name, known in self.others.items():
            if known == query:
                return name
        self.others[f"prepared_{len(self.others)}"] = query
        return f"prepared_{len(self.others) - 1}"

    def all(self, asked: Sequence[exp.Select]) -> dict[str, exp.Query]:
        """Every table, in the order of making; those of events have the columns that something reads."""
        readers = [*self.others.values(), *asked]
        made = {}
        for types, name in self.events.items():
            of_it = [query for query in readers if _reads(query, name)]
            columns = {word for query in of_it for word in _columns(query)} & _EVENT_COLUMNS
            made[name] = _events(types, columns)
        return made | self.others


def _statement(partials: list[PartialAggregate], names: Names, tables: _Tables) -> exp.Select:
    """What to ask at a cutoff for partial aggregates that are alike."""
    rows, over = partials[0].source, REDUCTIONS[partials[0].kind].over
    query, when = build(partials, names, "known", conditions), "occurred_at"
    if isinstance(rows.origin, Aggregates):
        settled = _standing(tables.make(_versions(rows.origin)))
        known = measured(settled.subquery("settled"), CUTOFF)
    else:
        events = tables.of(rows.origin.types)
        known = exp.select("*").from_(events).where(_FIRST <= PLACE, CUSTOMERS)
        if over == "gaps":
            query, when = sums_of_gaps(partials, names, "known"), "before"
            known = _standing(tables.make(_pairs(rows, events)))
        elif over == "values" and rows.column not in PERIOD_COLUMNS:
            query, when = counts_of_values(partials, names, "known"), "latest"
            known = _standing(tables.make(_values(rows, events)))
    windows = [partial.window for partial in partials]
    if None not in windows:
        known = known.where(*within(column(when), max(window or 0 for window in windows)))
    found = [
        exp.alias_(value if REDUCTIONS[partial.kind].is_small else bounded(value), names[partial])
        for partial in partials
        for value in (column(names[partial]),)
    ]
    reduced = query.subquery("reduced")
    return exp.select(column("customer"), *found).from_(reduced).with_("known", as_=known)


def _standing(table: str) -> exp.Select:
    """The rows of a table that stand at the cutoff."""
    return exp.select("*").from_(table).where(_FIRST <= PLACE, _LAST >= PLACE, CUSTOMERS)


def _events(types: Sequence[str], columns: Collection[str]) -> exp.Select:
    """The events of some types, with the columns that something reads."""
    kept = map(column, ("customer", "first", "occurred_at", *sorted(columns)))
    return exp.select(*kept).from_("event").where(is_one_of(column("type"), types))


def _values(rows: Source, events: str) -> exp.Select:
    """The values of a column, each with its latest instant for as long as that is the latest known."""
    key = ("customer", "value")
    seen = latest_of_values(rows, events, conditions, by=["first"])
    latest = ordered_window(exp.Max(this=column("latest")), key, ["first"])
    return (
        exp.select(column("customer"), _FIRST, _until_next("first", key))
        .select(exp.alias_(latest, "latest"))
        .from_(seen.subquery("seen"))
    )


def _pairs(rows: Source, events: str) -> exp.Query:
    """Successive events.

    An event that becomes known later than one that follows it parts a pair that stood before. Customers with such
    an event have their pairs for each cutoff by itself; those of all others stand from when they are known.
    """
    earlier = ordered_window(exp.func("LAG", _FIRST), ["customer"], ["occurred_at", "id"])
    known = exp.select(column("customer"), _FIRST, exp.alias_(earlier, "earlier"))
    known = known.from_(events).where(all_of(conditions(rows)))
    late = exp.select(column("customer")).from_(known.subquery("known"))
    is_late = exp.In(
        this=column("customer"), query=late.where(column("earlier") > _FIRST).subquery()
    )
    parted = exp.select("*").from_(events).join("place", on=_FIRST <= _PLACE).where(is_late)
    each = successive(rows, parted.subquery("parted"), conditions, by=["place"])
    each = each.select(exp.alias_(_PLACE, "first"), exp.alias_(_PLACE, "last"))
    lasting = successive(rows, events, conditions).select(_FIRST, _ALWAYS)
    return lasting.where(exp.not_(is_late)).union(each, distinct=False)


def _versions(origin: Aggregates) -> exp.Select:
    """The settlements of aggregates, one row for each cutoff at which something new is known of one."""
    key = ("customer", "aggregate_id")
    known = exp.select("*").from_("event").where(is_one_of(column("type"), types_of(origin)))
    known = known.where(not_null(column("aggregate_id")))
    version = exp.alias_(_FIRST, "version")
    versions = exp.select(*map(column, key), version).distinct().from_("known")
    so_far = column("first", "known") <= column("version", "versions")
    each = exp.select("*").from_("known").join(versions.subquery("versions"), using=list(key))
    settled = settlements(origin, each.where(so_far).subquery("each"), by=[*key, "version"])
    return (
        exp.select(*map(column, ("customer", "id", "occurred_at", "due_at")))
        .select(*map(column, ("opened", "closed", "settled_at")))
        .select(exp.alias_(column("version"), "first"), _until_next("version", key))
        .from_(settled.subquery("settled"))
        .with_("known", as_=known)
    )


def _until_next(name: str, key: Sequence[str]) -> exp.Expr:
    """The place before that of the key's next row: up to there a row stands."""
    following = ordered_window(exp.func("LEAD", column(name)), key, [name])
    return exp.alias_(if_null(following - 1, literal(ALWAYS)), "last")


def _reads(query: exp.Expr, table: str) -> bool:
    """Whether a query reads a table."""
    return any(read.name == table for read in query.find_all(exp.Table))


def _columns(query: exp.Expr) -> set[str]:
    """The names of all columns in a query."""
    return {read.name for read in query.find_all(exp.Column)}
