"""What a customer buys most often, as it was known."""

from __future__ import annotations

from pathlib import Path

from tests.features.streams import Row, event, snapshot_of

from commerce.records.instants import DAY
from features.declaring.activities import lines
from features.evaluating.favourites import Favourites, favourites

ANNA, BEN = "a" * 32, "b" * 32
TEA, CUP = "1" * 32, "2" * 32


def line(
    number: int, customer: str, day: int, product: str, category: str | None, **more: int
) -> Row:
    """An order line."""
    return event(
        number,
        "order.line",
        customer,
        day * DAY,
        product_id=product,
        category=category,
        base_minor=100,
        quantity=1,
        **more,
    )


def test_the_most_frequent_counts_and_of_several_the_latest(tmp_path: Path) -> None:
    rows = [
        line(1, ANNA, 1, TEA, "drinks"),
        line(2, ANNA, 2, TEA, "drinks"),
        line(3, ANNA, 3, CUP, "dishes"),
        line(4, BEN, 1, TEA, "drinks"),
        line(5, BEN, 2, CUP, None),
    ]
    found = favourites(snapshot_of(rows, tmp_path / "e.parquet"), lines, cutoff=10 * DAY)
    assert found == {ANNA: Favourites(TEA, "drinks"), BEN: Favourites(CUP, "drinks")}


def test_what_is_bought_or_known_later_does_not_count(tmp_path: Path) -> None:
    rows = [
        line(1, ANNA, 1, TEA, None),
        line(2, ANNA, 5, CUP, None, recorded_at=20 * DAY),
        line(3, ANNA, 12, CUP, None),
    ]
    snapshot = snapshot_of(rows, tmp_path / "e.parquet")
    assert favourites(snapshot, lines, cutoff=10 * DAY) == {ANNA: Favourites(TEA, None)}
    assert favourites(snapshot, lines, cutoff=21 * DAY) == {ANNA: Favourites(CUP, None)}
