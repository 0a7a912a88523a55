"""How good a forecast of value is out of time: right in all, by tenths, and in whom it puts first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.lifetime_value import ValuePackage
from training.fitting.forecast_check import tenths
from training.fitting.value_data import ValueRows
from training.judging.verdict import Gate

Floats = NDArray[np.float64]

MODEL, MEANS = "model", "means"
"""The forecasts: by BG/NBD and Gamma-Gamma, and by plain means."""

MOST_OFF = 0.10
"""By how much what was expected in all may lie off what came."""

_RESAMPLES = 500


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueFigures:
    """A forecast out of time.

    Parameters
    ----------
    ratio : float
        Expected over realised, in all.
    interval : tuple of float
        The 95 % interval of that, by a bootstrap over customers.
    spearman : float, in [-1, 1]
        How well expected and realised agree in order.
    inside : float, in [0, 1]
        The share of customers within their range.
    by_tenth : DataFrame
        A row per tenth, the least expected first: customers, and means of expected and realised (minor units).
    """

    ratio: float
    interval: tuple[float, float]
    spearman: float
    inside: float
    by_tenth: pd.DataFrame

    @property
    def off(self) -> float:
        """How far expected lies from realised in all, as a share of it."""
        return abs(self.ratio - 1.0)

    @property
    def told(self) -> str:
        """The figures in words."""
        return f"expected over realised {self.ratio:.3f}, Spearman {self.spearman:.4f}"

    def as_dict(self) -> dict[str, float]:
        """The figures in JSON's own types."""
        names = ("ratio", "spearman", "inside")
        return {name: round(float(getattr(self, name)), 6) for name in names}


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueReport:
    """Both forecasts out of time, beside what anybody would sort customers by.

    Parameters
    ----------
    figures : mapping of str to ValueFigures
        Of "model" and "means".
    baselines : mapping of str to float
        The Spearman correlation of "recency", "frequency" and "past spend" with what was realised.
    customers : int
    """

    figures: Mapping[str, ValueFigures]
    baselines: Mapping[str, float]
    customers: int


def examine_values(model: ValuePackage, means: ValuePackage, test: ValueRows) -> ValueReport:
    """Measure both forecasts on customers they know nothing of.

    Parameters
    ----------
    model, means : ValuePackage
    test : ValueRows

    Returns
    -------
    ValueReport
    """
    orders, ordering, since_first, _ = test.inputs.T
    sorted_by = {
        "recency": ordering - since_first,
        "frequency": orders,
        "past spend": test.past,
    }
    return ValueReport(
        figures={MODEL: _measured(model, test), MEANS: _measured(means, test)},
        baselines={name: spearman(by, test.realised) for name, by in sorted_by.items()},
        customers=len(test.realised),
    )


def spearman(one: Floats, other: Floats) -> float:
    """Correlate two columns by their ranks; 0 where one of them says nothing.

    Parameters
    ----------
    one, other : float arrays of shape (n_rows,)

    Returns
    -------
    float, in [-1, 1]

    Examples
    --------
    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0]))
    0.5
    """
    ranks = pd.DataFrame({"one": np.nan_to_num(one), "other": other}).rank()
    if ranks.nunique().min() < 2:
        return 0.0
    return round(float(ranks["one"].corr(ranks["other"])), 12)


def value_gates(report: ValueReport) -> tuple[Gate, ...]:
    """Hold the model against what came; where a gate refuses, plain means take its place.

    Parameters
    ----------
    report : ValueReport

    Returns
    -------
    tuple of Gate
    """
    found = report.figures[MODEL]
    low, high = found.interval
    in_all = Gate(
        name="calibration",
        passed=found.off <= MOST_OFF,
        text=f"expected over realised in all {found.ratio:.3f} ({low:.3f} to {high:.3f}), must lie within"
        f" {MOST_OFF:.0%} of 1",
    )
    best = max(report.baselines, key=lambda name: report.baselines[name])
    order = Gate(
        name="order",
        passed=found.spearman > report.baselines[best],
        text=f"Spearman {found.spearman:.4f} against {report.baselines[best]:.4f} of {best}, must be above"
        " recency, frequency and past spend",
    )
    return in_all, order


def _measured(package: ValuePackage, test: ValueRows) -> ValueFigures:
    found = package.expect(test.inputs, test.past)
    expected, realised = np.nan_to_num(found.predicted), test.realised
    paid = np.maximum(realised, 0.0)
    table = pd.DataFrame({"tenth": tenths(expected), "expected": expected, "realised": realised})
    return ValueFigures(
        ratio=_over(expected.sum(), realised.sum()),
        interval=_interval(expected, realised),
        spearman=spearman(expected, realised),
        inside=float(((paid >= found.low) & (paid <= found.high)).mean()),
        by_tenth=table.groupby("tenth").agg(
            customers=("expected", "size"),
            expected=("expected", "mean"),
            realised=("realised", "mean"),
        ),
    )


def _interval(expected: Floats, realised: Floats) -> tuple[float, float]:
    random, count = np.random.default_rng(0), len(expected)
    ratios = []
    for _ in range(_RESAMPLES):
        drawn = random.integers(0, count, count)
        ratios.append(_over(expected[drawn].sum(), realised[drawn].sum()))
    low, high = np.quantile(ratios, (0.025, 0.975))
    return float(low), float(high)


def _over(expected: float, realised: float) -> float:
    return float(expected / realised) if realised > 0 else float("inf")
