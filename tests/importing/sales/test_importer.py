"""What a file of sales lines becomes."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine
from tests.importing.shops import NOW, Shop, counts, micros

from commerce.records import schema
from commerce.records.errors import RecordError, TenantConflict
from importing.errors import SourceError
from importing.sales.importer import import_transactions
from importing.sales.options import TransactionOptions
from tabular.errors import ColumnNotFound, TableError

ORDERS = """invoice,sku,name,qty,at,price,who,land
1,A,Lamp,2,2011-01-05 10:00,1.25,ann,DE
1,B,Bulb,1,2011-01-05 10:01,0.50,ann,DE
2,A,Lamp,1,2011-01-06 09:00,1.25,,FR
3,A,Lamp,1,2011-01-04 09:00,1.25,bob,FR
"""
NAMED: dict[str, Any] = {
    "order": "invoice",
    "product": "sku",
    "description": "name",
    "quantity": "qty",
    "time": "at",
    "price": "price",
    "customer": "who",
    "country": "land",
}


def test_an_order_is_placed_line_by_line_captured_and_paid(shop: Shop) -> None:
    summary = shop.sell(ORDERS, **NAMED, currency="EUR", timezone="UTC")
    assert summary.as_dict() == {
        "rows_read": 4,
        "rows_accepted": 4,
        "rows_rejected": 0,
        "rows_duplicate": 0,
        "customers": 2,
        "orders": 3,
        "events": 15,
        "late": 0,
        "backfilled": 0,
        "changed": {},
    }
    assert shop.types() == [
        *["customer.registered"] * 2,
        *["order.placed", "order.line", "payment.captured", "order.paid"],
        *["order.placed", "order.line", "order.line", "payment.captured", "order.paid"],
        *["order.placed", "order.line", "payment.captured", "order.paid"],
    ]
    placed = shop.events("order.placed")[1]
    assert (placed.amount_minor, placed.base_minor, placed.currency) == (300, 300, "EUR")
    assert (placed.quantity, placed.value) == (3, 2)
    lines = [
        event for event in shop.events("order.line") if event.aggregate_id == placed.aggregate_id
    ]
    assert [(line.amount_minor, line.quantity) for line in lines] == [(250, 2), (50, 1)]
    assert shop.sales_account() == 300 + 125 + 125


def test_an_order_happens_at_its_earliest_line(shop: Shop) -> None:
    shop.sell(ORDERS, **NAMED)
    order = next(row for row in shop.rows(schema.orders) if row.external_id == "1")
    events = [event for event in shop.events() if event.aggregate_id == order.id.hex]
    assert {event.occurred_at for event in events} == {micros("2011-01-05 10:00")}
    assert {event.recorded_at for event in events} == {micros("2011-01-05 10:00")}


def test_events_stand_in_the_order_of_time(shop: Shop) -> None:
    shop.sell(ORDERS, **NAMED)
    times = [event.occurred_at for event in shop.events("order.placed")]
    assert times == sorted(times)


def test_a_row_without_a_customer_is_an_anonymous_sale(shop: Shop) -> None:
    summary = shop.sell(ORDERS, **NAMED)
    order = next(row for row in shop.rows(schema.orders) if row.external_id == "2")
    assert order.customer_id is None
    assert summary.customers == len(shop.rows(schema.customer)) == 2
    assert order.total_minor == 125


def test_a_customer_registers_once_at_his_earliest_row_with_its_country(shop: Shop) -> None:
    content = "who,at,price,land\nann,2011-02-01,1,FR\nann,2011-01-01,1,DE\nann,2011-03-01,1,IT\n"
    shop.sell(content, customer="who", time="at", price="price", country="land")
    later = content + "ann,2010-01-01,1,PL\n"
    shop.sell(later, customer="who", time="at", price="price", country="land")
    (registered,) = shop.events("customer.registered")
    assert registered.occurred_at == micros("2011-01-01")
    assert registered.category == "DE"
    assert shop.rows(schema.customer)[0].country == "DE"


def test_products_carry_their_first_description(shop: Shop) -> None:
    content = (
        "who,at,price,sku,name\nann,2011-01-02,1,A,\nann,2011-01-03,1,A,Lamp\n"
        "ann,2011-01-04,1,A,lamp?\nann,2011-01-04,1,B,\n"
    )
    shop.sell(content, customer="who", time="at", price="price", product="sku", description="name")
    names = {row.external_id: row.name for row in shop.rows(schema.product)}
    assert names == {"A": "Lamp", "B": "B"}


def test_numbers_are_counted_per_tenant(shop: Shop) -> None:
    shop.sell(ORDERS, **NAMED)
    shop.sell(ORDERS, **NAMED, tenant="other")
    for table in (schema.customer, schema.orders, schema.product):
        for tenant in (1, 2):
            numbers = [row.number for row in shop.rows(table) if row.tenant_id == tenant]
            assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_a_line_is_rounded_half_to_even_of_the_exact_product(shop: Shop) -> None:
    rows = (
        "x,2011-01-01,3,0.005\nx,2011-01-02,5,0.005\nx,2011-01-03,1,0.001\nx,2011-01-04,7,2.675\n"
    )
    shop.sell("c,t,q,p\n" + rows, customer="c", time="t", quantity="q", price="p")
    assert [event.amount_minor for event in shop.events("order.line")] == [2, 2, 0, 1872]
    assert Decimal("2.675") in {row.unit_price for row in shop.rows(schema.order_line)}


def test_minor_units_follow_the_currency(shop: Shop) -> None:
    shop.sell(
        "c,t,amount\nx,2011-01-01,1500\n", tenant="yen", currency="JPY", customer="c", time="t"
    )
    shop.sell(
        "c,t,amount\nx,2011-01-01,1.5\n", tenant="dinar", currency="KWD", customer="c", time="t"
    )
    assert [event.amount_minor for event in shop.events("order.placed")] == [1500, 1500]


def test_an_amount_wins_over_quantity_times_price(shop: Shop) -> None:
    rows = "c,t,q,p,a\nx,2011-01-01,3,10,25\nx,2011-01-02,3,10,\n"
    shop.sell(rows, customer="c", time="t", quantity="q", price="p", amount="a")
    assert [event.amount_minor for event in shop.events("order.placed")] == [2500, 3000]


def test_a_zero_price_is_a_sale_that_moves_no_money(shop: Shop) -> None:
    summary = shop.sell("c,t,p\nx,2011-01-01,0\n", customer="c", time="t", price="p")
    assert counts(summary) == (1, 1, 0, 0)
    assert shop.types()[-1] == "order.paid"
    assert shop.rows(schema.posting) == []


def test_a_fraction_of_a_unit_counts_as_one(shop: Shop) -> None:
    shop.sell("c,t,q,p\nx,2011-01-01,0.75,8\n", customer="c", time="t", quantity="q", price="p")
    (line,) = shop.events("order.line")
    assert (line.quantity, line.amount_minor) == (1, 600)


def test_without_an_order_column_a_customer_and_a_time_make_an_order(shop: Shop) -> None:
    rows = "ann,2011-01-01,1\nann,2011-01-01,2\nann,2011-01-02,3\nbob,2011-01-01,4\n,2011-01-01,5\n,2011-01-01,6\n"
    summary = shop.sell("c,t,a\n" + rows, customer="c", time="t", amount="a")
    assert summary.orders == 5
    assert sorted(event.amount_minor for event in shop.events("order.placed")) == [
        300,
        300,
        400,
        500,
        600,
    ]


def test_importing_a_file_again_writes_nothing(shop: Shop) -> None:
    shop.sell(ORDERS, **NAMED)
    before = shop.state()
    summary = shop.sell(ORDERS, **NAMED)
    assert counts(summary) == (4, 0, 0, 4)
    assert (summary.customers, summary.orders, summary.events) == (0, 0, 0)
    assert shop.state() == before


def test_a_repeated_line_is_kept_or_dropped(shop: Shop) -> None:
    content = ORDERS + ORDERS.splitlines()[1] + "\n" + ORDERS.splitlines()[1] + "\n"
    assert counts(shop.sell(content, tenant="drop", **NAMED, repeats="drop")) == (6, 4, 0, 2)
    assert counts(shop.sell(content, tenant="keep", **NAMED)) == (6, 6, 0, 0)
    assert counts(shop.sell(content, tenant="keep", **NAMED)) == (6, 0, 0, 6)
    assert counts(shop.sell(ORDERS, tenant="keep", **NAMED)) == (4, 0, 0, 4)


def test_a_later_file_adds_lines_to_an_order_without_placing_it_again(shop: Shop) -> None:
    shop.sell(ORDERS, **NAMED)
    more = (
        ORDERS + "1,C,Cord,1,2011-01-07 08:00,2.00,ann,DE\n1,C,Cord,1,2011-01-03 08:00,1.00,,DE\n"
    )
    summary = shop.sell(more, **NAMED)
    assert counts(summary) == (6, 2, 0, 4)
    assert (summary.orders, summary.events) == (0, 3)
    new = shop.events()[-3:]
    assert [event.type for event in new] == ["order.line", "order.line", "payment.captured"]
    order = next(row for row in shop.rows(schema.orders) if row.external_id == "1")
    assert {event.aggregate_id for event in new[:2]} == {order.id.hex}
    assert {event.customer_id for event in new} == {order.customer_id}
    assert order.total_minor == 300 + 300
    assert all(event.occurred_at >= micros("2011-01-05 10:00") for event in new)
    assert shop.sales_account() == 300 + 300 + 250
    positions = [row.position for row in shop.rows(schema.order_line) if row.order_id == order.id]
    assert positions == [1, 2, 3, 4]


def test_an_order_belongs_to_one_customer(shop: Shop) -> None:
    content = ORDERS + "1,A,Lamp,1,2011-01-05 10:02,9.00,eve,DE\n"
    summary = shop.sell(content, **NAMED, partial_orders="keep")
    assert counts(summary) == (5, 4, 1, 0)
    assert "eve" not in {row.external_id for row in shop.rows(schema.customer)}
    assert counts(shop.sell(content, **NAMED)) == (5, 0, 1, 4)
    claimed = shop.sell(ORDERS + "2,A,Lamp,1,2011-01-06 09:00,9.00,eve,DE\n", **NAMED)
    assert counts(claimed) == (5, 0, 1, 4)
    assert claimed.rejects is not None
    assert "'2' must be recorded with its customer" in claimed.rejects.read_text()


def test_a_status_decides_what_became_of_an_order(shop: Shop) -> None:
    words = ["paid", "Delivered", "pending", "cancelled", "declined", "refunded", "", "on fire"]
    rows = [
        f"{place},ann,2011-01-0{place + 1},1.00,{word},card\n" for place, word in enumerate(words)
    ]
    summary = shop.sell(
        "no,c,t,a,s,m\n" + "".join(rows),
        order="no", customer="c", time="t", amount="a", status="s", method="m",
    )  # fmt: skip
    assert counts(summary) == (8, 7, 1, 0)
    assert summary.reasons == {"unknown status": 1}
    orders = {row.external_id: row for row in shop.rows(schema.orders)}
    payments = {row.id: row for row in shop.rows(schema.payment)}
    types: dict[str, list[str]] = {name: [] for name in orders}
    for event in shop.events():
        if event.aggregate_type == "payment":
            order = str(
                next(n for n, o in orders.items() if o.id == payments_order(payments, event))
            )
            types[order].append(event.type)
        elif event.aggregate_type == "order":
            types[next(n for n, o in orders.items() if o.id.hex == event.aggregate_id)].append(
                event.type
            )
    start = ["order.placed", "order.line"]
    paid = [*start, "payment.captured", "order.paid"]
    assert types == {
        "0": paid,
        "1": [*paid, "order.completed"],
        "2": start,
        "3": [*start, "order.cancelled"],
        "4": [*start, "payment.failed"],
        "5": [*paid, "order.returned", "payment.refunded"],
        "6": paid,
    }
    assert orders["1"].status == "completed"
    assert orders["3"].status == "cancelled"
    assert {event.method for event in shop.events("order.paid")} == {"card"}
    assert shop.sales_account() == 300
    assert {row.returned_quantity for row in shop.rows(schema.order_line)} == {0, 1}


def payments_order(payments: dict[object, object], event: object) -> object:
    wanted = event.aggregate_id  # type: ignore[attr-defined]
    return next(row.order_id for row in payments.values() if row.id.hex == wanted)  # type: ignore[attr-defined]


def test_an_order_with_open_lines_is_captured_in_part_and_not_paid(shop: Shop) -> None:
    rows = "1,ann,2011-01-01,1.00,paid\n1,ann,2011-01-01,2.00,pending\n1,ann,2011-01-01,4.00,cancelled\n"
    shop.sell("no,c,t,a,s\n" + rows, order="no", customer="c", time="t", amount="a", status="s")
    assert [event.amount_minor for event in shop.events("payment.captured")] == [100]
    assert shop.events("order.paid") == []


def test_recorded_is_when_the_row_came_to_be_known(shop: Shop) -> None:
    rows = "ann,2011-01-01,1.00,2011-01-03\nann,2011-01-01,2.00,2011-01-05\nann,2011-01-09,1,2011-01-08\n"
    summary = shop.sell("c,t,a,r\n" + rows, customer="c", time="t", amount="a", recorded="r")
    assert summary.reasons == {"recorded before time": 1}
    assert [event.recorded_at for event in shop.events("order.line")] == [
        micros("2011-01-03"),
        micros("2011-01-05"),
    ]
    assert shop.events("order.placed")[0].recorded_at == micros("2011-01-05")
    assert shop.events("order.placed")[0].occurred_at == micros("2011-01-01")


def test_another_currency_is_refused_for_want_of_a_rate(shop: Shop) -> None:
    rows = "ann,2011-01-01,1.00,eur\nann,2011-01-02,2.00,GBP\nann,2011-01-03,4.00,\nann,2011-01-04,8.00,EUR\n"
    named = {"customer": "c", "time": "t", "amount": "a", "currency_column": "cur"}
    with pytest.raises(SourceError, match=r"--currency must be given .* got 'EUR' and 'GBP'"):
        shop.sell("c,t,a,cur\n" + rows, **named)
    summary = shop.sell("c,t,a,cur\n" + rows, currency="EUR", **named)
    assert counts(summary) == (4, 3, 1, 0)
    assert summary.reasons == {"no rate": 1}


def test_signs_of_a_currency_are_that_currency(shop: Shop) -> None:
    named = {"customer": "c", "time": "t", "amount": "a"}
    euros = "c;t;a\nann;2011-01-01;€10,50\nbob;2011-01-02;11,50 €\neve;2011-01-03;12,-\n"
    assert shop.sell(euros, tenant="euros", **named).currency == "EUR"
    assert [event.amount_minor for event in shop.events("order.placed")] == [1050, 1150, 1200]
    mixed = "c,t,a\nann,2011-01-01,$10.50\nbob,2011-01-02,€11.50\neve,2011-01-03,£11.50\n"
    with pytest.raises(
        SourceError, match=r"--currency must be given .* got '\$10.50' and '€11.50'"
    ):
        shop.sell(mixed, tenant="mixed", **named)
    summary = shop.sell(mixed, tenant="mixed", currency="GBP", **named)
    assert (summary.rows_accepted, summary.reasons) == (1, {"no rate": 2})
    crowns = "c,t,a\nann,2011-01-01,kr 10.50\n"
    with pytest.raises(SourceError, match="--currency must say which of several is meant"):
        shop.sell(crowns, tenant="crowns", **named)
    assert shop.sell(crowns, tenant="crowns", currency="SEK", **named).rows_accepted == 1


def test_refused_rows_are_kept_with_line_reason_and_cells(shop: Shop) -> None:
    content = 'c,t,a\nann,2011-01-01,"1,000.50"\nbob,soon,2\neve,2011-01-02,-3\nann,2011-01-03\n,2011-01-04,x\n'
    summary = shop.sell(content, customer="c", time="t", amount="a")
    assert counts(summary) == (5, 1, 4, 0)
    assert summary.rejects == shop.folder / "raw" / "acme" / "rejects.csv"
    with summary.rejects.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "reason", "c", "t", "a"]
    assert [(row[0], row[2:]) for row in rows[1:]] == [
        ("3", ["bob", "soon", "2"]),
        ("4", ["eve", "2011-01-02", "-3"]),
        ("5", ["ann", "2011-01-03"]),
        ("6", ["", "2011-01-04", "x"]),
    ]
    assert all("must" in row[1] for row in rows[1:])
    assert sum(summary.reasons.values()) == 4


def test_an_older_rejects_file_goes_when_nothing_is_refused(shop: Shop) -> None:
    shop.sell("c,t,a\nann,2011-01-01,1\nann,never,2\n", customer="c", time="t", amount="a")
    summary = shop.sell("c,t,a\nann,2011-01-01,1\n", customer="c", time="t", amount="a")
    assert summary.rejects is None
    assert not (shop.folder / "raw" / "acme" / "rejects.csv").exists()


def test_a_file_of_which_every_row_is_refused_makes_no_tenant(shop: Shop) -> None:
    summary = shop.sell("c,t,a\nann,never,1\n", customer="c", time="t", amount="a")
    assert counts(summary) == (1, 0, 1, 0)
    assert not summary.tenant_created
    assert shop.rows(schema.tenant) == []


def test_a_german_shop_needs_no_more_than_its_columns(shop: Shop) -> None:
    content = (
        "Kunde;Bestelldatum;Betrag\nMüller;31.12.2010 23:30;1.234,56 €\nÖz;01.07.2011 08:00;7,5\n"
    ).encode("cp1252")
    summary = shop.sell(content, customer="kunde", currency="EUR", timezone="Europe/Berlin")
    assert summary.detected.sentence() == (
        "cp1252, ';' separated, 3 columns, decimal comma, times as day.month.year"
    )
    assert [event.amount_minor for event in shop.events("order.placed")] == [123456, 750]
    assert [event.occurred_at for event in shop.events("order.placed")] == [
        micros("2010-12-31 22:30"),
        micros("2011-07-01 06:00"),
    ]
    assert {row.external_id for row in shop.rows(schema.customer)} == {"Müller", "Öz"}


def test_a_headerless_file_is_named_by_position(shop: Shop) -> None:
    content = " 00001 19970101  1   11.77\n 00002 19970112  5   77.00\n 00002 19970112  1   12.00\n"
    summary = shop.sell(content, customer="1", time="2", quantity="3", amount="4")
    assert counts(summary) == (3, 3, 0, 0)
    assert (summary.customers, summary.orders) == (2, 2)
    assert not summary.detected.header
    assert summary.detected.time_format == "YYYYMMDD"
    assert {row.external_id for row in shop.rows(schema.customer)} == {"00001", "00002"}


def test_positions_work_on_a_file_with_a_header_too(shop: Shop) -> None:
    summary = shop.sell("who,when,what\nann,2011-01-01,1\n", customer="1", time="2", amount="3")
    assert counts(summary) == (1, 1, 0, 0)
    assert summary.detected.header


def test_day_and_month_are_settled_by_a_row_far_down(shop: Shop) -> None:
    rows = "ann,03/04/2011,1\n" * 3000 + "ann,25/04/2011,1\n"
    shop.sell("c,t,a\n" + rows, customer="c", time="t", amount="a")
    assert shop.events("order.placed")[0].occurred_at == micros("2011-04-03")


@pytest.mark.parametrize("slug", ["../../../ESCAPED", "Acme", "a b", ""])
def test_a_name_that_no_tenant_can_have_is_refused_before_anything_is_written(
    shop: Shop, slug: str
) -> None:
    before = set(shop.folder.parent.rglob("*"))
    with pytest.raises(RecordError, match="tenant must be lower-case letters"):
        shop.sell("c,t,a\nann,2011-01-01,x\n", tenant=slug, customer="c", time="t", amount="a")
    made = {path.name for path in set(shop.folder.parent.rglob("*")) - before}
    assert {name for name in made if not name.startswith("records.db")} == {"shop.csv"}


def test_day_and_month_in_doubt_are_asked_about_and_can_be_given(shop: Shop) -> None:
    content = "c,t,a\nann,03/04/2011,1\n"
    with pytest.raises(TableError, match="--time-format"):
        shop.sell(content, customer="c", time="t", amount="a")
    assert shop.rows(schema.tenant) == []
    shop.sell(content, customer="c", time="t", amount="a", time_format=["mdy"])
    assert shop.events("order.placed")[0].occurred_at == micros("2011-03-04")


def test_a_doubtful_decimal_mark_is_asked_about_whatever_stands_between_cells(shop: Shop) -> None:
    named = {"customer": "c", "time": "t", "amount": "a"}
    for content in ("c;t;a\nann;2011-01-01;1.234\n", "c,t,a\nann,2011-01-02,1.234\n"):
        with pytest.raises(TableError, match="--decimal"):
            shop.sell(content, **named)
    shop.sell("c;t;a\nann;2011-01-01;1.234\n", **named, decimal=",")
    shop.sell("c,t,a\nann,2011-01-02,1.234\n", **named, decimal=".")
    assert [event.amount_minor for event in shop.events("order.placed")] == [123400, 123]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("1.23457E+12", "rounded customer"),
        ("1,2e+11", "rounded customer"),
        ("x" * 9000, "long customer"),
    ],
)
def test_an_id_that_lost_digits_or_cannot_be_kept_is_refused(
    any_engine: Engine, tmp_path: Path, name: str, reason: str
) -> None:
    shop = Shop(any_engine, tmp_path)
    content = f'c,t,a\n"{name}",2011-01-01,1\n1E5,2011-01-02,2\nb\0b,2011-01-03,3\n'
    summary = shop.sell(content, customer="c", time="t", amount="a")
    assert summary.reasons == {reason: 1, "unreadable line": 1}
    assert [row.external_id for row in shop.rows(schema.customer)] == ["1E5"]


def test_whole_numbers_of_a_data_frame_are_ids(shop: Shop) -> None:
    shop.sell(
        "c,t,a,no\n17850.0,2011-01-01,1,536365.0\n", customer="c", time="t", amount="a", order="no"
    )
    assert [row.external_id for row in shop.rows(schema.customer)] == ["17850"]
    assert [row.external_id for row in shop.rows(schema.orders)] == ["536365"]


def test_gzip_and_parquet_become_what_csv_becomes(make_shop: Callable[[str], Shop]) -> None:
    plain, packed, columnar = make_shop("plain"), make_shop("packed"), make_shop("columnar")
    plain.sell(ORDERS, **NAMED)
    packed.sell(gzip.compress(ORDERS.encode()), name="shop.csv.gz", **NAMED)
    states = packed.state(), plain.state()
    (zipped,), (file,) = (state.pop("file_import") for state in states)
    assert states[0] == states[1]
    assert zipped != file  # each is kept under its own name

    rows = list(csv.DictReader(ORDERS.splitlines()))
    frame = pa.table(
        {
            **{name: [row[name] or None for row in rows] for name in ("invoice", "sku", "name", "who", "land")},
            "qty": [int(row["qty"]) for row in rows],
            "price": [float(row["price"]) for row in rows],
            "at": [datetime.fromisoformat(row["at"]) for row in rows],
        }
    )  # fmt: skip
    path = columnar.folder / "shop.parquet"
    pq.write_table(frame, path)
    summary = import_transactions(
        columnar.engine,
        path,
        TransactionOptions(tenant="acme", **NAMED),
        now=NOW,
        rejects_folder=columnar.folder,
    )
    assert counts(summary) == (4, 4, 0, 0)
    assert summary.detected.sentence() == "Parquet, 8 columns, times as YYYY-MM-DD"
    for table in (schema.customer, schema.orders, schema.product, schema.order_line):
        assert len(columnar.rows(table)) == len(plain.rows(table))
    assert columnar.types() == plain.types()
    assert [e.amount_minor for e in columnar.events()] == [e.amount_minor for e in plain.events()]


def test_a_tenant_keeps_its_currency_and_zone(shop: Shop) -> None:
    first = shop.sell(ORDERS, **NAMED, currency="EUR", timezone="Europe/Berlin")
    assert first.tenant_created
    (tenant,) = shop.rows(schema.tenant)
    assert (tenant.currency, tenant.zone, tenant.clock_mode) == ("EUR", "Europe/Berlin", "recorded")
    with pytest.raises(
        TenantConflict, match="--currency must be that of tenant 'acme', EUR; got USD"
    ):
        shop.sell(ORDERS, **NAMED, currency="USD")
    with pytest.raises(TenantConflict, match="--timezone must be"):
        shop.sell(ORDERS, **NAMED, timezone="UTC")
    assert not shop.sell(ORDERS, **NAMED).tenant_created
    assert shop.sell(ORDERS, **NAMED, tenant="other").currency == "USD"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"preset": "online-retial"}, "Did you mean online-retail"),
        ({"returns": "C"}, "--returns must be"),
        ({"repeats": "some"}, "--repeats must be"),
        ({"decimal": ";"}, "--decimal must be"),
        ({"time_format": ["dd.mm"]}, "--time-format must be"),
        ({"delimiter": "::"}, "--delimiter must be"),
        ({"encoding": "utf-9"}, "--encoding must be"),
        ({"timezone": "Mars/Crater"}, "time zone must be"),
        ({"currency": "EURO"}, "currency must be"),
        ({"customer": "nobody"}, "--customer must name a column"),
    ],
)
def test_a_wrong_option_is_a_sentence_and_writes_nothing(
    shop: Shop, options: dict[str, str], sentence: str
) -> None:
    named = {"customer": "who", "time": "at", "price": "price", "quantity": "qty"}
    given = named | options
    with pytest.raises(ValueError, match=sentence):
        shop.sell(ORDERS, **given)
    assert shop.rows(schema.tenant) == []


def test_an_unknown_column_is_an_error_about_the_file(shop: Shop) -> None:
    with pytest.raises(ColumnNotFound, match="Did you mean price"):
        shop.sell(ORDERS, customer="who", time="at", price="prise")


def test_progress_is_told(shop: Shop) -> None:
    reported: list[tuple[str, int, int | None]] = []
    import_transactions(
        shop.engine,
        shop.write(ORDERS),
        TransactionOptions(tenant="acme", **NAMED),
        now=NOW,
        rejects_folder=shop.folder,
        progress=lambda stage, done, total: reported.append((stage, done, total)),
    )
    assert reported[0][0] == "reading"
    assert reported[-1] == ("writing", 4, 4)
