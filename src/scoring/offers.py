"""What an offer to one customer is expected to earn: risk x success x value - cost, in the shop's currency.

The value is what the customer, if kept, is expected to earn the shop within the horizon; so every customer has a
break-even probability of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from commerce.records.money import format_money, money_writer
from scoring.purchases import ExpectedPurchases, SpendForecast

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SuccessRate:
    """The share of some customers whom an offer keeps, of those who would leave.

    Parameters
    ----------
    rate : float, in [0, 1]
    returns : bool
        Whether it is about customers who left already.
    from_days : float, >= 0
        The silence from which it holds, up to the next rate's.
    """

    rate: float
    returns: bool
    from_days: float


class Terms(NamedTuple):
    """What an offer to one customer comes to."""

    threshold: float
    """The probability of leaving from which it pays, at most 1."""
    gain: int
    value: int
    """`gain`, `value`: minor units."""
    success: float
    rule: str
    """A sentence that shows the money."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What is offered to customers who may leave, and what it is worth.

    Parameters
    ----------
    cost : int, minor units, >= 0
        Of one offer, whoever gets it.
    margin : float, in (0, 1]
        Earned of each amount paid.
    silence : str
        The output that holds the days since a customer did something last.
    success : tuple of SuccessRate
        For each kind of customer one from 0 days on, in rising order.
    forecast : SpendForecast
    currency : str
        ISO 4217.
    """

    cost: int
    margin: float
    silence: str
    success: tuple[SuccessRate, ...]
    forecast: SpendForecast
    currency: str

    @property
    def features(self) -> tuple[str, ...]:
        """The outputs it reads."""
        return (*self.forecast.inputs, self.silence)

    def values(self, inputs: Floats) -> Floats:
        """Give what each customer earns within the horizon, if kept.

        Parameters
        ----------
        inputs : float array of shape (n_rows, 4)
            As `SpendForecast.expect` takes them.

        Returns
        -------
        float array of shape (n_rows,), minor units
            NaN of customers who never ordered.
        """
        return self.values_of(self.forecast.expect(inputs))

    def values_of(self, expected: ExpectedPurchases) -> Floats:
        """Give the same of purchases that were forecast already."""
        return np.asarray(self.margin * expected.spend_if_kept)

    def success_of(self, silence: float, *, returns: bool) -> float:
        """Give the share of customers of a kind, silent for so many days, whom an offer keeps."""
        rate = 0.0
        for each in self.success:
            if each.returns == returns and silence >= each.from_days:
                rate = each.rate
        return rate

    def terms(
        self,
        values: Iterable[float],
        silences: Iterable[float],
        risks: Iterable[float],
        returns: Iterable[bool],
    ) -> Iterator[Terms | None]:
        """Say what an offer to each of some customers comes to.

        Parameters
        ----------
        values : iterable of float, minor units
            As `values` gives them.
        silences : iterable of float, days
        risks : iterable of float, in [0, 1]
            Of leaving, or of staying away.
        returns : iterable of bool
            Whether the customer left already.

        Yields
        ------
        Terms or None
            None where the customer never ordered, so that nothing is known of a value.
        """
        money, cost, margin = money_writer(self.currency), self.cost, self.margin
        said: dict[tuple[float, bool], tuple[str, str]] = {}
        for value, silence, risk, back in zip(values, silences, risks, returns, strict=True):
            if value != value:
                yield None
                continue
            success = self.success_of(silence, returns=back)
            won = success * value
            gain, earned = round(risk * won - cost), round(value)
            threshold = min(cost / won, 1.0) if won > 0 else 1.0
            kind = success, back
            if kind not in said:
                days = self.forecast.horizon_days
                said[kind] = _said_of_all(cost, margin, self.currency, days, success, back)
            before, between = said[kind]
            what = (
                f"it pays from a risk of {100 * threshold:.1f} %, and is expected to earn {money(gain)}."
                if threshold < 1
                else "it pays at no risk."
            )
            rule = f"{before} {money(earned)} {between} {money(round(value / margin))}): {what}"
            yield Terms(threshold, gain, earned, success, rule)

    def as_dict(self) -> dict[str, Any]:
        """Write it in plain numbers and words, as JSON holds them."""
        return {**asdict(self), "forecast": self.forecast.as_dict()}

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Offer:
        """Read what `as_dict` wrote, equal in every bit."""
        success = tuple(SuccessRate(**each) for each in content["success"])
        forecast = SpendForecast.from_dict(content["forecast"])
        return cls(**{**content, "success": success, "forecast": forecast})


@lru_cache(maxsize=256)
def _said_of_all(
    cost: int, margin: float, currency: str, horizon_days: int, success: float, returns: bool
) -> tuple[str, str]:
    """What is said alike of all customers of a kind: before the money that one earns, and after it."""
    share, whole = (round(100 * each, 1) for each in (success, margin))
    money = f"An offer costs {format_money(cost, currency)} and"
    money += f" {'brings back' if returns else 'keeps'} {share:g} % of such customers;"
    money += f" {'back' if returns else 'kept'}, this one earns"
    return money, f"in {horizon_days} days ({whole:g} % of"
