"""Who joins the shop, and when; each customer with a generator of her own."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from typing import NamedTuple

from commerce.records.identity import imported_id
from simulation.assortment import Assortment, draw_assortment
from simulation.behaviour import Behaviour
from simulation.calendar import Calendar
from simulation.event_log import EventLog
from simulation.life import Lapse, live
from simulation.offers import MadeOffers
from simulation.options import SimulationOptions, SimulationRefused
from simulation.rng import seeded_rng
from simulation.shopper import Shopper
from simulation.traits import draw_traits

_CAMPAIGNS = (1.0, 0.8, 1.1, 0.9, 1.4, 0.8, 0.7, 0.8, 1.2, 1.0, 1.5, 1.2)
_WHO_SELL_TOO = 6


class Person(NamedTuple):
    """A customer who has lived: what is on record, and the truth behind it."""

    shopper: Shopper
    lapse: Lapse


class Population:
    """Everybody who ever registers with a shop, by number."""

    def __init__(
        self, options: SimulationOptions, tenant: str, calendar: Calendar, behaviour: Behaviour
    ) -> None:
        self.options = options
        self.tenant = tenant
        self.calendar = calendar
        self.behaviour = behaviour
        self.joined = _joining_days(options, calendar, behaviour)
        self._width = max(5, int(math.log10(options.customers)) + 1)
        sellers = range(1, 1 + min(_WHO_SELL_TOO, options.customers // 20))
        self.assortment: Assortment = draw_assortment(
            options.seed,
            tenant,
            options.currency,
            calendar.opening,
            [imported_id(tenant, "customer", self.name(number)).hex for number in sellers],
        )

    def name(self, number: int) -> str:
        """Give a customer's external id; the first is number 1."""
        return f"C{number:0{self._width}d}"

    def shopper(self, number: int) -> Shopper:
        """Make a customer as she was born: the same seed and number give the same one."""
        rng = seeded_rng(self.options.seed, number)
        joined, days = self.joined[number - 1], self.calendar.days
        traits = draw_traits(rng, joined, days, self.assortment, self.behaviour)
        return Shopper(
            rng=rng,
            traits=traits,
            behaviour=self.behaviour,
            calendar=self.calendar,
            assortment=self.assortment,
            event_log=self.event_log(self.name(number), number),
        )

    def event_log(self, name: str, number: int) -> EventLog:
        """Open an empty log."""
        return EventLog(self.calendar, self.tenant, self.options.currency, name, number)

    def numbers(self, names: Collection[str]) -> dict[str, int]:
        """Give the numbers of customers by their external ids.

        Raises
        ------
        SimulationRefused
            "customers must be the shop's own; got ..."
        """
        found = {self.name(number): number for number in range(1, len(self.joined) + 1)}
        strange = sorted(set(names) - set(found))
        if strange:
            raise SimulationRefused(
                f"customers must be the shop's own; got {strange[0]!r}. They are called"
                f" {self.name(1)} to {self.name(len(self.joined))}."
            )
        return {name: found[name] for name in names}

    def person(self, number: int, offers: MadeOffers | None = None) -> Person:
        """Let a customer live.

        Guarantee: a life depends on the seed, the customer's number, the day of joining and her own offer alone.
        """
        shopper = self.shopper(number)
        offer = None
        if offers is not None:
            offer = offers.to_customer(self.options.seed, shopper.event_log.name)
        return Person(shopper, live(shopper, offer))

    def people(self, offers: MadeOffers | None = None) -> Iterator[Person]:
        """Let every customer live, one after the other."""
        for number in range(1, len(self.joined) + 1):
            yield self.person(number, offers)


def _joining_days(
    options: SimulationOptions, calendar: Calendar, behaviour: Behaviour
) -> list[float]:
    """Draw the days on which customers register, in order.

    Many come in the first six weeks, the others in cohorts: month by month, more where there was a campaign.
    """
    rng = seeded_rng(options.seed, "cohorts")
    weights = [_CAMPAIGNS[day.month - 1] for day in calendar.dates[: calendar.days]]
    opening = min(42, calendar.days)
    chosen = rng.choices(range(calendar.days), weights=weights, k=options.customers)
    return sorted(
        (rng.randrange(opening) if rng.random() < behaviour.newcomers_at_opening else day)
        + (9 + 13 * rng.random()) / 24
        for day in chosen
    )
