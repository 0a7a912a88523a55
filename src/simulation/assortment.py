"""What the shop sells, and for whom: sellers, categories, products and variants with prices."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from commerce.records.identity import imported_id
from commerce.records.money import minor_digits
from simulation.records import Category, Product, Seller, Variant
from simulation.rng import seeded_rng

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
_SELLERS = 10


@dataclass(frozen=True, kw_only=True)
class Assortment:
    """The shop's sellers, categories, products and variants."""

    sellers: tuple[Seller, ...]
    categories: tuple[Category, ...]
    products: tuple[Product, ...]
    variants: tuple[Variant, ...]
    shares: tuple[float, ...]
    """Running share of trade over the variants: a few sell most."""
    by_category: dict[str, tuple[Variant, ...]]
    """The variants of each category that holds products."""
    typical_basket: float
    """Minor units, about the median order."""

    def records(self) -> Iterator[object]:
        """Give everything that is on record, sellers first."""
        yield from (*self.categories, *self.sellers, *self.products, *self.variants)

    def pick(self, rng: Random) -> Variant:
        """Draw a variant by popularity."""
        place = bisect_right(self.shares, rng.random())
        return self.variants[min(place, len(self.variants) - 1)]

    def pick_from(self, category: str, rng: Random) -> Variant:
        """Draw a variant of a category, the first ones more often."""
        variants = self.by_category[category]
        return variants[int(len(variants) * rng.random() ** 2)]


def draw_assortment(
    seed: int, tenant: str, currency: str, opening: int, buyers: list[str]
) -> Assortment:
    """Draw the assortment that belongs to a seed.

    Parameters
    ----------
    tenant : str
        The slug; ids are derived from it.
    currency : str
        ISO 4217; prices end in .99 where the currency has minor digits.
    opening : int
        Instant since when the sellers are there.
    buyers : list of str
        Ids of customers who sell too: the first sellers.
    """
    rng = seeded_rng(seed, "assortment")

    def key(kind: str, name: str) -> str:
        return imported_id(tenant, kind, name).hex

    sellers = [
        Seller(
            id=key("user", f"seller-{number:02d}"),
            username=f"seller-{number:02d}",
            customer_id=buyers[number - 1] if number <= len(buyers) else None,
            created_at=opening,
            slowness=rng.normalvariate(0.0, 0.35),
        )
        for number in range(1, _SELLERS + 1)
    ]
    places = [(leaf, root) for root, leaves in _TREE.items() for leaf in leaves]
    parents = {**dict.fromkeys(_TREE), **dict(places)}
    products: list[Product] = []
    variants: list[Variant] = []
    for number in range(1, _PRODUCTS + 1):
        leaf, root = places[(number - 1) % len(places)]
        seller = sellers[int(_SELLERS * rng.random() ** 1.5)]
        product = Product(
            id=key("product", f"P{number:04d}"),
            external_id=f"P{number:04d}",
            name=f"{_KINDS[(number - 1) // len(places)]} {leaf}",
            category_id=key("category", leaf),
            seller=seller,
            seller_id=seller.id,
            category=leaf,
            sent_back=_SENT_BACK[root],
        )
        products.append(product)
        price = _MEDIAN_PRICE[root] * math.exp(rng.normalvariate(0.0, 0.7))
        for letter in "ABC"[: rng.randint(1, 3)]:
            sku = f"{product.external_id}-{letter}"
            variants.append(
                Variant(
                    id=key("variant", sku),
                    product_id=product.id,
                    sku=sku,
                    price_minor=_price_tag(price * (0.9 + 0.3 * rng.random()), currency),
                    currency=currency,
                    product=product,
                )
            )
    rng.shuffle(variants)
    weights = [(rank + 6) ** -0.9 for rank in range(len(variants))]
    total = sum(weights)
    prices = sorted(variant.price_minor for variant in variants)
    return Assortment(
        sellers=tuple(sellers),
        categories=tuple(
            Category(key("category", name), parent and key("category", parent), name)
            for name, parent in sorted(parents.items(), key=lambda item: item[1] is not None)
        ),
        products=tuple(products),
        variants=tuple(variants),
        shares=tuple(share / total for share in accumulate(weights)),
        by_category={
            leaf: tuple(variant for variant in variants if variant.product.category == leaf)
            for leaf, _ in places
        },
        typical_basket=2.0 * prices[len(prices) // 2],
    )


def _price_tag(major: float, currency: str) -> int:
    """Turn a price into minor units that look like a price tag."""
    digits = minor_digits(currency)
    if digits == 0:
        return max(10, round(major * 15) * 10)
    unit = int(10**digits)
    return max(1, math.ceil(major)) * unit - unit // 100
