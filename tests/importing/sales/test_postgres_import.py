"""The same imports on a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.importing.shops import Shop, counts

from commerce.records import schema

HEAD = "no,who,at,sku,name,qty,price,state,method\n"
SALES = HEAD + (
    "1,ann,2011-01-01 10:00,A,Lamp,5,2.005,paid,card\n1,ann,2011-01-01 10:01,B,Bulb,1,0,paid,card\n"
    "2,,2011-01-02,A,Lamp,1,2,paid,\n3,bob,2011-01-03,A,Lamp,1,2,declined,card\n"
    "C4,ann,2011-01-04,A,Lamp,-2,2,,card\n1,eve,2011-01-05,A,Lamp,1,2,paid,\n5,bob,never,A,Lamp,1,2,paid,\n"
)
NAMED = {
    "decimal": ".",
    "order": "no",
    "customer": "who",
    "time": "at",
    "product": "sku",
    "description": "name",
    "quantity": "qty",
    "price": "price",
    "status": "state",
    "method": "method",
    "returns": "prefix:C",
    "currency": "EUR",
}
LATER = HEAD + "1,ann,2011-01-06,C,Cord,1,3,paid,card\nC7,ann,2011-01-07,A,Lamp,-3,2,,\n"
EVENTS = (
    "type,customer,occurred_at,due_at,amount,currency,product,seller\n"
    "invoice.issued,ann,2011-01-02,2011-01-16,24.99,EUR,,\n"
    "payment.captured,ann,2011-01-20,,24.99,EUR,,\n"
    "review.removed,zoe,2011-01-21,,,,D,S1\n"
)


def history(shop: Shop) -> list[tuple[int, int, int, int]]:
    return [
        counts(summary)
        for summary in (
            shop.sell(SALES, **NAMED),
            shop.sell(SALES, **NAMED),
            shop.sell(LATER, **NAMED),
            shop.import_events(EVENTS),
            shop.import_events(EVENTS),
        )
    ]


def test_postgres_holds_what_sqlite_holds(
    postgres_shop: Shop, make_shop: Callable[[str], Shop]
) -> None:
    embedded = make_shop("embedded")
    assert history(postgres_shop) == history(embedded)
    assert postgres_shop.sales_account() == embedded.sales_account()
    there, here = postgres_shop.state(), embedded.state()
    for table in schema.metadata.sorted_tables:
        assert plain(there[table.name]) == plain(here[table.name]), table.name


def plain(rows: list[tuple[Any, ...]]) -> list[str]:
    """Rows in one order; PostgreSQL pads a decimal with zeros, and orders the names in a document."""

    def alike(value: Any) -> Any:
        if isinstance(value, dict):
            return sorted(value.items())
        return value.normalize() if isinstance(value, Decimal) else value

    return sorted(str([alike(value) for value in row]) for row in rows)
