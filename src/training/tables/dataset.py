"""A table as it is learned from: its columns encoded, its outcome read, its rows parted by time or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from scoring.fields import Fields
from training.errors import NotTrainable
from training.fitting.cross_validation import Rows
from training.specs.table_spec import TableSpec
from training.tables.columns import Column, judge_columns
from training.tables.question import Question, find_column_named, read_outcome
from training.tables.reading import RawTable
from training.tables.times import latest_rows

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAST_ROWS = 200
LEAST_OUTCOMES = 20
"""`LEAST_ROWS`, `LEAST_OUTCOMES`: rows, and rows of the rarer outcome, below which nothing is learned."""

KEPT = 200
"""Rows that are kept as the file has them, to be sent as a request sends them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TableDataset:
    """Rows of a table as they are learned from.

    Parameters
    ----------
    question : Question
    digest : str
        Of the file.
    source : str
        The file's name.
    fields : Fields
        How its columns are read, here and by whoever answers.
    values : float array of shape (n_rows, n_fields)
        Numbers and codes; NaN where missing.
    labels : int array of shape (n_rows,), 0 or 1
    owners : int array of shape (n_rows,)
        The number of whom each row is about; a row each where nobody is named.
    is_test : bool array of shape (n_rows,), or None
        The latest rows, where times are known; None: any row may be tested on.
    columns : tuple of Column
        What each column of the file is, and whether it is used.
    notes : tuple of str
        What else was found, a sentence each.
    since : str
        From which time on rows are tested on; empty without times.
    kept : mapping of int to mapping of str to str
        Some rows as the file has them, by place, spread evenly.
    spec : TableSpec, optional
        What is declared of the table, where its columns are known beforehand.
    """

    question: Question
    digest: str
    source: str
    fields: Fields
    values: Floats
    labels: Integers
    owners: Integers
    is_test: Flags | None
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    since: str = ""
    kept: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    spec: TableSpec | None = None

    @property
    def name(self) -> str:
        """The model's name, without the shelf it lies on."""
        return self.question.name

    @property
    def features(self) -> tuple[str, ...]:
        """The columns learned from, in order."""
        return self.fields.names

    @cached_property
    def codes(self) -> tuple[int, ...]:
        """Per column, how many codes of categories it has; 0 for numbers."""
        return tuple(column.codes for column in self.fields.columns)

    @property
    def rows(self) -> Rows:
        """The rows as estimators take them."""
        return Rows(values=self.values, labels=self.labels, customers=self.owners)

    @property
    def outcome(self) -> str:
        """What is told the probability of, "Exited = 1"."""
        return f"{self.fields.target} = {self.fields.positive}"

    def take(self, places: Integers | Flags) -> Self:
        """Give the rows at some places, none of them set apart."""
        owners = np.unique(self.owners[places], return_inverse=True)[1]
        return replace(
            self,
            values=self.values[places],
            labels=self.labels[places],
            owners=owners.astype(np.int64),
            is_test=None,
            kept={},
        )


def make_dataset(
    table: RawTable,
    question: Question,
    *,
    decimal: str | None = None,
    time_format: str | None = None,
) -> TableDataset:
    """Judge the columns of a table and encode the rows whose outcome is known.

    Parameters
    ----------
    table : RawTable
    question : Question
    decimal : {".", ","}, optional
        The decimal mark; found column by column where not given.
    time_format : str, optional
        As `tabular.times.TimeReader` takes it; found where not given.

    Returns
    -------
    TableDataset

    Raises
    ------
    InvalidTable, NotTrainable
        What must be changed, in a sentence.
    """
    asked = _named(question, table)
    outcome = read_outcome(table.cells[asked.target], asked.target, asked.positive)
    known = outcome.labels >= 0
    labels = outcome.labels[known]
    _check_counts(labels, asked)
    notes = [outcome.note] if outcome.note else []
    if table.broken:
        notes.append(f"{table.broken:,} rows have another number of cells: they are left out.")
    if not known.all():
        notes.append(f"{int((~known).sum()):,} rows have no {asked.target}: they are left out.")
    is_test, since = None, ""
    learned = known
    if asked.time is not None:
        cells = [table.cells[asked.time][place] for place in np.flatnonzero(known)]
        is_test, since = latest_rows(cells, asked.time, time_format)
        learned = known.copy()
        learned[known] = ~is_test
        _check_parts(labels, is_test, asked.time)
    apart = {asked.target, asked.identifier, asked.time, *asked.drop}
    names = [name for name in table.columns if name not in apart]
    columns, fields = judge_columns(
        table,
        names,
        labels if is_test is None else labels[~is_test],
        learned,
        keep=asked.keep,
        decimal=decimal,
    )
    if not fields:
        raise NotTrainable(
            f"table must have a column to learn from; got none of {len(names)}:"
            f" {' '.join(column.text for column in columns[:3])} Name some by --keep."
        )
    read = {each.name for each in fields}
    left_out = [name for name in table.columns if name not in read]
    made = Fields(
        columns=tuple(fields),
        target=asked.target,
        positive=outcome.positive,
        left_out=tuple(name for name in left_out if name != asked.target),
    )
    places = np.flatnonzero(known)
    values = made.read_columns(
        {name: [table.cells[name][place] for place in places] for name in made.names}
    )
    return TableDataset(
        question=asked,
        digest=table.digest,
        source=table.path.name,
        fields=made,
        values=values,
        labels=labels,
        owners=_owners(table, asked.identifier, places),
        is_test=is_test,
        columns=tuple(columns),
        notes=tuple(notes),
        since=since,
        kept=_kept(table, places),
    )


def _kept(table: RawTable, places: Integers) -> dict[int, dict[str, str]]:
    """Keep some rows as the file has them, all of their columns."""
    return {
        row: {name: cells[places[row]] for name, cells in table.cells.items()}
        for row in range(0, len(places), max(1, len(places) // KEPT))
    }


def _named(question: Question, table: RawTable) -> Question:
    """Write every column as the file's header does."""

    def found(option: str, name: str | None) -> str | None:
        return None if name is None else find_column_named(option, name, table.columns)

    return replace(
        question,
        target=find_column_named("--target", question.target, table.columns),
        identifier=found("--id", question.identifier),
        time=found("--time", question.time),
        drop=tuple(find_column_named("--drop", name, table.columns) for name in question.drop),
        keep=tuple(find_column_named("--keep", name, table.columns) for name in question.keep),
    )


def _check_counts(labels: Integers, question: Question) -> None:
    """Refuse what is too little to learn from, and to be tested on."""
    rarer = int(np.bincount(labels, minlength=2).min())
    if len(labels) < LEAST_ROWS:
        raise NotTrainable(
            f"table must have {LEAST_ROWS} rows whose {question.target} is known; got {len(labels)}: figures of"
            " fewer are chance. Bring more rows."
        )
    if rarer < LEAST_OUTCOMES:
        raise NotTrainable(
            f"table must have {LEAST_OUTCOMES} rows of the rarer {question.target}; got {rarer}: nobody can be told"
            " apart by so few. Bring more of them."
        )


def _check_parts(labels: Integers, is_test: Flags, time: str) -> None:
    for part, what in ((~is_test, "earlier"), (is_test, "latest")):
        rarer = int(np.bincount(labels[part], minlength=2).min())
        if rarer < LEAST_OUTCOMES // 2:
            raise NotTrainable(
                f"--time must leave {LEAST_OUTCOMES // 2} rows of either outcome among the {what} rows by {time!r};"
                f" got {rarer}. Leave --time out, or bring a longer time."
            )


def _owners(table: RawTable, identifier: str | None, places: Integers) -> Integers:
    """Number whom each row is about, in the order they come; owners of one row each are as if nobody was named."""
    if identifier is None:
        return np.arange(len(places), dtype=np.int64)
    cells = table.cells[identifier]
    numbers: dict[str, int] = {}
    texts = (cells[place].strip() or f"\0{place}" for place in places)
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)
