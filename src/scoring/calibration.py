"""From a logit to a probability that may be taken at its word."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

_FAR = 700.0


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A straight line on the logit: `slope * logit + intercept`; the identity by default.

    Parameters
    ----------
    slope : float, default 1.0
        What the logit is multiplied by.
    intercept : float, default 0.0
        Log-odds added after that.
    """

    slope: float = 1.0
    intercept: float = 0.0


def sigmoid(logit: float) -> float:
    """1 / (1 + exp(-logit)), by the one exponential of the scorer; level beyond +-700, where it is 0 or 1.

    Examples
    --------
    >>> sigmoid(0.0), sigmoid(-1000.0) < 1e-300
    (0.5, True)
    """
    return 1.0 / (1.0 + exp(-min(max(logit, -_FAR), _FAR)))
