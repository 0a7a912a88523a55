"""An explainable boosting machine's tables are the library's own, missing values and cut points included."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from tests.training.fitting.estimators.samples import curved, draw

from training.fitting.cross_validation import Rows
from training.fitting.estimators import ExplainableBoosting


@pytest.fixture(scope="module")
def rows() -> Rows:
    """Rows with holes."""
    return draw(curved, 900, holes=0.15)


@pytest.fixture(scope="module")
def boosted(rows: Rows) -> ExplainableBoosting:
    """A machine of two bags and three pairs."""
    return ExplainableBoosting(bags=2, interactions=3).fit(
        rows.values, rows.labels, groups=rows.customers
    )


def test_its_tables_are_the_librarys(boosted: ExplainableBoosting) -> None:
    unseen = draw(curved, 600, seed=1, holes=0.3).values * 3
    longest = max(len(part) for cuts in boosted.shapes_.cuts for part in cuts)
    on_cuts = np.full((longest, 6), np.nan)
    for columns, cuts in zip(boosted.shapes_.columns, boosted.shapes_.cuts, strict=True):
        for column, part in zip(columns, cuts, strict=True):
            on_cuts[: len(part), column] = part
    for values in (unseen, on_cuts, np.full((1, 6), np.nan)):
        np.testing.assert_allclose(
            boosted.decision_function(values),
            boosted.machine_.decision_function(values[:, boosted.columns_]),
            rtol=0,
            atol=1e-12,
        )


def test_it_has_a_function_of_every_column_and_of_the_pairs_it_was_told(
    boosted: ExplainableBoosting,
) -> None:
    sizes = [len(columns) for columns in boosted.shapes_.columns]
    assert sizes == [1] * 6 + [2] * 3


def test_only_the_strongest_columns_are_boosted(rows: Rows) -> None:
    few = ExplainableBoosting(bags=1, screened=2, interactions=9).fit(rows.values, rows.labels)
    assert len(few.columns_) == 2
    assert {column for columns in few.shapes_.columns for column in columns} == set(few.columns_)


def test_no_customer_is_learned_from_and_stopped_by(
    boosted: ExplainableBoosting, rows: Rows
) -> None:
    for bag in boosted._bags_of(rows.labels, rows.customers).T:
        assert set(bag) == {1, -1}
        assert not set(rows.customers[bag == 1]) & set(rows.customers[bag == -1])


def test_the_same_rows_and_seed_give_the_same_bits(
    boosted: ExplainableBoosting, rows: Rows
) -> None:
    again = clone(boosted).fit(rows.values, rows.labels, groups=rows.customers)
    assert (
        again.decision_function(rows.values).tobytes()
        == boosted.decision_function(rows.values).tobytes()
    )
