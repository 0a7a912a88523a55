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
        "threshold": 0.133,
        "rule": "An offer costs 5.55 EUR and keeps 20 % of those who would leave; a customer who stays earns"
        " 208.27 EUR in 365 days (30 % of 694.22 EUR): it pays from a risk of 13.3 %.",
    },
    "reasons": [
        {
            "feature": "days_since_order",
            "value": 74.0,
            "reference": 55.7,
            "contribution": 0.62,
            "text": "No order for 74 days; usually every 12 days.",
        }
    ],
    "model_version": "demo.churn/1",
    "as_of": "2026-01-01T00:00:00Z",
    "request_id": "0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
}

_CREDIT: dict[str, Any] = _CHURN | {
    "model": "credit",
    "probability": 0.31,
    "score": 542,
    "band": "D",
    "rule_score": 560,
    "rule_band": "D",
    "decision": {
        "action": "refuse",
        "threshold": 0.227,
        "rule": "An order of 108.29 EUR earns 27.07 EUR if it is paid and loses 92.05 EUR if not: credit"
        " pays below a risk of 22.7 %.",
    },
    "reasons": [
        {
            "feature": "current_days_past_due",
            "value": 21.0,
            "reference": 0.0,
            "contribution": 0.94,
            "text": "An invoice is 21 days past due; usually 0 days.",
        },
        {
            "feature": "failed_payment_rate",
            "value": 0.25,
            "reference": 0.0,
            "contribution": 0.37,
            "text": "25 % of payment attempts failed; usually 0 %.",
        },
    ],
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
