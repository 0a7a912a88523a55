"""The names that shops give to the columns of sales lines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tabular.columns import find_columns, flag, plain
from tabular.errors import TableError

WELL_KNOWN: Mapping[str, frozenset[str]] = {
    role: frozenset(names.split())
    for role, names in {
        "customer": "customer customerid customerno customernumber customerkey custid custno cust"
        " buyer buyerid client clientid userid memberid shopperid kunde kundennummer kundenid kundennr"
        " klant klantnummer cliente idcliente acheteur comprador klient nabywca",
        "time": "time timestamp date datetime invoicedate orderdate ordertime orderdatetime"
        " transactiondate transactiontime purchasedate purchasetime orderedat placedat createdat"
        " saledate salesdate creationdate datecreated datum bestelldatum auftragsdatum rechnungsdatum kaufdatum"
        " erstelldatum fecha fechapedido fechadelpedido data datapedido datadopedido datecommande datedecommande"
        " dataordine besteldatum orderdatum datazamówienia",
        "order": "order orderid orderno ordernumber orderreference invoice invoiceid invoiceno invoicenumber"
        " transactionid basketid receiptid bestellung bestellnummer bestellnr auftrag auftragsnummer auftragsnr"
        " rechnung rechnungsnummer belegnummer commande numérodecommande pedido númerodepedido ordine numeroordine"
        " bestelling bestelnummer ordernummer zamówienie numerzamówienia amazonorderid",
        "product": "product productid productcode sku stockcode itemid itemcode articleid artikel"
        " artikelnummer artikelnr producto produit prodotto produto produkt",
        "description": "description productname itemname productdescription bezeichnung artikelname",
        "quantity": "quantity qty units qtyordered quantityordered quantitypurchased lineitemquantity itemquantity"
        " menge anzahl stück stückzahl quantité cantidad quantità quantidade aantal ilość",
        "price": "price unitprice priceperunit itemprice lineitemprice preis einzelpreis stueckpreis stückpreis prix"
        " prixunitaire precio preciounitario preço preçounitário prezzo prezzounitario prijs stukprijs cena"
        " cenajednostkowa",
        "amount": "amount total totalamount totalprice linetotal lineamount itemtotal lineitemtotal rowtotal sales"
        " revenue betrag summe umsatz importe montant bedrag importo valor kwota",
        "order_total": "ordertotal ordertotalamount ordervalue orderamount grandtotal invoicetotal invoiceamount"
        " carttotal basketvalue totalpaid gesamtbetrag gesamtbetragbrutto gesamtsumme bestellsumme bestellwert"
        " auftragssumme rechnungsbetrag rechnungssumme totalcommande totaldelacommande montantcommande totalpedido"
        " totaldelpedido totaldopedido totaleordine totaalbedrag ordertotaal besteltotaal wartośćzamówienia"
        " sumazamówienia",
        "country": "country countrycode shippingcountry land",
        "status": "status orderstatus orderstate financialstatus paymentstatus bestellstatus auftragsstatus"
        " zahlungsstatus estado estadopedido estadodelpedido estadodopedido situação état statut statutcommande"
        " stato statoordine statusopdracht bestelstatus statuszamówienia",
        "currency_column": "currency currencycode ordercurrency währung waehrung devise monnaie moneda moeda valuta"
        " waluta",
    }.items()
}
"""Names, without case and signs, under which a column is looked for."""

_ASKED: Mapping[str, str] = {
    "tax": r"tax(es)?|vat|mwst|ust|taxe|tva|iva|icms|btw|impuestos?|imposta|impostos?|podatek|\w*steuern?",
    "shipping": r"shipping|freight|postage|delivery|versand|\w*(versand|liefer|porto|fracht)kosten|porto|livraison|port"
    r"|envío|envio|frete|spedizione|verzendkosten|wysyłka|dostawa",
    "discount": r"discounts?|coupon|voucher|rebate|\w*rabatt\w*|gutschein|nachlass|remise|réduction|descuentos?"
    r"|descontos?|sconto|sconti|korting|rabat|zniżka",
    "refunds": r"refund(s|ed)?|chargebacks?|\w*erstattung|erstattet|remboursements?|remboursé|reembolsos?|reembolsado"
    r"|rimborso|rimborsato|terugbetaling|terugbetaald|zwrot",
    "cancellations": r"cancell?ed|cancell?ation|storno|storniert",
}
"""What changes what an order is worth, by words in names of columns; only a shop knows if its amounts hold it."""

_QUANTITY = r"quantity|qty|menge|\w*anzahl|stück|quantité|cantidad|quantità|quantidade|aantal|ilość"
_NO_SUM = (
    r"method|code|name|country|city|state|province|street|address\w*|zip|postal|phone|company|carrier|provider|service"
    r"|level|class|type|id|number|no|nr|title|label|reason|requires|taxable|date|datum|option|details|art|weise|adresse"
    r"|ort|plz|land|mode|modo|sposób|metodo|método|date|note|notes|by|email|location|status|tracking"
)
"""Words in names of columns that hold no sum: Shipping Method, Discount Code."""


def _asked_about(name: str) -> str | None:
    """Say what a column may hold that changes what an order is worth.

    Examples
    --------
    >>> [_asked_about(name) for name in ("Shipping", "item-tax", "orderDiscount", "Versandkosten", "Discount Code")]
    ['shipping', 'tax', 'discount', 'shipping', None]
    """
    if _has_word(name, _NO_SUM):
        return None
    return next((meaning for meaning, words in _ASKED.items() if _has_word(name, words)), None)


def _has_word(name: str, words: str) -> bool:
    """Whether a name of a column has one of some words."""
    apart = re.sub(r"(?<=[a-zà-ż])(?=[A-Z])", " ", name)  # orderTax is two words, MwSt one
    return any(
        re.fullmatch(words, word.lower()) for word in re.findall(r"[^\W\d_]+", f"{apart} {name}")
    )


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
    said = [name for place, name in enumerate(columns) if name and place not in found.values()]
    for name in said:
        roles = [role for role in _MUST_BE_SAID if plain(name) in WELL_KNOWN[role]]
        if "price" in found and "amount" not in found and _has_word(name, _QUANTITY):
            roles.append("quantity")
        for role in roles:
            if role not in found:
                raise TableError(
                    f"column {name!r} must be used or left out; got neither. Give {flag(role)} {name!r}"
                    f" or --ignore {name!r}."
                )
    asked = {name: meaning for name in said if (meaning := _asked_about(name)) is not None}
    if asked:
        (first, meaning), *others = asked.items()
        more = f" ({', '.join(f'{name!r} {of}' for name, of in others)} likewise)" if others else ""
        raise TableError(
            f"column {first!r} must be left out by name, for it may hold {meaning}{more}; got it unused. Give"
            f" {' '.join(f'--ignore {name!r}' for name in asked)} where the amounts are what customers owe with it."
        )
    return found
