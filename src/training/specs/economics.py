"""The threshold is money: where acting begins to pay, and the sentence that shows why.

Three kinds: an offer that keeps customers, an order on credit, something done beforehand that prevents a loss.

Amounts come from the training customers of the tenant, shares from the spec, so that nothing depends on a
currency. An amount that the records do not show is not made up: the sentence then does without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from commerce.records.money import format_money
from scoring.offers import Offer, SuccessRate
from scoring.package import DecisionRule
from scoring.purchases import SpendForecast

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

UNKNOWN = "Nothing is known of what customers will pay, so what an offer would earn is not known: it is made to nobody."


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """What a shop's records say of money.

    Parameters
    ----------
    train, asked : DataFrame
        Training rows, and today's customers whom the question is about, with their features.
    forecast : SpendForecast or None
        What customers will buy; None where that is not known.
    longest : float, days, or None
        The longest usual silence; None where nobody lapses.
    currency : str
        ISO 4217.
    """

    train: pd.DataFrame
    asked: pd.DataFrame
    forecast: SpendForecast | None
    longest: float | None
    currency: str


FADING = ((0.0, 1.0), (0.5, 0.6))
"""How success fades while a customer is active: from which share of the longest usual silence, what is left of it."""
WIN_BACK = ((0.0, 0.2), (2.0, 0.08))
"""The same of those who lapsed."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """An offer that keeps some of those who would leave, and brings back few of those who left.

    Offering pays where risk x success x value > cost, the value being what this very customer, if kept, is expected
    to earn within the horizon. Without campaigns of the shop's own, success is a stated assumption: a quarter of
    those just seen, less the longer they are silent, next to nothing of those long gone.
    """

    by_value: ClassVar[bool] = True
    """Whether it asks what each customer will buy."""

    order_value: str
    """Feature that holds a customer's average order, in minor units."""
    silence: str
    """Feature that holds the days since the customer did something last."""
    margin: float = 0.30
    """In (0, 1]; what is earned of each amount paid."""
    success_rate: float = 0.25
    """In [0, 1]; share of leaving customers, just seen, whom the offer keeps."""
    success: tuple[SuccessRate, ...] | None = None
    """The rates themselves, by silence, where campaigns have shown them; they come before `success_rate`."""
    offer_share: float = 0.05
    """> 0; cost of the offer, as a share of the median order."""
    offer_cost: int | None = None
    """Minor units; cost of the offer where it is known; it comes before `offer_share`."""

    def rates(self, longest: float | None) -> tuple[SuccessRate, ...]:
        """Give the success rates, by silence.

        Parameters
        ----------
        longest : float, days, or None
            The longest usual silence of the shop, by which success fades; None where nobody lapses.
        """
        if self.success is not None:
            return self.success
        if longest is None:
            return (SuccessRate(rate=self.success_rate, returns=False, from_days=0.0),)
        return tuple(
            SuccessRate(
                rate=round(self.success_rate * left, 6), returns=returns, from_days=share * longest
            )
            for returns, steps in ((False, FADING), (True, WIN_BACK))
            for share, left in steps
        )

    def settle(self, facts: Facts) -> tuple[DecisionRule, Offer | None]:
        """Say what is offered and what it is worth, and from which risk it pays with the usual customer.

        Returns
        -------
        DecisionRule, Offer or None
            None where nothing is known of what customers will pay, or of what an offer costs: it is made to nobody.
        """
        order = typical_order(facts.train, self.order_value)
        if facts.forecast is None or (order is None and self.offer_cost is None):
            return _retain(1.0, UNKNOWN), None
        offer = Offer(
            cost=round(self.offer_share * (order or 0.0))
            if self.offer_cost is None
            else self.offer_cost,
            margin=self.margin,
            silence=self.silence,
            success=self.rates(facts.longest),
            forecast=facts.forecast,
            currency=facts.currency,
        )
        values = offer.values(facts.asked[list(facts.forecast.inputs)].to_numpy(dtype=np.float64))
        silences = facts.asked[self.silence].to_numpy(dtype=np.float64)
        known = np.isfinite(values) & np.isfinite(silences)
        if not known.any():
            return _retain(1.0, UNKNOWN), None
        value, silence = float(np.median(values[known])), float(np.median(silences[known]))
        won = offer.success_of(silence, returns=False) * value
        threshold = min(offer.cost / won, 1.0) if won > 0 else 1.0
        return _retain(threshold, self._sentence(offer, value, threshold)), offer

    @staticmethod
    def _sentence(offer: Offer, value: float, threshold: float) -> str:
        rates = [each.rate for each in offer.success if not each.returns]
        kept = _percent(max(rates))
        if min(rates) < max(rates):
            kept = f"{_percent(min(rates))} to {kept}"
        ends = f"from a risk of {_percent(threshold)}" if threshold < 1 else "at no risk"
        return (
            f"An offer costs {format_money(offer.cost, offer.currency)} and keeps {kept} of those who would leave;"
            f" the usual customer, if kept, earns {format_money(round(value), offer.currency)} in"
            f" {offer.forecast.horizon_days} days ({_percent(offer.margin)} of what is paid), so that it pays {ends}."
            " It is made where this customer's own risk x success x value is more than it costs."
        )


@dataclass(frozen=True, kw_only=True)
class Lending:
    """An order sold on credit: the margin if it is paid, the loss if not.

    Approving pays where (1 - risk) x margin > risk x loss.
    """

    by_value: ClassVar[bool] = False

    order_value: str
    """Feature that holds a customer's average order, in minor units."""
    margin: float = 0.25
    """In (0, 1]; what is earned of an order that is paid."""
    loss: float = 0.85
    """In (0, 1]; what is lost of an order that is not: goods, handling, collection."""

    def settle(self, facts: Facts) -> tuple[DecisionRule, None]:
        """Say up to which risk credit pays: shares alone set it, and an order shows the money."""
        order = typical_order(facts.train, self.order_value)
        threshold = self.margin / (self.margin + self.loss)
        if order is None:
            money = (
                f"An order earns {_percent(self.margin)} of its worth if it is paid and loses"
                f" {_percent(self.loss)} if not"
            )
        else:
            money = (
                f"An order of {format_money(round(order), facts.currency)} earns"
                f" {format_money(round(self.margin * order), facts.currency)} if it is paid and loses"
                f" {format_money(round(self.loss * order), facts.currency)} if not"
            )
        rule = f"{money}: credit pays below a risk of {_percent(threshold)}."
        return DecisionRule(
            threshold=threshold, at_or_above="refuse", below="approve", rule=rule
        ), None


@dataclass(frozen=True, kw_only=True)
class Prevention:
    """Something done beforehand that prevents part of what costs more.

    Acting pays where risk x success x loss > cost.
    """

    by_value: ClassVar[bool] = False

    cost_minor: int
    """Minor units, > 0; of acting once."""
    loss_minor: int
    """Minor units, > 0; of what comes about, once."""
    success_rate: float
    """In (0, 1]; share of what would come about that acting prevents."""
    acting: str
    """What is done, for the sentence: "a call before the parcel leaves"."""
    outcome: str
    """What comes about, likewise: "a return"."""
    action: str
    """The action's name in answers: "call"."""

    def settle(self, facts: Facts) -> tuple[DecisionRule, None]:
        """Say from which risk acting pays."""
        threshold = min(self.cost_minor / (self.success_rate * self.loss_minor), 1.0)
        cost, loss = (
            format_money(each, facts.currency) for each in (self.cost_minor, self.loss_minor)
        )
        ends = f"from a risk of {_percent(threshold)}" if threshold < 1 else "at no risk"
        rule = (
            f"{self.acting[:1].upper()}{self.acting[1:]} costs {cost} and prevents {_percent(self.success_rate)}"
            f" of what would come about; {self.outcome} costs {loss}: it pays {ends}."
        )
        return DecisionRule(
            threshold=threshold, at_or_above=self.action, below="none", rule=rule
        ), None


Economics = Retention | Lending | Prevention


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
