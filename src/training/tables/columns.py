"""What each column of a table is, and whether it is learned from: nothing is used, or left out, without a word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scoring.fields import Field, is_missing
from tabular.detection import DecimalDetection
from tabular.errors import TableError
from tabular.times import is_time
from tabular.written_times import ORDERS
from training.errors import InvalidTable
from training.tables.power import power_alone
from training.tables.reading import RawTable, is_number

Integers = NDArray[np.int64]
Kind = Literal[
    "number", "category", "date", "free text", "identifier", "constant", "duplicate", "leak"
]

LEAK = 0.98
"""AUC of a column alone from which on it is taken to know the outcome."""

LEVELS = 50
"""The most categories of a column; rarer ones are put together."""

LEAST_OF_A_LEVEL = 10
LEAST_SHARE = 0.002
"""`LEAST_OF_A_LEVEL`, `LEAST_SHARE`: rows, and share of all, below which a category is put to the others."""

COVERED = 0.5
"""Share of the rows that the kept categories must hold for a column to be learned from."""

NUMBERS = 0.95
"""Share of known cells that are numbers from which on the other words of a column stand for missing ones."""

_WORDS = 5
_LOOKED_AT = 200
_PROSE = 4
"""Words of a cell, on average, from which a column of ever new texts is prose."""

_KEY = re.compile(
    r"(^|[\W_])(id|uuid|guid|key|nr|no|row|index|unnamed)([\W_\d]|$)|(id|number|key|index)$", re.I
)
_PLAIN = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?")
_TEXT_PARTS = re.compile(r"(\d+)")


@dataclass(frozen=True, kw_only=True)
class Column:
    """What a column is.

    Parameters
    ----------
    name : str
    kind : str
        "number", "category", or why it is left out: "date", "free text", "identifier", "constant", "duplicate", "leak".
    is_used : bool
    text : str
        What was found and what is done, a sentence.
    power : float, default .5
        AUC of the column alone, as `training.tables.power.power_alone` measures it; of those that are used.
    """

    name: str
    kind: Kind
    is_used: bool
    text: str
    power: float = 0.5


def judge_columns(
    table: RawTable,
    names: Sequence[str],
    labels: Integers,
    learned: NDArray[np.bool_],
    *,
    keep: Sequence[str] = (),
    decimal: str | None = None,
) -> tuple[list[Column], list[Field]]:
    """Say of each column what it is, and how those are read that are learned from.

    Parameters
    ----------
    table : RawTable
    names : sequence of str
        The columns that may be learned from.
    labels : int array of shape (n_rows,), 0 or 1
        Of the rows with an outcome.
    learned : bool array of shape (table.rows,)
        The rows to learn from: only they say which categories there are. Labels are of these rows.
    keep : sequence of str
        Columns to learn from all the same.
    decimal : {".", ","}, optional
        The decimal mark; found column by column where not given.

    Returns
    -------
    list of Column
        One a name.
    list of Field
        Of those that are used, in order.

    Raises
    ------
    InvalidTable
        "decimal mark of column ... must be told ..."
    """
    judged: list[Column] = []
    fields: list[Field] = []
    seen: dict[int, str] = {}
    places = np.flatnonzero(learned)
    for name in names:
        cells = [table.cells[name][place] for place in places]
        known = [cell.strip() for cell in cells if not is_missing(cell)]
        twin = _twin(table, name, cells, seen)
        field, left_out = _field(name, known, len(cells), decimal)
        if len(set(known)) < 2 and len(known) in (0, len(cells)):
            what = f"the same everywhere ({known[0]!r})" if known else "empty everywhere"
            judged.append(_left_out(name, "constant", f"is {what}"))
        elif twin is not None:
            judged.append(_left_out(name, "duplicate", f"says the same as {twin} in every row"))
        elif left_out is not None and name not in keep:
            judged.append(_left_out(name, *left_out))
        else:
            alone = power_alone(field, cells, labels)
            if alone >= LEAK and name not in keep:
                judged.append(
                    _left_out(
                        name,
                        "leak",
                        f"tells the outcome all by itself (AUC {alone:.3f}): it may be known only afterwards",
                        f"If it is known beforehand, --keep {name} learns from it.",
                    )
                )
                continue
            fields.append(field)
            judged.append(_used(name, field, known, len(cells), alone))
    return judged, fields


def _left_out(name: str, kind: Kind, what: str, advice: str = "") -> Column:
    more = advice or ("" if kind in ("constant", "duplicate") else f"--keep {name} learns from it.")
    text = f"{name} {what}: it is left out.{' ' if more else ''}{more}"
    return Column(name=name, kind=kind, is_used=False, text=text)


def _used(name: str, field: Field, known: Sequence[str], rows: int, alone: float) -> Column:
    missing = f", missing in {1 - len(known) / rows:.1%} of the rows" if len(known) < rows else ""
    if field.levels is None:
        mark = ", with decimal comma" if field.decimal == "," else ""
        blanks = (
            f"; {' and '.join(map(repr, field.blanks))} count as missing" if field.blanks else ""
        )
        what = f"is a number{mark}{missing}{blanks}"
    else:
        others = ", rarer ones put together" if field.others else ""
        what = f"is a category of {len(field.levels)} values{others}{missing}"
    if alone >= LEAK:
        what += f"; it tells the outcome all by itself (AUC {alone:.3f}), and is learned from as was asked"
    kind: Kind = "number" if field.levels is None else "category"
    return Column(name=name, kind=kind, is_used=True, text=f"{name} {what}.", power=alone)


def _twin(table: RawTable, name: str, cells: Sequence[str], seen: dict[int, str]) -> str | None:
    """Name an earlier column that holds the same cells."""
    mark = hash(tuple(cells))
    earlier = seen.setdefault(mark, name)
    if earlier == name or table.cells[earlier] != table.cells[name]:
        return None
    return earlier


def _field(
    name: str, known: Sequence[str], rows: int, decimal: str | None
) -> tuple[Field, tuple[Kind, str] | None]:
    """Make out how a column is read; and why it is left out, if so."""
    counts = Counter(known)
    words = [text for text in counts if not is_number(text)]
    unread = sum(counts[word] for word in words)
    if known and len(words) <= _WORDS and len(known) - unread >= NUMBERS * len(known):
        return _number(name, counts, words, rows, decimal)
    levels = _levels(counts, rows)
    field = Field(name=name, levels=levels, others=len(levels) < len(counts))
    looked_at = list(islice(counts, _LOOKED_AT))
    if looked_at and all(is_time(text, ORDERS) for text in looked_at):
        return field, ("date", "holds dates, which are new ones every day")
    covered = sum(counts[level] for level in levels)
    if covered >= COVERED * len(known):
        return field, None
    if np.mean([len(text.split()) for text in looked_at]) >= _PROSE:
        return field, ("free text", "holds free text, which is not read")
    if len(counts) == len(known):
        return field, ("identifier", "has another value in every row, as a key has")
    return field, (
        "identifier",
        f"has {len(counts):,} different values, most of them in fewer than {_least(rows)} rows",
    )


def _number(
    name: str, counts: Mapping[str, int], words: Sequence[str], rows: int, decimal: str | None
) -> tuple[Field, tuple[Kind, str] | None]:
    numbers = [text for text in counts if text not in words]
    mark = decimal or _decimal(name, numbers)
    field = Field(name=name, decimal=mark, blanks=tuple(sorted(word.casefold() for word in words)))
    values = np.array([field.read(text) for text in numbers])
    is_key = len(values) == rows and bool((values == np.round(values)).all())
    if is_key and (_KEY.search(name) or np.ptp(values) == rows - 1):
        return field, ("identifier", "has another whole number in every row, as a key has")
    return field, None


def _decimal(name: str, numbers: Sequence[str]) -> str:
    """Find the decimal mark of a column."""
    if all(_PLAIN.fullmatch(text) for text in numbers):
        return "."
    found = DecimalDetection()
    found.feed(numbers)
    try:
        return found.settled()
    except TableError as error:
        raise InvalidTable(f"column {name!r}: {error}") from error


def _least(rows: int) -> int:
    """Rows a category must have to be one of its own."""
    return max(LEAST_OF_A_LEVEL, round(LEAST_SHARE * rows))


def _levels(counts: Counter[str], rows: int) -> tuple[str, ...]:
    """Choose the categories that are told apart, in the order in which people sort them."""
    least = _least(rows)
    frequent = [
        text
        for text, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if count >= least
    ]
    return tuple(sorted(frequent[:LEVELS], key=_natural))


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts numbers within texts by their size."""
    return tuple(
        (0, int(part), "") if part.isdigit() and part.isascii() else (1, 0, part)
        for part in _TEXT_PARTS.split(text)
    )
