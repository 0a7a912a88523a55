"""Requests by customer: answered from the records as they are now."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.serving.shop import LAST, NOW, OPEN, Client, customer_id, make_shop, place_order

from commerce.records.database import reading
from commerce.records.tenants import Tenant, find_tenant
from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.scores import find_score, latest_score

ANSWER = [
    *(
        "model",
        "tenant",
        "customer_id",
        "customer",
        "probability",
        "score",
        "band",
        "rule_score",
        "rule_band",
    ),
    *("decision", "reasons", "population", "return_probability", "note"),
    *("explained", "assumed", "model_version", "as_of", "request_id"),
]


def test_an_answer_has_every_part_in_order(client: Client) -> None:
    response = client.post("/predict/churn", {"tenant": "acme", "customer_id": "17850"})
    assert response.status_code == 200, response.text
    body = response.json()
    assert list(body) == ANSWER
    assert (body["model"], body["tenant"], body["customer_id"]) == ("churn", "acme", "17850")
    assert body["model_version"] == "acme.churn/1"
    assert 0 < body["probability"] < 1
    assert [body[name] for name in ("score", "band", "rule_score", "rule_band")] == [None] * 4
    assert set(body["decision"]) == {"action", "threshold", "rule", "gain", "value", "success"}
    for reason in body["reasons"]:
        assert list(reason) == ["feature", "value", "reference", "contribution", "text"]
    assert (
        response.headers["x-request-id"] == body["request_id"] == str(uuid.UUID(body["request_id"]))
    )


def test_credit_shows_the_learned_and_the_rule_score_with_bands(client: Client) -> None:
    body = client.post("/predict/credit", {"tenant": "acme", "customer_id": "17850"}).json()
    assert 300 <= body["score"] <= 1000
    assert 300 <= body["rule_score"] <= 1000
    assert body["band"] in "ABCDE"
    assert body["rule_band"] in "ABCDE"


@pytest.mark.parametrize(
    "key",
    [
        "17850",
        17850,
        "number:1",
        str(customer_id("acme", "17850")),
        customer_id("acme", "17850").hex,
    ],
    ids=["external id", "external id as an integer", "number", "UUID", "bare UUID"],
)
def test_a_customer_is_found_by_the_shops_own_id_by_ours_or_by_number(
    client: Client, key: str | int
) -> None:
    body = client.post("/predict/churn", {"tenant": "acme", "customer_id": key}).json()
    other = client.post("/predict/churn", {"tenant": "acme", "customer_id": "17850"}).json()
    assert body["probability"] == other["probability"]
    assert body["customer_id"] == str(key)
    ours = str(customer_id("acme", "17850"))
    assert body["customer"] == {"id": ours, "number": 1, "external_id": "17850"}


@pytest.mark.parametrize("key", ["1", "017850", "number:017x"])
def test_our_number_is_no_id_in_a_shop_with_ids_of_its_own(client: Client, key: str) -> None:
    response = client.post("/predict/churn", {"tenant": "acme", "customer_id": key})
    assert response.status_code == 404
    assert response.json()["field"] == "customer_id"


def test_nothing_is_answered_about_a_time_before_the_customer_was_known(client: Client) -> None:
    asked = {"tenant": "acme", "customer_id": "17850", "as_of": "1999-06-01"}
    response = client.post("/predict/churn", asked)
    assert response.status_code == 404
    assert response.json()["detail"].startswith(
        "customer must be known at the instant asked about; got '17850'"
    )


def test_the_default_as_of_stands_one_microsecond_behind_the_last_record(client: Client) -> None:
    body = client.post("/predict/churn", {"tenant": "acme", "customer_id": "17850"}).json()
    assert datetime.fromisoformat(body["as_of"]) == LAST + timedelta(microseconds=1)


def test_an_order_committed_by_another_process_before_the_request_counts(
    client: Client, engine: Engine
) -> None:
    request = {"tenant": "acme", "customer_id": "17850"}
    before = _kept(engine, client.post("/predict/churn", request).json())
    program = (
        "import sys; from datetime import datetime; from commerce.records.database import connect, reading;"
        "from commerce.records.tenants import find_tenant; from tests.serving.shop import place_order;"
        "engine = connect(sys.argv[1]);\n"
        "with reading(engine) as c: tenant = find_tenant(c, 'acme')\n"
        "place_order(engine, tenant, '17850', datetime.fromisoformat(sys.argv[2]))"
    )
    at = (LAST + timedelta(days=1)).isoformat()
    subprocess.run([sys.executable, "-c", program, str(engine.url), at], check=True)
    after = _kept(engine, client.post("/predict/churn", request).json())
    assert before["orders_90d"] == 2
    assert after["orders_90d"] == 3


def test_an_as_of_in_the_past_knows_nothing_later(client: Client, engine: Engine) -> None:
    request = {"tenant": "acme", "customer_id": "17850", "as_of": "2026-01-10"}
    body = client.post("/predict/churn", request).json()
    assert body["as_of"] == "2026-01-09T23:00:00Z"  # midnight in Berlin
    assert _kept(engine, body)["orders_90d"] == 1


@pytest.mark.parametrize(
    ("as_of", "stated"),
    [
        ("2026-01-10T12:00", "2026-01-10T11:00:00Z"),
        ("2026-01-10T12:00:00Z", "2026-01-10T12:00:00Z"),
        ("2026-01-10T12:00:00.5-05:00", "2026-01-10T17:00:00.500000Z"),
        ("2026-02-02", "2026-02-01T23:00:00Z"),
    ],
)
def test_an_as_of_is_a_date_or_an_instant(client: Client, as_of: str, stated: str) -> None:
    request = {"tenant": "acme", "customer_id": "17850", "as_of": as_of}
    assert client.post("/predict/churn", request).json()["as_of"] == stated


@pytest.mark.parametrize(
    ("as_of", "part"),
    [
        ("2026-02-03", "must not be later than 2026-02-02T00:00:00+01:00"),
        ("2999-01-01", "must not be later"),
        ("yesterday", "ISO date or instant"),
        ("", "ISO date or instant"),
        (20260101, "must be text"),
    ],
)
def test_a_wrong_as_of_is_refused(client: Client, as_of: Any, part: str) -> None:
    request = {"tenant": "acme", "customer_id": "17850", "as_of": as_of}
    response = client.post("/predict/churn", request)
    assert (response.status_code, response.json()["field"]) == (422, "as_of")
    assert part in response.json()["detail"]


def test_a_tenant_on_wall_time_is_answered_as_of_now_and_never_later(
    engine: Engine, make_state: Callable[..., AppState]
) -> None:
    make_shop(engine, clock_mode="wall")
    client = Client(make_app(make_state(engine), door=OPEN))
    request = {"tenant": "acme", "customer_id": "17850"}
    assert client.post("/predict/churn", request).json()["as_of"] == "2026-03-01T12:00:00Z"
    late = client.post("/predict/churn", request | {"as_of": "2026-03-01T12:00:01Z"})
    assert late.status_code == 422


def test_every_call_keeps_its_answer_as_given(client: Client, engine: Engine, shop: Tenant) -> None:
    request = {"tenant": "acme", "customer_id": "17850"}
    first, second = (client.post("/predict/churn", request).json() for _ in range(2))
    assert first["request_id"] != second["request_id"]
    with reading(engine) as connection:
        for body in (first, second):
            kept = find_score(connection, body["request_id"])
            assert kept is not None
            for name in ("probability", "score", "band", "decision", "reasons", "model_version"):
                assert kept.as_dict()[name] == body[name]
            assert (kept.origin, kept.made_at) == ("online", NOW)
        last = latest_score(connection, shop.id, customer_id("acme", "17850"), "churn")
    assert last is not None


def test_an_answer_pushes_later_arrivals_behind_its_as_of(client: Client, engine: Engine) -> None:
    body = client.post("/predict/churn", {"tenant": "acme", "customer_id": "17850"}).json()
    with reading(engine) as connection:
        observed = find_tenant(connection, "acme").observed_at
    assert observed == datetime.fromisoformat(body["as_of"])


def test_a_stranger_is_404_and_an_unknown_tenant_too(client: Client) -> None:
    response = client.post("/predict/churn", {"tenant": "acme", "customer_id": "99999"})
    assert (response.status_code, response.json()["field"]) == (404, "customer_id")
    assert "'99999'" in response.json()["detail"]
    response = client.post("/predict/churn", {"tenant": "acne", "customer_id": "17850"})
    assert (response.status_code, response.json()["field"]) == (404, "tenant")
    assert response.json()["detail"] == "tenant must exist; got 'acne'. Check the name."


def test_another_tenants_customer_is_a_stranger(client: Client, engine: Engine) -> None:
    other = make_shop(engine, slug="other")
    place_order(engine, other, "12346", LAST + timedelta(hours=1))
    key = str(customer_id("other", "12346"))
    assert client.post("/predict/churn", {"tenant": "acme", "customer_id": key}).status_code == 404


def test_a_tenant_without_a_model_is_503_with_what_to_run(client: Client, engine: Engine) -> None:
    make_shop(engine, slug="other")
    response = client.post("/predict/churn", {"tenant": "other", "customer_id": "17850"})
    assert response.status_code == 503
    assert "bellwether run --tenant other --models churn" in response.json()["detail"]
    assert response.headers["retry-after"]


def test_without_a_record_store_a_request_by_customer_names_the_variable(
    client_without_records: Client,
) -> None:
    response = client_without_records.post("/predict/churn", {"tenant": "acme", "customer_id": "1"})
    assert response.status_code == 503
    assert "DATABASE_URL" in response.json()["detail"]


def test_a_lost_record_store_is_503_without_its_password(
    engine: Engine, shop: Tenant, make_state: Callable[..., AppState]
) -> None:
    state = make_state(engine)
    engine.dispose()
    path = engine.url.database
    assert path is not None
    client = Client(make_app(state, door=OPEN))
    Path(path).unlink()
    response = client.post("/predict/churn", {"tenant": "acme", "customer_id": "17850"})
    assert response.status_code == 503
    assert "record store must answer; got no such file" in response.json()["detail"]


@pytest.mark.parametrize(
    "key",
    ["", "a\u0000b", "\ud800", "x" * 201, 10**300, True, 1.5, None, [], {}],
    ids=["empty", "NUL", "surrogate", "long", "huge", "true", "float", "null", "list", "object"],
)
def test_a_customer_id_of_no_sense_is_refused(client: Client, key: Any) -> None:
    content = json.dumps({"tenant": "acme", "customer_id": key})
    response = client.request(
        "POST", "/predict/churn", content=content, headers={"content-type": "application/json"}
    )
    assert (response.status_code, response.json()["field"]) == (422, "customer_id"), response.text


def _kept(engine: Engine, body: dict[str, Any]) -> dict[str, float | None]:
    with reading(engine) as connection:
        kept = find_score(connection, body["request_id"])
    assert kept is not None
    return dict(kept.features)
