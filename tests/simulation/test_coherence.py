"""The simulated records tell one story: no status, payment or event runs ahead of another."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from tests.commerce.simulated import TENANT

from commerce.database import reading
from commerce.doctor import examine
from commerce.instants import DAY
from commerce.stream import EVENT_TYPES

Story = dict[str, list[Any]]


def ask(engine: Engine, query: str) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(text(query)).all())


def stories(engine: Engine, kind: str) -> Iterator[tuple[str, Story]]:
    """Give each aggregate's events by type, oldest first."""
    found: dict[str, Story] = defaultdict(lambda: defaultdict(list))
    for row in ask(engine, "SELECT * FROM event ORDER BY occurred_at, id"):
        if row.aggregate_type == kind:
            found[row.aggregate_id][row.type].append(row)
    yield from found.items()


def total(events: list[Any]) -> int:
    return sum(event.amount_minor for event in events)


def test_the_doctor_finds_nothing(shop: Engine) -> None:
    with reading(shop) as connection:
        assert examine(connection) == []


def test_every_chapter_of_trade_is_told(shop: Engine) -> None:
    told = {row[0] for row in ask(shop, "SELECT DISTINCT type FROM event")}
    chapters = ("customer.registered", "order.", "payment.", "invoice.", "delivery.", "return.")
    told_elsewhere = {"order.returned"}
    assert {word for word in EVENT_TYPES if word.startswith(chapters)} - told_elsewhere <= told


def test_events_are_numbered_as_they_were_recorded(shop: Engine) -> None:
    recorded = [row[0] for row in ask(shop, "SELECT recorded_at FROM event ORDER BY id")]
    assert recorded == sorted(recorded)


def test_bank_payments_are_known_later_than_they_happened(shop: Engine) -> None:
    query = "SELECT recorded_at - occurred_at FROM event WHERE type = 'invoice.paid'"
    delays = [row[0] for row in ask(shop, query)]
    assert 0.4 < sum(delay > DAY // 2 for delay in delays) / len(delays) < 0.9
    assert max(delays) < 3 * DAY


def test_orders_are_numbered_as_they_were_placed(shop: Engine) -> None:
    placed = [row[0] for row in ask(shop, "SELECT placed_at FROM orders ORDER BY number")]
    assert placed == sorted(placed)


def test_an_order_shows_what_its_events_say(shop: Engine) -> None:
    status = dict(tuple(row) for row in ask(shop, "SELECT id, status FROM orders"))
    for key, story in stories(shop, "order"):
        assert not ("order.completed" in story and "order.cancelled" in story)
        assert (status[key] == "completed") == ("order.completed" in story)
        assert (status[key] == "cancelled") == ("order.cancelled" in story)
        assert total(story["order.line"]) == total(story["order.placed"])
        assert len(story["order.placed"]) == 1
        assert len(story["order.paid"]) <= 1


def test_a_delivery_goes_its_way_in_order(shop: Engine) -> None:
    status = dict(tuple(row) for row in ask(shop, "SELECT id, status FROM delivery"))
    way = ["delivery.promised", "delivery.claimed", "delivery.shipped", "delivery.delivered"]
    for key, story in stories(shop, "delivery"):
        instants = [story[step][0].occurred_at for step in way if story[step]]
        assert instants == sorted(instants)
        assert not (story["delivery.delivered"] and story["delivery.failed"])
        assert (status[key] == "delivered") == bool(story["delivery.delivered"])


def test_no_payment_gives_back_more_than_it_took(shop: Engine) -> None:
    for _, story in stories(shop, "payment"):
        back = total(story["payment.refunded"]) + total(story["payment.charged_back"])
        assert back <= total(story["payment.captured"])


def test_a_succeeded_payment_was_captured(shop: Engine) -> None:
    captured = {key for key, story in stories(shop, "payment") if story["payment.captured"]}
    for row in ask(shop, "SELECT id, status, method FROM payment"):
        if row.status == "succeeded":
            assert row.id in captured or row.method == "pay_later"
        if row.status == "canceled":
            assert row.id not in captured


def test_every_payment_of_a_bill_is_captured_at_the_same_instant(shop: Engine) -> None:
    columns = "customer_id, occurred_at, recorded_at, amount_minor"
    paid = ask(shop, f"SELECT {columns} FROM event WHERE type = 'invoice.paid'")
    captured = set(ask(shop, f"SELECT {columns} FROM event WHERE type = 'payment.captured'"))
    assert len(paid) > 100
    assert set(paid) <= captured


def test_who_is_thirty_days_overdue_is_collected_from_or_charged_back(shop: Engine) -> None:
    end = ask(shop, "SELECT max(recorded_at) FROM event")[0][0]
    overdue = 0
    for _, story in stories(shop, "invoice"):
        issued = story["invoice.issued"][0]
        deadline = issued.due_at + 30 * DAY + DAY // 4  # collections go out at six
        settled = [
            event
            for word in ("invoice.paid", "invoice.credited")
            for event in story[word]
            if event.occurred_at <= deadline
        ]
        if deadline + 8 * DAY < end and total(settled) < issued.amount_minor:
            overdue += 1
            collected = ask(
                shop,
                "SELECT count(*) FROM event WHERE type = 'payment.captured' AND method ="
                f" 'direct_debit' AND customer_id = '{issued.customer_id}' AND occurred_at"
                f" BETWEEN {deadline - DAY // 8} AND {deadline + DAY // 8}",
            )
            assert collected[0][0] >= 1
    bills = ask(shop, "SELECT count(*) FROM invoice")[0][0]
    assert 0.02 < overdue / bills < 0.25


def test_a_return_on_record_does_not_exceed_its_line(shop: Engine) -> None:
    query = (
        "SELECT l.quantity, l.returned_quantity, r.quantity, r.status FROM return_request r JOIN"
        " order_line l ON l.order_id = r.order_id AND l.position = r.position"
    )
    rows = ask(shop, query)
    assert rows
    for bought, returned, asked, status in rows:
        assert returned == (asked if status == "approved" else 0)
        assert asked <= bought


def test_latent_traits_stay_out_of_the_database(shop: Engine, shop_file: Path) -> None:
    truth = (shop_file.parent / "truth" / f"{TENANT}.csv").read_text().splitlines()
    assert len(truth) == 251
    names = set(truth[0].split(",")) - {"customer", "channel", "country"}
    columns = ask(shop, "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p")
    assert not names & {column for _, column in columns}
    assert ask(shop, "SELECT count(*) FROM event WHERE attributes IS NOT NULL")[0][0] == 0
    with reading(shop) as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        dump = "\n".join(driver.iterdump())
    assert not [value for line in truth[1:6] for value in line.split(",")[4:8] if value in dump]


@pytest.mark.parametrize("column", ["full_name", "email", "phone"])
def test_simulated_customers_have_no_personal_details(shop: Engine, column: str) -> None:
    assert ask(shop, f"SELECT count(*) FROM customer WHERE {column} IS NOT NULL")[0][0] == 0
