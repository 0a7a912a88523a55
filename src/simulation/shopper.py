"""One customer's dealings with the shop: who acts, on what random numbers, and what is remembered."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random

from simulation.assortment import Assortment
from simulation.behaviour import Behaviour
from simulation.calendar import Calendar
from simulation.event_log import EventLog
from simulation.traits import Traits

MINUTE = 1 / 1440
HOUR = 1 / 24


@dataclass(slots=True, kw_only=True)
class Debt:
    """A bill as it will go, known to the simulation at once.

    ``steps`` give the balance in minor units from each day on.
    """

    due: float
    steps: list[tuple[float, int]]

    def balance(self, at: float) -> int:
        """Give the balance on a day."""
        return next((amount for since, amount in reversed(self.steps) if since <= at), 0)


class Purse:
    """A wallet as it will go, known to the simulation at once: what comes in and goes out, and when."""

    def __init__(self) -> None:
        self.moves: list[tuple[float, int]] = []

    def free(self, at: float) -> int:
        """Give what can be taken on a day, in minor units, so that nothing known of later days falls short.

        What comes in within the hour does not count yet.
        """
        balance = sum(amount for day, amount in self.moves if day <= at - (amount > 0) * HOUR)
        least = balance
        for day, amount in sorted(self.moves):
            if day > at - (amount > 0) * HOUR:
                balance += amount
                least = min(least, balance)
        return max(0, least)


@dataclass(slots=True, kw_only=True)
class Shopper:
    """A customer in action; ``grievances`` are the hazard that bad experiences have added since the last order."""

    rng: Random
    traits: Traits
    behaviour: Behaviour
    calendar: Calendar
    assortment: Assortment
    event_log: EventLog
    debts: list[Debt] = field(default_factory=list)
    purse: Purse = field(default_factory=Purse)
    newsletter: int = 0
    grievances: float = 0.0

    def chance(self, logit: float) -> bool:
        """Draw a yes or no by log-odds."""
        return self.rng.random() < 1 / (1 + math.exp(-logit))

    def late_by(self, median: float, spread: float) -> float:
        """Draw a heavy-tailed delay in days."""
        return median * math.exp(spread * self.rng.normalvariate(0.0, 1.0))

    def suffer(self, amount: float) -> None:
        """Take a bad experience to heart."""
        self.grievances += amount * self.traits.sensitivity

    def owed(self, at: float) -> int:
        """Give what is owed on all bills on a day, in minor units."""
        return sum(debt.balance(at) for debt in self.debts)

    def overdue(self, at: float) -> float:
        """Give how many days the oldest open bill is past due, 0 for none."""
        return max(
            (at - debt.due for debt in self.debts if debt.due < at and debt.balance(at) > 0),
            default=0.0,
        )
