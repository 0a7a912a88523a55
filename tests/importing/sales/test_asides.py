"""Lines that are no data among those that are: left aside, said, and never a sale."""

from __future__ import annotations

import pytest
from tests.importing.shops import Shop, counts

from tabular.errors import TableError

HEAD = "Order,Customer,Date,Product,Amount\n"
ROWS = "1,ann,2024-03-01,Cup,10.00\n2,bob,2024-03-02,Pot,30.00\n"


def test_headers_totals_rules_and_blank_rows_are_left_aside_and_counted(shop: Shop) -> None:
    content = HEAD + ROWS + ",,,,\n-----,---,---,---,---\n" + HEAD.upper()
    content += (
        "3,cid,2024-03-03,Cup,10.00\n,,,Subtotal:,10.00\nGrand Total,,,3 orders,50.00\nSumme;\n"
    )
    summary = shop.sell(content.replace("Summe;", "Summe,50.00"), allow_refused=0.0)
    assert counts(summary) == (3, 3, 0, 0)
    assert summary.left_aside == {
        "blank row": [4],
        "rule": [5],
        "repeated header": [6],
        "total row": [8, 9, 10],
    }
    assert summary.rejects is None
    assert shop.sales_account() == 5000


@pytest.mark.parametrize(
    "word", ["Total", "TOTAL:", "Gesamt", "Totaal", "Razem", "Totale generale", "Sous-total"]
)
@pytest.mark.parametrize("place", [0, 1])
def test_a_total_that_looks_like_a_sale_is_refused(shop: Shop, word: str, place: int) -> None:
    row = ["9", "ann", "2024-03-31", "", "40.00"]
    row[place] = word
    summary = shop.sell(HEAD + ROWS + ",".join(row) + "\n")
    assert summary.reasons == {"total row": 1}
    assert shop.sales_account() == 4000


def test_a_product_called_total_is_sold_and_refused_like_any_other(shop: Shop) -> None:
    rows = "3,Total Wine,2024-03-01,Total,10.00\n4,cid,2024-13-01,Total,5.00\n"
    summary = shop.sell(HEAD + ROWS + rows)
    assert summary.reasons == {"no time": 1}
    assert summary.left_aside == {}
    assert shop.sales_account() == 5000


def test_a_remark_at_the_end_is_a_footer_and_in_the_middle_a_broken_row(shop: Shop) -> None:
    remark = "Exported on 1 April by Jane\n"
    summary = shop.sell(HEAD + ROWS + "\nTotal,,,,40.00\n" + remark + "(2 rows)\n")
    assert summary.left_aside == {"total row": [5], "footer": [6, 7]}
    summary = shop.sell(HEAD + remark + ROWS, tenant="other")
    assert summary.reasons == {"wrong number of cells": 1}


def test_a_last_line_that_is_cut_off_is_refused_not_left_aside(shop: Shop) -> None:
    for cut in ("3", "3,cid", '3,cid,2024-03-03,"Cu'):
        summary = shop.sell(HEAD + ROWS + cut, tenant=f"t{len(cut)}")
        assert (summary.rows_rejected, summary.left_aside) == (1, {})


def test_a_second_header_with_other_columns_is_asked_about(shop: Shop) -> None:
    other = "Order,Date,Customer,Product,Amount\n3,2024-03-03,cid,Cup,10.00\n"
    with pytest.raises(TableError, match="file must have one header; got another"):
        shop.sell(HEAD + ROWS + other)
    assert shop.types() == []


def test_what_stands_between_the_lines_of_an_order_does_not_part_them(shop: Shop) -> None:
    content = HEAD + "1,ann,2024-03-01,Cup,10.00\n,,,,\n1,,,Pot,30.00\n"
    assert counts(shop.sell(content)) == (2, 2, 0, 0)
    assert counts(shop.sell(content)) == (2, 0, 0, 2)
