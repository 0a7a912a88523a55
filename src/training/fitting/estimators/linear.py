"""Linear models: what they see of a value, and the baseline among them."""

# ruff: noqa: N803 - scikit-learn calls its table X
from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

Floats = NDArray[np.float64]

_COLUMNS_AT_ONCE = 16


class ValueTransform(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Fill, take logarithms of long-tailed columns (keeping the sign), mark what was missing, and part categories.

    Parameters
    ----------
    log_above : float, default 2
        A column whose 99th percentile in size exceeds this is taken as log1p of its size.
    codes : sequence of int, optional
        Per column, how many codes it has that name categories, 0 for a column of numbers; by default all are numbers.

    Attributes
    ----------
    fill_ : float array of shape (n_columns,)
        Medians of the training rows; 0 where a column has no value.
    log_ : bool array of shape (n_columns,)
    missing_ : int array
        Columns with a value missing in training; each has an indicator after the values.
    coded_ : int array of shape (n_codes, 2)
        Column and code of each category; each has an indicator after those, and its own value is always 0.
    """

    def __init__(self, log_above: float = 2.0, codes: Sequence[int] | None = None) -> None:
        self.log_above = log_above
        self.codes = codes

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn fills, logarithms and indicators; `X` of shape (n_rows, n_columns), NaN where missing."""
        values = np.asarray(X, dtype=np.float64)
        rows, columns = values.shape
        codes = [0] * columns if self.codes is None else list(self.codes)
        fills, sizes, gaps = np.zeros(columns), np.zeros(columns), np.zeros(columns, dtype=np.bool_)
        for column in range(columns):
            known = values[~np.isnan(values[:, column]), column]
            gaps[column] = len(known) < rows
            if len(known) and not codes[column]:
                fills[column] = np.median(known)
                sizes[column] = np.quantile(np.abs(known), 0.99)
        self.n_features_in_ = columns
        self.fill_ = fills
        self.log_ = sizes > self.log_above
        self.missing_ = np.flatnonzero(gaps)
        self.coded_ = np.array(
            [(column, code) for column, count in enumerate(codes) for code in range(count)],
            dtype=np.int64,
        ).reshape(-1, 2)
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Give values, then indicators: shape (n_rows, n_columns + len(missing_) + len(coded_))."""
        given = np.asarray(X, dtype=np.float64)
        rows, columns = given.shape
        coded = columns + len(self.missing_)
        made = np.empty((rows, coded + len(self.coded_)))
        made[:, :columns] = given
        made[:, np.unique(self.coded_[:, 0])] = 0.0
        for place, gapped in enumerate(self.missing_, columns):
            np.isnan(given[:, gapped], out=made[:, place], casting="unsafe")
        made[:, coded:] = given[:, self.coded_[:, 0]] == self.coded_[:, 1]
        for column in range(columns):
            values = made[:, column]
            values[np.isnan(values)] = self.fill_[column]
            if self.log_[column]:
                made[:, column] = np.sign(values) * np.log1p(np.abs(values))
        return made


class ColumnScaler(StandardScaler):  # type: ignore[misc]
    """scikit-learn's `StandardScaler`, which learns some columns at a time: its own copies the whole table, twice.

    What it learns are the same bits.
    """

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn means and deviations; `X` of shape (n_rows, n_columns)."""
        values = np.asarray(X, dtype=np.float64)
        columns = values.shape[1]
        blocks = np.array_split(np.arange(columns), max(1, columns // _COLUMNS_AT_ONCE))
        parts = [StandardScaler().fit(values[:, some[0] : some[-1] + 1]) for some in blocks]
        self.mean_, self.var_, self.scale_ = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("mean_", "var_", "scale_")
        )
        self.n_features_in_, self.n_samples_seen_ = columns, parts[0].n_samples_seen_
        return self


def linear_model(strength: float, codes: Sequence[int] | None = None) -> Pipeline:
    """A logistic regression on transformed, standardised values.

    Parameters
    ----------
    strength : float, > 0
        Inverse of the L2 penalty (scikit-learn's C).
    codes : sequence of int, optional
        As `ValueTransform` takes it.
    """
    return Pipeline(
        [
            ("values", ValueTransform(codes=codes)),
            ("scale", ColumnScaler(copy=False)),
            ("logistic", LogisticRegression(C=strength, max_iter=2000)),
        ]
    )


def plain_logistic(codes: Sequence[int] | None = None) -> Pipeline:
    """The baseline to beat: medians for what is missing, standardised raw values, default penalty."""
    return Pipeline(
        [
            ("values", ValueTransform(log_above=np.inf, codes=codes)),
            ("scale", ColumnScaler(copy=False)),
            ("logistic", LogisticRegression(max_iter=5000)),
        ]
    )
