"""An order that the records hold, as a later file shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from commerce.records.instants import from_micros
from importing.sales.known_orders import KnownOrder, external_id
from importing.sales.lines import stamp_of
from importing.sales.order_history import Amounts
from importing.sales.statuses import State


class ShownLine(NamedTuple):
    """A line of a known order, as a later file shows it; fields as of `Line`."""

    row: int
    basket: str
    key: bytes
    at: int
    product: str | None
    quantity: int
    price: str | None
    amount: int
    recorded: int | None
    method: str | None
    state: State
    is_new: int
    """1 where the records hold no line that says the same."""

    @property
    def stamp(self) -> str:
        """What the source keys of the line's events end in."""
        return stamp_of(self.at, self.key)


@dataclass(frozen=True, kw_only=True)
class ShownOrder:
    """A known order, and all lines of it in the file's order."""

    known: KnownOrder
    lines: Sequence[ShownLine]

    def __len__(self) -> int:
        """Count its lines."""
        return len(self.lines)


def order_name(basket: str) -> str:
    r"""Name the order of a basket to people.

    Examples
    --------
    >>> order_name("order\x1f536365"), order_name("time\x1f0\x1fann")
    ('536365', 'of ann at 1970-01-01 00:00:00+00:00')
    """
    name = external_id(basket)
    if name is not None:
        return name
    kind, *rest = basket.split("\x1f")
    return f"of {rest[1]} at {from_micros(int(rest[0]))}" if kind == "time" else "of nobody"


def by_product(lines: Sequence[ShownLine]) -> Amounts:
    """Sum up units and amounts of each product."""
    shown: Amounts = {}
    for line in lines:
        units, amount = shown.get(line.product, (0, 0))
        shown[line.product] = (units + line.quantity, amount + line.amount)
    return shown


def amount_of(lines: Sequence[ShownLine], *states: State) -> int:
    """Sum up the minor units of the lines in some states."""
    return sum(line.amount for line in lines if line.state in states)
