"""Returns: which purchase each is tied to, and what it gives back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.importing.shops import Shop, counts, micros

from commerce.records import schema
from tabular.errors import TableError

HEAD = "no,who,at,sku,qty,price\n"
NAMED: dict[str, Any] = {
    "order": "no",
    "customer": "who",
    "time": "at",
    "product": "sku",
    "quantity": "qty",
    "price": "price",
    "returns": "prefix:C",
}


def links(shop: Shop) -> list[tuple[str, str | None]]:
    """For each return, the external id of the order it is tied to, None where unlinked."""
    orders = {row.id.hex: row.external_id for row in shop.rows(schema.orders)}
    found = sorted(shop.events("order.returned"), key=lambda event: event.occurred_at)
    return [
        (
            event.aggregate_type,
            orders[event.aggregate_id] if event.aggregate_type == "order" else None,
        )
        for event in found
    ]


def test_a_return_is_told_at_its_own_time_and_refunded(shop: Shop) -> None:
    content = HEAD + "1,ann,2011-01-01,A,5,2.00\nC2,ann,2011-01-03,A,-2,2.00\n"
    summary = shop.sell(content, **NAMED)
    assert counts(summary) == (2, 2, 0, 0)
    assert (summary.orders, summary.events) == (1, 7)
    (returned,) = shop.events("order.returned")
    (refunded,) = shop.events("payment.refunded")
    (line,) = shop.events("order.line")
    assert returned.occurred_at == refunded.occurred_at == micros("2011-01-03")
    assert (returned.quantity, returned.amount_minor, refunded.amount_minor) == (2, 400, 400)
    assert (returned.product_id, returned.aggregate_id) == (line.product_id, line.aggregate_id)
    assert shop.sales_account() == 600
    assert [row.returned_quantity for row in shop.rows(schema.order_line)] == [2]
    assert [row.type for row in shop.rows(schema.payment_event)] == [
        "payment.captured",
        "payment.refunded",
    ]
    (payment,) = shop.rows(schema.payment)
    assert refunded.aggregate_id == payment.id.hex


def test_a_return_belongs_to_the_latest_earlier_purchase(shop: Shop) -> None:
    rows = "1,ann,2011-01-01,A,5,2\n2,ann,2011-01-05,A,5,2\n3,ann,2011-01-09,A,5,2\nC4,ann,2011-01-07,A,-1,2\n"
    shop.sell(HEAD + rows, **NAMED)
    assert links(shop) == [("order", "2")]


def test_a_purchase_at_the_same_instant_is_not_earlier(shop: Shop) -> None:
    shop.sell(HEAD + "1,ann,2011-01-01,A,5,2\nC2,ann,2011-01-01,A,-1,2\n", **NAMED)
    assert links(shop) == [("return", None)]


def test_only_a_purchase_with_enough_left_is_taken(shop: Shop) -> None:
    rows = (
        "1,ann,2011-01-01,A,5,2\n2,ann,2011-01-02,A,3,2\n"
        "C3,ann,2011-01-03,A,-2,2\nC4,ann,2011-01-04,A,-2,2\nC5,ann,2011-01-05,A,-4,2\nC6,ann,2011-01-06,A,-1,2\n"
    )
    shop.sell(HEAD + rows, **NAMED)
    assert links(shop) == [("order", "2"), ("order", "1"), ("return", None), ("order", "2")]
    assert [row.returned_quantity for row in shop.rows(schema.order_line)].count(2) == 1
    assert sum(row.returned_quantity for row in shop.rows(schema.order_line)) == 5


@pytest.mark.parametrize(
    "row", ["C2,bob,2011-01-03,A,-1,2", "C2,ann,2011-01-03,B,-1,2", "C2,,2011-01-03,A,-1,2"]
)
def test_another_customer_or_product_is_not_linked(shop: Shop, row: str) -> None:
    summary = shop.sell(HEAD + "1,ann,2011-01-01,A,5,2\n" + row + "\n", **NAMED)
    assert summary.rows_accepted == 2
    assert links(shop) == [("return", None)]
    assert shop.sales_account() == 800


def test_a_return_finds_its_purchase_across_imports(shop: Shop) -> None:
    shop.sell(HEAD + "1,ann,2011-01-01,A,2,2\n", **NAMED)
    shop.sell(HEAD + "C2,ann,2011-01-03,A,-1,2\n", **NAMED)
    shop.sell(HEAD + "C3,ann,2011-01-04,A,-1,2\nC4,ann,2011-01-05,A,-1,2\n", **NAMED)
    assert links(shop) == [("order", "1"), ("order", "1"), ("return", None)]
    assert counts(shop.sell(HEAD + "C3,ann,2011-01-04,A,-1,2\n", **NAMED)) == (1, 0, 0, 1)
    assert [row.returned_quantity for row in shop.rows(schema.order_line)] == [2]


def test_a_customer_who_only_returned_is_a_customer(shop: Shop) -> None:
    summary = shop.sell(HEAD + "C1,ann,2011-01-03,A,-1,2\n", **NAMED)
    assert (summary.customers, summary.orders) == (1, 0)
    assert shop.types() == ["customer.registered", "order.returned", "payment.refunded"]
    assert shop.sales_account() == -200


def test_lines_of_one_return_keep_their_own_times(shop: Shop) -> None:
    rows = "C1,ann,2011-01-03,A,-1,2\nC1,ann,2011-01-04,B,-1,3\n"
    shop.sell(HEAD + rows, **NAMED)
    returned = shop.events("order.returned")
    assert [event.occurred_at for event in returned] == [micros("2011-01-03"), micros("2011-01-04")]
    assert len({event.aggregate_id for event in returned}) == 1


def test_a_negative_line_outside_returns_is_refused(shop: Shop) -> None:
    rows = "1,ann,2011-01-01,A,-5,2\n2,ann,2011-01-01,A,5,-2\n"
    summary = shop.sell(HEAD + rows, **NAMED)
    assert summary.reasons == {"negative outside returns": 2}
    said = "2 negative outside returns (such as -5, -2): returns? --returns negative"
    assert summary.refusals == [said]
    with pytest.raises(TableError, match=re.escape(f"got 2 of 2: {said}. Nothing was taken in")):
        shop.sell(HEAD + rows, **NAMED, allow_refused=0.05)


def test_negative_lines_are_returns_where_that_is_the_rule(shop: Shop) -> None:
    rows = "1,ann,2011-01-01,A,5,2\n1,ann,2011-01-02,A,-2,2\n"
    summary = shop.sell(HEAD + rows, **NAMED | {"returns": "negative"})
    assert counts(summary) == (2, 2, 0, 0)
    assert links(shop) == [("order", "1")]


def test_a_negative_amount_without_product_is_an_unlinked_refund(shop: Shop) -> None:
    content = "who,at,total\nann,2011-01-01,10\nann,2011-01-02,-4\n"
    shop.sell(content, customer="who", time="at", amount="total", returns="negative")
    assert links(shop) == [("return", None)]
    assert shop.sales_account() == 600


def test_orders_marked_as_book_keeping_are_refused(shop: Shop) -> None:
    rows = "A1,,2011-01-01,B,1,100\n2,ann,2011-01-01,B,1,1\n"
    summary = shop.sell(HEAD + rows, **NAMED, refuse="prefix:A")
    assert summary.reasons == {"no sale": 1}


def test_a_cancelled_order_takes_no_return(shop: Shop) -> None:
    head = "no,who,at,sku,qty,price,state\n"
    rows = (
        "1,ann,2011-01-01,A,1,2,paid\n2,ann,2011-01-02,A,1,2,cancelled\nC3,ann,2011-01-03,A,-1,2,\n"
    )
    shop.sell(head + rows, **NAMED, status="state")
    assert links(shop) == [("order", "1")]
