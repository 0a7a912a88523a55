"""Intervals agree with the library's where it has them, and hold what is true as often as they say."""

from __future__ import annotations

from random import Random

import pytest
from scipy import stats
from scipy.stats.contingency import relative_risk

from analytics.intervals import (
    difference_of_means,
    difference_of_shares,
    risk_taken_away,
    share,
    smallest_seen,
)


@pytest.mark.parametrize(("part", "whole"), [(0, 10), (3, 17), (50, 200), (9, 9)])
def test_a_share_has_wilsons_interval(part: int, whole: int) -> None:
    known = stats.binomtest(part, whole).proportion_ci(method="wilson")
    found = share(part, whole)
    assert found is not None
    assert found[1:] == pytest.approx((known.low, known.high), abs=1e-12)


def test_a_difference_of_means_in_one_layer_is_welchs() -> None:
    rng = Random(4)
    one = [rng.lognormvariate(3, 1) for _ in range(30)]
    other = [rng.lognormvariate(2.5, 1.5) for _ in range(9)]
    known = stats.ttest_ind(one, other, equal_var=False).confidence_interval()
    found = difference_of_means([(one, other)])
    assert found is not None
    assert found[1:] == pytest.approx((known.low, known.high))


def test_layers_take_out_what_differs_between_them() -> None:
    rng = Random(4)
    layers = [
        ([base + rng.random() for _ in range(20)], [base + rng.random() for _ in range(10)])
        for base in (0.0, 1000.0)
    ]
    found = difference_of_means(layers)
    pooled = difference_of_means([([*layers[0][0], *layers[1][0]], [*layers[0][1], *layers[1][1]])])
    assert found is not None
    assert pooled is not None
    assert found.high - found.low < 1
    assert pooled.high - pooled.low > 100


def test_the_risk_that_is_taken_away_is_one_less_the_ratio_of_risks() -> None:
    known = relative_risk(30, 100, 40, 120)
    low, high = known.confidence_interval()
    found = risk_taken_away([((30, 100), (40, 120))])
    assert found is not None
    assert found == pytest.approx((1 - known.relative_risk, 1 - high, 1 - low))


def test_campaigns_of_other_risks_are_compared_each_within_itself() -> None:
    # in both a half is kept; put together as one, offers would seem to do harm
    tables = [((400, 1000), (80, 100)), ((5, 100), (100, 1000))]
    found = risk_taken_away(tables)
    assert found is not None
    assert found.value == pytest.approx(0.5)
    pooled = risk_taken_away([((405, 1100), (180, 1100))])
    assert pooled is not None
    assert pooled.value < -1


def test_of_nobody_nothing_is_said_and_where_nobody_left_the_interval_has_an_end() -> None:
    assert share(0, 0) is None
    assert difference_of_shares((0, 0), (1, 2)) is None
    assert difference_of_means([([1.0], [1.0, 2.0])]) is None
    assert risk_taken_away([((3, 10), (0, 10))]) is None
    assert risk_taken_away([]) is None
    found = risk_taken_away([((0, 40), (10, 40))])
    assert found is not None
    assert found.value == 1
    assert 0 < found.low < found.high == 1


def test_four_times_in_five_an_effect_of_the_size_that_can_be_seen_is_seen() -> None:
    rng, offered, withheld, risk = Random(9), 450, 150, 0.4
    effect = smallest_seen((risk * (1 - risk)) ** 0.5, offered, withheld)
    seen = 0
    for _ in range(400):
        left = sum(rng.random() < risk - effect for _ in range(offered))
        without = sum(rng.random() < risk for _ in range(withheld))
        found = difference_of_shares((without, withheld), (left, offered))
        assert found is not None
        seen += found.low > 0
    assert 0.75 < seen / 400 < 0.87
