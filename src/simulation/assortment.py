"""What the shop sells: categories, products and variants with prices."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from commerce.money import minor_digits
from simulation.luck import luck

_TREE = {
    "home": ("kitchen", "lighting", "textiles"),
    "fashion": ("clothing", "shoes", "bags"),
    "technology": ("audio", "computing", "wearables"),
    "leisure": ("garden", "sport", "toys"),
}
_MEDIAN_PRICE = {"technology": 65.0, "fashion": 38.0, "home": 24.0, "leisure": 19.0}
_SENT_BACK = {"fashion": 1.0, "technology": 0.2, "home": -0.3, "leisure": -0.4}
_KINDS = (
    "classic",
    "compact",
    "family",
    "travel",
    "studio",
    "garden",
    "light",
    "grand",
    "plain",
    "fine",
)
_PRODUCTS = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """One thing that can be put into a basket."""

    sku: str
    product: str
    category: str
    price: int
    """Minor units, > 0."""
    sent_back: float
    """Log-odds added to the chance that it comes back."""


@dataclass(frozen=True, kw_only=True)
class Assortment:
    """The shop's categories, products and variants."""

    categories: tuple[tuple[str, str | None], ...]
    """Name and parent's name, parents first."""
    products: tuple[tuple[str, str, str], ...]
    """External id, name and category's name."""
    variants: tuple[Variant, ...]
    shares: tuple[float, ...]
    """Running share of trade over the variants: a few sell most."""
    shelves: dict[str, tuple[Variant, ...]]
    """The variants of each category."""
    typical_basket: float
    """Minor units, about the median order."""

    @property
    def leaves(self) -> tuple[str, ...]:
        """Categories that hold products."""
        return tuple(self.shelves)

    def pick(self, rng: Random) -> Variant:
        """Draw a variant by popularity."""
        place = bisect_right(self.shares, rng.random())
        return self.variants[min(place, len(self.variants) - 1)]

    def pick_from(self, category: str, rng: Random) -> Variant:
        """Draw a variant of a category, the first ones more often."""
        shelf = self.shelves[category]
        return shelf[int(len(shelf) * rng.random() ** 2)]


def stock_the_shop(seed: int, currency: str) -> Assortment:
    """Draw the assortment that belongs to a seed.

    Parameters
    ----------
    seed : int
    currency : str
        ISO 4217; prices end in .99 where the currency has minor digits.
    """
    rng = luck(seed, "assortment")
    categories: list[tuple[str, str | None]] = []
    for root, leaves in _TREE.items():
        categories.append((root, None))
        categories.extend((leaf, root) for leaf in leaves)
    places = [(leaf, root) for root, leaves in _TREE.items() for leaf in leaves]
    products: list[tuple[str, str, str]] = []
    variants: list[Variant] = []
    for number in range(1, _PRODUCTS + 1):
        leaf, root = places[(number - 1) % len(places)]
        external = f"P{number:04d}"
        products.append((external, f"{_KINDS[(number - 1) // len(places)]} {leaf}", leaf))
        price = _MEDIAN_PRICE[root] * math.exp(rng.normalvariate(0.0, 0.7))
        for letter in "ABC"[: rng.randint(1, 3)]:
            variants.append(
                Variant(
                    sku=f"{external}-{letter}",
                    product=external,
                    category=leaf,
                    price=_price_tag(price * (0.9 + 0.3 * rng.random()), currency),
                    sent_back=_SENT_BACK[root],
                )
            )
    rng.shuffle(variants)
    weights = [(rank + 6) ** -0.9 for rank in range(len(variants))]
    total = sum(weights)
    shelves = {
        leaf: tuple(variant for variant in variants if variant.category == leaf)
        for leaf, _ in places
    }
    return Assortment(
        categories=tuple(categories),
        products=tuple(products),
        variants=tuple(variants),
        shares=tuple(share / total for share in accumulate(weights)),
        shelves=shelves,
        typical_basket=2.0 * sorted(variant.price for variant in variants)[len(variants) // 2],
    )


def _price_tag(major: float, currency: str) -> int:
    """Turn a price into minor units that look like a price tag."""
    digits = minor_digits(currency)
    if digits == 0:
        return max(10, round(major * 15) * 10)
    unit = int(10**digits)
    return max(1, math.ceil(major)) * unit - unit // 100
