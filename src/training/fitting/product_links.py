"""What purchases say of products: how each sells, and which are bought by the same customers.

Up to `EASE_MOST` products the weight of a link is learned by EASE (Steck 2019, doi:10.1145/3308558.3313710): every
product is told from all others a customer bought, by a ridge regression that has a closed form. Beyond that the
inverse it takes is too large, and a link weighs the cosine of its two products' buyers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.baskets import Purchases
from scoring.ranking import Blend, ProductLinks, RankingPackage

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]

EASE_MOST = 10_000
"""Products up to which EASE is fitted: it holds a table of all pairs."""

LEARNED, TOGETHER = 100, 50
"""Links of a product that are kept: those of most weight, and those of the buyers most alike."""

POPULAR_FOR_DAYS, BEFORE_FOR_DAYS = 14, 90
"""After how long a purchase counts half for a product's popularity, and for what that is held against."""

_HARDLY = 0.01
"""What is added to both, so that what hardly anybody buys rises and falls by little."""


def product_tables(name: str, purchases: Purchases, blend: Blend) -> RankingPackage:
    """Make a ranking of what was bought.

    Parameters
    ----------
    name : str
        Registered name, "<tenant>.recommendations".
    purchases : Purchases
    blend : Blend

    Returns
    -------
    RankingPackage
        Without a version yet, and without figures.
    """
    matrix, popularity = _bought(purchases), _popularity(purchases, POPULAR_FOR_DAYS)
    buyers = np.bincount(matrix.indices, minlength=len(purchases.products))
    return RankingPackage(
        name=name,
        version="0",
        products=purchases.products,
        popularity=popularity,
        rising=_rising(popularity, _popularity(purchases, BEFORE_FOR_DAYS)),
        again=_bought_again(purchases),
        buyers=buyers.astype(np.int64),
        links=product_links(matrix),
        blend=blend,
    )


def product_links(bought: csr_array) -> ProductLinks:
    """Link products that the same customers buy.

    Parameters
    ----------
    bought : sparse array of shape (n_customers, n_products)
        1 where the customer bought the product.

    Returns
    -------
    ProductLinks
    """
    together = (bought.T @ bought).tocsr()
    together.sort_indices()
    buyers = together.diagonal()
    weigh = _Ease(together, bought.shape[0]) if len(buyers) <= EASE_MOST else _Cosine(together)
    rows: list[tuple[NDArray[np.int64], Floats, Floats]] = []
    for product in range(len(buyers)):
        span = slice(together.indptr[product], together.indptr[product + 1])
        others, customers = together.indices[span], together.data[span]
        alike = customers / np.sqrt(buyers[product] * buyers[others])
        alike[others == product] = 0.0
        both = np.zeros(len(buyers))
        both[others] = customers
        weights = weigh.of(product)
        weights[product] = 0.0
        kept = np.union1d(_highest(weights, LEARNED), others[_highest(alike, TOGETHER)])
        rows.append((kept, weights[kept], both[kept]))
    return ProductLinks(
        starts=np.cumsum([0, *(len(kept) for kept, _, _ in rows)], dtype=np.int64),
        products=np.concatenate([kept for kept, _, _ in rows]).astype(np.int32),
        weights=np.concatenate([weights for _, weights, _ in rows]).astype(np.float32),
        customers=np.concatenate([both for _, _, both in rows]).astype(np.int32),
    )


class _Ease:
    """The weights of EASE; its ridge grows with the number of customers up to a thousand."""

    def __init__(self, together: csr_array, customers: int) -> None:
        from scipy.linalg import lapack

        table = together.toarray()
        table[np.diag_indices_from(table)] += min(max(customers / 4, 50.0), 1_000.0)
        # In place, and the lower half alone: at ten thousand products a copy is 800 MB.
        factor, _ = lapack.dpotrf(table.T, lower=True, clean=False, overwrite_a=True)
        self._inverse, _ = lapack.dpotri(factor, lower=True, overwrite_c=True)
        self._diagonal = self._inverse.diagonal().copy()

    def of(self, product: int) -> Floats:
        """What a purchase of one product says of each other one."""
        half = self._inverse[product, : product + 1], self._inverse[product + 1 :, product]
        found: Floats = -np.concatenate(half) / self._diagonal
        return found


class _Cosine:
    """How much the buyers of two products are the same."""

    def __init__(self, together: csr_array) -> None:
        self._together, self._buyers = together, together.diagonal()

    def of(self, product: int) -> Floats:
        """How much those who bought one product bought each other one."""
        found = np.zeros(len(self._buyers))
        span = slice(self._together.indptr[product], self._together.indptr[product + 1])
        others = self._together.indices[span]
        found[others] = self._together.data[span]
        found[others] /= np.sqrt(self._buyers[product] * self._buyers[others])
        return found


def _highest(values: Floats, count: int) -> NDArray[np.int64]:
    """Places of the highest values above 0, in no order."""
    found = (
        np.argpartition(-values, count)[:count] if len(values) > count else np.arange(len(values))
    )
    return found[values[found] > 0]


def _bought(purchases: Purchases) -> csr_array:
    from scipy.sparse import csr_array

    pairs = np.unique(np.stack([purchases.customer, purchases.product]), axis=1)
    shape = len(purchases.customers), len(purchases.products)
    return csr_array((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=shape)


def _popularity(purchases: Purchases, half_life: int) -> Floats:
    """Purchases faded by their age, beside the product bought most."""
    days: Any = purchases.days_ago
    oldest = int(days.max(initial=0))
    faded = np.array([math.pow(0.5, day / half_life) for day in range(oldest + 1)])
    found = np.bincount(purchases.product, weights=faded[days], minlength=len(purchases.products))
    popularity: Floats = found / found.max()
    return popularity


def _rising(now: Floats, before: Floats) -> Floats:
    """How much more is bought of each product than before."""
    pairs = zip((now + _HARDLY).tolist(), (before + _HARDLY).tolist(), strict=True)
    return np.array([math.log(late / early) for late, early in pairs])


def _bought_again(purchases: Purchases) -> Floats:
    """The share of each product's buyers who bought it again; of few buyers it is drawn to that of all products."""
    pairs = np.stack([purchases.customer, purchases.product])
    unique, times = np.unique(pairs, axis=1, return_counts=True)
    count = len(purchases.products)
    buyers = np.bincount(unique[1], minlength=count)
    repeaters = np.bincount(unique[1], weights=times > 1, minlength=count)
    share: Floats = (repeaters + 2 * repeaters.sum() / buyers.sum()) / (buyers + 2)
    return share
