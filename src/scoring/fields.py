"""The columns of a table that somebody brought, as a model reads them: numbers as they are, categories as codes.

The encoding is a part of the package: a cell of the file at training and a value of a request go through the very same
`Field`. It is made without a look at the outcome, so that folds stay honest, and a category that was never seen is no
error: it is one of the others where rare ones were put together, else its value is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from math import isfinite, nan
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidField
from scoring.wording import write_value
from tabular.amounts import NumberReader
from tabular.errors import did_you_mean

Floats = NDArray[np.float64]

MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "<na>", "?"})
"""What stands in a cell of which nothing is known, whatever its case."""

OTHERS = "another one"
"""How a category is called that is none of the levels."""

LARGEST = 1e15
"""The size up to which a number is taken: a larger one is a key, or a mistake."""

_YES, _NO = ("true", "yes", "y", "t", "1", "1.0"), ("false", "no", "n", "f", "0", "0.0")


def is_missing(text: str) -> bool:
    """Whether a cell says that nothing is known.

    Examples
    --------
    >>> [is_missing(text) for text in (" ", "NA", "?", "None", "0")]
    [True, True, True, False, False]
    """
    return text.strip().casefold() in MISSING


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column of the file.

    Parameters
    ----------
    name : str
        As the file's header has it.
    levels : tuple of str, or None
        The categories, each coded by its place; None for a column of numbers.
    others : bool, default False
        Whether rarer categories were put together, as code ``len(levels)``.
    decimal : {".", ","}, default "."
        The decimal mark of numbers that are sent as text.
    blanks : tuple of str, default ()
        Words that stand for a missing number in this column, beside `MISSING`.
    minimum, maximum : float, optional
        The least and the most that a number may be, where the table declares it.
    is_whole : bool, default False
        Whether a number must be a whole one.
    """

    name: str
    levels: tuple[str, ...] | None = None
    others: bool = False
    decimal: str = "."
    blanks: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    is_whole: bool = False

    @property
    def is_category(self) -> bool:
        """Whether its values are codes of categories."""
        return self.levels is not None

    @property
    def codes(self) -> int:
        """How many codes there are; 0 for a column of numbers."""
        return 0 if self.levels is None else len(self.levels) + self.others

    def read(self, value: Any) -> float:
        """Read a cell of the file, or a value of a request.

        Parameters
        ----------
        value : str, int, float, bool or None

        Returns
        -------
        float
            A number or a code; NaN where it is missing.

        Raises
        ------
        InvalidField
            "Age must be a number; got 'old'. ..."
        """
        if value is None or (isinstance(value, str) and is_missing(value)):
            return nan
        if not isinstance(value, str | int | float):
            raise InvalidField(
                self.name, "be a number, a text or null", value, "Send one value a column."
            )
        return self._number(value) if self.levels is None else self._code(value)

    def write(self, value: float) -> str:
        """Write a value for a person, as the file has it.

        Examples
        --------
        >>> Field(name="Geography", levels=("France", "Spain"), others=True).write(2.0)
        'another one'
        >>> Field(name="Balance").write(125510.82)
        '125,511'
        """
        if self.levels is None:
            return write_value(value, "", "")
        place = int(value)
        return self.levels[place] if place < len(self.levels) else OTHERS

    def _number(self, value: str | float) -> float:
        found = self._parsed(value) if isinstance(value, str) else _as_float(value)
        if not (isfinite(found) or found != found) or abs(found) > LARGEST:
            raise InvalidField(
                self.name, f"be finite and at most {LARGEST:g} in size", value, "Check its unit."
            )
        low = -LARGEST if self.minimum is None else self.minimum
        high = LARGEST if self.maximum is None else self.maximum
        if found < low or found > high:  # NaN is missing
            raise InvalidField(self.name, f"be {low:,.15g} to {high:,.15g}", value, "Correct it.")
        if self.is_whole and found == found and not found.is_integer():
            raise InvalidField(self.name, "be a whole number", value, "Round it.")
        return found

    def _parsed(self, text: str) -> float:
        if text.strip().casefold() in self.blanks:
            return nan
        try:
            return float(_reader(self.decimal)(text.strip()))
        except ValueError:
            raise InvalidField(
                self.name, "be a number", text, f"Its decimal mark is {self.decimal!r}."
            ) from None

    def _code(self, value: str | float) -> float:
        if isinstance(value, bool):
            words = _YES if value else _NO
            return next((self._places[word] for word in words if word in self._places), nan)
        text = value.strip() if isinstance(value, str) else write_number(value)
        place = self._places.get(text)
        if place is None:
            place = self._places.get(text.casefold(), nan)
        if place != place and self.others and self.levels is not None:
            return float(len(self.levels))
        return place

    @cached_property
    def _places(self) -> Mapping[str, float]:
        """The code of each level, by the level itself and, where no other one is alike, whatever its case."""
        levels = self.levels or ()
        exact = {level: float(place) for place, level in enumerate(levels)}
        folded: dict[str, list[str]] = {}
        for level in levels:
            folded.setdefault(level.casefold(), []).append(level)
        alike = {name: exact[found[0]] for name, found in folded.items() if len(found) == 1}
        return alike | exact


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The columns that a model reads, and those of the same file that it does not.

    Parameters
    ----------
    columns : tuple of Field
        In the order of the package's outputs.
    target : str
        The column that was learned.
    positive : str
        Its value of which the probability is told.
    left_out : tuple of str, default ()
        Other columns of the file: they may be sent, and say nothing.
    """

    columns: tuple[Field, ...]
    target: str
    positive: str
    left_out: tuple[str, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns that are read, in order."""
        return tuple(column.name for column in self.columns)

    def read_row(self, sent: Mapping[str, Any]) -> tuple[Floats, tuple[str, ...]]:
        """Read a row that somebody sends.

        Parameters
        ----------
        sent : mapping of str to str, int, float, bool or None
            By column, at least one that is read.

        Returns
        -------
        float array of shape (n_columns,)
            NaN where a value is missing.
        tuple of str
            The columns that were left out, or whose category was never seen: both count as missing.

        Raises
        ------
        InvalidField
            "column must be one of the table's; got 'Agge'. Did you mean Age?", or as `Field.read`.
        """
        known = {*self.names, *self.left_out, self.target}
        for name in sent:
            if name not in known:
                raise InvalidField(
                    name, "be a column of the table", name, did_you_mean(name, self.names)
                )
        if sent.keys().isdisjoint(self.names):
            raise InvalidField(
                "", "hold at least one column", dict(sent), f"It reads {', '.join(self.names)}."
            )
        values = [column.read(sent.get(column.name)) for column in self.columns]
        missing = tuple(
            column.name
            for column, value in zip(self.columns, values, strict=True)
            if value != value and _says_something(sent.get(column.name), column.name in sent)
        )
        return np.array(values, dtype=np.float64), missing

    def read_columns(self, cells: Mapping[str, Sequence[str]]) -> Floats:
        """Read whole columns of a file; each cell as `read_row` would.

        Parameters
        ----------
        cells : mapping of str to sequence of str
            Every column that is read, all of one length.

        Returns
        -------
        float array of shape (n_rows, n_columns)
        """
        read = []
        for column in self.columns:
            given = cells[column.name]
            known = {text: column.read(text) for text in set(given)}
            read.append([known[text] for text in given])
        return np.array(read, dtype=np.float64).T.copy()

    def as_dict(self) -> dict[str, Any]:
        """The fields in JSON's own types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Read what `as_dict` gave."""
        columns = tuple(
            Field(
                **{
                    **column,
                    "levels": None if column["levels"] is None else tuple(column["levels"]),
                    "blanks": tuple(column["blanks"]),
                }
            )
            for column in content["columns"]
        )
        return cls(**{**content, "columns": columns, "left_out": tuple(content["left_out"])})


def write_number(value: float) -> str:
    """Write a number as a cell of a file: a whole one without its ``.0``.

    Examples
    --------
    >>> [write_number(value) for value in (2.0, 2, 0.5)]
    ['2', '2', '0.5']
    """
    return str(int(value)) if float(value).is_integer() else repr(float(value))


@cache
def _reader(decimal: str) -> NumberReader:
    return NumberReader(decimal)


def _says_something(value: Any, was_sent: bool) -> bool:
    """Whether a value that came to nothing was not said to be missing."""
    return not was_sent or not (value is None or (isinstance(value, str) and is_missing(value)))


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")
