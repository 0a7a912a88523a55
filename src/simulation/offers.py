"""Offers and what they truly do: to whom one is made may stay, or come back, who would have left.

An offer works on whoever leaves within its window, or has left already and would not come back before it: with a chance
that fades with the days of silence. It does nothing to whoever would have stayed, and is made once. Whether it works is
drawn from random numbers of its own, so that a life is the same with and without it until it does: who gets no offer,
and whom it does not move, lives to the last event as in the same shop without offers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from commerce.records.instants import find_zone
from simulation.behaviour import Behaviour
from simulation.calendar import Calendar
from simulation.event_log import EventLog
from simulation.options import SimulationOptions, SimulationRefused
from simulation.rng import seeded_rng

_TYPE, _OCCURRED, _AGGREGATE, _AMOUNT = 3, 4, 12, 14
"""Places in the rows of an `EventLog`: its own three columns, then those of a new event."""


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


class Offer:
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

    def wins_back(self, lapse: float, comes_back: float) -> float | None:
        """Draw whether who left before the offer, and would come back only after it, answers it; gives the day."""
        if not lapse < self.day <= comes_back or not self._moves(self.day - lapse):
            return None
        return min(comes_back, self.day + self.rng.expovariate(1 / self.effect.answered_days))

    def _moves(self, silent_days: float) -> bool:
        if self._answered:
            return False
        self._answered = True
        return self.rng.random() < self.effect.chance(silent_days)


@dataclass(frozen=True, kw_only=True)
class Offers:
    """A campaign in a simulated shop."""

    day: int
    """Days since opening: offers are made at the end of the day before, and work from it on."""
    to: Collection[str]
    """External ids of the customers to whom one is made."""
    effect: OfferEffect = field(default_factory=OfferEffect)

    def to_customer(self, seed: int, name: str) -> Offer | None:
        """Give a customer's offer, if there is one; its random numbers belong to the seed and the customer."""
        if name not in self.to:
            return None
        return Offer(self.day, self.effect, seeded_rng(seed, "offer", name))

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


class Outcome(NamedTuple):
    """What a customer did within a horizon."""

    orders: int
    """Placed, those among them that were called off later."""
    paid_minor: int
    """Minor units; worth of the orders that were not called off, less what came back."""


class TrueEffect(NamedTuple):
    """What a customer did, and would have done."""

    without: Outcome
    offered: Outcome
    """With an offer; the same as without for whom it does not move."""


def true_effects(
    options: SimulationOptions,
    day: int,
    customers: Collection[str],
    *,
    horizon_days: int,
    effect: OfferEffect | None = None,
) -> Mapping[str, TrueEffect]:
    """Tell what some customers of a simulated shop do within a horizon, with an offer and without.

    Nobody can know this of a real shop. It is what a campaign's report is checked by, and what a choice of customers
    truly earns: each is asked about on her own, so that one call answers for every choice.

    Parameters
    ----------
    day : int
        Days since opening, 1 or more; the horizon begins with it.
    customers : collection of str
        External ids, such as "C00001".
    horizon_days : int
        >= 1; the shop must be simulated to its end.
    effect : OfferEffect, optional
        The usual one by default.

    Returns
    -------
    mapping of str to TrueEffect
        By external id, in the order of the customers' numbers.

    Raises
    ------
    SimulationRefused
        "horizon must end within the 731 days that are simulated; got ...", "customers must be the shop's own; got ..."
    """
    from simulation.population import Population

    if not 1 <= day <= day + horizon_days <= options.days or horizon_days < 1:
        raise SimulationRefused(
            f"horizon must end within the {options.days:,} days that are simulated; got {horizon_days} days from day"
            f" {day}. Begin earlier."
        )
    calendar = Calendar(options.first_day, options.days, find_zone(options.zone))
    population = Population(options, _NAMELESS, calendar, Behaviour())
    numbers = population.numbers(customers)
    offers = Offers(day=day, to=frozenset(customers), effect=effect or OfferEffect())
    found = {}
    for name, number in sorted(numbers.items(), key=lambda each: each[1]):
        logs = [population.person(number, those).shopper.event_log for those in (None, offers)]
        found[name] = TrueEffect(*(outcome(log, day, horizon_days) for log in logs))
    return found


def outcome(event_log: EventLog, day: int, horizon_days: int) -> Outcome:
    """Read off a log what its customer did on some days, as known at the shop's clock.

    Parameters
    ----------
    day : int
        The first of the days, since opening.
    """
    first, end = (event_log.calendar.instant(at) for at in (day, day + horizon_days))
    worth: dict[str, int] = {}
    for row in event_log.events:
        if row[_TYPE] == "order.placed" and first <= row[_OCCURRED] < end:
            worth[row[_AGGREGATE]] = row[_AMOUNT]
    orders = len(worth)
    back = {
        record.id: record.order_id
        for record in event_log.records
        if hasattr(record, "order_id") and hasattr(record, "id")
    }
    for row in event_log.events:
        order = back.get(row[_AGGREGATE], row[_AGGREGATE])
        if order not in worth:
            continue
        if row[_TYPE] == "order.cancelled":
            worth[order] = 0
        elif row[_TYPE] in _TAKEN_BACK:
            worth[order] = max(0, worth[order] - row[_AMOUNT])
    return Outcome(orders, sum(worth.values()))


_NAMELESS = "nobody"
"""The slug from which ids are made that nobody keeps."""
