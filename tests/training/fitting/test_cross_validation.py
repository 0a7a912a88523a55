"""Folds hold customers together."""

from __future__ import annotations

import numpy as np

from training.fitting.cross_validation import FOLDS, Rows, folds_of


def test_all_rows_of_a_customer_are_held_out_together_and_every_fold_has_customers() -> None:
    customers = np.random.default_rng(1).integers(40, size=300)
    rows = Rows(
        values=np.zeros((300, 1)), labels=np.zeros(300, dtype=np.int64), customers=customers
    )
    folds = folds_of(rows, seed=0)
    assert set(folds.tolist()) == set(range(FOLDS))
    for customer in range(40):
        assert len(np.unique(folds[customers == customer])) == 1
    assert not np.array_equal(folds, folds_of(rows, seed=1))
