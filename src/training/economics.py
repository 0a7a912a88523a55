"""The threshold is money: where acting begins to pay, and the sentence that shows why.

Amounts come from the training customers of the tenant, shares from the spec, so that nothing depends on a
currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from commerce.money import format_money
from scoring.package import DecisionRule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Retention:
    """An offer that keeps some of those who would leave.

    Offering pays where risk x success_rate x value > cost, the value being what a customer who stays earns.

    Parameters
    ----------
    spend, order_value : str
        Features that hold a customer's spend over `spend_days`, and his average order, in minor units.
    spend_days : int, > 0, default 365
    value_days : int, > 0, default 90
        How long a kept customer is counted for: the horizon of the label.
    margin : float, in (0, 1], default 0.30
        What is earned of each amount spent.
    success_rate : float, in (0, 1], default 0.25
        Share of leaving customers whom the offer keeps.
    offer_share : float, > 0, default 0.05
        Cost of the offer, as a share of the median order.
    offer_cost : int or None, minor units
        Cost of the offer where it is known; it comes before `offer_share`.
    """

    spend: str
    order_value: str
    spend_days: int = 365
    value_days: int = 90
    margin: float = 0.30
    success_rate: float = 0.25
    offer_share: float = 0.05
    offer_cost: int | None = None

    @property
    def features(self) -> tuple[str, ...]:
        """The features it reads."""
        return (self.spend, self.order_value)

    def decision(self, frame: pd.DataFrame, currency: str) -> DecisionRule:
        """Read the money off training rows with a `label` column (1: left)."""
        stayed = frame.loc[frame["label"] == 0, self.spend]
        spend = _mean(stayed) * self.value_days / self.spend_days
        order = _median(frame[self.order_value])
        cost = float(self.offer_cost) if self.offer_cost is not None else self.offer_share * order
        gain = self.success_rate * self.margin * spend
        threshold = min(cost / gain, 1.0) if gain > 0 else 1.0
        written = format_money(round(cost), currency)
        rule = (
            f"An offer costs {written} and keeps {_percent(self.success_rate)} of those who would leave;"
            f" a customer who stays earns {format_money(round(self.margin * spend), currency)}"
            f" in {self.value_days} days ({_percent(self.margin)} of"
            f" {format_money(round(spend), currency)}): it pays"
        )
        ends = f" from a risk of {_percent(threshold)}." if threshold < 1 else " for nobody."
        return DecisionRule(
            threshold=threshold, at_or_above="retain", below="none", rule=rule + ends
        )


@dataclass(frozen=True, kw_only=True)
class Lending:
    """An order sold on credit: the margin if it is paid, the loss if not.

    Approving pays where (1 - risk) x margin > risk x loss.

    Parameters
    ----------
    order_value : str
        Feature that holds a customer's average order, in minor units.
    margin : float, in (0, 1], default 0.25
        What is earned of an order that is paid.
    loss : float, in (0, 1], default 0.85
        What is lost of an order that is not: goods, handling, collection.
    """

    order_value: str
    margin: float = 0.25
    loss: float = 0.85

    @property
    def features(self) -> tuple[str, ...]:
        """The features it reads."""
        return (self.order_value,)

    def decision(self, frame: pd.DataFrame, currency: str) -> DecisionRule:
        """Read the money off training rows."""
        order = _median(frame[self.order_value])
        threshold = self.margin / (self.margin + self.loss)
        rule = (
            f"An order of {format_money(round(order), currency)} earns"
            f" {format_money(round(self.margin * order), currency)} if it is paid and loses"
            f" {format_money(round(self.loss * order), currency)} if not: credit pays below a risk of"
            f" {_percent(threshold)}."
        )
        return DecisionRule(threshold=threshold, at_or_above="refuse", below="approve", rule=rule)


Economics = Retention | Lending


def typical_order(frame: pd.DataFrame, column: str) -> float:
    """The median order value of the training rows, in minor units, at least 1."""
    return max(_median(frame[column]), 1.0)


def _mean(values: pd.Series[float]) -> float:
    return _or_zero(float(values.fillna(0).mean()) if len(values) else 0.0)


def _median(values: pd.Series[float]) -> float:
    known = values.dropna().to_numpy(dtype=np.float64)
    return _or_zero(float(np.median(known)) if len(known) else 0.0)


def _or_zero(value: float) -> float:
    return value if isfinite(value) else 0.0


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + " %"
