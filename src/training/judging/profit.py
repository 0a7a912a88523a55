"""What ranking is worth in money: the profit of acting on the riskiest first, and the most that can be expected of it.

Acting on a customer whose outcome would come about earns something, acting on any other costs something; both follow
from the threshold of the decision, at which they are even, and from what acting costs. The expected maximum profit is
that of Verbraken, Verbeke and Baesens (2013; churn: the share of customers an offer keeps is uncertain) and of
Verbraken, Bravo, Weber and Baesens (2014; credit: what is lost of a debt is uncertain), by empulse. Both ask how good
a ranking is at its best cut-off, whatever its probabilities are called.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scoring.package import Package
from training.judging.evaluation import bootstrap
from training.specs import ModelSpec
from training.specs.economics import Economics, Lending, Prevention, typical_order

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

RESAMPLES = 200
"""Bootstrap samples of a difference in profit."""

CERTAINTY = 20.0
"""How sure the share of customers kept is, as a beta distribution's two parameters together: that of the paper."""


@dataclass(frozen=True, kw_only=True)
class Payoff:
    """What acting on a customer brings.

    Parameters
    ----------
    gain : float, minor units, > 0
        Earned by acting where the outcome would have come about.
    cost : float, minor units, > 0
        Lost by acting where it would not.
    economics : Retention, Lending or Prevention
        What is uncertain about them.
    currency : str
    """

    gain: float
    cost: float
    economics: Economics
    currency: str

    @property
    def threshold(self) -> float:
        """The risk from which acting pays."""
        return self.cost / (self.gain + self.cost)


def payoff_of(spec: ModelSpec, package: Package, frame: pd.DataFrame) -> Payoff | None:
    """Read what is at stake off a package's threshold and the orders of training rows.

    Returns
    -------
    Payoff or None
        None where acting pays for nobody, or nobody has paid for an order.
    """
    economics, threshold = spec.economics, package.decision.threshold
    if isinstance(economics, Lending):
        order = typical_order(frame, economics.order_value)
        cost = None if order is None else economics.margin * order
    elif isinstance(economics, Prevention):
        cost = float(economics.cost_minor)
    else:
        cost = None if package.offer is None else float(package.offer.cost)
    if not cost or not 0 < threshold < 1:
        return None
    return Payoff(
        gain=cost * (1 - threshold) / threshold,
        cost=cost,
        economics=economics,
        currency=package.currency,
    )


def profit_curve(labels: Integers, scores: Floats, payoff: Payoff) -> Floats:
    """Profit per customer when ever more of them are acted on, the riskiest first.

    Parameters
    ----------
    labels : int array of shape (n_rows,), 0 or 1
    scores : float array of shape (n_rows,)
    payoff : Payoff

    Returns
    -------
    float array of shape (n_rows + 1,)
        Minor units per customer looked at, from acting on nobody to acting on all.

    Examples
    --------
    >>> payoff = Payoff(gain=300.0, cost=100.0, economics=Lending(order_value=""), currency="EUR")
    >>> profit_curve(np.array([1, 0]), np.array([0.9, 0.1]), payoff).tolist()
    [0.0, 150.0, 100.0]
    """
    order = np.argsort(-scores, kind="stable")
    earned = np.where(labels[order] == 1, payoff.gain, -payoff.cost)
    return np.concatenate([[0.0], np.cumsum(earned)]) / len(labels)


def expected_profit(labels: Integers, scores: Floats, payoff: Payoff) -> float:
    """Expected maximum profit per customer, in minor units: EMPC for an offer, EMPCS for lending.

    Of an offer, its cost is paid for everybody it is made to; the share it keeps is beta distributed about the rate of
    the economics. Of a debt, what is lost lies evenly between nothing and all, with as much more weight at one end as
    gives the mean of the economics.
    """
    from empulse.metrics import empc_score, empcs_score

    economics = payoff.economics
    if isinstance(economics, Lending):
        order = payoff.cost / economics.margin
        all_lost = max(2 * economics.loss - 1, 0.0)
        none_lost = max(1 - 2 * economics.loss, 0.0)
        share = empcs_score(
            labels, scores, success_rate=none_lost, default_rate=all_lost, roi=economics.margin
        )
        return float(share) * order
    kept = min(max(economics.success_rate, 0.01), 0.99)
    return float(
        empc_score(
            labels,
            scores,
            alpha=CERTAINTY * kept,
            beta=CERTAINTY * (1 - kept),
            clv=(payoff.gain + payoff.cost) / kept,
            incentive_cost=0.0,
            contact_cost=payoff.cost,
        )
    )


@dataclass(frozen=True, kw_only=True)
class ProfitDifference:
    """Expected maximum profit of a challenger and of a champion on the same rows, per customer in minor units."""

    challenger: float
    champion: float
    low: float
    high: float
    """`low`, `high`: paired-bootstrap 95 % interval of the difference."""
    currency: str


def profit_difference(
    labels: Integers, challenger: Floats, champion: Floats, payoff: Payoff, *, seed: int = 0
) -> ProfitDifference:
    """Compare the expected maximum profit of two rankings on the same rows."""

    def difference(rows: Integers) -> float:
        return expected_profit(labels[rows], challenger[rows], payoff) - expected_profit(
            labels[rows], champion[rows], payoff
        )

    drawn = bootstrap(difference, labels, seed=seed, resamples=RESAMPLES)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return ProfitDifference(
        challenger=expected_profit(labels, challenger, payoff),
        champion=expected_profit(labels, champion, payoff),
        low=float(low),
        high=float(high),
        currency=payoff.currency,
    )
