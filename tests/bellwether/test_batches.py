"""Both clients ask a listening server about many: answers come one by one, each in its place, refusals among them."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from tests.bellwether.asking import listening
from tests.bellwether.many import VALUES, Ask, Network
from tests.serving.rest.people import Shops

from bellwether import batch_parts, batches
from bellwether.answers import BatchAnswer, BatchRow, Prediction, RefusedRow
from bellwether.client import AsyncClient, Client
from bellwether.errors import (
    ClientError,
    InvalidArgument,
    NotAllowed,
    NotFound,
    Unavailable,
)
from serving.predict.batches import MOST_ROWS
from serving.rest import batch_bodies, protection


def alone(row: BatchRow) -> Prediction:
    """An answer without what it has of its own."""
    assert isinstance(row, BatchAnswer)
    values = {each.name: getattr(row, each.name) for each in fields(Prediction)}
    return Prediction(**{**values, "request_id": ""})


def test_values_come_to_what_they_come_to_alone(ask: Ask, client: Client) -> None:
    rows = ask(features=({**each} for each in VALUES))
    assert [row.index for row in rows] == [0, 1, 2]
    for row, values in zip(rows, VALUES, strict=True):
        assert alone(row) == replace(client.predict("churn", features=values), request_id="")
    assert len({row.request_id for row in rows if isinstance(row, BatchAnswer)}) == 3


def test_customers_come_to_what_they_come_to_alone_and_strangers_are_refused(
    ask: Ask, client: Client
) -> None:
    rows = ask(customer_ids=np.array([17850, 1, 12346]))
    for place, customer in ((0, "17850"), (2, "12346")):
        expected = client.predict("churn", customer_id=customer)
        assert alone(rows[place]) == replace(expected, request_id="")
    with pytest.raises(NotFound) as refused:
        client.predict("churn", customer_id="1")
    assert isinstance(rows[1], RefusedRow)
    assert rows[1].index == 1
    error = rows[1].error
    assert (error.status, error.detail, error.field) == (404, str(refused.value), "customer_id")


def test_what_is_said_once_is_said_of_all(ask: Ask) -> None:
    asked: dict[str, Any] = {"customer_ids": ["17850", "number:1"], "as_of": date(2026, 1, 20)}
    with_reasons = ask(**asked, client={"tenant": None}, tenant="acme")
    without = ask(**asked, reasons=False)
    for row, bare in zip(with_reasons, without, strict=True):
        assert isinstance(row, BatchAnswer)
        assert isinstance(bare, BatchAnswer)
        assert row.as_of == datetime(2026, 1, 19, 23, tzinfo=UTC)  # midnight in the shop's zone
        assert row.reasons
        assert bare == replace(row, reasons=(), request_id=bare.request_id)


def test_what_cannot_be_sent_is_refused_in_its_place_and_the_others_are_answered(ask: Ask) -> None:
    good = VALUES[0]
    wrong = [
        {"spend_90d": np.inf},
        {"orders_90d": object()},
        {"orders_90d": "2" * batches.LONGEST_LINE},
        {"orders_9d": 1},
    ]
    given = [wrong[0], good, wrong[1], wrong[2], good, wrong[3], {**good}, wrong[0]]
    rows = ask(features=iter(given))
    assert [row.index for row in rows] == list(range(8))
    refused = {row.index: row.error for row in rows if isinstance(row, RefusedRow)}
    assert {place: error.status for place, error in refused.items()} == {
        0: 422,
        2: 422,
        3: 413,
        5: 422,
        7: 422,
    }
    assert refused[0].field == refused[7].field == "features.spend_90d"
    assert refused[0].detail.startswith("features.spend_90d must be finite; got inf.")
    assert refused[2].detail.startswith("features must be writable as JSON; got what is not: ")
    assert refused[3].detail.startswith("question must hold at most 1000000 bytes; got 1000")
    assert refused[5].detail.startswith("features must be named as the model's inputs are")


def test_nothing_asked_is_nothing_sent_and_nothing_told(ask: Ask) -> None:
    network = Network()
    assert ask(features=[], client={"transport": network}) == []
    assert ask(customer_ids=iter(()), client={"transport": network}) == []
    assert network.sent == []


def test_more_than_a_request_may_hold_goes_in_several(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_parts, "MOST_QUESTIONS", 3)
    network = Network()
    ids = ["17850", "12346", "nobody", "12346", "17850", "12346", "nobody"]
    rows = ask(customer_ids=iter(ids), client={"transport": network})
    assert len(network.sent) == 3
    assert [row.index for row in rows] == list(range(7))
    assert [isinstance(row, RefusedRow) for row in rows] == [each == "nobody" for each in ids]
    assert all(row.customer_id == ids[row.index] for row in rows if isinstance(row, BatchAnswer))


def test_the_limits_are_the_servers() -> None:
    assert batch_parts.MOST_QUESTIONS == MOST_ROWS
    assert batch_parts.LARGEST_BODY == protection.LARGEST_BATCH
    assert batches.LONGEST_LINE == batch_bodies.LONGEST_LINE


class Values(dict[str, Any]):
    """Values that can be watched."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def test_what_is_given_is_not_held(ask: Ask) -> None:
    alive, most = weakref.WeakSet[Values](), 0

    def given() -> Iterator[Values]:
        nonlocal most
        for _ in range(3000):
            each = Values(VALUES[0])
            alive.add(each)
            most = max(most, len(alive))
            yield each

    assert len(ask(features=given(), reasons=False)) == 3000
    assert most <= 3


def test_others_have_their_turn_while_a_batch_is_written(url: str) -> None:
    written, seen = [0], list[int]()

    def given() -> Iterator[dict[str, Any]]:
        for _ in range(5000):
            written[0] += 1
            yield VALUES[0]

    async def watch() -> None:
        while written[0] < 5000:
            seen.append(written[0])
            await asyncio.sleep(0)

    async def ask_and_watch() -> None:
        async with AsyncClient(url, tenant="acme") as client:

            async def listen() -> None:
                rows = client.predict_batch("churn", features=given(), reasons=False)
                assert len([row async for row in rows]) == 5000

            await asyncio.gather(listen(), watch())

    asyncio.run(ask_and_watch())
    assert {0 < each < 5000 for each in seen} >= {True}


REFUSALS: dict[str, tuple[dict[str, Any], type[ClientError], str]] = {
    "a model that is misspelt": (
        {"model": "chrun", "features": VALUES},
        NotFound,
        "Did you mean /predict/churn",
    ),
    "a model without a package": (
        {"model": "weather", "features": VALUES},
        Unavailable,
        "must have a published package",
    ),
    "another shop": (
        {"customer_ids": ["1"], "tenant": "acne"},
        NotFound,
        "tenant must exist; got 'acne'",
    ),
    "nobody at all": (
        {},
        InvalidArgument,
        "questions must be given by customer_ids or by features; got none",
    ),
    "both forms at once": (
        {"customer_ids": [], "features": []},
        InvalidArgument,
        "questions must be given by customer_ids or by features; got both",
    ),
    "an id": ({"customer_ids": "17850"}, InvalidArgument, "customer_ids must be many; got one"),
    "one customer's values": (
        {"features": VALUES[0]},
        InvalidArgument,
        "features must be many; got one",
    ),
    "the names of columns": (
        {"features": ["orders_90d"]},
        InvalidArgument,
        "features must be mappings of values by name; got 'orders_90d'",
    ),
    "an instant for values": (
        {"features": VALUES, "as_of": "2026-01-01"},
        InvalidArgument,
        "as_of must come with customer_ids; got features",
    ),
    "no model": ({"model": "", "features": VALUES}, InvalidArgument, "model must be 1 character"),
}


@pytest.mark.parametrize(("asked", "kind", "says"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_wrong_with_all_of_it_is_an_error(
    ask: Ask, asked: dict[str, Any], kind: type[ClientError], says: str
) -> None:
    with pytest.raises(kind) as refused:
        ask(**asked, client={"retries": 0})
    assert says in str(refused.value)


def test_what_cannot_be_asked_is_refused_before_the_first_answer_is_asked_for(url: str) -> None:
    with Client(url) as client, pytest.raises(InvalidArgument):
        client.predict_batch("churn")
    with pytest.raises(InvalidArgument):
        AsyncClient(url).predict_batch("churn")


def test_a_batch_is_asked_with_the_clients_credential(
    ask: Ask, shops: Shops, key_of: Callable[..., str]
) -> None:
    values = [{"open_invoice_balance": 500}]
    with listening(shops.app) as url:
        key = key_of("predictions:write")
        (row,) = ask("credit", url=url, client={"key": key}, features=values)
        assert isinstance(row, BatchAnswer)
        with pytest.raises(NotAllowed):
            ask("credit", url=url, client={"key": key_of("models:read")}, features=values)
