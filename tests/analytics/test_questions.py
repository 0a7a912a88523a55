"""Each family of questions on a small shop whose figures can be counted by hand."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert
from tests.tenants import make_tenant

from analytics.categories import categories_summary
from analytics.cohorts import cohorts
from analytics.customers import inactive_customers, inactive_rate, new_customers, vip_customers
from analytics.mart import Mart
from analytics.periods import Period, Ratio
from analytics.questions import ask
from analytics.realtime import recent
from analytics.sales import revenue_by_category, sales_metrics, top_products
from analytics.segment_movement import segment_movement
from analytics.segments import customer_segments, customers_in, segment_of_each
from analytics.view import View
from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.errors import RecordError
from commerce.records.instants import to_micros
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import Tenant
from scoring.segments import Edges

BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = [uuid.UUID(int=number) for number in range(1, 5)]
GOODS = [uuid.UUID(int=number) for number in (101, 102, 103)]
CATEGORIES = [uuid.UUID(int=number) for number in (201, 202, 203)]
"""Clothes, shoes in them, and boots in these."""
NAMES = ("clothes", "shoes", "boots")
JANUARY = Period(date(2026, 1, 1), date(2026, 1, 31))


def noon(day: int, month: int = 1) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=BERLIN)


def order(number: int, person: int, at: datetime, *lines: tuple[int, int, int]) -> list[NewEvent]:
    """An order; each line is a product's place, units and minor units."""
    common: dict[str, Any] = {
        "occurred_at": to_micros(at),
        "recorded_at": to_micros(at),
        "customer_id": PEOPLE[person],
        "aggregate_type": "order",
        "aggregate_id": f"{number:032x}",
        "currency": "EUR",
    }
    amount, units = sum(line[2] for line in lines), sum(line[1] for line in lines)
    placed: dict[str, Any] = {
        "amount_minor": amount,
        "base_minor": amount,
        "quantity": units,
        "value": len(lines),
    }
    events = [NewEvent(type="order.placed", source_key=f"p{number}", **placed, **common)]
    for place, (product, many, worth) in enumerate(lines):
        what: dict[str, Any] = {
            "product_id": GOODS[product],
            "quantity": many,
            "amount_minor": worth,
            "base_minor": worth,
        }
        events.append(
            NewEvent(type="order.line", source_key=f"l{number}.{place}", **what, **common)
        )
    return events


def registered(person: int, at: datetime, country: str) -> NewEvent:
    return NewEvent(
        type="customer.registered",
        occurred_at=to_micros(at),
        recorded_at=to_micros(at),
        source_key=f"c{person}",
        customer_id=PEOPLE[person],
        category=country,
    )


@pytest.fixture
def tenant(any_engine: Engine) -> Tenant:
    """Boots, shoes and a shirt without a category of its own; three who bought and one who did not."""
    tenant = make_tenant(any_engine)
    with writing(any_engine) as connection:
        for place, (key, name) in enumerate(zip(CATEGORIES, NAMES, strict=True)):
            parent = CATEGORIES[place - 1] if place else None
            row = {"tenant_id": tenant.id, "id": key, "name": name, "parent_id": parent}
            connection.execute(insert(schema.category), row)
        for place, key in enumerate(GOODS):
            row = {
                "tenant_id": tenant.id,
                "id": key,
                "number": place + 1,
                "name": f"thing {place}",
                "category_id": (CATEGORIES[2], CATEGORIES[1], None)[place],
            }
            connection.execute(insert(schema.product), row)
        for number, key in enumerate(PEOPLE, 1):
            row = {"tenant_id": tenant.id, "id": key, "number": number, "created_at": noon(1)}
            connection.execute(insert(schema.customer), row)
        events = [
            *(
                registered(person, noon(1), country)
                for person, country in enumerate(("Germany", "usa", "DE", "FR"))
            ),
            *order(1, 0, noon(1), (0, 2, 2000), (2, 1, 500)),
            *order(2, 1, noon(10), (1, 2, 3000)),
            *order(3, 0, noon(31), (0, 1, 1000)),
            *order(4, 2, noon(3, 2), (1, 1, 1500)),
        ]
        append(connection, tenant, events, ingested_at=to_micros(noon(4, 2)))
    return tenant


@pytest.fixture
def view(any_engine: Engine, tenant: Tenant, tmp_path: Path) -> Iterator[View]:
    with Mart(any_engine, tenant.slug, tmp_path) as mart:
        yield mart.look(noon(4, 2))


def test_the_first_and_the_last_day_of_a_period_count(view: View) -> None:
    found = sales_metrics(view, JANUARY, by="month")
    assert [(each.orders, each.sales.net_minor) for each in found] == [(3, 6500)]
    assert found[0].average_order == Ratio(6500, 3)
    inner = sales_metrics(view, Period(date(2026, 1, 2), date(2026, 1, 30)), by="month")
    assert [each.orders for each in inner] == [1]


def test_a_category_has_what_its_children_have(view: View) -> None:
    found = {
        each.name: (each.sales.net_minor, each.own.net_minor)
        for each in revenue_by_category(view, JANUARY)
    }
    assert found == {
        "clothes": (6000, 0),
        "shoes": (6000, 3000),
        "boots": (3000, 3000),
        None: (500, 500),
    }
    summed = categories_summary(view, JANUARY)
    assert [(each.revenue.name, each.products) for each in summed] == [
        ("clothes", 2),
        ("shoes", 2),
        ("boots", 1),
        (None, 1),
    ]


def test_top_sellers_go_by_units_then_id_and_by_what_countries_are_called(view: View) -> None:
    ever = Period(date(2026, 1, 1), date(2026, 2, 28))
    assert [(each.name, each.sales.units) for each in top_products(view, ever)] == [
        ("thing 0", 3),
        ("thing 1", 3),
        ("thing 2", 1),
    ]
    for country in ("Germany", "de", "DE "):
        assert [each.name for each in top_products(view, ever, country=country)] == [
            "thing 0",
            "thing 1",
            "thing 2",
        ]
    assert [each.name for each in top_products(view, ever, country="USA")] == ["thing 1"]
    assert [each.name for each in top_products(view, ever, limit=1)] == ["thing 0"]


def test_who_ordered_on_the_last_of_the_days_is_active(view: View) -> None:
    assert view.today == date(2026, 2, 3)
    assert inactive_rate(view, days=24) == Ratio(2, 4)
    assert inactive_rate(view, days=25) == Ratio(1, 4)
    assert inactive_rate(view, period=Period(date(2026, 1, 10), date(2026, 1, 30))) == Ratio(3, 4)
    assert inactive_rate(view, period=Period(date(2025, 1, 1), date(2025, 1, 31))) == Ratio(0, 0)
    assert [each.customer for each in inactive_customers(view, days=24)] == [PEOPLE[1], PEOPLE[3]]
    assert [len(new_customers(view, days=days)) for days in (33, 34)] == [0, 4]


def test_a_vip_spent_much_and_often(view: View) -> None:
    assert [each.customer for each in vip_customers(view, orders=2, share=50)] == [PEOPLE[0]]
    assert [each.customer for each in vip_customers(view, orders=1, share=67)] == [
        PEOPLE[0],
        PEOPLE[1],
        PEOPLE[2],
    ]
    with pytest.raises(RecordError, match="share must be 1 to 100; got 0"):
        vip_customers(view, share=0)


def test_every_customer_is_in_one_segment_by_edges_that_are_kept(view: View) -> None:
    found = customer_segments(view)
    assert found.customers == 4
    assert [each.customer for each in customers_in(view, "never_bought")] == [PEOPLE[3]]
    assert found.edges == Edges(
        recency=(0, 3, 3, 24), frequency=(1, 1, 1, 2), monetary=(1500, 3000, 3000, 3500)
    )
    kept = Edges(recency=(1, 2, 3, 4), frequency=(1, 2, 3, 4), monetary=(1, 2, 3, 4))
    by_kept = {each.name: each.customers for each in customer_segments(view, edges=kept).segments}
    assert by_kept["at_risk"] == 1
    with pytest.raises(RecordError, match=r"got 'champion'. Did you mean champions"):
        customers_in(view, "champion")


def test_every_customer_is_told_a_segment_and_who_moved_is_counted(view: View) -> None:
    kept = Edges(recency=(1, 2, 3, 4), frequency=(1, 2, 3, 4), monetary=(1, 2, 3, 4))
    found = segment_of_each(view, kept)
    assert set(found) == set(PEOPLE)
    counted = {each.name: each.customers for each in customer_segments(view, edges=kept).segments}
    assert Counter(each.segment for each in found.values()) == {
        name: customers for name, customers in counted.items() if customers
    }
    now = {who: each.segment for who, each in found.items()}
    before = dict.fromkeys(PEOPLE[:3], "new")
    moved = segment_movement(before, now)
    assert (moved.customers, moved.came["never_bought"]) == (3, 1)
    assert moved.moved == sum(segment != "new" for who, segment in now.items() if who in before)


def test_a_cohort_is_followed_to_the_month_that_is_asked_about(view: View) -> None:
    found = cohorts(view, Period(date(2026, 1, 20), date(2026, 2, 1)))
    assert [(each.start, each.customers, each.active) for each in found] == [
        (date(2026, 1, 1), 2, (2, 0)),
        (date(2026, 2, 1), 1, (1,)),
    ]


def test_the_last_minutes_are_asked_of_the_store(any_engine: Engine, tenant: Tenant) -> None:
    at = noon(3, 2) + timedelta(minutes=5)
    with reading(any_engine) as connection:
        found = recent(connection, tenant, at, minutes=5)
        assert (found.orders, found.units, found.sold_minor, found.active_customers) == (
            1,
            1,
            1500,
            1,
        )
        assert found.events == {"order.line": 1, "order.placed": 1}
        assert found.as_of - found.since == timedelta(minutes=5)
        assert recent(connection, tenant, noon(3, 2), minutes=5).orders == 0
        assert recent(connection, tenant, at + timedelta(microseconds=1), minutes=5).orders == 0
        with pytest.raises(RecordError, match="minutes must be 1 to 1440; got 0"):
            recent(connection, tenant, at, minutes=0)


def test_a_question_is_asked_by_its_name_with_what_it_takes(view: View) -> None:
    answer = ask(view, "inactive_rate", days=24)
    assert (answer.tenant, answer.currency, answer.result) == ("acme", "EUR", Ratio(2, 4))
    assert answer.as_of == view.as_of
    with pytest.raises(RecordError, match="Did you mean inactive_rate"):
        ask(view, "inactive_rat")
    with pytest.raises(
        RecordError,
        match=r"inactive_rate must be asked with what it takes; got day. It takes days, period.",
    ):
        ask(view, "inactive_rate", day=1)
    with pytest.raises(RecordError, match="period must not end before it begins"):
        Period.parse("2026-02-01", "2026-01-01")
    with pytest.raises(
        RecordError, match="start_date must be a day like 2026-01-31; got '2026-1-1'"
    ):
        Period.parse("2026-1-1", "2026-01-02")
    with pytest.raises(RecordError, match="by must be one of day, week, month; got 'year'"):
        sales_metrics(view, JANUARY, by="year")  # type: ignore[arg-type]
