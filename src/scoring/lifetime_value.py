"""What a value package holds: a forecast of what customers will pay within a horizon, and how wide it is.

The forecast of purchases says how much a customer is expected to buy. What followed at other customers weighs it
against what else is known: what the customer was worth so far, how often, how lately and for how long they ordered. A
range beside it says what customers of whom as much was expected went on to pay: it is drawn from what they paid, not
from the model's own belief.
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

DRIVERS = (
    "expected spend",
    "past value",
    "order days",
    "days since the last order",
    "days since the first order",
)
"""What the value of a customer is a product of powers of."""

ALONE = (1.0, 0.0, 0.0, 0.0, 0.0)
"""The powers that take notice of the expected spend only."""


@dataclass(frozen=True, kw_only=True)
class ValueFormula:
    """What a customer pays: a product of powers of `DRIVERS`.

    Parameters
    ----------
    factor : float, > 0
    powers : tuple of float
        Of each driver; 0 takes no notice of it.
    least : float, minor units, > 0
        Neither the expected spend nor past value counts lower.
    """

    factor: float
    powers: tuple[float, ...]
    least: float

    def __post_init__(self) -> None:
        if not (self.factor > 0 and self.least > 0):
            raise InvalidPackage(
                f"factor and least of ValueFormula must be above 0; got {self.factor} and {self.least}."
                " Fit it again."
            )
        if len(self.powers) != len(DRIVERS):
            raise InvalidPackage(
                f"ValueFormula must have a power of each of {', '.join(DRIVERS)}; got {len(self.powers)}."
                " Fit it again."
            )

    def value(self, logarithms: tuple[float, ...]) -> float:
        """Give what a customer is expected to pay.

        Parameters
        ----------
        logarithms : tuple of float
            As `drivers` gives them.

        Returns
        -------
        float, minor units

        Examples
        --------
        >>> formula = ValueFormula(factor=0.9, powers=ALONE, least=100.0)
        >>> known = drivers(2_000.0, 500.0, (3.0, 40.0, 90.0), least=formula.least)
        >>> round(formula.value(known), 6)
        1800.0
        """
        exponent = 0.0
        for power, logarithm in zip(self.powers, logarithms, strict=True):
            exponent += power * logarithm
        return self.factor * exp(exponent)


def drivers(
    expected: float, past: float, ordered: tuple[float, float, float], *, least: float
) -> tuple[float, ...]:
    """Take the logarithms of what a value is made of.

    Parameters
    ----------
    expected : float, minor units
        The spend that is forecast.
    past : float, minor units
        What the customer was worth so far.
    ordered : tuple of float
        Days with an order, days from the first order to the latest, and days since the first.
    least : float, minor units, > 0

    Returns
    -------
    tuple of float
        Of each of `DRIVERS`; of days, one more counts.
    """
    times, latest, since_first = ordered
    return (
        log(max(expected, least)),
        log(max(past, least)),
        log(max(times, 1.0)),
        log(1.0 + max(since_first - latest, 0.0)),
        log(1.0 + max(since_first, 0.0)),
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
    validation : mapping
        Figures out of time.
    card : mapping
        The model card.
    trained_on : mapping
        Snapshot, cutoffs, rows: what reproduces it.
    currency : str
        ISO 4217, of its amounts.
    forecast : SpendForecast
        Its horizon is the package's.
    hashes : tuple of str
        Of the features it reads, in the order of `forecast.inputs`.
    formula : ValueFormula
    spread : ValueRange

    Raises
    ------
    InvalidPackage
        "package ... must ..."
    """

    currency: str
    forecast: SpendForecast
    hashes: tuple[str, ...]
    formula: ValueFormula
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
        least = self.formula.least
        for place, (spend, worth, (times, latest, since_first, _)) in enumerate(
            zip(bought.spend.tolist(), past.tolist(), values.tolist(), strict=True)
        ):
            if isfinite(spend):
                known = drivers(spend, worth, (times, latest, since_first), least=least)
                predicted = self.formula.value(known)
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
