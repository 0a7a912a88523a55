"""The rows of Olist's files between reading and writing, joined order by order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from importing.engine.staging import Staging
from importing.engine.summary import Content
from importing.olist.files import FILES
from importing.olist.orders import OlistOrder

_COUNTED = tuple(name for name, file in FILES.items() if file.belongs)
_ORDERS = 1_000
_CATEGORY = "coalesce(product_category_name_english, product_category_name)"
_PRODUCT = (
    " LEFT JOIN products USING (product_id) LEFT JOIN translations USING (product_category_name)"
)
_PARTS = {
    "items": (
        f"order_item_id, product_ids.id, seller_id, {_CATEGORY}, price, freight_value",
        _PRODUCT + " LEFT JOIN product_ids ON product_ids.name = product_id",
        "order_item_id",
    ),
    "payments": (
        "payment_sequential, payment_type, payment_installments, payment_value",
        "",
        "payment_sequential",
    ),
    "reviews": (
        "review_id, review_score, review_comment_title, review_comment_message,"
        " review_answer_timestamp",
        "",
        "review_answer_timestamp, review_id",
    ),
}
"""What is fetched of an order's rows: columns, more joins, the order they stand in."""


class OlistStaging(Staging):
    """The rows of all files that are read, a table each; of two rows with one key the first stays.

    Call in this order: `into` and `stage` for each file, `drop_known`,
    `importing.engine.master_data.write_master_data`, then `orders`.
    """

    CUSTOMERS = (
        "SELECT customer_unique_id, min(order_purchase_timestamp) AS at, NULL, 'BR' FROM orders"
        " JOIN customers USING (customer_id) GROUP BY customer_unique_id"
        " ORDER BY at, customer_unique_id"
    )
    """Every person at his first order."""

    PRODUCTS = (
        f"SELECT DISTINCT product_id, NULL, {_CATEGORY} FROM items{_PRODUCT}"  # noqa: S608
        " ORDER BY product_id"
    )
    """Every product that was ordered, with its category, in English where the files say it."""

    def __init__(self) -> None:
        super().__init__()
        for name, file in FILES.items():
            columns = [column.name for column in file.columns]
            self._base.execute(
                f"CREATE TABLE {name} ({', '.join(columns)},"
                f" PRIMARY KEY ({', '.join(columns[: file.keys])})) WITHOUT ROWID"
            )

    def into(self, name: str) -> None:
        """Say of which file the next rows are."""
        self._table, self._fields = name, tuple(column.name for column in FILES[name].columns)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take rows, each behind its number."""
        places = ", ".join("?" * len(self._fields))
        self._base.executemany(
            f"INSERT OR IGNORE INTO {self._table} VALUES ({places})",  # noqa: S608
            (row[1:] for row in rows),
        )

    def holds(self, name: str, key: str) -> bool:
        """Whether a file has a row of a key."""
        query = f"SELECT 1 FROM {name} WHERE {FILES[name].columns[0].name} = ?"  # noqa: S608
        return self._base.execute(query, (key,)).fetchone() is not None

    def _number(self, query: str) -> int:
        return int(self._base.execute(query).fetchone()[0] or 0)

    def count(self) -> int:
        """Count the rows about orders."""
        return sum(self._number(f"SELECT count(*) FROM {name}") for name in _COUNTED)  # noqa: S608

    def end(self) -> int:
        """Give the latest instant of what has happened, in microseconds since 1970 UTC."""
        return self._number(
            "SELECT max(at) FROM (SELECT max(order_purchase_timestamp, coalesce(order_approved_at, 0),"
            " coalesce(order_delivered_carrier_date, 0), coalesce(order_delivered_customer_date, 0))"
            " AS at FROM orders UNION ALL SELECT max(review_answer_timestamp) FROM reviews)"
        )

    def content(self) -> Content | None:
        """Say what the orders hold, known ones among them: their items, with freight."""
        return self.held(
            "orders LEFT JOIN customers USING (customer_id) LEFT JOIN items USING (order_id)",
            at="order_purchase_timestamp",
            amount="price + freight_value",
            customer="customer_unique_id",
        )

    def names(self) -> Iterator[str]:
        """Give the name of every order."""
        for (name,) in self._base.execute("SELECT order_id FROM orders"):
            yield name

    def drop_known(self, known: Callable[[list[str]], Collection[str]]) -> None:
        """Drop orders that the records hold, with all of their rows."""
        for batch in list(self.batches("SELECT order_id FROM orders")):
            gone = [(name,) for name in known([name for (name,) in batch])]
            for table in _COUNTED:
                self._base.executemany(f"DELETE FROM {table} WHERE order_id = ?", gone)  # noqa: S608

    def orders(self) -> Iterator[list[OlistOrder]]:
        """Give the orders with their rows, the earliest first, some at a time."""
        self._base.execute(
            "CREATE TABLE walk AS SELECT order_id FROM orders"
            " ORDER BY order_purchase_timestamp, order_id"
        )
        for first in range(1, self._number("SELECT count(*) FROM walk") + 1, _ORDERS):
            span = f"walk.rowid BETWEEN {first} AND {first + _ORDERS - 1}"
            parts: dict[str, dict[str, list[Any]]] = {}
            for name, (columns, joins, order) in _PARTS.items():
                parts[name] = {}
                for key, *row in self._base.execute(
                    f"SELECT walk.order_id, {columns} FROM walk CROSS JOIN {name} USING (order_id)"  # noqa: S608
                    f"{joins} WHERE {span} ORDER BY walk.rowid, {order}"
                ):
                    parts[name].setdefault(key, []).append(row)
            rows = self._base.execute(
                "SELECT walk.order_id, customer_ids.id, order_status, order_purchase_timestamp,"  # noqa: S608
                " order_approved_at, order_delivered_carrier_date, order_delivered_customer_date,"
                " order_estimated_delivery_date FROM walk CROSS JOIN orders USING (order_id)"
                " JOIN customers USING (customer_id) JOIN customer_ids ON customer_ids.name = customer_unique_id"
                f" WHERE {span} ORDER BY walk.rowid"
            )
            yield [
                OlistOrder(*row, *(parts[name].get(row[0], []) for name in _PARTS)) for row in rows
            ]
