"""From which silence on a customer is gone: read off those who came back, with those still away counted as such."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.fitting.activity import SHORTEST, longest_usual_silence, population_of
from training.fitting.dataset import Dataset
from training.specs.churn import CHURN
from training.specs.credit import CREDIT
from training.specs.populations import Active


def watched(share_gone: float, seen_days: float) -> tuple[np.ndarray, np.ndarray]:
    """Silences of customers who return after 30 days on average, or never, seen for so many days at most."""
    random = np.random.default_rng(5)
    gone = random.random(20_000) < share_gone
    away = np.where(gone, np.inf, np.ceil(random.exponential(30.0, len(gone))))
    until = np.floor(random.uniform(0, seen_days, len(gone)))
    ended = away <= until
    return np.where(ended, away, until).astype(np.int64), ended


@pytest.mark.parametrize("share_gone", [0.0, 0.3])
def test_the_limit_is_that_of_all_who_return_however_many_never_do(share_gone: float) -> None:
    days, ended = watched(share_gone, 600.0)
    true = 30.0 * np.log(20)  # by then 95 % of exponential times of mean 30 are over
    assert longest_usual_silence(days, ended) == pytest.approx(true, rel=0.06)


def test_pauses_that_are_over_alone_would_set_it_too_low() -> None:
    days, ended = watched(0.0, 180.0)
    naive = np.quantile(days[ended], 0.95)
    counted = longest_usual_silence(days, ended)
    assert counted is not None
    assert naive < 30.0 * np.log(20) * 0.9
    assert counted == pytest.approx(30.0 * np.log(20), rel=0.08)


def test_no_limit_is_shorter_than_a_week_and_none_is_known_where_nobody_returned() -> None:
    assert longest_usual_silence(np.array([1, 1, 2]), np.array([True, True, True])) == SHORTEST
    assert longest_usual_silence(np.array([5, 9]), np.array([False, False])) is None


def test_days_that_are_given_are_taken_and_other_populations_stand(dataset: Dataset) -> None:
    assert isinstance(CHURN.population, Active)
    given = replace(CHURN, population=replace(CHURN.population, within_days=40))
    settled = population_of(given, dataset.snapshot, known_before=0)
    assert settled.description == "customers who ordered within 40 days"
    assert [group.name for group in settled.others] == ["new", "lapsed"]
    assert population_of(CREDIT, dataset.snapshot, known_before=0) is CREDIT.population
