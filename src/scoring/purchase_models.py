"""How often customers order and what they pay a time: the models of it, and the plain means beside them.

Orders follow BG/NBD (Fader, Hardie and Lee 2005), amounts Gamma-Gamma (Fader and Hardie 2013). Each is asked about
one customer, and answers in plain arithmetic and the one exponential and logarithm of `math`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import exp, log

from scoring.errors import InvalidPackage

_FAR = 700.0
_FIRST_WEIGHT = 2.0**-900
"""Where the weights of `BetaGeometric.orders` begin: small, since those of a daily customer grow very large."""
_PRECISION = 1e-17
"""The share of a sum that its rest may make up where it ends."""


@dataclass(frozen=True, kw_only=True)
class BetaGeometric:
    """Orders of customers who leave for good at some time, unseen: the BG/NBD model.

    Between orders pass exponential times; rates are spread over customers as a gamma distribution, and the
    probability to leave after an order as a beta distribution. Time is in days.

    Parameters
    ----------
    r, alpha : float, > 0
        Shape and scale of the rates: `r / alpha` orders a day on average.
    a, b : float, > 0
        Of the probability to leave after an order: `a / (a + b)` on average.
    """

    r: float
    alpha: float
    a: float
    b: float

    def __post_init__(self) -> None:
        _check_positive(self)

    def alive(self, repeats: float, latest: float, age: float) -> float:
        """Give the probability that a customer has not left.

        Parameters
        ----------
        repeats : float, >= 0
            Orders after the first; without any a customer cannot have left, as one leaves after a repeated order.
        latest : float, days
            From the first order to the latest.
        age : float, days, >= latest
            Since the first order.

        Returns
        -------
        float, in [0, 1]

        Examples
        --------
        >>> shop = BetaGeometric(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> shop.alive(0, 0, 39), round(shop.alive(2, 30.43, 38.86), 3), round(shop.alive(2, 3, 38.86), 3)
        (1.0, 0.727, 0.076)
        """
        if repeats == 0:
            return 1.0
        left = log(self.a / (self.b + repeats - 1.0))
        left += (self.r + repeats) * log((self.alpha + age) / (self.alpha + latest))
        return 1.0 / (1.0 + exp(min(left, _FAR)))

    def orders(self, repeats: float, age: float, days: float) -> tuple[float, float]:
        """Give the orders expected within the next days of a customer who has not left, and of one who orders.

        A customer who never left would place k orders with a negative binomial probability; of k, only those come
        about before which the customer did not leave. So the sum runs over k, in positive terms that fall in the
        end like powers of `days / (alpha + age + days)`: 60 to 150 of them where that is about a half, some 3,500
        for a customer of today in a shop of `alpha` 1. It equals the formula with Gauss's hypergeometric function
        of Fader, Hardie and Lee (2005, equation 10), which has a pole at `a` 1 that this sum has not.

        Parameters
        ----------
        repeats : float, >= 0
            Orders after the first.
        age : float, days
            Since the first order.
        days : float, > 0
            The horizon.

        Returns
        -------
        if_alive : float
            Expected orders of those who have not left.
        if_ordering : float, >= 1
            Expected orders of those among them who place any.

        Examples
        --------
        >>> shop = BetaGeometric(r=0.243, alpha=4.414, a=0.793, b=2.426)
        >>> [round(orders, 3) for orders in shop.orders(2, 38.86, 39)]
        [1.687, 2.211]
        """
        rate, kept = self.r + repeats, self.b + repeats
        scale = days / (self.alpha + age + days)
        weight = _FIRST_WEIGHT
        still = placed = 1.0
        number = 1.0
        weights, orders = weight, weight
        while True:
            weight *= scale * (rate + number) / (number + 1.0)
            still *= (kept + number - 1.0) / (self.a + kept + number - 1.0)
            placed += still
            number += 1.0
            weights += weight
            orders += weight * placed
            falls = max(scale * (rate + number) / (number + 1.0), scale) * (1.0 + 1.0 / number)
            if falls < 1.0 and weight * placed * falls <= _PRECISION * (1.0 - falls) * orders:
                break
        none = _FIRST_WEIGHT / (scale * rate)
        return orders / (none + weights), orders / weights


@dataclass(frozen=True, kw_only=True)
class MeanOrders:
    """Orders at the customer's own mean rate, drawn to the shop's: (r + repeats) / (alpha + age) a day.

    Parameters
    ----------
    r, alpha : float, > 0
        Orders and days that every customer is given beside their own: `r / alpha` is the shop's rate.
    all_share : float, >= 0
        Orders realised per order at that rate, over all customers.
    further_share : float, >= 0
        Orders after the first one within the horizon, per order at that rate, over customers who placed one.
    """

    r: float
    alpha: float
    all_share: float
    further_share: float

    def orders(self, repeats: float, age: float, days: float) -> tuple[float, float]:
        """Give the orders expected within the next days of a customer, and of one who orders.

        Parameters
        ----------
        repeats : float, >= 0
            Orders after the first.
        age : float, days
            Since the first order.
        days : float, > 0
            The horizon.

        Returns
        -------
        of_all : float
            Expected orders of a customer, whether or not any are placed.
        if_ordering : float, >= 1
            Expected orders of one who places any.
        """
        at_rate = days * (self.r + repeats) / (self.alpha + age)
        return self.all_share * at_rate, 1.0 + self.further_share * at_rate


@dataclass(frozen=True, kw_only=True)
class GammaGamma:
    """What customers pay a time: gamma around a mean of each one's own, which is spread likewise.

    Parameters
    ----------
    p : float, > 0
        Shape of what one customer pays.
    q : float, > 1
        Shape of its scale over customers; the shop's mean is `p * v / (q - 1)`.
    v : float, minor units, > 0
    """

    p: float
    q: float
    v: float

    def __post_init__(self) -> None:
        _check_positive(self)
        if not self.q > 1:
            raise InvalidPackage(
                f"q of GammaGamma must be above 1, or the mean is infinite; got {self.q}. Fit it again."
            )

    def value(self, spend: float, times: float) -> float:
        """Give the expected amount a time.

        Parameters
        ----------
        spend : float, minor units, >= 0
            What the customer paid in all.
        times : float, >= 0
            In how many times.

        Returns
        -------
        float, minor units

        Examples
        --------
        >>> shop = GammaGamma(p=6.25, q=3.74, v=15.44)
        >>> round(shop.value(0, 0), 2), round(shop.value(2 * 22.35, 2), 2)
        (35.22, 24.66)
        """
        return self.p * (self.v + spend) / (self.p * times + self.q - 1.0)


@dataclass(frozen=True, kw_only=True)
class MeanValue:
    """What a customer pays a time: their own mean, drawn to the shop's.

    Parameters
    ----------
    mean : float, minor units, >= 0
        The shop's.
    times : float, > 0
        How many times at the shop's mean every customer is given beside their own.
    """

    mean: float
    times: float

    def value(self, spend: float, times: float) -> float:
        """Give the expected amount a time.

        Parameters
        ----------
        spend : float, minor units, >= 0
            What the customer paid in all.
        times : float, >= 0
            In how many times.

        Returns
        -------
        float, minor units
        """
        return (self.times * self.mean + spend) / (self.times + times)


def _check_positive(part: BetaGeometric | GammaGamma) -> None:
    for name, value in asdict(part).items():
        if not value > 0:
            raise InvalidPackage(
                f"{name} of {type(part).__name__} must be above 0; got {value}. Fit it again."
            )
