"""Reasons: what raised a customer's risk most, in sentences that hold the customer's value and the usual one."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter

import numpy as np
from numpy.typing import NDArray

from scoring.package import ALTERNATIVE, Package
from scoring.wording import write_value

Floats = NDArray[np.float64]

LIMIT = 4
"""The most reasons of an answer."""

NOISE_FLOOR = 0.05
"""Log-odds below which a family of features is not worth a sentence."""


_TEST = re.compile(r"\[(\w+)(>=|=|>|<)(\d+)\] *")

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
}


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One family of features that raised the risk.

    Parameters
    ----------
    feature : str
        The feature of the family that raised it most.
    value, reference : float or None
        The customer's value, and the usual one; None where missing.
    contribution : float
        Log-odds of the whole family, > 0.
    text : str
        The sentence.
    """

    feature: str
    value: float | None
    reference: float | None
    contribution: float
    text: str


def reasons(
    package: Package, values: Floats, contributions: Floats, limit: int = LIMIT
) -> list[Reason]:
    """Explain one row, strongest reason first.

    Parameters
    ----------
    package : Package
    values, contributions : float arrays of shape (n_outputs,)
        A row that was scored, and its row of contributions.
    limit : int, default 4

    Returns
    -------
    list of Reason
        At most one per family, only families whose sum raises the risk by more than the noise floor.
    """
    row, parts = values.tolist(), contributions.tolist()
    found: list[tuple[float, int]] = []
    for columns in package.families.values():
        total = 0.0
        for column in columns:
            total += parts[column]
        if total > NOISE_FLOOR:
            found.append((total, max(columns, key=lambda column: (parts[column], -column))))
    found.sort(key=lambda pair: (-pair[0], pair[1]))
    return [_reason(package, row, column, total) for total, column in found[:limit]]


def _reason(package: Package, row: list[float], column: int, contribution: float) -> Reason:
    output, value = package.outputs[column], row[column]
    missing = value != value
    return Reason(
        feature=output.name,
        value=None if missing else value,
        reference=output.reference,
        contribution=contribution,
        text=_sentence(package, row, column, missing=missing),
    )


def _sentence(package: Package, row: list[float], column: int, *, missing: bool) -> str:
    """Fill the first alternative of the template whose tests hold and whose values are all known."""
    output = package.outputs[column]
    for text in (output.missing if missing else output.template).split(ALTERNATIVE):
        filled = _fill(package, row, column, text)
        if filled is not None:
            return filled
    known = "not known" if missing else write_value(row[column], output.unit, package.currency)
    return f"{output.name} is {known}."


def _fill(package: Package, row: list[float], column: int, text: str) -> str | None:
    while test := _TEST.match(text):
        tested = _named(package, row, column, test[1])
        if tested is None or not _COMPARISONS[test[2]](tested[0], float(test[3])):
            return None
        text = text[test.end() :]
    written: dict[str, str] = {}
    for _, name, _, _ in Formatter().parse(text):
        if name is None:
            continue
        named = _named(package, row, column, name)
        if named is None:
            return None
        written[name] = write_value(*named, package.currency)
    return text.format_map(written)


def _named(package: Package, row: list[float], column: int, name: str) -> tuple[float, str] | None:
    """A value by its name in a template, and its unit; None where it is missing or not in the package."""
    place = column if name in ("value", "reference") else package.columns.get(name)
    if place is None:
        return None
    output = package.outputs[place]
    value = output.reference if name == "reference" else row[place]
    return None if value is None or value != value else (value, output.unit)
