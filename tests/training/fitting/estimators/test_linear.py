"""Linear models: what is learned some columns at a time is what is learned of all at once."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from training.fitting.estimators.linear import ColumnScaler


@pytest.mark.parametrize("columns", [1, 15, 16, 17, 33, 70])
def test_columns_are_scaled_to_the_bits_that_scikit_learn_scales_them_to(columns: int) -> None:
    dice = np.random.default_rng(columns)
    values = dice.lognormal(size=(3_000, columns)) * dice.choice([0, 1, 100], size=columns)
    values[:, 0] = 3.3  # a constant
    one, other = StandardScaler().fit(values), ColumnScaler(copy=False).fit(values)
    for name in ("mean_", "var_", "scale_"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(one.transform(values), other.transform(values.copy()))
