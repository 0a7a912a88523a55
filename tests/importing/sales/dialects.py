"""A true shop, and the many ways in which its export could be written."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
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
        "clock": "Time",
        "zone": "Time Zone",
        "order total": "Order Total",
        "total": "Total",
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
        "clock": "Uhrzeit",
        "zone": "Zeitzone",
        "order total": "Gesamtbetrag",
        "total": "Summe",
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
NEW_YORK = ZoneInfo("America/New_York")
CLOCKS = ("%H:%M:%S", "%I:%M:%S %p", "%Hh%Mm%S", "%H.%M.%S", "digits", "days")
"""How a clock in a column of its own is written; ``digits`` lose the zeroes in front."""
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
    clock: str = ""
    """How the clock is written beside the date; empty where it stands behind it."""
    zone: Literal["", "name", "offset"] = ""
    """How the zone is written, in a column of its own; then times are New York's."""
    totals: Literal["", "once", "repeated"] = ""
    total_name: Literal["order total", "total"] = "order total"
    prices: bool = True
    """Whether lines have a price; where they have none, orders have a total."""
    header_again: bool = False
    total_row: str = ""
    footer: str = ""
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
        .filter(lambda at: not at.astimezone(BERLIN).fold and not at.astimezone(NEW_YORK).fold),
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
    clock=st.sampled_from(["", *CLOCKS]),
    zone=st.sampled_from(["", "", "name", "offset"]),
    totals=st.sampled_from(["", "once", "repeated"]),
    total_name=st.sampled_from(["order total", "total"]),
    prices=st.booleans(),
    header_again=st.booleans(),
    total_row=st.sampled_from(["", "Total", "Summe:"]),
    footer=st.sampled_from(["", "Exported by Jane"]),
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
    columns = ["order", "customer", "time", "product", "quantity", "price", "status", "currency"]
    if dialect.clock:
        columns.insert(3, "clock")
    if dialect.zone:
        columns.append("zone")
    if not dialect.prices:
        columns.remove("price")
    if dialect.totals or not dialect.prices:
        columns.append(dialect.total_name)
    for number, order in enumerate(shop):
        if number == 0 or dialect.header_again:
            rows.writerow(names[column] for column in columns)
        for place, line in enumerate(order.lines):
            said = _cells(order, line, dialect)
            once = {"customer", "time", "clock", "zone", "status", "currency"}
            blank = once if place and dialect.once_per_order else set()
            if place and dialect.totals == "once":
                blank = blank | {dialect.total_name}
            rows.writerow("" if column in blank else said[column] for column in columns)
    if dialect.total_row:
        worth = _money(Decimal(sum(order.total for order in shop)) / 100, dialect)
        said = {"order": dialect.total_row, "price": worth, dialect.total_name: worth}
        rows.writerow(said.get(column, "") for column in columns)
    if dialect.footer:
        text.write(f"{dialect.footer}\n")
    return text.getvalue().encode(dialect.encoding, "replace")


def _cells(order: TrueOrder, line: Sale, dialect: Dialect) -> dict[str, str]:
    """Write what a line can say, by column."""
    total = _money(Decimal(order.total) / 100, dialect)
    local = order.at.astimezone(NEW_YORK if dialect.zone else BERLIN)
    return {
        "order": order.name,
        "customer": order.customer,
        "time": _time(order.at, local, dialect),
        "clock": _clock(local, dialect.clock),
        "zone": NEW_YORK.key if dialect.zone == "name" else f"{local:%z}",
        "product": line.product,
        "quantity": _number(Decimal(line.quantity), dialect, digits=0),
        "price": _money(line.price, dialect),
        "status": WORDS[dialect.words][order.state],
        "currency": "EUR",
        "order total": total,
        "total": total,
    }


def _number(value: Decimal, dialect: Dialect, *, digits: int) -> str:
    text = f"{value:,.{digits}f}" if dialect.grouped else f"{value:.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if dialect.mark == "," else text


def _money(value: Decimal, dialect: Dialect) -> str:
    text = _number(value, dialect, digits=2)
    if not dialect.sign:
        return text
    return f"{dialect.sign} {text}" if dialect.sign_first else f"{text} {dialect.sign}"


def _clock(local: datetime, clock: str) -> str:
    if clock == "days":
        return f"{(local.hour * 3600 + local.minute * 60 + local.second) / 86_400:.10f}"
    return str(int(f"{local:%H%M%S}")) if clock == "digits" else f"{local:{clock}}"


def _time(at: datetime, local: datetime, dialect: Dialect) -> str:
    """Write an instant on a clock, to the second, or only its date where the clock stands beside it."""
    year = f"{local:%Y}" if dialect.years == 4 else f"{local:%y}"
    behind = "" if dialect.clock else f" {local:%H:%M:%S}"
    if dialect.dates == "iso":
        return f"{local:%Y-%m-%d}" if dialect.clock else at.isoformat()
    if dialect.dates == "epoch":
        days = local.date() - date(1899, 12, 30)
        return str(days.days) if dialect.clock else str(int(at.timestamp()))
    if dialect.dates == "compact":
        return f"{local:%Y%m%d}" if dialect.clock else f"{local:%Y%m%d%H%M%S}"
    if dialect.dates == "named":
        month = get_month_names("wide", "format", dialect.month_language)[local.month]
        return f"{local.day}. {month} {local:%Y}{behind}"
    parts = {"D": f"{local:%d}", "M": f"{local:%m}", "Y": year}
    return dialect.dates[3].join(parts[part] for part in dialect.dates[:3]) + behind
