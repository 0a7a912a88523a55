"""Fit what customers pay: BG/NBD and Gamma-Gamma, weighed against what else is known, and the plain means beside them.

The models believe that how much a customer pays a time has nothing to do with how often. Where it has, past value says
more than they hear. How customers compare is learned from the last horizon that had ended; how much they pay in all is
what the models expect of them now, at a level (`training.fitting.value_levels`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import CATALOGUE
from scoring.lifetime_value import ALONE, ValueFormula, ValuePackage, ValueRange, drivers
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
from training.fitting.value_data import ValueData, ValueRows, inputs_of, starts_of
from training.fitting.value_levels import Level, level_at

Floats = NDArray[np.float64]

SHARE = 0.8
"""Of the customers whom as much was expected of, the range holds so many."""

POWER = 1.5
"""Amounts are taken for Tweedie's of this power: many zeros, a long tail."""

SHRINKAGE = 0.01
"""How strongly the powers are drawn to nothing, by the size of columns of unit variance."""

_LEAST = 0.01
"""What counts as nothing: a share of what customers were worth on average."""

_TENTHS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedValues:
    """Two forecasts that were made at the same cutoff.

    Parameters
    ----------
    model : ValuePackage
        BG/NBD and Gamma-Gamma, weighed against what else is known; without a version or figures.
    means : ValuePackage
        Each customer's own mean, drawn to the shop's and set right in all by the horizon before.
    level : Level
        Of the model.
    """

    model: ValuePackage
    means: ValuePackage
    level: Level


def fit_values(data: ValueData, cutoff: int | None = None) -> FittedValues:
    """Fit both forecasts as of a cutoff, on horizons that had ended by then.

    Parameters
    ----------
    data : ValueData
    cutoff : int, optional
        Epoch microseconds: `data.test_cutoff`, the default, for judging, or `data.as_of`.

    Returns
    -------
    FittedValues
    """
    at = data.test_cutoff if cutoff is None else cutoff
    before, now = data.rows[at - data.horizon], data.customers(at)
    means = _means(before, data.horizon_days)
    then, models = _models(before.inputs, means), _models(inputs_of(now), means)
    shares = {
        start: _share(data.rows[start], means)
        for start in starts_of(at, data.horizon)
        if start in data.rows and start <= at - data.horizon
    }
    level = level_at(at, shares, data.horizon)
    in_all = level.share * float(np.nansum(models.expect(inputs_of(now)).spend))
    return FittedValues(
        model=_package(data, models, _learned(before, then), now=now, in_all=in_all),
        means=_package(data, means, _right_in_all(before, means)),
        level=level,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Learned:
    """A formula that is right in all on the horizon it was learned from, and how wide what came lay around it."""

    formula: ValueFormula
    spread: ValueRange


def _package(
    data: ValueData,
    forecast: SpendForecast,
    learned: _Learned,
    *,
    now: pd.DataFrame | None = None,
    in_all: float = 0.0,
) -> ValuePackage:
    """Put a package together; where customers of now are given, its formula comes to so much of them in all."""
    package = ValuePackage(
        name=data.name,
        version="0",
        currency=data.tenant.currency,
        forecast=forecast,
        hashes=tuple(CATALOGUE[name].hash for name in forecast.inputs),
        formula=learned.formula,
        spread=learned.spread,
    )
    if now is None or not in_all > 0:
        return package
    past = now["historical"].to_numpy(dtype=np.float64)
    told = float(np.nansum(package.expect(inputs_of(now), past).predicted))
    return replace(
        package,
        formula=replace(learned.formula, factor=learned.formula.factor * in_all / told),
    )


def _models(inputs: Floats, means: SpendForecast) -> SpendForecast:
    """Fit the models to what is known of customers; means stay where too few ordered again."""
    times, latest, age, spend = _columns(inputs)
    models = means
    if np.count_nonzero(times > 1) >= LEAST_REPEATERS:
        models = replace(models, orders=fit_beta_geometric(times - 1, latest, age)[0])
    if np.count_nonzero(spend > 0) >= LEAST_REPEATERS:
        models = replace(models, value=fit_gamma_gamma(spend, times)[0])
    return models


def _means(rows: ValueRows, days: int) -> SpendForecast:
    """Fit the plain means to what is known of customers, and to what followed."""
    times, _, age, spend = _columns(rows.inputs)
    came, paid = (rows.purchases[name].to_numpy(dtype=np.float64) for name in (ORDERS, SPEND))
    rate = fit_mean_orders(times - 1, age)
    return SpendForecast(
        horizon_days=days,
        orders=with_shares(*rate, times - 1, age, came, float(days)),
        value=fit_mean_value(spend, times, paid, came),
    )


def _columns(inputs: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Read the inputs, with days set right as the forecast sets them."""
    times, latest, age, spend = np.nan_to_num(np.maximum(inputs, 0.0)).T
    age = np.floor(age)
    return np.minimum(times, age + 1.0), np.floor(np.minimum(latest, age)), age, spend


def _share(rows: ValueRows, means: SpendForecast) -> float:
    """Divide what came by what the models expected; no less than a thousandth of it."""
    expected = float(np.nansum(_models(rows.inputs, means).expect(rows.inputs).spend))
    return max(float(rows.realised.sum()) / expected, 1e-3)


def _learned(rows: ValueRows, forecast: SpendForecast) -> _Learned:
    """Learn by Tweedie's regression how customers compare, from what was known of them and what came."""
    from sklearn.linear_model import TweedieRegressor

    least = _least(rows)
    known = _known(rows, forecast, least)
    usual = np.maximum(known.std(axis=0), 1e-9)
    paid = np.maximum(rows.realised, 0.0)
    model = TweedieRegressor(power=POWER, alpha=SHRINKAGE, link="log", max_iter=2_000)
    model.fit((known - known.mean(axis=0)) / usual, paid / paid.mean())
    return _set_right(rows, known, tuple((model.coef_ / usual).round(9).tolist()), least)


def _right_in_all(rows: ValueRows, forecast: SpendForecast) -> _Learned:
    """Leave customers as they are forecast, and set them right in all."""
    least = _least(rows)
    return _set_right(rows, _known(rows, forecast, least), ALONE, least)


def _least(rows: ValueRows) -> float:
    return max(_LEAST * float(rows.past.mean()), 1.0)


def _known(rows: ValueRows, forecast: SpendForecast, least: float) -> Floats:
    """Give the logarithms of what values are made of, a row per customer."""
    expected = np.nan_to_num(forecast.expect(rows.inputs).spend).tolist()
    ordered = np.nan_to_num(rows.inputs[:, :3]).tolist()
    together = zip(expected, rows.past.tolist(), ordered, strict=True)
    return np.array(
        [drivers(spend, past, tuple(days), least=least) for spend, past, days in together]
    )


def _set_right(rows: ValueRows, known: Floats, powers: tuple[float, ...], least: float) -> _Learned:
    shape = ValueFormula(factor=1.0, powers=powers, least=least)
    told = np.array([shape.value(tuple(row)) for row in known.tolist()])
    factor = max(float(rows.realised.sum()), 1.0) / float(told.sum())
    return _Learned(
        formula=replace(shape, factor=factor),
        spread=fit_range(told * factor, rows.realised),
    )


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
