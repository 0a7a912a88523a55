"""What each customer buys most often: the product and the category, as known before a cutoff."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlglot import exp

from features.declaring.sources import Source
from features.evaluating.expressions import column, literal, not_null
from features.evaluating.known_events import is_known, loaded
from features.snapshots.snapshot import Snapshot


class Favourites(NamedTuple):
    """Of one customer; None where no line names any."""

    product_id: str | None
    category: str | None


def favourites(snapshot: Snapshot, lines: Source, *, cutoff: int) -> dict[str, Favourites]:
    """Find what each customer bought most often, the latest of several alike.

    Parameters
    ----------
    lines : Source
        Order lines, whole: ``source("order.line")``.
    cutoff : int, epoch microseconds
        What was recorded, or occurred, then or later does not count.

    Returns
    -------
    dict of str to Favourites
        By the id that feature tables hold, for customers with a line.
    """
    found: dict[str, dict[str, Any]] = {}
    with loaded(snapshot, lines) as database:
        for what in ("product_id", "category"):
            rows = database.execute(_most_often(lines, what, cutoff).sql("duckdb")).fetchall()
            for customer, value in rows:
                found.setdefault(customer, {})[what] = str(value)
    return {
        customer: Favourites(each.get("product_id"), each.get("category"))
        for customer, each in found.items()
    }


def _most_often(lines: Source, what: str, cutoff: int) -> exp.Select:
    """Give customer_id and what that customer bought most often."""
    counted = (
        exp.select(
            column("customer"),
            column(what),
            exp.alias_(exp.Count(this=exp.Star()), "times"),
            exp.alias_(exp.Max(this=column("occurred_at")), "latest"),
        )
        .from_("event")
        .where(is_known(lines, before=cutoff), not_null(column(what)))
        .group_by(column("customer"), column(what))
    )
    order = exp.Order(
        expressions=[
            exp.Ordered(this=column("times"), desc=True),
            exp.Ordered(this=column("latest"), desc=True),
            exp.Ordered(this=column(what)),
        ]
    )
    place = exp.Window(this=exp.func("ROW_NUMBER"), partition_by=[column("customer")], order=order)
    ranked = exp.select("*", exp.alias_(place, "place")).from_(counted.subquery("counted"))
    mine = exp.EQ(this=column("customer", "c"), expression=column("customer", "r"))
    return (
        exp.select(column("customer_id", "c"), column(what, "r"))
        .from_(ranked.subquery("r"))
        .join("customer AS c", on=mine)
        .where(exp.EQ(this=column("place", "r"), expression=literal(1)))
    )
