"""One line per request, and what it must not hold."""

from __future__ import annotations

import json
import logging

import pytest
from tests.serving.rest.people import Shops
from tests.serving.shop import Client, logged

from serving.rest.request_log import JsonLines


def test_one_line_per_request_shows_the_steps_and_nothing_personal(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="serving.rest.request_log"):
        body = client.post("/predict/churn", {"tenant": "acme", "customer_id": "17850"}).json()
        client.get("/customers/17850")
    first, second = logged(caplog)
    assert f"request_id={body['request_id']} tenant=- by=- POST /predict/churn 200" in first
    assert first.endswith("steps=customer>features:4>acme.churn/1>kept")
    assert "17850" not in first + second


def test_a_line_is_json_with_request_tenant_and_user_and_no_secret(
    shops: Shops, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "the password that must not be logged"
    with caplog.at_level(logging.DEBUG):
        asked = shops.admin.get("/api/customers?search=jane@example.com")
        shops.anonymous.post("/api/token", {"username": "admin", "password": secret})
        shops.anonymous.request("GET", "/api/customers", headers={"X-API-Key": secret})
    records = [each for each in caplog.records if each.name == "serving.rest.request_log"]
    lines = [JsonLines().format(each) for each in records]
    first = json.loads(lines[0])
    assert first["request_id"] == asked.headers["x-request-id"]
    assert (first["tenant"], first["user_id"]) == ("acme", str(shops.admin.actor.user_id))
    assert (first["method"], first["route"], first["status"]) == ("GET", "/api/customers", 200)
    assert len(lines) == 3
    token = shops.admin.headers["Authorization"].split()[1]
    ours = [each for each in caplog.records if each.name.startswith("serving")]
    for line in (*lines, *(JsonLines().format(each) for each in ours)):
        for hidden in (secret, token, "jane@example.com"):
            assert hidden not in line


def test_a_histogram_of_every_route_is_there_for_this_machine_alone(shops: Shops) -> None:
    shops.admin.get(f"/api/customers/{shops.buyer.actor.customer_id}")
    shops.anonymous.request("BREW", "/api/customers")
    page = shops.anonymous.get("/metrics").text
    line = 'bellwether_request_seconds_bucket{le="+Inf",method="GET",route="/api/customers/{customer_id}",status="200"}'
    assert line in page
    assert str(shops.buyer.actor.customer_id) not in page
    assert "BREW" not in page
    elsewhere = shops.anonymous.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"})
    assert elsewhere.status_code == 404
