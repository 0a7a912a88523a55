"""How near a forecast of purchases came, on customers it was not fitted on, by tenths of them.

Tenths go from those expected to buy least to those expected to buy most: a forecast that is right in all, but expects
too much of some and too little of others, is found out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.purchases import SpendForecast

Floats = NDArray[np.float64]

TENTHS = 10

MARGIN = 0.02
"""By how much of what was realised plain means must come closer to take a model's place."""

CERTAINTY = 0.95
"""In how many of the resamples of customers they must come closer."""

RESAMPLES = 200

ORDERS, SPEND = "orders", "spend"
"""Columns of what was realised: days with an order, and minor units paid, within the horizon."""

ORDERS_IF_KEPT, SPEND_IF_KEPT, VALUE = "orders if kept", "spend if kept", "value"
"""Further figures of the check: of those who ordered; and what they paid, given the days on which they ordered."""


def tenths(expected: Floats) -> NDArray[np.int64]:
    """Number each row's tenth, by what is expected; ties in the order of the rows.

    Parameters
    ----------
    expected : float array of shape (n_rows,)

    Returns
    -------
    int array of shape (n_rows,), 1 to 10

    Examples
    --------
    >>> tenths(np.array([0.3, 0.1, 0.2])).tolist()
    [7, 1, 4]
    """
    rank = np.empty(len(expected), dtype=np.int64)
    rank[np.argsort(expected, kind="stable")] = np.arange(len(expected))
    return rank * TENTHS // max(len(expected), 1) + 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Figure:
    """What was expected and realised of some of the held-out customers."""

    who: NDArray[np.bool_]
    expected: Floats
    realised: Floats
    tenth: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        expected: Floats,
        realised: Floats,
        who: NDArray[np.bool_],
        rank_by: Floats | None = None,
    ) -> Figure:
        """Look at those customers only, in tenths of what is expected or of something else."""
        return cls(
            who=who,
            expected=expected[who],
            realised=realised[who],
            tenth=tenths((expected if rank_by is None else rank_by)[who]),
        )

    def error(self, weights: Floats | None = None) -> float:
        """Measure how far expected lies from realised, by tenths of customers.

        The differences of the tenths' sums, without their signs, as a share of all that was realised; no less than
        the difference in all, and infinite where nothing was realised.

        Parameters
        ----------
        weights : float array of shape (n_held_out,), optional
            How often each held-out customer counts; once by default.
        """
        weight = np.ones(len(self.expected)) if weights is None else weights[self.who]
        in_all = float((weight * self.realised).sum())
        if not in_all > 0:
            return float("inf")
        apart = np.bincount(self.tenth, weights=weight * (self.expected - self.realised))
        return float(np.abs(apart).sum()) / in_all


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """Customers whom nothing was fitted on, and what they bought."""

    values: Floats
    orders: Floats
    spend: Floats

    @classmethod
    def of(cls, rows: pd.DataFrame, realised: pd.DataFrame, inputs: Sequence[str]) -> HeldOut:
        """Read rows, and what was realised of them."""
        return cls(
            values=rows[list(inputs)].to_numpy(dtype=np.float64),
            orders=realised[ORDERS].to_numpy(dtype=np.float64),
            spend=realised[SPEND].to_numpy(dtype=np.float64),
        )

    @property
    def repeaters(self) -> int:
        """How many had ordered again by the cutoff."""
        return int(np.count_nonzero(self.values[:, 0] > 1))

    def figures(self, forecast: SpendForecast) -> dict[str, Figure]:
        """Give what was expected and realised, by figure."""
        expected = forecast.expect(self.values)
        everyone, kept = np.ones(len(self.orders), dtype=np.bool_), self.orders > 0
        return {
            ORDERS: Figure.of(expected.orders, self.orders, everyone),
            ORDERS_IF_KEPT: Figure.of(expected.orders_if_kept, self.orders, kept),
            VALUE: Figure.of(
                expected.order_value * self.orders, self.spend, kept, rank_by=expected.order_value
            ),
            SPEND: Figure.of(expected.spend, self.spend, everyone),
            SPEND_IF_KEPT: Figure.of(expected.spend_if_kept, self.spend, kept),
        }

    def table(self, forecasts: dict[str, SpendForecast]) -> pd.DataFrame:
        """Compare expected and realised by tenths.

        Parameters
        ----------
        forecasts : dict of str to SpendForecast

        Returns
        -------
        DataFrame
            Columns figure, forecast, tenth, customers, expected, realised (the latter two means).
        """
        parts = []
        for name, forecast in forecasts.items():
            for figure, found in self.figures(forecast).items():
                by_tenth = (
                    pd.DataFrame(
                        {
                            "tenth": found.tenth,
                            "expected": found.expected,
                            "realised": found.realised,
                        }
                    )
                    .groupby("tenth", as_index=False)
                    .agg(
                        customers=("expected", "size"),
                        expected=("expected", "mean"),
                        realised=("realised", "mean"),
                    )
                )
                by_tenth.insert(0, "forecast", name)
                by_tenth.insert(0, "figure", figure)
                parts.append(by_tenth)
        return pd.concat(parts, ignore_index=True)


def is_closer(models: Sequence[Figure], means: Sequence[Figure]) -> bool:
    """Say whether means come closer to what was realised than models do, beyond chance and by what matters.

    Parameters
    ----------
    models, means : sequence of Figure
        The same figures of the same held-out customers, whose errors are averaged.

    Returns
    -------
    bool
        True where they come closer by more than `MARGIN`, and at all in `CERTAINTY` of the resamples of customers.
    """

    def advantage(weights: Floats | None = None) -> float:
        pairs = zip(models, means, strict=True)
        return sum(model.error(weights) - mean.error(weights) for model, mean in pairs) / len(
            models
        )

    if not advantage() > MARGIN:
        return False
    rng, customers = np.random.default_rng(0), len(models[0].who)
    won = 0
    for _ in range(RESAMPLES):
        drawn = np.bincount(rng.integers(customers, size=customers), minlength=customers)
        won += advantage(drawn.astype(np.float64)) > 0
    return won >= CERTAINTY * RESAMPLES
