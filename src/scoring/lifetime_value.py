"""What a value package holds: a forecast of what customers will pay within a horizon, and how wide it is.

The forecast of purchases says how much a customer is expected to buy. What followed at other customers set it right:
for how much they had paid before, and for what goes back again. A range beside it says what customers of whom as much
was expected went on to pay: it is drawn from what they paid, not from the model's own belief.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from math import exp, isfinite, log

import numpy as np
from numpy.typing import NDArray

from features.declaring.compilation import Catalogue
from scoring.any_package import AnyPackage
from scoring.errors import InvalidPackage, InvalidValues, PackageMismatch
from scoring.purchases import SpendForecast

Floats = NDArray[np.float64]

LIFETIME_VALUE = "lifetime_value"
"""The model of a tenant that says what its customers will pay."""


@dataclass(frozen=True, kw_only=True)
class ValueLevel:
    """What customers pay, by what they are expected to spend and by what they were worth so far.

    It is `factor` x expected ** `of_expected` x past ** `of_past`, neither counted lower than `least`.

    Parameters
    ----------
    factor : float, > 0
    of_expected, of_past : float
        0 takes no notice of it.
    least : float, minor units, > 0
    """

    factor: float
    of_expected: float
    of_past: float
    least: float

    def __post_init__(self) -> None:
        if not (self.factor > 0 and self.least > 0):
            raise InvalidPackage(
                f"factor and least of ValueLevel must be above 0; got {self.factor} and {self.least}."
                " Fit it again."
            )

    def value(self, expected: float, past: float) -> float:
        """Give what a customer is expected to pay.

        Parameters
        ----------
        expected : float, minor units
            The spend that is forecast.
        past : float, minor units
            What the customer was worth so far.

        Returns
        -------
        float, minor units

        Examples
        --------
        >>> level = ValueLevel(factor=0.9, of_expected=1.0, of_past=0.0, least=100.0)
        >>> level.value(2_000.0, 500.0), level.value(0.0, 500.0)
        (1800.0, 90.0)
        """
        if self.of_past == 0.0 and self.of_expected == 1.0:
            return self.factor * max(expected, self.least)
        return self.factor * exp(
            self.of_expected * log(max(expected, self.least))
            + self.of_past * log(max(past, self.least))
        )


@dataclass(frozen=True, kw_only=True)
class ValueRange:
    """Between which parts of what was expected of them customers went on to pay, by tenths of what was expected.

    Parameters
    ----------
    limits : tuple of float, minor units, rising
        Up to which each tenth but the last reaches.
    low, high : tuple of float, >= 0
        Of each tenth, one more than limits.
    share : float, in (0, 1)
        Of the customers lay between.
    """

    limits: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    share: float

    def __post_init__(self) -> None:
        tenths = len(self.limits) + 1
        if not len(self.low) == len(self.high) == tenths or list(self.limits) != sorted(
            self.limits
        ):
            raise InvalidPackage(
                f"ValueRange must have {tenths} lows and highs and rising limits; got {len(self.low)} and"
                f" {len(self.high)}. Fit it again."
            )

    def around(self, predicted: float) -> tuple[float, float]:
        """Give the range around what is expected.

        Parameters
        ----------
        predicted : float, minor units

        Returns
        -------
        tuple of float, minor units

        Examples
        --------
        >>> spread = ValueRange(limits=(100.0,), low=(0.0, 0.2), high=(1.5, 2.0), share=0.8)
        >>> spread.around(100.0), spread.around(500.0)
        ((0.0, 150.0), (100.0, 1000.0))
        """
        tenth = bisect_left(self.limits, predicted)
        return self.low[tenth] * predicted, self.high[tenth] * predicted


@dataclass(frozen=True, kw_only=True, eq=False)
class ExpectedValue:
    """What customers are expected to pay within the horizon, less what goes back; NaN of who never ordered.

    Parameters
    ----------
    predicted, low, high : float arrays of shape (n_rows,), minor units
        The expectation, and the range in which such customers went on to pay.
    orders : float array of shape (n_rows,)
        Days with an order.
    """

    predicted: Floats
    low: Floats
    high: Floats
    orders: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class ValuePackage(AnyPackage):
    """A forecast of what each customer of a shop will pay.

    Parameters
    ----------
    name : str
        Registered name, "<tenant>.<model>".
    version : str
        Version of the registered model.
    currency : str
        ISO 4217, of its amounts.
    forecast : SpendForecast
        Its horizon is the package's.
    hashes : tuple of str
        Of the features it reads, in the order of `forecast.inputs`.
    level : ValueLevel
    spread : ValueRange
    validation : mapping
        Figures out of time.
    card : mapping
        The model card.
    trained_on : mapping
        Snapshot, cutoffs, rows: what reproduces it.

    Raises
    ------
    InvalidPackage
        "package ... must ..."
    """

    currency: str
    forecast: SpendForecast
    hashes: tuple[str, ...]
    level: ValueLevel
    spread: ValueRange

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.hashes) != len(self.forecast.inputs):
            raise InvalidPackage(
                f"package {self.label} must have a hash of each of its {len(self.forecast.inputs)} features;"
                f" got {len(self.hashes)}. Export it again."
            )

    def expect(self, values: Floats, past: Floats) -> ExpectedValue:
        """Forecast rows.

        Parameters
        ----------
        values : float array of shape (n_rows, 4)
            As `SpendForecast.expect` takes them.
        past : float array of shape (n_rows,), minor units
            What each customer was worth so far.

        Returns
        -------
        ExpectedValue
            The same to the last bit whatever other rows come with it.

        Raises
        ------
        InvalidValues
            "values must be a table of 4 columns; got shape ...", "past must have a value for each of 2 rows; got 1."
        """
        bought = self.forecast.expect(values)
        if past.shape != bought.orders.shape:
            raise InvalidValues(
                f"past must have a value for each of {len(bought.orders)} rows; got {past.size}."
                " Give what each customer was worth so far."
            )
        rows = np.full((len(past), 3), np.nan)
        for place, (spend, worth) in enumerate(
            zip(bought.spend.tolist(), past.tolist(), strict=True)
        ):
            if isfinite(spend):
                predicted = self.level.value(spend, worth)
                rows[place] = predicted, *self.spread.around(predicted)
        predicted_, low, high = rows.T.copy()
        return ExpectedValue(predicted=predicted_, low=low, high=high, orders=bought.orders)


def check_inputs(package: ValuePackage, catalogue: Catalogue) -> None:
    """Refuse a package whose features are declared otherwise here.

    Parameters
    ----------
    package : ValuePackage
    catalogue : Catalogue
        The features as they are declared here.

    Raises
    ------
    PackageMismatch
        "package demo.lifetime_value/1 must use features as they are declared here; got other declarations of ..."
    """
    known = {output.name: output.hash for output in catalogue.outputs}
    changed = [
        name
        for name, read in zip(package.forecast.inputs, package.hashes, strict=True)
        if known.get(name) != read
    ]
    if changed:
        raise PackageMismatch(package.label, changed)
