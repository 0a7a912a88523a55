"""Offers change the lives of those whom they move, from their day on, and nobody else's."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from tests.commerce.simulated import NOW, TENANT

from commerce.records import schema
from simulation import (
    Behaviour,
    MadeOffers,
    OfferEffect,
    SimulationOptions,
    SimulationRefused,
    simulate,
    true_effects,
)
from simulation.calendar import Calendar
from simulation.population import Person, Population

OPTIONS = SimulationOptions(customers=160, days=360, seed=3)
DAY, HORIZON = 240, 90
ALWAYS = OfferEffect(success=1.0, fades_days=1e9, window_days=HORIZON)


@pytest.fixture(scope="module")
def population() -> Population:
    calendar = Calendar(OPTIONS.first_day, OPTIONS.days, ZoneInfo(OPTIONS.zone))
    return Population(OPTIONS, TENANT, calendar, Behaviour())


def offers_to(population: Population, effect: OfferEffect) -> MadeOffers:
    names = [population.name(number + 1) for number in range(OPTIONS.customers)]
    return MadeOffers(day=DAY, to=frozenset(names), effect=effect)


def lives(population: Population, offers: MadeOffers | None) -> list[Person]:
    return list(population.people(offers))


def events(person: Person) -> list[tuple[object, ...]]:
    return person.shopper.event_log.events


def test_before_its_day_an_offer_changes_nothing(population: Population) -> None:
    offers = offers_to(population, ALWAYS)
    today = population.calendar.instant(DAY)
    moved = 0
    for without, offered in zip(lives(population, None), lives(population, offers), strict=True):
        before = [[row for row in events(each) if row[4] < today] for each in (without, offered)]  # type: ignore[operator]
        assert before[0] == before[1]
        moved += events(without) != events(offered)
    assert moved > 20


def test_who_is_not_moved_lives_the_same_life(population: Population) -> None:
    never = offers_to(population, OfferEffect(success=0.0))
    for without, offered in zip(lives(population, None), lives(population, never), strict=True):
        assert events(without) == events(offered)
        assert without.lapse == offered.lapse


def test_an_offer_keeps_whom_the_window_would_have_lost_and_wins_back_who_left(
    population: Population,
) -> None:
    offers = offers_to(population, ALWAYS)
    kept = won_back = 0
    for without, offered in zip(lives(population, None), lives(population, offers), strict=True):
        never_bought = not without.shopper.event_log.orders
        if DAY <= without.lapse.first < DAY + HORIZON and not never_bought:
            assert offered.lapse.first > without.lapse.first
            kept += 1
        elif without.lapse.first < DAY and without.lapse.last < DAY - 1 and not never_bought:
            won_back += offered.shopper.event_log.orders > without.shopper.event_log.orders
    assert kept > 3
    assert won_back > 10


def test_success_is_what_it_is_said_to_be_and_fades_with_silence() -> None:
    names = [f"C{number:05d}" for number in range(1, OPTIONS.customers + 1)]
    left = {}
    for success in (0.0, 0.5, 1.0):
        effect = OfferEffect(success=success, fades_days=1e9, window_days=HORIZON, answered_days=3)
        truth = true_effects(OPTIONS, DAY, names, horizon_days=HORIZON, effect=effect)
        left[success] = sum(each.offered.orders == 0 for each in truth.values())
        assert left[0.0] == sum(each.without.orders == 0 for each in truth.values())
    # who is between two orders, or has not come yet, no offer moves
    assert left[0.0] > left[0.5] > left[1.0]
    effect = OfferEffect(success=0.4, fades_days=50.0)
    assert effect.chance(-3.0) == 0.4 > effect.chance(50.0) > effect.chance(200.0) > 0.0


def test_the_shop_with_offers_differs_only_from_their_day_on(
    engine: Engine, population: Population, tmp_path: Path
) -> None:
    offers = MadeOffers(day=DAY, to=frozenset({"C00001", "C00002", "C00003"}), effect=ALWAYS)
    made = simulate(engine, TENANT, OPTIONS, now=NOW, truth_folder=tmp_path, offers=offers)
    event = schema.event
    with engine.connect() as connection:
        signed = select(event.c.reason).where(event.c.type == "tenant.simulated")
        reason = connection.scalars(signed).one()
    assert reason == f"{OPTIONS.fingerprint}:offers-{offers.fingerprint}"
    again = simulate(engine, TENANT, OPTIONS, now=NOW, truth_folder=tmp_path, offers=offers)
    assert (again.events, again.digest) == (0, made.digest)
    with pytest.raises(SimulationRefused, match="must have no other records"):
        simulate(engine, TENANT, OPTIONS, now=NOW, truth_folder=tmp_path)


def test_what_is_not_simulated_cannot_be_told() -> None:
    with pytest.raises(SimulationRefused, match="horizon must end within the 360 days"):
        true_effects(OPTIONS, 300, ["C00001"], horizon_days=90)
    with pytest.raises(SimulationRefused, match="customers must be the shop's own; got 'C99999'"):
        true_effects(OPTIONS, DAY, ["C99999"], horizon_days=90)
