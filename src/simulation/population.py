"""Who joins the shop, and when; each customer with luck of her own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from simulation.assortment import Assortment
from simulation.behaviour import Behaviour
from simulation.calendar import Calendar
from simulation.diary import Diary
from simulation.life import Lapse, live
from simulation.luck import luck
from simulation.shopper import Shopper
from simulation.traits import Traits, draw_traits

_CAMPAIGNS = (1.0, 0.8, 1.1, 0.9, 1.4, 0.8, 0.7, 0.8, 1.2, 1.0, 1.5, 1.2)


@dataclass(frozen=True, slots=True)
class Person:
    """A simulated customer: what is on record, and the truth behind it."""

    diary: Diary
    traits: Traits
    lapse: Lapse


def joining_days(
    seed: int, customers: int, calendar: Calendar, behaviour: Behaviour
) -> list[float]:
    """Draw the days on which customers register, in order.

    Many come in the first six weeks, the others in cohorts: month by month, more where there was a campaign.
    """
    rng = luck(seed, "cohorts")
    weights = [_CAMPAIGNS[day.month - 1] for day in calendar.dates[: calendar.days]]
    opening = min(42, calendar.days)
    chosen = rng.choices(range(calendar.days), weights=weights, k=customers)
    return sorted(
        (rng.randrange(opening) if rng.random() < behaviour.newcomers_at_opening else day)
        + (9 + 13 * rng.random()) / 24
        for day in chosen
    )


def people(
    seed: int,
    tenant: str,
    joined: list[float],
    calendar: Calendar,
    assortment: Assortment,
    behaviour: Behaviour,
) -> Iterator[Person]:
    """Let every customer live, one after the other.

    Guarantee: a customer's life depends on the seed, the customer's number and the day of joining alone.
    """
    width = max(5, int(math.log10(max(1, len(joined)))) + 1)
    for number, day in enumerate(joined, start=1):
        rng = luck(seed, number)
        traits = draw_traits(rng, day, calendar.days, assortment, behaviour)
        diary = Diary(calendar, tenant, f"C{number:0{width}d}")
        shopper = Shopper(
            rng=rng,
            traits=traits,
            behaviour=behaviour,
            calendar=calendar,
            assortment=assortment,
            diary=diary,
        )
        yield Person(diary, traits, live(shopper))
