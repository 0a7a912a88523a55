"""What a ranking package holds: of each product how it sells and what is bought with it, and how to blend that.

A ranking answers with a list of products. It knows them by their ids alone: names, and what is for sale today, are
the shop's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoring.any_package import AnyPackage
from scoring.errors import InvalidPackage

RECOMMENDATIONS = "recommendations"
"""The model of a tenant that says what its customers may want next."""

SOURCES: Mapping[str, str] = {
    "often": "in how many orders the customer bought it, the root of that",
    "owned": "whether the customer bought it at all",
    "lately": "its orders by the customer, each faded by its age",
    "again": "how many of its buyers bought it again; of what the customer bought",
    "wanted": "how much everybody buys of it of late; of what the customer bought",
    "rising": "how much more that is than before; of what the customer bought",
    "related": "what the things the customer bought say of it; of what is new to the customer",
    "together": "how many bought both it and what the customer bought; of what is new to the customer",
    "popular": "how much everybody buys of it of late; of what is new to the customer",
}
"""What a ranking is blended from, and what each says of a product."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ProductLinks:
    """From each product to others that the same customers buy, the rows of a sparse table.

    Parameters
    ----------
    starts : int array of shape (n_products + 1,)
        Where the links of each product begin.
    products : int array of shape (n_links,)
        The linked product, by its place; each once in a row.
    weights : float array of shape (n_links,)
        What one purchase says of the other, learned.
    customers : int array of shape (n_links,)
        How many bought both.
    """

    starts: NDArray[np.int64]
    products: NDArray[np.int32]
    weights: NDArray[np.float32]
    customers: NDArray[np.int32]

    def fits(self, n_products: int) -> bool:
        """Say whether the rows are those of so many products.

        Parameters
        ----------
        n_products : int

        Returns
        -------
        bool
        """
        ends = len(self.starts) == n_products + 1 and self.starts[-1] == len(self.products)
        places = len(self.products) == len(self.weights) == len(self.customers)
        known = not len(self.products) or int(self.products.max()) < n_products
        return bool(ends and places and known)

    def of(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find the links of some products, one product's after the other's.

        Parameters
        ----------
        places : int array of shape (n,)

        Returns
        -------
        tuple of int array and int array
            Where each link is in the table, and which of `places` it is of.
        """
        rows = [np.arange(self.starts[place], self.starts[place + 1]) for place in places.tolist()]
        lengths = [len(row) for row in rows]
        links = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
        return links, np.repeat(np.arange(len(rows)), lengths)


@dataclass(frozen=True, kw_only=True)
class Blend:
    """How much each source of a ranking counts: weights; what each source says stands in `SOURCES`.

    Parameters
    ----------
    often, owned, lately, again, wanted, rising, related, together, popular : float, default 0.0
    half_life_days : float, > 0, default 30.0
        After how long a purchase counts half, to `lately`.
    """

    often: float = 0.0
    owned: float = 0.0
    lately: float = 0.0
    again: float = 0.0
    wanted: float = 0.0
    rising: float = 0.0
    related: float = 0.0
    together: float = 0.0
    popular: float = 0.0
    half_life_days: float = 30.0

    @property
    def weights(self) -> tuple[float, ...]:
        """The weights in the order of `SOURCES`."""
        return tuple(getattr(self, source) for source in SOURCES)


@dataclass(frozen=True, kw_only=True, eq=False)
class RankingPackage(AnyPackage):
    """A ranking of a shop's products for each of its customers.

    Parameters
    ----------
    name : str
        Registered name, "<tenant>.<model>".
    version : str
        Version of the registered model.
    validation : mapping
        Recall and NDCG out of time, beside the baselines.
    card : mapping
        The model card.
    trained_on : mapping
        Snapshot, cutoffs, rows: what reproduces it.
    products : tuple of str
        The ids of the products that are ranked, 32 hex digits each; a product's place in it stands for it.
    popularity : float array of shape (n_products,), in [0, 1]
        How much is bought of it of late, beside the one bought most.
    rising : float array of shape (n_products,)
        The logarithm of that beside how much was bought of it over a longer time.
    again : float array of shape (n_products,), in [0, 1]
        The share of its buyers that bought it again.
    buyers : int array of shape (n_products,)
        By how many customers it was bought.
    links : ProductLinks
    blend : Blend

    Raises
    ------
    InvalidPackage
        "package ... must ..."
    """

    products: tuple[str, ...]
    popularity: NDArray[np.float64]
    rising: NDArray[np.float64]
    again: NDArray[np.float64]
    buyers: NDArray[np.int64]
    links: ProductLinks
    blend: Blend

    def __post_init__(self) -> None:
        super().__post_init__()
        count = len(self.products)
        if not count or len(set(self.products)) != count:
            raise InvalidPackage(
                f"package {self.label} must list each of its products once; got {count} places for"
                f" {len(set(self.products))}. Remove the repeated ones."
            )
        lengths = {*map(len, (self.popularity, self.rising, self.again, self.buyers))}
        if lengths != {count} or not self.links.fits(count):
            raise InvalidPackage(
                f"package {self.label} must have tables of its {count} products; got others."
                " Export it again."
            )

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each product."""
        return {product: place for place, product in enumerate(self.products)}
