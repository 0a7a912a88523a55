"""How a batch is cut into requests, without a connection."""

from __future__ import annotations

from typing import Any

import pytest

from bellwether import batch_parts
from bellwether.batch_parts import Part, cut
from bellwether.batches import predict_batch

IDS = ["17850", "12346", "a", "b", "c", "d", "e"]


def bodies(**asked: Any) -> list[bytes]:
    """What is sent, each read twice."""
    found = []
    for part in cut(predict_batch("churn", **asked)):
        if part is not None:
            body = b"".join(part)
            assert b"".join(part) == body
            assert (len(body), body.count(b"\n")) == (part.size, part.sent)
            found.append(body)
    return found


def line(customer: str) -> bytes:
    """The question about a customer."""
    return b'{"customer_id":"%s"}\n' % customer.encode()


@pytest.mark.parametrize(("most", "sizes"), [(7, [7]), (6, [6, 1]), (3, [3, 3, 1]), (1, [1] * 7)])
def test_a_part_holds_no_more_questions_than_it_may(
    monkeypatch: pytest.MonkeyPatch, most: int, sizes: list[int]
) -> None:
    monkeypatch.setattr(batch_parts, "MOST_QUESTIONS", most)
    found = bodies(customer_ids=iter(IDS))
    assert [body.count(b"\n") for body in found] == sizes
    assert b"".join(found) == b"".join(map(line, IDS))


def test_a_part_holds_no_more_bytes_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    first = len(line("17850")) + len(line("12346"))
    for largest, count in ((first, 2), (first - 1, 1)):
        monkeypatch.setattr(batch_parts, "LARGEST_BODY", largest)
        found = bodies(customer_ids=IDS)
        assert found[0].count(b"\n") == count
        assert b"".join(found) == b"".join(map(line, IDS))
        assert max(map(len, found)) <= largest


def test_what_cannot_be_sent_fills_a_part_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_parts, "MOST_QUESTIONS", 2)
    infinite = {"x": float("inf")}
    batch = predict_batch("churn", features=[infinite, infinite, {"x": 1}, infinite, infinite])
    found = [
        (part.first, part.sent, sorted(part.refused)) for part in cut(batch) if part is not None
    ]
    assert found == [(0, 0, [0, 1]), (2, 1, [3]), (4, 0, [4])]


def test_no_question_is_asked_for_before_it_has_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_parts, "MOST_QUESTIONS", 2)
    asked = iter(IDS)
    parts = cut(predict_batch("churn", customer_ids=asked))
    assert isinstance(next(part for part in parts if part is not None), Part)
    assert list(asked) == IDS[3:]  # the third is the one that had no room


def test_what_is_written_is_on_no_disk_that_others_see_and_gone_in_the_end(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(batch_parts, "_IN_MEMORY", 10)
    parts = cut(predict_batch("churn", customer_ids=IDS))
    part = next(part for part in parts if part is not None)
    assert b"".join(part) == b"".join(map(line, IDS))
    assert list(tmp_path.iterdir()) == []
    parts.close()
    with pytest.raises(ValueError, match="closed file"):
        b"".join(part)
