"""Totals of orders: known for what they are, counted once, held against the lines, or asked about."""

from __future__ import annotations

import pytest
from tests.importing.shops import Shop, counts

from commerce.records import schema
from tabular.errors import TableError

HEAD = "Order ID,Customer,Date,SKU,Quantity,Unit Price,Total\n"


def worth(shop: Shop) -> dict[str, int]:
    return {row.external_id: row.total_minor for row in shop.rows(schema.orders)}


def lines(*totals: str, order: str = "1") -> str:
    """An order of cups for 10.00 each."""
    return "".join(
        f"{order},ann,2024-03-01,P{n},1,10.00,{total}\n" for n, total in enumerate(totals)
    )


@pytest.mark.parametrize(
    "totals", [("30.00", "30.00", "30.00"), ("30.00", "", ""), ("", "", "30.00")]
)
def test_a_total_beside_prices_is_the_orders_and_checked(
    shop: Shop, totals: tuple[str, ...]
) -> None:
    summary = shop.sell(HEAD + lines(*totals) + lines("10.00", order="2"))
    assert worth(shop) == {"1": 3000, "2": 1000}
    assert summary.detected.used["order_total"] == "Total"
    assert "amount" not in summary.detected.used


def test_a_total_of_each_line_beside_prices_is_the_lines(shop: Shop) -> None:
    summary = shop.sell(HEAD + lines("10.00", "10.00", "10.00"))
    assert worth(shop) == {"1": 3000}
    assert summary.detected.used["amount"] == "Total"


def test_a_total_with_shipping_is_asked_about_and_settled_by_name(shop: Shop) -> None:
    content = HEAD + lines("34.90", "34.90", "34.90")
    with pytest.raises(
        TableError, match=r"got 34\.90 over lines of 30\.00 in line 2, which may be shipping"
    ):
        shop.sell(content)
    shop.sell(content, tenant="lines", ignore=["Total"])
    shop.sell(content, tenant="total", ignore=["Unit Price"], order_total="Total", order="Order ID")
    shop.sell(content, tenant="each", amount="Total", order="Order ID")
    assert sorted(row.total_minor for row in shop.rows(schema.orders)) == [3000, 3490, 10470]


def test_a_total_beside_named_prices_is_not_passed_over(shop: Shop) -> None:
    named = {"order": "Order ID", "quantity": "Quantity", "price": "Unit Price"}
    with pytest.raises(TableError, match="column 'Total' must be the sum"):
        shop.sell(HEAD + lines("34.90", "34.90"), **named)
    shop.sell(HEAD + lines("20.00", "20.00"), **named)
    assert worth(shop) == {"1": 2000}


ONLY = "Bestellnummer;Kunde;Datum;Artikel;Gesamtbetrag\n"


@pytest.mark.parametrize("cells", [("90,00", "90,00", "90,00"), ("90,00", "", "")])
def test_where_only_the_total_is_known_the_order_is_worth_it_once(
    shop: Shop, cells: tuple[str, ...]
) -> None:
    rows = "".join(f"1;ann;01.03.2024;P{n};{cell}\n" for n, cell in enumerate(cells))
    content = ONLY + rows + "2;bob;02.03.2024;P1;5,00\n"
    assert counts(shop.sell(content)) == (4, 4, 0, 0)
    assert worth(shop) == {"1": 9000, "2": 500}
    assert [event.amount_minor for event in shop.events("order.line")] == [9000, 0, 0, 500]
    assert counts(shop.sell(content)) == (4, 0, 0, 4)


def test_totals_that_contradict_each_other_are_asked_about(shop: Shop) -> None:
    content = ONLY + "1;ann;01.03.2024;P1;90,00\n1;ann;01.03.2024;P2;30,00\n"
    with pytest.raises(
        TableError, match=r"must be one for each order; got 30\.00 and 90\.00 in order '1'"
    ):
        shop.sell(content)
    shop.sell(content, amount="Gesamtbetrag", order="Bestellnummer")
    assert worth(shop) == {"1": 12000}


@pytest.mark.parametrize("name", ["Total", "Amount", "Revenue"])
@pytest.mark.parametrize("cells", [("90.00", "90.00", "90.00"), ("90.00", "", "")])
def test_an_amount_that_lines_of_an_order_repeat_is_asked_about(
    shop: Shop, name: str, cells: tuple[str, ...]
) -> None:
    content = f"order,customer,date,sku,{name}\n" + "".join(
        f"1,ann,2024-03-01,P{n},{cell}\n" for n, cell in enumerate(cells)
    )
    with pytest.raises(
        TableError, match=f"Give --order-total '{name}' where the order is worth it"
    ):
        shop.sell(content)
    shop.sell(content, order="order", order_total=name)
    assert worth(shop) == {"1": 9000}


def test_amounts_that_differ_between_lines_are_the_lines(shop: Shop) -> None:
    content = "order,customer,date,sku,total\n1,ann,2024-03-01,A,90.00\n1,ann,2024-03-01,B,30.00\n"
    shop.sell(content + "2,ann,2024-03-02,A,5.00\n2,ann,2024-03-02,B,5.00\n")
    assert worth(shop) == {"1": 12000, "2": 1000}


def test_rows_of_totals_say_nothing_about_orders(shop: Shop) -> None:
    rows = "1;ann;01.03.2024;P1;90,00\nTotal;;;;90,00\n2;bob;01.03.2024;P2;30,00\nTotal;;;;120,00\n"
    assert counts(shop.sell(ONLY + rows)) == (2, 2, 0, 0)
    assert worth(shop) == {"1": 9000, "2": 3000}


def test_without_order_ids_a_total_is_the_rows(shop: Shop) -> None:
    rows = "ann,2024-03-01,10.00\nann,2024-03-01,20.00\nann,2024-03-01,10.00\n"
    shop.sell("customer,date,order total\n" + rows)
    assert shop.sales_account() == 4000


def test_a_total_of_lines_that_came_to_different_ends_is_refused(shop: Shop) -> None:
    rows = "1,ann,2024-03-01,A,paid,90.00\n1,ann,2024-03-01,B,cancelled,90.00\n2,bob,2024-03-01,A,paid,5.00\n"
    summary = shop.sell("order,customer,date,sku,status,grand total\n" + rows)
    assert summary.reasons == {"total of several states": 2}
    assert worth(shop) == {"2": 500}
