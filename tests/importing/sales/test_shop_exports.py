"""Exports as well-known shops write them: what may change their meaning is asked about, and then they are the truth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from tests.importing.shops import Shop, micros

from commerce.records import schema
from importing.sales.columns import find_sales_columns
from tabular.errors import TableError


@dataclass(frozen=True)
class Export:
    """A shop's file, what it is imported by, and what each of its orders is worth."""

    content: str
    options: dict[str, Any]
    worth: dict[str, int]
    asks: tuple[str, ...] = ()
    """What must be left out by name."""
    aside: tuple[str, ...] = ()
    first: str = "2024-03-01T09:00:00"
    """When its first order was placed, UTC."""


SHOPS = {
    "shopify": Export(
        "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,"
        "Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Cancelled at,Refunded Amount\n"
        "#1,ann@x,paid,EUR,40.00,4.90,0.00,44.90,,0.00,DHL,2024-03-01 10:00:00 +0100,1,Cup,10.00,,0.00\n"
        "#1,ann@x,,,,,,,,,,2024-03-01 10:00:00 +0100,1,Pot,30.00,,\n"
        "#2,bob@x,paid,EUR,20.00,4.90,0.00,24.90,,0.00,DHL,2024-03-02 11:00:00 +0100,2,Cup,10.00,,0.00\n",
        {
            "customer": "Email",
            "time": "Created at",
            "order": "Name",
            "price": "Lineitem price",
            "quantity": "Lineitem quantity",
            "status": "Financial Status",
            "currency_column": "Currency",
        },
        {"#1": 4000, "#2": 2000},
        ("Shipping", "Taxes", "Discount Amount", "Cancelled at", "Refunded Amount", "Total"),
    ),
    "woocommerce": Export(
        "Order Number,Order Status,Order Date,Email (Billing),Order Shipping Amount,Order Refund Amount,"
        "Order Total Amount,SKU,Quantity (- Refund),Item Cost\n"
        "101,Completed,2024-03-01 10:00,ann@x,4.90,0,44.90,C1,1,10\n"
        "101,Completed,2024-03-01 10:00,ann@x,4.90,0,44.90,P1,1,30\n"
        "102,Processing,2024-03-02 11:00,bob@x,4.90,0,24.90,C1,2,10\n",
        {
            "customer": "Email (Billing)",
            "time": "Order Date",
            "order": "Order Number",
            "status": "Order Status",
            "price": "Item Cost",
            "quantity": "Quantity (- Refund)",
        },
        {"101": 4000, "102": 2000},
        ("Order Shipping Amount", "Order Refund Amount", "Order Total Amount"),
    ),
    "magento": Export(
        "Order #,Purchase Date,Customer,Status,Order Currency,SKU,Qty Ordered,Price,Row Total,Grand Total\n"
        '1,"Mar 1, 2024, 10:00:00 AM",ann,Complete,EUR,C1,1.0000,10.0000,10.0000,40.0000\n'
        '1,"Mar 1, 2024, 10:00:00 AM",ann,Complete,EUR,P1,1.0000,30.0000,30.0000,40.0000\n',
        {},
        {"1": 4000},
    ),
    "amazon": Export(
        "amazon-order-id\tpurchase-date\torder-status\tsku\tquantity\tcurrency\titem-price\titem-tax\tshipping-price"
        "\titem-promotion-discount\tbuyer-email\n"
        "306-1\t2024-03-01T09:00:00+00:00\tShipped\tC1\t2\tEUR\t20.00\t3.19\t0.00\t\ta@x\n"
        "306-1\t2024-03-01T09:00:00+00:00\tShipped\tP1\t1\tEUR\t30.00\t4.79\t0.00\t\ta@x\n",
        {
            "customer": "buyer-email",
            "time": "purchase-date",
            "order": "amazon-order-id",
            "amount": "item-price",
            "status": "order-status",
            "currency_column": "currency",
        },
        {"306-1": 5000},
        ("item-tax", "shipping-price", "item-promotion-discount"),
    ),
    "ebay": Export(
        '"Order Number","Buyer Username","Item Title","Quantity","Sold For","Shipping And Handling","Total Price",'
        '"Sale Date","Refund"\n"","","","","","","","",""\n'
        '"01-1","ann1","Cup","2","EUR 10.00","EUR 4.90","EUR 24.90","Mar-01-24",""\n'
        '"2 record(s) downloaded","","","","","","","",""\n',
        {
            "customer": "Buyer Username",
            "order": "Order Number",
            "price": "Sold For",
            "quantity": "Quantity",
        },
        {"01-1": 2000},
        ("Shipping And Handling", "Refund", "Total Price"),
        ("blank row", "footer"),
        first="2024-02-29T23:00:00",
    ),
    "etsy": Export(
        "Sale Date,Item Name,Buyer,Quantity,Price,Discount Amount,Order Shipping,Order Sales Tax,Item Total,Currency,"
        "Order ID\n"
        "03/01/24,Cup,Ann (ann1),2,10.00,0.00,4.90,0.00,20.00,EUR,7001\n"
        "03/25/24,Pot,Bob (bob1),1,30.00,0.00,4.90,0.00,30.00,EUR,7002\n",
        {},
        {"7001": 2000, "7002": 3000},
        ("Discount Amount", "Order Shipping", "Order Sales Tax"),
        first="2024-02-29T23:00:00",
    ),
    "shopware": Export(
        "ordernumber;customerNumber;orderTime;status;invoiceAmount;invoiceShipping;currency;articleNumber;quantity;price\n"
        "20001;K1;2024-03-01 10:00:00;Komplett abgeschlossen;44,90;4,90;EUR;C1;1;10,00\n"
        "20001;K1;2024-03-01 10:00:00;Komplett abgeschlossen;44,90;4,90;EUR;P1;1;30,00\n",
        {},
        {"20001": 4000},
        ("invoiceShipping", "invoiceAmount"),
    ),
    "prestashop": Export(
        "Commande;Livraison;Client;Total;\u00c9tat;Date\n"
        '1;France;A. Ann;"44,90 \u20ac";Paiement accept\u00e9;01/03/2024 10:00:00\n'
        '2;France;B. Bob;"24,90 \u20ac";Rembours\u00e9;15/03/2024 11:00:00\n',
        {},
        {"1": 4490, "2": 2490},
        ("Livraison",),
    ),
    "square": Export(
        "Date,Time,Time Zone,Item,Qty,Gross Sales,Discounts,Net Sales,Tax,Transaction ID,Customer ID\n"
        "2024-03-01,10:00:05,Europe/Berlin,Cup,1.0,\u20ac10.00,\u20ac0.00,\u20ac10.00,\u20ac1.60,T1,K1\n"
        "2024-03-01,10:00:05,Europe/Berlin,Pot,1.0,\u20ac30.00,-\u20ac5.00,\u20ac25.00,\u20ac3.99,T1,K1\n",
        {"amount": "Net Sales", "order": "Transaction ID"},
        {"T1": 3500},
        ("Discounts", "Tax"),
        first="2024-03-01T09:00:05",
    ),
    "jtl": Export(
        "Auftragsnummer;Kundennummer;Erstelldatum;Uhrzeit;Auftragsstatus;W\u00e4hrung;Menge;Einzelpreis;MwSt %;"
        "Versandkosten;Gesamtbetrag\n"
        "AU-1;K1;01.03.2024;10:00;Bezahlt;EUR;1;10,00;19;0,00;40,00\n"
        "AU-1;K1;01.03.2024;10:00;Bezahlt;EUR;1;30,00;19;0,00;40,00\n"
        "Gesamt;;;;;;2;;;;40,00\n",
        {},
        {"AU-1": 4000},
        ("MwSt %", "Versandkosten"),
        ("total row",),
    ),
}


@pytest.mark.parametrize("name", SHOPS)
def test_an_export_is_the_truth_once_its_questions_are_answered(shop: Shop, name: str) -> None:
    export, left_out = SHOPS[name], list[str]()
    for _ in range(4):
        try:
            summary = shop.sell(
                export.content,
                timezone="Europe/Berlin",
                allow_refused=0.0,
                ignore=left_out,
                **export.options,
            )
        except TableError as error:
            assert shop.types() == []
            left_out += re.findall(r"--ignore '(.+?)'(?!\))", str(error))
        else:
            break
    assert tuple(left_out) == export.asks
    assert {row.external_id: row.total_minor for row in shop.rows(schema.orders)} == export.worth
    assert tuple(summary.left_aside) == export.aside
    first = min(event.occurred_at for event in shop.events("order.placed"))
    assert first == micros(export.first)


@pytest.mark.parametrize(
    "header",
    [
        "Bestellnummer;Kunde;Bestelldatum;Artikel;Anzahl;St\u00fcckpreis;Bestellstatus;W\u00e4hrung;Gesamtsumme",
        "Commande;Client;Date de commande;Produit;Quantit\u00e9;Prix unitaire;Statut;Devise;Total commande",
        "Pedido;Cliente;Fecha;Producto;Cantidad;Precio;Estado;Moneda;Total pedido",
        "Pedido;Cliente;Data do pedido;Produto;Quantidade;Pre\u00e7o;Situa\u00e7\u00e3o;Moeda;Total do pedido",
        "Ordine;Cliente;Data ordine;Prodotto;Quantit\u00e0;Prezzo;Stato;Valuta;Totale ordine",
        "Bestelnummer;Klant;Besteldatum;Product;Aantal;Prijs;Status;Valuta;Totaalbedrag",
        "Numer zam\u00f3wienia;Klient;Data zam\u00f3wienia;Produkt;Ilo\u015b\u0107;Cena;Status;Waluta"
        ";Warto\u015b\u0107 zam\u00f3wienia",
    ],
)  # fmt: skip
def test_columns_are_known_in_many_languages(header: str) -> None:
    roles = "order customer time product quantity price status currency_column order_total"
    assert find_sales_columns(header.split(";"), {}) == {
        role: place for place, role in enumerate(roles.split())
    }


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Umsatzsteuer", "tax"),
        ("Order Sales Tax", "tax"),
        ("TVA (20%)", "tax"),
        ("Versandkosten", "shipping"),
        ("Gastos de env\u00edo", "shipping"),
        ("shipping_amount", "shipping"),
        ("Koszt wysy\u0142ka", "shipping"),
        ("Rabatt %", "discount"),
        ("ship-promotion-discount", "discount"),
        ("Korting", "discount"),
        ("Order Refund Amount", "refunds"),
        ("Reembolso", "refunds"),
        ("Cancelled at", "cancellations"),
    ],
)
def test_what_changes_the_worth_of_an_order_is_left_out_by_name(name: str, meaning: str) -> None:
    with pytest.raises(TableError, match=f"for it may hold {meaning}; got it unused"):
        find_sales_columns(["Customer", "Date", "Total", name], {})


@pytest.mark.parametrize(
    "name", ["Shipping Method", "Discount Code", "Ship City", "Tax ID", "Lineitem taxable", "Versand Land"]
)  # fmt: skip
def test_columns_that_hold_no_sum_are_passed_over(name: str) -> None:
    assert find_sales_columns(["Customer", "Date", "Total", name], {}).keys() == {
        "customer",
        "time",
        "amount",
    }


def test_a_quantity_beside_a_price_is_not_passed_over() -> None:
    columns = ["Customer", "Date", "Cost", "Quantity (- Refund)"]
    with pytest.raises(TableError, match=r"column 'Quantity .* must be used or left out"):
        find_sales_columns(columns, {"price": "Cost"})
    assert "quantity" not in find_sales_columns([*columns[:3], ""], {"price": "Cost"})
