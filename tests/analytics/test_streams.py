"""Whatever events there are, and whenever they came to be known, the questions give what plain pandas gives."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.analytics.agreement import all_agree, sales_agree
from tests.analytics.naive import Export
from tests.features.streams import Row, event, snapshot_of

from analytics import figures, filling
from analytics.assortment import Assortment
from analytics.periods import Period
from analytics.sales import sales_metrics, sales_total
from analytics.view import View
from commerce.records.instants import DAY, HOUR, from_micros, to_micros
from commerce.records.stream import ANNULLED
from commerce.records.tenants import Tenant
from features.evaluating.database import Database

BERLIN = ZoneInfo("Europe/Berlin")
START = to_micros(datetime(2026, 3, 27, tzinfo=BERLIN))
"""Two days before the clocks go forward."""
TENANT = Tenant(id=1, slug="acme", zone=BERLIN, currency="EUR", clock_mode="wall", observed_at=None)
PERIOD = Period(date(2026, 3, 28), date(2026, 4, 2))
TYPES = (
    "order.placed",
    "order.line",
    "order.line",
    "order.cancelled",
    "order.completed",
    "order.returned",
    "order.reduced",
    "return.approved",
    "payment.captured",
    "payment.failed",
    "payment.refunded",
    "invoice.credited",
    "delivery.promised",
    "delivery.claimed",
    "delivery.released",
    "delivery.delivered",
    "review.posted",
    "review.edited",
    "review.removed",
    "customer.registered",
)
ORDERS = ["0" * 31 + letter for letter in "abc"]
PRODUCTS = ["1" * 32, "2" * 32]
LINKS = {"e" * 32: ORDERS[0], "f" * 32: ORDERS[1]}
"""Payments, invoices and returns of two of the orders."""

_hours = st.integers(0, 9 * 24).map(lambda hours: START + hours * HOUR)
_instants = st.one_of(_hours, _hours.map(lambda at: at - 1))
_delays = st.sampled_from([0, 0, 0, 1, HOUR, 2 * DAY])


@st.composite
def shops(draw: st.DrawFn) -> list[Row]:
    """Orders of a few customers, with all that may become of them, some of it annulled."""
    rows = []
    for number in range(1, draw(st.integers(0, 30)) + 1):
        kind = draw(st.sampled_from(TYPES))
        at = draw(_instants)
        linked = kind.startswith(("payment", "invoice", "return."))
        record = draw(st.sampled_from([*(LINKS if linked else ORDERS), "x"]))
        rows.append(
            event(
                number,
                kind,
                "abcd"[hash_of(record)] * 32,
                at,
                recorded_at=at + draw(_delays),
                aggregate_id=record,
                product_id=draw(st.sampled_from([*PRODUCTS, None])),
                base_minor=draw(st.integers(0, 1000)),
                quantity=draw(st.integers(0, 5)),
                value=draw(st.integers(1, 5)),
                method=draw(st.sampled_from(["card", "wallet", None])),
                category=draw(st.sampled_from(["de", "shoes", None])),
            )
        )
    for number, row in enumerate(
        draw(st.lists(st.sampled_from(rows), max_size=3)) if rows else [], 100
    ):
        at = draw(_instants)
        rows.append(
            event(number, ANNULLED, row[2], at, recorded_at=at + draw(_delays), value=row[0])
        )
    return rows


def hash_of(record: str) -> int:
    """The buyer of an order, the same for all that is about it."""
    return ORDERS.index(LINKS.get(record, record)) if record != "x" else 3


@pytest.fixture(scope="module")
def empty_store(migrated_file: Path) -> Iterator[Engine]:
    """A store without a product: names are looked up there."""
    from commerce.records.database import connect

    engine = connect(f"sqlite:///{migrated_file}")
    yield engine
    engine.dispose()


def view_of(rows: Sequence[Row], instant: int, engine: Engine, folder: Path) -> View:
    """A view of a mart that is filled from rows."""

    def links(database: Database) -> None:
        filling.keep_links(database, list(LINKS.items()))

    snapshot = snapshot_of(rows, folder / f"{len(list(folder.iterdir()))}.parquet")
    return View(
        tenant=TENANT,
        as_of=from_micros(instant),
        backfills=0,
        assortment=Assortment(),
        database=filling.mart_of(snapshot, BERLIN, links),
        engine=engine,
    )


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=shops(), instant=_instants)
def test_every_question_equals_plain_pandas(
    rows: list[Row], instant: int, empty_store: Engine
) -> None:
    if not rows:
        return
    plain = Export(rows=rows, zone=BERLIN, links=LINKS).as_of(instant)
    with tempfile.TemporaryDirectory() as folder:
        view = view_of(rows, instant, empty_store, Path(folder))
        all_agree(view, plain, PERIOD)
        view.database.close()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=shops(), instants=st.lists(_instants, min_size=2, max_size=5))
@example(
    rows=[
        event(1, "order.placed", "a" * 32, START, aggregate_id=ORDERS[0], quantity=0, base_minor=0),
        event(2, "order.cancelled", "a" * 32, START + DAY, aggregate_id=ORDERS[0]),
        event(3, ANNULLED, "a" * 32, START + 2 * DAY, value=2),
    ],
    instants=[START + HOUR, START + DAY + HOUR, START + 2 * DAY + HOUR],
)
def test_figures_of_customers_that_were_kept_are_those_worked_out_anew(
    rows: list[Row], instants: list[int], empty_store: Engine
) -> None:
    if not rows:
        return
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "_MOST", 2.0)  # whoever changed, the others are kept
        view = view_of(rows, min(instants), empty_store, Path(folder))
        for instant in [*sorted(instants), *instants]:
            then = replace(view, as_of=from_micros(instant))
            figures.provide_figures(then)
            kept = then.rows("FROM figures ORDER BY customer")
            assert kept == then.rows(f"FROM ({figures.FIGURES}) ORDER BY customer")
        view.database.close()


def sold_at(at: datetime, number: int) -> list[Row]:
    """An order of one unit."""
    columns = {"aggregate_id": f"{number:032x}", "base_minor": 100, "quantity": 1}
    whole = to_micros(at)
    return [
        event(2 * number, "order.placed", "a" * 32, whole, **columns),
        event(2 * number + 1, "order.line", "a" * 32, whole, product_id=PRODUCTS[0], **columns),
    ]


def test_a_day_begins_and_ends_in_the_shops_zone_also_when_the_clocks_change(
    empty_store: Engine, tmp_path: Path
) -> None:
    forward, back = date(2026, 3, 29), date(2026, 10, 25)
    rows: list[Row] = []
    for day in (forward, back):
        begins = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
        ends = datetime(day.year, day.month, day.day + 1, tzinfo=BERLIN)
        for at in (begins, ends - timedelta(microseconds=1), ends):
            rows += sold_at(at, len(rows) + 1)
    view = view_of(rows, rows[-1][7] + 1, empty_store, tmp_path)
    for day in (forward, back):
        assert sales_total(view, Period(day, day)).orders == 2
        assert [
            (each.orders, each.sales.units)
            for each in sales_metrics(
                view, Period(day - timedelta(1), day + timedelta(1)), by="day"
            )
        ] == [(0, 0), (2, 2), (1, 1)]
    assert (
        to_micros(datetime(2026, 3, 30, tzinfo=BERLIN))
        - to_micros(datetime(2026, 3, 29, tzinfo=BERLIN))
        == DAY - HOUR
    )


def test_an_instant_that_is_asked_about_does_not_count_itself(
    empty_store: Engine, tmp_path: Path
) -> None:
    rows = sold_at(datetime(2026, 3, 28, 12, tzinfo=BERLIN), 1)
    for later, orders in ((0, 0), (1, 1)):
        view = view_of(rows, rows[0][7] + later, empty_store, tmp_path)
        assert sales_total(view, PERIOD).orders == orders


def test_an_order_without_lines_is_sold_as_a_whole_until_its_lines_are_known(
    empty_store: Engine, tmp_path: Path
) -> None:
    order, line = sold_at(datetime(2026, 3, 28, 12, tzinfo=BERLIN), 1)
    late = list(line)
    late[8] += 2 * HOUR
    late[10], late[11] = 70, 3
    rows = [order, tuple(late)]
    plain = Export(rows=rows, zone=BERLIN)
    for later, units, amount in ((HOUR, 1, 100), (3 * HOUR, 3, 70)):
        view = view_of(rows, order[7] + later, empty_store, tmp_path)
        total = sales_total(view, PERIOD).sales
        assert (total.units, total.net_minor) == (units, amount)
        sales_agree(view, plain.as_of(order[7] + later), PERIOD)
