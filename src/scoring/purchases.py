"""What a customer will buy: expected orders and spend within a horizon, from how often and how lately they bought.

Orders are forecast by BG/NBD and what is paid a time by Gamma-Gamma, or where a shop's records contradict them, by
plain means: the customer's own, drawn to the shop's.

Orders count by day: two on one day are one purchase, and money is counted a day with an order likewise, so that
orders times value is spend. Nothing depends on how many rows come together: each is worked out by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from math import floor, isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidPackage, InvalidValues
from scoring.purchase_models import BetaGeometric, GammaGamma, MeanOrders, MeanValue

Floats = NDArray[np.float64]

INPUTS = ("order_days", "days_ordering", "days_since_first_order", "spend")
"""What a forecast reads of a customer: on how many days they ordered, how long from the first order to the latest,
how long since the first (days), and what they paid in all (minor units)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ExpectedPurchases:
    """What customers are expected to buy within the horizon.

    Parameters
    ----------
    alive : float array of shape (n_rows,)
        Probability that the customer has not left; NaN where orders are plain means, which know no leaving.
    orders : float array of shape (n_rows,)
        Days with an order.
    orders_if_kept : float array of shape (n_rows,), >= 1
        The same of a customer who does order within the horizon, which is what it means to be kept.
    order_value : float array of shape (n_rows,), minor units
        Paid a day with an order; times `orders` and `orders_if_kept` it is `spend` and `spend_if_kept`.
    """

    alive: Floats
    orders: Floats
    orders_if_kept: Floats
    order_value: Floats

    @property
    def spend(self) -> Floats:
        """Paid within the horizon."""
        return self.orders * self.order_value

    @property
    def spend_if_kept(self) -> Floats:
        """Paid within the horizon by a customer who does order in it."""
        return self.orders_if_kept * self.order_value


@dataclass(frozen=True, kw_only=True)
class SpendForecast:
    """Expected orders and spend of customers within a horizon.

    Parameters
    ----------
    horizon_days : int, > 0
    orders : BetaGeometric or MeanOrders
    value : GammaGamma or MeanValue
    inputs : tuple of str, default `INPUTS`
        The outputs of the catalogue it reads, in the order and of the meaning of `INPUTS`.
    """

    horizon_days: int
    orders: BetaGeometric | MeanOrders
    value: GammaGamma | MeanValue
    inputs: tuple[str, ...] = INPUTS

    def expect(self, values: Floats) -> ExpectedPurchases:
        """Forecast rows.

        Parameters
        ----------
        values : float array of shape (n_rows, 4)
            In the order of `inputs`. Of a customer who never ordered (order days missing or 0), or whose days are
            missing, only the value of an order is forecast, the shop's; the rest is NaN. Days are counted whole: a
            customer whose first order is less than a day ago has 0 days, which is an age like any other. Days that
            contradict each other are set right: there is no more than one repeated order a day, and none before the
            first or later than now. A missing spend is nothing paid.

        Returns
        -------
        ExpectedPurchases
            The same to the last bit whatever other rows come with it.

        Raises
        ------
        InvalidValues
            "values must be a table of 4 columns; got shape ..."

        Examples
        --------
        >>> forecast = SpendForecast(
        ...     horizon_days=90,
        ...     orders=BetaGeometric(r=0.243, alpha=31.0, a=0.793, b=2.426),
        ...     value=GammaGamma(p=6.25, q=3.74, v=1544.0),
        ... )
        >>> expected = forecast.expect(np.array([[3.0, 213.0, 272.0, 6705.0], [np.nan, np.nan, np.nan, 0.0]]))
        >>> expected.orders_if_kept.round(2).tolist(), expected.order_value.round().tolist()
        ([1.41, nan], [2399.0, 3522.0])
        """
        table = np.asarray(values, dtype=np.float64)
        if table.ndim != 2 or table.shape[1] != len(self.inputs):
            raise InvalidValues(
                f"values must be a table of {len(self.inputs)} columns; got shape {table.shape}."
                f" Give one row per customer with {', '.join(self.inputs)}."
            )
        forecast = _forecast_by(self)
        rows = [forecast(*known) for known in table.tolist()]
        alive, orders, kept, paid = np.array(rows, dtype=np.float64).reshape(-1, 4).T.copy()
        return ExpectedPurchases(alive=alive, orders=orders, orders_if_kept=kept, order_value=paid)

    def as_dict(self) -> dict[str, Any]:
        """Write it in plain numbers and words, as JSON holds them.

        Returns
        -------
        dict
        """
        return {
            "horizon_days": self.horizon_days,
            "orders": {"kind": _kind_of(self.orders), **asdict(self.orders)},
            "value": {"kind": _kind_of(self.value), **asdict(self.value)},
            "inputs": list(self.inputs),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> SpendForecast:
        """Read what `as_dict` wrote, equal in every bit.

        Parameters
        ----------
        content : mapping

        Returns
        -------
        SpendForecast

        Raises
        ------
        InvalidPackage
            "forecast must be made of ...; got ..."
        """
        return cls(
            horizon_days=content["horizon_days"],
            orders=_read(content["orders"]),
            value=_read(content["value"]),
            inputs=tuple(content["inputs"]),
        )


_Forecast = tuple[float, float, float, float]


@lru_cache(maxsize=16)
def _forecast_by(forecast: SpendForecast) -> Callable[[float, float, float, float], _Forecast]:
    """Give what forecasts a customer of `INPUTS`, and gives the fields of `ExpectedPurchases`."""
    days, value = float(forecast.horizon_days), forecast.value.value
    alive_of = forecast.orders.alive if isinstance(forecast.orders, BetaGeometric) else None
    # orders take a tenth of a millisecond, and there are few different ones
    orders_of = lru_cache(maxsize=2**13)(partial(forecast.orders.orders, days=days))

    def expect(times: float, latest: float, since_first: float, spend: float) -> _Forecast:
        if not times >= 1.0:
            return nan, nan, nan, value(0.0, 0.0)
        paid = value(spend if spend > 0.0 else 0.0, times)
        if not (isfinite(latest) and isfinite(since_first)):
            return nan, nan, nan, paid
        age = float(floor(since_first)) if since_first > 0.0 else 0.0
        repeats = min(times - 1.0, age)
        orders, kept = orders_of(repeats, age)
        if alive_of is None:
            return nan, orders, kept, paid
        ordering = float(floor(latest)) if latest > 0.0 else 0.0
        alive = alive_of(repeats, min(ordering, age), age)
        return alive, alive * orders, kept, paid

    return expect


_KINDS: Mapping[str, Any] = {
    "beta geometric": BetaGeometric,
    "mean orders": MeanOrders,
    "gamma gamma": GammaGamma,
    "mean value": MeanValue,
}


def _kind_of(part: object) -> str:
    return next(name for name, kind in _KINDS.items() if type(part) is kind)


def _read(content: Mapping[str, Any]) -> Any:
    parameters = dict(content)
    kind = parameters.pop("kind", None)
    if kind not in _KINDS:
        raise InvalidPackage(
            f"forecast must be made of {', '.join(_KINDS)}; got {kind!r}."
            " Read the package with the version that wrote it."
        )
    return _KINDS[kind](**parameters)
