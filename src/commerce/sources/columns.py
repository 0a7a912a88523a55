"""Which column of a file says what: named, given by position, or known by a name that shops use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from commerce.sources.errors import ColumnNotFound, SourceError
from commerce.sources.options import flag

WELL_KNOWN: Mapping[str, frozenset[str]] = {
    role: frozenset(names.split())
    for role, names in {
        "customer": "customer customerid customerno customernumber customerkey custid custno cust"
        " buyer buyerid client clientid userid memberid shopperid kunde kundennummer kundenid kundennr"
        " klant cliente",
        "time": "time timestamp date datetime invoicedate orderdate ordertime orderdatetime"
        " transactiondate transactiontime purchasedate purchasetime orderedat placedat createdat"
        " saledate salesdate datum bestelldatum fecha",
        "order": "order orderid orderno ordernumber invoice invoiceid invoiceno invoicenumber"
        " transactionid basketid receiptid bestellung bestellnummer bestellnr rechnung",
        "product": "product productid productcode sku stockcode itemid itemcode articleid artikel"
        " artikelnummer artikelnr",
        "description": "description productname itemname productdescription bezeichnung",
        "quantity": "quantity qty units menge anzahl",
        "price": "price unitprice priceperunit itemprice preis einzelpreis stueckpreis",
        "amount": "amount total totalamount totalprice linetotal lineamount sales revenue ordervalue"
        " betrag summe umsatz importe",
        "country": "country countrycode shippingcountry land",
    }.items()
}
"""Names, without case and signs, under which a column is looked for."""


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
    SourceError
        "--time must name one column; got ...": two have that name.

    Examples
    --------
    >>> find_column("--time", "datum", ["Kunde", "Datum"]), find_column("--time", "1", ["Kunde", "Datum"])
    (1, 0)
    """
    if is_position(name):
        if not 1 <= int(name) <= len(columns):
            raise SourceError(
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
            raise SourceError(
                f"{option} must name one column; got {name!r}, which stands at positions {places}."
                " Give its position."
            )
        if same:
            return same[0]
    raise ColumnNotFound(option, name, columns)


def guess_column(role: str, columns: Sequence[str]) -> int | None:
    """Find a column by its well-known names, if exactly one has one.

    Raises
    ------
    SourceError
        "--customer must be given: ..." where several columns could be meant.
    """
    same = [place for place, name in enumerate(columns) if plain(name) in WELL_KNOWN[role]]
    if len(same) > 1:
        names = " and ".join(columns[place] for place in same)
        raise SourceError(
            f"{flag(role)} must be given where several columns could be meant; got {names}."
            f" Add {flag(role)} {columns[same[0]]!r}, say."
        )
    return same[0] if same else None


def find_columns(given: Mapping[str, str], columns: Sequence[str]) -> dict[str, int]:
    """Find every column of a file of sales lines.

    Parameters
    ----------
    given : mapping of str to str
        Roles and the columns a person named for them.
    columns : sequence of str
        The file's.

    Returns
    -------
    dict of str to int
        Role to place from 0. What was named; and of the well-known names everything if nothing was
        named, else only what no import can do without.

    Raises
    ------
    SourceError
        "--customer must name a column; ..."

    Examples
    --------
    >>> find_columns({}, ["CustomerID", "InvoiceDate", "Total", "Country"])
    {'customer': 0, 'time': 1, 'amount': 2, 'country': 3}
    >>> find_columns({"customer": "Who"}, ["Who", "Date", "Total", "Country"])
    {'customer': 0, 'time': 1, 'amount': 2}
    """
    found = {role: find_column(flag(role), name, columns) for role, name in given.items()}
    for role in ("customer", "time", *(() if given else WELL_KNOWN)):
        if role not in found:
            place = guess_column(role, columns)
            if place is not None:
                found[role] = place
    if "price" not in found and "amount" not in found:
        for role in ("amount", "price"):
            place = guess_column(role, columns)
            if place is not None:
                found[role] = place
                break
    for roles in (("customer",), ("time",), ("price", "amount")):
        if not any(role in found for role in roles):
            raise SourceError(
                f"{' or '.join(flag(role) for role in roles)} must name a column; none has a"
                f" well-known name. Columns: {', '.join(columns)}. Give its name, or its position"
                " from 1 where the file has no header."
            )
    return found
