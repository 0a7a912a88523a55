"""Fit a forecast of orders and spend, and find out whether its models are true of the shop.

The models are fitted on what was known at the last training cutoff, and compared with what customers then bought
after the test cutoff: by tenths of customers, from those expected to buy least to those expected to buy most. Beside
them stand plain means of each customer, fitted on the same rows. Where these come closer, beyond chance, the shop
contradicts the model, and they take its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from commerce.records.instants import to_micros
from commerce.records.money import format_money
from features.declaring.activities import paid, placed
from features.declaring.declaration import DAYS, distinct, total
from features.declaring.declaration import catalogue as compiled
from features.frames import KEYS, feature_frame
from features.snapshots.snapshot import Snapshot
from scoring.purchases import INPUTS, SpendForecast
from training.errors import NotTrainable
from training.fitting.forecast_check import (
    ORDERS,
    ORDERS_IF_KEPT,
    SPEND,
    SPEND_IF_KEPT,
    VALUE,
    Figure,
    HeldOut,
    is_closer,
)
from training.fitting.purchase_models import (
    fit_beta_geometric,
    fit_gamma_gamma,
    fit_mean_orders,
    fit_mean_value,
    with_shares,
)

Floats = NDArray[np.float64]

LEAST_REPEATERS = 50
"""Customers with a second order, at the training cutoff and again at the test cutoff, below which means are used."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedForecast:
    """A forecast, and how it did on customers it was not fitted on.

    Parameters
    ----------
    forecast : SpendForecast
    check : DataFrame
        One row per figure, forecast ("model", "means") and tenth of customers, the least expected first: customers,
        and the means of what was expected and realised. Figures are "orders" and "spend" of all customers,
        "orders if kept" and "spend if kept" of those who ordered, and "value", what was paid by those who ordered
        if the days they did so had been known. Empty where there were too few customers to judge by.
    sentence : str
        For the model card: what is forecast by what, why, and how near it came.
    models : SpendForecast or None, default None
        What the models expect, whether or not they were chosen: nothing of the held-out customers is in it. None
        where too few customers ordered again.
    """

    forecast: SpendForecast
    check: pd.DataFrame
    sentence: str
    models: SpendForecast | None = None


def realised_purchases(snapshot: Snapshot, rows: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
    """Read what the customers of rows bought within the horizon: what a look back from its end finds.

    Parameters
    ----------
    snapshot : Snapshot
    rows : DataFrame
        With columns customer_id and cutoff.
    horizon_days : int
        Days, > 0.

    Returns
    -------
    DataFrame of shape (n_rows, 2)
        Days with an order and minor units paid, in the order of the rows; they are no features.
    """
    window = DAYS(horizon_days)
    bought = compiled(
        distinct(
            placed.of("age_day"), name=ORDERS, windows=window, description="Days with an order."
        ),
        total(
            paid.of("base_minor"),
            name=SPEND,
            windows=window,
            null=0,
            unit="minor",
            description="Amount paid for orders.",
        ),
    )
    horizon = pd.Timedelta(days=horizon_days)
    ends = [to_micros(cutoff + horizon) for cutoff in sorted(rows["cutoff"].unique())]
    found = feature_frame(snapshot, ends, bought)
    found["cutoff"] = (found["cutoff"] - horizon).dt.as_unit("us")
    merged = rows[list(KEYS)].merge(found, on=list(KEYS), how="left", validate="one_to_one")
    names = {f"{name}_{horizon_days}d": name for name in (ORDERS, SPEND)}
    return merged[list(names)].rename(columns=names).fillna(0.0)


def fit_forecast(
    train: pd.DataFrame,
    test: pd.DataFrame,
    *,
    train_realised: pd.DataFrame,
    test_realised: pd.DataFrame,
    horizon_days: int,
    currency: str,
) -> FittedForecast:
    """Fit the models and the means, and choose between them by what customers bought after the test cutoff.

    Parameters
    ----------
    train, test : DataFrame
        Rows with customer_id, cutoff and the features `INPUTS`. Of `train` those of the latest cutoff are used, one
        per customer.
    train_realised, test_realised : DataFrame
        What `realised_purchases` found of the same rows. Of `train_realised` only the means are fitted on.
    horizon_days : int
        Days, > 0.
    currency : str
        Of the amounts.

    Returns
    -------
    FittedForecast
        Nothing of `test` is in its forecast but the choice.

    Raises
    ------
    NotTrainable
        "forecast of orders must have customers who ordered; got none. ..."
    """
    latest = ((train["cutoff"] == train["cutoff"].max()) & (train["order_days"] >= 1)).to_numpy()
    if not latest.any():
        raise NotTrainable(
            "forecast of orders must have customers who ordered; got none. Import orders."
        )
    times, ordering, age, spend = _columns(train[latest])
    later = train_realised[latest]
    came, came_spend = (later[name].to_numpy(dtype=np.float64) for name in (ORDERS, SPEND))
    means = SpendForecast(
        horizon_days=horizon_days,
        orders=with_shares(
            *fit_mean_orders(times - 1, age), times - 1, age, came, float(horizon_days)
        ),
        value=fit_mean_value(spend, times, came_spend, came),
    )
    held_out = (test["order_days"] >= 1).to_numpy()
    outcome = HeldOut.of(test[held_out], test_realised[held_out], INPUTS)
    if min(int(np.count_nonzero(times > 1)), outcome.repeaters) < LEAST_REPEATERS:
        return FittedForecast(
            forecast=means,
            check=outcome.table({"means": means}),
            sentence=f"Orders and spend are plain means of each customer, drawn to the shop's: fewer than"
            f" {LEAST_REPEATERS} customers ordered again, too few to tell a better forecast by.",
        )
    orders, _ = fit_beta_geometric(times - 1, ordering, age)
    models = replace(means, orders=orders)
    if np.count_nonzero(spend > 0) >= LEAST_REPEATERS:
        models = replace(models, value=fit_gamma_gamma(spend, times)[0])
    return _chosen(models, means, outcome, currency)


def _columns(rows: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    """Read the inputs, with days set right as the forecast sets them."""
    times, ordering, age, spend = rows[list(INPUTS)].to_numpy(dtype=np.float64).T
    age = np.floor(np.nan_to_num(np.maximum(age, 0.0)))
    ordering = np.floor(np.nan_to_num(np.clip(ordering, 0.0, age)))
    return np.minimum(times, age + 1.0), ordering, age, np.nan_to_num(spend)


def _chosen(
    models: SpendForecast, means: SpendForecast, held_out: HeldOut, currency: str
) -> FittedForecast:
    """Let means take the place of a model that they come closer than, and say so."""
    by_models, by_means = held_out.figures(models), held_out.figures(means)
    forecast, sentences = models, []
    for part, model, figures in (
        ("orders", "BG/NBD", (ORDERS, ORDERS_IF_KEPT)),
        ("value", "Gamma-Gamma", (VALUE,)),
    ):
        if type(getattr(models, part)) is type(getattr(means, part)):
            sentences.append(
                f"{_WHAT[part]} is the mean of each customer: hardly anything was paid."
            )
            continue
        pair = [by_models[name] for name in figures], [by_means[name] for name in figures]
        errors = [float(np.mean([figure.error() for figure in found])) for found in pair]
        figured = f"by tenths of customers off by {errors[0]:.0%} (plain means: {errors[1]:.0%})"
        if is_closer(*pair):
            forecast = replace(forecast, **{part: getattr(means, part)})
            sentences.append(
                f"{_WHAT[part]} contradicts {model}, {figured}: the mean of each customer, drawn to the"
                " shop's, takes its place."
            )
        else:
            sentences.append(f"{_WHAT[part]} is forecast by {model}, {figured}.")
    sentences.append(_summary(held_out.figures(forecast), forecast.horizon_days, currency))
    return FittedForecast(
        forecast=forecast,
        check=held_out.table({"models": models, "means": means}),
        sentence=" ".join(sentences),
        models=models,
    )


_WHAT = {"orders": "How often customers order", "value": "What they pay a time"}


def _summary(figures: Mapping[str, Figure], days: int, currency: str) -> str:
    """Say how near the forecast came: in all, and of those who ordered."""
    orders, kept = figures[ORDERS], figures[SPEND_IF_KEPT]
    if not len(kept.expected):
        return f"Nobody ordered in the {days} days after the test cutoff."
    expected, realised = (
        format_money(round(float(values.mean())), currency)
        for values in (kept.expected, kept.realised)
    )
    return (
        f"In the {days} days after the test cutoff {orders.expected.sum():,.0f} days with an order were expected"
        f" of {len(orders.expected):,} customers and {orders.realised.sum():,.0f} came; each of the"
        f" {len(kept.expected):,} who ordered was expected to pay {expected} and paid {realised}."
    )
