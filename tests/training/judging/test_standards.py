"""Every gate on what a challenger is by itself, once where it passes and once where it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.judging.evaluation import measure
from training.judging.fairness import Fairness, GroupFigures
from training.judging.latency import BUDGET_MS
from training.judging.standards import (
    answers_in_time,
    beats_baselines,
    is_calibrated,
    is_fair,
)
from training.judging.verdict import Gate
from training.judging.waivers import Waiver

RANDOM = np.random.default_rng(2)
RISK = RANDOM.beta(2, 3, 3000)
LABELS = (RANDOM.random(3000) < RISK).astype(np.int64)
GOOD = measure(LABELS, RISK)
LEAVE = Waiver(gate="any", by="Ada", because="Season.", until="2026-12-31")


def fairness(*shares: float, favours: str | None = "approve") -> Fairness:
    groups = tuple(
        GroupFigures(
            attribute="gender",
            group="ABC"[place],
            customers=80,
            favoured=share,
            observed=0.1,
            is_compared=True,
        )
        for place, share in enumerate(shares)
    )
    return Fairness(favours=favours, groups=groups)


@pytest.mark.parametrize(
    ("figures", "passes"),
    [
        (GOOD, True),
        (replace(GOOD, ece=0.03, ece_by_chance=0.01), True),
        (replace(GOOD, ece=0.031, ece_by_chance=0.01), False),
        (replace(GOOD, ece=0.05, ece_by_chance=0.05), True),
        (replace(GOOD, ece=0.051, ece_by_chance=0.05), False),
        (replace(GOOD, slope_low=1.1, slope_high=1.5), True),
        (replace(GOOD, slope_low=1.11, slope_high=1.5), False),
        (replace(GOOD, slope_low=0.5, slope_high=0.9), True),
        (replace(GOOD, slope_low=0.5, slope_high=0.89), False),
    ],
)
def test_calibration_is_off_by_little_or_by_chance_and_its_slope_may_be_one(
    figures: object, passes: bool
) -> None:
    assert is_calibrated(figures).passed is passes  # type: ignore[arg-type]


def test_true_probabilities_pass_and_overconfident_ones_are_refused() -> None:
    assert is_calibrated(GOOD).passed
    sure = RISK**3 / (RISK**3 + (1 - RISK) ** 3)
    refused = is_calibrated(measure(LABELS, sure))
    assert refused.passed is False
    assert refused.text.startswith("calibration error 0.1")
    assert "must be at most 0.030; slope 0.3" in refused.text


def against(
    plain: float, alone: float | None, *, is_plain: bool = False, form: str | None = None
) -> list[Gate]:
    return list(
        beats_baselines(
            replace(GOOD, auc=0.75),
            plain_auc=plain,
            is_plain=is_plain,
            form=form,
            feature="days_since_order",
            against_feature=None
            if alone is None
            else {
                "delta_auc": 0.75 - alone,
                "delta_auc_low": 0.74 - alone,
                "delta_auc_high": 0.76 - alone,
            },
        )
    )


def test_a_challenger_ranks_above_the_plain_logistic_or_is_one() -> None:
    assert against(0.74, 0.7)[0].passed is True
    assert against(0.75, 0.7)[0].passed is False
    assert against(0.76, 0.7)[0].text == (
        "AUC 0.750, must be above the plain logistic regression's 0.760"
    )
    assert against(0.75, 0.7, is_plain=True)[0].passed is None


def test_a_form_that_the_shop_wants_need_not_rank_above_the_plain_logistic() -> None:
    assert against(0.74, 0.7, form="scorecard")[0].passed is True
    gate = against(0.76, 0.77, form="scorecard")[0]
    assert gate.passed is None
    assert gate.text == (
        "AUC 0.750, the plain logistic regression's is 0.760; the shop wants a scorecard"
    )
    assert against(0.76, 0.77, form="scorecard")[1].passed is False


def test_a_challenger_ranks_no_worse_than_one_feature_alone_but_by_chance() -> None:
    assert against(0.7, 0.74)[1].passed is True
    assert against(0.7, 0.755)[1].passed is True
    assert against(0.7, 0.77)[1].passed is False
    assert against(0.7, 0.77)[1].text == (
        "AUC 0.750 against 0.770 of days_since_order alone; 95 % interval of the difference"
        " -0.030 to -0.010, must reach above 0"
    )
    assert against(0.7, None)[1].passed is None


def test_an_answer_in_time_passes_and_says_no_time_that_is_never_the_same_twice() -> None:
    assert answers_in_time(BUDGET_MS).passed is True
    assert answers_in_time(0.4) == answers_in_time(0.5)
    late = answers_in_time(BUDGET_MS + 1)
    assert late.passed is False
    assert late.text == "one customer is answered in 21.0 ms, must be within 20 ms"


def test_groups_treated_alike_pass_and_one_favoured_is_refused_where_it_must_not_be() -> None:
    assert is_fair(fairness(0.8, 1.0), must=True).passed is True
    refused = is_fair(fairness(0.79, 1.0), must=True)
    assert refused.passed is False
    assert refused.text == (
        "approve by gender: 79% of A, 100% of B; selection ratio 0.79, must be at least 0.80"
    )


def test_where_it_need_not_be_fair_a_favoured_group_is_reported_and_blocks_nothing() -> None:
    reported = is_fair(fairness(0.5, 1.0), must=False)
    assert reported.passed is None
    assert "selection ratio 0.50" in reported.text


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (fairness(0.5), "no age, gender or country is on record for groups large enough"),
        (Fairness(favours="approve", groups=()), "no age, gender or country is on record"),
        (Fairness(favours=None, groups=()), "no customer is better off"),
    ],
)
def test_without_groups_fairness_does_not_apply_and_says_so(found: Fairness, says: str) -> None:
    gate = is_fair(found, must=True)
    assert gate.passed is None
    assert gate.text.startswith(says)


def test_a_waiver_turns_a_refusal_into_a_gate_that_does_not_apply_and_says_who_answers() -> None:
    for gate in (
        is_fair(fairness(0.5, 1.0), must=True, waiver=LEAVE),
        is_calibrated(replace(GOOD, ece=0.2), LEAVE),
    ):
        assert gate.passed is None
        assert gate.text.endswith("; waived until 2026-12-31 by Ada: Season.")
    assert is_calibrated(GOOD, LEAVE).passed is True
