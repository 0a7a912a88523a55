"""The files of the Olist dataset: which columns are read, and what a cell may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Final, NamedTuple

from importing.engine.money_rows import MoneyReader
from tabular.amounts import NumberReader
from tabular.columns import find_column
from tabular.errors import Refused
from tabular.table import Table
from tabular.times import TimeReader

CURRENCY: Final = "BRL"


class Column(NamedTuple):
    """A column that is read: what a cell holds, and whether it may be blank."""

    name: str
    kind: str
    optional: bool


class File(NamedTuple):
    """A file that is read."""

    name: str
    """Less ``.csv``."""
    keys: int
    """How many of the first columns are its key."""
    belongs: tuple[str, str] | None
    """The file that must hold a row of the same key, and the column that says so."""
    columns: tuple[Column, ...]


_KINDS = {"@": "past", "!": "time", "#": "whole", "*": "stars", "$": "money"}


def _file(name: str, keys: int, columns: str, belongs: tuple[str, str] | None = None) -> File:
    """Declare a file; a sign before a column gives its kind, a question mark behind that it may be blank."""
    read = [
        Column(word.strip("@!#*$?"), _KINDS.get(word[0], "text"), word.endswith("?"))
        for word in columns.split()
    ]
    return File(name, keys, belongs, tuple(read))


_OF_AN_ORDER = ("orders", "order_id")

FILES: Final[Mapping[str, File]] = {
    "customers": _file("olist_customers_dataset", 1, "customer_id customer_unique_id"),
    "products": _file("olist_products_dataset", 1, "product_id product_category_name?"),
    "translations": _file(
        "product_category_name_translation",
        1,
        "product_category_name product_category_name_english",
    ),
    "orders": _file(
        "olist_orders_dataset",
        1,
        "order_id customer_id order_status @order_purchase_timestamp @order_approved_at?"
        " @order_delivered_carrier_date? @order_delivered_customer_date?"
        " !order_estimated_delivery_date",
        ("customers", "customer_id"),
    ),
    "items": _file(
        "olist_order_items_dataset",
        2,
        "order_id #order_item_id product_id seller_id $price $freight_value",
        _OF_AN_ORDER,
    ),
    "payments": _file(
        "olist_order_payments_dataset",
        2,
        "order_id #payment_sequential payment_type #payment_installments $payment_value",
        _OF_AN_ORDER,
    ),
    "reviews": _file(
        "olist_order_reviews_dataset",
        2,
        "order_id review_id *review_score review_comment_title? review_comment_message?"
        " @review_answer_timestamp",
        _OF_AN_ORDER,
    ),
}
"""What is read, in the order it is read in."""

UNREAD: Final = ("olist_sellers_dataset", "olist_geolocation_dataset")
"""What must be there too, and is not read."""


class FileReader(MoneyReader):
    """Reads rows of one file, and refuses those of an order or customer that is in no other.

    Parameters
    ----------
    holds : callable
        Whether a file has a row of a key.
    number, time, due : readers
        Of numbers, of what has happened, of what is due.
    """

    REMEDIES: ClassVar[Mapping[str, str]] = {}
    """None: the files of Olist are written in one way."""

    def __init__(
        self,
        file: File,
        table: Table,
        holds: Callable[[str, str], bool],
        *,
        number: NumberReader,
        time: TimeReader,
        due: TimeReader,
    ) -> None:
        super().__init__(width=len(table.columns), currency=CURRENCY, number=number, time=time)
        self._holds = holds
        self._belongs = file.belongs
        self._read: dict[str, Callable[[str, str], Any]] = {
            "text": self.given,
            "past": self.instant,
            "time": partial(self.instant, time=due),
            "whole": self.whole,
            "stars": partial(self.whole, least=1, most=5),
            "money": self.money,
        }
        self._places = [
            (column, find_column(table.path.name, column.name, table.columns))
            for column in file.columns
        ]

    def __call__(self, cells: list[str]) -> list[Any]:
        """Read one row.

        Raises
        ------
        Refused
            With a reason and a sentence for the rejects file.
        """
        self.check_width(cells)
        values = [self._value(column, cells[place].strip()) for column, place in self._places]
        if self._belongs is not None:
            file, key = self._belongs
            value = values[[column.name for column, _ in self._places].index(key)]
            if not self._holds(file, value):
                raise Refused(
                    f"unknown {key}", f"{key} must stand in {FILES[file].name}.csv; got {value!r}."
                )
        return values

    def _value(self, column: Column, text: str) -> Any:
        if column.optional and not text:
            return None
        return self._read[column.kind](column.name, self.given(column.name, text))
