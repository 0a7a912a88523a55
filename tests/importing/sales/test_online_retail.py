"""The real file: UCI Online Retail, 541,909 rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.importing.shops import NOW, Shop

from commerce.records import schema
from importing.engine.summary import ImportSummary
from importing.sales.importer import import_transactions
from importing.sales.options import TransactionOptions

FILE = Path(__file__).resolve().parents[4] / "shared" / "data" / "online_retail.csv.gz"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not FILE.exists(), reason="the UCI Online Retail file does not lie beside the checkout"
    ),
]


def import_file(shop: Shop) -> ImportSummary:
    return import_transactions(
        shop.engine,
        FILE,
        TransactionOptions(tenant="gifts", preset="online-retail"),
        now=NOW,
        rejects_folder=shop.folder,
    )


def test_the_real_file_is_accounted_for_to_the_row(shop: Shop) -> None:
    first = import_file(shop)
    assert first.as_dict() == {
        "rows_read": 541_909,
        "rows_accepted": 535_302,
        "rows_rejected": 1_339,
        "rows_duplicate": 5_268,
        "customers": 4_372,
        "orders": 20_725,
        "events": 611_100,
        "changed": {},
    }
    assert first.reasons == {"negative outside returns": 1_336, "no sale": 3}
    assert first.rejects is not None
    assert len(first.rejects.read_text().splitlines()) == 1 + 1_339
    assert (first.currency, first.timezone) == ("GBP", "Europe/London")
    with shop.engine.connect() as connection:
        found = connection.execute(
            schema.customer.select().where(schema.customer.c.external_id == "17850")
        ).one()
        assert found.country == "United Kingdom"
        sums = connection.exec_driver_sql(
            "SELECT type, count(*), sum(amount_minor) FROM event GROUP BY type"
        ).all()
    per_type = {kind: number for kind, number, _ in sums}
    moved = {kind: amount for kind, _, amount in sums}
    assert per_type == {
        "customer.registered": 4_372,
        "order.placed": 20_725,
        "order.line": 526_051,
        "payment.captured": 20_725,
        "order.paid": 20_725,
        "order.returned": 9_251,
        "payment.refunded": 9_251,
    }
    assert moved["payment.captured"] == moved["order.line"] == moved["order.placed"]
    second = import_file(shop)
    assert (second.rows_accepted, second.rows_rejected, second.rows_duplicate) == (
        0,
        1_339,
        540_570,
    )
    assert (second.customers, second.orders, second.events) == (0, 0, 0)
