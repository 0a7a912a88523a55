"""Columns beside the time's own: the clock of a date, and the zone of both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tabular.columns import find_column, flag, plain
from tabular.errors import TableError

BESIDE: Final[Mapping[str, frozenset[str]]] = {
    role: frozenset(names.split())
    for role, names in {
        "time_of_day": "time timeofday clock clocktime ordertime orderedtime transactiontime saletime salestime"
        " purchasetime invoicetime createdtime uhrzeit zeit bestellzeit kaufzeit bestelluhrzeit heure heurecommande"
        " heuredecommande hora horapedido horadelpedido horadopedido ora orario oraordine godzina"
        " czas godzinazamówienia tijd tijdstip besteltijd ordertijd tid klokkeslett klokkeslæt",
        "zone_column": "timezone tz utcoffset timezoneoffset gmtoffset zeitzone fuseauhoraire zonahoraria fusohorário"
        " fusohorario fusoorario tijdzone strefaczasowa",
    }.items()
}
"""Names, without case and signs, under which each is looked for; a clock, only where another column holds the date."""

_DATE = re.compile("date|datum|fecha|dato|^data|^day$|^tag$|^jour$|^giorno$|^día$|^dia$|^dzień$")
"""What names of columns of dates have in them."""


def find_beside(
    columns: Sequence[str], given: Mapping[str, str], time: str | None, ignored: Sequence[str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Find the columns beside the time's own.

    Parameters
    ----------
    columns : sequence of str
        The file's.
    given : mapping of str to str
        Roles of `BESIDE`, and the columns a person named for them.
    time : str or None
        The column a person named for the time.
    ignored : sequence of str
        Columns that a person left out by name.

    Returns
    -------
    dict of str to int
        Role to place from 0.
    tuple of str
        The columns; what was found or left out has no name.

    Raises
    ------
    TableError
        "column 'Uhrzeit' must be used or left out; got neither. ...": the time was named without it.

    Examples
    --------
    >>> find_beside(["Datum", "Uhrzeit", "Kunde"], {}, None, ["Kunde"])
    ({'time_of_day': 1}, ('Datum', '', ''))
    >>> find_beside(["Kunde", "Zeit"], {}, None, [])
    ({}, ('Kunde', 'Zeit'))
    """
    left_out = {find_column("--ignore", name, columns) for name in ignored}
    found = {role: find_column(flag(role), name, columns) for role, name in given.items()}
    shown = ["" if place in left_out else name for place, name in enumerate(columns)]
    own = None if time is None else find_column("--time", time, columns)
    dated = own is not None or any(_DATE.search(plain(name)) for name in shown)
    for role, names in BESIDE.items():
        if role in found or (role == "time_of_day" and not dated):
            continue
        same = [place for place, name in enumerate(shown) if plain(name) in names and place != own]
        if own is not None and same:
            raise _unused(role, columns[same[0]])
        if len(same) > 1:
            raise TableError(
                f"{flag(role)} must be given where several columns could be meant; got"
                f" {' and '.join(columns[place] for place in same)}. Add {flag(role)} {columns[same[0]]!r}, say."
            )
        if same:
            found[role] = same[0]
    hidden = left_out | set(found.values())
    return found, tuple("" if place in hidden else name for place, name in enumerate(columns))


def check_beside(shown: Sequence[str], places: Mapping[str, int]) -> None:
    """Refuse to pass a clock over, whatever its date is called.

    Raises
    ------
    TableError
        "column 'Uhrzeit' must be used or left out; got neither. ..."
    """
    for place, name in enumerate(shown):
        if plain(name) in BESIDE["time_of_day"] and place not in places.values():
            raise _unused("time_of_day", name)


def _unused(role: str, name: str) -> TableError:
    return TableError(
        f"column {name!r} must be used or left out; got neither. Give {flag(role)} {name!r} or --ignore {name!r}."
    )
