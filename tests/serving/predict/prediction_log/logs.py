"""Answers about the small shop, as the log takes them."""

from __future__ import annotations

import uuid
from datetime import timedelta

import numpy as np
from tests.serving.shop import NOW, customer_id, make_package

from scoring.decisions import decide
from serving.predict.prediction_log.entries import Entry

VALUES = np.array([2.0, 3499.0, np.nan, 1749.5])


def make_entry(number: int = 0, *, model: str = "churn", customer: str | None = "17850") -> Entry:
    """An answer of acme's, its number as the minute it was made in."""
    package = make_package(model)
    values = VALUES + number
    return Entry(
        decision=decide(package, values),
        package=package,
        values=values,
        request_id=str(uuid.UUID(int=number)),
        tenant="acme",
        customer_id=None if customer is None else customer_id("acme", customer),
        as_of=NOW,
        made_at=NOW + timedelta(minutes=number),
        backfills=number % 3,
    )
