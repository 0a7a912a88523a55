"""The names that shops give to the columns of sales lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

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


NEEDED: Final = (("customer",), ("time",), ("price", "amount"))
"""What no import of sales lines can do without: one of each."""
