"""The same shop's next export: what is known stays known, and what changed is named, never a second sale."""

from __future__ import annotations

from tests.importing.shops import Shop, counts

from commerce.records import schema

HEAD = "order_id,customer_id,order_date,amount,fulfilment\n"
NAMED = {"order": "order_id", "customer": "customer_id", "time": "order_date", "amount": "amount"}


def worth(shop: Shop) -> dict[str, int]:
    return {row.external_id: row.total_minor for row in shop.rows(schema.orders)}


def test_a_column_that_is_not_used_and_another_way_to_write_a_number_change_nothing(
    shop: Shop,
) -> None:
    march = HEAD + "1,a,2024-03-01,10.00,unfulfilled\n2,b,2024-03-02,20.00,unfulfilled\n"
    april = (
        HEAD
        + "1,a,2024-03-01,10.00,fulfilled\n2,b,2024-03-02,20.00,fulfilled\n3,c,2024-03-03,30.00,new\n"
    )
    may = (
        HEAD + "1,a,2024-03-01 00:00,10.0,fulfilled\n2,b,2024-03-02,20,x\n3,c,2024-03-03,30.0,new\n"
    )
    assert counts(shop.sell(march, **NAMED)) == (2, 2, 0, 0)
    assert counts(shop.sell(april, **NAMED)) == (3, 1, 0, 2)
    assert counts(shop.sell(may, **NAMED)) == (3, 0, 0, 3)
    assert worth(shop) == {"1": 1000, "2": 2000, "3": 3000}
    assert shop.sales_account() == 6000
    assert shop.findings() == []


def test_an_order_that_lost_a_line_or_has_another_amount_is_refused_not_added_up(
    shop: Shop,
) -> None:
    shop.sell(HEAD + "1,a,2024-03-01,10.00,x\n1,a,2024-03-01,5.00,x\n", **NAMED)
    dearer = shop.sell(HEAD + "1,a,2024-03-01,12.00,x\n1,a,2024-03-01,5.00,x\n", **NAMED)
    assert dearer.reasons == {"changed order": 1}
    assert counts(dearer) == (2, 0, 1, 1)
    assert dearer.rejects is not None
    assert "got '1' with 1 of them and 1 others" in dearer.rejects.read_text()
    assert worth(shop) == {"1": 1500}
    grown = shop.sell(
        HEAD + "1,a,2024-03-01,10.00,x\n1,a,2024-03-01,5.00,x\n1,a,2024-03-01,2.00,x\n", **NAMED
    )
    assert counts(grown) == (3, 1, 0, 2)
    assert worth(shop) == {"1": 1700}


def test_the_same_sale_twice_in_a_file_is_two_lines_and_known_the_second_time(shop: Shop) -> None:
    content = HEAD + "1,a,2024-03-01,10.00,x\n1,a,2024-03-01,10.0,y\n"
    assert counts(shop.sell(content, **NAMED)) == (2, 2, 0, 0)
    assert counts(shop.sell(content, **NAMED)) == (2, 0, 0, 2)
    assert worth(shop) == {"1": 2000}


def test_a_status_that_moved_on_is_named_and_nothing_is_sold_again(shop: Shop) -> None:
    head = "order_id,customer_id,order_date,amount,status\n"
    named = NAMED | {"status": "status"}
    shop.sell(
        head + "1,a,2024-03-01,10,paid\n2,b,2024-03-02,20,pending\n3,c,2024-03-03,30,paid\n",
        **named,
    )
    later = shop.sell(
        head + "1,a,2024-03-01,10,refunded\n2,b,2024-03-02,20,paid\n3,c,2024-03-03,30,delivered\n",
        **named,
    )
    assert counts(later) == (3, 0, 0, 3)
    assert sorted(later.changed) == ["1", "2"]
    assert shop.sales_account() == 4000
