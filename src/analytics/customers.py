"""Who the customers are: the figures of each, lists of them by rule, and how many went quiet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from analytics.figures import provide_figures
from analytics.periods import MOST, Period, Ratio, check_limit
from analytics.view import View
from commerce.records.errors import check_range

ACTIVE_DAYS = 30
"""Days within which an order makes a customer active."""
VIP_ORDERS, VIP_SHARE = 3, 10
"""A VIP has so many orders at least, and is among so many percent of those who spent most."""
_LONGEST = 36_500


@dataclass(frozen=True, kw_only=True)
class CustomerFigures:
    """What a customer bought, all in all; money in minor units."""

    customer: UUID
    since: date
    """The day of the first thing that is on record of the customer."""
    orders: int
    """Orders that were not called off."""
    units: int
    net_minor: int
    """What was bought, less what was called off, sent back or refunded of it."""
    first_order: date | None
    last_order: date | None
    """`first_order`, `last_order`: of those that were not called off."""


_LISTED = (
    "SELECT key, since, orders, units, net, first_order, last_order"
    " FROM figures JOIN customer_key ON number = customer"
)


def customer_figures(view: View, customer: UUID) -> CustomerFigures | None:
    """Give what a customer bought; None where nothing is on record of the customer."""
    rows = _of_figures(view, f"{_LISTED} WHERE key = $key", key=customer.hex)
    return _read(rows)[0] if rows else None


def top_customers(
    view: View, *, period: Period | None = None, limit: int = 10
) -> tuple[CustomerFigures, ...]:
    """List the customers who spent most, net; equal ones by id.

    Parameters
    ----------
    period : Period, optional
        Go by what they bought in it; by default by all. The figures are of all they bought.
    limit : int, 1 to 1000, default 10
    """
    known: dict[str, object] = {"limit": check_limit(limit)}
    spent, joined = "figures.net", ""
    if period is not None:
        known |= period.days
        spent = "bought_then.net"
        joined = """
            JOIN (SELECT customer, sum(gross) - sum(taken_back) AS net FROM movement
                WHERE day BETWEEN $first AND $last GROUP BY customer) AS bought_then USING (customer)"""
    # ids are looked at only of those who may be listed
    return _read(
        _of_figures(
            view,
            f"""
            WITH spenders AS MATERIALIZED (SELECT figures.*, {spent} AS spent FROM figures{joined} WHERE {spent} > 0),
            edge AS (SELECT min(spent) AS least FROM (SELECT spent FROM spenders ORDER BY spent DESC LIMIT $limit))
            {_LISTED.replace("figures", "spenders")} WHERE spent >= (SELECT least FROM edge)
            ORDER BY spent DESC, key LIMIT $limit
            """,
            **known,
        )
    )


def vip_customers(
    view: View, *, orders: int = VIP_ORDERS, share: int = VIP_SHARE, limit: int = MOST
) -> tuple[CustomerFigures, ...]:
    """List the customers with some orders who are among those who spent most; most first, equal ones by id.

    Parameters
    ----------
    orders : int, >= 1, default 3
        At least.
    share : int, 1 to 100, default 10
        Percent of the customers who spent anything: who spent as much as the last of these is a VIP, too.
    limit : int, 1 to 1000, default 1000
    """
    check_range("orders", orders, 1, MOST)
    check_range("share", share, 1, 100)
    return _read(
        _of_figures(
            view,
            f"""
            WITH ranked AS (SELECT net, row_number() OVER (ORDER BY net DESC) AS place, count(*) OVER () AS spenders
                FROM figures WHERE net > 0),
            edge AS (SELECT min(net) AS least FROM ranked WHERE (place - 1) * 100 < $share * spenders)
            {_LISTED} WHERE orders >= $orders AND net >= (SELECT least FROM edge) ORDER BY net DESC, key LIMIT $limit
            """,
            orders=orders,
            share=share,
            limit=check_limit(limit),
        )
    )


def new_customers(
    view: View, *, days: int = ACTIVE_DAYS, limit: int = MOST
) -> tuple[CustomerFigures, ...]:
    """List who became a customer within so many days, the day that is asked about among them: the latest first.

    Parameters
    ----------
    days : int, >= 1, default 30
    limit : int, 1 to 1000, default 1000
    """
    return _read(
        _of_figures(
            view,
            f"{_LISTED} WHERE since > $before ORDER BY since DESC, key LIMIT $limit",
            before=_before(view, days),
            limit=check_limit(limit),
        )
    )


def inactive_customers(
    view: View, *, days: int = ACTIVE_DAYS, limit: int = MOST
) -> tuple[CustomerFigures, ...]:
    """List the customers without an order within so many days, today among them: the longest without one first.

    Those who never ordered come last.

    Parameters
    ----------
    days : int, >= 1, default 30
    limit : int, 1 to 1000, default 1000
    """
    return _read(
        _of_figures(
            view,
            f"{_LISTED} WHERE coalesce(last_order, DATE '0001-01-01') <= $before"
            " ORDER BY last_order NULLS LAST, key LIMIT $limit",
            before=_before(view, days),
            limit=check_limit(limit),
        )
    )


def inactive_rate(view: View, *, days: int = ACTIVE_DAYS, period: Period | None = None) -> Ratio:
    """Give the share of the customers without an order within so many days, today among them; 0 without customers.

    Orders that were called off are none. What churn is to the model, its label says.

    Parameters
    ----------
    period : Period, optional
        Instead of the last ``days``: of the customers known by its end, those without an order in it.
    """
    first, last = _before(view, days) + timedelta(days=1), view.today
    if period is not None:
        first, last = period.first, period.last
    ((active, known),) = view.rows(
        """
        SELECT (SELECT count(DISTINCT customer) FROM placed
                WHERE customer > 0 AND day BETWEEN $first AND $last AND sale NOT IN (FROM called_off)),
            (SELECT count(DISTINCT customer) FROM person WHERE day <= $last)
        """,
        first=first,
        last=last,
    )
    return Ratio(known - active, known)


def count_new(view: View, period: Period) -> int:
    """Count who became a customer in a period."""
    ((found,),) = _of_figures(
        view, "SELECT count(*) FROM figures WHERE since BETWEEN $first AND $last", **period.days
    )
    return int(found)


def _before(view: View, days: int) -> date:
    """Give the last day before the days that end with the one that is asked about."""
    check_range("days", days, 1, _LONGEST)
    return view.today - timedelta(days=days)


def _of_figures(view: View, query: str, **values: object) -> list[tuple[Any, ...]]:
    """Ask a query of the figures of every customer."""
    provide_figures(view)
    return view.rows(query, **values)


def _read(rows: Sequence[tuple[Any, ...]]) -> tuple[CustomerFigures, ...]:
    return tuple(
        CustomerFigures(
            customer=UUID(key),
            since=since,
            orders=orders,
            units=int(units),
            net_minor=int(net),
            first_order=first,
            last_order=last,
        )
        for key, since, orders, units, net, first, last in rows
    )
