"""The order is the unit: what it says once holds for all its lines, and it is taken in whole or not at all."""

from __future__ import annotations

import pytest
from tests.importing.shops import Shop, counts, micros

from commerce.records import schema
from tabular.errors import TableError

SHOPIFY = "Name,Email,Financial Status,Currency,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
NAMED = {
    "customer": "Email",
    "time": "Created at",
    "order": "Name",
    "quantity": "Lineitem quantity",
    "price": "Lineitem price",
    "description": "Lineitem name",
    "status": "Financial Status",
    "currency_column": "Currency",
}


def lines(order: str, person: str, status: str, time: str = "2024-03-01 10:00:00 +0100") -> str:
    """An order of a cup for 10 and a pot for 30, in the way of Shopify's export."""
    return (
        f"{order},{person},{status},EUR,{time},1,Cup,10.00\n{order},{person},,,{time},1,Pot,30.00\n"
    )


def captured(shop: Shop) -> dict[str, int]:
    """What arrived for each order, less what went back."""
    names = {row.id.hex: row.external_id for row in shop.rows(schema.orders)}
    payments = {row.id.hex: row.order_id.hex for row in shop.rows(schema.payment)}
    found = dict.fromkeys(names.values(), 0)
    for event in shop.events():
        sign = {"payment.captured": 1, "payment.refunded": -1}.get(event.type, 0)
        if sign:
            found[names[payments[event.aggregate_id]]] += sign * event.amount_minor
    return found


def test_the_status_of_an_order_holds_for_its_blank_lines(shop: Shop) -> None:
    content = SHOPIFY + (
        lines("#1", "ana@x", "refunded")
        + lines("#2", "ben@x", "pending")
        + lines("#3", "dee@x", "voided")
    )
    shop.sell(content + "#4,eve@x,paid,EUR,2024-03-05 10:00:00 +0100,1,Cup,10.00\n", **NAMED)
    assert captured(shop) == {"#1": 0, "#2": 0, "#3": 0, "#4": 1000}
    refunds = [event.amount_minor for event in shop.events("payment.refunded")]
    assert refunds == [1000, 3000]
    statuses = {row.external_id: row.status for row in shop.rows(schema.orders)}
    assert statuses == {"#1": "placed", "#2": "placed", "#3": "cancelled", "#4": "placed"}
    assert shop.findings() == []


def test_who_and_when_are_taken_from_the_first_line_of_an_order(shop: Shop) -> None:
    content = "no,who,at,amount\n1,ann,2024-03-01,10.00\n1,,,5.50\n2,bob,2024-03-02,1.25\n"
    summary = shop.sell(content, order="no", customer="who", time="at", amount="amount")
    assert counts(summary) == (3, 3, 0, 0)
    (first, second) = shop.events("order.placed")
    assert (first.amount_minor, first.occurred_at) == (1550, micros("2024-03-01"))
    assert second.amount_minor == 125
    assert [event.occurred_at for event in shop.events("order.line")][:2] == [
        micros("2024-03-01")
    ] * 2


def test_states_of_lines_that_differ_leave_a_blank_one_in_doubt(shop: Shop) -> None:
    content = (
        "no,who,at,amount,state\n1,ann,2024-03-01,10,paid\n1,ann,2024-03-01,5,refunded\n1,ann,2024-03-01,2,\n"
        "2,bob,2024-03-01,7,\n"
    )
    named = {"order": "no", "customer": "who", "time": "at", "amount": "amount", "status": "state"}
    summary = shop.sell(content, **named)
    assert summary.reasons == {"no status": 1, "order in part": 2}
    assert captured(shop) == {"2": 700}


@pytest.mark.parametrize("bad", ["1,ann,2024-03-01,n/a", "1,ann,2024-03-01", "1,ann,soon,3.00"])
def test_an_order_with_a_refused_line_is_refused_whole(shop: Shop, bad: str) -> None:
    content = f"no,who,at,amount\n1,ann,2024-03-01,10.00\n{bad}\n1,ann,2024-03-01,5.00\n2,bob,2024-03-02,1.25\n"
    named = {"order": "no", "customer": "who", "time": "at", "amount": "amount"}
    summary = shop.sell(content, **named)
    assert counts(summary) == (4, 1, 3, 0)
    assert captured(shop) == {"2": 125}
    assert summary.rejects is not None
    assert "order must be whole; got '1' with line 3 refused" in summary.rejects.read_text()
    kept = shop.sell(content, **named, tenant="other", partial_orders="keep")
    assert counts(kept) == (4, 3, 1, 0)
    assert captured(shop)["1"] == 1500


def test_a_file_of_which_too_much_is_refused_is_not_taken_in(shop: Shop) -> None:
    rows = [f"{n},c{n},2024-03-01,{'oops' if n < 6 else 10}\n" for n in range(100)]
    content = "no,who,at,amount\n" + "".join(rows)
    named = {"order": "no", "customer": "who", "time": "at", "amount": "amount"}
    with pytest.raises(
        TableError, match=r"got 6 of 100: 6 no amount \(such as 'oops'\)\. Nothing"
    ) as caught:
        shop.sell(content, **named, allow_refused=0.05)
    assert shop.rows(schema.tenant) == []
    assert "--allow-refused" in str(caught.value)
    rejects = shop.folder / "raw" / "acme" / "rejects.csv"
    assert len(rejects.read_text().splitlines()) == 7
    assert counts(shop.sell(content, **named, allow_refused=0.06)) == (100, 94, 6, 0)


@pytest.mark.parametrize(
    ("head", "broken"),
    [
        ("no,who,at,name,amount", '1,ann,2024-03-01,"Pot,5.00'),
        ("no,who,at,name,amount", '"1","ann","2024-03-01","Pot "big"","5.00"'),
        ("who,at,name,no,amount", 'ann,2024-03-01,"Pot,1,5.00'),
        ("who,at,name,no,amount", "ann,2024-03-01,Pot, big,1,5.00"),
        ("name,no,who,at,amount", '"Pot, "big",1,ann,2024-03-01,5.00'),
        ("name,who,at,amount,no", '"Pot,ann,2024-03-01,5.00,1'),
    ],
)
def test_the_order_of_a_broken_line_is_read_from_what_is_left_of_it(
    shop: Shop, head: str, broken: str
) -> None:
    def line(**said: str) -> str:
        return ",".join(said[name] for name in head.split(","))

    sound = line(no="1", who="ann", at="2024-03-01", name="Cup", amount="10.00")
    other = line(no="2", who="bob", at="2024-03-02", name="Cup", amount="1.25")
    named = {
        "order": "no",
        "customer": "who",
        "time": "at",
        "amount": "amount",
        "description": "name",
    }
    summary = shop.sell("\n".join([head, sound, broken, other, ""]), **named)
    assert counts(summary) == (3, 1, 2, 0)
    assert summary.reasons["order in part"] == 1
    assert shop.sales_account() == 125


def test_a_broken_line_whose_order_is_lost_says_that_an_order_may_lack_it(shop: Shop) -> None:
    content = 'name,who,at,amount,no\nCup,ann,2024-03-01,10.00,1\n"Pot\nCup,bob,2024-03-02,1.25,2\n'
    named = {"order": "no", "customer": "who", "time": "at", "amount": "amount"}
    summary = shop.sell(content, **named)
    assert summary.reasons == {"unreadable line, of an unknown order": 1}
    assert summary.rejects is not None
    assert "Some order may lack this line." in summary.rejects.read_text()
