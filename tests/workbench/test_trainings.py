"""What a training came to, in sentences and tables."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.training.datasets import BRISK, make_dataset

from training.fitting.candidates import fit_candidates
from training.fitting.contenders import linear_models
from training.publishing.challenger import Challenger, make_challenger
from training.publishing.training_result import TrainingResult
from workbench import trainings


@pytest.fixture(scope="module")
def challenger() -> Challenger:
    """A model of a shop that never was."""
    spec = replace(BRISK, candidates=linear_models())
    dataset = make_dataset(spec)
    return make_challenger(dataset, fit_candidates(dataset))


def test_figures_out_of_time_and_cross_validated_stand_together(challenger: Challenger) -> None:
    table = trainings.report_table(challenger.report)
    assert list(table.index[:2]) == ["AUC, out of time", "AUC, cross-validated by customer"]
    assert table.loc["AUC, cross-validated by customer", "package"] == (
        f"{challenger.fitted.chosen.auc:.4f}"
    )


def test_standings_name_the_feature_people_would_rank_by(challenger: Challenger) -> None:
    table = trainings.standings_table(challenger.report)
    assert list(table.index) == ["everyone"]
    assert table.columns[-1] == "days_since_order alone"


def test_what_shuffled_labels_mean_is_said_in_words(challenger: Challenger) -> None:
    report = challenger.report
    right = replace(report, baselines=replace(report.baselines, permuted_auc=0.51))
    assert "ranks with AUC 0.510; about .5 is right" in trainings.permuted_note(right)
    wrong = replace(report, baselines=replace(report.baselines, permuted_auc=0.75))
    assert "0.750; that is further from .5 than chance allows" in trainings.permuted_note(wrong)


def training(**changes: object) -> TrainingResult:
    result = TrainingResult(
        model="churn",
        name="acme.churn",
        version="2",
        label="acme.churn/2",
        promoted=True,
        gates="gates 8/8",
        refusals=(),
        auc=0.8,
        brier=0.1,
        base_rate=0.4,
        baseline_auc=0.7,
        candidate="plain logistic",
        n_train=100,
        n_test=50,
        run_id="r",
        package=None,
    )
    return replace(result, **changes)  # type: ignore[arg-type]


def test_a_decision_says_what_was_done_to_the_model_before() -> None:
    note = "boosted gave way to the plain logistic regression."
    assert trainings.decision(training()) == "acme.churn/2 is champion: gates 8/8."
    assert trainings.decision(training(notes=(note,))).endswith(f"gates 8/8. {note}")
    refused = training(promoted=False, refusals=("auc: low",), notes=(note,))
    assert trainings.decision(refused) == f"acme.churn/2 was refused: auc: low. {note}"
