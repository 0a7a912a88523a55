"""Random trees, linear components, and rows with holes: what packages for tests are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.binned import Binned, Term, binned_component
from scoring.calibration import Calibration
from scoring.linear import Linear
from scoring.package import DecisionRule, Package, PackageOutput
from scoring.populations import Group, Population
from scoring.scale import Scale
from scoring.tree_tables import Tree

NAMES = ("days_since_order", "order_gap_mean", "spend_365d", "late_rate", "orders_365d")
UNITS = ("days", "days", "minor", "share", "count")
FAMILIES = ("recency", "rhythm", "spend", "delivery", "spend")

_LINE = Calibration(slope=1.3, intercept=-1.5)
_CURVE = replace(_LINE, knots=(-3.0, -1.0, 0.5), heights=(-2.5, -2.0, 1.0))
CALIBRATIONS = (Calibration(), _LINE, _CURVE)

OTHERS = Population(
    name="owing",
    description="customers who owe something",
    others=(
        Group(name="new", feature=NAMES[4], missing=True, note="New."),
        Group(
            name="late",
            feature=NAMES[0],
            above=0.4,
            note="Late.",
            calibration=Calibration(slope=0.5, intercept=1.0),
        ),
        Group(name="few", feature=NAMES[2], equals=0.1, note="Few."),
    ),
)
"""Groups of which one is calibrated by itself."""


def grow(random: np.random.Generator, columns: int, leaves: int = 8) -> Tree:
    """A random tree: split a random leaf until there are enough; some tests ask alone whether a value is missing."""
    feature, threshold, missing_left = [0], [0.0], [False]
    left, right, cover, value = [-1], [-1], [float(random.integers(300, 900))], [random.normal()]
    while left.count(-1) < leaves:
        node = int(random.choice([place for place, child in enumerate(left) if child < 0]))
        if cover[node] < 2:
            continue
        share = float(random.integers(1, int(cover[node])))
        feature[node] = int(random.integers(columns))
        threshold[node] = round(float(random.normal()), 1)
        missing_left[node] = bool(random.integers(2))
        if round(share) % 8 == 0:  # whether there is a value at all
            threshold[node], missing_left[node] = np.inf, False
        left[node], right[node] = len(left), len(left) + 1
        for part in (share, cover[node] - share):
            feature.append(0)
            threshold.append(0.0)
            missing_left.append(False)
            left.append(-1)
            right.append(-1)
            cover.append(part)
            value.append(float(random.normal()))
    return Tree(
        feature=np.array(feature),
        threshold=np.array(threshold),
        missing_left=np.array(missing_left),
        left=np.array(left),
        right=np.array(right),
        cover=np.array(cover),
        value=np.array(value),
    )


def rows(random: np.random.Generator, count: int, columns: int) -> NDArray[np.float64]:
    """Rows of which a fifth of the values is missing; some lie exactly on a threshold."""
    values = np.where(random.random((count, columns)) < 0.5, 1, 40) * random.normal(
        size=(count, columns)
    )
    values = np.round(values, 1)
    values[random.random((count, columns)) < 0.2] = np.nan
    return values


def linear(random: np.random.Generator, columns: int, weight: float = 1.0) -> Linear:
    """A linear component with logarithms on every other column."""
    return Linear(
        weight=weight,
        base=float(random.normal()),
        log=np.arange(columns) % 2 == 0,
        fill=random.normal(size=columns),
        mean=random.normal(size=columns),
        coefficient=random.normal(size=columns),
        missing_mean=random.random(columns),
        missing_coefficient=random.normal(size=columns),
    )


def binned(random: np.random.Generator, columns: int, weight: float = 1.0) -> Binned:
    """A shape function of every column, of none to nine cut points, and of two pairs."""

    places = [(column,) for column in range(columns)]
    return _binned(random, [*places, (0, columns - 1), (2, 1)], weight)


def step_functions(random: np.random.Generator, columns: int, weight: float = 1.0) -> Binned:
    """A shape function of every column by itself, as a scorecard has them."""
    return _binned(random, [(column,) for column in range(columns)], weight)


def scorecard(random: np.random.Generator, **parts: object) -> Package:
    """A package of two blended scorecards on the credit scale; any of its parts can be given."""
    given: dict[str, object] = {
        "name": "demo.credit",
        "version": "1",
        "currency": "EUR",
        "outputs": tuple(
            PackageOutput(
                name=name,
                hash=name,
                family=name,
                unit=unit,
                reference=2.0,
                template=f"{name} is {{value}}.",
                missing=f"No {name}.",
            )
            for name, unit in zip(NAMES, UNITS, strict=True)
        ),
        "components": tuple(step_functions(random, len(NAMES), weight) for weight in (0.7, 0.3)),
        "decision": DecisionRule(
            threshold=0.2, at_or_above="refuse", below="approve", rule="Money."
        ),
        "scale": Scale(),
    }
    return Package(**(given | parts))  # type: ignore[arg-type]


def _binned(
    random: np.random.Generator, terms_of: Sequence[tuple[int, ...]], weight: float
) -> Binned:
    def cuts() -> NDArray[np.float64]:
        return np.unique(np.round(random.normal(size=random.integers(10)), 1))

    terms = []
    for places in terms_of:
        axes = tuple(cuts() for _ in places)
        shape = tuple(len(axis) + 2 for axis in axes)
        terms.append(Term(columns=places, cuts=axes, contributions=random.normal(size=shape)))
    return binned_component(terms, base=float(random.normal()), weight=weight)
