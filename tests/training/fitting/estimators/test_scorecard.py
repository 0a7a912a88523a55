"""A scorecard is the library's evidence times its coefficients, all of them positive, in trends that are declared."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from tests.training.fitting.estimators.samples import draw, stepped, straight

from training.errors import NotTrainable
from training.fitting.cross_validation import Rows
from training.fitting.estimators import Scorecard
from training.fitting.estimators.scorecard import evidence_of

SIGNS = (1, 1, -1, -1, 1, 0)


@pytest.fixture(scope="module")
def rows() -> Rows:
    """Rows with holes."""
    return draw(stepped, 900, holes=0.2)


@pytest.fixture(scope="module")
def card(rows: Rows) -> Scorecard:
    """A card of these rows."""
    return Scorecard(signs=SIGNS).fit(rows.values, rows.labels)


def test_its_table_is_the_librarys_evidence_times_its_coefficients(card: Scorecard) -> None:
    unseen = draw(stepped, 500, seed=1, holes=0.2).values
    cuts = np.concatenate([np.append(part[0], np.nan) for part in card.shapes_.cuts])
    for values in (unseen, np.repeat(cuts[:, None], 6, axis=1)):
        expected = np.full(len(values), card.intercept_)
        for column, coefficient in card.coefficients_.items():
            expected += coefficient * evidence_of(card.binnings_[column], values[:, column])
        np.testing.assert_allclose(card.decision_function(values), expected, rtol=0, atol=1e-12)


def test_evidence_is_that_of_the_rows_in_a_bin(card: Scorecard, rows: Rows) -> None:
    missing = np.isnan(rows.values[:, 4])
    ones, zeros = rows.labels == 1, rows.labels == 0
    share = np.log((missing & ones).sum() / ones.sum() / ((missing & zeros).sum() / zeros.sum()))
    assert evidence_of(card.binnings_[4], np.array([np.nan]))[0] == pytest.approx(share, abs=1e-12)


def test_missing_values_that_were_hardly_seen_say_nothing() -> None:
    rows = draw(straight, 400)
    rows.values[:3, 0] = np.nan
    card = Scorecard().fit(rows.values, rows.labels)
    assert evidence_of(card.binnings_[0], np.array([np.nan])).tolist() == [0.0]


def test_coefficients_are_positive_and_contributions_follow_the_declared_trend(
    card: Scorecard,
) -> None:
    assert min(card.coefficients_.values()) > 0
    for (column,), table in zip(card.shapes_.columns, card.shapes_.contributions, strict=True):
        if SIGNS[column]:
            assert (np.diff(table[1:]) * SIGNS[column] > 0).all()


def test_contributions_are_centred_on_the_training_rows(card: Scorecard, rows: Rows) -> None:
    logits = card.decision_function(rows.values)
    assert logits.mean() == pytest.approx(card.shapes_.intercept, abs=1e-9)


def test_it_keeps_no_more_columns_than_it_is_told_and_none_that_says_the_same_again(
    rows: Rows,
) -> None:
    few = Scorecard(kept=2).fit(rows.values, rows.labels)
    assert len(few.coefficients_) == 2
    twice = np.column_stack([rows.values, rows.values[:, 4] * 2 + 1])
    assert len({4, 6} & Scorecard().fit(twice, rows.labels).coefficients_.keys()) == 1


def test_a_column_whose_only_evidence_is_against_the_declared_sign_is_left_out() -> None:
    rows = draw(straight, 1500)
    card = Scorecard(signs=(-1, -1, 1, 1, 0, 0)).fit(rows.values, rows.labels)
    assert 0 not in card.coefficients_
    assert {1, 2, 3} <= card.coefficients_.keys()


def test_it_is_a_classifier_like_others_and_refuses_what_tells_nothing_apart(rows: Rows) -> None:
    card = clone(Scorecard(signs=SIGNS)).fit(rows.values, rows.labels)
    assert card.predict_proba(rows.values).shape == (900, 2)
    assert set(card.predict(rows.values)) == {0, 1}
    with pytest.raises(NotTrainable, match="columns must tell the outcomes apart; got none"):
        Scorecard().fit(np.ones((900, 2)), rows.labels)
