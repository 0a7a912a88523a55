"""What a report says of a campaign is what is true of it: to the cent of what was sold, and within its intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.analytics.drawn_campaigns import NOW, PLAN, SHOP, KnownShop, estimates, hold_campaign

from analytics.campaigns import campaign_report, learned_success
from analytics.intervals import customers_needed, smallest_seen
from analytics.mart import Mart
from commerce.records.errors import NotFound, RecordError
from commerce.records.instants import from_micros
from simulation import OfferEffect, SimulationOptions


@pytest.fixture
def mart(engine: Engine, tmp_path: Path) -> Iterator[Mart]:
    """A shop in which a campaign was held."""
    hold_campaign(engine, tmp_path)
    with Mart(engine, "acme", tmp_path / "snapshots") as mart:
        yield mart


def test_a_report_reads_off_the_ledger_what_is_true(mart: Mart) -> None:
    """To the minor unit; the intervals of this draw hold the truth, which of a hundred some do not."""
    report = campaign_report(mart.look(NOW), "spring")
    outcomes = SHOP.outcomes(SHOP.draw(PLAN.seed, PLAN.holdout))
    for arm, treated in ((report.treated, True), (report.control, False)):
        some = [each for each in outcomes if each.member.treated is treated]
        assert arm.customers == len(some)
        assert arm.left == sum(each.left for each in some)
        assert arm.orders == sum(each.orders for each in some)
        assert arm.net_minor == sum(each.net_minor for each in some)
    known = estimates(outcomes)
    assert (report.gain, report.kept) == (known["gain"], known["kept"])
    assert report.success == known["success"]
    assert known["gain"].holds(SHOP.true_gain)
    assert known["kept"].holds(SHOP.true_kept)
    assert (report.finished, report.days, report.days_passed) == (True, 60, 60)
    promised = [each.member.gain_minor for each in outcomes if each.member.treated]
    assert report.promised == pytest.approx(sum(promised) / len(promised))
    assert report.campaign.promised_minor == sum(promised)


def test_before_its_end_a_campaign_says_what_it_came_to_so_far(mart: Mart) -> None:
    evening = from_micros(SHOP.calendar.instant(SHOP.day + 20))
    view = mart.look(NOW, evening.isoformat())
    report = campaign_report(view, "spring")
    last = campaign_report(mart.look(NOW), "spring")
    assert (report.finished, report.days_passed) == (False, 20)
    assert 0 < report.treated.orders < last.treated.orders
    assert learned_success(view) == ()
    early = from_micros(SHOP.calendar.instant(SHOP.day - 3))
    with pytest.raises(RecordError, match="campaign must have started before"):
        campaign_report(mart.look(NOW, early.isoformat()), "spring")
    with pytest.raises(NotFound, match="campaign must exist; got 'summer'"):
        campaign_report(view, "summer")


def test_success_is_learned_by_state_and_recency_from_finished_campaigns(mart: Mart) -> None:
    view = mart.look(NOW)
    learned = learned_success(view)
    assert learned == campaign_report(view, "spring").groups
    assert learned_success(view, "credit") == ()
    everybody, *groups = learned
    assert (everybody.state, everybody.recency_days) == (None, None)
    by_state = [each for each in groups if each.recency_days is None]
    assert [each.state for each in by_state] == ["active", "lapsed"]
    for told in (by_state, [each for each in groups if each.recency_days is not None]):
        assert sum(each.offered for each in told) == everybody.offered
        assert sum(each.left_withheld for each in told) == everybody.left_withheld
    assert everybody.success is not None
    assert everybody.success.value > 0
    assert everybody.success.holds(SHOP.true_success)


@cache
def usual_shop() -> KnownShop:
    """A shop with the usual effect of an offer."""
    return KnownShop(SimulationOptions(customers=500, days=500, seed=7), 400, 90, OfferEffect())


@pytest.mark.parametrize("holdout", [0.1, 0.3, 0.5])
def test_of_a_hundred_draws_the_intervals_hold_the_truth_as_often_as_they_say(
    holdout: float,
) -> None:
    shop = usual_shop()
    draws = [estimates(shop.outcomes(shop.draw(seed, holdout))) for seed in range(100)]
    held = {
        name: sum(name in each and each[name].holds(truth) for each in draws)
        for name, truth in (
            ("gain", shop.true_gain),
            ("kept", shop.true_kept),
            ("success", shop.true_success),
        )
    }
    assert all(90 <= times <= 99 for times in held.values()), held


def test_who_is_not_held_out_at_random_is_no_comparison() -> None:
    """The intervals are wrong where an offer is withheld from those who were silent longest."""
    shop = usual_shop()
    silent = sorted(shop.draw(1, 0.3), key=lambda each: each.pick.recency_days or 0)
    naive = [each._replace(treated=place < 0.7 * len(silent)) for place, each in enumerate(silent)]
    found = estimates(shop.outcomes(naive))
    assert found["kept"].low > shop.true_kept
    assert found["success"].low > shop.true_success


@pytest.mark.slow
def test_of_a_hundred_shops_the_intervals_hold_the_truth_as_often_as_they_say() -> None:
    held = {"gain": 0, "kept": 0}
    for seed in range(100):
        options = SimulationOptions(customers=240, days=400, seed=seed)
        shop = replace(usual_shop(), options=options, day=300)
        found = estimates(shop.outcomes(shop.draw(seed, 0.3)))
        held["gain"] += found["gain"].holds(shop.true_gain)
        held["kept"] += found["kept"].holds(shop.true_kept)
    assert all(90 <= times <= 99 for times in held.values()), held


def test_the_page_on_campaigns_tells_what_can_be_seen() -> None:
    page = Path(__file__).parents[2] / "docs" / "campaigns.md"
    _, _, text = page.read_text(encoding="utf-8").partition("<!-- power -->\n")
    rows = text.partition("<!-- end -->")[0].splitlines()[2:]
    assert len(rows) == 8
    for row in rows:
        drawn, offers, held_out, *seen = row.strip("| ").split(" | ")
        assert int(drawn) == int(offers) + int(held_out)
        for risk, told in zip((0.2, 0.4, 0.6), seen, strict=True):
            spread = (risk * (1 - risk)) ** 0.5
            assert told == f"{100 * smallest_seen(spread, int(offers), int(held_out)):.1f}"
    needed = [customers_needed(0.24**0.5, 0.1, holdout) for holdout in (0.3, 0.1)]
    assert all(f"{each:,}" in page.read_text(encoding="utf-8") for each in needed)
