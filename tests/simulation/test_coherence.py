"""The simulated records agree: no status, payment or event runs ahead of another."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from tests.commerce.simulated import TENANT

from commerce.auctions.pricing import EBAY, Bands, Bid, state_of
from commerce.records.database import reading
from commerce.records.doctor import examine
from commerce.records.instants import DAY
from commerce.records.stream import EVENT_TYPES

History = dict[str, list[Any]]


def ask(engine: Engine, query: str) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(text(query)).all())


def histories(engine: Engine, kind: str) -> Iterator[tuple[str, History]]:
    """Give each aggregate's events by type, oldest first."""
    found: dict[str, History] = defaultdict(lambda: defaultdict(list))
    for row in ask(engine, "SELECT * FROM event ORDER BY occurred_at, id"):
        if row.aggregate_type == kind:
            found[row.aggregate_id][row.type].append(row)
    yield from found.items()


def total(events: list[Any]) -> int:
    return sum(event.amount_minor for event in events)


def test_the_doctor_finds_nothing(shop: Engine) -> None:
    with reading(shop) as connection:
        assert examine(connection) == []


EVENT_TYPES_OF_A_SHOP = """
customer.registered customer.profiled order.placed order.line order.paid order.cancelled order.completed
payment.captured payment.failed payment.refunded payment.charged_back invoice.issued invoice.paid
invoice.credited delivery.promised delivery.claimed delivery.shipped delivery.delivered
delivery.proof_failed delivery.failed return.requested return.received return.inspected return.approved
return.rejected review.posted review.edited auction.drafted auction.submitted auction.scheduled
auction.started auction.bid auction.outbid auction.won auction.sold auction.unsold wallet.topped_up
wallet.held wallet.released wallet.spent wallet.refunded points.earned points.deducted dispute.opened
dispute.closed tenant.simulated
"""


def test_every_chapter_of_trade_is_told(shop: Engine) -> None:
    emitted = {row[0] for row in ask(shop, "SELECT DISTINCT type FROM event")}
    assert emitted == set(EVENT_TYPES_OF_A_SHOP.split())
    assert emitted <= set(EVENT_TYPES)


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
    for key, history in histories(shop, "order"):
        assert not ("order.completed" in history and "order.cancelled" in history)
        assert (status[key] == "completed") == ("order.completed" in history)
        assert (status[key] == "cancelled") == ("order.cancelled" in history)
        assert total(history["order.line"]) == total(history["order.placed"])
        assert len(history["order.placed"]) == 1
        assert len(history["order.paid"]) <= 1


def test_a_delivery_goes_its_way_in_order(shop: Engine) -> None:
    status = dict(tuple(row) for row in ask(shop, "SELECT id, status FROM delivery"))
    way = ["delivery.promised", "delivery.claimed", "delivery.shipped", "delivery.delivered"]
    for key, history in histories(shop, "delivery"):
        instants = [history[step][0].occurred_at for step in way if history[step]]
        assert instants == sorted(instants)
        assert not (history["delivery.delivered"] and history["delivery.failed"])
        assert (status[key] == "delivered") == bool(history["delivery.delivered"])


def test_no_payment_gives_back_more_than_it_took(shop: Engine) -> None:
    for _, history in histories(shop, "payment"):
        back = total(history["payment.refunded"]) + total(history["payment.charged_back"])
        assert back <= total(history["payment.captured"])


def test_a_succeeded_payment_was_captured(shop: Engine) -> None:
    captured = {key for key, history in histories(shop, "payment") if history["payment.captured"]}
    for row in ask(shop, "SELECT id, order_id, status, method FROM payment"):
        if row.status == "succeeded":
            topped_up = row.order_id is None
            assert row.id in captured or row.method == "pay_later" or topped_up
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
    for _, history in histories(shop, "invoice"):
        issued = history["invoice.issued"][0]
        deadline = issued.due_at + 30 * DAY + DAY // 4  # collections go out at six
        settled = [
            event
            for event_type in ("invoice.paid", "invoice.credited")
            for event in history[event_type]
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


def test_a_wallet_holds_what_its_events_say(shop: Engine) -> None:
    signs = {"topped_up": 1, "refunded": 1, "released": 1, "held": -1}
    moved: dict[str, int] = defaultdict(int)
    for row in ask(shop, "SELECT type, customer_id, amount_minor FROM event"):
        if row.type.startswith("wallet."):
            moved[row.customer_id] += signs.get(row.type[7:], 0) * row.amount_minor
    kept = {
        row.key: row.balance
        for row in ask(shop, "SELECT key, balance FROM account WHERE kind = 'wallet'")
    }
    assert len(kept) > 20
    assert kept == moved


def test_nothing_is_left_on_hold_for_what_is_over(shop: Engine) -> None:
    held = {
        row.key for row in ask(shop, "SELECT key FROM account WHERE kind = 'held' AND balance > 0")
    }
    underway = {
        row.id
        for row in ask(
            shop,
            "SELECT id FROM orders WHERE status = 'placed' UNION SELECT id FROM auction WHERE"
            " status = 'live' UNION SELECT auction.id FROM auction JOIN orders ON orders.id ="
            " order_id WHERE orders.status = 'placed'",
        )
    }
    assert held
    assert held <= underway


def test_an_auction_ends_as_its_bids_stand(shop: Engine) -> None:
    bids: dict[str, list[Bid]] = defaultdict(list)
    for row in ask(shop, "SELECT * FROM bid ORDER BY placed_at, id"):
        bids[row.auction_id].append(
            Bid(row.customer_id, row.amount_minor, row.maximum_minor, row.placed_at, row.id)
        )
    sold = 0
    orders = {row.id: row for row in ask(shop, "SELECT * FROM orders")}
    for row in ask(shop, "SELECT * FROM auction WHERE status IN ('sold', 'unsold')"):
        bands = Bands.of(EBAY, row.currency)
        end = state_of(bids[row.id], row.opening_minor, bands, row.reserve_minor)
        assert (row.status == "sold") == end.reserve_met
        if row.status == "sold":
            assert end.leader is not None
            sold += 1
            order = orders[row.order_id]
            assert (order.customer_id, order.total_minor) == (end.leader.bidder, end.price)
            assert order.placed_at >= row.ends_at
    assert sold > 3


def test_a_product_is_rated_as_its_reviews_say(shop: Engine) -> None:
    query = (
        "SELECT p.ratings_count, p.ratings_sum, count(r.id), coalesce(sum(r.stars), 0) FROM product p"
        " LEFT JOIN review r ON r.product_id = p.id GROUP BY p.id"
    )
    ratings = ask(shop, query)
    assert sum(row[0] for row in ratings) > 100
    assert all(tuple(row[:2]) == tuple(row[2:]) for row in ratings)


def test_the_last_word_of_a_review_is_its_stars(shop: Engine) -> None:
    stars = dict(tuple(row) for row in ask(shop, "SELECT id, stars FROM review"))
    for key, history in histories(shop, "review"):
        assert stars[key] == (history["review.edited"] or history["review.posted"])[-1].value


def test_a_dispute_is_charged_back_when_it_is_lost(shop: Engine) -> None:
    charged = {
        row[0]
        for row in ask(shop, "SELECT aggregate_id FROM event WHERE type = 'payment.charged_back'")
    }
    disputes = ask(shop, "SELECT payment_id, status FROM dispute WHERE status <> 'open'")
    assert disputes
    for row in disputes:
        assert (row.payment_id in charged) == (row.status == "lost")


def test_points_are_earned_by_completed_orders_only(shop: Engine) -> None:
    query = (
        "SELECT count(DISTINCT l.seller_id) FROM orders o JOIN order_line l ON l.order_id = o.id"
        " WHERE o.status = 'completed' GROUP BY o.id"
    )
    earned = ask(shop, "SELECT count(*) FROM event WHERE type = 'points.earned'")[0][0]
    assert earned == sum(row[0] for row in ask(shop, query))
    held = ask(shop, "SELECT sum(balance) FROM account WHERE kind = 'points'")[0][0]
    lost = ask(shop, "SELECT sum(value) FROM event WHERE type = 'points.deducted'")[0][0]
    assert held == 10 * earned - lost


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
