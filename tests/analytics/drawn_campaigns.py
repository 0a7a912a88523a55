"""Campaigns on simulated shops of which the truth is known: what each customer does with an offer, and without."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from zoneinfo import ZoneInfo

from analytics.campaigns import Outcome, gain_of
from analytics.intervals import Estimate, difference_of_shares, risk_taken_away
from commerce.campaigns.drawing import Drawn, Pick, draw
from commerce.campaigns.offers import WHOLE, Offer
from simulation import Behaviour, OfferEffect, SimulationOptions, TrueEffect, true_effects
from simulation.calendar import Calendar
from simulation.population import Population

COST, MARGIN = 200, 3_000


@dataclass(frozen=True)
class KnownShop:
    """A simulated shop on the day of a campaign, and all that is true of it."""

    options: SimulationOptions
    day: int
    horizon: int
    effect: OfferEffect

    @cached_property
    def calendar(self) -> Calendar:
        """Its days."""
        return Calendar(self.options.first_day, self.options.days, ZoneInfo(self.options.zone))

    @cached_property
    def population(self) -> Population:
        """Its customers."""
        return Population(self.options, "acme", self.calendar, Behaviour())

    @cached_property
    def picks(self) -> Mapping[str, Pick]:
        """Who has ordered before the day and meets nobody at auctions; who spent more promises more."""
        found = {}
        today = self.calendar.instant(self.day)
        for number in range(1, len(self.population.joined) + 1):
            person = self.population.person(number)
            log = person.shopper.event_log
            orders = [row for row in log.events if row[3] == "order.placed" and row[4] < today]
            if orders and not person.shopper.traits.bids:
                spent = sum(row[14] for row in orders)
                silent = (today - orders[-1][4]) // 86_400_000_000
                state = "active" if silent <= 142 else "lapsed"
                found[log.name] = Pick(uuid.UUID(log.customer), spent // 10, 0.5, state, silent)
        return found

    @cached_property
    def truth(self) -> Mapping[uuid.UUID, TrueEffect]:
        """What the picks do, and would have done."""
        effects = true_effects(
            self.options, self.day, self.picks, horizon_days=self.horizon, effect=self.effect
        )
        return {self.picks[name].customer_id: each for name, each in effects.items()}

    def draw(self, seed: int, holdout: float) -> tuple[Drawn, ...]:
        """Draw a campaign."""
        return draw(list(self.picks.values()), holdout=holdout, seed=seed)

    def outcomes(self, drawn: Sequence[Drawn]) -> list[Outcome]:
        """What comes of a draw: each customer does what is true of her arm."""
        found = []
        for pick, layer, treated in drawn:
            truth = self.truth[pick.customer_id]
            did = truth.offered if treated else truth.without
            cost = COST if treated else 0
            offer = Offer(
                pick.customer_id,
                treated,
                cost,
                pick.gain,
                pick.state,
                f"l{layer}",
                pick.recency_days,
            )
            found.append(Outcome(offer, *did))
        return found

    @property
    def true_gain(self) -> float:
        """What an offer truly earns, on average over the picks."""
        more = (each.offered.paid_minor - each.without.paid_minor for each in self.truth.values())
        return fmean(more) * MARGIN / WHOLE - COST

    @property
    def true_kept(self) -> float:
        """Which share of the picks offers truly keep."""
        kept = [
            (each.without.orders == 0) - (each.offered.orders == 0) for each in self.truth.values()
        ]
        return fmean(kept)

    @property
    def true_success(self) -> float:
        """Which share of those who would have left."""
        left = fmean(each.without.orders == 0 for each in self.truth.values())
        return self.true_kept / left


def estimates(outcomes: Sequence[Outcome]) -> dict[str, Estimate]:
    """What a report says of these outcomes."""
    left = {
        treated: [each.left for each in outcomes if each.offer.treated is treated]
        for treated in (True, False)
    }
    treated, control = ((sum(left[arm]), len(left[arm])) for arm in (True, False))
    found = {
        "gain": gain_of(outcomes, MARGIN),
        "kept": difference_of_shares(control, treated),
        "success": risk_taken_away([(treated, control)]),
    }
    return {name: estimate for name, estimate in found.items() if estimate is not None}
