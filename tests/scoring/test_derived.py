"""Derived columns: seen by the components, told by outputs, the same for one row and many, there and back on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.scoring.samples import grow, linear

from scoring.derived import FIGURES, DerivedColumns, figures_of
from scoring.errors import InvalidPackage
from scoring.files import read_package, write_package
from scoring.package import Package, PackageOutput
from scoring.parts import is_same_model
from scoring.purchase_models import BetaGeometric, GammaGamma
from scoring.purchases import INPUTS, SpendForecast
from scoring.scorer import explain, score
from scoring.tree_tables import trees_component

NAMES = ("return_rate", "order_days", "days_ordering", "spend", "days_since_first_order", "late")
DERIVED = DerivedColumns(
    forecast=SpendForecast(
        horizon_days=90,
        orders=BetaGeometric(r=0.6, alpha=45.0, a=0.5, b=2.0),
        value=GammaGamma(p=6.25, q=3.74, v=1544.0),
    ),
    counted_to={
        "expected_orders": "days_ordering",
        "expected_spend": "spend",
        "alive_probability": "days_ordering",
    },
    places=(1, 5, 8),
)
WIDTH = len(NAMES) + len(DERIVED.counted_to)


@pytest.fixture
def package(random: np.random.Generator, make_package: Callable[..., Package]) -> Package:
    """A package whose components read three figures among the outputs."""
    return make_package(
        outputs=tuple(
            PackageOutput(
                name=name,
                hash=f"hash of {name}",
                family=name,
                unit="count",
                reference=1.0,
                template=f"{name} {{value}}.",
                missing=f"No {name}.",
            )
            for name in NAMES
        ),
        components=(
            trees_component([grow(random, WIDTH) for _ in range(40)], start=-0.4, weight=0.6),
            linear(random, WIDTH, weight=0.4),
        ),
        derived=DERIVED,
    )


def customers(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Rows in the order of `NAMES`; a tenth never ordered."""
    age = random.integers(0, 700, count).astype(np.float64)
    times = 1.0 + np.minimum(random.geometric(0.3, count) - 1, age)
    latest = np.where(times > 1, np.maximum(times - 1, np.round(age * random.random(count))), 0.0)
    spend = np.round(times * 4000 * random.random(count))
    rows = np.stack([random.random(count), times, latest, spend, age, times], axis=1)
    rows[random.random(count) < 0.1, 1:5] = np.nan
    return rows


def test_components_see_the_figures_among_the_outputs(
    random: np.random.Generator, package: Package
) -> None:
    rows = customers(random, 50)
    seen, expected = DERIVED.widen(rows, package.columns)
    alone = DERIVED.forecast.expect(rows[:, [NAMES.index(name) for name in INPUTS]])
    np.testing.assert_array_equal(expected.spend, alone.spend)
    np.testing.assert_array_equal(np.delete(seen, DERIVED.places, axis=1), rows)
    np.testing.assert_array_equal(seen[:, 5], expected.spend)
    np.testing.assert_array_equal(seen[:, 8], expected.alive)
    apart = sum(part.weight * part.explain(seen)[1] for part in package.components)
    logit = package.base + package.calibration.slope * np.asarray(apart).sum(axis=1)
    np.testing.assert_allclose(score(package, rows).logit, logit, rtol=1e-12, atol=1e-12)


def test_figures_are_told_by_the_outputs_they_are_counted_to(
    random: np.random.Generator, package: Package
) -> None:
    rows = customers(random, 50)
    seen, _ = DERIVED.widen(rows, package.columns)
    apart = package.calibration.slope * np.asarray(
        sum(part.weight * part.explain(seen)[1] for part in package.components)
    )
    told = explain(package, rows).contributions
    np.testing.assert_allclose(told[:, 2], apart[:, [3, 1, 8]].sum(axis=1), atol=1e-11)
    np.testing.assert_allclose(told[:, 3], apart[:, [4, 5]].sum(axis=1), atol=1e-11)
    np.testing.assert_allclose(told[:, [0, 1, 4, 5]], apart[:, [0, 2, 6, 7]], atol=1e-11)


def test_contributions_still_give_the_logit_exactly(
    random: np.random.Generator, package: Package
) -> None:
    scores = explain(package, customers(random, 200))
    for contributions, logit in zip(
        scores.contributions.tolist(), scores.logit.tolist(), strict=True
    ):
        total = scores.base
        for contribution in contributions:
            total += contribution
        assert total == logit


@pytest.mark.parametrize("count", [1, 2, 9, 513, 1100])
def test_one_row_and_many_agree_to_the_bit(
    random: np.random.Generator, package: Package, count: int
) -> None:
    rows = customers(random, count)
    many = explain(package, rows)
    for place in random.choice(count, size=min(count, 40), replace=False):
        one = explain(package, rows[place : place + 1])
        assert one.logit.tobytes() == many.logit[place : place + 1].tobytes()
        assert one.contributions.tobytes() == many.contributions[place : place + 1].tobytes()


def test_a_package_with_figures_is_the_same_after_its_file(
    random: np.random.Generator, package: Package, tmp_path: Path
) -> None:
    write_package(package, tmp_path)
    read = read_package(tmp_path)
    assert read.derived == DERIVED
    assert tuple(read.derived.counted_to) == tuple(DERIVED.counted_to)
    assert is_same_model(read, package)
    rows = customers(random, 100)
    assert score(read, rows).logit.tobytes() == score(package, rows).logit.tobytes()


def test_a_package_without_the_inputs_is_refused(package: Package) -> None:
    with pytest.raises(InvalidPackage, match=r"derived columns; got no \['spend'\]"):
        replace(
            package,
            outputs=tuple(
                replace(output, name="paid") if output.name == "spend" else output
                for output in package.outputs
            ),
        )


def test_an_unknown_figure_is_refused() -> None:
    with pytest.raises(InvalidPackage, match=r"must be among .*; got \['luck'\]"):
        DerivedColumns(forecast=DERIVED.forecast, counted_to={"luck": "spend"}, places=(0,))


def test_figures_without_a_place_each_are_refused() -> None:
    with pytest.raises(InvalidPackage, match=r"a place each, rising; got \[2, 1, 3\]"):
        replace(DERIVED, places=(2, 1, 3))


def test_every_figure_is_known_of_who_ordered_and_of_nobody_else(
    random: np.random.Generator,
) -> None:
    rows = customers(random, 100)[:, [NAMES.index(name) for name in INPUTS]]
    figures = figures_of(DERIVED.forecast, rows, tuple(FIGURES))
    np.testing.assert_array_equal(np.isnan(figures), np.isnan(rows[:, [0]]).repeat(3, axis=1))
    known = figures[~np.isnan(figures[:, 0])]
    assert (known[:, 2] <= 1).all()
    assert (known >= 0).all()
