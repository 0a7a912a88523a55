"""Fit models of what customers buy by maximum likelihood, and the plain means that stand beside them.

Rows that are alike are counted once. Parameters are searched for by their logarithms, from several starts, with the
slopes of the likelihood in closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln
from threadpoolctl import threadpool_limits

from scoring.purchase_models import BetaGeometric, GammaGamma, MeanOrders, MeanValue

Floats = NDArray[np.float64]

LEAST_ALPHA = 1.0
"""Time is counted in whole days, so rates cannot be told apart below the scale of a day."""

TIMES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""How strongly a customer's mean may be drawn to the shop's: in times at the shop's mean."""

_FARTHEST = (1e-4, 1e4)
"""Between which a parameter is searched for."""

_MOST = 1e7
"""Amounts, in the shop's mean, and scales of time, in days, are searched for up to here."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Distinct:
    """A column as its distinct values, so that a function of it is worked out once for each."""

    values: Floats
    places: NDArray[np.intp]

    @classmethod
    def of(cls, column: Floats) -> _Distinct:
        """Find the distinct values of a column, and where each belongs."""
        values, places = np.unique(column, return_inverse=True)
        return cls(values=values, places=places)

    def spread(self, of_values: Floats) -> Floats:
        """Bring what was worked out of the distinct values to every row."""
        return of_values[self.places]


def fit_beta_geometric(repeats: Floats, latest: Floats, age: Floats) -> tuple[BetaGeometric, float]:
    """Fit BG/NBD.

    Parameters
    ----------
    repeats, latest, age : float arrays of shape (n_customers,)
        Orders after the first; days from the first to the latest, and to now.

    Returns
    -------
    model : BetaGeometric
    log_likelihood : float
        At the maximum, of time in days.
    """
    rows, count = np.unique(np.stack([repeats, latest, age]), axis=1, return_counts=True)
    times, last, now = (_Distinct.of(values) for values in rows)
    again, before = rows[0] > 0, np.maximum(times.values - 1.0, 0.0)

    def likelihood(parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = parameters
        orders = times.spread(r + times.values)
        until_now = now.spread(np.log(alpha + now.values))
        until_last = last.spread(np.log(alpha + last.values))
        there = -orders * until_now
        left = np.where(
            again, times.spread(np.log(a / (b + before))) - orders * until_last, -np.inf
        )
        both = np.logaddexp(there, left)
        gone = np.exp(left - both)
        total = gammaln(r + times.values) - gammaln(r) + r * np.log(alpha)
        total += gammaln(a + b) - gammaln(b)
        total += gammaln(b + times.values) - gammaln(a + b + times.values)
        by_r = digamma(r + times.values) - digamma(r) + np.log(alpha)
        by_a = digamma(a + b) - digamma(a + b + times.values)
        by_b = by_a - digamma(b) + digamma(b + times.values)
        slopes = (
            times.spread(by_r) - until_now - gone * (until_last - until_now),
            r / alpha
            - orders * now.spread(1 / (alpha + now.values)) * (1 - gone)
            - orders * last.spread(1 / (alpha + last.values)) * gone,
            times.spread(by_a) + gone / a,
            times.spread(by_b) - gone * times.spread(1 / (b + before)),
        )
        return float(count @ (times.spread(total) + both)), np.array(
            [count @ slope for slope in slopes]
        )

    typical = max(float(np.median(now.values)), LEAST_ALPHA)
    found, best = _maximum(
        likelihood,
        [(r, typical * share, a, b) for r, share, a, b in _STARTS],
        least=(_FARTHEST[0], LEAST_ALPHA, _FARTHEST[0], _FARTHEST[0]),
        most=(_FARTHEST[1], _MOST, _FARTHEST[1], _FARTHEST[1]),
    )
    r, alpha, a, b = found
    return BetaGeometric(r=r, alpha=alpha, a=a, b=b), best


_STARTS = ((0.3, 0.2, 0.8, 2.5), (1.0, 1.0, 0.1, 2.0), (3.0, 0.5, 1.0, 1.0))
"""Of `r`, of `alpha` in the typical age, of `a` and of `b`."""


def fit_mean_orders(repeats: Floats, age: Floats) -> tuple[float, float]:
    """Fit how orders spread over customers who never leave: the negative binomial distribution.

    Parameters
    ----------
    repeats, age : float arrays of shape (n_customers,)
        As for `fit_beta_geometric`.

    Returns
    -------
    r : float
    alpha : float, days
        The shop's rate is `r / alpha` repeated orders a day.
    """
    rows, count = np.unique(np.stack([repeats, age]), axis=1, return_counts=True)
    times, now = (_Distinct.of(values) for values in rows)

    def likelihood(parameters: Floats) -> tuple[float, Floats]:
        r, alpha = parameters
        until_now = now.spread(np.log(alpha + now.values))
        orders = times.spread(r + times.values)
        total = times.spread(gammaln(r + times.values) - gammaln(r) + r * np.log(alpha))
        by_r = digamma(r + times.values) - digamma(r) + np.log(alpha)
        slopes = (
            times.spread(by_r) - until_now,
            r / alpha - orders * now.spread(1 / (alpha + now.values)),
        )
        return float(count @ (total - orders * until_now)), np.array(
            [count @ slope for slope in slopes]
        )

    typical = max(float(np.median(now.values)), LEAST_ALPHA)
    (r, alpha), _ = _maximum(
        likelihood,
        [(r, typical * share) for r, share, _, _ in _STARTS],
        least=(_FARTHEST[0], LEAST_ALPHA),
        most=(_FARTHEST[1], _MOST),
    )
    return r, alpha


def fit_gamma_gamma(spend: Floats, times: Floats) -> tuple[GammaGamma, float]:
    """Fit Gamma-Gamma on the customers who paid something.

    Parameters
    ----------
    spend, times : float arrays of shape (n_customers,)
        What each paid in all, and in how many times.

    Returns
    -------
    model : GammaGamma
    log_likelihood : float
        At the maximum, of the customers' means.
    """
    paid = (spend > 0) & (times > 0)
    count = _Distinct.of(times[paid])
    number = times[paid]
    mean = spend[paid] / number
    unit = float(np.exp(np.log(mean).mean()))
    mean = mean / unit
    logarithm, in_all = np.log(mean), number * mean
    fixed = float((number * np.log(number)).sum()), float((number * logarithm).sum())

    def likelihood(parameters: Floats) -> tuple[float, Floats]:
        p, above, v = parameters
        q = 1.0 + above
        own = p * count.values
        shape, scale = count.spread(own + q), np.log(in_all + v)
        total = count.spread(gammaln(own + q) - gammaln(own) - gammaln(q) + q * np.log(v))
        total -= shape * scale + logarithm
        by_p = count.values * (digamma(own + q) - digamma(own))
        by_q = digamma(own + q) - digamma(q) + np.log(v)
        slopes = (
            count.spread(by_p) - number * scale,
            count.spread(by_q) - scale,
            q / v - shape / (in_all + v),
        )
        rest = np.array([sum(fixed), 0.0, 0.0])
        return float(total.sum()) + p * sum(fixed), rest + [slope.sum() for slope in slopes]

    (p, above, v), best = _maximum(
        likelihood,
        [(6.0, 2.5, 0.5), (1.0, 1.0, 1.0), (30.0, 3.0, 0.1)],
        least=(_FARTHEST[0], _FARTHEST[0], 1 / _MOST),
        most=(_FARTHEST[1], _FARTHEST[1], _MOST),
    )
    model = GammaGamma(p=p, q=1.0 + above, v=v * unit)
    return model, best - len(mean) * float(np.log(unit))


def fit_mean_value(
    spend: Floats, times: Floats, later_spend: Floats, later_times: Floats
) -> MeanValue:
    """Fit how strongly a customer's mean is drawn to the shop's: as foretells best what they paid later.

    Parameters
    ----------
    spend, times : float arrays of shape (n_customers,)
        What each paid in all, and in how many times (>= 1).
    later_spend, later_times : float arrays of shape (n_customers,)
        The same of the time that followed.

    Returns
    -------
    MeanValue
        Of the strengths `TIMES` the one whose squared error per time is least.
    """
    mean = float((spend / times).mean()) if len(times) else 0.0
    models = [MeanValue(mean=mean, times=strength) for strength in TIMES]
    came = later_times > 0
    paid = later_spend[came] / later_times[came]

    def error(model: MeanValue) -> float:
        expected = model.value(spend[came], times[came])  # type: ignore[arg-type]
        return float(later_times[came] @ (paid - expected) ** 2)

    return min(models, key=error)


def with_shares(
    r: float, alpha: float, repeats: Floats, age: Floats, later_times: Floats, days: float
) -> MeanOrders:
    """Set the plain mean of orders right in total, by what followed.

    Parameters
    ----------
    r, alpha : float
        Of `fit_mean_orders`.
    repeats, age, later_times : float arrays of shape (n_customers,)
        Orders after the first and days since it, and the orders within the next days.
    days : float
        How many days those are.

    Returns
    -------
    MeanOrders
    """
    at_rate = days * (r + repeats) / (alpha + age)
    came = later_times > 0
    further = at_rate[came].sum()
    return MeanOrders(
        r=r,
        alpha=alpha,
        all_share=float(later_times.sum() / at_rate.sum()),
        further_share=float((later_times[came] - 1.0).sum() / further) if came.any() else 0.0,
    )


def _maximum(
    likelihood: Callable[[Floats], tuple[float, Floats]],
    starts: Sequence[tuple[float, ...]],
    *,
    least: Sequence[float],
    most: Sequence[float],
) -> tuple[list[float], float]:
    """Climb from each start, in logarithms, and keep the highest place; slopes are by parameter."""
    low, high = np.log(least), np.log(most)

    def descended(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, slopes = likelihood(parameters)
        return -value, -slopes * parameters

    with threadpool_limits(limits=1):  # the few numbers of a step are no work for two threads
        ends = [
            minimize(
                descended,
                np.clip(np.log(start), low, high),
                jac=True,
                method="L-BFGS-B",
                bounds=list(zip(low, high, strict=True)),
                options={"ftol": 1e-13, "gtol": 1e-7, "maxiter": 1000},
            )
            for start in starts
        ]
    best = min(ends, key=lambda end: float(end.fun))
    return [float(value) for value in np.exp(best.x)], -float(best.fun)
