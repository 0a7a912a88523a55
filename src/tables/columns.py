"""Which column of a file is meant: by its name, or by its position from 1."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tables.errors import ColumnNotFound, TableError


def flag(option: str) -> str:
    """Write an option as it is typed.

    Examples
    --------
    >>> flag("currency_column")
    '--currency-column'
    """
    return "--" + option.replace("_", "-")


def plain(name: str) -> str:
    """Write a column's name without case, blanks and signs.

    Examples
    --------
    >>> plain("Invoice_No.")
    'invoiceno'
    """
    return re.sub(r"[\W_]+", "", name.lower())


def is_position(name: str | None) -> bool:
    """Tell whether a column is given by its place."""
    return name is not None and name.isascii() and name.isdigit()


def find_column(option: str, name: str, columns: Sequence[str]) -> int:
    """Find a column by position from 1, by exact name, or else by name whatever its case.

    Parameters
    ----------
    option : str
        As it is typed, for the message: ``--time``.
    name : str
    columns : sequence of str

    Returns
    -------
    int
        Its place from 0.

    Raises
    ------
    ColumnNotFound
        "--time must name a column of the file; got ... Did you mean ...? Columns: ..."
    TableError
        "--time must name one column; got ...": two have that name.

    Examples
    --------
    >>> find_column("--time", "datum", ["Kunde", "Datum"]), find_column("--time", "1", ["Kunde", "Datum"])
    (1, 0)
    """
    if is_position(name):
        if not 1 <= int(name) <= len(columns):
            raise TableError(
                f"{option} must be a position from 1 to {len(columns)}; got {name}."
                f" Columns: {', '.join(columns)}."
            )
        return int(name) - 1
    wanted = name.strip()
    for same in (
        [place for place, column in enumerate(columns) if column == wanted],
        [place for place, column in enumerate(columns) if column.lower() == wanted.lower()],
    ):
        if len(same) > 1:
            places = ", ".join(str(place + 1) for place in same)
            raise TableError(
                f"{option} must name one column; got {name!r}, which stands at positions {places}."
                " Give its position."
            )
        if same:
            return same[0]
    raise ColumnNotFound(option, name, columns)
