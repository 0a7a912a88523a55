"""One line per request, and what it must not hold."""

from __future__ import annotations

import logging

import pytest
from tests.serving.shop import Client, logged


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
