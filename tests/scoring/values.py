"""Small packages for tests: what customers will pay, and in which segment they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from features.catalogue import CATALOGUE
from scoring.lifetime_value import ValueFormula, ValuePackage, ValueRange
from scoring.purchase_models import BetaGeometric, GammaGamma
from scoring.purchases import INPUTS, SpendForecast
from scoring.segments import Edges, SegmentPackage


def make_value(**changes: Any) -> ValuePackage:
    """A forecast of value, with some of its parts otherwise."""
    package = ValuePackage(
        name="demo.lifetime_value",
        version="1",
        currency="EUR",
        forecast=SpendForecast(
            horizon_days=90,
            orders=BetaGeometric(r=0.243, alpha=31.0, a=0.793, b=2.426),
            value=GammaGamma(p=6.25, q=3.74, v=1544.0),
        ),
        hashes=tuple(CATALOGUE[name].hash for name in INPUTS),
        formula=ValueFormula(factor=0.9, powers=(0.6, 0.3, 0.2, -0.1, -0.05), least=100.0),
        spread=ValueRange(limits=(1_000.0,), low=(0.0, 0.25), high=(1.5, 2.0), share=0.8),
        validation={"ratio": 0.97},
        card={"kept": "model"},
    )
    return replace(package, **changes)


def make_segments(**changes: Any) -> SegmentPackage:
    """Edges between segments, with some of their parts otherwise."""
    package = SegmentPackage(
        name="demo.segments",
        version="1",
        currency="EUR",
        edges=Edges(
            recency=(7, 30, 90, 200),
            frequency=(1, 2, 4, 8),
            monetary=(5_000, 10_000, 20_000, 40_000),
        ),
        validation={"champions": 120.0},
        card={"why": "quintiles of those who bought"},
    )
    return replace(package, **changes)
