"""What acting is expected to earn, and what becomes of it where an assumption is wrong by half, or by double."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from commerce.records.money import from_minor
from scoring.offers import Offer
from scoring.package import Package
from scoring.scorer import score

Floats = NDArray[np.float64]

FACTORS = (0.5, 2.0)
"""By which each assumption is changed, alone."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Stakes:
    """What an offer to each of some customers hangs on, each of shape (n_rows,)."""

    risk: Floats
    """Of leaving, or of staying away."""
    value: Floats
    """Minor units that the customer, if kept, earns; NaN of who never ordered."""
    success: Floats

    def gains(self, cost: float) -> Floats:
        """Give what an offer to each is expected to earn, minor units, whole; negative where no value is known."""
        gains = self.risk * self.success * self.value - cost
        return np.where(np.isnan(gains), -np.inf, np.rint(gains))


def stakes(package: Package, values: Floats) -> Stakes:
    """Work out what an offer to each of some customers hangs on.

    Parameters
    ----------
    package : Package
        With an offer.
    values : float array of shape (n_rows, n_outputs)
        In the order of `package.names`.
    """
    offer = package.offer
    assert offer is not None, "stakes are of an offer"
    scores = score(package, values)
    risk, returns = scores.probability.copy(), np.zeros(len(values), dtype=np.bool_)
    if package.population is not None:
        told_by = {
            group.feature: values[:, package.columns[group.feature]]
            for group in package.population.others
        }
        for row, group in enumerate(package.population.groups_of(told_by, len(values))):
            if group is not None:
                risk[row], returns[row] = group.probability(float(scores.logit[row])), group.returns
    silences = values[:, package.columns[offer.silence]]
    inputs = [package.columns[name] for name in offer.forecast.inputs]
    return Stakes(
        risk=risk,
        value=offer.values(values[:, inputs]),
        success=np.array(
            [
                offer.success_of(silence, returns=bool(back))
                for silence, back in zip(silences.tolist(), returns, strict=True)
            ]
        ),
    )


def acts_on(package: Package, values: Floats) -> NDArray[np.bool_]:
    """Mark whom a package acts on: by expected gain where it knows one, else from its threshold on.

    Parameters
    ----------
    package : Package
    values : float array of shape (n_rows, n_outputs)
        In the order of `package.names`.

    Returns
    -------
    bool array of shape (n_rows,)
    """
    if package.offer is None:
        return score(package, values).probability >= package.decision.threshold
    return stakes(package, values).gains(package.offer.cost) > 0


def sensitivity(package: Package, values: Floats) -> pd.DataFrame:
    """Show what acting comes to, and what becomes of it where cost, margin or success are half, or double.

    Parameters
    ----------
    package : Package
    values : float array of shape (n_rows, n_outputs)

    Returns
    -------
    DataFrame
        By assumption: the share acted on, the gain expected then, and what is lost by having acted as assumed, both in
        the currency's own unit per 1,000 customers; empty for a package without an offer.
    """
    columns = ["share acted on", "expected gain", "lost by acting as assumed"]
    if package.offer is None or not len(values):
        return pd.DataFrame(columns=columns)
    base, offer = stakes(package, values), package.offer
    assumed = base.gains(offer.cost) > 0
    rows = {"as assumed": _row(base, offer, assumed)}
    for factor, word in zip(FACTORS, ("half", "double"), strict=True):
        rows[f"cost {word}"] = _row(base, replace(offer, cost=round(offer.cost * factor)), assumed)
        rows[f"margin {word}"] = _row(replace(base, value=base.value * factor), offer, assumed)
        success = np.minimum(base.success * factor, 1.0)
        rows[f"success {word}"] = _row(replace(base, success=success), offer, assumed)
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _row(found: Stakes, offer: Offer, assumed: NDArray[np.bool_]) -> list[float]:
    gains = found.gains(offer.cost)
    best = float(gains[gains > 0].sum())
    lost = best - float(gains[assumed].sum())
    per_thousand = 1000 / len(gains)
    return [
        float((gains > 0).mean()),
        *(float(from_minor(round(each * per_thousand), offer.currency)) for each in (best, lost)),
    ]
