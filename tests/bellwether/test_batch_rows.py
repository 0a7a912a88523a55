"""How the answers of a batch are read, however their bytes come."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bellwether.answers import BatchRow
from bellwether.batch_parts import Part, cut
from bellwether.batch_rows import RowReader
from bellwether.batches import predict_batch
from bellwether.client import Client
from bellwether.errors import BrokenOff, Unreadable

GIVEN: list[dict[str, Any]] = [{"orders_90d": 2}, {"spend_90d": float("inf")}, {"orders_9d": 2}]


@pytest.fixture
def part() -> Iterator[Part]:
    """Three questions, of which the second cannot be sent."""
    parts = cut(predict_batch("churn", features=GIVEN))
    yield next(part for part in parts if part is not None)
    parts.close()


@pytest.fixture
def body(part: Part, client: Client) -> bytes:
    """What the server answers them with."""
    answer = client._http.post(
        "/predict/churn/batch?tenant=acme",
        content=b"".join(part),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code == 200
    return answer.content


def read(part: Part, chunks: Iterator[bytes]) -> list[BatchRow]:
    """Read an answer to its end."""
    reader = RowReader(part)
    rows = [row for chunk in chunks for row in reader.read(chunk)]
    return [*rows, *reader.end()]


def test_rows_are_the_same_however_their_bytes_come(part: Part, body: bytes) -> None:
    whole = read(part, iter([body]))
    assert [row.index for row in whole] == [0, 1, 2]
    for size in (1, 2, 7, 100, len(body) - 1):
        chunks = (body[first : first + size] for first in range(0, len(body), size))
        assert read(part, chunks) == whole


@pytest.mark.parametrize("left", [0, 1, 2])
def test_a_row_that_is_missing_is_said_so(part: Part, body: bytes, left: int) -> None:
    lines = body.splitlines(keepends=True)
    cut_off = b"".join(lines[:1]) + lines[1][: left * 20]
    with pytest.raises(BrokenOff, match="got 1 before the answer ended") as broken:
        read(part, iter([cut_off]))
    assert broken.value.index == 1
    came = pickle.loads(pickle.dumps(broken.value))
    assert (type(came), str(came), came.index) == (BrokenOff, str(broken.value), 1)


def test_no_row_at_all_is_said_so(part: Part) -> None:
    with pytest.raises(BrokenOff, match="all 2 questions of a request; got 0 before"):
        read(part, iter([]))


WRONG: dict[str, Callable[[list[bytes]], bytes]] = {
    "in another order": lambda lines: lines[1] + lines[0],
    "twice": lambda lines: lines[0] + lines[0],
    "more than were asked": lambda lines: b"".join(
        [*lines, lines[-1].replace(b'"index":1', b'"index":2')]
    ),
    "neither answer nor refusal": lambda lines: b'{"index": 0}\n',
    "a refusal of another shape": lambda lines: b'{"index": 0, "error": "no"}\n',
    "no UTF-8": lambda lines: lines[0].replace(b'"model":"churn"', b'"model":"\xff"'),
    "a page": lambda lines: b"<html>\n",
    "a page without lines": lambda lines: b"<html>",
    "an empty line": lambda lines: b"\n",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_not_the_answer_to_the_part_is_said_so(
    part: Part, body: bytes, wrong: Callable[[list[bytes]], bytes]
) -> None:
    with pytest.raises(Unreadable, match="answer must be of the declared shape; got another: "):
        read(part, iter([wrong(body.splitlines(keepends=True))]))


def test_an_error_is_given_back_until_an_answer_came(part: Part, body: bytes) -> None:
    reader, error = RowReader(part), httpx.ReadError("")
    list(reader.read(body[:10]))
    assert reader.before_the_first(error) is error
    list(reader.read(body[10:]))
    with pytest.raises(BrokenOff, match="before the connection failed: ReadError"):
        reader.before_the_first(error)
