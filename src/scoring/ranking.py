"""What a ranking package holds: for each product which others are bought by the same customers, and how to blend that.

A ranking answers with a list of products. It knows them by their ids alone: names, and what is for sale today, are
the shop's to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoring.any_package import AnyPackage
from scoring.errors import InvalidPackage


@dataclass(frozen=True, kw_only=True, eq=False)
class ProductLinks:
    """From each product to others, the rows of a sparse table.

    Parameters
    ----------
    starts : int array of shape (n_products + 1,)
        Where the links of each product begin.
    products : int array of shape (n_links,)
        The linked product, by its place; each once in a row.
    values : float array of shape (n_links,)
        How strong each link is.
    """

    starts: NDArray[np.int64]
    products: NDArray[np.int32]
    values: NDArray[np.float64]

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
        places = len(self.products) == len(self.values)
        known = not len(self.products) or int(self.products.max()) < n_products
        return bool(ends and places and known)

    def of(self, product: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Give the links of a product.

        Parameters
        ----------
        product : int
            Its place.

        Returns
        -------
        tuple of int array and float array
            The linked products' places, and how strong each link is.
        """
        row = slice(int(self.starts[product]), int(self.starts[product + 1]))
        return self.products[row], self.values[row]


@dataclass(frozen=True, kw_only=True)
class Blend:
    """How much each source of a ranking counts.

    Parameters
    ----------
    own : float, >= 0
        What the customer bought before, faded by its age.
    related : float, >= 0
        What is linked to it.
    popular : float, >= 0
        What everybody buys.
    half_life_days : float, > 0
        After how long a purchase counts half.
    """

    own: float
    related: float
    popular: float
    half_life_days: float


@dataclass(frozen=True, kw_only=True, eq=False)
class RankingPackage(AnyPackage):
    """A ranking of a shop's products for each of its customers.

    Parameters
    ----------
    name : str
        Registered name, "<tenant>.<model>".
    version : str
        Version of the registered model.
    products : tuple of str
        The ids of the products that are ranked; a product's place in it stands for it.
    popularity : float array of shape (n_products,), in [0, 1]
        How much it is bought of late, beside the one bought most.
    links : ProductLinks
        What a purchase says of other products, learned.
    together : ProductLinks
        By how many customers two products were both bought.
    buyers : int array of shape (n_products,)
        By how many customers each was bought.
    blend : Blend
    validation : mapping
        Recall and NDCG of the exported package, out of time, beside the baselines.
    card : mapping
        The model card.
    trained_on : mapping
        Snapshot, cutoffs, rows: what reproduces it.

    Raises
    ------
    InvalidPackage
        "package ... must ..."
    """

    products: tuple[str, ...]
    popularity: NDArray[np.float64]
    links: ProductLinks
    together: ProductLinks
    buyers: NDArray[np.int64]
    blend: Blend

    def __post_init__(self) -> None:
        super().__post_init__()
        count = len(self.products)
        if not count or len(set(self.products)) != count:
            raise InvalidPackage(
                f"package {self.label} must list each of its products once; got {count} places for"
                f" {len(set(self.products))}. Remove the repeated ones."
            )
        if {len(self.popularity), len(self.buyers)} != {count} or not all(
            table.fits(count) for table in (self.links, self.together)
        ):
            raise InvalidPackage(
                f"package {self.label} must have tables of its {count} products; got others."
                " Export it again."
            )

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each product."""
        return {product: place for place, product in enumerate(self.products)}
