"""Rows whose log-odds are known, each made for one kind of estimator, some with holes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training.fitting.cross_validation import Rows

Floats = NDArray[np.float64]
Logit = Callable[[Floats], Floats]


def straight(x: Floats) -> Floats:
    """Log-odds that are a line in four columns."""
    return np.asarray(x @ np.array([0.9, -0.7, 0.5, 0.4, 0.0, 0.0]), dtype=np.float64)


def stepped(x: Floats) -> Floats:
    """Log-odds that jump, most of them far from the middle."""
    return np.asarray(
        1.8 * (x[:, 0] > 1)
        + 1.8 * (x[:, 1] > -1)
        - 1.8 * (x[:, 2] > 1.2)
        - 1.8 * (x[:, 3] > -1.2)
        + 1.5 * (x[:, 4] > 0)
        - 0.8,
        dtype=np.float64,
    )


def curved(x: Floats) -> Floats:
    """Log-odds that add up bowls and waves."""
    return np.asarray(
        1.1 * (x[:, 0] ** 2 - 1)
        + 0.9 * np.cos(2.2 * x[:, 1])
        - 0.7 * (x[:, 2] ** 2 - 1)
        + 0.8 * np.sin(2 * x[:, 3]),
        dtype=np.float64,
    )


def entangled(x: Floats) -> Floats:
    """Log-odds that depend on three columns at a time."""
    high = (x[:, 0] > 0) & (x[:, 1] > 0) & (x[:, 2] > 0)
    low = (x[:, 0] < 0) & (x[:, 3] > 0) & (x[:, 4] < 0)
    return np.where(high | low, 3.0, -1.5)


def draw(logit: Logit, count: int, *, seed: int = 0, holes: float = 0.0) -> Rows:
    """Draw rows of six columns, of which a share is missing after the outcome was drawn."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(count, 6))
    labels = (random.random(count) < 1 / (1 + np.exp(-logit(values)))).astype(np.int64)
    values[random.random(values.shape) < holes] = np.nan
    return Rows(values=values, labels=labels, customers=np.arange(count) // 2)
