"""The one ranker: what each source says of every product for a customer, their blend, and a reason for each place.

A customer is ranked alone, by the same sums in the same order whoever else is, so that a ranking online has the bits of
the one that was judged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoring.ranking import SOURCES, RankingPackage
from scoring.recommended import BoughtBefore, BoughtTogether, Popular, Reason, Recommended

Mode = Literal["history", "similar_customers", "inventory"]

Floats = NDArray[np.float64]

Purchases = Sequence[tuple[str, int]]
"""What a customer bought: the product, and how many whole days ago."""


@dataclass(frozen=True, eq=False)
class _History:
    """What a customer bought of the products that are ranked, in their order."""

    places: NDArray[np.int64]
    times: NDArray[np.int64]
    faded: Floats
    days_ago: NDArray[np.int64]


def sources_of(package: RankingPackage, purchases: Purchases) -> Floats:
    """Say what each source tells of every product.

    Parameters
    ----------
    package : RankingPackage
    purchases : sequence of tuple of str and int
        The product bought, and how many days ago; products the package does not know are passed over.

    Returns
    -------
    float array of shape (n_sources, n_products)
        In the order of `scoring.ranking.SOURCES`.
    """
    return _sources(package, _history(package, purchases))


def blended(package: RankingPackage, purchases: Purchases) -> Floats:
    """Score every product for a customer.

    Parameters
    ----------
    package : RankingPackage
    purchases : sequence of tuple of str and int

    Returns
    -------
    float array of shape (n_products,)
    """
    return _blended(package, _sources(package, _history(package, purchases)))


def best_first(scores: Floats) -> NDArray[np.int64]:
    """Order places by their scores, the highest first and of equals the first one first.

    Parameters
    ----------
    scores : float array of shape (n_products,)

    Returns
    -------
    int array of shape (n_products,)
    """
    return np.argsort(-scores, kind="stable")


def rank(
    package: RankingPackage, purchases: Purchases, mode: Mode = "history"
) -> Iterator[Recommended]:
    """Go through all products for a customer, the best first; who asks takes those that are for sale.

    Parameters
    ----------
    package : RankingPackage
    purchases : sequence of tuple of str and int
        None for a new customer, who is recommended what is popular.
    mode : {"history", "similar_customers", "inventory"}
        By similar customers nothing is recommended that the customer bought. `inventory` ranks as `history`: it is
        the shop's stock that makes the difference.

    Yields
    ------
    Recommended
    """
    history = _history(package, purchases)
    sources = _sources(package, history)
    together, popular = sources[_TOGETHER], sources[_POPULAR]
    if mode == "similar_customers":
        scores = together
        order = np.lexsort((-popular, -together))
        order = order[~np.isin(order, history.places)]
    else:
        scores = _blended(package, sources)
        order = best_first(scores)
    reasons = _Reasons(package, history, by_customers=mode == "similar_customers")
    for place in order.tolist():
        yield Recommended(
            product=package.products[place],
            score=float(scores[place]),
            reason=reasons.of(place),
        )


class _Reasons:
    """Why products are recommended to one customer."""

    def __init__(self, package: RankingPackage, history: _History, *, by_customers: bool) -> None:
        self._package, self._history = package, history
        self._bought = {place: at for at, place in enumerate(history.places.tolist())}
        links, of = package.links.of(history.places)
        self._products, self._of = package.links.products[links], of
        self._customers = package.links.customers[links]
        self._strength = self._customers if by_customers else package.links.weights[links]

    def of(self, place: int) -> Reason:
        """Give the reason that says most of a product."""
        at = self._bought.get(place)
        if at is not None:
            history = self._history
            return BoughtBefore(times=int(history.times[at]), days_ago=int(history.days_ago[at]))
        linked = np.flatnonzero(self._products == place)
        linked = linked[self._customers[linked] > 0]
        if not len(linked):
            return Popular(customers=int(self._package.buyers[place]))
        best = linked[int(np.argmax(self._strength[linked]))]
        source = self._history.places[self._of[best]]
        return BoughtTogether(
            product=self._package.products[source], customers=int(self._customers[best])
        )


def _history(package: RankingPackage, purchases: Purchases) -> _History:
    """Gather purchases by product; each is faded by itself, for a power of many at once has other bits."""
    half_life = package.blend.half_life_days
    gathered: dict[int, tuple[int, float, int]] = {}
    for product, days_ago in purchases:
        place = package.places.get(product)
        if place is not None:
            times, faded, last = gathered.get(place, (0, 0.0, days_ago))
            faded += math.pow(0.5, days_ago / half_life)
            gathered[place] = (times + 1, faded, min(last, days_ago))
    places = sorted(gathered)
    return _History(
        np.array(places, dtype=np.int64),
        np.array([gathered[place][0] for place in places], dtype=np.int64),
        np.array([gathered[place][1] for place in places], dtype=np.float64),
        np.array([gathered[place][2] for place in places], dtype=np.int64),
    )


def _sources(package: RankingPackage, history: _History) -> Floats:
    own, count = history.places, len(package.products)
    wanted = np.sqrt(package.popularity)
    new = np.ones(count)
    new[own] = 0.0
    found = np.zeros((len(SOURCES), count))
    of_own = (
        np.sqrt(history.times),
        np.ones(len(own)),
        history.faded,
        package.again[own],
        wanted[own],
        package.rising[own],
    )
    for source, says in enumerate(of_own):
        found[source, own] = says
    if len(own):
        links, of = package.links.of(own)
        products = package.links.products[links]
        alike = package.links.customers[links] / np.sqrt(
            package.buyers[products].astype(np.float64) * package.buyers[own[of]]
        )
        share = new / math.sqrt(len(own))
        for row, says in ((_RELATED, package.links.weights[links]), (_TOGETHER, alike)):
            found[row] = share * np.bincount(products, weights=says, minlength=count)
    found[_POPULAR] = new * wanted
    return found


def _blended(package: RankingPackage, sources: Floats) -> Floats:
    """Add up sources by their weights, one after the other."""
    total = np.zeros(sources.shape[1])
    for weight, source in zip(package.blend.weights, sources, strict=True):
        if weight:
            total += weight * source
    return total


_RELATED, _TOGETHER, _POPULAR = map(tuple(SOURCES).index, ("related", "together", "popular"))
