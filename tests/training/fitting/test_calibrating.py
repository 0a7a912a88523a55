"""Calibrations against rows of which it is known how far the model's logits are from the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.calibration import Calibration
from training.fitting import calibrating
from training.fitting.calibrating import KNOTS, calibrate, fit_curve, fit_level, fit_line
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset

Floats = NDArray[np.float64]

RANDOM = np.random.default_rng(11)


def outcomes(logits: Floats) -> NDArray[np.int64]:
    return (RANDOM.random(len(logits)) < 1 / (1 + np.exp(-logits))).astype(np.int64)


def test_a_line_finds_how_much_too_sure_a_model_is_and_by_how_much_too_high() -> None:
    truth = RANDOM.normal(-0.5, 1, 40_000)
    labels = outcomes(truth)
    line = fit_line(2 * truth + 0.8, labels)
    assert line.slope == pytest.approx(0.5, abs=0.03)
    assert line.intercept == pytest.approx(-0.4, abs=0.05)
    told = 1 / (1 + np.exp(-line.of(2 * truth + 0.8)))
    assert told.mean() == pytest.approx(labels.mean(), abs=1e-9)


def test_a_line_never_turns_customers_around() -> None:
    truth = RANDOM.normal(0, 1, 500)
    assert fit_line(-truth, outcomes(truth)).slope == calibrating.FLATTEST


def test_a_level_makes_the_mean_prediction_the_share_of_the_outcome() -> None:
    logits, labels = RANDOM.normal(2, 1.5, 400), RANDOM.integers(0, 2, 400)
    told = 1 / (1 + np.exp(-(logits + fit_level(logits, labels))))
    assert told.mean() == pytest.approx(labels.mean(), abs=1e-10)


def bend(logits: Floats) -> Floats:
    """A model that is right about low risks and far too sure of high ones."""
    return np.where(logits > 0, 3 * logits, logits)


def test_a_curve_follows_what_no_line_can() -> None:
    truth = RANDOM.normal(0, 1.2, 4000)
    labels, told = outcomes(truth), bend(truth)
    curve, line = fit_curve(told, labels), fit_line(told, labels)
    off = {kind: np.abs(kind.of(told) - truth).mean() for kind in (curve, line)}
    assert off[curve] < 0.6 * off[line]
    assert 2 <= len(curve.knots) <= KNOTS
    assert (np.diff(curve.of(np.sort(told))) > 0).all()


def test_logits_that_are_all_the_same_need_no_curve() -> None:
    assert fit_curve(np.zeros(100), RANDOM.integers(0, 2, 100)) == Calibration()


def test_a_curve_is_taken_where_rows_are_few_and_it_describes_unseen_customers_better(
    dataset: Dataset, fitted: Fitted
) -> None:
    logits = RANDOM.normal(0, 1.5, len(dataset.train))
    frame = dataset.train.assign(label=outcomes(logits))
    bent = replace(fitted, out_of_fold=np.where(logits > 0, 5 * logits, logits))
    learned = replace(dataset, train=frame)
    assert calibrate(learned, bent).knots
    straight = calibrate(learned, replace(fitted, out_of_fold=2 * logits))
    assert not straight.knots
    assert straight.slope == pytest.approx(0.5, abs=0.1)
    assert calibrate(learned, bent) == calibrate(learned, bent)


def test_where_rows_are_many_a_line_is_taken(
    dataset: Dataset, fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrating, "SMALL", len(dataset.train))
    assert not calibrate(dataset, fitted).knots
