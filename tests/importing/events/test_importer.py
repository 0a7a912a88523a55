"""The activity stream itself, from a file."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from tests.importing.shops import Shop, counts, micros

from commerce.records import schema
from commerce.records.bulk import insert_rows
from commerce.records.database import writing
from commerce.records.tenants import find_tenant, observe
from importing.errors import SourceError
from tabular.errors import TableError

HEAD = "type,customer,occurred_at,recorded_at,due_at,amount,currency,method,aggregate_type,aggregate_id\n"
CREDIT = (
    HEAD
    + "customer.registered,ann,2011-01-01,,,,,,,\n"
    + "invoice.issued,ann,2011-01-02,,2011-01-16,24.99,EUR,,invoice,i1\n"
    + "invoice.paid,ann,2011-01-20,2011-01-25,,24.99,EUR,,invoice,i1\n"
    + "payment.captured,ann,2011-01-20,,,24.99,EUR,card,payment,p1\n"
    + "payment.refunded,ann,2011-01-21,,,4.99,EUR,card,payment,p1\n"
    + "payment.charged_back,,2011-01-22,,,1.00,EUR,card,payment,p2\n"
)


def test_events_come_in_as_they_are(shop: Shop) -> None:
    summary = shop.import_events(CREDIT)
    assert summary.as_dict() == {
        "rows_read": 6,
        "rows_accepted": 6,
        "rows_rejected": 0,
        "rows_duplicate": 0,
        "customers": 1,
        "orders": 0,
        "events": 6,
        "late": 0,
        "backfilled": 0,
        "changed": {},
    }
    assert summary.currency == "EUR"
    (issued,) = shop.events("invoice.issued")
    assert (issued.amount_minor, issued.base_minor, issued.currency) == (2499, 2499, "EUR")
    assert (issued.due_at, issued.occurred_at) == (micros("2011-01-16"), micros("2011-01-02"))
    assert (issued.aggregate_type, issued.aggregate_id) == ("invoice", "i1")
    assert shop.events("invoice.paid")[0].recorded_at == micros("2011-01-25")
    (customer,) = shop.rows(schema.customer)
    assert (customer.external_id, issued.customer_id) == ("ann", customer.id)


def test_what_moves_money_is_posted(shop: Shop) -> None:
    shop.import_events(CREDIT)
    assert shop.sales_account() == 2499 - 499 - 100


def test_whoever_is_there_is_found_by_each_of_its_keys_and_an_order_too(shop: Shop) -> None:
    shop.import_events(CREDIT)
    (ann,) = shop.rows(schema.customer)
    with writing(shop.engine) as connection:
        columns = ("tenant_id", "id", "number", "external_id", "status", "currency", "total_minor")
        order = uuid.uuid4()
        cart = (ann.tenant_id, order, 1, "R-1", "cart", "EUR", 0)
        insert_rows(connection, "orders", columns, [cart])
    row = "payment.failed,{},2011-02-01,,,1.00,EUR,card,order,{}\n"
    whom = ["ann", str(ann.id), ann.id.hex, f"number:{ann.number}", "ann"]
    what = ["R-1", str(order), order.hex, "number:1", "R-2"]
    summary = shop.import_events(HEAD + "".join(map(row.format, whom, what)))
    assert (summary.rows_accepted, summary.customers) == (5, 0)
    failed = shop.events("payment.failed")
    assert [event.customer_id for event in failed] == [ann.id] * 5
    assert sorted(event.aggregate_id for event in failed) == sorted([order.hex] * 4 + ["R-2"])


def test_our_number_makes_no_new_customer(shop: Shop) -> None:
    shop.import_events(CREDIT)
    issued = HEAD + "invoice.issued,number:9,2011-02-02,,2011-02-16,1.00,EUR,,invoice,i9\n"
    with pytest.raises(SourceError, match=r"customer must be there .* got 'number:9'"):
        shop.import_events(issued)
    assert len(shop.rows(schema.customer)) == 1


def test_in_a_shop_without_ids_of_its_own_a_number_is_ours_or_asked_about(shop: Shop) -> None:
    shop.import_events(CREDIT)
    with writing(shop.engine) as connection:
        connection.execute(schema.customer.update().values(external_id=None))
    issued = HEAD + "invoice.issued,{},2011-02-02,,2011-02-16,1.00,EUR,,invoice,i9\n"
    with pytest.raises(SourceError, match=r"got '2', and tenant .* name new ones by other ids"):
        shop.import_events(issued.format("2"))
    shop.import_events(issued.format("1"))
    (ann,) = shop.rows(schema.customer)
    assert {event.customer_id for event in shop.events("invoice.issued")} == {ann.id}


def test_importing_events_again_writes_nothing(shop: Shop) -> None:
    shop.import_events(CREDIT)
    before = shop.state()
    assert counts(shop.import_events(CREDIT)) == (6, 0, 0, 6)
    assert shop.state() == before


def test_a_source_key_names_an_event_whatever_else_its_row_says(shop: Shop) -> None:
    head = "type,customer,occurred_at,source_key\n"
    assert counts(
        shop.import_events(
            head + "review.removed,ann,2011-01-01,k1\nreview.removed,ann,2011-01-02,k1\n"
        )
    ) == (2, 1, 0, 1)
    assert counts(
        shop.import_events(
            head + "review.removed,ann,2011-01-03,k1\nreview.removed,ann,2011-01-03,k2\n"
        )
    ) == (2, 1, 0, 1)


def test_without_a_source_key_an_event_may_happen_twice(shop: Shop) -> None:
    content = "type,customer,occurred_at\n" + "review.removed,ann,2011-01-01\n" * 2
    assert counts(shop.import_events(content)) == (2, 2, 0, 0)
    assert counts(shop.import_events(content)) == (2, 0, 0, 2)


@pytest.mark.parametrize(
    ("row", "reason", "sentence"),
    [
        ("order.payed,ann,2011-01-01,,,,,,,", "unknown type", "or order.paid"),
        ("invoice.paid,,2011-01-01,,,1,EUR,,,", "no customer", "must name a customer"),
        ("invoice.paid,ann,2011-01-02,2011-01-01,,1,EUR,,,", "recorded before occurred", "before"),
        ("invoice.paid,ann,2011-01-02,,,1,,,,", "no currency", "must have a currency"),
        ("invoice.paid,ann,2011-01-02,,,1,USD,,,", "no rate", "no rate"),
        ("invoice.paid,ann,2011-01-02,,,-1,EUR,,,", "negative amount", "type gives the direction"),
        ("invoice.paid,ann,2011-01-02,,,one,EUR,,,", "no amount", "a number"),
        ("invoice.paid,ann,2011-01-02,,,99999999999999999,EUR,,,", "too large", "2^53"),
        ("invoice.paid,ann,2011-01-02,,,,,,,", "incomplete", "must carry amount"),
        ("invoice.issued,ann,2011-01-02,,,1,EUR,,,", "incomplete", "must carry due_at"),
        ("invoice.paid,ann,,,,1,EUR,,,", "no time", "occurred_at must be given"),
        ("invoice.paid,ann,soon,,,1,EUR,,,", "no time", "a time"),
        ("invoice.paid,ann", "wrong number of cells", "must have 10 cells"),
    ],
)  # fmt: skip
def test_what_breaks_the_contract_is_refused_with_a_reason(
    shop: Shop, row: str, reason: str, sentence: str
) -> None:
    summary = shop.import_events(CREDIT + row + "\n", currency="EUR")
    assert counts(summary) == (7, 6, 1, 0)
    assert summary.reasons == {reason: 1}
    assert summary.rejects is not None
    assert sentence in summary.rejects.read_text()


def test_columns_may_be_called_something_else(shop: Shop) -> None:
    content = "Ereignis;Kunde;Zeit;Menge;Ware;Laden;Wert;Betrag;currency\norder.line;7.0;1.2.2011;2;A;S1;3;1,50;EUR\n"
    shop.import_events(
        content,
        timezone="Europe/Berlin",
        columns={
            "type": "Ereignis",
            "customer": "kunde",
            "occurred_at": "Zeit",
            "quantity": "Menge",
            "product": "Ware",
            "seller_id": "Laden",
            "value": "7",
            "amount": "Betrag",
        },
    )
    (line,) = shop.events("order.line")
    assert (line.quantity, line.value, line.amount_minor) == (2, 3, 150)
    assert line.occurred_at == micros("2011-01-31 23:00")
    assert line.product_id == shop.rows(schema.product)[0].id
    assert line.seller_id is not None
    assert shop.rows(schema.customer)[0].external_id == "7"


def test_a_headerless_file_of_events_is_named_by_position(shop: Shop) -> None:
    content = "ann,2011-01-01,review.removed\nbob,2011-01-02,review.removed\n"
    columns = {"customer": "1", "occurred_at": "2", "type": "3"}
    assert counts(shop.import_events(content, columns=columns)) == (2, 2, 0, 0)


def test_a_column_the_stream_does_not_have_is_a_sentence(shop: Shop) -> None:
    with pytest.raises(TableError, match="Did you mean amount"):
        shop.import_events(CREDIT, columns={"amont": "amount"})
    with pytest.raises(TableError, match="--column occurred_at must name a column"):
        shop.import_events("type,customer,at\nreview.removed,ann,2011-01-01\n")


def test_minor_units_come_in_as_they_are(shop: Shop) -> None:
    shop.import_events(
        "type,customer_id,occurred_at,amount_minor,currency\ninvoice.paid,ann,2011-01-01,2499,EUR\n"
    )
    assert shop.events()[0].amount_minor == 2499


def test_a_customer_of_sales_and_of_events_is_one(shop: Shop) -> None:
    shop.sell("c,t,a\nann,2011-01-01,1\n", customer="c", time="t", amount="a", currency="EUR")
    summary = shop.import_events(CREDIT)
    assert summary.customers == 0
    assert len(shop.rows(schema.customer)) == 1


def test_late_events_are_recorded_behind_what_was_computed(shop: Shop) -> None:
    shop.import_events(CREDIT)
    with writing(shop.engine) as connection:
        observe(connection, find_tenant(connection, "acme"), datetime(2011, 1, 10, tzinfo=UTC))
    shop.import_events(HEAD + "delivery.delivered,ann,2011-01-05,,,,,,,\n")
    (late,) = shop.events("delivery.delivered")
    assert late.recorded_at == micros("2011-01-25") + 1
