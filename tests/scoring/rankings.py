"""A small ranking for tests: tea is bought with cups, and now and then with a kettle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from scoring.ranking import Blend, ProductLinks, RankingPackage

TEA, CUP, KETTLE, LAMP = PRODUCTS = ("tea", "cup", "kettle", "lamp")


def links(rows: Mapping[str, Mapping[str, tuple[float, int]]]) -> ProductLinks:
    """Links between products by their names: what one says of the other, and who bought both."""
    places = {product: place for place, product in enumerate(PRODUCTS)}
    listed = [rows.get(product, {}) for product in PRODUCTS]
    values = [value for row in listed for value in row.values()]
    return ProductLinks(
        starts=np.cumsum([0, *map(len, listed)]),
        products=np.array([places[name] for row in listed for name in row], dtype=np.int32),
        weights=np.array([weight for weight, _ in values], dtype=np.float32),
        customers=np.array([customers for _, customers in values], dtype=np.int32),
    )


def make_ranking(**changes: Any) -> RankingPackage:
    """The ranking, with some of its parts otherwise."""
    ranking = RankingPackage(
        name="demo.recommendations",
        version="1",
        products=PRODUCTS,
        popularity=np.array([0.25, 0.0625, 0.01, 1.0]),
        rising=np.array([0.5, -0.5, 0.0, 2.0]),
        again=np.array([0.5, 0.125, 0.0, 0.0]),
        buyers=np.array([50, 40, 20, 90]),
        links=links(
            {
                TEA: {CUP: (0.5, 34), KETTLE: (0.75, 9)},
                CUP: {TEA: (0.5, 34)},
                KETTLE: {TEA: (0.75, 9)},
            }
        ),
        blend=Blend(often=1.0, related=0.25, popular=0.0625),
        validation={"recall": 0.25},
        card={"kept": "blend"},
        trained_on={"as_of": "2011-06-01T00:00:00+00:00"},
    )
    return replace(ranking, **changes)
