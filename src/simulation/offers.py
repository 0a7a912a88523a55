"""Offers and what they truly do: to whom one is made may stay, or come back, who would have left.

An offer works on whoever leaves within its window, or has left already and would not come back before it: with a chance
that fades with the days of silence. It does nothing to whoever would have stayed, and is made once. Whether it works is
drawn from random numbers of its own, so that a life is the same with and without it until it does: who gets no offer,
and whom it does not move, lives to the last event as in the same shop without offers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection
from dataclasses import dataclass, field
from random import Random

from simulation.rng import seeded_rng


@dataclass(frozen=True, kw_only=True)
class OfferEffect:
    """What an offer truly does.

    Examples
    --------
    >>> effect = OfferEffect(success=0.4, fades_days=90.0)
    >>> effect.chance(0.0), round(effect.chance(90.0), 3)
    (0.4, 0.147)
    """

    success: float = 0.4
    """In [0, 1]; the chance of keeping who leaves within the window, or just left."""
    fades_days: float = 120.0
    """> 0; days of silence after which a chance to win back is 1/e of it."""
    window_days: float = 60.0
    """>= 0; how long an offer holds who would leave."""
    answered_days: float = 10.0
    """> 0; how long on average who is won back takes to order again."""

    def chance(self, silent_days: float) -> float:
        """Give the chance to win back who left so many days ago, 0 for who is leaving now."""
        return self.success * math.exp(-max(0.0, silent_days) / self.fades_days)


class MadeOffer:
    """One customer's offer; it works at most once."""

    def __init__(self, day: float, effect: OfferEffect, rng: Random) -> None:
        self.day = day
        self.effect = effect
        self.rng = rng
        self._answered = False

    def keeps(self, lapse: float) -> bool:
        """Draw whether a lapse within the window is prevented."""
        if not self.day <= lapse < self.day + self.effect.window_days:
            return False
        return self._moves(0.0)

    def wins_back(self, lapse: float, comes_back: float) -> bool:
        """Draw whether who left before the offer, and would come back only after it, answers it."""
        return lapse < self.day <= comes_back and self._moves(self.day - lapse)

    def _moves(self, silent_days: float) -> bool:
        if self._answered:
            return False
        self._answered = True
        return self.rng.random() < self.effect.chance(silent_days)


@dataclass(frozen=True, kw_only=True)
class MadeOffers:
    """A campaign in a simulated shop."""

    day: int
    """Days since opening: offers are made at the end of the day before, and work from it on."""
    to: Collection[str]
    """External ids of the customers to whom one is made."""
    effect: OfferEffect = field(default_factory=OfferEffect)

    def to_customer(self, seed: int, name: str) -> MadeOffer | None:
        """Give a customer's offer, if there is one; its random numbers belong to the seed and the customer."""
        if name not in self.to:
            return None
        return MadeOffer(self.day, self.effect, seeded_rng(seed, "offer", name))

    @property
    def fingerprint(self) -> str:
        """Tell these offers from others."""
        effect = self.effect
        numbers = (
            effect.success,
            effect.fades_days,
            effect.window_days,
            effect.answered_days,
        )
        said = ":".join([str(self.day), *map(repr, numbers), *sorted(self.to)])
        return hashlib.sha256(said.encode()).hexdigest()[:16]
