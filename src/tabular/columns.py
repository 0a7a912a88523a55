"""Which column of a file is meant: by its name, by its position from 1, or by a name well known for what it is for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from tabular.errors import ColumnNotFound, TableError


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
    """Whether a column is given by its place."""
    return name is not None and name.isascii() and name.isdigit()


def find_column(option: str, name: str, columns: Sequence[str]) -> int:
    """Find a column by position from 1, by exact name, or else by name whatever its case.

    Parameters
    ----------
    option : str
        As it is typed, for the message: ``--time``.

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


def _guess(role: str, columns: Sequence[str], known: Collection[str]) -> int | None:
    """Find a column by its well-known names, if exactly one has one."""
    same = [place for place, name in enumerate(columns) if plain(name) in known]
    if len(same) > 1:
        names = " and ".join(columns[place] for place in same)
        raise TableError(
            f"{flag(role)} must be given where several columns could be meant; got {names}."
            f" Add {flag(role)} {columns[same[0]]!r}, say."
        )
    return same[0] if same else None


def find_columns(
    given: Mapping[str, str],
    columns: Sequence[str],
    known: Mapping[str, Collection[str]],
    needed: Sequence[Sequence[str]],
    *,
    always: bool = False,
) -> dict[str, int]:
    """Find the columns of a file by what they are for.

    Parameters
    ----------
    given : mapping of str to str
        Roles and the columns a person named for them.
    known : mapping of str to names
        Roles and the names, without case and signs, under which a column is looked for.
    needed : sequence of roles
        What the import cannot do without: one role of each.
    always : bool, default False
        Whether what is not needed is looked for even where a person named columns.

    Returns
    -------
    dict of str to int
        Role to place from 0.

    Raises
    ------
    TableError
        "--customer must name a column; ..." or "--customer must be given where several columns could be meant; ..."

    Examples
    --------
    >>> known = {"time": ["date"], "amount": ["total"], "country": ["country"]}
    >>> find_columns({}, ["Date", "Total", "Country"], known, [["time"], ["amount"]])
    {'time': 0, 'amount': 1, 'country': 2}
    >>> find_columns({"amount": "Paid"}, ["Date", "Paid", "Country"], known, [["time"], ["amount"]])
    {'amount': 1, 'time': 0}
    """
    found = {role: find_column(flag(role), name, columns) for role, name in given.items()}

    def look(role: str) -> None:
        place = None if role in found else _guess(role, columns, known[role])
        if place is not None:
            found[role] = place

    for role in known if always or not given else ():
        look(role)
    for roles in needed:
        for role in reversed(roles):
            if found.keys().isdisjoint(roles):
                look(role)
        if found.keys().isdisjoint(roles):
            raise TableError(
                f"{' or '.join(flag(role) for role in roles)} must name a column; none has a"
                f" well-known name. Columns: {', '.join(filter(None, columns))}. Give its name, or its position"
                " from 1 where the file has no header."
            )
    return found
