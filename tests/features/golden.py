"""What every operator gives of a few rows, worked out by hand."""

from __future__ import annotations

import numpy as np
from tests.features.streams import Row, event

from features.declaring import declaration as d
from features.declaring.clocks import DAY
from features.declaring.declaration import DAYS, EVER, Feature, per_aggregate, source

ANN = "a" * 32

CUTOFF = 100 * DAY

WINDOWS = (*DAYS(10), *EVER)


def sale(number: int, day: float, value: int | None, **columns: object) -> Row:
    at = int(day * DAY)
    return event(number, "order.paid", ANN, at, value=value, **columns)


ROWS = [
    sale(1, 40, 7, method="card"),
    sale(2, 90, -3, method="cash"),  # exactly ten days before the cutoff: within the window
    sale(4, 95, 5, method="card"),
    sale(3, 95, 9, method="card"),  # the same instant, a lower id
    sale(5, 95.5, None),
    sale(6, 99, 100, recorded_at=CUTOFF),  # not known in time
    sale(7, 100, 100),  # at the cutoff
]

VALUE = source("order.paid", column="value")

PLAIN = source("order.paid")

GOLDEN: dict[str, tuple[Feature, float, float]] = {
    "count": (d.count(PLAIN, name="x", windows=WINDOWS, description="X."), 4, 5),
    "count of values": (d.count(VALUE, name="x", windows=WINDOWS, description="X."), 3, 4),
    "count if": (
        d.count(PLAIN.only(method="card"), name="x", windows=WINDOWS, description="X."),
        2,
        3,
    ),
    "total": (d.total(VALUE, name="x", windows=WINDOWS, description="X."), 11, 18),
    "mean": (d.mean(VALUE, name="x", windows=WINDOWS, description="X."), 11 / 3, 4.5),
    "minimum": (d.minimum(VALUE, name="x", windows=WINDOWS, description="X."), -3, -3),
    "maximum": (d.maximum(VALUE, name="x", windows=WINDOWS, description="X."), 9, 9),
    "first": (d.first(VALUE, name="x", windows=WINDOWS, description="X."), -3, 7),
    "last": (d.last(VALUE, name="x", windows=WINDOWS, description="X."), 5, 5),
    "distinct": (d.distinct(PLAIN.of("method"), name="x", windows=WINDOWS, description="X."), 2, 2),
    "distinct days": (
        d.distinct(PLAIN.of("age_day"), name="x", windows=WINDOWS, description="X."),
        # 95 and 95.5 days are 4 whole days and an instant before the cutoff.
        2,
        3,
    ),
    "distinct hours": (
        d.distinct(PLAIN.of("hour_of_day"), name="x", windows=WINDOWS, description="X."),
        2,  # midnight, and half a day later
        2,
    ),
    "mean of weekdays": (
        # Days 40, 90, 95, 95 and 95.5 of the epoch, which began on a Thursday (3).
        d.mean(PLAIN.of("day_of_week"), name="x", windows=WINDOWS, description="X."),
        (2 + 0 + 0 + 0) / 4,
        (1 + 2 + 0 + 0 + 0) / 5,
    ),
    "count of Mondays": (
        d.count(PLAIN.only(day_of_week=0), name="x", windows=WINDOWS, description="X."),
        3,
        3,
    ),
    "recency": (d.recency(PLAIN, name="x", windows=WINDOWS, description="X."), 4.5, 4.5),
    "age": (d.age(PLAIN, name="x", windows=WINDOWS, description="X."), 10, 60),
    "gap_mean": (
        d.gap_mean(PLAIN, name="x", windows=WINDOWS, description="X."),
        5.5 / 3,
        55.5 / 4,
    ),
    "gap_deviation": (
        d.gap_deviation(PLAIN, name="x", windows=WINDOWS, description="X."),
        float(np.std([5, 0, 0.5])),
        float(np.std([50, 5, 0, 0.5])),
    ),
}

INVOICES = per_aggregate(open="invoice.issued", close=["invoice.paid", "invoice.credited"])


def bill(number: int, word: str, key: str, day: float, amount: int, **columns: object) -> Row:
    at = int(day * DAY)
    return event(number, f"invoice.{word}", ANN, at, aggregate_id=key, base_minor=amount, **columns)


BILLS = [
    bill(1, "issued", "paid late in two parts", 10, 100, due_at=20 * DAY),
    bill(2, "paid", "paid late in two parts", 15, 60),
    bill(3, "paid", "paid late in two parts", 23.5, 60),
    bill(4, "paid", "paid late in two parts", 60, 5),  # beyond the settlement: not later for it
    bill(5, "issued", "credited in time", 30, 50, due_at=50 * DAY),
    bill(6, "credited", "credited in time", 40, 50),
    bill(7, "issued", "open and late", 70, 80, due_at=int(97.5 * DAY)),
    bill(8, "paid", "open and late", 80, 30),
    bill(9, "issued", "open, not due", 95, 40, due_at=120 * DAY),
    bill(10, "issued", "open, never due", 96, 7),
    bill(11, "paid", "never issued", 97, 1000),
]

AGGREGATES = {
    "opened": 277,
    "closed": 205,
    "balance": 97,
    "is_open": 3,
    "is_late": 2,
    "is_due": 3,
    "days_past_due": 3 + 2,
    "days_until_due": 0 + 20,
    "hours_late": 84 + 60,
    "hours_taken": int(13.5 * 24) + 240,
}
