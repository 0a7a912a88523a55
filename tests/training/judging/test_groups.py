"""Customers whom the question is not about have an honest probability of their own, told beside the model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.training.datasets import BRISK, make_dataset

from training.fitting.calibrating import LEAST_OF_A_GROUP, calibrate_groups
from training.fitting.candidates import Fitted, fit_candidates
from training.fitting.contenders import linear_models
from training.fitting.dataset import Dataset
from training.judging.groups import group_figures
from training.publishing.export import export_package
from training.specs.populations import Active


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """A shop in which customers are active for 60 days."""
    assert isinstance(BRISK.population, Active)
    spec = replace(BRISK, candidates=linear_models())
    return make_dataset(spec, population=BRISK.population.settle(60))


@pytest.fixture(scope="module")
def fitted(dataset: Dataset) -> Fitted:
    """A model that is far too sure of customers who are silent for long."""
    made = fit_candidates(dataset)
    silent = dataset.train["days_since_order"].to_numpy() > 60
    return replace(made, out_of_fold=made.out_of_fold + 2.0 * silent)


def test_a_group_is_calibrated_by_its_own_training_rows(dataset: Dataset, fitted: Fitted) -> None:
    population = calibrate_groups(dataset, fitted)
    lapsed = next(group for group in population.others if group.name == "lapsed")
    silent = dataset.train["days_since_order"].to_numpy() > 60
    told = [lapsed.probability(logit) for logit in fitted.out_of_fold[silent].tolist()]
    assert np.mean(told) == pytest.approx(dataset.train["label"][silent].mean(), abs=1e-6)
    naive = [
        dataset.population.others[1].probability(logit)
        for logit in fitted.out_of_fold[silent].tolist()
    ]
    assert np.mean(naive) > np.mean(told) + 0.05


def test_a_group_too_small_to_tell_keeps_the_models_own(dataset: Dataset, fitted: Fitted) -> None:
    assert isinstance(BRISK.population, Active)
    few = replace(dataset, population=BRISK.population.settle(300))
    silent = dataset.train["days_since_order"].to_numpy() > 300
    assert np.bincount(dataset.train["label"][silent], minlength=2).min() < LEAST_OF_A_GROUP
    assert calibrate_groups(few, fitted).others == few.population.others


def test_what_came_of_a_group_is_told_of_coming_back(dataset: Dataset) -> None:
    made = fit_candidates(dataset)
    package = replace(export_package(dataset, made), population=calibrate_groups(dataset, made))
    (lapsed,) = group_figures(dataset, package)
    silent = dataset.test["days_since_order"] > 60
    assert (lapsed.name, lapsed.rows) == ("lapsed", int(silent.sum()))
    assert lapsed.observed == pytest.approx(1 - dataset.test["label"][silent].mean())
    assert lapsed.predicted == pytest.approx(lapsed.observed, abs=0.12)
    assert lapsed.auc is not None
    assert lapsed.auc > 0.5
