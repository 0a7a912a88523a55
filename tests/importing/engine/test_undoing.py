"""An import that is undone counts no more from then on, and everything adds up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from tests.importing.files import KINDS, importing
from tests.importing.shops import NOW, Shop, worth

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.tenants import find_tenant
from importing.engine.logbook import list_imports
from importing.engine.undoing import is_all_there_is, undo_import
from importing.errors import SourceError

FIRST = """no,who,at,sku,qty,price
1,ann,2025-01-02 10:00,A,2,5.00
1,ann,2025-01-02 10:00,B,1,2.50
2,bob,2025-01-03 11:00,A,1,5.00
"""
LATER = """no,who,at,sku,qty,price
1,ann,2025-01-02 10:00,A,2,5.00
1,ann,2025-01-02 10:00,B,1,2.50
1,ann,2025-01-02 10:00,C,3,1.00
3,ann,2025-01-06 10:00,A,1,5.00
C4,ann,2025-01-05 09:00,A,-1,5.00
"""
"""Order 1 again with one more line, and a unit of it that came back."""
NAMED: dict[str, Any] = {
    "order": "no",
    "customer": "who",
    "time": "at",
    "product": "sku",
    "quantity": "qty",
    "price": "price",
    "returns": "prefix:C",
}


def undo(shop: Shop, number: int, tenant: str = "acme") -> int:
    return undo_import(shop.engine, tenant, number, now=NOW)


def kept(shop: Shop) -> dict[str, Any]:
    """What the records hold that is no history: sums, statuses and units."""
    return {
        "sales": shop.sales_account(),
        "orders": sorted(
            (row.external_id, row.status, row.total_minor)
            for row in shop.rows(schema.orders)
            if row.external_id is not None
        ),
        "lines": sorted(
            (row.order_id.hex, row.position, row.quantity, row.returned_quantity)
            for row in shop.rows(schema.order_line)
            if row.order_id in {o.id for o in shop.rows(schema.orders) if o.external_id is not None}
        ),
        "customers": sorted(filter(None, (row.external_id for row in shop.rows(schema.customer)))),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_all_kinds_are_undone_and_come_in_anew(
    any_engine: Engine, tmp_path: Path, kind: str
) -> None:
    shop, run = Shop(any_engine, tmp_path), importing(kind, any_engine, tmp_path)
    first, sales = run(), shop.sales_account()
    before = shop.events()
    assert undo(shop, 1) == len(before)
    assert shop.sales_account() == 0
    assert shop.findings() == []
    assert shop.events()[: len(before)] == before
    at = {event.recorded_at for event in shop.events("event.annulled")}
    assert len(at) == 1
    assert min(at) > max(event.recorded_at for event in before)
    for table, over in (
        (schema.orders, "cancelled"),
        (schema.auction, "unsold"),
        (schema.review, "removed"),
    ):
        assert {row.status for row in shop.rows(table)} <= {over}
    assert {(row.ratings_count, row.ratings_sum) for row in shop.rows(schema.product)} <= {(0, 0)}
    second = run()
    assert replace(second, tenant_created=True, customers=first.customers) == first
    assert second.customers == (0 if kind in ("events",) else first.customers)
    assert shop.sales_account() == sales
    assert run().rows_accepted == 0
    assert shop.findings() == []


def test_what_an_import_added_to_the_orders_of_another_goes_and_the_rest_stays(shop: Shop) -> None:
    shop.sell(FIRST, **NAMED)
    before = kept(shop)
    shop.sell(LATER, name="later.csv", **NAMED)
    added = kept(shop)
    assert {row[3] for row in added["lines"]} == {0, 1}
    assert ("1", "placed", 1550) in added["orders"]
    undo(shop, 2)
    assert kept(shop) == before
    shop.sell(LATER, name="later.csv", **NAMED)
    assert kept(shop)["sales"] == added["sales"]
    assert [row[:2] for row in kept(shop)["orders"]] == [row[:2] for row in added["orders"]]


def test_an_import_is_not_undone_before_the_later_one_that_changed_its_orders(shop: Shop) -> None:
    shop.sell(FIRST, **NAMED)
    shop.sell(LATER, name="later.csv", **NAMED)
    state = shop.state()
    with pytest.raises(
        SourceError, match=r"got changes by import 2 \(later.csv\). Undo that first"
    ):
        undo(shop, 1)
    assert shop.state() == state
    undo(shop, 2)
    undo(shop, 1)
    assert kept(shop) == {"sales": 0, "orders": [], "lines": [], "customers": []}


def test_undoing_twice_and_undoing_what_never_came_in_are_sentences(shop: Shop) -> None:
    shop.sell(FIRST, **NAMED)
    undo(shop, 1)
    with pytest.raises(SourceError, match=r"import must not be undone twice; got 1, shop\.csv"):
        undo(shop, 1)
    with pytest.raises(SourceError, match=r"import must be one of tenant 'acme'; got 7\. Known: 1"):
        undo(shop, 7)


def test_a_customer_whom_another_import_knows_stays_known(shop: Shop) -> None:
    shop.sell(FIRST, **NAMED)
    shop.sell("no,who,at,sku,qty,price\n9,bob,2025-03-01,A,1,5.00\n", name="other.csv", **NAMED)
    undo(shop, 1)
    assert [row.external_id for row in shop.rows(schema.customer) if row.external_id] == ["bob"]
    registered = {event.id for event in shop.events("customer.registered") if event.customer_id} - {
        event.value for event in shop.events("event.annulled")
    }
    assert len(registered) == 1


def test_a_part_of_an_invoice_paid_in_an_import_that_is_undone_is_owed_again(shop: Shop) -> None:
    head = "type,customer,occurred_at,aggregate_type,aggregate_id,amount,currency,due_at\n"
    shop.import_events(head + "invoice.issued,K,2025-03-01,invoice,R,80.00,EUR,2025-03-15\n")
    paid = head + "invoice.paid,K,2025-03-10,invoice,R,80.00,EUR,\n"
    for number in (2, 3):
        shop.import_events(paid)
        assert shop.findings() == []
        undo(shop, number)
    assert shop.import_events(paid).rows_accepted == 1


def test_only_a_tenant_of_one_import_of_which_nothing_was_computed_is_all_there_is(
    shop: Shop,
) -> None:
    shop.sell(FIRST, **NAMED)

    def alone() -> bool:
        with reading(shop.engine) as connection:
            return is_all_there_is(connection, find_tenant(connection, "acme"), 1)

    assert alone()
    shop.sell(LATER, name="later.csv", **NAMED)
    assert not alone()


def test_every_import_is_kept_with_what_it_brought(shop: Shop) -> None:
    shop.sell(FIRST, **NAMED)
    shop.sell(FIRST, **NAMED)
    shop.sell(LATER, name="later.csv", **NAMED)
    with reading(shop.engine) as connection:
        found = list_imports(connection, find_tenant(connection, "acme"))
        parts = connection.execute(select(schema.file_import_part)).all()
    assert [(row.number, row.name, row.rows_read, row.orders) for row in found] == [
        (1, "shop.csv", 3, 2),
        (2, "later.csv", 5, 1),
    ]
    assert [row.last_event_id - row.first_event_id + 1 for row in parts] == [
        row.events for row in found
    ]
    assert sum(row.events for row in found) == len(shop.events())
    assert found[0].options["returns"] == "prefix:C"


def test_what_a_later_export_made_of_known_orders_is_undone_and_may_come_again(shop: Shop) -> None:
    head = "no,who,at,sku,units,total,state\n"
    named = {
        "order": "no", "customer": "who", "time": "at", "product": "sku", "quantity": "units", "amount": "total",
        "status": "state",
    }  # fmt: skip
    first = head + (
        "1,ann,2024-03-01,P,3,30.00,paid\n1,ann,2024-03-01,P,1,9.00,paid\n2,bob,2024-03-02,P,1,5.00,open\n"
        "3,bob,2024-03-02,P,1,7.00,paid\n4,bob,2024-03-02,P,2,8.00,open\n"
    )
    later = head + (
        "1,ann,2024-03-01,P,1,9.00,paid\n1,ann,2024-03-01,Q,2,6.00,paid\n2,bob,2024-03-02,P,1,5.00,delivered\n"
        "3,bob,2024-03-02,P,1,7.00,cancelled\n4,bob,2024-03-02,P,1,4.00,open\n"
    )
    shop.sell(first, **named)
    before = (worth(shop), returned(shop), totals(shop))
    shop.sell(later, **named)
    changed = (worth(shop), returned(shop), totals(shop))
    assert changed != before
    undo_import(shop.engine, "acme", 2, now=NOW)
    assert (worth(shop), returned(shop), totals(shop)) == before
    assert shop.findings() == []
    assert shop.sell(first, **named).events == 0
    shop.sell(later, **named)
    assert (worth(shop), returned(shop), totals(shop)) == changed
    assert shop.sell(later, **named).events == 0


def returned(shop: Shop) -> list[tuple[int, int, int]]:
    """Of each line that is recorded: amount, units, and how many of them came back."""
    lines = shop.rows(schema.order_line)
    return sorted((row.amount_minor, row.quantity, row.returned_quantity) for row in lines)


def totals(shop: Shop) -> dict[str, int]:
    return {row.external_id: row.total_minor for row in shop.rows(schema.orders)}
