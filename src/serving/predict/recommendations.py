"""What a customer may want next, of what can be bought now: the shop's ranking, or a list for who is new.

The ranking goes by what the customer bought as it was known at an instant; what is on sale and in stock is looked up as
it is now. A shop without a ranking has a list still: what its customers rated best.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from commerce.catalogue.on_sale import OnSale, best_rated, keeps_stock, names_of, on_sale
from commerce.records.instants import to_micros
from commerce.records.work import Work
from features.baskets import online_purchases
from scoring.ranker import Mode, rank
from scoring.ranking import RECOMMENDATIONS
from scoring.recommended import BoughtBefore, BoughtTogether, Recommended, sentence
from serving.errors import ModelMissing
from serving.predict.packages import PackageShelf

RATED = "one of the best rated"
"""Why something is recommended where there is no ranking."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A product that can be bought, and why it is recommended.

    Attributes
    ----------
    kind : str
        "bought_before", "bought_together", "popular" or "rated".
    reason : str
        To be read by the customer.
    """

    product: OnSale
    kind: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Recommendations:
    """What is recommended to a customer, the best first."""

    model_version: str | None
    """Label of the ranking; None where the shop has none."""
    is_fallback: bool
    """Whether nothing that the customer bought is known to the ranking."""
    suggestions: list[Suggestion] = field(default_factory=list)


def recommend(
    shelf: PackageShelf,
    work: Work,
    customer_id: UUID,
    mode: Mode,
    *,
    as_of: datetime,
    count: int = 10,
    above: int | None = 0,
) -> Recommendations:
    """Recommend products that can be bought.

    Parameters
    ----------
    customer_id : UUID
        Of the work's tenant.
    mode : {"history", "similar_customers", "inventory"}
        Where the shop keeps stock, what it has none of is left out of all; where it keeps none, nothing is there by
        inventory.
    as_of : datetime
        Aware; purchases known before it count.
    count : int, default 10
        Products at most.
    above : int or None, default 0
        By inventory: of which variants more are there; None: than what counts as low of each.

    Raises
    ------
    PackageDamaged, OtherKind
        If what the shop published as its ranking is none.
    """
    counted = mode == "inventory" or keeps_stock(work)
    enough = above if mode == "inventory" else 0
    try:
        package = shelf.ranking(work.tenant.slug, RECOMMENDATIONS)
    except ModelMissing:
        rated = best_rated(work, count, counted=counted, above=enough)
        listed = [Suggestion(product=each, kind="rated", reason=RATED) for each in rated]
        return Recommendations(model_version=None, is_fallback=True, suggestions=listed)
    purchases = online_purchases(work.connection, work.tenant.id, customer_id, to_micros(as_of))
    ranked = rank(package, purchases, mode)
    found = list(islice(_available(work, ranked, 2 * count, counted, enough), count))
    reasons = [each.reason for each, _ in found]
    via = {UUID(why.product) for why in reasons if isinstance(why, BoughtTogether)}
    names = {product.hex: name for product, name in names_of(work, via).items()} if via else {}
    return Recommendations(
        model_version=package.label,
        is_fallback=not any(product in package.places for product, _ in purchases),
        suggestions=[
            Suggestion(product=product, kind=_kind(each), reason=sentence(each.reason, names))
            for each, product in found
        ],
    )


def _available(
    work: Work, ranked: Iterator[Recommended], size: int, counted: bool, above: int | None
) -> Iterator[tuple[Recommended, OnSale]]:
    """Keep to what can be bought, looked up some at a time: the first ones usually can."""
    while part := list(islice(ranked, size)):
        there = on_sale(work, [UUID(each.product) for each in part], counted=counted, above=above)
        for each in part:
            product = there.get(UUID(each.product))
            if product is not None:
                yield each, product
        size = min(2 * size, 500)


def _kind(found: Recommended) -> str:
    if isinstance(found.reason, BoughtBefore):
        return "bought_before"
    return "bought_together" if isinstance(found.reason, BoughtTogether) else "popular"
