"""The rule-based credit score: piecewise-linear points in one table.

It rewards spend, delivered orders and the average order value, and penalises returns, failed payments and
cash on delivery. Every line of the table rises, or falls, all the way, so the score is monotone in each
input with the others held fixed. Amounts count in typical orders (the tenant's median order value), so that
the same table serves every currency.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from scoring.calibration import Calibration, sigmoid
from scoring.errors import InvalidPackage
from scoring.scale import HIGHEST, LOWEST, Scale, band

__all__ = ["POINTS", "START", "RuleInputs", "band", "rule_score"]

START = 600
"""Points of a customer of whom nothing is known."""

POINTS: Mapping[str, tuple[tuple[float, float], ...]] = {
    "spend": ((0.0, 0.0), (1.0, 40.0), (5.0, 110.0), (20.0, 180.0)),
    "delivered_orders": ((0.0, 0.0), (1.0, 30.0), (4.0, 80.0), (12.0, 130.0)),
    "average_order_value": ((0.0, 0.0), (1.0, 40.0), (3.0, 90.0)),
    "return_rate": ((0.0, 0.0), (0.1, -10.0), (0.5, -100.0), (1.0, -150.0)),
    "failed_payment_rate": ((0.0, 0.0), (0.1, -30.0), (0.5, -130.0), (1.0, -180.0)),
    "cash_on_delivery_rate": ((0.0, 0.0), (0.5, -50.0), (1.0, -90.0)),
}
"""Points by input: (value, points), linear in between, level outside. Spend and average order value are in
typical orders, delivered orders a count, the rates shares from 0 to 1."""

_AMOUNTS = frozenset({"spend", "average_order_value"})


@dataclass(frozen=True, kw_only=True)
class RuleInputs:
    """Which features the rule score reads, and what one typical order is worth.

    Parameters
    ----------
    columns : mapping
        The output of the catalogue for each input of `POINTS`; an input without one counts nothing.
    typical_order : float, minor units, > 0
        The median order value of the tenant.
    calibration : Calibration or None, default None
        What turns the log-odds that a score would stand for on the credit scale into those that were observed; None
        where that is not known, or the score does not tell who pays.
    """

    columns: Mapping[str, str]
    typical_order: float
    calibration: Calibration | None = None

    def __post_init__(self) -> None:
        unknown = sorted(set(self.columns) - set(POINTS))
        if unknown:
            raise InvalidPackage(
                f"rule inputs must be among {', '.join(POINTS)}; got {unknown}. Remove them."
            )
        if not self.typical_order > 0:
            raise InvalidPackage(
                f"typical order must be worth more than 0 minor units; got {self.typical_order}."
                " Give the median order value."
            )

    def probability(self, score: int) -> float | None:
        """Give the probability of not paying that was observed at a rule score.

        Parameters
        ----------
        score : int
            From 300 to 1000, as `rule_score` gives it.

        Returns
        -------
        float or None
            In [0, 1]; None where it is not known.
        """
        if self.calibration is None:
            return None
        line = self.calibration
        return sigmoid(line.slope * Scale().logit(score) + line.intercept)

    def scaled(self, score: int) -> int | None:
        """Put a rule score on the scale on which 700 are odds of 20 to 1, as the learned score is.

        Parameters
        ----------
        score : int
            From 300 to 1000, as `rule_score` gives it.

        Returns
        -------
        int or None
            From 300 to 1000; None where its risk is not known.

        Examples
        --------
        >>> as_it_is = RuleInputs(columns={}, typical_order=1.0, calibration=Calibration())
        >>> twice_as_risky = RuleInputs(columns={}, typical_order=1.0, calibration=Calibration(intercept=0.6931))
        >>> as_it_is.scaled(640), twice_as_risky.scaled(640)
        (640, 590)
        """
        probability = self.probability(score)
        return None if probability is None else Scale().score(probability)


def rule_score(features: Mapping[str, float | None], *, typical_order: float = 5000.0) -> int:
    """Score a customer by the table of points.

    Parameters
    ----------
    features : mapping
        A value per input of `POINTS`; amounts in minor units. None, NaN or absent counts no points.
    typical_order : float, minor units, > 0, default 5000
        What an order is usually worth.

    Returns
    -------
    int
        From 300 to 1000.

    Examples
    --------
    >>> rule_score({"spend": 60000, "delivered_orders": 9, "average_order_value": 6000, "return_rate": 0.1})
    889
    >>> rule_score({"failed_payment_rate": 1.0, "return_rate": 1.0, "cash_on_delivery_rate": 1.0})
    300
    >>> rule_score({})
    600
    """
    total = float(START)
    for name, points in POINTS.items():
        value = features.get(name)
        if value is None or value != value:
            continue
        total += _interpolate(points, value / typical_order if name in _AMOUNTS else value)
    return round(min(max(total, LOWEST), HIGHEST))


def _interpolate(points: tuple[tuple[float, float], ...], value: float) -> float:
    """Read a piecewise-linear function, level outside its points; monotone between them by construction."""
    place = bisect_right(points, value, key=lambda point: point[0])
    if place == 0:
        return points[0][1]
    if place == len(points):
        return points[-1][1]
    (left, low), (right, high) = points[place - 1], points[place]
    step = low + (high - low) * ((value - left) / (right - left))
    return min(max(step, min(low, high)), max(low, high))
