"""The rule-based score: its range, that it is monotone, its bands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.errors import InvalidPackage
from scoring.rules import POINTS, START, RuleInputs, rule_score
from scoring.scale import Scale, band

REWARDS = ("spend", "delivered_orders", "average_order_value")
PENALTIES = ("return_rate", "failed_payment_rate", "cash_on_delivery_rate")

amounts = st.floats(0, 1e9)
rates = st.floats(0, 1)
customers = st.fixed_dictionaries(
    {},
    optional={name: amounts | st.none() for name in REWARDS}
    | {name: rates | st.none() for name in PENALTIES},
)


@given(st.dictionaries(st.sampled_from(list(POINTS)), st.none() | st.floats(allow_infinity=True)))
def test_any_customer_has_a_whole_score_from_300_to_1000(
    features: dict[str, float | None],
) -> None:
    score = rule_score(features)
    assert isinstance(score, int)
    assert 300 <= score <= 1000


@given(customers, st.sampled_from(REWARDS), amounts, amounts)
def test_raising_a_reward_alone_never_lowers_the_score(
    features: dict[str, float | None], name: str, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert rule_score(features | {name: low}) <= rule_score(features | {name: high})


@given(customers, st.sampled_from(PENALTIES), rates, rates)
def test_raising_a_penalty_alone_never_raises_the_score(
    features: dict[str, float | None], name: str, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert rule_score(features | {name: low}) >= rule_score(features | {name: high})


@given(customers, st.integers(1, 200), st.integers(0, 200))
def test_one_more_failed_attempt_never_raises_the_score(
    features: dict[str, float | None], attempts: int, failed: int
) -> None:
    failed = min(failed, attempts)
    before = rule_score(features | {"failed_payment_rate": failed / attempts})
    after = rule_score(features | {"failed_payment_rate": (failed + 1) / (attempts + 1)})
    assert after <= before


@given(customers, st.integers(1, 200), st.integers(0, 199))
def test_switching_one_payment_to_cash_on_delivery_never_raises_the_score(
    features: dict[str, float | None], payments: int, cash: int
) -> None:
    cash = min(cash, payments - 1)
    before = rule_score(features | {"cash_on_delivery_rate": cash / payments})
    after = rule_score(features | {"cash_on_delivery_rate": (cash + 1) / payments})
    assert after <= before


@pytest.mark.parametrize("name", POINTS)
def test_every_input_moves_the_score_over_its_range(name: str) -> None:
    start = rule_score({name: 0.0})
    far = rule_score({name: POINTS[name][-1][0] * 5000})
    assert far > start if name in REWARDS else far < start


def test_every_line_of_the_table_begins_at_no_points_and_goes_one_way() -> None:
    for name, points in POINTS.items():
        values, heights = zip(*points, strict=True)
        assert (values[0], heights[0]) == (0.0, 0.0)
        assert list(values) == sorted(set(values))
        assert list(heights) == sorted(set(heights), reverse=name in PENALTIES)


def test_the_same_habits_score_the_same_in_any_currency() -> None:
    euros = {"spend": 30_000, "average_order_value": 7_500, "delivered_orders": 4}
    yen = {"spend": 30_000 * 160, "average_order_value": 7_500 * 160, "delivered_orders": 4}
    assert rule_score(euros, typical_order=5_000) == rule_score(yen, typical_order=800_000)


@pytest.mark.parametrize(
    ("score", "name"),
    [
        (300, "E"),
        (499, "E"),
        (500, "D"),
        (599, "D"),
        (600, "C"),
        (699, "C"),
        (700, "B"),
        (799, "B"),
        (800, "A"),
        (1000, "A"),
    ],
)
def test_bands_begin_at_their_edges(score: int, name: str) -> None:
    assert band(score) == name


def test_the_scale_puts_each_band_at_its_probability() -> None:
    worst = {"A": 0.0123, "B": 0.0476, "C": 0.1666, "D": 0.444}
    for name, probability in worst.items():
        assert band(Scale().score(probability)) == name
        assert band(Scale().score(probability * 1.03)) != name


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_risk_never_scores_higher(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 300 <= Scale().score(high) <= Scale().score(low) <= 1000


def test_rule_inputs_refuse_what_the_table_does_not_know() -> None:
    with pytest.raises(InvalidPackage, match="rule inputs must be among"):
        RuleInputs(columns={"shoe_size": "shoe_size"}, typical_order=5000)
    with pytest.raises(InvalidPackage, match="more than 0 minor units; got 0"):
        RuleInputs(columns={}, typical_order=0)


def test_the_page_of_the_score_prints_the_table_that_decides() -> None:
    page = (Path(__file__).parents[2] / "docs" / "credit-score.md").read_text(encoding="utf-8")
    printed = page.split("<!-- table -->")[1].split("<!-- end -->")[0].strip().splitlines()[2:]
    read = {}
    for line in printed:
        name, *entries = (cell.strip() for cell in line.strip("|").split("|"))
        pairs = (entry.split(":") for entry in entries if entry)
        read[name] = tuple((float(value), float(points)) for value, points in pairs)
    assert read == dict(POINTS)
    assert f"starts at {START} points" in page
