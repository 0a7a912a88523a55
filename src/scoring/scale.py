"""The credit scale: from a probability of default to a score, and from a score to a band.

50 points double the odds, 700 points are odds of 20 to 1: score = 483.9 + 72.13 ln(odds). So band A means a
probability of at most 1.2 %, B 4.8 %, C 16.7 %, D 44 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

LOWEST, HIGHEST = 300, 1000

BANDS: tuple[tuple[int, str], ...] = ((800, "A"), (700, "B"), (600, "C"), (500, "D"))
"""The least score of each band but the last, best first."""

WORST = "E"
"""The band below them all."""

BAND_NAMES = (*(name for _, name in BANDS), WORST)
"""All bands, best first."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A line on the log-odds of the good outcome, clipped to 300..1000.

    Parameters
    ----------
    offset : float, default 483.9
        Score at even odds.
    factor : float, default 72.13
        Points per unit of log-odds, > 0.
    """

    offset: float = 483.9
    factor: float = 72.13

    def logit(self, score: float) -> float:
        """Give the log-odds of the bad outcome that a score stands for.

        Parameters
        ----------
        score : float
            From 300 to 1000.

        Returns
        -------
        float
            0 at even odds, falling by ln 2 with every 50 points.

        Examples
        --------
        >>> from math import exp
        >>> round(exp(-Scale().logit(700)), 1)
        20.0
        """
        return (self.offset - score) / self.factor

    def score(self, probability: float) -> int:
        """Give the score of a probability of the bad outcome.

        Parameters
        ----------
        probability : float
            Of the bad outcome, in [0, 1].

        Returns
        -------
        int
            From 300 to 1000.

        Examples
        --------
        >>> Scale().score(1 / 21), Scale().score(0.5), Scale().score(0.0), Scale().score(1.0)
        (700, 484, 1000, 300)
        """
        if probability <= 0.0:
            return HIGHEST
        if probability >= 1.0:
            return LOWEST
        exact = self.offset + self.factor * log((1.0 - probability) / probability)
        return round(min(max(exact, LOWEST), HIGHEST))


def band(score: int) -> str:
    """Name the band of a score: A from 800, B from 700, C from 600, D from 500, else E.

    Parameters
    ----------
    score : int
        From 300 to 1000.

    Returns
    -------
    str
        "A" to "E".

    Examples
    --------
    >>> [band(score) for score in (499, 500, 599, 600, 699, 700, 799, 800)]
    ['E', 'D', 'D', 'C', 'C', 'B', 'B', 'A']
    """
    for least, name in BANDS:
        if score >= least:
            return name
    return WORST
