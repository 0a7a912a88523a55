"""Reasons: what raised a customer's risk most, in sentences that hold the customer's value against the usual one."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp

import msgspec
import numpy as np
from numpy.typing import NDArray

from scoring.package import Package
from scoring.sentences import teller_of
from scoring.templates import ALTERNATIVE
from scoring.wording import write_value

Floats = NDArray[np.float64]

LIMIT = 4
"""The most reasons of an answer."""

NOISE_FLOOR = 0.05
"""Log-odds below which a concept is not worth a sentence."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One concept that raised the risk; or, where none did, the risk that is usual.

    Parameters
    ----------
    feature : str or None
        The feature that is told of; None where it is the risk itself.
    value, reference : float or None
        The customer's value, and the usual one; None where missing, or where it is a category.
    contribution : float
        Log-odds of all features about the concept, > 0; 0 without a feature.
    text : str
        The sentence.
    """

    feature: str | None
    value: float | None
    reference: float | None
    contribution: float
    text: str


def reasons(
    package: Package,
    values: Floats,
    contributions: Floats,
    *,
    probability: float,
    limit: int = LIMIT,
) -> list[Reason]:
    """Explain one row, strongest reason first.

    Parameters
    ----------
    package : Package
    values, contributions : float arrays of shape (n_outputs,)
        A row that was scored, and its row of contributions.
    probability : float
        What it was scored.
    limit : int, default 4

    Returns
    -------
    list of Reason
        At most one per concept, of concepts whose sum raises the risk by more than the noise floor, told by the
        feature that raises it most and differs from what is usual in the direction people expect. Features that
        are told as another one count to its concept. Where there is none, how high the risk usually is.
    """
    row, parts = values.tolist(), contributions.tolist()
    summed = np.bincount(package.family_of, weights=contributions)  # from left to right
    totals = dict(zip(package.families, summed.tolist(), strict=True))
    raised = [family for family, total in totals.items() if total > NOISE_FLOOR]
    tell = teller_of(package).tell
    groups: dict[str, dict[str, float]] = {}
    told: dict[str, tuple[int, str]] = {}
    said: dict[str, str] = {}  # the same sentence is about the same
    for family in sorted(raised, key=totals.__getitem__, reverse=True):  # of equals the first
        raising = [column for column in package.families[family] if parts[column] > 0]
        raising.sort(key=parts.__getitem__, reverse=True)
        first = next(filter(None, (tell(row, column) for column in raising)), None)
        if first is None:
            continue
        column, text = first
        concept = said.setdefault(text, package.outputs[column].family)
        told.setdefault(concept, first)
        groups.setdefault(concept, {concept: totals[concept]})[family] = totals[family]
    sums = {concept: _sum(group.values()) for concept, group in groups.items()}
    found = sorted(
        (concept for concept in sums if sums[concept] > NOISE_FLOOR),
        key=lambda concept: (-sums[concept], told[concept][0]),
    )
    if not found:
        return _usual(package, probability)
    return [_reason(package, row, *told[concept], sums[concept]) for concept in found[:limit]]


def _sum(numbers: Iterable[float]) -> float:
    """Add from left to right, in every version of Python."""
    total = 0.0
    for number in numbers:
        total += number
    return total


def _usual(package: Package, probability: float) -> list[Reason]:
    """Say how high the risk usually is, and whether it is higher here."""
    if not package.usual:
        return []
    usual = 1.0 / (1.0 + exp(-package.base))
    here, risk = (write_value(share, "share", package.currency) for share in (probability, usual))
    sentences = package.usual.split(ALTERNATIVE)
    text = sentences[-1 if probability > usual and here != risk else 0].format(risk=risk)
    return [Reason(feature=None, value=probability, reference=usual, contribution=0.0, text=text)]


def _reason(
    package: Package, row: list[float], column: int, text: str, contribution: float
) -> Reason:
    output, value = package.outputs[column], row[column]
    is_category = package.fields is not None and package.fields.columns[column].is_category
    return Reason(
        feature=output.name,
        value=None if value != value or is_category else value,
        reference=output.reference,
        contribution=contribution,
        text=text,
    )
