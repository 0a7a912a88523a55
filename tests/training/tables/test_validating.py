"""Figures are those of exported packages on rows that nothing of them has seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold
from tests.brought import bank_rows, changed, write_rows
from tests.training.tables.conftest import Learned

from scoring.scorer import score
from training.tables.exporting import export_table
from training.tables.fitting import compared_places, fit_table, folds_of_rows
from training.tables.question import Question
from training.tables.steps import load_table
from training.tables.validating import validate


def test_the_summary_has_the_figures_by_the_names_they_are_compared_by(learned: Learned) -> None:
    summary = learned.validation.summary()
    assert list(summary) == ["auc", "brier", "average_precision", "ece", "chosen", "folds"]
    assert summary["chosen"] == "trees"
    assert [fold.rows for fold in learned.validation.folds] == [120] * 5


def test_each_row_is_scored_by_a_package_made_without_it(learned: Learned) -> None:
    dataset = learned.dataset
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    inside, outside = next(iter(folds.split(dataset.labels, dataset.labels)))
    part = dataset.take(inside)
    package = export_table(part, fit_table(part, learned.effort))
    told = score(package, dataset.values[outside]).probability
    assert np.array_equal(told, learned.validation.probabilities[:120])
    assert np.array_equal(dataset.labels[outside], learned.validation.labels[:120])


def test_a_package_says_what_the_fitted_model_does(learned: Learned) -> None:
    made, dataset = learned.validation.made, learned.dataset
    assert made.difference < 1e-12
    told = made.chosen.estimator.predict_proba(dataset.values)[:, 1]
    assert score(made.package, dataset.values).probability == pytest.approx(told, abs=1e-12)


def test_outcomes_that_follow_from_nothing_are_told_by_nobody(learned: Learned) -> None:
    dataset = learned.dataset
    shuffled = np.random.default_rng(4).permutation(dataset.labels)
    found = validate(replace(dataset, labels=shuffled), learned.effort)
    assert 0.4 < found.figures.auc < 0.6


def test_with_times_the_package_that_was_tested_is_the_one_to_publish(
    tmp_path: Path, learned: Learned
) -> None:
    rows = changed(bank_rows(600), month=lambda row: row["customer_id"] // 50)
    path = write_rows(tmp_path / "bank.csv", rows)
    dataset = load_table(path, Question(target="exited", name="bank", time="month"))
    found = validate(dataset, learned.effort)
    assert dataset.is_test is not None
    latest = dataset.values[dataset.is_test]
    assert np.array_equal(score(found.made.package, latest).probability, found.probabilities)
    assert found.made.chosen.rows == int((~dataset.is_test).sum())
    assert len(found.folds) == 1


def test_rows_of_one_owner_are_never_in_two_folds(learned: Learned) -> None:
    owned = replace(learned.dataset, owners=np.arange(600) // 4)
    folds = folds_of_rows(owned, 5, seed=0)
    assert all(len(set(folds[owned.owners == owner])) == 1 for owner in range(150))


def test_many_rows_are_compared_on_a_part_that_has_its_share_of_the_outcome(
    learned: Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.tables.fitting.COMPARED_ROWS", 200)
    monkeypatch.setattr("training.tables.fitting.LEAST_COMPARED", 100)
    places = compared_places(learned.dataset, seed=0)
    labels = learned.dataset.labels
    assert abs(len(places) - 200) <= 1
    assert labels[places].mean() == pytest.approx(labels.mean(), abs=0.005)
    chosen = fit_table(learned.dataset, learned.effort)
    assert chosen.rows == 600
    assert len(chosen.out_of_fold) == len(places)
