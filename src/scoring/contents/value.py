"""What a value package holds: the forecast, the formula and the range, all in plain numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from scoring.lifetime_value import ValueFormula, ValuePackage, ValueRange
from scoring.purchases import SpendForecast
from scoring.sealing import Arrays


def contents(package: ValuePackage) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what a package holds, but for how it is laid out on disk.

    Parameters
    ----------
    package : ValuePackage

    Returns
    -------
    tuple of dict and dict
        Plain content, and no arrays.
    """
    content = {
        "name": package.name,
        "version": package.version,
        "currency": package.currency,
        "forecast": package.forecast.as_dict(),
        "hashes": list(package.hashes),
        "formula": asdict(package.formula),
        "spread": asdict(package.spread),
        "validation": dict(package.validation),
        "card": dict(package.card),
        "trained_on": dict(package.trained_on),
    }
    return content, {}


def read(content: Mapping[str, Any], arrays: Arrays) -> ValuePackage:
    """Make a package of what was read of its files.

    Parameters
    ----------
    content : mapping
        As `contents` gives it.
    arrays : mapping of str to array
        None.

    Returns
    -------
    ValuePackage
        Equal in every bit to what was written.
    """
    formula, spread = content["formula"], content["spread"]
    return ValuePackage(
        name=content["name"],
        version=content["version"],
        currency=content["currency"],
        forecast=SpendForecast.from_dict(content["forecast"]),
        hashes=tuple(content["hashes"]),
        formula=ValueFormula(**{**formula, "powers": tuple(formula["powers"])}),
        spread=ValueRange(
            limits=tuple(spread["limits"]),
            low=tuple(spread["low"]),
            high=tuple(spread["high"]),
            share=spread["share"],
        ),
        validation=content["validation"],
        card=content["card"],
        trained_on=content["trained_on"],
    )
