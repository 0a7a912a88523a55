"""Accepted lines of sales on their way into the records: told apart, tied to known orders, grouped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from importing.engine.master_data import PartyStore
from importing.sales.lines import Line
from tabular.rows import repeated_key

_OFFSET = 2**32


class KnownOrder(NamedTuple):
    """What the records already hold of a basket."""

    basket: str
    order_id: str
    owner: str | None
    owner_id: str | None
    placed_at: int | None
    positions: int


class SaleLine(NamedTuple):
    """A line of a sale, ready to be written."""

    seq: int
    basket: str
    basket_at: int
    order_id: str | None
    positions: int | None
    customer_id: str | None
    product_id: str | None
    key: bytes
    quantity: int
    price: str | None
    amount: int
    at: int
    recorded: int | None
    method: str | None
    state: str


class ReturnLine(NamedTuple):
    """A line of a return, ready to be written."""

    basket: str
    customer_id: str | None
    product_id: str | None
    key: bytes
    quantity: int
    amount: int
    at: int
    recorded: int | None
    method: str | None


def line_source(at: int, key: bytes) -> str:
    r"""Name a line in the stream: ``line:``, and what `stamp_of` gives.

    Examples
    --------
    >>> line_source(0, b"\x01\x02")
    'line:100000000:0102'
    """
    return f"line:{at // 1_000_000 + _OFFSET:09x}:{key.hex()}"


def stamp_of(line: SaleLine | ReturnLine) -> str:
    """Name a line: by its time first, so that the stream's index stays compact, then by all its fields."""
    return f"{line.at // 1_000_000 + _OFFSET:09x}:{line.key.hex()}"


class Staging(PartyStore):
    """Lines of one file, told apart and grouped.

    Call in this order: `add`, `settle_repeats`, `drop_named`, `note_orders`, `refuse_strangers`, `people` with
    `name_people`, `wares` with `name_wares`, then `sales` and `returns`.
    """

    PEOPLE = (
        "SELECT customer, min(at), recorded, country FROM line WHERE customer IS NOT NULL"
        " GROUP BY customer ORDER BY min(at), row"
    )
    """Every customer at his earliest line, earliest first."""

    WARES = (
        "SELECT a.product, d.description, NULL FROM"
        " (SELECT product, min(row) AS first FROM line WHERE product IS NOT NULL GROUP BY product) a"
        " LEFT JOIN (SELECT product, min(row), description FROM line"
        "  WHERE description IS NOT NULL GROUP BY product) d ON d.product = a.product"
        " ORDER BY a.first"
    )
    """Every product with its first description, in the order of the file."""

    def __init__(self) -> None:
        super().__init__("line", Line._fields)
        self._base.execute("CREATE TABLE refused (row INTEGER PRIMARY KEY, reason, sentence)")
        self._base.execute(
            f"CREATE TABLE known ({', '.join(KnownOrder._fields)}, PRIMARY KEY (basket)) WITHOUT ROWID"
        )

    def latest(self) -> int:
        """Give the latest instant of the file, in microseconds since 1970 UTC; 0 where it has no line.

        To be asked before any line is dropped, so that a file comes out the same however often it is imported.
        """
        query = "SELECT coalesce(max(max(at, coalesce(recorded, at))), 0) FROM line"
        return int(self._base.execute(query).fetchone()[0])

    def settle_repeats(self, *, keep: bool) -> None:
        """Tell repeated lines apart, or leave only the first of each."""
        later = self.repeats()
        if keep:
            self.rename((repeated_key(key, place), row) for row, key, place in later)
        else:
            self.drop(row for row, _, _ in later)

    def note_orders(self, lookup: Callable[[list[str]], list[KnownOrder]]) -> None:
        """Look up which baskets the records hold an order of already."""
        self._base.execute("CREATE INDEX line_basket ON line (basket) WHERE is_return = 0")
        for batch in self.batches("SELECT DISTINCT basket FROM line WHERE is_return = 0"):
            self._base.executemany(
                "INSERT INTO known VALUES (?, ?, ?, ?, ?, ?)", lookup([name for (name,) in batch])
            )

    def refuse_strangers(self) -> int:
        """Refuse lines of a customer other than their order's.

        Returns
        -------
        int
            How many.
        """
        strangers = self._base.execute(
            "SELECT l.row, l.basket, l.customer, k.basket IS NULL,"
            " CASE WHEN k.basket IS NOT NULL THEN k.owner ELSE"
            " (SELECT f.customer FROM line f WHERE f.basket = l.basket AND f.is_return = 0"
            " AND f.customer IS NOT NULL ORDER BY f.row LIMIT 1) END"
            " FROM line l LEFT JOIN known k ON k.basket = l.basket"
            " WHERE l.is_return = 0 AND l.customer IS NOT NULL AND l.basket IN ("
            "  SELECT basket FROM line WHERE is_return = 0 GROUP BY basket"
            "  HAVING min(customer) <> max(customer) UNION SELECT basket FROM known)"
        )
        refused = []
        for row, basket, customer, is_new, owner in strangers:
            if not is_new and owner is None:
                rule = "be recorded with its customer from the first; it has none"
            elif customer == owner:
                continue
            else:
                rule = f"belong to one customer; it is {owner!r}'s"
            order = basket.partition("\x1f")[2]
            refused.append(
                (
                    row,
                    "order of another customer",
                    f"order {order!r} must {rule}; got {customer!r}.",
                )
            )
        self._base.executemany("INSERT INTO refused VALUES (?, ?, ?)", refused)
        self._base.execute("DELETE FROM line WHERE row IN (SELECT row FROM refused)")
        return len(refused)

    def refused(self) -> dict[int, tuple[str, str]]:
        """Give the refused rows by number: reason and sentence."""
        return {
            row: (reason, text) for row, reason, text in self._base.execute("SELECT * FROM refused")
        }

    def sales(self) -> Iterator[list[SaleLine]]:
        """Give the lines of each order's sale, the earliest order first."""
        self._base.execute(
            "CREATE TABLE basket AS SELECT basket, min(at) AS at, max(customer) AS customer FROM line"
            " WHERE is_return = 0 GROUP BY basket ORDER BY min(at), min(row)"
        )
        rows = self._base.execute(
            "SELECT b.rowid, b.basket, max(b.at, coalesce(k.placed_at, b.at)), k.order_id,"
            " k.positions, iif(k.basket IS NULL, p.id, k.owner_id),"
            " w.id, l.key, l.quantity, l.price, l.amount, l.at, l.recorded, l.method, l.state"
            " FROM basket b CROSS JOIN line l ON l.basket = b.basket AND l.is_return = 0"
            " LEFT JOIN known k ON k.basket = b.basket LEFT JOIN person p ON p.name = b.customer"
            " LEFT JOIN ware w ON w.name = l.product ORDER BY b.rowid, l.row"
        )
        for _, basket in groupby(map(SaleLine._make, rows), key=attrgetter("seq")):
            yield list(basket)

    def returns(self) -> Iterator[list[ReturnLine]]:
        """Give the lines of returns, customer by customer, in the order of time."""
        return self.each(
            ReturnLine,
            "SELECT l.basket, p.id, w.id, l.key, l.quantity, l.amount, l.at, l.recorded, l.method"
            " FROM line l LEFT JOIN person p ON p.name = l.customer"
            " LEFT JOIN ware w ON w.name = l.product"
            " WHERE l.is_return = 1 ORDER BY p.id, l.at, l.row",
        )
