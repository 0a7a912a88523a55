"""What a shop decides about a model is checked, laid over the spec, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.offers import SuccessRate
from training.errors import InvalidSetting
from training.specs.churn import CHURN
from training.specs.credit import CREDIT
from training.specs.decided import check_settings, settled, within
from training.specs.economics import Retention
from training.specs.populations import Active


def test_a_shop_that_decided_nothing_has_the_spec_itself() -> None:
    assert settled(CHURN, {}) is CHURN
    assert settled(CHURN, {"models": {"credit": {"margin": 0.4}}}) is CHURN


def test_everything_that_can_be_decided_is_laid_over_the_spec() -> None:
    decided = {
        "horizon_days": 60,
        "active_within": 120,
        "cutoffs": 4,
        "features": ["days_since_order", "orders_365d"],
        "margin": 0.4,
        "offer_cost": 250,
        "success": [{"rate": 0.1, "returns": False, "from_days": 0.0}],
    }
    spec = settled(CHURN, {"models": {"churn": decided}})
    assert (spec.horizon_days, spec.max_cutoffs) == (60, 4)
    assert spec.features == ("days_since_order", "orders_365d")
    assert isinstance(spec.population, Active)
    assert spec.population.within_days == 120
    assert isinstance(spec.economics, Retention)
    assert (spec.economics.margin, spec.economics.offer_cost) == (0.4, 250)
    assert spec.economics.success == (SuccessRate(rate=0.1, returns=False, from_days=0.0),)
    assert spec.label == CHURN.label


def test_a_form_that_a_shop_wants_is_laid_over_the_spec() -> None:
    spec = settled(CREDIT, {"models": {"credit": {"form": "scorecard"}}})
    assert (CREDIT.form, spec.form) == (None, "scorecard")
    with pytest.raises(InvalidSetting, match="form of credit must be one of scorecard; got 'tree'"):
        check_settings(CREDIT, {"form": "tree"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("margin", 0),
        ("margin", 3),
        ("margin", True),
        ("horizon_days", 0),
        ("horizon_days", 90.0),
        ("active_within", -1),
        ("features", ["no_such_feature"]),
        ("features", []),
        ("offer_cost", 2.5),
        ("success", [{"rate": 2.0, "returns": False, "from_days": 0.0}]),
        ("success", [{"share": 0.1}]),
    ],
)
def test_what_breaks_its_rule_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(InvalidSetting, match=f"^{name} of churn must be .*; got "):
        settled(CHURN, {"models": {"churn": {name: value}}})


def test_what_is_not_known_of_a_model_is_refused_with_a_hint() -> None:
    with pytest.raises(InvalidSetting, match=r"got 'margn'\. Did you mean margin"):
        check_settings(CHURN, {"margn": 0.3})
    with pytest.raises(InvalidSetting, match="setting of credit must be known; got 'offer_cost'"):
        check_settings(CREDIT, {"offer_cost": 100})
    with pytest.raises(InvalidSetting, match="credit must be about active customers"):
        within(CREDIT, 30)
