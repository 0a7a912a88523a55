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
from features.declaring.activities import placed
from features.snapshots.snapshot import Snapshot
from scoring.linear import Linear
from scoring.offers import Offer, SuccessRate
from scoring.package import DecisionRule, Package, PackageOutput
from scoring.populations import EVERYONE, Population
from scoring.purchase_models import MeanOrders, MeanValue
from scoring.purchases import INPUTS, SpendForecast
from training.fitting.dataset import Dataset
from training.fitting.schedule import Schedule
from training.specs import ModelSpec
from training.specs.churn import CHURN
from training.specs.populations import Active

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


def valued_package() -> Package:
    """A package that knows what customers are worth, and who lapsed; risk rises with silence."""
    columns = ("days_since_order", *INPUTS)
    width = len(columns)
    coefficient = np.zeros(width)
    coefficient[0] = 0.9
    return Package(
        name="demo.churn",
        version="1",
        currency="EUR",
        outputs=tuple(
            PackageOutput(
                name=name,
                hash=name,
                family=name,
                unit="days",
                reference=1.0,
                template="",
                missing="",
            )
            for name in columns
        ),
        components=(
            Linear(
                weight=1.0,
                base=-3.0,
                log=np.arange(width) == 0,
                fill=np.zeros(width),
                mean=np.zeros(width),
                coefficient=coefficient,
                missing_mean=np.zeros(width),
                missing_coefficient=np.zeros(width),
            ),
        ),
        decision=DecisionRule(threshold=0.3, at_or_above="retain", below="none", rule="Money."),
        offer=Offer(
            cost=3_00,
            margin=0.3,
            silence="days_since_order",
            success=(
                SuccessRate(rate=0.25, returns=False, from_days=0.0),
                SuccessRate(rate=0.15, returns=False, from_days=60.0),
                SuccessRate(rate=0.05, returns=True, from_days=0.0),
            ),
            forecast=SpendForecast(
                horizon_days=90,
                orders=MeanOrders(r=1.0, alpha=50.0, all_share=0.5, further_share=0.5),
                value=MeanValue(mean=40_00.0, times=1.0),
            ),
            currency="EUR",
        ),
        population=Active(
            feature="days_since_order", rows=placed, doing="ordered", within_days=120
        ).settle(120),
    )
