"""Examples in the API's document: what to send, and what comes back."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.models import Example

QUESTIONS: dict[str, Example] = {
    "by customer": {
        "summary": "A customer of the record store, now",
        "value": {"tenant": "demo", "customer_id": "17"},
    },
    "as of a day": {
        "summary": "The same, as it was known when a day began in the tenant's zone",
        "value": {"tenant": "demo", "customer_id": "17", "as_of": "2025-12-01"},
    },
    "by values": {
        "summary": "Values of your own; features left out take their value of an empty window",
        "value": {"tenant": "demo", "features": {"orders_90d": 3}},
    },
}

_CHURN: dict[str, Any] = {
    "model": "churn",
    "tenant": "demo",
    "customer_id": "17",
    "probability": 0.71,
    "score": None,
    "band": None,
    "rule_score": None,
    "rule_band": None,
    "decision": {
        "action": "retain",
        "threshold": 0.34,
        "rule": "an offer of 5.00 EUR pays where the margin at stake exceeds it",
    },
    "reasons": [
        {
            "feature": "days_since_order",
            "value": 74.0,
            "reference": 12.0,
            "contribution": 0.62,
            "text": "No order for 74 days; usual are 12.",
        }
    ],
    "model_version": "demo.churn/1",
    "as_of": "2026-01-01T00:00:00Z",
    "request_id": "0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
}

_CREDIT: dict[str, Any] = _CHURN | {
    "model": "credit",
    "probability": 0.03,
    "score": 734,
    "band": "B",
    "rule_score": 760,
    "rule_band": "B",
    "decision": {
        "action": "offer pay later",
        "threshold": 0.12,
        "rule": "a loss of 49.00 EUR against a margin of 6.70 EUR breaks even at 0.12",
    },
    "model_version": "demo.credit/1",
}


ANSWERS = {"/predict/churn": _CHURN, "/predict/credit": _CREDIT}
"""The documented answer of each path."""


def show_answers(document: dict[str, Any]) -> dict[str, Any]:
    """Put the answers into an OpenAPI document; FastAPI itself would leave their nulls out."""
    for path, example in ANSWERS.items():
        answer = document["paths"][path]["post"]["responses"]["200"]
        answer["content"]["application/json"]["example"] = example
    return document
