"""Which column of a file says what: named, given by position, or known by a name that shops use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from commerce.sources.errors import SourceError
from tables.columns import find_column, flag, plain

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


def guess_column(
    role: str, columns: Sequence[str], known: Mapping[str, frozenset[str]] = WELL_KNOWN
) -> int | None:
    """Find a column by its well-known names, if exactly one has one.

    Raises
    ------
    SourceError
        "--customer must be given: ..." where several columns could be meant.
    """
    same = [place for place, name in enumerate(columns) if plain(name) in known[role]]
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
