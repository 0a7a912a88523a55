"""Inputs drift where their spread moves by more than chance; figures break a promise where they leave its interval."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.training.datasets import FEATURES, make_frame, valued_package

from scoring.linear import Linear
from scoring.package import Package
from training.fitting.dataset import Dataset
from training.judging.drift import (
    ACT,
    WATCH,
    InputDrift,
    broken_promises,
    input_drift,
    spreads_of_training,
)
from training.judging.evaluation import Figures, measure


@pytest.fixture(scope="module")
def package(dataset: Dataset) -> Package:
    """A package that reads all features but one, and whose card tells how they were spread."""
    valued = valued_package()
    width = len(FEATURES)
    ones = np.ones(width)
    line = Linear(
        weight=1.0,
        base=0.0,
        log=np.zeros(width, dtype=np.bool_),
        fill=ones,
        mean=ones,
        coefficient=np.append(ones[1:], 0.0),
        missing_mean=np.zeros(width),
        missing_coefficient=np.zeros(width),
    )
    made = replace(
        valued,
        outputs=tuple(replace(valued.outputs[0], name=name, hash=name) for name in FEATURES),
        components=(line,),
        offer=None,
    )
    return replace(made, card={"inputs": spreads_of_training(dataset, made)})


def customers(number: int, seed: int) -> pd.DataFrame:
    """Customers of the shop the package was trained on."""
    return make_frame(number, (1,), seed)


def of(found: tuple[InputDrift, ...], name: str) -> InputDrift:
    return next(each for each in found if each.name == name)


def test_the_card_tells_how_each_input_that_the_model_reads_was_spread(
    package: Package, dataset: Dataset
) -> None:
    kept = package.card["inputs"]
    assert list(kept["spreads"]) == list(FEATURES[:-1])
    assert kept["customers"] == dataset.train["customer_id"].nunique()
    recency = kept["spreads"]["days_since_order"]
    assert recency["median"] == dataset.train["days_since_order"].median()
    assert sum(recency["counts"]) == len(dataset.train)
    assert (
        kept["spreads"]["order_gap_days"]["counts"][-1]
        == dataset.train["order_gap_days"].isna().sum()
    )


def test_an_input_that_moved_has_drifted_and_the_others_have_not(package: Package) -> None:
    now = customers(600, seed=11).assign(
        days_since_order=lambda frame: frame["days_since_order"] + 40
    )
    found = input_drift(package, now)
    moved, *others = found
    assert (moved.name, moved.has_drifted) == ("days_since_order", True)
    assert moved.psi > ACT > moved.by_chance
    assert moved.since_tested > WATCH
    before, after = moved.moved.removeprefix("median ").split(" -> ")
    assert before.endswith("days")
    assert int(after.split()[0]) > int(before.split()[0]) + 30
    assert not any(each.has_drifted for each in others)


def test_an_input_whose_median_stays_is_told_by_the_place_that_moved(package: Package) -> None:
    now = customers(600, seed=11)
    gone = np.random.default_rng(5).random(len(now)) < 0.6
    lost = now.assign(order_gap_days=now["order_gap_days"].mask(gone))
    assert of(input_drift(package, lost), "order_gap_days").has_drifted
    steady = valued_package()
    kept = {"median": 1.0, "cuts": [0.0, 1.0], "counts": [40, 30, 30, 0], "tested": [9, 9, 9, 0]}
    card: dict[str, Any] = {
        "inputs": {
            "population": {"name": "everyone", "description": "all", "others": []},
            "customers": 100,
            "spreads": {"days_since_order": kept},
        }
    }
    frame = pd.DataFrame({"days_since_order": [1.0] * 60 + [5.0] * 40})
    (found,) = input_drift(replace(steady, card=card), frame)
    assert found.moved == "40% -> 0% of customers at 0 days or less"


def test_what_had_moved_as_far_when_the_model_was_tested_is_no_news(
    package: Package, dataset: Dataset
) -> None:
    def later(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(days_since_order=frame["days_since_order"] + 40)

    older = replace(dataset, test=later(dataset.test))
    tested = replace(package, card={"inputs": spreads_of_training(older, package)})
    found = of(input_drift(tested, later(customers(600, seed=11))), "days_since_order")
    assert found.psi > ACT
    assert not found.has_drifted
    moved_on = of(input_drift(tested, later(later(customers(600, seed=11)))), "days_since_order")
    assert moved_on.has_drifted


def test_a_handful_of_the_same_customers_does_not_cry_wolf(package: Package) -> None:
    drawn = [input_drift(package, customers(25, seed)) for seed in range(100, 140)]
    large = [each for found in drawn for each in found if each.psi >= ACT]
    assert len(large) > 40
    alarms = sum(any(each.has_drifted for each in found) for found in drawn)
    assert alarms <= 5


def test_only_customers_of_the_population_it_was_trained_for_count(package: Package) -> None:
    others = {
        "name": "lapsed", "feature": "days_since_order", "above": 90.0, "equals": None, "missing": True,
        "note": "Gone.", "returns": True, "calibration": {"slope": 1.0, "intercept": 0.0},
    }  # fmt: skip
    population = {"name": "active", "description": "not gone", "others": [others]}
    inputs = package.card["inputs"] | {"population": population}
    narrowed = replace(package, card={"inputs": inputs})
    now = customers(400, seed=9)
    gone = now.assign(days_since_order=500.0)
    assert input_drift(narrowed, pd.concat([now, gone])) == input_drift(narrowed, now)
    assert input_drift(narrowed, gone) == ()
    assert input_drift(replace(package, card={}), now) == ()


def matured(strength: float, rows: int = 2000, bend: float = 1.0) -> Figures:
    """Figures of probabilities that are right, but for a bend of their logits."""
    random = np.random.default_rng(8)
    logits = strength * random.normal(0, 1, rows)
    labels = (random.random(rows) < 1 / (1 + np.exp(-logits))).astype(np.int64)
    return measure(labels, 1 / (1 + np.exp(-bend * logits)))


CARD = {
    "out_of_time": {"auc": 0.75, "auc_low": 0.73, "auc_high": 0.77},
    "gates": [{"name": "calibration", "passed": True}],
}


def test_figures_within_what_the_card_promises_break_nothing() -> None:
    assert broken_promises(matured(1.0), CARD) == ()
    assert broken_promises(matured(1.0), {}) == ()


def test_a_ranking_that_got_worse_is_out_of_the_interval_that_was_promised() -> None:
    (said,) = broken_promises(matured(0.5), CARD)
    assert said.startswith("AUC 0.6")
    assert "on 2,000 customers whose outcomes are known by now, out of the 0.71" in said
    assert broken_promises(matured(0.9, rows=60), CARD) == ()


def test_probabilities_that_went_wrong_are_said_where_the_card_vouched_for_them() -> None:
    bent = matured(1.0, bend=2.5)
    (said,) = broken_promises(bent, CARD)
    assert said.startswith("probabilities may no longer be taken at their word: calibration error")
    never = CARD | {"gates": [{"name": "calibration", "passed": None}]}
    assert broken_promises(bent, never) == ()
