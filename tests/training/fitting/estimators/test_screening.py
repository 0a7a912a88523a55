"""Columns are screened by what their bins tell, missing values being one."""

from __future__ import annotations

import numpy as np
from tests.training.fitting.estimators.samples import draw, straight

from training.fitting.estimators.screening import information_value, strongest_columns


def test_columns_come_by_strength_whatever_their_shape() -> None:
    rows = draw(straight, 3000)
    assert strongest_columns(rows.values, rows.labels, 2).tolist() == [0, 1]
    bowl = np.abs(rows.values[:, 0])
    labels = (bowl > 1).astype(np.int64)
    assert information_value(rows.values[:, 0], labels) > 1
    assert len(strongest_columns(rows.values, rows.labels, 99)) == 6


def test_whether_a_value_is_missing_tells_something() -> None:
    labels = np.array([0, 1] * 500)
    assert information_value(np.where(labels, np.nan, 1.0), labels) > 5
    assert information_value(np.full(1000, np.nan), labels) < 1e-9
