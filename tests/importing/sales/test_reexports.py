"""The same shop's next export: what is known stays known, and what changed is named, never a second sale."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.importing.shops import Shop, counts, micros, worth

from commerce.records import schema
from commerce.records.database import writing
from commerce.records.tenants import find_tenant, observe
from importing.engine.summary import ImportSummary

HEAD = "order_id,customer_id,order_date,amount,fulfilment\n"
NAMED = {"order": "order_id", "customer": "customer_id", "time": "order_date", "amount": "amount"}


STATES = "order_id,customer_id,order_date,product,quantity,amount,status\n"
TOLD = NAMED | {"product": "product", "quantity": "quantity", "status": "status"}


def totals(shop: Shop) -> dict[str, int]:
    return {row.external_id: row.total_minor for row in shop.rows(schema.orders)}


def sell(shop: Shop, *rows: str, **options: Any) -> ImportSummary:
    """Import an export with a product, units and a status in each line."""
    return shop.sell(STATES + "".join(f"{row}\n" for row in rows), **{**TOLD, **options})


def since(shop: Shop, count: int) -> list[tuple[str, int | None, int | None]]:
    """What was told since there were so many events: type, amount, units."""
    return [(event.type, event.amount_minor, event.quantity) for event in shop.events()[count:]]


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
    assert totals(shop) == {"1": 1000, "2": 2000, "3": 3000}
    assert shop.sales_account() == 6000
    assert shop.findings() == []


def test_the_same_sale_twice_in_a_file_is_two_lines_and_known_the_second_time(shop: Shop) -> None:
    content = HEAD + "1,a,2024-03-01,10.00,x\n1,a,2024-03-01,10.0,y\n"
    assert counts(shop.sell(content, **NAMED)) == (2, 2, 0, 0)
    assert counts(shop.sell(content, **NAMED)) == (2, 0, 0, 2)
    assert totals(shop) == {"1": 2000}


MOVES = [
    ("open", "paid", ("placed", 1000), ["payment.captured", "order.paid"], ["captured"]),
    (
        "open",
        "delivered",
        ("completed", 1000),
        ["payment.captured", "order.paid", "order.completed"],
        ["captured", "completed"],
    ),
    (
        "open",
        "refunded",
        ("placed", 0),
        ["payment.captured", "order.paid", "order.returned", "payment.refunded"],
        ["refunded", "captured"],
    ),
    ("open", "cancelled", ("cancelled", 0), ["order.cancelled"], ["cancelled"]),
    ("open", "declined", ("placed", 0), ["payment.failed"], ["failed"]),
    ("declined", "paid", ("placed", 1000), ["payment.captured", "order.paid"], ["captured"]),
    ("declined", "pending", ("placed", 0), [], []),
    ("declined", "cancelled", ("cancelled", 0), ["order.cancelled"], ["cancelled"]),
    ("paid", "refunded", ("placed", 0), ["order.returned", "payment.refunded"], ["refunded"]),
    (
        "paid",
        "cancelled",
        ("cancelled", 0),
        ["payment.refunded", "order.cancelled"],
        ["cancelled", "refunded"],
    ),
    ("paid", "delivered", ("completed", 1000), ["order.completed"], ["completed"]),
    (
        "delivered",
        "refunded",
        ("completed", 0),
        ["order.returned", "payment.refunded"],
        ["refunded"],
    ),
    ("refunded", "cancelled", ("cancelled", 0), ["order.cancelled"], ["cancelled"]),
]


@pytest.mark.parametrize(("was", "now", "worth_now", "told", "kinds"), MOVES)
def test_a_status_that_moved_on_is_told_as_what_it_means(
    shop: Shop,
    was: str,
    now: str,
    worth_now: tuple[str, int],
    told: list[str],
    kinds: list[str],
) -> None:
    other = "2,b,2024-03-02,P,1,3.00,paid"
    first = (f"1,a,2024-03-01,P,1,7.00,{was}", f"1,a,2024-03-01,Q,2,3.00,{was}", other)
    sell(shop, *first)
    before = len(shop.events())
    later = (f"1,a,2024-03-01,P,1,7.00,{now}", f"1,a,2024-03-01,Q,2,3.00,{now}", other)
    summary = sell(shop, *later)
    assert counts(summary) == (3, 0, 0, 3)
    assert worth(shop) == {"1": worth_now, "2": ("placed", 300)}
    assert list(dict.fromkeys(kind for kind, _, _ in since(shop, before))) == told
    assert summary.changed == {kind: ["1"] for kind in kinds}
    state = shop.state()
    for days in (later, first, later):
        assert sell(shop, *days).events == 0
    assert shop.state() == state


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("cancelled", "paid"),
        ("cancelled", "pending"),
        ("cancelled", "delivered"),
        ("cancelled", "refunded"),
        ("delivered", "pending"),
        ("delivered", "cancelled"),
        ("delivered", "paid"),
        ("refunded", "paid"),
        ("refunded", "delivered"),
        ("paid", "pending"),
        ("paid", "declined"),
    ],
)
def test_a_status_that_cannot_follow_is_a_conflict_and_its_rows_are_refused(
    shop: Shop, was: str, now: str
) -> None:
    sell(shop, f"1,a,2024-03-01,P,1,7.00,{was}", "2,b,2024-03-02,P,1,3.00,paid")
    state = shop.state()
    summary = sell(shop, f"1,a,2024-03-01,P,1,7.00,{now}", "2,b,2024-03-02,P,1,3.00,paid")
    assert counts(summary) == (2, 0, 1, 1)
    assert summary.reasons == {"order in conflict": 1}
    assert summary.changed == {"conflict": ["1"]}
    assert summary.rejects is not None
    said = {
        "delivered": "completed",
        "pending": "open",
        "declined": "failed",
        "refunded": "returned",
    }
    came, goes = said.get(was, was), said.get(now, now)
    sentence = (
        f"must not go from {came}, as it is recorded, to {goes}; got '1', {came} and now {goes}."
    )
    assert sentence in summary.rejects.read_text()
    assert shop.state() == state


def test_a_line_that_is_gone_came_back_where_it_was_paid_and_is_off_where_it_was_not(
    shop: Shop,
) -> None:
    for tenant, status, told, left in (
        ("paid", "paid", [("order.returned", 500, 2), ("payment.refunded", 500, None)], 1000),
        ("open", "open", [("order.reduced", 500, 2)], 0),
    ):
        one, two = f"1,a,2024-03-01,P,1,10.00,{status}", f"1,a,2024-03-01,Q,2,5.00,{status}"
        sell(shop, one, two, tenant=tenant)
        before = len(shop.events())
        gone = sell(shop, one, tenant=tenant)
        assert since(shop, before) == told
        assert "reduced" in gone.changed
        assert worth(shop, tenant) == {"1": ("placed", left)}
        assert sell(shop, one, tenant=tenant).events == 0
    sell(shop, "1,a,2024-03-01,P,1,10.00,paid", tenant="open")
    assert worth(shop, "open") == {"1": ("placed", 1000)}
    assert {(row.quantity, row.returned_quantity) for row in shop.rows(schema.order_line)} == {
        (1, 0),
        (2, 2),
    }


def test_a_price_or_a_quantity_that_changed_is_told_by_what_differs(shop: Shop) -> None:
    sell(shop, "1,a,2024-03-01,P,4,40.00,paid")
    told = []
    for line in ("P,4,36.00", "P,3,27.00", "P,3,30.00", "P,5,50.00", "P,5,50.00"):
        before = len(shop.events())
        sell(shop, f"1,a,2024-03-01,{line},paid")
        told.append(since(shop, before))
        assert worth(shop) == {"1": ("placed", int(line.split(",")[2].replace(".", "")))}
    assert told == [
        [("order.reduced", 400, 0), ("payment.refunded", 400, None)],
        [("order.returned", 900, 1), ("payment.refunded", 900, None)],
        [("order.line", 300, 0), ("payment.captured", 300, None)],
        [("order.line", 2000, 2), ("payment.captured", 2000, None)],
        [],
    ]


def test_a_line_that_was_added_is_captured_where_its_order_is_paid(shop: Shop) -> None:
    first = [f"{name},a,2024-03-01,P,1,10.00,{name}" for name in ("paid", "open")]
    sell(shop, *first)
    more = [f"{name},a,2024-03-01,N,3,1.50,{name}" for name in ("paid", "open")]
    summary = sell(shop, *first, *more)
    assert counts(summary) == (4, 2, 0, 2)
    assert summary.changed == {"added": ["open", "paid"], "captured": ["paid"]}
    assert worth(shop) == {"paid": ("placed", 1150), "open": ("placed", 0)}
    assert [event.amount_minor for event in shop.events("order.paid")] == [1000]
    assert counts(sell(shop, *first, *more)) == (4, 0, 0, 4)


def test_a_change_happens_and_is_recorded_when_it_came_in(shop: Shop) -> None:
    sell(shop, "1,a,2024-03-01,P,1,10.00,paid", "2,b,2024-03-09,P,1,10.00,paid")
    sell(shop, "1,a,2024-03-01,P,1,10.00,refunded")
    (back,) = shop.events("order.returned")
    assert back.occurred_at == back.recorded_at == micros("2024-03-09") + 1
    with writing(shop.engine) as connection:
        observe(connection, find_tenant(connection, "acme"), datetime(2024, 5, 1, tzinfo=UTC))
    rows = "2,b,2024-03-09,P,1,10.00,{0},2024-04-{1}\n3,c,2024-05-07,P,1,1.00,paid,2024-05-07\n"
    head = STATES.replace("status", "status,seen")
    shop.sell(head + rows.format("refunded", "02"), **TOLD, recorded="seen")
    assert shop.events("order.returned")[-1].recorded_at == micros("2024-05-01")
    shop.sell(
        head + rows.format("cancelled", "03").replace("04-03", "06-01"), **TOLD, recorded="seen"
    )
    (off,) = shop.events("order.cancelled")
    assert off.occurred_at == off.recorded_at == micros("2024-06-01")


def test_what_was_known_before_a_change_still_is_what_it_was(shop: Shop) -> None:
    sell(shop, "1,a,2024-03-01,P,2,10.00,paid", "2,b,2024-03-09,P,1,10.00,open")
    cutoff = micros("2024-03-10")
    with writing(shop.engine) as connection:
        observe(connection, find_tenant(connection, "acme"), datetime(2024, 3, 10, tzinfo=UTC))
    before = [event for event in shop.events() if event.recorded_at < cutoff]
    sell(shop, "1,a,2024-03-01,P,1,5.00,refunded", "2,b,2024-03-09,P,1,10.00,cancelled")
    assert [event for event in shop.events() if event.recorded_at < cutoff] == before
    assert len(shop.events()) > len(before)


def test_an_older_export_is_named_and_changes_nothing_and_a_newer_one_may_go_back(
    shop: Shop,
) -> None:
    first = "1,a,2024-03-01,P,2,10.00,paid"
    second = "1,a,2024-03-01,P,1,5.00,paid"
    sell(shop, first)
    sell(shop, second)
    older = sell(shop, first)
    assert (older.changed, older.events) == ({"older": ["1"]}, 0)
    assert counts(older) == (1, 0, 0, 1)
    assert worth(shop) == {"1": ("placed", 500)}
    newer = sell(shop, first, "2,b,2024-03-05,P,1,1.00,paid")
    assert newer.changed == {"added": ["1"], "captured": ["1"]}
    assert worth(shop) == {"1": ("placed", 1000), "2": ("placed", 100)}


def test_no_more_is_sent_back_than_is_there(shop: Shop) -> None:
    sale = "1,a,2024-03-01,P,2,20.00,{}"
    back = "C1,a,2024-03-02,P,-1,-10.00,{}"
    sell(shop, sale.format("paid"), back.format("paid"), returns="negative")
    assert worth(shop) == {"1": ("placed", 1000)}
    for _ in range(2):
        sell(shop, sale.format("refunded"), back.format("paid"), returns="negative")
        assert worth(shop) == {"1": ("placed", 0)}
    assert [(event.quantity, event.amount_minor) for event in shop.events("order.returned")] == [
        (1, 1000),
        (1, 1000),
    ]
    shop.sell(HEAD + "9,z,2024-03-01,1.00,x\n", **NAMED, tenant="other")


def test_a_return_in_a_row_of_its_own_is_no_change_of_its_order(shop: Shop) -> None:
    rows = ("1,a,2024-03-01,P,2,20.00,paid", "C1,a,2024-03-02,P,-2,-20.00,paid")
    sell(shop, *rows, returns="negative")
    again = sell(shop, *rows, returns="negative")
    assert (again.events, again.changed) == (0, {})


def test_a_file_without_states_says_nothing_of_them(shop: Shop) -> None:
    names = ("open", "refunded", "cancelled", "delivered")
    lines = [f"{name},a,2024-03-01,P,2,20.00,{name}" for name in names]
    sell(shop, *lines)
    state = shop.state()
    plain = {role: name for role, name in TOLD.items() if role != "status"} | {"ignore": ["status"]}
    assert sell(shop, *lines, **plain, status=None).events == 0
    assert shop.state() == state
    lines = [line.replace("2,20.00", "1,10.00") for line in lines]
    summary = sell(shop, *lines, **plain, status=None)
    assert worth(shop) == {
        "open": ("placed", 0),
        "refunded": ("placed", 0),
        "cancelled": ("cancelled", 0),
        "delivered": ("completed", 1000),
    }
    assert summary.reasons == {}


def test_what_may_be_another_order_or_half_of_one_is_a_conflict(shop: Shop) -> None:
    sell(shop, "1,a,2024-03-01,P,1,10.00,paid", "2,a,2024-03-01,P,1,10.00,paid")
    rest = sell(shop, "1,a,2024-03-01,Q,1,7.00,paid", "2,a,2024-03-02,P,1,10.00,paid")
    assert counts(rest) == (2, 0, 2, 0)
    assert rest.changed == {"conflict": ["1", "2"]}
    assert rest.rejects is not None
    text = rest.rejects.read_text()
    assert "order must have a line of those that are recorded of it; got '1' with 1 others" in text
    assert "to be, 2024-03-01 00:00:00+00:00; got '2' at 2024-03-02" in text
    assert worth(shop) == {"1": ("placed", 1000), "2": ("placed", 1000)}


def test_without_an_order_id_a_line_that_is_not_shown_is_not_gone(shop: Shop) -> None:
    named = {"customer": "c", "time": "t", "amount": "a"}
    shop.sell("c,t,a\nann,2024-03-01,10\nann,2024-03-01,5\n", **named)
    assert shop.sell("c,t,a\nann,2024-03-01,10\n", **named).events == 0
    summary = shop.sell("c,t,a\nann,2024-03-01,10\nann,2024-03-01,7\n", **named)
    assert summary.reasons == {"order in conflict": 2}
    assert shop.sales_account() == 1500
    grown = "c,t,a\nann,2024-03-01,10\nann,2024-03-01,5\nann,2024-03-01,7\n"
    assert counts(shop.sell(grown, **named)) == (3, 1, 0, 2)
    assert shop.sales_account() == 2200


def test_an_order_of_which_a_line_is_refused_is_not_compared(shop: Shop) -> None:
    rows = ("1,a,2024-03-01,P,1,10.00,paid", "1,a,2024-03-01,Q,1,5.00,paid")
    sell(shop, *rows)
    for options in ({}, {"partial_orders": "keep"}):
        broken = sell(
            shop, rows[0].replace("paid", "refunded"), rows[1].replace("5.00", "n/a"), **options
        )
        assert (broken.rows_rejected, broken.events, broken.changed) == (1, 0, {})


def test_changes_come_out_the_same_on_postgresql(postgres_shop: Shop) -> None:
    shop = postgres_shop
    sell(
        shop,
        "1,a,2024-03-01,P,2,20.00,paid",
        "1,a,2024-03-01,Q,1,5.00,paid",
        "2,b,2024-03-02,P,1,10.00,open",
        "3,,2024-03-02,P,1,10.00,paid",
        "4,b,2024-03-02,P,1,10.00,paid",
    )
    later = (
        "1,a,2024-03-01,P,1,10.00,paid",
        "2,b,2024-03-02,P,1,10.00,delivered",
        "2,b,2024-03-02,R,1,1.00,delivered",
        "3,,2024-03-02,P,1,10.00,refunded",
        "4,b,2024-03-02,P,1,10.00,cancelled",
    )
    summary = sell(shop, *later)
    assert dict(summary.changed) == {
        "cancelled": ["4"],
        "refunded": ["1", "3", "4"],
        "captured": ["2"],
        "completed": ["2"],
        "added": ["2"],
        "reduced": ["1"],
    }
    assert worth(shop) == {
        "1": ("placed", 1000),
        "2": ("completed", 1100),
        "3": ("placed", 0),
        "4": ("cancelled", 0),
    }
    assert sell(shop, *later).events == 0
