"""Segments of customers by recency, frequency and monetary value, and the package that keeps the edges between scores.

Each figure is scored 1 to 5 by four edges; rules over the scores name the segment. With the edges kept, a customer who
changes the segment changed, and not the others around.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, fields
from typing import NamedTuple

from scoring.any_package import AnyPackage
from scoring.errors import InvalidPackage

SEGMENTATION = "segments"
"""The model of a tenant that says in which segment its customers are."""

Four = tuple[int, int, int, int]


class Rule(NamedTuple):
    """A segment: whoever no earlier rule takes, with scores of recency, and of frequency and value, from and to.

    Parameters
    ----------
    name, meaning : str
    recency : tuple of int, each 1 to 5
    worth : tuple of int, each 1 to 5
        Of the mean of the scores of frequency and monetary value, rounded up.
    """

    name: str
    meaning: str
    recency: tuple[int, int]
    worth: tuple[int, int]


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
    """Four rising limits of each figure: who has more than a limit has a point more than who has not.

    Parameters
    ----------
    recency : tuple of int, days
        Since the last order; the fewer, the better: beyond a limit a point is lost.
    frequency : tuple of int, orders
    monetary : tuple of int, minor units
        Net revenue.
    """

    recency: Four
    frequency: Four
    monetary: Four

    def score(self, recency: int, frequency: int, monetary: int) -> tuple[int, int, int]:
        """Score a customer, each 1 to 5, 5 the best.

        Parameters
        ----------
        recency : int, days
        frequency : int, orders
        monetary : int, minor units

        Returns
        -------
        tuple of int
            Of recency, frequency and monetary value.

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


def segment_of(scores: tuple[int, int, int]) -> str:
    """Tell in which segment a customer with these scores is.

    Parameters
    ----------
    scores : tuple of int, each 1 to 5
        Of recency, frequency and monetary value.

    Returns
    -------
    str
        Of `SEGMENTS`.

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


@dataclass(frozen=True, kw_only=True, eq=False)
class SegmentPackage(AnyPackage):
    """The edges by which a shop's customers are told apart.

    Parameters
    ----------
    name : str
        Registered name, "<tenant>.<model>".
    version : str
        Version of the registered model.
    validation : mapping
        What the segments went on to spend, out of time.
    card : mapping
        The model card.
    trained_on : mapping
        The instant, and how many customers.
    currency : str
        ISO 4217, of the monetary edges.
    edges : Edges

    Raises
    ------
    InvalidPackage
        "package ... must have four rising edges of recency; got ..."
    """

    currency: str
    edges: Edges

    def __post_init__(self) -> None:
        super().__post_init__()
        for each in fields(Edges):
            limits = getattr(self.edges, each.name)
            if len(limits) != 4 or list(limits) != sorted(limits):
                raise InvalidPackage(
                    f"package {self.label} must have four rising edges of {each.name}; got {list(limits)}."
                    " Export it again."
                )
