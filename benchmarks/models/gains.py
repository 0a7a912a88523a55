"""What acting earns: whom the package chooses, beside as many chosen by recency, by spend, at random.

Expected by the package's own figures; and, on a simulated shop, realised: the simulator tells what each customer would
have paid with an offer and without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from benchmarks.models.shops import Shop

from commerce.records import schema
from commerce.records.database import reading
from commerce.records.instants import DAY, find_zone, midnight, to_micros
from commerce.records.tenants import find_tenant
from scoring.package import Package
from simulation import realised_gain, true_effects
from training.fitting.dataset import Dataset
from training.judging.sensitivity import stakes

DRAWS = 200
"""Choices at random, and resamples of customers for an interval."""


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What one way to choose comes to, major units of the currency."""

    way: str
    customers: int
    expected: float
    realised: float | None
    low: float | None
    high: float | None
    """`low`, `high`: 95 % interval, by resampling customers, of what the package's choice realises more than this."""


def gains(shop: Shop, dataset: Dataset, package: Package) -> list[Gain]:
    """Let every way choose as many of the test customers as the package does."""
    assert package.offer is not None, "gains are of an offer"
    test, offer = dataset.test, package.offer
    values = test[list(package.names)].to_numpy(np.float64)
    found = stakes(package, values).gains(offer.cost)
    number = int((found > 0).sum())
    random = np.random.default_rng(0)
    orders = {
        "expected gain": np.argsort(-found, kind="stable"),
        "recency": np.argsort(-test["days_since_order"].fillna(0).to_numpy(), kind="stable"),
        "spend": np.argsort(-test["spend"].fillna(0).to_numpy(), kind="stable"),
        "at random": random.permutation(len(test)),
    }
    real = _realised(shop, dataset, offer.margin, offer.cost)
    usable = np.where(np.isfinite(found), found, -float(offer.cost))
    mean_expected = float(usable.mean()) * number
    rows = []
    for way, order in orders.items():
        chosen = order[:number]
        expected = float(usable[chosen].sum())
        realised = low = high = None
        if real is not None:
            realised = float(real[chosen].sum())
            low, high = _more(real, orders["expected gain"][:number], chosen, random)
        if way == "at random":
            expected = mean_expected
            realised = None if real is None else float(real.mean()) * number
        rows.append(
            Gain(
                way=way,
                customers=number,
                expected=expected / 100,
                realised=None if realised is None else realised / 100,
                low=low,
                high=high,
            )
        )
    return rows


def _realised(shop: Shop, dataset: Dataset, margin: float, cost: int) -> np.ndarray | None:
    """What an offer to each test customer truly earns, minor units; None in a shop that is no simulated one."""
    if shop.options is None:
        return None
    opening = to_micros(midnight(shop.options.first_day, find_zone(shop.options.zone)))
    day = round((dataset.schedule.test - opening) / DAY)
    with reading(shop.engine) as connection:
        tenant = find_tenant(connection, shop.tenant)
        table = schema.customer
        known = connection.execute(table.select().where(table.c.tenant_id == tenant.id)).all()
    names = {row.id.hex: row.external_id for row in known}
    asked = [names[customer] for customer in dataset.test["customer_id"]]
    effects = true_effects(shop.options, day, asked, horizon_days=dataset.schedule.horizon_days)
    return np.array(
        [realised_gain(effects, [name], margin=margin, cost_minor=cost) for name in asked]
    )


def _more(
    real: np.ndarray, ours: np.ndarray, theirs: np.ndarray, random: np.random.Generator
) -> tuple[float, float]:
    """How much more our choice realises than another, with 95 % confidence, major units."""
    weight = np.zeros(len(real))
    weight[ours] += 1
    weight[theirs] -= 1
    difference = weight * real
    drawn = [difference[random.integers(0, len(real), len(real))].sum() / 100 for _ in range(DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
