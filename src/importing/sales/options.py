"""What may be said about a file of sales lines; whatever is not said is found out."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final, Literal

from importing.engine.intake import FileOptions
from importing.errors import SourceError
from tabular.columns import flag
from tabular.errors import did_you_mean

Repeats = Literal["keep", "drop"]


@dataclass(frozen=True, kw_only=True)
class TransactionOptions(FileOptions):
    """How to read a file of sales lines.

    A column is named by its header (exactly, else whatever its case) or, all digits, by its position from 1.
    Once any column is named, columns that were not named are not used, except that a missing customer, time,
    price or amount is still looked for under its well-known names.

    Attributes
    ----------
    preset : str, optional
        One of `PRESETS`; what is given beside it wins.
    customer, time, order, product, description, quantity, price, amount, country, method, status, recorded,
    currency_column, order_total : str, optional
        Columns. ``amount`` is the line's total and wins over quantity x price; ``order_total`` the whole order's, see
        `importing.sales.totals`; ``method`` is the way of payment;
        ``status`` a word of `importing.sales.statuses`; ``recorded`` when the row came to be known.
    returns : str, optional
        ``prefix:C`` (lines of orders that begin so are returns) or ``negative`` (negative quantities, prices or
        amounts are). Without it a negative line is refused.
    repeats : {"keep", "drop"}, default "keep"
        Whether a line that repeats another in every field is a sale of its own.
    status_map : Path, optional
        A CSV of words of status and what each means here: one of `importing.sales.statuses.STATES`.
    partial_orders : {"refuse", "keep"}, default "refuse"
        Whether the other lines of an order are taken in where one is refused.
    refuse : str, optional
        ``prefix:A``: orders that begin so are book-keeping, and refused.
    """

    preset: str | None = None
    customer: str | None = None
    time: str | None = None
    order: str | None = None
    product: str | None = None
    description: str | None = None
    quantity: str | None = None
    price: str | None = None
    amount: str | None = None
    country: str | None = None
    method: str | None = None
    status: str | None = None
    recorded: str | None = None
    currency_column: str | None = None
    order_total: str | None = None
    returns: str | None = None
    repeats: Repeats | None = None
    status_map: Path | None = None
    partial_orders: Literal["refuse", "keep"] = "refuse"
    refuse: str | None = None


_NAMES = (
    "customer time order product description quantity price amount country method status recorded currency_column"
    " order_total"
)
COLUMNS: Final = tuple(_NAMES.split())
"""The options that name a column of the file."""

PRESETS: Final = {
    "online-retail": TransactionOptions(
        tenant="",
        customer="CustomerID",
        time="InvoiceDate",
        order="InvoiceNo",
        product="StockCode",
        description="Description",
        quantity="Quantity",
        price="UnitPrice",
        country="Country",
        currency="GBP",
        timezone="Europe/London",
        returns="prefix:C",
        repeats="drop",
        decimal=".",
        refuse="prefix:A",
    )
}
"""Known files: ``online-retail`` is UCI 352, invoice lines of a British gift shop."""


def with_preset(options: TransactionOptions) -> TransactionOptions:
    """Fill what was not given from the preset.

    Raises
    ------
    SourceError
        "--preset must be a known file; got ..."

    Examples
    --------
    >>> with_preset(TransactionOptions(tenant="gifts", preset="online-retail", repeats="keep")).returns
    'prefix:C'
    """
    if options.preset is None:
        return options
    if options.preset not in PRESETS:
        raise SourceError(
            f"--preset must be a known file; got {options.preset!r}."
            f" {did_you_mean(options.preset, PRESETS)}"
        )
    preset = PRESETS[options.preset]
    missing = {
        field.name: getattr(preset, field.name)
        for field in fields(preset)
        if getattr(options, field.name) is None
    }
    return replace(options, **missing)


def prefix_of(option: str, value: str | None) -> str | None:
    """Read ``prefix:TEXT``; None where no prefix is asked for.

    Examples
    --------
    >>> prefix_of("returns", "prefix:C")
    'C'
    """
    if value is None or value == "negative":
        return None
    word, colon, prefix = value.partition(":")
    if word != "prefix" or not colon or not prefix:
        rule = "prefix:TEXT or negative" if option == "returns" else "prefix:TEXT"
        raise SourceError(f"{flag(option)} must be {rule}; got {value!r}. Write prefix:C, say.")
    return prefix
