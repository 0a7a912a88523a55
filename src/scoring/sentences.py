"""Sentences about one customer's features: templates that are taken apart once, and filled with what is true of a row.

`scoring.package.PackageOutput` says how a template is written.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from string import Formatter
from typing import NamedTuple

from scoring.package import ALTERNATIVE, Package
from scoring.wording import write_value

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
    for alternative in _alternatives(output.missing if missing else output.template):
        if not all(_holds(package, row, column, test) for test in alternative.tests):
            continue
        if alternative.told_as is not None:
            other = package.columns.get(alternative.told_as)
            found = None if other is None else tell(package, row, other)
            if found is not None:
                return found
            continue
        filled = _fill(package, row, column, alternative.parts)
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
    for each in _alternatives(template):
        names += [
            name for left, _, right in each.tests for name in (left, right) if not name.isdigit()
        ]
        if each.told_as is not None:
            names.append(each.told_as)
        names += [name for _, name, _ in each.parts if name]
    return tuple(name for name in dict.fromkeys(names) if name not in _OWN)


class _Alternative(NamedTuple):
    """One sentence of a template, taken apart."""

    tests: tuple[tuple[str, str, str], ...]
    """Each a name or number, an operator, and another one."""
    told_as: str | None
    """The feature that tells it instead."""
    parts: tuple[tuple[str, str | None, str], ...]
    """Literal text, and the name and the words that follow it."""


@lru_cache(maxsize=10_000)
def _alternatives(template: str) -> tuple[_Alternative, ...]:
    """Take a template apart, once."""
    found = []
    for text in template.split(ALTERNATIVE):
        tests: list[tuple[str, str, str]] = []
        rest = text
        while test := _TEST.match(rest):
            tests.append((test[1], test[2], test[3]))
            rest = rest[test.end() :]
        told_as = rest.removeprefix(TOLD_AS).strip() if rest.startswith(TOLD_AS) else None
        parts = () if told_as is not None else Formatter().parse(rest)
        found.append(
            _Alternative(
                tuple(tests),
                told_as,
                tuple((literal, name, words or "") for literal, name, words, _ in parts),
            )
        )
    return tuple(found)


def _holds(package: Package, row: list[float], column: int, test: tuple[str, str, str]) -> bool:
    """Whether a test holds; not where what it looks at is missing."""
    sides: list[tuple[float, str]] = []
    for name in (test[0], test[2]):
        named = (float(name), "") if name.isdigit() else _named(package, row, column, name)
        if named is None:
            return False
        sides.append(named)
    if test[1] == _ALIKE:
        one, other = (write_value(*side, package.currency) for side in sides)
        return one == other
    return _COMPARISONS[test[1]](sides[0][0], sides[1][0])


def _fill(
    package: Package, row: list[float], column: int, parts: tuple[tuple[str, str | None, str], ...]
) -> str | None:
    written: list[str] = []
    for literal, name, words in parts:
        written.append(literal)
        if name == "compared":
            compared = _compared(package, row, column, words)
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
