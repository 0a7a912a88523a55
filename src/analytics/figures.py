"""What each customer bought, all in all: worked out once, and from then on anew only for whom something changed.

The figures of all customers as of one instant are kept beside the mart's tables. As of a later one, those hold for
everybody but the customers of whom something counts, or counts no more, since; as of an earlier one nothing of it is
used. What arrives is recorded behind every instant that was asked about, so what is kept stays true; a backfill alone
counts from earlier, and has everybody worked out again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.view import View
from commerce.records.instants import to_micros

if TYPE_CHECKING:
    from features.evaluating.database import Database

_MOST = 0.1
"""The share of the customers from which on all are worked out again."""


_FIGURES = """
WITH bought AS (
    SELECT customer, count(*) AS orders, min(day) AS first_order, max(day) AS last_order
    FROM placed WHERE {whose} AND sale NOT IN (FROM called_off) GROUP BY customer
),
spent AS (
    SELECT customer, sum(units_sold) - sum(units_back) AS units, sum(gross) - sum(taken_back) AS net
    FROM movement WHERE {whose} GROUP BY customer
)
SELECT customer, since, coalesce(orders, 0) AS orders, coalesce(units, 0) AS units, coalesce(net, 0) AS net,
    first_order, last_order
FROM (SELECT customer, min(day) AS since FROM person WHERE {whose} GROUP BY customer)
LEFT JOIN bought USING (customer) LEFT JOIN spent USING (customer)
"""
FIGURES = _FIGURES.replace("{whose}", "customer > 0")
"""The figures of every customer, worked out."""
_ANEW = _FIGURES.replace("{whose}", "customer IN (FROM changed) AND customer > 0")
_SINCE = "BETWEEN getvariable('figures_at') AND getvariable('as_of') - 1"
_TOUCHED = f"(known {_SINCE} OR gone {_SINCE})"
_CHANGED = f"""
CREATE OR REPLACE TEMP TABLE changed AS
SELECT customer FROM kept.placed WHERE {_TOUCHED}
UNION SELECT customer FROM kept.person WHERE {_TOUCHED}
UNION SELECT customer FROM kept.movement WHERE known {_SINCE}
UNION SELECT customer FROM kept.placed WHERE sale IN (SELECT sale FROM kept.called_off WHERE {_TOUCHED})
"""


def outdate_figures(database: Database, known: int) -> None:
    """Have all figures worked out again where something came in that counts from before they were.

    Parameters
    ----------
    known : int
        From when on it counts; microseconds.
    """
    ((kept_at,),) = database.execute("SELECT getvariable('figures_at')").fetchall()
    if kept_at is not None and known < kept_at:
        database.execute("RESET VARIABLE figures_at")


def provide_figures(view: View) -> None:
    """Have the table ``figures`` show every customer who is known, a row each.

    Its columns are customer, since, orders, units, net, first_order and last_order.
    """
    as_of = to_micros(view.as_of)
    ((kept_at,),) = view.rows("SELECT getvariable('figures_at')")
    if kept_at is not None and as_of < kept_at:
        view.rows(f"CREATE OR REPLACE TEMP TABLE earlier AS {FIGURES}")
        view.rows("CREATE OR REPLACE TEMP VIEW figures AS FROM earlier")
        return
    changed = everybody = 0
    if kept_at is not None and as_of > kept_at:
        view.rows(_CHANGED)
        ((changed, everybody),) = view.rows(
            "SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM kept_figures)"
        )
    if kept_at is None or changed > _MOST * everybody:
        view.rows(f"CREATE OR REPLACE TEMP TABLE kept_figures AS {FIGURES}")
        view.rows(f"SET VARIABLE figures_at = {as_of}")
        changed = 0
    others = ""
    if changed:
        view.rows(f"CREATE OR REPLACE TEMP TABLE anew AS {_ANEW}")
        others = " WHERE customer NOT IN (FROM changed) UNION ALL FROM anew"
    view.rows(f"CREATE OR REPLACE TEMP VIEW figures AS SELECT * FROM kept_figures{others}")
