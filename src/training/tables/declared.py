"""A table whose columns are known beforehand: found in the file by their names, held to their ranges, and worded."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidField
from scoring.fields import Field
from tabular.errors import did_you_mean
from training.errors import InvalidTable
from training.specs.table_spec import TableSpec
from training.tables.dataset import TableDataset
from training.tables.question import Question, find_column_named
from training.tables.reading import RawTable

Floats = NDArray[np.float64]

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_YES, _NO = ("yes", "true", "y", "t"), ("no", "false", "n", "f")


def plain_name(column: str) -> str:
    """Write a column's name in small letters.

    Examples
    --------
    >>> [plain_name(name) for name in ("CreditScore", "Num Of Products", "HasCrCard", "age")]
    ['credit_score', 'num_of_products', 'has_cr_card', 'age']
    """
    return "_".join(part.lower() for part in _WORDS.split(column) if part)


def declared_columns(
    table: RawTable, question: Question, spec: TableSpec
) -> tuple[RawTable, Question]:
    """Keep the columns that a spec declares, by its own names; yes and no become numbers where it wants numbers.

    Parameters
    ----------
    table : RawTable
    question : Question
        Whose target may be named as in the file.
    spec : TableSpec

    Returns
    -------
    RawTable
    Question
        With the target and the owner by the spec's names.

    Raises
    ------
    InvalidTable
        "bank_churn must have a column 'tenure'; got ...", "--drop must leave bank_churn the columns it
        is declared with; got ..."
    """
    names: dict[str, str] = {}
    for column in table.columns:
        plain = plain_name(column)
        names.setdefault(spec.aliases.get(plain, plain), column)
    if question.target != spec.target or spec.target not in names:
        names[spec.target] = find_column_named("--target", question.target, table.columns)
    for name in spec.columns:
        if name not in names:
            raise InvalidTable(
                f"{spec.name} must have a column {name!r}; got {', '.join(table.columns[:15])}."
                f" {did_you_mean(name, table.columns)} Rename it in the file, or train under another --name."
            )
    kept = [name for name in (spec.identifier, *spec.columns, spec.target) if name in names]
    cells = {name: table.cells[names[name]] for name in kept}
    for name, declared in spec.columns.items():
        if not declared.is_category:
            cells[name] = [_flag(cell) for cell in cells[name]]
    if question.time is not None:
        time = find_column_named("--time", question.time, table.columns)
        cells[time] = table.cells[time]
    owner = spec.identifier if spec.identifier in names else None
    found = {names[name]: name for name in spec.columns}
    dropped = [find_column_named("--drop", name, table.columns) for name in question.drop]
    learned = [find_column_named("--keep", name, table.columns) for name in question.keep]
    for option, column in (
        *(("--drop", column) for column in dropped if column in found),
        *(("--keep", column) for column in learned if column not in found),
    ):
        raise InvalidTable(
            f"{option} must leave {spec.name} the columns it is declared with; got {column!r}."
            " Leave the option out, or train under another --name."
        )
    keep = tuple(found[column] for column in learned)
    asked = replace(question, target=spec.target, identifier=owner, drop=(), keep=keep)
    return replace(table, cells=cells), asked


def declared_dataset(dataset: TableDataset, spec: TableSpec) -> TableDataset:
    """Give columns the ranges and the words that a spec declares.

    Returns
    -------
    TableDataset
        Its requests may hold what stands beside the columns, too.

    Raises
    ------
    InvalidTable
        "age must be 0 to 150; got -1.0. ...", "geography must hold names; got numbers. ..."
    """
    fields = dataset.fields
    left_out = dict.fromkeys((*fields.left_out, *spec.beside))
    columns = tuple(
        _declared(field, values, spec)
        for field, values in zip(fields.columns, dataset.values.T, strict=True)
    )
    return replace(
        dataset,
        fields=replace(fields, columns=columns, left_out=tuple(left_out)),
        spec=spec,
    )


def _flag(cell: str) -> str:
    word = cell.strip().casefold()
    return "1" if word in _YES else "0" if word in _NO else cell


def _declared(field: Field, values: Floats, spec: TableSpec) -> Field:
    """Give a column its range, and hold what the file has to it."""
    column = spec.columns[field.name]
    if field.is_category != column.is_category:
        wanted = "names" if column.is_category else "numbers"
        got = "numbers" if column.is_category else " and ".join((field.levels or ())[:3])
        raise InvalidTable(
            f"{field.name} must hold {wanted}; got {got}. Write them as requests will."
        )
    ranged = replace(
        field, minimum=column.minimum, maximum=column.maximum, is_whole=column.is_whole
    )
    if not column.is_category:
        for value in np.unique(values[~np.isnan(values)]).tolist():
            try:
                ranged.read(value)
            except InvalidField as error:
                raise InvalidTable(f"{error} Correct it in the file, or leave it empty.") from error
    return ranged
