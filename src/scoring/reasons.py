"""Reasons: what raised a customer's risk most, in sentences that hold the customer's value and the usual one."""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

import numpy as np
from numpy.typing import NDArray

from scoring.package import ALTERNATIVE, Package
from scoring.wording import write_value

Floats = NDArray[np.float64]

LIMIT = 4
"""The most reasons a person is told."""

NOISE_FLOOR = 0.05
"""Log-odds below which a family of features is not worth a sentence."""


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
    """Fill the first alternative of the template whose values are all known."""
    output = package.outputs[column]
    texts = [] if missing else output.template.split(ALTERNATIVE)
    for text in [*texts, *output.missing.split(ALTERNATIVE)]:
        filled = _fill(package, row, column, text)
        if filled is not None:
            return filled
    return f"{output.name} is not known."


def _fill(package: Package, row: list[float], column: int, text: str) -> str | None:
    written: dict[str, str] = {}
    for _, name, _, _ in Formatter().parse(text):
        if name is None:
            continue
        if name == "reference":
            value, unit = package.outputs[column].reference, package.outputs[column].unit
        else:
            place = column if name == "value" else package.columns.get(name)
            if place is None:
                return None
            value, unit = row[place], package.outputs[place].unit
        if value is None or value != value:
            return None
        written[name] = write_value(value, unit, package.currency)
    return text.format_map(written)
