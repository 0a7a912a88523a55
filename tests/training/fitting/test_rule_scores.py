"""Which risk a rule score stands for is read off who paid."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scoring.calibration import Calibration, sigmoid
from scoring.rules import RuleInputs
from scoring.scale import Scale
from training.fitting.rule_scores import calibrate_rules, rule_scores

INPUTS = RuleInputs(
    columns={"delivered_orders": "delivered_orders", "return_rate": "return_rate"},
    typical_order=5000.0,
)


def make_rows(slope: float, intercept: float, count: int = 6000) -> pd.DataFrame:
    """Customers who do not pay with a risk that is a line on the log-odds of their rule score."""
    random = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "delivered_orders": random.poisson(3, count).astype(float),
            "return_rate": random.beta(1, 3, count),
        }
    )
    logits = [Scale().logit(points) for points in rule_scores(frame, INPUTS).tolist()]
    risks = np.array([sigmoid(slope * logit + intercept) for logit in logits])
    return frame.assign(label=(random.random(count) < risks).astype("int64"))


def test_the_line_that_is_true_is_found_and_its_mean_is_what_was_observed() -> None:
    frame = make_rows(0.8, 0.5)
    found = calibrate_rules(frame, INPUTS)
    assert found is not None
    assert found.slope == pytest.approx(0.8, abs=0.15)
    inputs = RuleInputs(columns=INPUTS.columns, typical_order=5000.0, calibration=found)
    told = [inputs.probability(points) for points in rule_scores(frame, INPUTS).tolist()]
    assert np.mean(np.array(told, dtype=float)) == pytest.approx(frame["label"].mean(), abs=1e-9)


@pytest.mark.parametrize(
    "frame",
    [
        make_rows(0.8, 0.5, count=60).assign(label=0),
        make_rows(-1.0, -2.0),
        make_rows(0.8, 0.5).assign(delivered_orders=2.0, return_rate=0.0),
    ],
    ids=["nobody failed to pay", "more points go with more risk", "all score alike"],
)
def test_where_it_does_not_tell_who_pays_it_has_no_risk(frame: pd.DataFrame) -> None:
    assert calibrate_rules(frame, INPUTS) is None
    assert INPUTS.probability(640) is None
    assert INPUTS.scaled(640) is None


def test_on_the_scale_more_points_stay_more_points() -> None:
    inputs = RuleInputs(
        columns={}, typical_order=1.0, calibration=Calibration(slope=0.4, intercept=-1.0)
    )
    scaled = [inputs.scaled(points) for points in range(300, 1001, 20)]
    assert scaled == sorted(scaled, key=lambda points: points or 0)
    assert len(set(scaled)) > 10
