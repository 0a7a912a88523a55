"""Customers by recency, frequency and monetary value: each in exactly one segment, by the rules of `scoring.segments`.

Each figure is scored 1 to 5 by four edges: those that are kept, or else the quintiles of the customers who ever bought.
The edges are part of the answer, and may be given back to sort later customers by the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

from analytics.figures import provide_figures
from analytics.periods import MOST, Ratio, check_limit
from analytics.view import View
from commerce.records.errors import RecordError
from scoring.segments import NEVER_BOUGHT, SEGMENTS, Edges, segment_of
from tabular.errors import did_you_mean


class Rfm(NamedTuple):
    """A customer's figures, scores and segment; without an order only the segment says anything."""

    customer: UUID
    recency_days: int | None
    orders: int
    net_minor: int
    scores: tuple[int, int, int] | None
    """Of recency, frequency and monetary value."""
    segment: str


@dataclass(frozen=True, kw_only=True)
class Segment:
    """How many customers a segment has, and what they bought."""

    name: str
    customers: int
    orders: int
    net_minor: int
    share: Ratio
    """Of all customers."""


@dataclass(frozen=True, kw_only=True)
class Segments:
    """Every segment, and the edges by which customers were told apart; None where nobody bought."""

    edges: Edges | None
    segments: tuple[Segment, ...]

    @property
    def customers(self) -> int:
        """All of them."""
        return sum(each.customers for each in self.segments)


def customer_segments(view: View, *, edges: Edges | None = None) -> Segments:
    """Count every segment, empty ones too.

    Parameters
    ----------
    edges : Edges, optional
        Kept from before; by default the quintiles of now.
    """
    used = _figure(view, edges)
    rows = view.rows(
        f"""
        SELECT {_SCORES}, count(*), sum(orders), sum(net) FROM rfm WHERE orders > 0 GROUP BY late, often, much
        UNION ALL
        SELECT NULL, NULL, NULL, count(*), 0, coalesce(sum(net), 0) FROM rfm WHERE orders = 0
        """,
        **_bound(used),
    )
    found = dict.fromkeys(SEGMENTS, (0, 0, 0))
    for late, often, much, *sums in rows:
        name = NEVER_BOUGHT if late is None else segment_of((5 - late, 1 + often, 1 + much))
        customers, orders, net = (
            int(more) + held for more, held in zip(sums, found[name], strict=True)
        )
        found[name] = (customers, orders, net)
    everybody = sum(customers for customers, _, _ in found.values())
    return Segments(
        edges=used,
        segments=tuple(
            Segment(
                name=name,
                customers=customers,
                orders=orders,
                net_minor=net,
                share=Ratio(customers, everybody),
            )
            for name, (customers, orders, net) in found.items()
        ),
    )


def customers_in(
    view: View, segment: str, *, edges: Edges | None = None, limit: int = MOST
) -> tuple[Rfm, ...]:
    """List the customers of a segment, by id.

    Raises
    ------
    RecordError
        "segment must be one of ...; got ... Did you mean ...?"
    """
    if segment not in SEGMENTS:
        raise RecordError(
            f"segment must be one of {', '.join(SEGMENTS)}; got {segment!r}. {did_you_mean(segment, SEGMENTS)}"
        )
    used = _figure(view, edges)
    if segment == NEVER_BOUGHT:
        chosen = "WHERE orders = 0"
    else:
        points = range(1, 6)
        codes = [
            scores[0] * 25 + scores[1] * 5 + scores[2]
            for scores in product(points, points, points)
            if segment_of(scores) == segment
        ]
        chosen = f"WHERE orders > 0 AND list_contains({codes}, (5 - late) * 25 + (1 + often) * 5 + (1 + much))"
    rows = view.rows(
        f"""
        SELECT key, recency, orders, net
        FROM (SELECT *, {_SCORES} FROM rfm) JOIN customer_key ON number = customer {chosen} ORDER BY key LIMIT $limit
        """,
        limit=check_limit(limit),
        **_bound(used),
    )
    return tuple(_rfm(used, *row) for row in rows)


def segment_of_each(view: View, edges: Edges) -> dict[UUID, Rfm]:
    """Tell in which segment every customer is.

    Parameters
    ----------
    edges : Edges
        Kept, so that what differs between two instants is the customers and not the edges.
    """
    _figure(view, edges)
    rows = view.rows(
        "SELECT key, recency, orders, net FROM rfm JOIN customer_key ON number = customer ORDER BY key"
    )
    found = (_rfm(edges, *row) for row in rows)
    return {each.customer: each for each in found}


def customer_rfm(view: View, customer: UUID, *, edges: Edges | None = None) -> Rfm | None:
    """Tell in which segment a customer is, and why; None where nothing is on record of the customer."""
    used = _figure(view, edges)
    rows = view.rows(
        "SELECT key, recency, orders, net FROM rfm JOIN customer_key ON number = customer WHERE key = $key",
        key=customer.hex,
    )
    return _rfm(used, *rows[0]) if rows else None


_FIGURES = ("recency", "frequency", "monetary")


def _figure(view: View, edges: Edges | None) -> Edges | None:
    """Put the three figures of every customer into ``rfm``; give the edges, by default the quintiles of the buyers.

    A quintile is the figure of the customer at a fifth of them, in rising order.
    """
    provide_figures(view)
    view.rows(
        "CREATE OR REPLACE TEMP TABLE rfm AS"
        " SELECT customer, $today::DATE - last_order AS recency, orders, net FROM figures",
        today=view.today,
    )
    if edges is not None:
        return edges
    fifths = ", ".join(
        f"quantile_disc({name}, [0.2, 0.4, 0.6, 0.8])" for name in ("recency", "orders", "net")
    )
    ((recency, frequency, monetary),) = view.rows(f"SELECT {fifths} FROM rfm WHERE orders > 0")
    if recency is None:
        return None
    return Edges(recency=_four(recency), frequency=_four(frequency), monetary=_four(monetary))


def _four(limits: Sequence[Any]) -> tuple[int, int, int, int]:
    first, second, third, fourth = map(int, limits)
    return first, second, third, fourth


def _bound(edges: Edges | None) -> dict[str, list[int]]:
    """What `_SCORES` binds; nobody is scored where there are no edges."""
    return {name: list(getattr(edges, name)) if edges else [0] * 4 for name in _FIGURES}


def _beyond(edges: str, figure: str) -> str:
    """Count, as SQL, the edges below a figure."""
    return " + ".join(
        f"CAST((${edges}::BIGINT[])[{place}] < {figure} AS INTEGER)" for place in range(1, 5)
    )


def _rfm(edges: Edges | None, key: str, recency: int | None, orders: int, net: Any) -> Rfm:
    if recency is None or edges is None:
        return Rfm(UUID(key), None, 0, int(net), None, NEVER_BOUGHT)
    scores = edges.score(recency, orders, int(net))
    return Rfm(UUID(key), recency, orders, int(net), scores, segment_of(scores))


_SCORES = (
    f"{_beyond('recency', 'recency')} AS late, {_beyond('frequency', 'orders')} AS often,"
    f" {_beyond('monetary', 'net')} AS much"
)
