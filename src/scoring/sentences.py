"""Sentences about one customer's features: names of templates are looked up once, and filled with what a row holds."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from math import nan
from typing import NamedTuple
from weakref import WeakKeyDictionary, proxy

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


class Teller:
    """Says of one feature what is true of a row, whichever way it counts.

    Parameters
    ----------
    package : Package
        Whose features they are.
    """

    def __init__(self, package: Package) -> None:
        self._names = _Names(package)
        self._known: dict[tuple[int, bool], tuple[_Sentence, ...]] = {}

    def tell(self, row: list[float], column: int) -> tuple[int, str] | None:
        """Give the first alternative that is true of a row.

        Parameters
        ----------
        row : list of float, n_outputs
            NaN where missing.
        column : int
            Of the feature.

        Returns
        -------
        tuple of int and str, or None
            The column of the feature that the sentence tells of, and the sentence. None where none is true.
        """
        value = row[column]
        key = column, value != value
        sentences = self._known.get(key)
        if sentences is None:
            sentences = self._known[key] = self._names.sentences(*key)
        for sentence in sentences:
            if not sentence.is_true(row):
                continue
            if sentence.told_as is not None:
                found = self.tell(row, sentence.told_as)
                if found is not None:
                    return found
                continue
            filled = sentence.fill(row, value)
            if filled:
                return column, filled
        return None


_tellers: WeakKeyDictionary[Package, Teller] = WeakKeyDictionary()


def teller_of(package: Package) -> Teller:
    """Give the teller of a package, which looks its templates up once.

    Parameters
    ----------
    package : Package

    Returns
    -------
    Teller
    """
    found = _tellers.get(package)
    if found is None:
        found = _tellers.setdefault(package, Teller(package))
    return found


class _Term(NamedTuple):
    """What a name in a template stands for: a place in the row, or a number."""

    place: int | None
    number: float
    write: Callable[[float], str]

    def value(self, row: list[float]) -> float:
        """Give its value; NaN where it is missing."""
        return self.number if self.place is None else row[self.place]


class _Comparison(NamedTuple):
    """Words that hold a feature's value against the usual one."""

    reference: float
    usual: str
    least: float
    """By how much a value must differ from it."""
    sign: int
    """Which way it must differ; 0 for either."""
    write: Callable[[float], str]
    clause: str

    def speaks(self, value: float) -> bool:
        """Whether a value differs from the usual one, and not the way that speaks against the risk."""
        beyond = value - self.reference
        return (
            abs(beyond) >= self.least
            and self.sign * beyond >= 0
            and self.write(value) != self.usual
        )


class _Part(NamedTuple):
    """Literal text, and the term that follows it."""

    literal: str
    term: _Term | None


class _Sentence(NamedTuple):
    """An alternative of one column of a package."""

    tests: tuple[tuple[_Term, Callable[[float, float], bool] | None, _Term], ...]
    """Without a comparison between two, they must be written alike."""
    told_as: int | None
    """The column that tells it instead."""
    comparisons: tuple[_Comparison, ...]
    parts: tuple[_Part, ...]

    def is_true(self, row: list[float]) -> bool:
        """Whether every test holds; none does where what it looks at is missing."""
        for left, compares, right in self.tests:
            one, other = left.value(row), right.value(row)
            if one != one or other != other:
                return False
            if compares is None:
                if left.write(one) != right.write(other):
                    return False
            elif not compares(one, other):
                return False
        return True

    def fill(self, row: list[float], value: float) -> str | None:
        """Write the sentence about a feature of some value; None where it would tell of what is missing, or usual."""
        for comparison in self.comparisons:
            if not comparison.speaks(value):
                return None
        written: list[str] = []
        for literal, term in self.parts:
            written.append(literal)
            if term is not None:
                told = term.value(row)
                if told != told:
                    return None
                written.append(term.write(told))
        return "".join(written)


class _Names:
    """Looks up what names in templates stand for in a package."""

    def __init__(self, package: Package) -> None:
        self._package = proxy(package)

    def sentences(self, column: int, missing: bool) -> tuple[_Sentence, ...]:
        """Give the alternatives that can be true of a column, their names looked up."""
        output = self._package.outputs[column]
        template = output.missing if missing else output.template
        looked_up = (self._sentence(column, each) for each in alternatives(template))
        return tuple(filter(None, looked_up))

    def _sentence(self, column: int, given: Alternative) -> _Sentence | None:
        """Look up the names of an alternative; None where the package lacks one, so that it is never true."""
        columns = self._package.columns
        told_as = None if given.told_as is None else columns.get(given.told_as)
        if given.told_as is not None and told_as is None:
            return None
        tests, comparisons, parts = [], list[_Comparison](), list[_Part]()
        for left, test, right in given.tests:
            sides = self._term(column, left), self._term(column, right)
            if sides[0] is None or sides[1] is None:
                return None
            compares = None if test == _ALIKE else _COMPARISONS[test]
            tests.append((sides[0], compares, sides[1]))
        for literal, name, words in given.parts:
            if name == "compared":
                held = self._comparison(column, words)
                comparisons += [] if held is None else [held]
                parts.append(_Part(literal + ("" if held is None else held.clause), None))
                continue
            term = None if name is None else self._term(column, name, told=True)
            if name is not None and term is None:
                return None
            parts.append(_Part(literal, term))
        return _Sentence(tuple(tests), told_as, tuple(comparisons), tuple(parts))

    def _term(self, column: int, name: str, *, told: bool = False) -> _Term | None:
        """Look up a name; None where the package has no such feature, or does not know what is usual.

        What is told of a table is written as the table has it.
        """
        fields = self._package.fields
        if name.isdigit():
            place, number, unit = None, float(name), ""
        else:
            found = column if name in OWN else self._package.columns.get(name)
            if found is None:
                return None
            output = self._package.outputs[found]
            place, number, unit = found, nan, output.unit
            if name == "reference":
                if output.reference is None:
                    return None
                place, number = None, output.reference
        if told and fields is not None:
            return _Term(place, number, fields.columns[column].write)
        return _Term(place, number, self._writing(unit))

    def _comparison(self, column: int, words: str | None) -> _Comparison | None:
        """Look up what is usual of a column; None where that is not known."""
        output = self._package.outputs[column]
        if output.reference is None:
            return None
        noun, _, among = (words or "").partition("/")
        write = self._writing(output.unit)
        usual = write(output.reference)
        return _Comparison(
            reference=output.reference,
            usual=usual,
            least=NOTABLE * abs(output.reference),
            sign=output.expected_sign,
            write=write,
            clause="; usually " + " ".join(filter(None, (usual, noun, among))),
        )

    def _writing(self, unit: str) -> Callable[[float], str]:
        currency = self._package.currency
        return lambda value: write_value(value, unit, currency)
