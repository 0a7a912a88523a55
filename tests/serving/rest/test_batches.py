"""Batches over HTTP: what many questions come to is what each comes to alone, in every format."""

from __future__ import annotations

import errno
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
from sqlalchemy import Engine
from tests.serving.rest.people import Person, Shops
from tests.serving.shop import LAST, OPEN, SHOP, Client, make_real_package, place_order

from commerce.records.database import reading
from commerce.records.errors import LARGEST
from commerce.records.tenants import Tenant
from features.catalogue import CATALOGUE
from scoring.published import publish
from serving.app import make_app
from serving.predict import batch_customers
from serving.predict.asking import BATCHES_AT_ONCE, AppState
from serving.predict.packages import PackageShelf
from serving.predict.prediction_log.writer import PredictionLog
from serving.predict.replay import replay
from serving.rest import batch_bodies, batches
from serving.rest.batch_bodies import ARROW, JSON, LINES

WHOLE: list[dict[str, float | None]] = [
    {"orders_90d": 2, "spend_90d": 3499, "days_since_order": 28.5, "order_value_90d": 1749.5},
    {"orders_90d": 0, "spend_90d": 0, "days_since_order": 120, "order_value_90d": None},
    {"orders_90d": 1, "spend_90d": 800, "days_since_order": 0.25, "order_value_90d": 800},
]
"""Values of all that the models read."""

PART: dict[str, float | None] = {"orders_90d": 2, "days_since_order": 28.5}

WRONG: list[dict[str, Any]] = [
    {"features": {**WHOLE[0], "orders_90d": 1.5}},
    {"features": {**WHOLE[0], "orders_90d": -1}},
    {"features": {**WHOLE[0], "orders_90d": 2**53 + 1}},
    {"features": {**WHOLE[0], "spend_90d": True}},
    {"features": {**WHOLE[0], "spend_90d": "3499"}},
    {"features": {**WHOLE[0], "spend_90d": None}},
    {"features": {**WHOLE[0], "order_value_90d": 12}},
    {"features": {"orders_9d": 1}},
    {"features": {}},
    {"features": WHOLE[0], "customer_id": "17850"},
    {"customer_id": "1"},
    {"customer_id": ["17850"]},
    {"customer_id": "17850", "as_of": "2031-01-01"},
    {"customer_id": "17850", "as_of": "soon"},
    {"customer": "17850"},
    {},
]
"""Questions that are refused, each for itself."""


def ask(
    client: Client | Person,
    rows: list[Any],
    *,
    form: str = LINES,
    accept: str = "*/*",
    model: str = "churn",
    **query: str,
) -> httpx.Response:
    """Send a batch in a format."""
    body = (
        arrow(rows)
        if form == ARROW
        else lines(rows)
        if form == LINES
        else json.dumps(rows).encode()
    )
    return client.request(
        "POST",
        f"/predict/{model}/batch",
        params={"tenant": "acme", **query},
        content=body,
        headers={"content-type": form, "accept": accept},
    )


def lines(rows: list[Any]) -> bytes:
    """Write JSON, one row a line."""
    return b"\n".join(json.dumps(row).encode() for row in rows)


def arrow(rows: Sequence[Mapping[str, Any]], **options: Any) -> bytes:
    """Write an Arrow stream of features, or of customers."""
    table = pa.Table.from_pylist([dict(row.get("features", row)) for row in rows])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table, max_chunksize=2)
    return sink.getvalue().to_pybytes()


def read(response: httpx.Response) -> list[dict[str, Any]]:
    """Read the rows of an answer in whatever format."""
    assert response.status_code == 200, response.text
    kind = response.headers["content-type"]
    if kind == JSON:
        found: list[dict[str, Any]] = response.json()
        return found
    if kind == ARROW:
        rows = pa.ipc.open_stream(response.content).read_all().to_pylist()
        return [
            {**row, "assumed": None if row["assumed"] is None else dict(row["assumed"])}
            for row in rows
        ]
    assert kind == LINES
    return [json.loads(line) for line in response.text.splitlines()]


def one_by_one(client: Client, questions: list[Any], model: str = "churn") -> list[dict[str, Any]]:
    """Ask each question by itself, and give what a batch should say."""
    rows = []
    for index, question in enumerate(questions):
        answer = client.post(f"/predict/{model}", {"tenant": "acme", **question})
        body = answer.json()
        if answer.status_code == 200:
            rows.append({"index": index, **unnamed(body)})
        else:
            error = {name: body[name] for name in ("status", "detail", "field")}
            rows.append({"index": index, "error": error})
    return rows


def unnamed(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what every answer has of its own; in Arrow, without what is null since the other is not."""
    return {
        name: value
        for name, value in row.items()
        if name != "request_id" and (name != "error" or value is not None)
    }


@pytest.fixture(autouse=True)
def in_small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few rows are several chunks."""
    monkeypatch.setattr(batch_bodies, "AT_ONCE", 3)
    monkeypatch.setattr(batch_customers, "_AT_ONCE", 2)


@pytest.mark.parametrize("form", [LINES, JSON, ARROW])
def test_values_come_to_the_bits_they_come_to_alone(client: Client, form: str) -> None:
    questions = [{"features": each} for each in WHOLE * 3]
    alone = one_by_one(client, questions, "credit")
    for accept in (LINES, JSON, ARROW):
        response = ask(client, questions, form=form, accept=accept, model="credit")
        assert [unnamed(row) for row in read(response)] == alone
        assert response.headers["x-row-count"] == "9"
        assert response.headers["content-type"] == accept


def test_customers_and_values_may_be_mixed_and_each_is_refused_as_it_is_alone(
    client: Client,
) -> None:
    plain = [{"customer_id": "17850"}, {"customer_id": 12346}, {"features": PART}]
    questions = [
        *plain,
        *WRONG,
        {"features": WHOLE[1]},
        {"customer_id": "17850", "as_of": "2026-01-15"},
    ]
    rows = read(ask(client, questions))
    assert [row["index"] for row in rows] == list(range(len(questions)))
    assert [unnamed(row) for row in rows] == one_by_one(client, questions)
    assert sum("error" in row for row in rows) == len(WRONG)


def test_a_customer_whose_amounts_add_up_to_too_much_is_refused_and_the_others_are_answered(
    client: Client, shop: Tenant, engine: Engine
) -> None:
    for days in (1, 2):
        place_order(engine, shop, "12346", LAST - timedelta(days=days), LARGEST)
    questions = [{"customer_id": "17850"}, {"customer_id": "12346"}, {"features": WHOLE[0]}]
    rows = [unnamed(row) for row in read(ask(client, questions))]
    assert rows == one_by_one(client, questions)
    assert ["error" in row for row in rows] == [False, True, False]
    error = rows[1]["error"]
    assert (error["status"], error["field"]) == (422, "customer_id")
    assert "must be smaller than 2^53 in size" in error["detail"]


def test_columns_of_an_arrow_stream_may_be_left_out_and_null(client: Client) -> None:
    questions: list[Any] = [{"features": PART}, {"features": {**PART, "orders_90d": None}}]
    rows = [unnamed(row) for row in read(ask(client, questions, form=ARROW))]
    assert rows == one_by_one(client, questions)
    assert rows[1]["error"]["detail"].startswith("features.orders_90d must be a number, never null")


def test_customers_may_come_as_a_column(client: Client) -> None:
    questions = [{"customer_id": "17850"}, {"customer_id": "12346"}, {"customer_id": "nobody"}]
    rows = read(ask(client, questions, form=ARROW, accept=ARROW))
    assert [row["error"] and row["error"]["status"] for row in rows] == [None, None, 404]
    alone = one_by_one(client, questions)
    assert [row["probability"] for row in rows[:2]] == [row["probability"] for row in alone[:2]]
    assert rows[0]["customer"] == alone[0]["customer"]


def test_reasons_are_left_out_where_none_are_asked_for_and_nothing_else(client: Client) -> None:
    questions = [{"features": WHOLE[1]}, {"customer_id": "17850"}]
    told = [unnamed(row) for row in read(ask(client, questions))]
    assert told[0]["reasons"]
    for accept in (LINES, ARROW):
        rows = read(ask(client, questions, reasons="false", accept=accept))
        assert [unnamed(row) for row in rows] == [
            {name: value for name, value in row.items() if name != "reasons"} for row in told
        ]


def test_the_tenant_and_the_instant_may_stand_in_the_body(client: Client) -> None:
    body = {"tenant": "acme", "as_of": "2026-01-20", "rows": [{"customer_id": "17850"}]}
    rows = read(client.post("/predict/churn/batch", body))
    alone = client.post(
        "/predict/churn", {"tenant": "acme", "customer_id": "17850", "as_of": "2026-01-20"}
    ).json()
    assert unnamed(rows[0]) == {"index": 0, **unnamed(alone)}
    refused = client.post("/predict/churn/batch?tenant=shared", body)
    assert refused.status_code == 422
    assert refused.json()["detail"].startswith("tenant must be said once; got 'shared'")
    row = read(ask(client, [{"tenant": "acme", "customer_id": "17850"}]))[0]
    assert (row["error"]["status"], row["error"]["field"]) == (422, "tenant")


def test_a_broken_line_is_refused_and_the_others_are_not(client: Client) -> None:
    good = json.dumps({"features": PART}).encode()
    body = b"\n".join([good, b'{"features": {', b"", b"17", b'{"x": "\xff"}', b"[" * 10_000, good])
    rows = read(
        client.request(
            "POST",
            "/predict/churn/batch?tenant=acme",
            content=body,
            headers={"content-type": LINES},
        )
    )
    statuses = [row.get("error", {}).get("status", 200) for row in rows]
    assert statuses == [200, 400, 422, 400, 400, 200]
    assert rows[1]["error"]["detail"].startswith("row must be JSON in UTF-8; got ")


@pytest.mark.parametrize(
    ("body", "kind", "status", "says"),
    [
        (b"[1,", JSON, 400, "body must be a JSON array of questions, or an object with rows"),
        (b'{"customer_id": "17"}', JSON, 400, "body must be a JSON array of questions"),
        (b"", JSON, 400, "body must be a JSON array of questions"),
        (b"[]", "text/csv", 415, "content-type must be application/json, "),
        (b"no arrow", ARROW, 400, "body must be a whole Arrow IPC stream"),
        (arrow([{"orders_9d": 1}]), ARROW, 422, "Did you mean orders_90d"),
        (
            arrow([{"orders_90d": "1"}]),
            ARROW,
            422,
            "must be a column of numbers; got one of string",
        ),
        (arrow([WHOLE[0]] * 500, compression="zstd"), ARROW, 400, "must hold plain buffers"),
        (arrow([WHOLE[0]])[:-200], ARROW, 400, "body must be a whole Arrow IPC stream"),
    ],
)
def test_what_is_wrong_with_all_of_it_is_refused_at_once(
    client: Client, body: bytes, kind: str, status: int, says: str
) -> None:
    response = client.request(
        "POST", "/predict/churn/batch?tenant=acme", content=body, headers={"content-type": kind}
    )
    assert (response.status_code, says in response.json()["detail"]) == (status, True), (
        response.text
    )


def test_a_compressed_body_is_not_taken(client: Client) -> None:
    response = client.request(
        "POST",
        "/predict/churn/batch?tenant=acme",
        content=b"[]",
        headers={"content-type": JSON, "content-encoding": "gzip"},
    )
    assert response.status_code == 415
    assert response.json()["detail"] == (
        "body must come as it is; got content-encoding 'gzip'. Send it uncompressed."
    )


def test_more_rows_or_bytes_than_may_be_are_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_bodies, "MOST_ROWS", 2)
    for form in (LINES, JSON, ARROW):
        refused = ask(client, [{"features": WHOLE[0]}] * 3, form=form)
        assert refused.status_code == 413
        assert refused.json()["detail"].startswith("body must hold at most 2 rows; got ")
    assert len(read(ask(client, [{"features": WHOLE[0]}] * 2))) == 2
    monkeypatch.setattr(batch_bodies, "LARGEST_DOCUMENT", 100)
    monkeypatch.setattr(batch_bodies, "LONGEST_LINE", 100)
    refused = ask(client, [{"features": WHOLE[0]}], form=JSON)
    assert refused.status_code == 413
    assert "at most 100 bytes of one JSON document" in refused.json()["detail"]
    refused = ask(client, [{"customer_id": "1"}, {"features": WHOLE[0]}], form=LINES)
    assert refused.status_code == 413
    assert refused.json()["detail"].startswith("line must hold at most 100 bytes; got more.")
    assert len(read(ask(client, [{"customer_id": "1"}] * 2))) == 2
    monkeypatch.setattr("serving.rest.protection.LARGEST_BATCH", 100)
    refused = ask(client, [{"features": WHOLE[0]}])
    assert (refused.status_code, "at most 100 bytes" in refused.text) == (413, True)


@pytest.mark.parametrize("form", [LINES, ARROW])
def test_a_body_larger_than_memory_should_hold_is_read_from_the_disk(
    client: Client, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    rows = [{"features": row} for row in WHOLE[:3]]
    usual = read(ask(client, rows, form=form))
    rolled: list[int] = []

    class Watched(tempfile.SpooledTemporaryFile[bytes]):
        def rollover(self) -> None:
            rolled.append(self.tell())
            super().rollover()

    monkeypatch.setattr(batches, "SpooledTemporaryFile", Watched)
    monkeypatch.setattr(batches, "_IN_MEMORY", 1)
    monkeypatch.setattr(batches, "_WRITTEN_AT_ONCE", 1)
    from_disk = read(ask(client, rows, form=form))
    assert [unnamed(row) for row in from_disk] == [unnamed(row) for row in usual]
    assert rolled


def test_a_disk_without_room_for_a_body_is_said_without_its_place(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "write", full)
    for _ in range(BATCHES_AT_ONCE + 1):
        refused = ask(client, [{"features": WHOLE[0]}])
        assert refused.status_code == 503
        assert refused.json()["detail"].startswith(
            "body must find room on the server's disk; got no space left on device."
        )
        assert tempfile.gettempdir() not in refused.text
    assert tempfile.gettempdir() in caplog.text


def test_a_batch_without_rows_has_no_answers(client: Client) -> None:
    assert ask(client, []).text == ""
    assert read(ask(client, [], accept=JSON)) == []
    assert read(ask(client, [], accept=ARROW)) == []


@pytest.mark.parametrize(
    ("model", "tenant", "status", "says"),
    [
        ("chrun", "acme", 404, "Did you mean /predict/churn/batch"),
        ("weather", "acme", 503, "must have a published package; got none"),
        ("churn", "acne", 404, "tenant must exist; got 'acne'"),
    ],
)
def test_what_no_question_could_be_answered_by_is_refused_at_once(
    client: Client, model: str, tenant: str, status: int, says: str
) -> None:
    refused = ask(client, [{"features": PART}], model=model, tenant=tenant)
    assert (refused.status_code, says in refused.json()["detail"]) == (status, True), refused.text


def test_without_records_values_are_answered_and_customers_refused(
    client_without_records: Client,
) -> None:
    rows = read(ask(client_without_records, [{"features": PART}, {"customer_id": "17850"}]))
    assert rows[0]["probability"] is not None
    assert (rows[1]["error"]["status"], rows[1]["error"]["field"]) == (503, "customer_id")


def test_batches_wait_their_turn_and_give_it_back(
    shop: Tenant, engine: Engine, make_state: Callable[..., AppState]
) -> None:
    state = make_state(engine)
    client = Client(make_app(state, door=OPEN))
    for _ in range(BATCHES_AT_ONCE):
        assert state.batches.acquire(blocking=False)
    busy = ask(client, [{"features": PART}])
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "2")
    assert busy.json()["detail"].startswith("batch must wait its turn; got 2 being answered")
    state.batches.release()
    for _ in range(3):
        assert ask(client, [{"features": PART}]).status_code == 200
        assert ask(client, [{"features": PART}], model="weather").status_code == 503


@pytest.fixture
def log(tmp_path: Path) -> Iterator[PredictionLog]:
    found = PredictionLog(tmp_path / "predictions")
    yield found
    found.close()


@pytest.mark.parametrize("reasons", ["true", "false"])
def test_every_answer_is_kept_and_replayed(
    shop: Tenant,
    engine: Engine,
    make_state: Callable[..., AppState],
    packages: Path,
    log: PredictionLog,
    reasons: str,
) -> None:
    state = make_state(engine)
    object.__setattr__(state, "log", log)
    client = Client(make_app(state, door=OPEN))
    questions = [{"features": WHOLE[1]}, {"customer_id": "17850"}, {"features": PART}]
    rows = read(ask(client, questions, reasons=reasons))
    log.close()
    state.load_answers()
    assert len({row["request_id"] for row in rows}) == len(questions)
    with reading(engine) as connection:
        for row in rows:
            found = replay(connection, PackageShelf([packages], SHOP), row["request_id"])
            found.require_same()
            assert found.kept.probability == row["probability"]
            assert [each.text for each in found.kept.reasons] == [
                each["text"] for each in row.get("reasons", ())
            ]
    assert bool(rows[0].get("reasons")) == (reasons == "true")


def test_no_row_is_given_that_cannot_be_kept(
    shop: Tenant, engine: Engine, make_state: Callable[..., AppState], log: PredictionLog
) -> None:
    state = make_state(engine)
    object.__setattr__(state, "log", log)
    log.close()
    rows = read(ask(Client(make_app(state, door=OPEN)), [{"features": PART}, {"customer_id": "1"}]))
    assert [row["error"]["status"] for row in rows] == [503, 404]
    assert rows[0]["error"]["detail"].startswith("prediction log must be writable")


def test_a_key_that_may_predict_may_ask_for_batches_of_its_own_shop(
    shops: Shops, tmp_path: Path
) -> None:
    publish(make_real_package("churn"), tmp_path)
    object.__setattr__(shops.app.state.serving, "shelf", PackageShelf([tmp_path], CATALOGUE))
    statuses = {}
    for scope in ("predictions:write", "predictions:read"):
        made = shops.admin.post("/api/keys", {"name": "x", "role": "admin", "scopes": [scope]})
        person = Person(shops.anonymous.client, {"X-API-Key": made.json()["key"]})
        own = ask(person, [{"features": {"orders_90d": 1}}])
        other = ask(person, [{"features": {"orders_90d": 1}}], tenant="other")
        statuses[scope] = own.status_code, other.status_code
    assert statuses == {"predictions:write": (200, 403), "predictions:read": (403, 403)}
    anonymous = ask(shops.anonymous, [{"features": {"orders_90d": 1}}])
    assert anonymous.status_code == 401
