"""A true shop, and the many ways in which its export could be written."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel.dates import get_month_names
from hypothesis import strategies as st

HEADERS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "order": "Order ID",
        "customer": "Customer",
        "time": "Order Date",
        "product": "SKU",
        "quantity": "Quantity",
        "price": "Unit Price",
        "status": "Status",
        "currency": "Currency",
    },
    "de": {
        "order": "Bestellnummer",
        "customer": "Kunde",
        "time": "Bestelldatum",
        "product": "Artikel",
        "quantity": "Menge",
        "price": "Einzelpreis",
        "status": "Status",
        "currency": "W\u00e4hrung",
    },
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"paid": "paid", "open": "pending", "cancelled": "cancelled", "returned": "refunded"},
    "de": {
        "paid": "Bezahlt",
        "open": "Ausstehend",
        "cancelled": "Storniert",
        "returned": "Erstattet",
    },
    "fr": {
        "paid": "Pay\u00e9",
        "open": "En attente",
        "cancelled": "Annul\u00e9e",
        "returned": "Rembours\u00e9",
    },
}
DATES = ("iso", "DMY/", "MDY/", "DMY.", "DMY-", "MDY-", "YMD-", "named", "compact", "epoch")
BERLIN = ZoneInfo("Europe/Berlin")
"""The shop's clock; of an hour that it shows twice, the export means the first."""
SIGNS = ("", "EUR", "\u20ac")


@dataclass(frozen=True)
class Sale:
    """One line of the true shop."""

    product: str
    quantity: int
    price: Decimal


@dataclass(frozen=True)
class TrueOrder:
    """One order of the true shop."""

    name: str
    customer: str
    at: datetime
    state: str
    lines: tuple[Sale, ...]

    @property
    def total(self) -> int:
        """Minor units."""
        return sum(int(line.price * 100) * line.quantity for line in self.lines)


@dataclass(frozen=True)
class Dialect:
    """How a shop's export writes it."""

    delimiter: str = ","
    mark: str = "."
    grouped: bool = False
    dates: str = "iso"
    years: int = 4
    month_language: str = "en"
    encoding: str = "utf-8"
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL
    sign: str = ""
    sign_first: bool = False
    headers: str = "en"
    words: str = "en"
    preamble: tuple[str, ...] = ()
    once_per_order: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


orders = st.lists(
    st.builds(
        TrueOrder,
        name=st.integers(1, 10**6).map(lambda number: f"A{number}"),
        customer=st.sampled_from(
            ["ann", "bob", "J\u00f6rg M\u00fcller", "c, d", 'e "f"', "17", "18"]
        ),
        at=st.datetimes(datetime(2019, 1, 1), datetime(2024, 12, 31))
        .map(lambda at: at.replace(microsecond=0, tzinfo=UTC))
        .filter(lambda at: not at.astimezone(BERLIN).fold),
        state=st.sampled_from(["paid", "paid", "open", "cancelled", "returned"]),
        lines=st.lists(
            st.builds(
                Sale,
                product=st.sampled_from(["P1", "P2", "P3"]),
                quantity=st.integers(1, 2000),
                price=st.integers(0, 2_000_000).map(lambda cents: Decimal(cents) / 100),
            ),
            min_size=1,
            max_size=3,
        ).map(tuple),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda order: order.name,
)
dialects = st.builds(
    Dialect,
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    mark=st.sampled_from([".", ","]),
    grouped=st.booleans(),
    dates=st.sampled_from(DATES),
    years=st.sampled_from([2, 4]),
    month_language=st.sampled_from(["en", "de", "fr", "es", "pl", "fi"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    sign=st.sampled_from(SIGNS),
    sign_first=st.booleans(),
    headers=st.sampled_from(sorted(HEADERS)),
    words=st.sampled_from(sorted(WORDS)),
    preamble=st.sampled_from([(), ("sep",), ("Monthly export", "")]),
    once_per_order=st.booleans(),
)


def write(shop: list[TrueOrder], dialect: Dialect) -> bytes:
    """Write a shop's export; what its encoding lacks is written as a question mark."""
    names = HEADERS[dialect.headers]
    text = io.StringIO()
    for above in dialect.preamble:
        text.write(f"sep={dialect.delimiter}\n" if above == "sep" else f"{above}\n")
    rows = csv.writer(
        text, delimiter=dialect.delimiter, quoting=dialect.quoting, lineterminator="\n"
    )
    rows.writerow(names.values())
    for order in shop:
        for place, line in enumerate(order.lines):
            said = place == 0 or not dialect.once_per_order
            rows.writerow(
                [
                    order.name,
                    order.customer if said else "",
                    _time(order.at, dialect) if said else "",
                    line.product,
                    _number(Decimal(line.quantity), dialect, digits=0),
                    _money(line.price, dialect),
                    WORDS[dialect.words][order.state] if said else "",
                    "EUR" if said else "",
                ]
            )
    return text.getvalue().encode(dialect.encoding, "replace")


def _number(value: Decimal, dialect: Dialect, *, digits: int) -> str:
    text = f"{value:,.{digits}f}" if dialect.grouped else f"{value:.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if dialect.mark == "," else text


def _money(value: Decimal, dialect: Dialect) -> str:
    text = _number(value, dialect, digits=2)
    if not dialect.sign:
        return text
    return f"{dialect.sign} {text}" if dialect.sign_first else f"{text} {dialect.sign}"


def _time(at: datetime, dialect: Dialect) -> str:
    """Write an instant on Berlin's clock, to the second where the format has a clock."""
    local = at.astimezone(BERLIN)
    year = f"{local:%Y}" if dialect.years == 4 else f"{local:%y}"
    if dialect.dates == "iso":
        return at.isoformat()
    if dialect.dates == "epoch":
        return str(int(at.timestamp()))
    if dialect.dates == "compact":
        return f"{local:%Y%m%d%H%M%S}"
    if dialect.dates == "named":
        month = get_month_names("wide", "format", dialect.month_language)[local.month]
        return f"{local.day}. {month} {local:%Y %H:%M:%S}"
    parts = {"D": f"{local:%d}", "M": f"{local:%m}", "Y": year}
    return dialect.dates[3].join(parts[part] for part in dialect.dates[:3]) + f" {local:%H:%M:%S}"
