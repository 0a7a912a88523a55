"""What cross-validation chose is judged as it is, gives way to something simpler, or is made honest first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from training.fitting.candidates import PLAIN, Fitted, fit_candidates
from training.fitting.dataset import Dataset
from training.fitting.estimators import as_blend, linear_model
from training.judging.examination import largest_difference
from training.judging.standards import TOLERANCE, is_calibrated
from training.publishing.challenger import is_no_better_than_plain, make_challenger
from training.specs.churn import CHURN
from training.specs.populations import Active


def louder(dataset: Dataset, fitted: Fitted, times: float, moved: float = 0.0) -> Fitted:
    """A model that ranks as a good linear one does, and is far too sure; its out-of-fold logits show it."""
    values, labels = dataset.train[list(fitted.features)].to_numpy(float), dataset.train["label"]
    model = linear_model(0.1).fit(values, labels)
    logistic = model["logistic"]
    logits = model.decision_function(values)
    logistic.coef_ = times * logistic.coef_
    logistic.intercept_ = times * logistic.intercept_ + moved
    return replace(fitted, estimator=as_blend([(model, 1.0)]), out_of_fold=times * logits + moved)


@pytest.fixture(scope="module")
def better(dataset: Dataset) -> Dataset:
    """Rows on which logarithms rank better than raw values."""
    random = np.random.default_rng(7)

    def marked(frame: pd.DataFrame) -> pd.DataFrame:
        spread = frame.assign(spend_365d=np.exp(random.normal(0, 3, len(frame))))
        logit = np.log1p(spread["spend_365d"]) - 1.2
        told = 1 / (1 + np.exp(-1.5 * logit))
        return spread.assign(label=(random.random(len(spread)) < told).astype("int64"))

    return replace(dataset, train=marked(dataset.train), test=marked(dataset.test))


@pytest.fixture(scope="module")
def chosen(better: Dataset) -> Fitted:
    return fit_candidates(replace(better, spec=replace(better.spec, candidates=None)))


def test_a_good_and_honest_model_is_left_as_it_is(better: Dataset, chosen: Fitted) -> None:
    made = make_challenger(better, chosen)
    assert made.report.against_plain["delta_auc_low"] > 0
    assert made.fitted is chosen
    assert made.report.notes == ()
    assert made.package.calibration.is_identity


def test_a_model_no_better_than_the_plain_logistic_gives_way_to_it(
    dataset: Dataset, fitted: Fitted
) -> None:
    values, labels = dataset.train[list(fitted.features)].to_numpy(float), dataset.train["label"]
    noise = linear_model(0.01).fit(values, np.random.default_rng(1).permutation(labels))
    made = make_challenger(dataset, replace(fitted, estimator=as_blend([(noise, 1.0)])))
    assert made.fitted.chosen.name == PLAIN
    assert made.report.is_plain
    assert made.report.figures.auc == pytest.approx(made.report.baseline["auc"], abs=1e-12)
    assert made.report.notes[0].startswith(
        f"{fitted.chosen.name} gave way to the plain logistic regression: its AUC differs by -0."
    )
    assert largest_difference(made.package, made.fitted, dataset.test) < TOLERANCE
    assert sum(candidate.chosen for candidate in made.fitted.candidates) == 1
    assert not is_no_better_than_plain(made.report)


def test_a_form_that_the_shop_wants_stays_though_the_plain_logistic_is_no_worse(
    dataset: Dataset, fitted: Fitted
) -> None:
    values, labels = dataset.train[list(fitted.features)].to_numpy(float), dataset.train["label"]
    noise = linear_model(0.01).fit(values, np.random.default_rng(1).permutation(labels))
    wanted = replace(dataset, spec=replace(dataset.spec, form="scorecard"))
    made = make_challenger(wanted, replace(fitted, estimator=as_blend([(noise, 1.0)])))
    assert is_no_better_than_plain(made.report)
    assert made.fitted.chosen.name == fitted.chosen.name


def test_a_model_that_is_too_sure_is_calibrated_by_the_training_rows_alone(
    better: Dataset, chosen: Fitted
) -> None:
    sure = louder(better, chosen, 3.0)
    made = make_challenger(better, sure)
    assert "calibrated by" in made.report.notes[0]
    assert is_calibrated(made.report.figures).passed
    assert made.report.rows.all()
    assert not made.package.calibration.is_identity
    assert made.package.calibration == made.fitted.calibration
    assert largest_difference(made.package, made.fitted, better.test) < TOLERANCE
    turned = replace(better, test=better.test.assign(label=1 - better.test["label"]))
    unmoved = make_challenger(turned, sure)
    assert unmoved.package.calibration.is_identity or unmoved.fitted.chosen.name == PLAIN


def test_a_level_that_has_moved_since_is_learned_from_customers_who_are_set_aside(
    better: Dataset, chosen: Fitted
) -> None:
    moved = louder(better, chosen, 1.0, moved=1.5)
    since = replace(moved, out_of_fold=moved.out_of_fold - 1.5)
    made = make_challenger(better, since)
    judged = made.report.rows
    assert made.package.calibration.intercept == pytest.approx(-1.5, abs=0.5)
    assert 0.6 < judged.mean() < 0.7
    assert made.report.figures.rows == judged.sum() == len(made.report.labels)
    assert f"the figures are about the {judged.sum():,} others" in made.report.notes[0]
    kept = make_challenger(better, since, may_set_aside=False)
    assert kept.report.rows.all()
    assert not is_calibrated(kept.report.figures).passed


def test_a_level_is_not_learned_where_too_few_outcomes_would_be_left_to_judge_by(
    better: Dataset, chosen: Fitted
) -> None:
    moved = louder(better, chosen, 1.0, moved=1.5)
    since = replace(moved, out_of_fold=moved.out_of_fold - 1.5)
    strict = replace(better, spec=replace(better.spec, least_test_outcomes=80))
    assert make_challenger(strict, since).report.rows.all()


def test_figures_are_about_those_asked_and_stand_beside_everyones(
    better: Dataset, chosen: Fitted
) -> None:
    population = CHURN.population
    assert isinstance(population, Active)
    active = replace(better, population=population.settle(60))
    made = make_challenger(active, chosen, may_set_aside=False)
    rows = active.is_asked(active.test)
    assert made.report.figures.rows == rows.sum() < len(rows)
    everyone, asked = made.report.standings
    assert (everyone.population, everyone.rows) == ("everyone", len(rows))
    assert (asked.population, asked.rows) == ("active", rows.sum())
    assert asked.auc == pytest.approx(made.report.figures.auc)
    given = make_challenger(active, chosen, rows=~rows, may_set_aside=False)
    assert given.report.figures.rows == (~rows).sum()
