"""One table, learned from once by small trees, for all who ask what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from tests.brought import bank_rows, write_rows

from training.tables.dataset import TableDataset
from training.tables.fitting import Effort
from training.tables.question import Question
from training.tables.steps import load_table
from training.tables.validating import Validation, validate


@dataclass(frozen=True)
class Learned:
    """A table and what was learned from it."""

    dataset: TableDataset
    effort: Effort
    validation: Validation


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    """A bank's customers, and a few trees."""
    path = write_rows(tmp_path_factory.mktemp("brought") / "bank.csv", bank_rows(600))
    dataset = load_table(path, Question(target="exited", name="bank"))
    trees = HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=3, min_samples_leaf=30, l2_regularization=5.0, random_state=0
    )
    effort = Effort(candidates={"trees": trees})
    return Learned(dataset, effort, validate(dataset, effort))
