"""A mart holds what counts as of an instant: however it was filled, on either database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from tests.analytics.agreement import all_agree, sales_agree
from tests.analytics.naive import export
from tests.commerce.delivery.journeys import delivered
from tests.commerce.sent_back import inspected
from tests.commerce.shop import ADMIN, NOW, Shop, make_shop
from tests.commerce.simulated import NOW as SIMULATED

from analytics.customers import inactive_rate, top_customers
from analytics.mart import Mart
from analytics.overview import tenant_summary
from analytics.periods import Period
from analytics.sales import Sales, revenue_by_category, sales_total
from analytics.view import View
from commerce import returns
from commerce.catalogue import categories
from commerce.orders.cart import add
from commerce.orders.checkout import checkout
from commerce.orders.completion import cancel
from commerce.payments.refunds import refund_order
from commerce.records.actors import Actor
from commerce.records.database import reading, writing
from commerce.records.instants import DAY, HOUR, from_micros, to_micros
from commerce.records.stream import ANNULLED, NewEvent, append
from commerce.records.stream.backfills import backfill
from commerce.records.tenants import hold_clock
from simulation import SimulationOptions, simulate

SHOP = SimulationOptions(customers=40, days=200, seed=3, start=date(2025, 3, 1))
PERIOD = Period(date(2025, 3, 20), date(2025, 8, 11))
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
LATER = NOW + timedelta(days=20)


def test_every_question_equals_plain_pandas_as_of_any_instant(
    each_engine: Engine, tmp_path: Path
) -> None:
    simulate(each_engine, "demo", SHOP, now=SIMULATED, truth_folder=tmp_path / "truth")
    with Mart(each_engine, "demo", tmp_path / "snapshots") as mart:
        tenant = mart.look(SIMULATED).tenant
        with reading(each_engine) as connection:
            exported = export(connection, tenant)
        last = max(row[7] for row in exported.rows)
        for days in (0, 34, 104):
            instant = last + 1 - days * DAY
            view = mart.look(SIMULATED, from_micros(instant).isoformat())
            all_agree(view, exported.as_of(instant), PERIOD)


@pytest.fixture
def shop(each_engine: Engine) -> Shop:
    return make_shop(each_engine)


@pytest.fixture
def mart(shop: Shop, tmp_path: Path) -> Iterator[Mart]:
    with Mart(shop.engine, "acme", tmp_path / "snapshots") as mart:
        yield mart


def agreed(shop: Shop, mart: Mart, folder: Path) -> View:
    """Look at a mart that was followed along; a new one, and plain pandas, say the same."""
    view = mart.look(LATER)
    with reading(shop.engine) as connection:
        plain = export(connection, view.tenant).as_of(to_micros(view.as_of))
    all_agree(view, plain, MARCH)
    with Mart(shop.engine, "acme", folder) as fresh:
        all_agree(fresh.look(LATER), plain, MARCH)
    return view


def ordered(shop: Shop, buyer: Actor, variant: uuid.UUID, units: int = 1) -> uuid.UUID:
    with shop.work(buyer) as work:
        add(work, variant, units)
        return checkout(work, "wallet")


def test_what_happens_in_the_shop_counts_at_once_net_of_what_is_taken_back(
    shop: Shop, mart: Mart, tmp_path: Path
) -> None:
    assert tenant_summary(mart.look(NOW)).customers == 0
    with shop.work() as work:
        clothes = categories.create(work, "clothes")
        shoes = categories.create(work, "shoes", parent_id=clothes)
    boots = shop.variant(1000, stock=30, category=shoes)
    buyer = shop.buyer(100_000)
    returned = delivered(shop, buyer, (boots, 3))
    gross = sales_total(mart.look(LATER), MARCH).sales.gross_minor
    assert gross > 0

    refunded = ordered(shop, buyer, boots, 2)
    with shop.work(days=1) as work:
        refund_order(work, refunded, 500, reason="goodwill")
    called_off = ordered(shop, buyer, boots)
    view = agreed(shop, mart, tmp_path / "1")
    assert sales_total(view, MARCH).orders == 3
    assert sales_total(view, MARCH).sales == Sales(
        units_sold=6, units_back=0, gross_minor=2 * gross, back_minor=500
    )

    with shop.work(buyer, days=1) as work:
        cancel(work, called_off)
    request = inspected(shop, buyer, returned, 1)
    with shop.work(ADMIN, days=2) as work:
        paid = returns.approve(work, request)
    view = agreed(shop, mart, tmp_path / "2")
    total = sales_total(view, MARCH)
    assert (total.orders, total.orders_called_off) == (2, 1)
    assert total.sales == Sales(
        units_sold=6,
        units_back=2,
        gross_minor=2 * gross,
        back_minor=500 + gross // 3 + paid,
    )
    found = {each.name: each.sales for each in revenue_by_category(view, MARCH)}
    assert found == {"clothes": total.sales, "shoes": total.sales}
    # as of an instant before all that, it is as it was
    before = mart.look(LATER, (NOW + timedelta(hours=1)).isoformat())
    assert sales_total(before, MARCH).sales.back_minor == 0


def sale(number: int, at: datetime, *, recorded: datetime | None = None) -> list[NewEvent]:
    """History of an order of one unit of 10.00, by nobody known."""
    common = {
        "occurred_at": to_micros(at),
        "recorded_at": to_micros(recorded or at),
        "aggregate_type": "order",
        "aggregate_id": f"{number:032x}",
        "amount_minor": 1000,
        "base_minor": 1000,
        "currency": "EUR",
        "quantity": 1,
    }
    return [
        NewEvent(type="order.placed", source_key=f"p{number}", **common),  # type: ignore[arg-type]
        NewEvent(type="order.line", source_key=f"l{number}", **common),  # type: ignore[arg-type]
    ]


def orders(view: View) -> int:
    assert sales_total(view, MARCH).sales.gross_minor == 1000 * sales_total(view, MARCH).orders
    return sales_total(view, MARCH).orders


def test_what_was_annulled_counts_no_more_from_then_on(shop: Shop, mart: Mart) -> None:
    with writing(shop.engine) as connection:
        written = sale(1, NOW) + sale(2, NOW)
        ids = append(connection, shop.tenant, written, ingested_at=to_micros(NOW))
    assert orders(mart.look(LATER)) == 2
    undone = to_micros(NOW) + HOUR
    gone = [
        each._replace(
            type=ANNULLED,
            occurred_at=undone,
            recorded_at=undone,
            source_key=f"annulled:{each.source_key}",
            value=number,
            category=each.type,
        )
        for each, number in zip(written[:2], ids[:2], strict=True)
    ]
    with writing(shop.engine) as connection:
        append(connection, shop.tenant, gone, ingested_at=undone)
    assert orders(mart.look(LATER)) == 1
    assert orders(mart.look(LATER, from_micros(undone).isoformat())) == 2
    assert orders(mart.look(LATER, from_micros(undone + 1).isoformat())) == 1


def test_late_history_counts_when_it_was_recorded_and_backfilled_when_it_happened(
    shop: Shop, mart: Mart
) -> None:
    known = NOW + timedelta(days=3)
    with writing(shop.engine) as connection:
        append(connection, shop.tenant, sale(1, NOW), ingested_at=to_micros(NOW))
        late = append(
            connection, shop.tenant, sale(2, NOW, recorded=known), ingested_at=to_micros(known)
        )
    soon = (NOW + timedelta(hours=1)).isoformat()
    assert orders(mart.look(LATER, soon)) == 1
    assert orders(mart.look(LATER)) == 2
    with writing(shop.engine) as connection:
        tenant = hold_clock(connection, shop.tenant, alone=True)
        backfill(connection, tenant, [(number, to_micros(NOW)) for number in late])
    view = mart.look(LATER, soon)
    assert orders(view) == 2
    assert view.backfills == 1


def test_figures_that_are_kept_know_of_history_that_is_backfilled_behind_them(
    shop: Shop, mart: Mart
) -> None:
    first, second = (shop.buyer().customer_id for _ in range(2))
    known = NOW + timedelta(days=3)

    def bought(number: int, customer: uuid.UUID | None, recorded: datetime) -> list[NewEvent]:
        events = sale(number, NOW, recorded=recorded)
        return [event._replace(customer_id=customer) for event in events]

    with writing(shop.engine) as connection:
        append(connection, shop.tenant, bought(1, first, NOW), ingested_at=to_micros(NOW))
    assert len(top_customers(mart.look(LATER), limit=9)) == 1
    with writing(shop.engine) as connection:
        tenant = hold_clock(connection, shop.tenant, alone=True)
        late = append(connection, tenant, bought(2, second, known), ingested_at=to_micros(known))
        backfill(connection, tenant, [(number, to_micros(NOW)) for number in late])
    assert len(top_customers(mart.look(LATER), limit=9)) == 2


def test_what_was_asked_about_stays_so(shop: Shop, mart: Mart) -> None:
    with writing(shop.engine) as connection:
        append(connection, shop.tenant, sale(1, NOW), ingested_at=to_micros(NOW))
    asked = mart.look(LATER)
    assert orders(asked) == 1
    with reading(shop.engine) as connection:
        observed = mart.look(LATER).tenant.observed_at
    assert observed == asked.as_of, "what arrives later is recorded behind it"


def test_an_event_that_is_committed_late_under_a_low_number_is_not_lost(
    postgres_engine: Engine, tmp_path: Path
) -> None:
    shop = make_shop(postgres_engine)

    def write(connection: Connection, number: int) -> None:
        append(connection, shop.tenant, sale(number, NOW), ingested_at=to_micros(NOW))

    with writing(postgres_engine) as connection:
        write(connection, 1)
    with Mart(postgres_engine, "acme", tmp_path / "first") as first:
        first.look(
            LATER, "2026-03-02"
        )  # whoever is first to ask as of a later instant waits for those who write
    with Mart(postgres_engine, "acme", tmp_path / "second") as mart:
        with postgres_engine.connect() as slow, slow.begin():
            write(slow, 2)
            with writing(postgres_engine) as connection:
                write(connection, 3)
            assert orders(mart.look(LATER, "2026-03-02")) == 2, "loaded while one is on its way"
            with writing(postgres_engine) as connection:
                write(connection, 4)
            assert orders(mart.look(LATER, "2026-03-02")) == 3
        assert orders(mart.look(LATER, "2026-03-02")) == 4
        with postgres_engine.connect() as slow, slow.begin():
            write(slow, 5)
            with writing(postgres_engine) as connection:
                write(connection, 6)
            assert orders(mart.look(LATER, "2026-03-02")) == 5, "followed while one is on its way"
        assert orders(mart.look(LATER, "2026-03-02")) == 6


def test_an_event_is_not_lost_whose_transaction_began_after_one_that_drew_a_higher_number(
    postgres_engine: Engine, tmp_path: Path
) -> None:
    shop, began = make_shop(postgres_engine), text("SELECT pg_current_xact_id()")

    def write(connection: Connection, number: int) -> None:
        append(connection, shop.tenant, sale(number, NOW), ingested_at=to_micros(NOW))

    with writing(postgres_engine) as connection:
        write(connection, 1)
    with Mart(postgres_engine, "acme", tmp_path / "snapshots") as mart:
        mart.look(LATER, "2026-03-02")  # who is first to ask as of then waits for those who write
        with writing(postgres_engine) as quick, writing(postgres_engine) as slow:
            for each in (quick, slow):
                each.execute(began)
            write(slow, 2)
            write(quick, 3)
            quick.commit()
            assert orders(mart.look(LATER, "2026-03-02")) == 2
        for _ in range(2):
            assert orders(mart.look(LATER, "2026-03-02")) == 3


def test_a_tenant_is_asked_about_alone(shop: Shop, mart: Mart, tmp_path: Path) -> None:
    other = make_shop(shop.engine, "other")
    with writing(shop.engine) as connection:
        append(connection, other.tenant, sale(1, NOW), ingested_at=to_micros(NOW))
    summary = tenant_summary(mart.look(LATER))
    assert (summary.customers, summary.sales.orders, float(summary.inactive)) == (0, 0, 0.0)
    assert inactive_rate(mart.look(LATER)).exact == 0
    with Mart(shop.engine, "other", tmp_path / "others") as theirs:
        view = theirs.look(LATER)
        with reading(shop.engine) as connection:
            plain = export(connection, view.tenant).as_of(to_micros(view.as_of))
        sales_agree(view, plain, MARCH)
        assert tenant_summary(view).sales.sales.net_minor == 1000
