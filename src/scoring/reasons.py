"""Reasons: what raised a customer's risk most, in sentences that hold the customer's value against the usual one."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import exp
from string import Formatter

import numpy as np
from numpy.typing import NDArray

from scoring.package import ALTERNATIVE, Package
from scoring.wording import write_value

Floats = NDArray[np.float64]

LIMIT = 4
"""The most reasons of an answer."""

NOISE_FLOOR = 0.05
"""Log-odds below which a concept is not worth a sentence."""

NOTABLE = 0.1
"""By which share of what is usual a value must differ from it to be held against it."""

TOLD_AS = "-> "
"""What begins an alternative that tells a feature as another one."""

_TEST = re.compile(r"\[(\w+)(>=|=|>|<|~)(\w+)\] *")
_ALIKE = "~"
"""What tests whether two values are written alike."""

_OWN = ("value", "reference", "compared")
"""Names in a template that are no feature's."""

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
}


@dataclass(frozen=True, kw_only=True)
class Reason:
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
    totals = {
        family: _sum(parts[column] for column in columns)
        for family, columns in package.families.items()
    }
    groups: dict[str, dict[str, float]] = {}
    told: dict[str, tuple[int, str]] = {}
    said: dict[str, str] = {}  # the same sentence is about the same
    for family in sorted(totals, key=lambda name: (-totals[name], package.families[name])):
        if totals[family] <= NOISE_FLOOR:
            break
        raising = sorted(
            (column for column in package.families[family] if parts[column] > 0),
            key=lambda column: (-parts[column], column),
        )
        first = next(filter(None, (tell(package, row, column) for column in raising)), None)
        if first is None:
            continue
        column, text = first
        concept = said.setdefault(text, package.outputs[column].family)
        told.setdefault(concept, (column, text))
        groups.setdefault(concept, {concept: totals[concept]})[family] = totals[family]
    sums = {concept: _sum(group.values()) for concept, group in groups.items()}
    found = sorted(
        (concept for concept in sums if sums[concept] > NOISE_FLOOR),
        key=lambda concept: (-sums[concept], told[concept][0]),
    )
    if not found:
        return _usual(package, probability)
    return [_reason(package, row, *told[concept], sums[concept]) for concept in found[:limit]]


def tell(package: Package, row: list[float], column: int) -> tuple[int, str] | None:
    """Say of one feature what is true of a row, whichever way it counts.

    Parameters
    ----------
    package : Package
    row : list of float, n_outputs
        NaN where missing.
    column : int
        Of the feature.

    Returns
    -------
    tuple of int and str, or None
        The column of the feature that the sentence tells of, and the sentence: the first alternative that is true. None
        where none is.
    """
    output = package.outputs[column]
    missing = row[column] != row[column]
    for alternative in (output.missing if missing else output.template).split(ALTERNATIVE):
        text = _tested(package, row, column, alternative)
        if text is None:
            continue
        if text.startswith(TOLD_AS):
            other = package.columns.get(text.removeprefix(TOLD_AS).strip())
            found = None if other is None else tell(package, row, other)
            if found is not None:
                return found
            continue
        filled = _fill(package, row, column, text)
        if filled:
            return column, filled
    return None


def mentioned(template: str) -> tuple[str, ...]:
    """Name the features that a template reads beside its own.

    Parameters
    ----------
    template : str
        As `scoring.package.PackageOutput` describes it.

    Returns
    -------
    tuple of str
        Each once.

    Examples
    --------
    >>> mentioned("[orders=1] [value>=reference] One, {days_since_order} ago. | -> spend | {value}{compared:/among}.")
    ('orders', 'days_since_order', 'spend')
    """
    names: list[str] = []
    for text in template.split(ALTERNATIVE):
        tests = _TEST.findall(text)
        names += [name for left, _, right in tests for name in (left, right) if not name.isdigit()]
        rest = _TEST.sub("", text)
        if rest.startswith(TOLD_AS):
            names.append(rest.removeprefix(TOLD_AS).strip())
        names += [name for _, name, _, _ in Formatter().parse(rest) if name]
    return tuple(name for name in dict.fromkeys(names) if name not in _OWN)


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


def _tested(package: Package, row: list[float], column: int, text: str) -> str | None:
    """Take the tests off an alternative; None where one does not hold, or what it looks at is missing."""
    while test := _TEST.match(text):
        sides: list[tuple[float, str]] = []
        for name in (test[1], test[3]):
            named = (float(name), "") if name.isdigit() else _named(package, row, column, name)
            if named is None:
                return None
            sides.append(named)
        if test[2] == _ALIKE:
            one, other = (write_value(*side, package.currency) for side in sides)
            holds = one == other
        else:
            holds = _COMPARISONS[test[2]](sides[0][0], sides[1][0])
        if not holds:
            return None
        text = text[test.end() :]
    return text


def _fill(package: Package, row: list[float], column: int, text: str) -> str | None:
    written: list[str] = []
    for literal, name, noun, _ in Formatter().parse(text):
        written.append(literal)
        if name == "compared":
            compared = _compared(package, row, column, noun or "")
            if compared is None:
                return None
            written.append(compared)
        elif name is not None:
            named = _named(package, row, column, name)
            if named is None:
                return None
            written.append(_written(package, column, named))
    return "".join(written)


def _written(package: Package, column: int, named: tuple[float, str]) -> str:
    """Write a value of a sentence: as the table has it where the package is one of a table."""
    if package.fields is not None:
        return package.fields.columns[column].write(named[0])
    return write_value(*named, package.currency)


def _compared(package: Package, row: list[float], column: int, words: str) -> str | None:
    """Hold a value against the usual one; None where that would speak against the risk, or for nothing."""
    output, value = package.outputs[column], row[column]
    if output.reference is None:
        return ""
    noun, _, among = words.partition("/")
    written, usual = (
        write_value(number, output.unit, package.currency) for number in (value, output.reference)
    )
    beyond = value - output.reference
    if written == usual or abs(beyond) < NOTABLE * abs(output.reference):
        return None
    if output.expected_sign * beyond < 0:
        return None
    return "; usually " + " ".join(filter(None, (usual, noun, among)))


def _named(package: Package, row: list[float], column: int, name: str) -> tuple[float, str] | None:
    """A value by its name in a template, and its unit; None where it is missing or not in the package."""
    place = column if name in _OWN else package.columns.get(name)
    if place is None:
        return None
    output = package.outputs[place]
    value = output.reference if name == "reference" else row[place]
    return None if value is None or value != value else (value, output.unit)
