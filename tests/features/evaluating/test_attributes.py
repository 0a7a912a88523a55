"""What is on record of customers is their latest word that was known, and nothing that was annulled."""

from __future__ import annotations

from pathlib import Path

from tests.features.streams import event, snapshot_of

from commerce.records.stream import ANNULLED
from features.evaluating.attributes import protected_attributes

AT = 1_000_000


def test_the_latest_word_known_before_an_instant_counts(tmp_path: Path) -> None:
    stream = [
        event(1, "customer.registered", "a", 10, category="DE"),
        event(2, "customer.profiled", "a", 20, reason="country", category="FR"),
        event(3, "customer.profiled", "a", 30, reason="gender", category="female"),
        event(4, "customer.profiled", "a", 40, reason="age", value=41),
        event(5, "customer.profiled", "a", 50, reason="newsletter", value=1),
        event(6, "customer.registered", "b", 10, category="AT"),
        event(7, "customer.profiled", "b", AT, reason="age", value=20),
        event(8, "customer.profiled", "b", 60, reason="gender", category="male", recorded_at=AT),
    ]
    found = protected_attributes(snapshot_of(stream, tmp_path / "s.parquet"), before=AT)
    assert found == {
        "age": {"a": 41},
        "gender": {"a": "female"},
        "country": {"a": "FR", "b": "AT"},
    }
    assert list(found) == ["age", "gender", "country"]


def test_what_was_annulled_is_no_more(tmp_path: Path) -> None:
    stream = [
        event(1, "customer.registered", "a", 10, category="DE"),
        event(2, "customer.profiled", "a", 20, reason="country", category="FR"),
        event(3, ANNULLED, "a", 30, value=2),
    ]
    snapshot = snapshot_of(stream, tmp_path / "s.parquet")
    assert protected_attributes(snapshot, before=30) == {"country": {"a": "FR"}}
    assert protected_attributes(snapshot, before=AT) == {"country": {"a": "DE"}}


def test_where_nothing_is_on_record_there_is_no_attribute(tmp_path: Path) -> None:
    stream = [event(1, "order.placed", "a", 10)]
    assert protected_attributes(snapshot_of(stream, tmp_path / "s.parquet"), before=AT) == {}
