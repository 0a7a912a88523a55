"""One row and many, additivity, refusals."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log1p

import numpy as np
import pytest
from tests.scoring.samples import NAMES, rows

from scoring.calibration import Calibration
from scoring.errors import InvalidValues
from scoring.linear import Linear
from scoring.package import Package
from scoring.scorer import explain, score

MakePackage = Callable[..., Package]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 31, 64, 511, 512, 513, 1300])
def test_one_row_and_many_agree_to_the_bit(
    random: np.random.Generator, make_package: MakePackage, count: int
) -> None:
    package = make_package()
    values = rows(random, count, len(NAMES)) * 1e3
    many = explain(package, values)
    for place in random.choice(count, size=min(count, 60), replace=False):
        one = explain(package, values[place : place + 1])
        assert one.logit.tobytes() == many.logit[place : place + 1].tobytes()
        assert one.probability.tobytes() == many.probability[place : place + 1].tobytes()
        assert one.contributions.tobytes() == many.contributions[place : place + 1].tobytes()


@pytest.mark.parametrize("count", [1, 9, 256, 257, 1300, 2049])
def test_scores_are_to_the_bit_the_same_with_and_without_contributions(
    random: np.random.Generator, make_package: MakePackage, count: int
) -> None:
    curve = Calibration(slope=0.9, intercept=0.1, knots=(-1.0, 0.5), heights=(-2.0, 0.4))
    values = rows(random, count, len(NAMES)) * 1e3
    for package in (make_package(), make_package(calibration=curve)):
        explained, scores = explain(package, values), score(package, values)
        assert explained.logit.tobytes() == scores.logit.tobytes()
        assert explained.probability.tobytes() == scores.probability.tobytes()


def test_the_layout_in_memory_does_not_change_a_bit(
    random: np.random.Generator, make_package: MakePackage
) -> None:
    package, values = make_package(), rows(random, 500, len(NAMES))
    turned, spread = np.asfortranarray(values), np.repeat(values, 2, axis=1)[:, ::2]
    for same in (turned, spread):
        assert score(package, same).logit.tobytes() == score(package, values).logit.tobytes()


def test_base_and_contributions_give_the_logit_exactly_in_any_order(
    random: np.random.Generator, make_package: MakePackage
) -> None:
    scores = explain(make_package(), rows(random, 300, len(NAMES)))
    for contributions, logit in zip(
        scores.contributions.tolist(), scores.logit.tolist(), strict=True
    ):
        for order in (contributions, contributions[::-1], sorted(contributions)):
            total = scores.base
            for contribution in order:
                total += contribution
            assert total == logit


@pytest.mark.parametrize("size", [1e4, 1e300])
def test_log_odds_without_bounds_are_still_scored_and_explained(
    random: np.random.Generator, make_package: MakePackage, size: float
) -> None:
    package = make_package()
    values = rows(random, 40, len(NAMES)) * size
    explained = explain(package, values)
    assert explained.logit.tobytes() == score(package, values).logit.tobytes()
    assert not np.isnan(explained.contributions).any()
    sums = package.base + explained.contributions.sum(axis=1)
    np.testing.assert_allclose(sums, explained.logit, rtol=1e-12, atol=1e-9)


def test_a_linear_component_is_the_formula_it_documents(make_package: MakePackage) -> None:
    def full(value: float) -> np.ndarray:
        return np.full(len(NAMES), value)

    linear = Linear(
        weight=0.5,
        base=-1.0,
        log=np.arange(len(NAMES)) == 0,
        fill=full(4.0),
        mean=full(1.0),
        coefficient=full(2.0),
        missing_mean=full(0.25),
        missing_coefficient=full(0.5),
    )
    package = make_package(
        components=(linear,), calibration=Calibration(slope=2.0, intercept=0.125)
    )
    scores = explain(package, np.array([[-9.0, 3.0, np.nan, 1.0, 1.0]]))
    expected = [
        2.0 * (-log1p(9.0) - 1.0) - 0.125,
        2.0 * (3.0 - 1.0) - 0.125,
        2.0 * (4.0 - 1.0) + 0.375,
        -0.125,
        -0.125,
    ]
    np.testing.assert_allclose(
        linear.explain(np.array([[-9.0, 3.0, np.nan, 1.0, 1.0]]))[1][0], expected, rtol=1e-14
    )
    np.testing.assert_allclose(scores.contributions[0], expected, rtol=0, atol=1e-12)
    logit = 2.0 * 0.5 * -1.0 + 0.125 + sum(expected)
    assert scores.logit[0] == pytest.approx(logit, abs=2**-41)
    assert scores.probability[0] == pytest.approx(1 / (1 + exp(-logit)), abs=1e-12)


def test_probabilities_stay_in_range_however_far_the_logit(make_package: MakePackage) -> None:
    for slope in (1e6, -1e6):
        package = make_package(calibration=Calibration(slope=slope))
        probability = score(package, np.full((1, len(NAMES)), 3.0)).probability[0]
        assert 0.0 <= probability <= 1.0


def test_a_table_of_other_columns_is_refused(make_package: MakePackage) -> None:
    with pytest.raises(InvalidValues, match="table of 5 columns; got shape"):
        score(make_package(), np.zeros((2, 4)))
    with pytest.raises(InvalidValues, match="table of 5 columns; got shape"):
        score(make_package(), np.zeros(5))


def test_an_infinite_value_is_refused_by_name(make_package: MakePackage) -> None:
    values = np.zeros((3, 5))
    values[1, 2] = np.inf
    with pytest.raises(InvalidValues, match="infinite spend_365d"):
        score(make_package(), values)


def test_no_rows_give_no_scores(make_package: MakePackage) -> None:
    assert score(make_package(), np.zeros((0, 5))).logit.shape == (0,)
