"""Sentences about one customer's features: names of templates are looked up once, and filled with what a row holds."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from math import nan
from typing import NamedTuple
from weakref import WeakKeyDictionary

from scoring.package import Package
from scoring.templates import OWN, Alternative, alternatives
from scoring.wording import write_value

NOTABLE = 0.1
"""By which share of what is usual a value must differ from it to be held against it."""

_ALIKE = "~"
"""What tests whether two values are written alike."""

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
    for sentence in _sentences(package, column, missing=row[column] != row[column]):
        if not all(_holds(package, row, test) for test in sentence.tests):
            continue
        if sentence.told_as is not None:
            found = tell(package, row, sentence.told_as)
            if found is not None:
                return found
            continue
        filled = _fill(package, row, column, sentence.parts)
        if filled:
            return column, filled
    return None


class _Term(NamedTuple):
    """What a name in a template stands for: a place in the row, or a number."""

    place: int | None
    number: float
    unit: str

    def value(self, row: list[float]) -> float:
        """Give its value; NaN where it is missing."""
        return self.number if self.place is None else row[self.place]


class _Part(NamedTuple):
    """Literal text, and what follows it: a term, or words that hold the value against the usual one."""

    literal: str
    term: _Term | None
    compared: str | None


class _Sentence(NamedTuple):
    """An alternative of one column of a package."""

    tests: tuple[tuple[_Term, str, _Term], ...]
    told_as: int | None
    """The column that tells it instead."""
    parts: tuple[_Part, ...]


_known: WeakKeyDictionary[Package, dict[tuple[int, bool], tuple[_Sentence, ...]]] = (
    WeakKeyDictionary()
)


def _sentences(package: Package, column: int, *, missing: bool) -> tuple[_Sentence, ...]:
    """Give the alternatives that can be true of a column, their names looked up."""
    of_package = _known.get(package)
    if of_package is None:
        of_package = _known.setdefault(package, {})
    found = of_package.get((column, missing))
    if found is None:
        output = package.outputs[column]
        template = output.missing if missing else output.template
        looked_up = (_looked_up(package, column, each) for each in alternatives(template))
        found = of_package[column, missing] = tuple(filter(None, looked_up))
    return found


def _looked_up(package: Package, column: int, given: Alternative) -> _Sentence | None:
    """Look up the names of an alternative; None where the package lacks one, so that it is never true."""
    told_as = None if given.told_as is None else package.columns.get(given.told_as)
    tests, parts = [], []
    for left, test, right in given.tests:
        sides = _term(package, column, left), _term(package, column, right)
        if sides[0] is None or sides[1] is None:
            return None
        tests.append((sides[0], test, sides[1]))
    for literal, name, words in given.parts:
        term = None
        if name is not None and name != "compared":
            term = _term(package, column, name)
            if term is None:
                return None
        parts.append(_Part(literal, term, words if name == "compared" else None))
    if given.told_as is not None and told_as is None:
        return None
    return _Sentence(tuple(tests), told_as, tuple(parts))


def _term(package: Package, column: int, name: str) -> _Term | None:
    """Look up a name; None where the package has no such feature, or does not know what is usual."""
    if name.isdigit():
        return _Term(None, float(name), "")
    place = column if name in OWN else package.columns.get(name)
    if place is None:
        return None
    output = package.outputs[place]
    if name != "reference":
        return _Term(place, nan, output.unit)
    return None if output.reference is None else _Term(None, output.reference, output.unit)


def _holds(package: Package, row: list[float], test: tuple[_Term, str, _Term]) -> bool:
    """Whether a test holds; not where what it looks at is missing."""
    left, name, right = test
    one, other = left.value(row), right.value(row)
    if one != one or other != other:
        return False
    if name == _ALIKE:
        return write_value(one, left.unit, package.currency) == write_value(
            other, right.unit, package.currency
        )
    return _COMPARISONS[name](one, other)


def _fill(package: Package, row: list[float], column: int, parts: tuple[_Part, ...]) -> str | None:
    written: list[str] = []
    for literal, term, compared in parts:
        written.append(literal)
        if term is not None:
            value = term.value(row)
            if value != value:
                return None
            written.append(_written(package, column, value, term.unit))
        elif compared is not None:
            clause = _compared(package, row, column, compared)
            if clause is None:
                return None
            written.append(clause)
    return "".join(written)


def _written(package: Package, column: int, value: float, unit: str) -> str:
    """Write a value of a sentence: as the table has it where the package is one of a table."""
    if package.fields is not None:
        return package.fields.columns[column].write(value)
    return write_value(value, unit, package.currency)


def _compared(package: Package, row: list[float], column: int, words: str) -> str | None:
    """Hold a value against the usual one; None where that would speak against the risk, or for nothing."""
    output, value = package.outputs[column], row[column]
    if output.reference is None:
        return ""
    beyond = value - output.reference
    if abs(beyond) < NOTABLE * abs(output.reference) or output.expected_sign * beyond < 0:
        return None
    noun, _, among = words.partition("/")
    usual = write_value(output.reference, output.unit, package.currency)
    if write_value(value, output.unit, package.currency) == usual:
        return None
    return "; usually " + " ".join(filter(None, (usual, noun, among)))
