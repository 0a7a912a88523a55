"""Customers by recency, frequency and monetary value: every one in exactly one segment, by rules.

Each figure is scored 1 to 5 by four edges, the quintiles of the customers who ever bought; the edges are part of the
answer, and may be given back to sort later customers by the same ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

from analytics.figures import provide_figures
from analytics.periods import MOST, Ratio, check_limit
from analytics.view import View
from commerce.records.errors import RecordError
from tabular.errors import did_you_mean


class Rule(NamedTuple):
    """A segment: whoever no earlier rule takes, with scores of recency, and of frequency and value, from and to."""

    name: str
    meaning: str
    recency: tuple[int, int]
    worth: tuple[int, int]
    """Of the mean of the scores of frequency and monetary value, rounded up."""


RULES = (
    Rule("champions", "Bought lately, often, and for much.", (4, 5), (4, 5)),
    Rule("loyal", "Buy often.", (3, 3), (4, 5)),
    Rule("cannot_lose", "Bought often, but not for long.", (1, 1), (4, 5)),
    Rule("at_risk", "Bought well, some time ago.", (1, 2), (3, 5)),
    Rule("potential_loyal", "Bought lately, more than once or for more.", (4, 5), (2, 3)),
    Rule("new", "Bought lately for the first time.", (4, 5), (1, 1)),
    Rule("need_attention", "Middling in all.", (3, 3), (2, 3)),
    Rule("about_to_sleep", "Bought little, some time ago.", (2, 3), (1, 2)),
    Rule("lost", "Bought little, long ago.", (1, 1), (1, 2)),
)
"""Segments of who ever bought; the first that takes a customer is the customer's."""

NEVER_BOUGHT = "never_bought"
"""The segment of who has no order, or called all off."""

SEGMENTS = (*(rule.name for rule in RULES), NEVER_BOUGHT)


@dataclass(frozen=True, kw_only=True)
class Edges:
    """Four rising limits of each figure: who has more than a limit has a point more than who has not."""

    recency: tuple[int, int, int, int]
    """Whole days since the last order; the fewer, the better: beyond a limit a point is lost."""
    frequency: tuple[int, int, int, int]
    """Orders."""
    monetary: tuple[int, int, int, int]
    """Net revenue, in minor units."""

    def score(self, recency: int, frequency: int, monetary: int) -> tuple[int, int, int]:
        """Score a customer, each 1 to 5, 5 the best.

        Examples
        --------
        >>> edges = Edges(recency=(7, 30, 90, 200), frequency=(1, 2, 4, 8), monetary=(10, 20, 30, 40))
        >>> edges.score(7, 1, 41), edges.score(201, 3, 10)
        ((5, 1, 5), (1, 3, 1))
        """
        return (
            5 - bisect_left(self.recency, recency),
            1 + bisect_left(self.frequency, frequency),
            1 + bisect_left(self.monetary, monetary),
        )


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


def segment_of(scores: tuple[int, int, int]) -> str:
    """Tell in which segment a customer with these scores is.

    Examples
    --------
    >>> segment_of((5, 5, 4)), segment_of((1, 1, 1)), segment_of((5, 1, 1)), segment_of((1, 5, 5))
    ('champions', 'lost', 'new', 'cannot_lose')
    """
    recency, worth = scores[0], -(-(scores[1] + scores[2]) // 2)
    for rule in RULES:
        if (
            rule.recency[0] <= recency <= rule.recency[1]
            and rule.worth[0] <= worth <= rule.worth[1]
        ):
            return rule.name
    raise AssertionError(f"scores must have a segment; got {scores}")


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
