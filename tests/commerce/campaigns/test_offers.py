"""Campaigns in the stream: drawn once, whole or not at all, without a word about who anybody is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from tests.commerce.shop import NOW, Shop, make_shop

from commerce.campaigns.drawing import Pick
from commerce.campaigns.offers import (
    Member,
    find_campaign,
    list_campaigns,
    list_members,
    start,
)
from commerce.campaigns.plan import CampaignPlan
from commerce.records import schema
from commerce.records.errors import Conflict, Forbidden, NotFound, RecordError

PLAN = CampaignPlan(
    name="spring",
    model="churn",
    model_version="acme.churn@3",
    cost_minor=150,
    margin_bp=3000,
    horizon_days=90,
    holdout=0.4,
    seed=7,
)


def picks_of(shop: Shop, count: int = 15) -> list[Pick]:
    buyers = [shop.buyer().customer_id for _ in range(count)]
    return [
        Pick(customer, 100 * place, 0.5, "active", place or None)
        for place, customer in enumerate(buyers)
        if customer is not None
    ]


def test_a_campaign_is_started_once_however_often_it_is_asked_for(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    picks = picks_of(shop)
    with shop.work() as work:
        first = start(work, PLAN, picks)
    rows = shop.rows()
    with shop.work(days=3) as work:
        again = start(work, PLAN, picks[:11])
        assert list_campaigns(work) == [first]
        offers = list_members(work, "spring")
    assert again == first
    assert shop.rows() == rows
    assert (first.offers, first.withheld, first.cost_minor) == (9, 6, 9 * 150)
    assert first.promised_minor == sum(each.gain_minor for each in offers if each.treated)
    assert {(each.customer_id, each.gain_minor, each.recency_days) for each in offers} == {
        (each.customer_id, each.gain, each.recency_days) for each in picks
    }
    assert {each.cost_minor for each in offers if not each.treated} == {0}


def test_the_horizon_ends_at_a_midnight_of_the_shop_whole_days_later(engine: Engine) -> None:
    shop = make_shop(engine)
    picks = picks_of(shop)
    with shop.work() as work:
        campaign = start(work, PLAN, picks)
    assert campaign.started_at == NOW
    # the day of the offer does not count; clocks change in between
    assert campaign.ends_at == datetime(2026, 5, 31, tzinfo=ZoneInfo(shop.tenant.zone.key))


def test_a_campaign_that_breaks_off_leaves_nothing_and_draws_the_same_later(engine: Engine) -> None:
    shop = make_shop(engine)
    picks = picks_of(shop)
    drawn: list[Member] = []
    rows = shop.rows()

    def break_off() -> None:
        with shop.work() as work:
            start(work, PLAN, picks)
            drawn.extend(list_members(work, "spring"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert shop.rows() == rows
    with shop.work() as work:
        start(work, PLAN, picks)
        assert list_members(work, "spring") == drawn


def test_others_are_told_of_offers_and_not_of_who_anybody_is(engine: Engine) -> None:
    shop = make_shop(engine)
    picks = picks_of(shop)
    with shop.work() as work:
        start(work, PLAN, picks)
        event, outbox = schema.event, schema.outbox
        told = select(event).join(outbox, outbox.c.event_id == event.c.id)
        rows = work.connection.execute(told.where(event.c.aggregate_type == "campaign")).all()
    assert len(rows) == 1 + 15
    assert {row.method for row in rows} == {"churn", None}
    assert {row.category for row in rows} == {"acme.churn@3", "active"}
    assert {row.reason for row in rows} == {"spring", "layer_1"}


def test_a_name_stands_for_one_campaign(engine: Engine) -> None:
    shop = make_shop(engine)
    picks = picks_of(shop)
    with shop.work() as work:
        start(work, PLAN, picks)
        with pytest.raises(
            Conflict, match="campaign must have a name of its own; got 'spring', of churn"
        ):
            start(work, replace(PLAN, seed=8), picks)
        with pytest.raises(NotFound, match="campaign must exist; got 'autumn'"):
            find_campaign(work, "autumn")


def test_who_does_not_run_the_shop_and_strangers_customers_are_refused(any_engine: Engine) -> None:
    shop, other = make_shop(any_engine), make_shop(any_engine, "other")
    mine, theirs = picks_of(shop), picks_of(other, 1)
    with shop.work() as work, pytest.raises(NotFound, match="customer must exist"):
        start(work, PLAN, [*mine, *theirs])
    with shop.work(shop.buyer()) as work:
        for act in (
            lambda: start(work, PLAN, mine),
            lambda: list_campaigns(work),
            lambda: list_members(work, "spring"),
        ):
            with pytest.raises(Forbidden):
                act()
    assert shop.events("campaign.started", "offer.made", "offer.withheld") == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": "Spring sale"}, "reason must be one lower-case word"),
        ({"margin_bp": 10_001}, "margin must be 1 to 10000"),
        ({"horizon_days": 0}, "horizon must be 1 to 730"),
        ({"seed": -1}, "seed must be 0 to"),
        ({"holdout": 0.95}, "holdout must be more than 0"),
        ({"cost_minor": -1}, "cost must not be negative"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(RecordError, match=sentence):
        replace(PLAN, **changed)  # type: ignore[arg-type]


def test_an_unknown_state_is_no_word_of_the_stream(engine: Engine) -> None:
    shop = make_shop(engine)
    picks = [each._replace(state="No open invoice") for each in picks_of(shop)]
    with shop.work() as work, pytest.raises(RecordError, match="reason must be one lower-case"):
        start(work, PLAN, picks)
