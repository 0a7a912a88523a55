"""A scorecard: a few columns in bins of weight of evidence, added up by a logistic regression.

OptBinning finds the bins, each column's trend being declared where people expect one. Only columns whose
coefficient agrees with their evidence stay: a card on which more evidence of risk takes points away is one that
nobody can read.
"""

# ruff: noqa: N803 - scikit-learn calls its table X
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression

from training.errors import NotTrainable
from training.fitting.estimators.logits import LogitClassifier
from training.fitting.estimators.screening import strongest_columns
from training.fitting.estimators.shapes import ShapeFunctions

if TYPE_CHECKING:
    from optbinning import OptimalBinning

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_TRENDS = {1: "ascending", -1: "descending", 0: "auto_asc_desc"}
_SMALLEST_BIN = 0.05
"""Share of the rows; where fewer are missing, their evidence is 0."""


class Scorecard(LogitClassifier):
    """A logistic regression on weights of evidence, all of its coefficients positive.

    Parameters
    ----------
    signs : sequence of {1, -1, 0}, optional
        Per column, whether the share of the second outcome may only rise with it, only fall, or do either, but
        one of them.
    codes : sequence of int, optional
        Per column, how many codes of categories it has, 0 for numbers: the share of categories may go up and down.
    screened : int, >= 1, default 60
        Columns of most information value that are binned.
    kept : int, >= 1, default 25
        Columns on the card.
    alike : float, in (0, 1], default 0.9
        A column whose evidence correlates more with that of a stronger one is left out.
    strength : float, > 0, default 0.1
        Inverse of the L2 penalty (scikit-learn's C).

    Attributes
    ----------
    shapes_ : ShapeFunctions
        Coefficient x evidence per bin, less its mean over the training rows.
    binnings_ : dict of int to OptimalBinning
        The bins of each column on the card.
    coefficients_ : dict of int to float
        Of each of these columns, > 0; evidence is that of the second outcome: the library's with its sign turned.
    intercept_ : float
        The logit at no evidence.
    """

    def __init__(
        self,
        signs: Sequence[int] | None = None,
        codes: Sequence[int] | None = None,
        screened: int = 60,
        kept: int = 25,
        alike: float = 0.9,
        strength: float = 0.1,
    ) -> None:
        self.signs = signs
        self.codes = codes
        self.screened = screened
        self.kept = kept
        self.alike = alike
        self.strength = strength

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Bin, choose and weigh columns; `X` of shape (n_rows, n_columns), NaN where missing."""
        values, labels = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.int64)
        binnings, evidence = self._binned(values, labels)
        if not binnings:
            raise NotTrainable(
                "columns must tell the outcomes apart; got none that does. Import more kinds of records."
            )
        model, on_card = self._weighed(np.column_stack(list(evidence.values())), labels)
        columns = np.array(list(binnings))[on_card].tolist()
        self.classes_ = np.array([0, 1])
        self.binnings_ = {column: binnings[column] for column in columns}
        self.coefficients_ = dict(zip(columns, model.coef_[0].tolist(), strict=True))
        self.intercept_ = float(model.intercept_[0])
        means = {
            column: coefficient * float(evidence[column].mean())
            for column, coefficient in self.coefficients_.items()
        }
        self.shapes_ = ShapeFunctions(
            intercept=self.intercept_ + sum(means.values()),
            columns=[(column,) for column in columns],
            cuts=[(_cuts(self.binnings_[column]),) for column in columns],
            contributions=[
                self.coefficients_[column] * _evidence_per_bin(self.binnings_[column])
                - means[column]
                for column in columns
            ],
        )
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Give the logit of the second outcome, shape (n_rows,)."""
        return self.shapes_.decision_function(X)

    def _binned(
        self, values: Floats, labels: Integers
    ) -> tuple[dict[int, OptimalBinning], dict[int, Floats]]:
        """Bin the strongest columns, and find the evidence of every row, leaving out what says the same again."""
        from optbinning import OptimalBinning

        binnings: dict[int, OptimalBinning] = {}
        evidence: dict[int, Floats] = {}
        for column in strongest_columns(values, labels, self.screened).tolist():
            binning = OptimalBinning(
                monotonic_trend=self._trend(column),
                max_n_prebins=12,
                max_n_bins=8,
                min_prebin_size=_SMALLEST_BIN,
            ).fit(values[:, column], labels)
            found = evidence_of(binning, values[:, column])
            if np.ptp(found) > 0 and not any(
                abs(np.corrcoef(found, other)[0, 1]) > self.alike for other in evidence.values()
            ):
                binnings[column], evidence[column] = binning, found
        return binnings, evidence

    def _trend(self, column: int) -> str | None:
        """Which way the share of the second outcome may go along a column, in the library's words."""
        if self.codes is not None and self.codes[column]:
            return None
        return _TRENDS[0 if self.signs is None else self.signs[column]]

    def _weighed(self, evidence: Floats, labels: Integers) -> tuple[LogisticRegression, Integers]:
        """Fit on all columns, and again without those of a negative coefficient, then without the least of too many."""
        on_card = np.arange(evidence.shape[1])
        spread = evidence.std(axis=0)
        while True:
            model = LogisticRegression(C=self.strength, max_iter=1000)
            model.fit(evidence[:, on_card], labels)
            coefficients = model.coef_[0]
            positive = coefficients > 0
            if positive.all() and len(on_card) <= self.kept:
                return model, on_card
            if not positive.any():
                positive[np.argmax(coefficients)] = True
                coefficients = np.abs(coefficients)
            if positive.all():
                weights = coefficients * spread[on_card]
                on_card = np.sort(on_card[np.argsort(-weights, kind="stable")[: self.kept]])
            else:
                on_card = on_card[positive]


def evidence_of(binning: OptimalBinning, values: Floats) -> Floats:
    """Give the library's weight of evidence of each value, its sign turned: above 0 for the second outcome.

    Parameters
    ----------
    binning : OptimalBinning
        Fitted.
    values : float array of shape (n_rows,)
    """
    missing = "empirical" if _tells_of_missing(binning) else 0
    found = binning.transform(values, metric="woe", metric_missing=missing)
    return -np.asarray(found, dtype=np.float64)


def _tells_of_missing(binning: OptimalBinning) -> bool:
    """Whether enough values were missing, with either outcome, for their evidence to count."""
    events, others = binning._n_event_missing, binning._n_nonevent_missing
    return bool(min(events, others) > 0 and events + others >= _SMALLEST_BIN * binning._n_samples)


def _cuts(binning: OptimalBinning) -> Floats:
    return np.asarray(binning.splits, dtype=np.float64)


def _evidence_per_bin(binning: OptimalBinning) -> Floats:
    """Ask the library for a value of each bin: a missing one, one below all cut points, and each cut point."""
    cuts = _cuts(binning)
    lowest = np.nextafter(cuts[0], -np.inf) if len(cuts) else 0.0
    return evidence_of(binning, np.array([np.nan, lowest, *cuts]))


def load() -> None:
    """Import OptBinning ahead of its use: it takes seconds."""
    import optbinning  # noqa: F401
