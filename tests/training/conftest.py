"""Datasets and fitted models that many tests share, and tracking stores that start at once."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.training.datasets import BRISK, make_dataset

from training.fitting.candidates import Fitted, fit_candidates
from training.fitting.contenders import linear_models
from training.fitting.dataset import Dataset
from training.fitting.estimators import (
    BoostedTrees,
    ExplainableBoosting,
    Scorecard,
    as_blend,
    linear_model,
)
from training.publishing.tracking import Tracker, open_tracker
from training.specs.credit import CREDIT


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """A dataset of a churn model."""
    return make_dataset(BRISK)


@pytest.fixture(scope="session")
def standard(dataset: Dataset) -> Fitted:
    """What the standard candidates come to."""
    return fit_candidates(dataset)


@pytest.fixture(scope="session")
def fitted(dataset: Dataset, standard: Fitted) -> Fitted:
    """The same, but for its model: a blend, so that every kind of member is in it."""
    values, labels = dataset.train[list(standard.features)].to_numpy(float), dataset.train["label"]
    customers = dataset.train["customer_id"]
    boosted = BoostedTrees().fit(values, labels, groups=customers)
    line = linear_model(0.01).fit(values, labels)
    card = Scorecard().fit(values, labels)
    explainable = ExplainableBoosting(bags=1).fit(values, labels, groups=customers)
    members = (boosted, line, card, explainable)
    return replace(standard, estimator=as_blend([(member, 0.25) for member in members]))


@pytest.fixture(scope="session")
def credit_dataset() -> Dataset:
    """A dataset of a credit model."""
    return make_dataset(replace(CREDIT, candidates=linear_models(), least_rows=100))


@pytest.fixture
def tracker(tracking_template: Path, tmp_path: Path) -> Tracker:
    """A tracking store of this test's own."""
    folder = tmp_path / "mlruns"
    folder.mkdir()
    shutil.copy(tracking_template, folder / "mlflow.db")
    return open_tracker(folder)
