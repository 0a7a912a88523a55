"""Fit what customers pay: BG/NBD and Gamma-Gamma, set right by what followed, and the plain means beside them.

The models believe that how much a customer pays a time has nothing to do with how often. Where it has, past value says
more than they hear; two weights take it in, fitted on the horizon that ended before the test began.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from features.catalogue import CATALOGUE
from scoring.lifetime_value import ValueLevel, ValuePackage, ValueRange
from scoring.purchases import SpendForecast
from training.fitting.forecast_check import ORDERS, SPEND
from training.fitting.purchase_models import (
    fit_beta_geometric,
    fit_gamma_gamma,
    fit_mean_orders,
    fit_mean_value,
    with_shares,
)
from training.fitting.purchases import LEAST_REPEATERS
from training.fitting.value_data import ValueData, ValueRows

Floats = NDArray[np.float64]

SHARE = 0.8
"""Of the customers whom as much was expected of, the range holds so many."""

_LEAST = 0.01
"""What counts as nothing: a share of what customers were worth on average."""

_TENTHS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedValues:
    """Two forecasts over the same customers.

    Parameters
    ----------
    model : ValuePackage
        BG/NBD and Gamma-Gamma, set right; without a version or figures.
    means : ValuePackage
        Each customer's own mean, drawn to the shop's and set right in all.
    """

    model: ValuePackage
    means: ValuePackage


def fit_values(data: ValueData) -> FittedValues:
    """Fit both forecasts on the training cutoff and the horizon after it.

    Parameters
    ----------
    data : ValueData
        Nothing of its test is looked at.

    Returns
    -------
    FittedValues
    """
    means, models = _forecasts(data)
    return FittedValues(model=_package(data, models, learn=True), means=_package(data, means))


def _forecasts(data: ValueData) -> tuple[SpendForecast, SpendForecast]:
    """Fit the means and the models; of these, means stay where too few customers ordered again."""
    times, ordering, age, spend = np.nan_to_num(np.maximum(data.train.inputs, 0.0)).T
    age = np.floor(age)
    times, ordering = np.minimum(times, age + 1.0), np.floor(np.minimum(ordering, age))
    later = data.train.purchases
    came, paid = (later[name].to_numpy(dtype=np.float64) for name in (ORDERS, SPEND))
    rate, days = fit_mean_orders(times - 1, age), float(data.horizon_days)
    means = SpendForecast(
        horizon_days=data.horizon_days,
        orders=with_shares(*rate, times - 1, age, came, days),
        value=fit_mean_value(spend, times, paid, came),
    )
    models = means
    if np.count_nonzero(times > 1) >= LEAST_REPEATERS:
        models = replace(models, orders=fit_beta_geometric(times - 1, ordering, age)[0])
    if np.count_nonzero(spend > 0) >= LEAST_REPEATERS:
        models = replace(models, value=fit_gamma_gamma(spend, times)[0])
    return means, models


def _package(data: ValueData, forecast: SpendForecast, *, learn: bool = False) -> ValuePackage:
    expected = np.nan_to_num(forecast.expect(data.train.inputs).spend)
    level = _level(data.train, expected, learn=learn)
    past = data.train.frame["historical"].to_numpy(dtype=np.float64)
    predicted = np.array(list(map(level.value, expected.tolist(), past.tolist())))
    return ValuePackage(
        name=data.name,
        version="0",
        currency=data.tenant.currency,
        forecast=forecast,
        hashes=tuple(CATALOGUE[name].hash for name in forecast.inputs),
        level=level,
        spread=fit_range(predicted, data.train.realised),
    )


def _level(rows: ValueRows, expected: Floats, *, learn: bool) -> ValueLevel:
    """Set a forecast right by what followed: in all, and where asked for, by what was expected and what was past."""
    past = rows.frame["historical"].to_numpy(dtype=np.float64)
    least = max(_LEAST * float(past.mean()), 1.0)
    of_expected, of_past = 1.0, 0.0
    if learn:
        of_expected, of_past = _weights(
            np.log(np.maximum(expected, least)), np.log(np.maximum(past, least)), rows.realised
        )
    shape = ValueLevel(factor=1.0, of_expected=of_expected, of_past=of_past, least=least)
    in_all = sum(map(shape.value, expected.tolist(), past.tolist()))
    return replace(shape, factor=max(float(rows.realised.sum()), 1.0) / in_all)


def _weights(expected: Floats, past: Floats, realised: Floats) -> tuple[float, float]:
    """Fit the exponents by a Poisson regression: its mean is right in all, whatever amounts are distributed like."""
    from sklearn.linear_model import PoissonRegressor

    paid = np.maximum(realised, 0.0)
    columns = np.stack([expected, past], axis=1)
    usual = np.maximum(columns.std(axis=0), 1e-9)
    model = PoissonRegressor(alpha=1e-3, max_iter=1_000)
    model.fit((columns - columns.mean(axis=0)) / usual, paid / paid.mean())
    of_expected, of_past = (model.coef_ / usual).round(9).tolist()
    return of_expected, of_past


def fit_range(predicted: Floats, realised: Floats) -> ValueRange:
    """Find between which parts of what was expected customers paid, by tenths of what was expected.

    Parameters
    ----------
    predicted, realised : float arrays of shape (n_customers,), minor units

    Returns
    -------
    ValueRange
        The quantiles that leave as many customers below as above.
    """
    order = np.argsort(predicted, kind="stable")
    parts = [part for part in np.array_split(order, _TENTHS) if len(part)]
    tail = (1.0 - SHARE) / 2
    low, high = [], []
    for part in parts:
        ratio = np.maximum(realised[part], 0.0) / predicted[part]
        below, above = np.quantile(ratio, (tail, 1.0 - tail))
        low.append(float(below))
        high.append(float(above))
    limits = tuple(float(predicted[part].max()) for part in parts[:-1])
    return ValueRange(limits=limits, low=tuple(low), high=tuple(high), share=SHARE)
