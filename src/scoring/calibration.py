"""From a logit to a probability that may be taken at its word."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, isfinite

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidPackage

Floats = NDArray[np.float64]

_FAR = 700.0

_SAME = 1e-9
"""How near to the base a logit is, in log-odds, where the curve is taken as straight."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A straight line on the logit, and a rising curve on that; the identity by default.

    The line is `slope * logit + intercept`. The curve, where there is one, is straight between its knots and has
    the slope 1 beyond the outer ones, so it never levels off and never changes who comes before whom.

    Parameters
    ----------
    slope : float, > 0, default 1.0
        What the logit is multiplied by.
    intercept : float, default 0.0
        Log-odds added after that.
    knots, heights : tuple of float, default ()
        Where the curve bends, and what it gives there, both in log-odds and rising; none, or at least two.

    Raises
    ------
    InvalidPackage
        "calibration must rise from knot to knot; got ..."
    """

    slope: float = 1.0
    intercept: float = 0.0
    knots: tuple[float, ...] = ()
    heights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        # JSON keeps lists
        object.__setattr__(self, "knots", tuple(self.knots))
        object.__setattr__(self, "heights", tuple(self.heights))
        rises = all(
            all(map(isfinite, places)) and all(np.diff(places) > 0)
            for places in (self.knots, self.heights)
        )
        if len(self.knots) != len(self.heights) or len(self.knots) == 1 or not rises:
            raise InvalidPackage(
                f"calibration must rise from knot to knot; got knots {self.knots} and heights"
                f" {self.heights}. Fit it again."
            )

    @property
    def is_identity(self) -> bool:
        """Whether it changes nothing."""
        return self == Calibration()

    def of(self, logits: Floats) -> Floats:
        """Calibrate logits.

        Parameters
        ----------
        logits : float array of shape (n,)
            Log-odds.

        Returns
        -------
        float array of shape (n,)
            Each to the same bits whatever others come with it.

        Examples
        --------
        >>> Calibration(slope=0.5, intercept=1.0).of(np.array([-2.0, 4.0])).tolist()
        [0.0, 3.0]
        """
        return self.bent(self.slope * logits + self.intercept)

    def bent(self, straight: Floats) -> Floats:
        """Give what the curve makes of logits on the line, shape (n,)."""
        if not self.knots:
            return straight
        knots, heights, slopes = self._curve
        left = np.clip(np.searchsorted(knots, straight, side="right") - 1, 0, len(slopes) - 1)
        inside = heights[left] + (straight - knots[left]) * slopes[left]
        below, above = straight < knots[0], straight > knots[-1]
        inside = np.where(below, heights[0] + (straight - knots[0]), inside)
        return np.where(above, heights[-1] + (straight - knots[-1]), inside)

    def stretch(self, straight: Floats, base: float) -> Floats:
        """Give what contributions are multiplied by, so that they lead from base to logit on the curve too.

        A curve leaves no contribution as it was: a row's contributions all keep their signs and their shares of the
        way from the base to its logit, and the way is as long as the curve says.

        Parameters
        ----------
        straight : float array of shape (n_rows,)
            Logits on the line.
        base : float
            The logit on the line from which contributions are counted.

        Returns
        -------
        float array of shape (n_rows,)
            Above 0; 1 where there is no curve.
        """
        if not self.knots:
            return np.ones_like(straight)
        from_, to = base - _SAME, base + _SAME
        here = (self.bent(np.array([to])) - self.bent(np.array([from_])))[0] / (to - from_)
        way = straight - base
        is_near = np.abs(way) < _SAME
        ends = self.bent(straight) - self.bent(np.array([base]))[0]
        stretched: Floats = np.where(is_near, here, ends / np.where(is_near, 1.0, way))
        return stretched

    @cached_property
    def _curve(self) -> tuple[Floats, Floats, Floats]:
        """Knots, heights, and the slope from each knot to the next."""
        knots, heights = np.array(self.knots), np.array(self.heights)
        return knots, heights, np.diff(heights) / np.diff(knots)


def sigmoid(logit: float) -> float:
    """1 / (1 + exp(-logit)), by the one exponential of the scorer; level beyond +-700, where it is 0 or 1.

    Examples
    --------
    >>> sigmoid(0.0), sigmoid(-1000.0) < 1e-300
    (0.5, True)
    """
    return 1.0 / (1.0 + exp(-min(max(logit, -_FAR), _FAR)))
