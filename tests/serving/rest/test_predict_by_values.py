"""Requests by values: checked against the declarations, answered with or without records."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.serving.shop import SHOP, Client, make_package

from commerce.records.database import reading
from scoring.decisions import decide
from serving.predict.payload import read_payload
from serving.predict.scores import find_score

VALUES = {"orders_90d": 2, "spend_90d": 3499, "days_since_order": 28.5, "order_value_90d": 1749.5}


def test_values_are_answered_without_a_record_store(client_without_records: Client) -> None:
    response = client_without_records.post("/predict/churn", {"tenant": "acme", "features": VALUES})
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["customer_id"] is None
    assert body["as_of"] == "2026-03-01T12:00:00Z"
    expected = decide(make_package(), read_payload(VALUES, SHOP, {}).values)
    assert body["probability"] == expected.probability
    assert body["assumed"] == {}


def test_what_was_left_out_is_listed_with_what_it_was_taken_to_be(
    client_without_records: Client, client: Client, engine: Engine
) -> None:
    asked = {"tenant": "acme", "features": {"orders_90d": 2}}
    body = client_without_records.post("/predict/churn", asked).json()
    assert body["assumed"] == {"spend_90d": 0.0, "days_since_order": 2.0, "order_value_90d": 0.0}
    assert not any("not known" in reason["text"] for reason in body["reasons"])
    kept_as = client.post("/predict/churn", asked).json()
    with reading(engine) as connection:
        kept = find_score(connection, kept_as["request_id"])
    assert kept is not None
    assert kept.features == {"orders_90d": 2.0} | body["assumed"]
    asked = {"tenant": "acme", "features": {"orders_90d": 0}}
    body = client_without_records.post("/predict/churn", asked).json()
    assert body["assumed"] == {
        "spend_90d": 0.0,
        "days_since_order": None,
        "order_value_90d": None,
    }
    by_customer = client.post("/predict/churn", {"tenant": "acme", "customer_id": "17850"}).json()
    assert by_customer["assumed"] is None


def test_values_that_no_customer_has_at_once_are_refused_by_both_names(
    client_without_records: Client,
) -> None:
    features = {"days_since_order": 10, "orders_90d": 0}
    response = client_without_records.post(
        "/predict/churn", {"tenant": "acme", "features": features}
    )
    assert response.status_code == 422
    assert response.json()["field"] == "features.orders_90d"
    assert response.json()["detail"] == (
        "features.orders_90d must agree with features.days_since_order; got 0 and 10. orders_90d looks at the"
        " last 90 days. Correct either, or leave one out."
    )


def test_values_are_kept_where_there_is_a_record_store(client: Client, engine: Engine) -> None:
    body = client.post("/predict/churn", {"tenant": "acme", "features": VALUES}).json()
    with reading(engine) as connection:
        kept = find_score(connection, body["request_id"])
    assert kept is not None
    assert kept.customer_id is None
    assert kept.features == VALUES
    assert kept.probability == body["probability"]


def test_the_same_values_give_the_same_answer_as_the_customer_who_has_them(
    client: Client, engine: Engine
) -> None:
    by_customer = client.post("/predict/credit", {"tenant": "acme", "customer_id": "17850"}).json()
    with reading(engine) as connection:
        kept = find_score(connection, by_customer["request_id"])
    assert kept is not None
    by_values = client.post(
        "/predict/credit", {"tenant": "acme", "features": dict(kept.features)}
    ).json()
    for name in ("probability", "score", "band", "rule_score", "rule_band", "decision", "reasons"):
        assert by_values[name] == by_customer[name]


@pytest.mark.parametrize(
    ("features", "field", "part"),
    [
        ({}, "features", "at least one value"),
        ({"orders_90": 1}, "features.orders_90", "Did you mean orders_90d"),
        ({"orders_90d": "2"}, "features.orders_90d", "must be a number"),
        ({"orders_90d": True}, "features.orders_90d", "must be a number"),
        ({"orders_90d": [1]}, "features.orders_90d", "must be a number"),
        ({"orders_90d": None}, "features.orders_90d", "never null"),
        ({"orders_90d": 1.5}, "features.orders_90d", "a whole number"),
        ({"spend_90d": 499.99}, "features.spend_90d", "whole minor units of the tenant's currency"),
        ({"orders_90d": -1}, "features.orders_90d", "lie in 0..inf"),
        ({"orders_90d": 10**400}, "features.orders_90d", "finite"),
        ({"spend_90d": float("nan")}, "features.spend_90d", "finite"),
        ({"spend_90d": float("inf")}, "features.spend_90d", "finite"),
        ({"days_since_order": -0.5}, "features.days_since_order", "lie in 0..inf"),
        (None, "features", "an object of values"),
        ([1], "features", "an object of values"),
        ("x", "features", "an object of values"),
    ],
)
def test_a_wrong_value_is_refused_and_named(
    client_without_records: Client, features: Any, field: str, part: str
) -> None:
    response = client_without_records.request(
        "POST",
        "/predict/churn",
        content=json.dumps({"tenant": "acme", "features": features}),
        headers={"content-type": "application/json"},
    )
    assert response.status_code == 422, response.text
    assert response.json()["field"] == field
    assert part in response.json()["detail"]


def test_an_unknown_tenant_is_404_where_only_packages_are_known(
    client_without_records: Client,
) -> None:
    response = client_without_records.post("/predict/churn", {"tenant": "acne", "features": VALUES})
    assert (response.status_code, response.json()["field"]) == (404, "tenant")
    assert response.json()["detail"].endswith("got 'acne'. Check the name.")


@pytest.mark.parametrize("tenant", ["../acme", "acme/churn", "..", "ACME", "a" * 100])
def test_a_tenant_never_becomes_a_path(client_without_records: Client, tenant: str) -> None:
    response = client_without_records.post("/predict/churn", {"tenant": tenant, "features": VALUES})
    assert response.status_code == 404
