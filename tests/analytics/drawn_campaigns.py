"""Campaigns on simulated shops of which the truth is known: what each customer does with an offer, and without."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from statistics import fmean
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from analytics.campaigns import Outcome, gain_of
from analytics.intervals import Estimate, difference_of_shares, risk_taken_away
from commerce.campaigns.drawing import Drawn, Pick, draw
from commerce.campaigns.offers import Member, start
from commerce.campaigns.plan import WHOLE, CampaignPlan
from commerce.records.actors import SYSTEM
from commerce.records.database import reading
from commerce.records.instants import from_micros
from commerce.records.tenants import find_tenant
from commerce.records.work import working
from simulation import (
    Behaviour,
    MadeOffers,
    OfferEffect,
    SimulationOptions,
    TrueEffect,
    simulate,
    true_effects,
)
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
            member = Member(
                pick.customer_id,
                treated,
                cost,
                pick.gain,
                pick.state,
                f"l{layer}",
                pick.recency_days,
            )
            found.append(Outcome(member, *did))
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
        treated: [each.left for each in outcomes if each.member.treated is treated]
        for treated in (True, False)
    }
    treated, control = ((sum(left[arm]), len(left[arm])) for arm in (True, False))
    found = {
        "gain": gain_of(outcomes, MARGIN),
        "kept": difference_of_shares(control, treated),
        "success": risk_taken_away([(treated, control)]),
    }
    return {name: estimate for name, estimate in found.items() if estimate is not None}


NOW = datetime(2026, 3, 1, tzinfo=UTC)
STRONG = OfferEffect(success=0.9, fades_days=1000.0)
SHOP = KnownShop(SimulationOptions(customers=150, days=300, seed=5), 200, 60, STRONG)
PLAN = CampaignPlan(
    name="spring",
    model="churn",
    model_version="acme.churn@3",
    cost_minor=COST,
    margin_bp=MARGIN,
    horizon_days=SHOP.horizon,
    holdout=0.5,
    seed=1,
)


def hold_campaign(engine: Engine, folder: Path) -> None:
    """Fill a store with the shop of `SHOP`, in which the offers of `PLAN` were made on the evening before its day."""
    drawn = SHOP.draw(PLAN.seed, PLAN.holdout)
    names = {pick.customer_id: name for name, pick in SHOP.picks.items()}
    offers = MadeOffers(
        day=SHOP.day,
        to=frozenset(names[each.pick.customer_id] for each in drawn if each.treated),
        effect=STRONG,
    )
    simulate(engine, "acme", SHOP.options, now=NOW, truth_folder=folder, offers=offers)
    with reading(engine) as connection:
        tenant = find_tenant(connection, "acme")
    evening = from_micros(SHOP.calendar.instant(SHOP.day)) - timedelta(minutes=1)
    with working(engine, tenant, SYSTEM, now=evening) as work:
        start(work, PLAN, list(SHOP.picks.values()))
