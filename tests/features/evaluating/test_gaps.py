"""How long customers stay silent is read off the days on which something is known to have happened."""

from __future__ import annotations

from pathlib import Path

from tests.features.streams import Row, event, snapshot_of

from commerce.records.instants import DAY
from features.declaring.activities import placed
from features.evaluating.gaps import silences

ANNA, BEN = "a" * 32, "b" * 32
NOON = DAY // 2


def measured(rows: list[Row], folder: Path, *, known_before: int) -> list[tuple[int, bool]]:
    """Silences in days, shortest first, and whether each ended."""
    snapshot = snapshot_of(rows, folder / "events.parquet")
    found = silences(snapshot, placed, known_before=known_before)
    return sorted(zip(found.days.tolist(), found.ended.tolist(), strict=True))


def orders(customer: str, *days: int, first_id: int = 1) -> list[Row]:
    """Orders at noon of some days."""
    return [
        event(first_id + place, "order.placed", customer, day * DAY + NOON, base_minor=100)
        for place, day in enumerate(days)
    ]


def test_each_pause_ends_and_the_last_goes_on(tmp_path: Path) -> None:
    rows = orders(ANNA, 10, 13, 40) + orders(BEN, 50, first_id=10)
    assert measured(rows, tmp_path, known_before=100 * DAY) == [
        (3, True),
        (27, True),
        (50, False),
        (60, False),
    ]


def test_orders_of_one_day_are_no_pause(tmp_path: Path) -> None:
    rows = [*orders(ANNA, 10), event(9, "order.placed", ANNA, 10 * DAY + 1, base_minor=1)]
    assert measured(rows, tmp_path, known_before=20 * DAY) == [(10, False)]


def test_what_is_recorded_later_or_is_another_thing_breaks_no_silence(tmp_path: Path) -> None:
    late = event(8, "order.placed", ANNA, 12 * DAY, recorded_at=30 * DAY, base_minor=1)
    other = event(9, "order.paid", ANNA, 15 * DAY, base_minor=1)
    rows = [*orders(ANNA, 10, 60), late, other]
    assert measured(rows, tmp_path, known_before=30 * DAY) == [(20, False)]


def test_a_shop_without_orders_has_no_silences(tmp_path: Path) -> None:
    rows = [event(1, "customer.registered", ANNA, DAY)]
    assert measured(rows, tmp_path, known_before=30 * DAY) == []
