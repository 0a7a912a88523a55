"""Every refusal has one shape, names the field, and says what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.serving.rest.fuzzing import TEXTS
from tests.serving.shop import Client

from serving.rest.batch_bodies import LINES
from serving.rest.protection import LARGEST_BODY

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("content", "status", "field", "part"),
    [
        (b'{"tenant": "acme",', 400, None, "body must be JSON"),
        (b"", 422, None, "body must be a JSON object"),
        (b'{"tenant": "\xff"}', 400, None, "UTF-8"),
        (
            b"[" * 100_000,
            400,
            None,
            "body must be JSON of a few levels; got lists or objects nested",
        ),
        (b'{"a":' * 50_000, 400, None, "nested too deep to be read"),
        (
            b"1" * 4301,
            400,
            None,
            "body must be JSON with whole numbers of at most 4300 digits; got",
        ),
        (
            b'{"tenant": "acme", "customer_id": -' + b"7" * 5000 + b"}",
            400,
            None,
            "with whole numbers of at most 4300 digits; got one of more",
        ),
        (
            b'{"tenant": "acme", "features": {"orders_90d": ' + b"9" * 4300 + b"}}",
            422,
            "features.orders_90d",
            "must be finite and at most 2**53 in size; got 999",
        ),
        *(
            (
                b'{"tenant": "acme", "features": {"orders_90d": %b}}' % (b"[" * deep + b"]" * deep),
                422,
                "features.orders_90d",
                "must be a number; got an object or a list",
            )
            for deep in (1, 150)
        ),
        (b"[]", 422, None, "body must be a JSON object; got a list"),
        (b"null", 422, None, "body must be a JSON object"),
        (b'"acme"', 422, None, "body must be a JSON object"),
        (b"{}", 422, "tenant", "tenant must be given"),
        (b'{"tenant": "acme"}', 422, "customer_id", "customer_id must be given"),
        (b'{"customer_id": "1"}', 422, "tenant", "tenant must be given"),
        (b'{"tenant": 5, "customer_id": "1"}', 422, "tenant", "tenant must be text; got 5"),
        (b'{"tenant": "", "customer_id": "1"}', 422, "tenant", "printable"),
        (
            b'{"tenant": "acme", "customer": "1", "customer_id": "1"}',
            422,
            "customer",
            "customer_id",
        ),
        (
            b'{"tenant": "acme", "customer_id": "1", "features": {"orders_90d": 1}}',
            422,
            "customer_id",
            "must not come with features",
        ),
        (
            b'{"tenant": "acme", "as_of": "2026-01-01", "features": {"orders_90d": 1}}',
            422,
            "as_of",
            "must not come with features",
        ),
    ],
)
def test_a_bad_body_is_refused_and_its_field_named(
    client: Client, content: bytes, status: int, field: str | None, part: str
) -> None:
    response = client.request("POST", "/predict/churn", content=content, headers=JSON)
    assert response.status_code == status, response.text
    body = response.json()
    assert list(body) == ["type", "title", "status", "detail", "field", "request_id"]
    assert body["field"] == field
    assert part in body["detail"]
    assert body["request_id"] == response.headers["x-request-id"]


def test_a_body_that_is_not_sent_as_json_is_told_about_the_header(client: Client) -> None:
    response = client.request("POST", "/predict/churn", content=b'{"tenant": "acme"}')
    assert response.status_code == 422
    assert "content-type: application/json" in response.json()["detail"]


def test_a_body_too_large_to_be_a_request_is_413(client: Client) -> None:
    response = client.request(
        "POST", "/predict/churn", content=b" " * (LARGEST_BODY + 1), headers=JSON
    )
    assert response.status_code == 413
    assert "at most 1000000 bytes" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/predict/churn", "/explain/churn", "/predict/churn/batch"])
@pytest.mark.parametrize("name", TEXTS)
def test_a_feature_of_any_name_is_refused_by_that_name(
    client: Client, path: str, name: str
) -> None:
    asked: dict[str, Any] = {"features": {name: 1}}
    if path.endswith("batch"):
        kind = {"content-type": LINES}
        response = client.request(
            "POST", f"{path}?tenant=acme", content=json.dumps(asked), headers=kind
        )
        told = response.json()["error"]
    else:
        response = client.request(
            "POST", path, content=json.dumps({**asked, "tenant": "acme"}), headers=JSON
        )
        told = response.json()
    assert told["status"] == 422, told
    assert told["field"] == f"features.{name.encode(errors='backslashreplace').decode()}"
    assert told["detail"].startswith("features must be named as the model's inputs are; got ")


def test_a_fault_of_ours_is_500_with_a_request_id_and_nothing_else(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("customer 17850")

    monkeypatch.setattr("serving.predict.by_customer.decide_many", fail)
    response = client.post("/predict/churn", {"tenant": "acme", "customer_id": "17850"})
    assert response.status_code == 500
    assert "17850" not in response.text
    assert response.json()["request_id"] == response.headers["x-request-id"]
