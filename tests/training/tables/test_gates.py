"""What a model of a table must pass, and what stops it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from tests.training.tables.conftest import Learned

from scoring.files import read_package
from scoring.published import current
from training.publishing.card_text import card_text
from training.publishing.tracking import CHAMPION, Tracker
from training.publishing.training_result import TrainingResult
from training.tables.gates import certify_rows, judge_table, knows_no_outcome
from training.tables.steps import conclude_table
from training.tables.validating import Validation

NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)


def concluded(learned: Learned, tracker: Tracker, packages: Path) -> TrainingResult:
    dataset, validation = learned.dataset, learned.validation
    certificate = certify_rows(dataset, validation.made.package)
    verdict = judge_table(dataset, validation, certificate, packages=packages)
    return conclude_table(
        dataset, validation, certificate, verdict, tracker=tracker, packages=packages, now=NOW
    )


def refusing(learned: Learned, validation: Validation, packages: Path) -> list[str]:
    certificate = certify_rows(learned.dataset, validation.made.package)
    verdict = judge_table(learned.dataset, validation, certificate, packages=packages)
    return [gate.name for gate in verdict.gates if gate.passed is False]


def test_rows_as_the_file_has_them_and_as_a_request_sends_them_are_the_same(
    learned: Learned,
) -> None:
    certificate = certify_rows(learned.dataset, learned.validation.made.package)
    assert certificate.holds
    assert certificate.customers == 200


def test_a_value_that_is_read_otherwise_withholds_the_certificate(learned: Learned) -> None:
    values = learned.dataset.values.copy()
    values[0, 0] += 1.0
    certificate = certify_rows(
        replace(learned.dataset, values=values), learned.validation.made.package
    )
    assert not certificate.holds
    assert certificate.examples[0].what == "credit_score"


def test_a_sound_model_passes_and_one_that_knows_nothing_does_not(
    learned: Learned, tmp_path: Path
) -> None:
    assert refusing(learned, learned.validation, tmp_path) == []
    figures = replace(learned.validation.figures, brier=0.9, auc=0.4, auc_low=0.3)
    useless = replace(learned.validation, figures=figures)
    assert {"brier", "auc"} <= set(refusing(learned, useless, tmp_path))


def test_a_column_that_knows_the_outcome_is_named_by_its_gate(learned: Learned) -> None:
    assert knows_no_outcome(learned.dataset).passed
    first, *others = learned.dataset.columns[1:]
    told = replace(learned.dataset, columns=(replace(first, power=0.99), *others))
    gate = knows_no_outcome(told)
    assert gate.passed is None
    assert gate.text.startswith("credit_score tell the outcome alone")


def test_the_champion_is_published_and_the_same_again_is_the_same(
    learned: Learned, tracker: Tracker, tmp_path: Path
) -> None:
    first = concluded(learned, tracker, tmp_path)
    assert first.promoted, first.refusals
    assert first.label == "shared.bank/1"
    assert tracker.version_with("shared.bank", CHAMPION) == "1"
    again = concluded(learned, tracker, tmp_path)
    assert again.gates.startswith("same as champion shared.bank/1")
    assert len(tracker.versions("shared.bank")) == 1
    package = current(tmp_path, "shared", "bank")
    assert package.fields == learned.dataset.fields
    values = learned.dataset.values[:50]
    told = learned.validation.made.package
    assert np.array_equal(
        read_package(tmp_path / "shared" / "bank" / "1").components[0].explain(values)[1],
        told.components[0].explain(values)[1],
    )


def test_a_model_that_ranks_worse_than_the_champion_did_is_refused(
    learned: Learned, tracker: Tracker, tmp_path: Path
) -> None:
    concluded(learned, tracker, tmp_path)
    worse = replace(
        learned.validation, figures=replace(learned.validation.figures, auc=0.6, auc_low=0.55)
    )
    assert "champion.auc" in refusing(learned, worse, tmp_path)


def test_the_card_names_columns_figures_and_limits(
    learned: Learned, tracker: Tracker, tmp_path: Path
) -> None:
    concluded(learned, tracker, tmp_path)
    text = card_text(current(tmp_path, "shared", "bank"))
    for said in (
        "# shared.bank/1",
        "The probability that exited = 1.",
        "out of fold on 600 rows, in 5 folds",
        "customer_id has another whole number in every row, as a key has: it is left out.",
        "600 rows of bank.csv, hash",
        "Train it again before 2027-01-01.",
    ):
        assert said in text
