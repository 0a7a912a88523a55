"""Datasets of a shop that never was, with a known pattern in them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from commerce.records.instants import from_micros, to_micros
from commerce.records.tenants import Tenant
from features.catalogue import CATALOGUE
from features.snapshots.snapshot import Snapshot
from scoring.populations import EVERYONE, Population
from training.fitting.dataset import Dataset
from training.fitting.schedule import Schedule
from training.specs import ModelSpec
from training.specs.churn import CHURN

FEATURES = (
    "days_since_order",
    "order_gap_days",
    "orders_365d",
    "spend_365d",
    "average_order_value",
    "return_rate",
    "failed_payment_rate",
    "cash_on_delivery_rate",
    "delivered_orders",
)
CUTOFFS = tuple(to_micros(datetime(2025, month, 1, tzinfo=UTC)) for month in (3, 4, 5, 9))
BRISK = replace(CHURN, least_rows=100)


def make_frame(customers: int, cutoffs: tuple[int, ...], seed: int = 3) -> pd.DataFrame:
    """Customers at cutoffs, whose risk depends on recency, gaps and failed payments."""
    random = np.random.default_rng(seed)
    parts = []
    for cutoff in cutoffs:
        recency = random.gamma(1.5, 40, customers)
        gap = np.where(random.random(customers) < 0.3, np.nan, random.gamma(2, 15, customers))
        orders = random.poisson(4, customers).astype(float)
        failed = random.beta(1, 6, customers)
        logit = (
            0.9 * np.log1p(recency) - 3.4 + 3 * failed - 0.1 * orders + np.where(recency > 90, 1, 0)
        )
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": [uuid.UUID(int=place).hex for place in range(customers)],
                    "cutoff": pd.Series([from_micros(cutoff)] * customers).dt.as_unit("us"),
                    "days_since_order": recency,
                    "order_gap_days": gap,
                    "orders_365d": orders,
                    "spend_365d": np.round(orders * random.gamma(3, 1500, customers)),
                    "average_order_value": np.round(random.gamma(3, 1500, customers)),
                    "return_rate": random.beta(1, 9, customers),
                    "failed_payment_rate": failed,
                    "cash_on_delivery_rate": random.beta(1, 3, customers),
                    "delivered_orders": np.full(customers, 2.0),
                    "label": (random.random(customers) < 1 / (1 + np.exp(-logit))).astype("int64"),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def make_dataset(
    spec: ModelSpec = BRISK, seed: int = 3, population: Population = EVERYONE
) -> Dataset:
    """A dataset without a record store behind it."""
    frame = make_frame(260, CUTOFFS, seed)
    is_test = frame["cutoff"] == from_micros(CUTOFFS[-1])
    train = frame[~is_test].reset_index(drop=True)
    return Dataset(
        tenant=Tenant(
            id=1,
            slug="demo",
            zone=ZoneInfo("Europe/Berlin"),
            currency="EUR",
            clock_mode="recorded",
            observed_at=None,
        ),
        spec=spec,
        snapshot=Snapshot(
            tenant="demo",
            hash="ab" * 16,
            files=(),
            events=1,
            last_id=1,
            first_occurred=0,
            last_recorded=1,
        ),
        catalogue=CATALOGUE.subset(FEATURES),
        schedule=Schedule(train=CUTOFFS[:-1], test=CUTOFFS[-1], horizon_days=90),
        as_of=to_micros(datetime(2025, 12, 1, tzinfo=UTC)),
        population=population,
        train=train,
        test=frame[is_test].reset_index(drop=True),
        forecast=None,
        current=frame[is_test].reset_index(drop=True),
    )
