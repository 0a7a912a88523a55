"""What is kept of an answer comes back to the bit."""

from __future__ import annotations

from msgspec.structs import replace
from tests.serving.predict.prediction_log.logs import make_entry

from serving.predict.prediction_log.entries import read_entries, write_entry, write_features


def test_an_answer_comes_back_as_the_row_it_would_have_been() -> None:
    entries = [
        make_entry(1),
        make_entry(2, model="credit"),
        make_entry(3, customer=None),
    ]
    frames = [
        frame for entry in entries for frame in (write_features(entry.package), write_entry(entry))
    ]
    found = list(read_entries(iter(frames)))
    assert [logged.tenant for logged in found] == ["acme"] * 3
    assert [replace(logged.row, tenant_id=7) for logged in found] == [
        entry.row(7) for entry in entries
    ]
    assert found[0].row.features["days_since_order"] is None


def test_an_answer_takes_little() -> None:
    assert len(write_entry(make_entry())) < 1000
