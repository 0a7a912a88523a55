"""Estimates with their intervals: shares, differences between two groups, and how much of a risk an offer takes away.

Each interval is the usual one that holds for small groups and rare outcomes, too: Wilson's for a share, Newcombe's for
a difference of shares, Welch's for a difference of means, layer by layer, and Katz's for a ratio of risks, which
Greenland and Robins give for the one of several tables that Mantel and Haenszel put together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, variance
from typing import NamedTuple

LEVEL = 0.95
"""How often an interval holds what is true."""

POWER = 0.80
"""How often an effect is to be seen that is there."""


class Estimate(NamedTuple):
    """A figure and between what the true one lies."""

    value: float
    low: float
    high: float

    def holds(self, truth: float) -> bool:
        """Whether a true figure lies in the interval."""
        return self.low <= truth <= self.high


def share(part: int, whole: int) -> Estimate | None:
    """Estimate a share; None of nobody.

    Examples
    --------
    >>> [round(each, 3) for each in share(1, 10)]
    [0.1, 0.018, 0.404]
    >>> share(0, 0) is None
    True
    """
    if whole == 0:
        return None
    z = _z(LEVEL)
    value = part / whole
    middle = (value + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z / (1 + z * z / whole)
    half *= math.sqrt(value * (1 - value) / whole + z * z / (4 * whole * whole))
    return Estimate(value, max(0.0, middle - half), min(1.0, middle + half))


def difference_of_shares(one: tuple[int, int], other: tuple[int, int]) -> Estimate | None:
    """Estimate by how much the share of one group is above that of another; None where a group is empty.

    Parameters
    ----------
    one, other : tuple of (int, int)
        How many of how many.

    Examples
    --------
    >>> [round(each, 4) for each in difference_of_shares((56, 70), (48, 80))]
    [0.2, 0.0524, 0.3339]
    """
    first, second = share(*one), share(*other)
    if first is None or second is None:
        return None
    value = first.value - second.value
    low = math.hypot(first.value - first.low, second.high - second.value)
    high = math.hypot(first.high - first.value, second.value - second.low)
    return Estimate(value, value - low, value + high)


def difference_of_means(
    layers: Sequence[tuple[Sequence[float], Sequence[float]]],
) -> Estimate | None:
    """Estimate by how much the mean of one group is above that of another, where both were drawn layer by layer.

    Parameters
    ----------
    layers : sequence of (floats, floats)
        What each customer of the one group came to, and of the other. Each layer counts by its size.

    Returns
    -------
    Estimate or None
        None where no layer has two customers of each group.

    Examples
    --------
    >>> [round(each, 3) for each in difference_of_means([([4.0, 5.0, 6.0, 7.0], [1.0, 2.0, 3.0, 4.0])])]
    [3.0, 0.766, 5.234]
    """
    told = [(one, other) for one, other in layers if len(one) > 1 and len(other) > 1]
    if not told:
        return None
    whole = sum(len(one) + len(other) for one, other in told)
    value, parts = 0.0, list[tuple[float, int]]()
    for one, other in told:
        weight = (len(one) + len(other)) / whole
        value += weight * (fmean(one) - fmean(other))
        for group in (one, other):
            parts.append((weight * weight * variance(group) / len(group), len(group) - 1))
    spread = sum(part for part, _ in parts)
    if spread == 0:
        return Estimate(value, value, value)
    freedom = spread * spread / sum(part * part / degrees for part, degrees in parts)
    half = _t(freedom) * math.sqrt(spread)
    return Estimate(value, value - half, value + half)


def risk_taken_away(
    tables: Sequence[tuple[tuple[int, int], tuple[int, int]]],
) -> Estimate | None:
    """Estimate which share of those who would have left an offer kept: 1 less the ratio of the two risks.

    Parameters
    ----------
    tables : sequence of (treated, control)
        Of each campaign, how many left of how many with the offer, and without. Campaigns are compared each within
        itself: where one held out more customers, and more of all left, no effect comes of that.

    Returns
    -------
    Estimate or None
        None where nobody held out left, or no campaign has both groups.

    Examples
    --------
    >>> [round(each, 3) for each in risk_taken_away([((30, 100), (40, 100))])]
    [0.25, -0.101, 0.489]
    >>> [round(each, 3) for each in risk_taken_away([((30, 100), (40, 100)), ((9, 30), (40, 100))])]
    [0.25, -0.036, 0.457]
    """
    told: list[tuple[tuple[float, int], tuple[int, int]]]
    told = [(one, other) for one, other in tables if one[1] and other[1]]
    with_offer = sum(one[0] * other[1] / (one[1] + other[1]) for one, other in told)
    without = sum(other[0] * one[1] / (one[1] + other[1]) for one, other in told)
    if not without:
        return None
    value = 1 - with_offer / without
    nobody = not with_offer
    if nobody:
        # where nobody left, half a customer did: else the interval would have no end
        (_, offered), other = told[0]
        told[0] = ((0.5, offered), other)
        with_offer = 0.5 * other[1] / (offered + other[1])
    spread = 0.0
    for (left, offered), (left_without, withheld) in told:
        both = offered + withheld
        spread += offered * withheld * (left + left_without) / (both * both)
        spread -= left * left_without / both
    half = _z(LEVEL) * math.sqrt(max(0.0, spread / (with_offer * without)))
    ratio = with_offer / without
    high = 1.0 if nobody else 1 - ratio * math.exp(-half)
    return Estimate(value, 1 - ratio * math.exp(half), high)


def smallest_seen(spread: float, one: int, other: int) -> float:
    """Tell how large a difference between two groups must be to be seen four times in five.

    Parameters
    ----------
    spread : float
        Standard deviation of what is compared: sqrt(p (1 - p)) of a share p.
    one, other : int
        Customers, >= 1.

    Examples
    --------
    >>> round(smallest_seen(0.5, 900, 100), 3), round(smallest_seen(0.5, 500, 500), 3)
    (0.148, 0.089)
    """
    return (_z(LEVEL) + NormalDist().inv_cdf(POWER)) * spread * math.sqrt(1 / one + 1 / other)


def customers_needed(spread: float, difference: float, holdout: float) -> int | None:
    """Tell how many customers must be drawn so that a difference is seen four times in five.

    Parameters
    ----------
    spread : float
        As of `smallest_seen`.
    difference : float
        What is expected.
    holdout : float
        In (0, 1); the share held out.

    Returns
    -------
    int or None
        None where no difference is expected.

    Examples
    --------
    >>> customers_needed(0.5, 0.1, 0.1), customers_needed(0.5, 0.1, 0.5), customers_needed(0.5, 0.0, 0.1)
    (2181, 785, None)
    """
    if difference <= 0:
        return None
    times = (_z(LEVEL) + NormalDist().inv_cdf(POWER)) * spread / difference
    return math.ceil(times * times * (1 / holdout + 1 / (1 - holdout)))


def _z(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)


def _t(freedom: float) -> float:
    """Give the quantile of Student's distribution."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + LEVEL) / 2))
