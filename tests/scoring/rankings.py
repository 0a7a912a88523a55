"""A small ranking for tests: tea is bought with cups, and now and then with a kettle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from scoring.ranking import Blend, ProductLinks, RankingPackage

TEA, CUP, KETTLE, LAMP = PRODUCTS = ("tea", "cup", "kettle", "lamp")


def links(rows: Mapping[str, Mapping[str, float]]) -> ProductLinks:
    """Links between products by their names."""
    places = {product: place for place, product in enumerate(PRODUCTS)}
    listed = [rows.get(product, {}) for product in PRODUCTS]
    return ProductLinks(
        starts=np.cumsum([0, *map(len, listed)]),
        products=np.array([places[name] for row in listed for name in row], dtype=np.int32),
        values=np.array([value for row in listed for value in row.values()], dtype=np.float64),
    )


def make_ranking(**changes: Any) -> RankingPackage:
    """The ranking, with some of its parts otherwise."""
    ranking = RankingPackage(
        name="demo.recommendations",
        version="1",
        products=PRODUCTS,
        popularity=np.array([0.5, 0.25, 0.125, 1.0]),
        buyers=np.array([50, 40, 20, 90]),
        links=links({TEA: {CUP: 0.5, KETTLE: 0.25}, CUP: {TEA: 0.5}, KETTLE: {TEA: 0.25}}),
        together=links({TEA: {CUP: 34, KETTLE: 9}, CUP: {TEA: 34}, KETTLE: {TEA: 9}}),
        blend=Blend(own=0.5, related=1.0, popular=0.125, half_life_days=90.0),
        validation={"recall": 0.25},
        card={"kept": "blend"},
        trained_on={"as_of": "2011-06-01T00:00:00+00:00"},
    )
    return replace(ranking, **changes)
