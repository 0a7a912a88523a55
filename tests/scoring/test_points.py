"""A table of points is the package: it gives the same score to everybody, whatever stands behind the sum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scoring.samples import CALIBRATIONS, NAMES, OTHERS, binned, linear, rows, scorecard

from scoring.calibration import Calibration
from scoring.decisions import decide_many
from scoring.errors import NoScorecard
from scoring.points import points_table
from scoring.populations import Population


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    calibration=st.sampled_from(CALIBRATIONS),
    population=st.sampled_from([None, OTHERS]),
)
def test_its_points_add_up_to_the_score(
    seed: int, calibration: Calibration, population: Population | None
) -> None:
    random = np.random.default_rng(seed)
    package = scorecard(random, calibration=calibration, population=population)
    card, values = points_table(package), rows(random, 40, len(NAMES)) / 4
    for row, decision in zip(values.tolist(), decide_many(package, values), strict=True):
        assert card.score(dict(zip(NAMES, row, strict=True))) == decision.score


def test_bins_leave_no_gap_and_the_widest_characteristic_comes_first() -> None:
    card = points_table(scorecard(np.random.default_rng(3)))
    for each in card.characteristics:
        assert each.bins[0].at_least is None
        assert each.bins[-1].below is None
        assert all(
            one.below == other.at_least
            for one, other in zip(each.bins[:-1], each.bins[1:], strict=True)
        )
    spreads = [each.spread for each in card.characteristics]
    assert spreads == sorted(spreads, reverse=True)
    told = list(card.rows)
    assert told[0] == {
        "characteristic": "base points", "at_least": None, "below": None, "missing": False,
        "points": card.base,
    }  # fmt: skip
    assert sum(row["missing"] for row in told) == len(card.characteristics)


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"components": (linear(np.random.default_rng(1), len(NAMES)),)}, "a linear model"),
        ({"components": (binned(np.random.default_rng(1), len(NAMES)),)}, "two features together"),
        ({"scale": None}, "a model without a credit score"),
    ],
)
def test_another_model_says_what_it_is_and_how_to_have_a_scorecard(
    parts: dict[str, object], found: str
) -> None:
    package = scorecard(np.random.default_rng(1), **parts)
    with pytest.raises(NoScorecard, match=found) as refused:
        points_table(package)
    assert "bellwether models set credit --form scorecard --tenant demo" in str(refused.value)
