"""The names that shops give to the columns of sales lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tabular.columns import find_columns, flag, plain
from tabular.errors import TableError

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
        "amount": "amount total totalamount totalprice linetotal lineamount itemtotal lineitemtotal sales revenue"
        " betrag summe umsatz importe montant bedrag importo valor kwota",
        "order_total": "ordertotal ordervalue orderamount grandtotal invoicetotal invoiceamount carttotal basketvalue"
        " gesamtbetrag gesamtsumme bestellsumme bestellwert auftragssumme rechnungsbetrag rechnungssumme"
        " totalcommande totaldelacommande montantcommande totalpedido totaldelpedido totaldopedido totaleordine"
        " totaalbedrag ordertotaal besteltotaal wartośćzamówienia sumazamówienia totalpaid",
        "country": "country countrycode shippingcountry land",
        "status": "status orderstatus financialstatus paymentstatus bestellstatus zahlungsstatus estado"
        " statut statutcommande stato statusopdracht statuszamówienia",
        "currency_column": "currency currencycode ordercurrency währung waehrung devise moneda moeda valuta waluta",
    }.items()
}
"""Names, without case and signs, under which a column is looked for."""

_ASKED: Mapping[str, frozenset[str]] = {
    meaning: frozenset(names.split())
    for meaning, names in {
        "tax": "tax taxes taxamount vat vatamount mwst steuer steuern taxe tva impuesto iva imposto btw podatek",
        "shipping": "shipping shippingcost shippingcosts shippingamount freight freightvalue versand versandkosten"
        " livraison envío frete spedizione verzendkosten",
        "discount": "discount discountamount lineitemdiscount couponamount rabatt remise descuento desconto sconto"
        " korting",
        "refunds": "refund refunded refundedamount refundamount amountrefunded erstattung remboursé reembolso rimborso",
    }.items()
}
"""What changes what an order is worth, by names of columns: only the shop knows whether its amounts hold it."""

NEEDED: Final = (("customer",), ("time",), ("price", "order_total", "amount"))
"""What no import of sales lines can do without: one of each."""

_MUST_BE_SAID = ("status", "currency_column")
"""Roles whose columns are used or left out by name, never passed over."""


def find_sales_columns(columns: Sequence[str], given: Mapping[str, str]) -> dict[str, int]:
    """Find the columns of a file of sales lines; see `tabular.columns.find_columns`.

    Parameters
    ----------
    columns : sequence of str
        The file's; what is left out or used already has no name.
    given : mapping of str to str
        Roles and the columns a person named for them.

    Raises
    ------
    TableError
        "column 'Financial Status' must be used or left out; got neither. ...": it changes what the lines mean.

    Examples
    --------
    >>> find_sales_columns(["Date", "Customer", "Total", "Status"], {})
    {'customer': 1, 'time': 0, 'amount': 2, 'status': 3}
    """
    found = find_columns(given, columns, WELL_KNOWN, NEEDED)
    for place, name in enumerate(columns):
        if place in found.values():
            continue
        for role in _MUST_BE_SAID:
            if role not in found and plain(name) in WELL_KNOWN[role]:
                raise TableError(
                    f"column {name!r} must be used or left out; got neither. Give {flag(role)} {name!r}"
                    f" or --ignore {name!r}."
                )
        for meaning, names in _ASKED.items():
            if plain(name) in names:
                raise TableError(
                    f"column {name!r} must be left out by name, for it may hold {meaning}; got it unused. Give"
                    f" --ignore {name!r} where the amounts are what customers owe with it."
                )
    return found
