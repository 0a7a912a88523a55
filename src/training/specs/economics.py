"""The threshold is money: where acting begins to pay, and the sentence that shows why.

Amounts come from the training customers of the tenant, shares from the spec, so that nothing depends on a
currency. An amount that the records do not show is not made up: the sentence then does without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from commerce.records.money import format_money
from scoring.package import DecisionRule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Retention:
    """An offer that keeps some of those who would leave.

    Offering pays where risk x success_rate x value > cost, the value being what a customer who stays earns
    within the horizon: what those who stayed did pay there, not what their past lets expect, since a shop's
    records may be shorter than any window on the past.
    """

    order_value: str
    """Feature that holds a customer's average order, in minor units."""
    margin: float = 0.30
    """In (0, 1]; what is earned of each amount paid."""
    success_rate: float = 0.25
    """In (0, 1]; share of leaving customers whom the offer keeps."""
    offer_share: float = 0.05
    """> 0; cost of the offer, as a share of the median order."""
    offer_cost: int | None = None
    """Minor units; cost of the offer where it is known; it comes before `offer_share`."""

    def decision(
        self, frame: pd.DataFrame, paid: pd.Series[float], *, days: int, currency: str
    ) -> DecisionRule:
        """Read the money off training rows with a `label` column (1: left).

        Parameters
        ----------
        paid : float Series, minor units
            What the customer of each row paid within the horizon.
        """
        stayed = paid[(frame["label"] == 0).to_numpy()].dropna()
        spend = float(stayed.mean()) if len(stayed) else 0.0
        order = typical_order(frame, self.order_value)
        gain = self.success_rate * self.margin * spend
        if not gain > 0 or (order is None and self.offer_cost is None):
            return _retain(
                1.0,
                f"No payments of customers who stayed are on record in {days} days, so what an offer"
                " would earn is not known: it is made to nobody.",
            )
        cost = self.offer_share * (order or 0.0) if self.offer_cost is None else self.offer_cost
        threshold = min(cost / gain, 1.0)
        rule = (
            f"An offer costs {format_money(round(cost), currency)} and keeps"
            f" {_percent(self.success_rate)} of those who would leave;"
            f" a customer who stays earns {format_money(round(self.margin * spend), currency)}"
            f" in {days} days ({_percent(self.margin)} of"
            f" {format_money(round(spend), currency)}): it pays"
        )
        ends = f" from a risk of {_percent(threshold)}." if threshold < 1 else " for nobody."
        return _retain(threshold, rule + ends)


@dataclass(frozen=True, kw_only=True)
class Lending:
    """An order sold on credit: the margin if it is paid, the loss if not.

    Approving pays where (1 - risk) x margin > risk x loss.
    """

    order_value: str
    """Feature that holds a customer's average order, in minor units."""
    margin: float = 0.25
    """In (0, 1]; what is earned of an order that is paid."""
    loss: float = 0.85
    """In (0, 1]; what is lost of an order that is not: goods, handling, collection."""

    def decision(
        self, frame: pd.DataFrame, paid: pd.Series[float], *, days: int, currency: str
    ) -> DecisionRule:
        """Read the money off training rows, as `Retention.decision`; shares alone set the threshold."""
        order = typical_order(frame, self.order_value)
        threshold = self.margin / (self.margin + self.loss)
        if order is None:
            money = (
                f"An order earns {_percent(self.margin)} of its worth if it is paid and loses"
                f" {_percent(self.loss)} if not"
            )
        else:
            money = (
                f"An order of {format_money(round(order), currency)} earns"
                f" {format_money(round(self.margin * order), currency)} if it is paid and loses"
                f" {format_money(round(self.loss * order), currency)} if not"
            )
        rule = f"{money}: credit pays below a risk of {_percent(threshold)}."
        return DecisionRule(threshold=threshold, at_or_above="refuse", below="approve", rule=rule)


Economics = Retention | Lending


def typical_order(frame: pd.DataFrame, column: str) -> float | None:
    """The median order value of the customers who have paid for one.

    Returns
    -------
    float or None
        In minor units, > 0; None where nobody has paid for an order.
    """
    values = frame[column].to_numpy(dtype=np.float64)
    paid = values[np.isfinite(values) & (values > 0)]
    return float(np.median(paid)) if len(paid) else None


def _retain(threshold: float, rule: str) -> DecisionRule:
    return DecisionRule(threshold=threshold, at_or_above="retain", below="none", rule=rule)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + " %"
