"""Lines of one file between reading and writing: told apart, checked against known orders, put together as orders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from commerce.records.identity import imported_id
from importing.engine.identity import repeated_key
from importing.engine.staging import Staging, staged
from importing.engine.summary import Content
from importing.sales.known_orders import KnownOrder, external_id
from importing.sales.lines import Line, line_source
from importing.sales.order import Order
from importing.sales.shown_orders import ShownLine, ShownOrder
from tabular.errors import Refused

_MASTER_DATA = ("text", "customer", "product", "description", "country")
"""Fields of a line that are written with the customers and products, and not with the line."""


class SalesStaging(Staging):
    """Lines of one file.

    Call in this order: `stage`, `latest`, `settle_repeats`, `settle_states`, `settle_totals` where lines have none of
    their own, `note_orders` and `drop_written` where the tenant exists, `refuse_strangers`, `refuse_parts`,
    `note_altered`, `altered` and `settle`,
    `importing.engine.master_data.write_master_data`, then `orders` and `returns`.
    """

    CUSTOMERS = (
        "SELECT customer, min(at), recorded, country FROM line WHERE customer IS NOT NULL"
        " GROUP BY customer ORDER BY min(at), row"
    )
    """Every customer at his earliest line, earliest first."""

    PRODUCTS = (
        "SELECT a.product, d.description, NULL FROM"
        " (SELECT product, min(row) AS first FROM line WHERE product IS NOT NULL GROUP BY product) a"
        " LEFT JOIN (SELECT product, min(row), description FROM line"
        "  WHERE description IS NOT NULL GROUP BY product) d ON d.product = a.product"
        " ORDER BY a.first"
    )
    """Every product with its first description, in the order of the file."""

    def __init__(self) -> None:
        super().__init__("line", Line)
        self._base.execute(
            "CREATE TABLE refused (row INTEGER PRIMARY KEY, reason, sentence, remedy)"
        )
        self._base.execute("CREATE TABLE part (basket, row)")
        self._base.execute(
            f"CREATE TABLE known ({', '.join(KnownOrder._fields)}, PRIMARY KEY (basket)) WITHOUT ROWID"
        )

    def latest(self) -> int:
        """Give the latest instant of the file, in microseconds since 1970 UTC; 0 where it has no line.

        To be asked before any line is dropped, so that a file comes out the same however often it is imported.
        """
        query = "SELECT coalesce(max(max(at, coalesce(recorded, at))), 0) FROM line"
        return int(self._base.execute(query).fetchone()[0])

    def note_refused(self, row: int, refused: Refused) -> None:
        """Note the order of a refused row, or those that it may be of."""
        for group in refused.groups:
            self._base.execute("INSERT INTO part VALUES (?, ?)", (group, row))

    def settle_states(self) -> None:
        """Give lines without a state that of their order; where it has none, they were paid.

        Those of an order with several states are refused: which is meant is in doubt.
        """
        if self._base.execute("SELECT 1 FROM line WHERE state IS NULL LIMIT 1").fetchone() is None:
            return
        self._base.execute(
            "CREATE TABLE said AS SELECT basket, min(state) AS state, max(state) AS other FROM line"
            " WHERE state IS NOT NULL GROUP BY basket"
        )
        self._base.execute("CREATE INDEX said_basket ON said (basket)")
        self._refuse(
            "SELECT row, 'no status', 'status must be given where lines of an order have several;"
            " got a blank cell beside ' || said.state || ' and ' || said.other || '.'"
            " FROM line JOIN said USING (basket) WHERE line.state IS NULL AND said.state <> said.other"
        )
        self._base.execute(
            "UPDATE line SET state = coalesce("
            "(SELECT said.state FROM said WHERE said.basket = line.basket), 'paid') WHERE state IS NULL"
        )

    def settle_totals(self) -> None:
        """Let the first line of each order keep its total; the others, which repeat it, are worth nothing.

        Orders of which the lines came to several states are refused: how much of the total each is worth is in doubt.
        """
        self._refuse(
            "SELECT row, 'total of several states', 'order must have one state where only its total is known; got '"
            " || least || ' and ' || most || '. Give --price or --amount.' FROM line JOIN (SELECT basket,"
            " min(state) AS least, max(state) AS most FROM line GROUP BY basket) USING (basket) WHERE least <> most"
        )
        self._base.execute(
            "UPDATE line SET amount = 0 WHERE row NOT IN"
            " (SELECT min(row) FROM line GROUP BY basket, is_return)"
        )

    def refuse_parts(self, *, known_only: bool) -> None:
        """Refuse the other lines of orders of which a line was refused: of all, or of those that the records know."""
        self._base.execute("CREATE INDEX part_basket ON part (basket, row)")
        those = "SELECT basket FROM part"
        if known_only:
            those += " INTERSECT SELECT basket FROM known"
        self._refuse(
            "SELECT l.row, 'order in part', 'order must be whole; got ' || quote(substr(l.basket, 7)) ||"  # noqa: S608
            " ' with line ' || (SELECT group_concat(row, ', ') FROM part WHERE part.basket = l.basket) ||"
            " ' refused. Mend it, or give --partial-orders keep.' FROM line l"
            f" WHERE l.basket IN ({those})",
            remedy="take in what is left of them? --partial-orders keep",
        )

    def _refuse(
        self, query: str, rows: Sequence[tuple[int, str, str]] = (), *, remedy: str = ""
    ) -> None:
        """Refuse the rows of a query: row, reason, sentence."""
        gone = self._base.execute(query).fetchall() if query else rows
        self._base.executemany(
            "INSERT INTO refused VALUES (?, ?, ?, ?)", ((*one, remedy) for one in gone)
        )
        for row, _, _ in gone:
            self._base.execute(
                "INSERT INTO part SELECT basket, row FROM line WHERE row = ? AND basket GLOB 'order\x1f*'",
                (row,),
            )
        self.drop(row for row, _, _ in gone)

    def content(self) -> Content | None:
        """Say what the lines hold, known ones among them; None where there are none."""
        return self.held("line", at="at", amount="iif(is_return, -amount, amount)")

    def settle_repeats(self, *, keep: bool) -> None:
        """Give lines that say the same sale keys of their own; unless they are kept, first drop what repeats a row."""
        if not keep:
            self.drop(row for row, _, _ in self.repeats("text"))
        self.rename((repeated_key(key, place), row) for row, key, place in self.repeats())

    def note_orders(self, lookup: Callable[[list[str]], Iterable[KnownOrder]]) -> None:
        """Look up which baskets the records hold an order of already, and note their lines before any is dropped."""
        self._base.execute("CREATE INDEX line_basket ON line (basket) WHERE is_return = 0")
        places = ", ".join("?" * len(KnownOrder._fields))
        for batch in self.batches("SELECT DISTINCT basket FROM line WHERE is_return = 0"):
            self._base.executemany(
                f"INSERT INTO known VALUES ({places})",  # noqa: S608
                lookup([name for (name,) in batch]),
            )
        fields = ", ".join(ShownLine._fields[:-1])
        self._base.execute(
            f"CREATE TABLE shown AS SELECT {fields} FROM line WHERE is_return = 0"  # noqa: S608
            " AND basket IN (SELECT basket FROM known) ORDER BY basket, row"
        )

    def sources(self) -> Iterator[tuple[str, int | None]]:
        """Give the source of each line, and when the last line of its basket was known, if they say so."""
        query = "SELECT at, key, max(recorded) OVER (PARTITION BY basket) FROM line"
        for at, key, known in self._base.execute(query):
            yield line_source(at, key), known

    def note_altered(self, *, has_states: bool) -> None:
        """Note the known orders that the file shows otherwise than they are recorded, as far as sums tell.

        Those of which a line was refused are not among them: what the file says of them is in doubt.
        """
        states = " OR min(s.state) <> max(s.state) OR max(s.state) <> k.state" if has_states else ""
        self._base.execute(
            "CREATE TABLE altered AS SELECT k.basket AS name FROM shown s JOIN known k ON k.basket = s.basket"  # noqa: S608
            " LEFT JOIN line l ON l.row = s.row WHERE s.basket NOT IN (SELECT basket FROM part) GROUP BY s.basket"
            " HAVING count(l.row) > 0 OR count(*) <> k.lines OR sum(s.amount) <> k.total" + states
        )
        self._base.execute("CREATE INDEX altered_name ON altered (name)")

    def altered(self) -> Iterator[ShownOrder]:
        """Give those orders, less those that were settled."""
        lines = ", ".join(f"s.{name}" for name in ShownLine._fields[:-1])
        rows = self._base.execute(
            f"SELECT k.*, {lines}, l.row IS NOT NULL FROM altered a JOIN known k ON k.basket = a.name"  # noqa: S608
            " JOIN shown s ON s.basket = a.name LEFT JOIN line l ON l.row = s.row ORDER BY s.basket, s.row"
        )
        width = len(KnownOrder._fields)
        for known, group in groupby(rows, key=itemgetter(slice(width))):
            lines_of = [ShownLine._make(row[width:]) for row in group]
            yield ShownOrder(known=KnownOrder._make(known), lines=lines_of)

    def settle(self, order: ShownOrder, refused: str | None = None) -> None:
        """Have done with a known order: its lines are refused for a reason, or known already."""
        self._base.execute("DELETE FROM altered WHERE name = ?", (order.known.basket,))
        if refused is None:
            self.drop(line.row for line in order.lines)
        else:
            self._refuse("", [(line.row, "order in conflict", refused) for line in order.lines])

    def refuse_strangers(self) -> None:
        """Refuse lines of sales whose customer is another than their order's."""
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
        self._refuse("", refused)

    def refused(self) -> dict[int, Refused]:
        """Give why rows were refused after they were staged, by number."""
        return {row: Refused(*why) for row, *why in self._base.execute("SELECT * FROM refused")}

    def orders(self, origin: str, end: int) -> Iterator[Order]:
        """Put the lines of sales together as orders that are new, the earliest first.

        Parameters
        ----------
        origin : str
            The tenant's; ids are derived from it.
        end : int
            What `latest` gave.
        """
        self._base.execute(
            "CREATE TABLE basket AS SELECT basket, min(at) AS at, max(customer) AS customer FROM line"
            " WHERE is_return = 0 AND basket NOT IN (SELECT basket FROM known)"
            " GROUP BY basket ORDER BY min(at), min(row)"
        )
        rows = self._base.execute(
            f"SELECT b.rowid, b.at, {staged(Line, 'l', without=_MASTER_DATA)}, c.id, p.id"  # noqa: S608
            " FROM basket b CROSS JOIN line l ON l.basket = b.basket AND l.is_return = 0"
            " LEFT JOIN customer_ids c ON c.name = b.customer"
            " LEFT JOIN product_ids p ON p.name = l.product ORDER BY b.rowid, l.row"
        )
        for _, group in groupby(rows, key=itemgetter(0)):
            found = list(group)
            lines = [Line._make(row[2:]) for row in found]
            basket = lines[0].basket
            yield Order(
                id=imported_id(origin, "orders", basket),
                external_id=external_id(basket),
                payment_id=imported_id(origin, "payment", lines[0].stamp),
                at=found[0][1],
                end=end,
                lines=lines,
            )

    def returns(self) -> Iterator[list[Line]]:
        """Give the lines of returns, customer by customer, in the order of time, some at a time."""
        return self.each(
            Line,
            f"SELECT {staged(Line, 'l', without=_MASTER_DATA)}, c.id, p.id FROM line l"  # noqa: S608
            " LEFT JOIN customer_ids c ON c.name = l.customer"
            " LEFT JOIN product_ids p ON p.name = l.product"
            " WHERE l.is_return = 1 ORDER BY c.id, l.at, l.row",
        )
