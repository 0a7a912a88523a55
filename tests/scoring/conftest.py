"""Small packages made of random trees and a linear part."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from tests.scoring.samples import FAMILIES, NAMES, UNITS, grow, linear

from scoring.calibration import Calibration
from scoring.components import Component
from scoring.package import DecisionRule, Package, PackageOutput
from scoring.tree_tables import Tree, trees_component


@pytest.fixture
def random() -> np.random.Generator:
    """One seed for every test."""
    return np.random.default_rng(7)


def _trees(random: np.random.Generator) -> list[Tree]:
    """Random trees, of which some are a single leaf: boosting ends with such where nothing is left to learn."""
    trees = [grow(random, len(NAMES)) for _ in range(60)]
    return [*trees[:20], grow(random, len(NAMES), leaves=1), *trees[20:], grow(random, 1, leaves=1)]


@pytest.fixture
def make_package(random: np.random.Generator) -> Callable[..., Package]:
    """Make a package; any of its parts can be given."""

    def make(**parts: object) -> Package:
        components: tuple[Component, ...] = (
            trees_component(_trees(random), start=-0.4, weight=0.6),
            linear(random, len(NAMES), weight=0.4),
        )
        given: dict[str, object] = {
            "name": "demo.churn",
            "version": "1",
            "currency": "EUR",
            "outputs": tuple(
                PackageOutput(
                    name=name,
                    hash=f"hash of {name}",
                    family=family,
                    unit=unit,
                    reference=2.0,
                    template=f"{name} {{value}}; usually {{reference}}.",
                    missing=f"No {name}.",
                )
                for name, unit, family in zip(NAMES, UNITS, FAMILIES, strict=True)
            ),
            "components": components,
            "decision": DecisionRule(
                threshold=0.4, at_or_above="retain", below="none", rule="Because of the money."
            ),
            "calibration": Calibration(slope=1.1, intercept=-0.2),
            "validation": {"auc": 0.75},
            "card": {"label": "churn"},
            "trained_on": {"rows": 10},
        }
        return Package(**(given | parts))  # type: ignore[arg-type]

    return make
