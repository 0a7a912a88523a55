"""How much customers pay in all, over what BG/NBD and Gamma-Gamma expect of them: by what came nearest so far.

The models know no season and no trend. A level that sets them right is looked for in what horizons of before came to:
none, that of the horizon that has just ended, or that of the same season a year ago. Each is tried at the starts of
horizons that had ended by then, with what was known at each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

from training.fitting.value_data import YEAR, origins

AS_EXPECTED, AS_BEFORE, A_YEAR_AGO = "as expected", "as in the horizon before", "as a year ago"
"""Which level is taken: 1, or the ratio of what came to what was expected then."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """How much customers pay in all, as a share of what the models expect.

    Parameters
    ----------
    name : str
        "as expected", "as in the horizon before" or "as a year ago".
    share : float, > 0
    errors : mapping of str to float
        By name: how far each lay off on average at earlier starts, as the size of a logarithm; only those that could
        be tried at every one of them.
    """

    name: str
    share: float
    errors: Mapping[str, float]

    @property
    def text(self) -> str:
        """The level in words."""
        tried = ", ".join(f"{name} {error:.2f}" for name, error in self.errors.items())
        return (
            f"in all {self.name}, {self.share:.2f} times what the models expect"
            f" (off at earlier starts: {tried or 'none on record'})"
        )


def level_at(cutoff: int, shares: Mapping[int, float], horizon: int) -> Level:
    """Choose how much customers will pay in all within the horizon after a cutoff.

    Parameters
    ----------
    cutoff : int, epoch microseconds
    shares : mapping of int to float, > 0
        What came over what was expected, by the start of a horizon. Only those that had ended by the cutoff are read.
    horizon : int, microseconds

    Returns
    -------
    Level
        The one that lay least off; as expected, where none did better.

    Examples
    --------
    >>> day = 86_400_000_000
    >>> shares = {start * day: 0.5 for start in range(0, 400, 10)}
    >>> level_at(200 * day, shares, 30 * day).name
    'as in the horizon before'
    >>> level_at(50 * day, shares, 30 * day).name
    'as expected'
    """
    tried = [start for start in origins(cutoff, horizon) if start in shares]
    back = {AS_BEFORE: horizon, A_YEAR_AGO: YEAR}
    errors = {AS_EXPECTED: _off([(shares[start], 1.0) for start in tried])} if tried else {}
    for name, ago in back.items():
        if cutoff - ago in shares and all(start - ago in shares for start in tried):
            errors[name] = _off([(shares[start], shares[start - ago]) for start in tried])
    best = min(errors, key=lambda name: errors[name], default=AS_EXPECTED)
    share = 1.0 if best == AS_EXPECTED else shares[cutoff - back[best]]
    return Level(name=best, share=share, errors=errors)


def _off(pairs: list[tuple[float, float]]) -> float:
    return sum(abs(log(came / told)) for came, told in pairs) / len(pairs)
