"""What customers bought: the snapshot and one customer's rows tell the same, as of any instant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from tests.features.streams import Row, event

from commerce.records.instants import DAY
from commerce.records.stream import ANNULLED
from features.baskets import Purchases, purchases_known, purchases_of
from features.snapshots.snapshot import Snapshot

TAKE = Callable[[Sequence[Row]], Snapshot]
TYPES = ("order.line", "order.returned", "order.reduced", "order.cancelled", "order.placed")


def any_stream(count: int) -> list[Row]:
    """Orders of a few customers, with whatever may become of them, some of it recorded late."""
    random = np.random.default_rng(5)
    rows = []
    for number in range(1, count + 1):
        kind = str(random.choice(TYPES, p=(0.7, 0.12, 0.06, 0.02, 0.1)))
        customer = int(random.integers(6))
        happened = int(random.integers(60)) * DAY + number
        about = {
            "aggregate_id": f"order {customer}-{random.integers(8)}",
            "product_id": None if kind in TYPES[3:] else f"{random.integers(5):032x}",
            "quantity": int(random.integers(1, 4)),
            "recorded_at": happened + int(random.choice((0, 3 * DAY), p=(0.9, 0.1))),
        }
        rows.append(event(number, kind, f"{customer:032x}", happened, **about))
        if random.random() < 0.05:
            undone = {"value": number, "recorded_at": happened + 5 * DAY}
            undoing = event(number + 10_000, ANNULLED, f"{customer:032x}", happened, **undone)
            rows.append(undoing)
    return rows


def of(known: Purchases, customer: str) -> list[tuple[str, int]]:
    """One customer's purchases out of all."""
    if customer not in known.customers:
        return []
    mine = known.customer == known.customers.index(customer)
    rows = zip(known.product[mine].tolist(), known.days_ago[mine].tolist(), strict=True)
    return [(known.products[product], days) for product, days in rows]


def test_the_snapshot_and_a_customers_rows_tell_of_the_same_purchases(snapshot: TAKE) -> None:
    rows = any_stream(400)
    taken = snapshot(rows)
    counted = []
    for before in (5 * DAY, 30 * DAY, 61 * DAY, 90 * DAY):
        known = purchases_known(taken, before)
        counted.append(len(known.product))
        for customer in {row[2] for row in rows}:
            seen = [row for row in rows if row[2] == customer and max(row[7], row[8]) < before]
            assert of(known, customer) == purchases_of(seen, before)
    assert 0 < counted[0] < counted[1]


def test_what_was_cancelled_sent_back_or_undone_was_not_bought(snapshot: TAKE) -> None:
    def line(number: int, order: str, product: int, units: int = 1, **more: object) -> Row:
        about = {"aggregate_id": order, "product_id": f"{product:032x}", "quantity": units, **more}
        return event(number, "order.line", "c" * 32, number * DAY, **about)

    rows = [
        line(1, "kept", 1, units=2),
        line(2, "kept", 2),
        line(3, "off", 3),
        line(4, "undone", 4),
        event(5, "order.cancelled", "c" * 32, 5 * DAY, aggregate_id="off"),
        event(6, "order.returned", "c" * 32, 6 * DAY, aggregate_id="kept", product_id=f"{1:032x}", quantity=1),
        event(7, "order.returned", "c" * 32, 7 * DAY, aggregate_id="kept", product_id=f"{2:032x}", quantity=1),
        event(8, ANNULLED, "c" * 32, 8 * DAY, value=4),
        event(9, "order.line", None, 9 * DAY, aggregate_id="nobody", product_id=f"{5:032x}", quantity=1),  # type: ignore[arg-type]
    ]  # fmt: skip
    known = purchases_known(snapshot(rows), 10 * DAY)
    assert of(known, "c" * 32) == purchases_of(rows[:8], 10 * DAY) == [(f"{1:032x}", 9)]
    assert known.products == (f"{1:032x}",)
    earlier = purchases_known(snapshot(rows), 5 * DAY)
    assert [int(product, 16) for product in earlier.products] == [1, 2, 3, 4]
