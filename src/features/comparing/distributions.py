"""How values are spread, how far two spreads are apart, and what one column says of an outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEVELS = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
"""The quantiles that are kept."""

BARS = 20
"""Bars of a histogram."""

_BINS = 10
_HALF = 0.5


@dataclass(frozen=True)
class Power:
    """What one column says of an outcome, alone."""

    auc: float
    """Chance that a row with the outcome has a higher value than one without, ties counting half; below .5 a
    lower value goes with it."""
    low: float
    high: float
    """`low`, `high`: its 95 % interval."""

    @property
    def strength(self) -> float:
        """The AUC in its better direction."""
        return max(self.auc, 1 - self.auc)


def quantiles(values: Floats) -> tuple[float, ...]:
    """Give the quantiles at `LEVELS` of the values that are known; none where none is.

    Examples
    --------
    >>> quantiles(np.array([0.0, 4.0, np.nan]))[4]
    2.0
    """
    known = values[~np.isnan(values)]
    return tuple(float(value) for value in np.quantile(known, LEVELS)) if len(known) else ()


def edges(values: Floats) -> tuple[float, ...]:
    """Lay out the bars of a histogram, of equal width, over all but the outermost hundredths."""
    found = quantiles(values)
    if not found:
        return ()
    low, high = found[1], found[-2]
    return tuple(
        float(edge) for edge in np.linspace(low, high if high > low else low + 1, BARS + 1)
    )


def histogram(values: Floats, at: tuple[float, ...]) -> tuple[int, ...]:
    """Count known values between edges; what lies outside counts in the outermost bars.

    Examples
    --------
    >>> histogram(np.array([-5.0, 0.5, 1.5, 99.0, np.nan]), (0.0, 1.0, 2.0))
    (2, 2)
    """
    if not at:
        return ()
    known = np.clip(values[~np.isnan(values)], at[0], at[-1])
    return tuple(int(count) for count in np.histogram(known, at)[0])


@dataclass(frozen=True)
class Spread:
    """How many values lie between cuts, so that others can be held against them later."""

    cuts: tuple[float, ...]
    """Ascending; a value on a cut counts below it."""
    counts: tuple[int, ...]
    """One for each place between cuts, the lowest first, then that of missing values."""


def spread(values: Floats, cuts: tuple[float, ...] | None = None) -> Spread:
    """Count values between cuts, by default between their own deciles.

    Examples
    --------
    >>> spread(np.array([0.0, 0.0, 1.0, 5.0, np.nan]), (0.0, 2.0))
    Spread(cuts=(0.0, 2.0), counts=(2, 1, 1, 1))
    """
    known = values[~np.isnan(values)]
    if cuts is None:
        inner = np.linspace(0, 1, _BINS + 1)[1:-1]
        cuts = tuple(np.unique(np.quantile(known, inner)).tolist()) if len(known) else ()
    places = np.searchsorted(np.asarray(cuts), known, side="left")
    counts = np.bincount(places, minlength=len(cuts) + 1).tolist()
    return Spread(cuts=cuts, counts=(*counts, len(values) - len(known)))


def stability_index(before: Floats, after: Floats) -> float:
    """Population stability index: how far a spread moved; below .1 hardly, above .25 much.

    Both are counted between the deciles of `before`, values missing apart; half a row is added to each count,
    so that an empty one stays finite.

    Examples
    --------
    >>> values = np.arange(100.0)
    >>> stability_index(values, values)
    0.0
    >>> bool(stability_index(values, values + 50) > 0.25)
    True
    """
    old = spread(before)
    return index_between(old, spread(after, old.cuts))


def index_between(before: Spread, after: Spread) -> float:
    """Give the population stability index of two spreads between the same cuts."""
    counted = (np.array(each.counts) + _HALF for each in (before, after))
    old, new = (counts / counts.sum() for counts in counted)
    return float(np.sum((new - old) * np.log(new / old)))


def largest_distance(before: Floats, after: Floats) -> float:
    """Kolmogorov-Smirnov distance of the known values: 0 the same, 1 apart; 0 where one side knows none.

    Examples
    --------
    >>> largest_distance(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.5
    """
    old, new = (np.sort(values[~np.isnan(values)]) for values in (before, after))
    if not len(old) or not len(new):
        return 0.0
    places = np.concatenate([old, new])
    below = [np.searchsorted(values, places, side="right") / len(values) for values in (old, new)]
    return float(np.abs(below[0] - below[1]).max())


def power(labels: npt.NDArray[np.int64], values: Floats) -> Power | None:
    """Give the AUC of one column with its interval after DeLong; None where only one outcome occurs.

    Missing values count as the median.

    Examples
    --------
    >>> power(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])).auc
    0.75
    """
    known = values[~np.isnan(values)]
    filled = np.where(np.isnan(values), np.median(known) if len(known) else 0.0, values)
    ones, zeros = np.sort(filled[labels == 1]), np.sort(filled[labels == 0])
    if not len(ones) or not len(zeros):
        return None
    above, below = _places(ones, zeros), _places(zeros, ones)
    area = float(above.mean())
    spread = sum(
        float(part.var(ddof=1)) / len(part) if len(part) > 1 else 0.25 for part in (above, below)
    )
    reach = 1.96 * spread**0.5
    return Power(area, max(0.0, area - reach), min(1.0, area + reach))


def _places(of: Floats, among: Floats) -> Floats:
    """Share of sorted values that each value is above, ties counting half."""
    left, right = (np.searchsorted(among, of, side=side) for side in ("left", "right"))
    return (left + right) / 2 / len(among)
