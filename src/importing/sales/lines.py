"""One row of a file as one line of a sale or of a return, or the reason why it is neither."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from importing.engine.identity import line_key
from importing.sales.options import COLUMNS
from importing.sales.statuses import State, StatusReader
from importing.sales.worths import WorthReader
from tabular.asides import names_total
from tabular.errors import Refused
from tabular.quoting import cells_at
from tabular.rows import tidy_id

_ONCE = (
    "customer",
    "time_of_day",
    "time",
    "zone_column",
    "currency_column",
    "country",
    "method",
    "order_total",
)
"""What shops say in the first row of an order, and leave out of the others."""
_OFFSET = 2**32


class Line(NamedTuple):
    """A line of a sale or of a return, from its reading to its writing.

    Attributes
    ----------
    key : bytes
        Stands for what the row says of the sale: order, customer, time, product, quantity and amount, as values. The
        second, third ... row that says the same has a key of its own.
    text : int
        Stands for all fields of the row, as they are written, beside a `key` that is the same; of this process only.
    basket : str
        What belongs to one order: its order id, else customer and time, else the row itself.
    customer, product, description, country, method : str or None
        As the file has them; of these only the method stays when staging gives the line back.
    quantity : int
        Whole units, >= 0; a fraction counts up (0.75 kg is one).
    price : str or None
        Exact, per unit, >= 0.
    amount : int
        Minor units, >= 0.
    at : int
        Microseconds since 1970 UTC.
    recorded : int or None
        The same, >= ``at``; None where the file does not say.
    state : str or None
        One of `State`; None where the file has states and the row none, until staging fills in its order's.
    is_return : int
        1 where products came back.
    customer_id, product_id : str or None
        32 hexadecimal digits; None until staging gives the line back. Of a sale, the order's customer.
    """

    key: bytes
    text: int
    basket: str
    customer: str | None
    product: str | None
    description: str | None
    quantity: int
    price: str | None
    amount: int
    at: int
    recorded: int | None
    country: str | None
    method: str | None
    state: State | None
    is_return: int
    customer_id: str | None = None
    product_id: str | None = None

    @property
    def stamp(self) -> str:
        """What the source keys of the line's events end in."""
        return stamp_of(self.at, self.key)


def line_source(at: int, key: bytes) -> str:
    r"""Name a line in the stream: ``line:``, and its stamp.

    Examples
    --------
    >>> line_source(0, b"\x01\x02")
    'line:100000000:0102'
    """
    return f"line:{stamp_of(at, key)}"


def line_of(source_key: str) -> str:
    """Name the line that an event of a sale or a return came with, given its source key.

    Examples
    --------
    >>> line_of("refunded:100000000:0102")
    'line:100000000:0102'
    """
    return f"line:{source_key.partition(':')[2]}"


def stamp_of(at: int, key: bytes) -> str:
    """Name a line by its time first, so that the stream's index stays compact, then by all its fields."""
    return f"{at // 1_000_000 + _OFFSET:09x}:{key.hex()}"


def total_once(places: Mapping[str, int]) -> bool:
    """Whether lines have no worth of their own, so that the order's total stands once for all of them."""
    return "order_total" in places and "amount" not in places and "price" not in places


class LineReader(WorthReader):
    """Reads rows into lines.

    Parameters
    ----------
    places : mapping of str to int
        Where the columns of the roles stand, from 0; customer and time are there.
    return_prefix, refuse_prefix : str or None
        Beginnings of the ids of returns, and of orders that are no orders.
    negative_returns : bool
        Whether negative lines are returns.
    statuses : mapping of str to State, optional
        What words of this shop mean.
    delimiter : str, optional
        Of the file, by which the order of a broken line is found.
    **conventions
        As of `MoneyReader`.
    """

    def __init__(
        self,
        places: Mapping[str, int],
        *,
        return_prefix: str | None = None,
        refuse_prefix: str | None = None,
        negative_returns: bool = False,
        statuses: Mapping[str, State] | None = None,
        delimiter: str | None = None,
        **conventions: Any,
    ) -> None:
        super().__init__(
            has_quantity="quantity" in places,
            return_prefix=return_prefix,
            negative_returns=negative_returns,
            **conventions,
        )
        self._customer_place, self._time_place = places["customer"], places["time"]
        worth = {"amount": places["order_total"]} if total_once(places) else {}
        self._optional = [(worth | dict(places)).get(role) for role in COLUMNS[2:13]]
        self._has_status = "status" in places
        self._state = StatusReader(statuses)
        self._refuse_prefix = refuse_prefix
        self._delimiter = delimiter or ","
        self._order_place = places.get("order")
        self._carried = [places[role] for role in _ONCE if role in places]
        self._said_once = itemgetter(*self._carried)
        self._last: list[str] = []

    def __call__(self, cells: list[str]) -> Line:
        """Read one row.

        Raises
        ------
        Refused
            With a reason and a sentence for the rejects file, and the order it belongs to.
        """
        try:
            return self._line(self._continued(cells))
        except Refused as refused:
            place = self._order_place
            if place is None:
                raise
            whole = len(cells) == self.width
            named = [cells[place]] if whole else cells_at(cells, place, self.width, self._delimiter)
            refused.groups = [f"order\x1f{order}" for name in named if (order := tidy_id(name))]
            if whole or refused.groups:
                raise
            raise Refused(
                f"{refused.reason}, of an unknown order",
                f"{refused} Some order may lack this line.",
            ) from refused

    def _continued(self, cells: list[str]) -> list[str]:
        """Fill in what the rows of an order say once, in its first row: who, when, and the currency."""
        place, last = self._order_place, self._last
        if place is None or len(cells) != self.width:
            return cells
        order = cells[place].strip()
        goes_on = order and last and last[place].strip() == order
        if goes_on and not all(map(str.strip, self._said_once(cells))):
            cells = self._filled(cells, last)
        if order:
            self._last = cells
        return cells

    def _filled(self, cells: list[str], last: list[str]) -> list[str]:
        """Take what is blank from the row before; a clock is of its date."""
        day, clock = cells[self._time_place].strip(), self._beside.get("time_of_day")
        carried = self._carried
        if day not in ("", last[self._time_place].strip()):
            carried = [place for place in carried if place != clock]
        cells = cells.copy()
        for place in carried:
            if not cells[place].strip():
                cells[place] = last[place]
        return cells

    def _line(self, cells: list[str]) -> Line:
        """Read one row that says all that it needs to."""
        self.check_width(cells)
        # all but customer and time, blanks as None
        found = [
            None if place is None else cells[place].strip() or None for place in self._optional
        ]
        order_text, product, description, quantity_text, price_text, amount_text = found[:6]
        country, method, status, recorded_text, currency = found[6:]
        when = self.given("time", cells[self._time_place])
        at = self.instant("time", when, beside=self.beside(cells) if self._beside else ())
        order = self.identifier("order", order_text) if order_text else ""
        if self._refuse_prefix and order.startswith(self._refuse_prefix):
            raise Refused(
                "no sale",
                f"order must not begin with {self._refuse_prefix!r}, which marks book-keeping;"
                f" got {order!r}.",
            )
        if product is not None:
            product = self._product(product)
        worth = self.worth(quantity_text, price_text, amount_text)
        returned = self.is_return(order, worth)
        if currency is not None:
            self.check_currency(currency)
        recorded = (
            self.instant("recorded", recorded_text, beside=self.beside(cells, clock=False))
            if recorded_text
            else None
        )
        if recorded is not None and recorded < at:
            raise Refused(
                "recorded before time",
                f"recorded must not be before the row's time; got {recorded_text!r}.",
            )
        customer = self.identifier("customer", cells[self._customer_place])
        for role, name in (("customer", customer), ("order", order)):
            if not name.isdigit() and names_total(name):
                raise Refused(
                    "total row",
                    f"{role} must not be a word for a total; got {name!r}. Rename it if it is one.",
                )
        amount = self.kept(worth.minor, abs(worth.exact))
        key = line_key(
            [order, customer, str(at), product or "", worth.written, str(amount), str(returned)]
        )
        if order:
            basket = f"order\x1f{order}"
        elif customer:
            basket = f"time\x1f{at}\x1f{customer}"
        else:
            basket = f"line\x1f{line_key(cells).hex()}"
        return Line(
            key,
            hash(tuple(cells)),
            basket,
            customer or None,
            product,
            description,
            worth.units,
            worth.each,
            amount,
            at,
            recorded,
            country,
            method,
            None if status is None and self._has_status else self._state(status or ""),
            int(returned),
        )

    def _product(self, text: str) -> str:
        """Check the id of a product, which stays as it is written."""
        self.identifier("product", text)
        return text
