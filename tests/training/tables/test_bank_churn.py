"""A bank's churn: learned from declared columns, by whatever names a file has, with a forest beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from tests.bank import REAL, SAMPLE
from tests.brought import Row, bank_rows, changed, write_rows

from commerce.people.bank_schema import BANK_V1
from scoring.decisions import decide_many
from scoring.package import Package
from scoring.reasons import reasons
from scoring.scorer import explain, score
from training.errors import BaselineUnusable, InvalidTable
from training.judging.evaluation import brier
from training.tables.baseline import Baseline, fit_baseline, read_baseline, write_baseline
from training.tables.dataset import TableDataset
from training.tables.fitting import Effort, folds_of_rows
from training.tables.making import make_model
from training.tables.question import Question
from training.tables.steps import load_table

QUESTION = Question(target="exited", name="bank_churn")
FILED = {
    "customer_id": "CustomerId",
    "credit_score": "CreditScore",
    "num_of_products": "NumOfProducts",
    "has_cr_card": "Has Cr Card",
    "is_active_member": "active_member",
    "geography": "Country",
    "exited": "Exited",
}
"""Names of columns as files have them."""


@dataclass(frozen=True)
class Learned:
    """A simulated bank, what was learned from it, and the forest beside it."""

    dataset: TableDataset
    package: Package
    forest: Baseline


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """Learned once, by a few trees."""
    path = write_rows(tmp_path_factory.mktemp("bank") / "bank.csv", bank_rows(800))
    dataset = load_table(path, QUESTION)
    trees = HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=4, min_samples_leaf=30, l2_regularization=5.0, random_state=0
    )
    made = make_model(dataset, Effort(candidates={"trees": trees}), False, 0)
    return Learned(dataset, made.package, fit_baseline(dataset))


def loaded(path: Path, rows: list[Row], **asked: Any) -> TableDataset:
    """Rows of a file, read as a bank's."""
    return load_table(
        write_rows(path, rows), Question(**{"target": "exited", "name": "bank_churn"} | asked)
    )


def test_columns_are_found_by_their_usual_names_and_others_say_nothing(tmp_path: Path) -> None:
    plain = loaded(tmp_path / "plain.csv", bank_rows(300))
    rows = [
        {FILED.get(name, name): value for name, value in row.items()}
        | {"Surname": "Hill", "EstimatedSalary": place}
        for place, row in enumerate(
            changed(bank_rows(300), has_cr_card=lambda row: "Yes" if row["has_cr_card"] else "no")
        )
    ]
    named = loaded(tmp_path / "named.csv", rows)
    assert named.features == plain.features == tuple(BANK_V1)
    np.testing.assert_array_equal(named.values, plain.values)
    assert named.question.identifier == "customer_id"
    gone = [
        {("churn" if name == "exited" else name): value for name, value in row.items()}
        for row in bank_rows(300)
    ]
    np.testing.assert_array_equal(loaded(tmp_path / "churn.csv", gone).labels, plain.labels)


def test_a_column_may_be_dropped_that_is_not_declared_and_no_other(tmp_path: Path) -> None:
    rows = [row | {"Surname": "Hill"} for row in bank_rows(300)]
    dropped = loaded(tmp_path / "bank.csv", rows, drop=("Surname",))
    np.testing.assert_array_equal(dropped.values, loaded(tmp_path / "bank.csv", rows).values)
    with pytest.raises(InvalidTable, match="--drop must leave bank_churn the columns"):
        loaded(tmp_path / "bank.csv", rows, drop=("age",))
    with pytest.raises(InvalidTable, match="--keep must leave bank_churn the columns"):
        loaded(tmp_path / "bank.csv", rows, keep=("Surname",))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"age": lambda row: -1 if row["customer_id"] == 7 else row["age"]},
            r"age must be 0 to 150; got -1\.0",
        ),
        (
            {"geography": lambda row: row["customer_id"] % 3},
            "geography must hold names; got numbers",
        ),
        (
            {"age": lambda row: "old" if row["age"] > 40 else "young"},
            "age must hold numbers; got old",
        ),
    ],
)
def test_what_a_record_could_not_hold_is_refused(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidTable, match=says):
        loaded(tmp_path / "wrong.csv", changed(bank_rows(300), **changes))


def test_a_file_without_one_of_the_columns_is_refused(tmp_path: Path) -> None:
    rows = [
        {name: value for name, value in row.items() if name != "tenure"} for row in bank_rows(300)
    ]
    with pytest.raises(
        InvalidTable, match="bank_churn must have a column 'tenure'; got customer_id"
    ):
        loaded(tmp_path / "less.csv", rows)


def test_an_inactive_member_is_told_so_and_reasons_come_by_what_they_contribute(
    bank: Learned,
) -> None:
    package, values = bank.package, bank.dataset.values
    scores = explain(package, values)
    column = package.names.index("is_active_member")
    inactive = np.flatnonzero(values[:, column] == 0)
    assert len(inactive) > 100
    for place in inactive[:150]:
        told = reasons(
            package,
            values[place],
            scores.contributions[place],
            probability=float(scores.probability[place]),
            limit=len(package.outputs),
        )
        assert "Inactive member." in [reason.text for reason in told]
        strengths = [reason.contribution for reason in told]
        assert strengths == sorted(strengths, reverse=True)
    np.testing.assert_allclose(
        scores.contributions.sum(axis=1) + package.base,
        np.log(scores.probability / (1 - scores.probability)),
        atol=1e-9,
    )


@pytest.mark.skipif(not REAL.is_file(), reason="the real bank's customers are not here")
def test_a_real_banks_customers_are_ranked_as_well_as_is_known_to_be_possible() -> None:
    dataset = load_table(REAL, QUESTION)
    assert dataset.features == tuple(BANK_V1)
    held_out = folds_of_rows(dataset, 4, seed=0) == 0
    trees = HistGradientBoostingClassifier(
        learning_rate=0.06, max_iter=200, max_leaf_nodes=8, l2_regularization=5.0, random_state=0
    )
    made = make_model(dataset.take(~held_out), Effort(candidates={"trees": trees}), False, 0)
    told = score(made.package, dataset.values[held_out]).probability
    assert 0.85 < roc_auc_score(dataset.labels[held_out], told) < 0.885
    assert brier(dataset.labels[held_out], told) < 0.11


def test_nothing_told_of_age_gender_or_geography_sounds_as_if_it_could_be_changed(
    bank: Learned,
) -> None:
    told = {
        (reason.feature, reason.text)
        for answer in decide_many(bank.package, bank.dataset.values)
        for reason in answer.reasons
    }
    assert any("Balance too low" in text for _, text in told)
    for feature in ("age", "gender", "geography"):
        texts = [text for name, text in told if name == feature]
        assert texts
        assert all(text.startswith(f"{feature.capitalize()} is ") for text in texts)
        assert not any("too" in text.split() for text in texts)


def test_the_record_and_the_file_are_read_by_the_same_object(bank: Learned) -> None:
    fields = bank.package.fields
    assert fields is bank.dataset.fields
    assert fields is bank.forest.fields
    values, missing = fields.read_row(SAMPLE)
    assert missing == ()
    assert values[1:3].tolist() == [0.0, 1.0]  # France, Male
    unseen, missing = fields.read_row({**SAMPLE, "geography": "Peru"})
    assert missing == ("geography",)
    assert 0 < float(score(bank.package, unseen[None, :]).probability[0]) < 1


def test_the_forest_is_kept_read_once_and_held_to_its_signature(
    bank: Learned, tmp_path: Path
) -> None:
    path = write_baseline(bank.forest, bank.dataset, tmp_path / "ml_assets")
    assert path.name == "bank_churn_forest.pkl"
    read = read_baseline(path)
    assert read is read_baseline(path)
    assert read.predict(SAMPLE) == bank.forest.predict(SAMPLE)
    assert 0.65 < read.auc < 0.9
    note = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert [column["name"] for column in note["fields"]["columns"]] == list(BANK_V1)
    good = path.read_bytes()
    path.write_bytes(good + b"\0")
    with pytest.raises(BaselineUnusable, match=r"must be as it was written; got SHA-256"):
        read_baseline(path)
    path.write_bytes(good)
    fewer = {**note, "fields": {**note["fields"], "columns": note["fields"]["columns"][:8]}}
    path.with_suffix(".json").write_text(json.dumps(fewer), encoding="utf-8")
    with pytest.raises(BaselineUnusable, match=r"must read the 8 columns of its note; got 9"):
        read_baseline(path)
    path.with_suffix(".json").unlink()
    with pytest.raises(BaselineUnusable, match=r"must be there with its note"):
        read_baseline(path)
