"""Customers of shops that never were, as rows at a cutoff and what they bought in the days that follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.fitting.forecast_check import ORDERS, SPEND

Floats = NDArray[np.float64]

HORIZON = 90


def lifetimes(
    random: np.random.Generator,
    count: int,
    days: int,
    *,
    r: float,
    alpha: float,
    a: float,
    b: float,
) -> list[Floats]:
    """Days on which BG/NBD customers order, who come at any time of so many days."""
    rate, leaving = random.gamma(r, 1 / alpha, count), random.beta(a, b, count)
    first = random.integers(0, days, count)
    orders = []
    for place in range(count):
        when, placed = float(first[place]), [float(first[place])]
        while True:
            when += random.exponential(1 / rate[place])
            if when >= days:
                break
            placed.append(when)
            if random.random() < leaving[place]:
                break
        orders.append(np.unique(np.floor(placed)))
    return orders


def bursts(
    random: np.random.Generator, count: int, days: int, *, every: int, orders: int
) -> list[Floats]:
    """Days on which customers order who come back every so many days, each time for some days in a row."""
    begins = random.integers(0, every, count)
    return [
        np.concatenate([np.arange(start, start + orders) for start in range(begin, days, every)])
        .clip(max=days - 1)
        .astype(np.float64)
        for begin in begins
    ]


def rows_at(
    random: np.random.Generator,
    orders: Sequence[Floats],
    cutoff: int,
    *,
    worth: Floats,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The features of those who ordered by a cutoff (a day), and what they did in the horizon; each order varies."""
    rows, realised = [], []
    for place, placed in enumerate(orders):
        amounts = np.round(worth[place] * random.gamma(6.0, 1 / 6.0, len(placed)))
        past, later = placed < cutoff, (placed >= cutoff) & (placed < cutoff + HORIZON)
        if past.any():
            known = placed[past]
            rows.append(
                {
                    "customer_id": f"{place:032x}",
                    "cutoff": pd.Timestamp("2025-01-01", tz="UTC") + pd.Timedelta(days=cutoff),
                    "order_days": float(len(known)),
                    "days_ordering": known[-1] - known[0],
                    "days_since_first_order": cutoff - known[0],
                    "spend": float(amounts[past].sum()),
                }
            )
            realised.append({ORDERS: float(later.sum()), SPEND: float(amounts[later].sum())})
    return pd.DataFrame(rows), pd.DataFrame(realised)
