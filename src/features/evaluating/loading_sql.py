"""SQL that takes from a snapshot what an evaluation needs: its customers, numbered, and some of its events.

It reads ``snapshot`` (the Parquet files) and, for a choice of customers, ``wanted``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlglot import exp

from commerce.records.stream import ANNULLED
from features.evaluating.expressions import column, if_null, is_one_of, less, literal, not_null

_KNOWN_FROM = exp.func("GREATEST", column("recorded_at"), column("occurred_at"))
_KEY = column("customer_id")

NEVER = 2**63 - 1
"""Later than any instant."""


def customer_table(*, chosen: bool) -> exp.Select:
    """Every customer, or those wanted, with the instant from which something was known of each.

    Returns
    -------
    sqlglot Select
        Columns customer_id, known_from, customer: numbered from 0 in the order of their ids.
    """
    known = (
        exp.select(_KEY, exp.alias_(exp.Min(this=_KNOWN_FROM), "known_from"))
        .from_("snapshot")
        .where(not_null(_KEY))
        .group_by(_KEY)
    )
    if chosen:
        wanted = exp.select("customer_id").from_("wanted")
        known = known.where(exp.In(this=_KEY, query=wanted.subquery()))
    order = exp.Order(expressions=[exp.Ordered(this=_KEY)])
    number = exp.Window(this=exp.func("ROW_NUMBER"), order=order)
    numbered = exp.cast(less(number, literal(1)), "INT")
    return exp.select(_KEY, column("known_from"), exp.alias_(numbered, "customer")).from_(
        known.subquery("known")
    )


def event_table(
    types: Collection[str],
    columns: Sequence[str],
    cutoffs: Sequence[int] | None = None,
    *,
    annulled_before: int | None = None,
) -> exp.Select:
    """The events of some types of a numbered customer.

    Parameters
    ----------
    columns : sequence of str
        What to load besides ``customer`` and ``type``.
    cutoffs : sequence of int, epoch microseconds, optional
        In order of time: only events known before the last of them, and a column ``first``, the place
        of the first cutoff that knows of the event. Without them a column ``annulled_at``: from when on it counts no
        more, `NEVER` where it does.
    annulled_before : int, epoch microseconds, optional
        Only events that nothing known before this instant annulled.
    """
    kept = map(column, ("customer", "type", *columns))
    query = exp.select(*kept).from_("snapshot").join("customer", using=["customer_id"])
    query = query.where(is_one_of(column("type"), sorted(types)) if types else exp.false())
    if annulled_before is not None:
        gone = _annulments().where(exp.LT(this=_KNOWN_FROM, expression=literal(annulled_before)))
        ids = exp.select("event_id").from_(gone.subquery("gone"))
        query = query.where(exp.not_(exp.In(this=column("id"), query=ids.subquery())))
    if cutoffs is None:
        gone = exp.select("event_id", exp.alias_(exp.Min(this=column("known_from")), "at"))
        gone = gone.from_(_annulments().subquery("annulment")).group_by("event_id")
        until = if_null(column("at", "gone"), literal(NEVER))
        return query.select(exp.alias_(until, "annulled_at")).join(
            gone.subquery("gone"), on=column("id").eq(column("event_id", "gone")), join_type="LEFT"
        )
    first = exp.Case()
    for place, cutoff in enumerate(cutoffs):
        first = first.when(exp.LT(this=_KNOWN_FROM, expression=literal(cutoff)), literal(place))
    query = query.select(
        exp.alias_(exp.cast(first, "SMALLINT") if cutoffs else literal(0), "first")
    )
    return query.where(exp.LT(this=_KNOWN_FROM, expression=literal(max(cutoffs, default=0))))


def _annulments() -> exp.Select:
    """Every event that was annulled, with the instant from which that was known."""
    return (
        exp.select(exp.alias_(column("value"), "event_id"))
        .select(exp.alias_(_KNOWN_FROM, "known_from"))
        .from_("snapshot")
        .where(is_one_of(column("type"), [ANNULLED]), not_null(column("value")))
    )


def types_recorded(types: Collection[str], before: int) -> exp.Select:
    """Which of some types were recorded before an instant, whoever they are of."""
    recorded = exp.LT(this=column("recorded_at"), expression=literal(before))
    asked = is_one_of(column("type"), sorted(types)) if types else exp.false()
    return exp.select(column("type")).distinct().from_("snapshot").where(recorded, asked)
