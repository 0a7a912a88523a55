"""What a later export says of an order that the records hold: a change of it, older news, or a conflict.

A change is told at the instant of its import, by what differs: units and amounts of each product, what the states of
the lines make of the money, and where the order itself has come to. ADR 0021 says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from commerce.records.instants import from_micros
from importing.sales.known_orders import external_id
from importing.sales.order import status_of
from importing.sales.order_history import (
    Amounts,
    History,
    Payment,
    Picture,
    picture,
)
from importing.sales.shown_orders import (
    ShownLine,
    amount_of,
    by_product,
    order_name,
)
from importing.sales.statuses import CAPTURED


class Part(NamedTuple):
    """Some units of a product, for an amount in minor units; either may be 0."""

    product: str | None
    quantity: int
    amount: int
    price: str | None = None


@dataclass(kw_only=True)
class Change:
    """What is to be told of an order, and when the file knew: microseconds since 1970 UTC; amounts in minor units."""

    history: History
    told_at: int
    more: list[Part] = field(default_factory=list)
    less: list[Part] = field(default_factory=list)
    is_return: bool = False
    """Whether what is less was paid for, and its money goes back."""
    back: list[tuple[str, Part]] = field(default_factory=list)
    """Lines whose state says that they came back, by stamp."""
    captured: int | None = None
    paid: int | None = None
    """Of an order of which all is captured now."""
    failed: int | None = None
    refunds: list[tuple[Payment | None, int]] = field(default_factory=list)
    """By payment; None for the one that captures now."""
    status: str | None = None
    """What the order itself comes to."""
    method: str | None = None

    @property
    def kinds(self) -> list[str]:
        """What became of it, in the words of `importing.engine.summary.CHANGES`."""
        found = {
            "cancelled": self.status == "cancelled",
            "refunded": bool(self.refunds or self.back),
            "captured": self.captured is not None,
            "completed": self.status == "completed",
            "failed": self.failed is not None,
            "added": bool(self.more),
            "reduced": bool(self.less),
        }
        return [kind for kind, holds in found.items() if holds]


class Conflict(NamedTuple):
    """Why what a file says of an order cannot be: the records say otherwise."""

    sentence: str
    kind: str = "conflict"


class Older(NamedTuple):
    """A file shows an order as it once was, and is no newer than what changed it."""

    kind: str = "older"


Outcome = Change | Conflict | Older | None
"""What a file says of a known order; None where it says nothing new."""


def compare(history: History, lines: Sequence[ShownLine], *, has_states: bool, end: int) -> Outcome:
    """Hold what a file shows of an order against what the records tell of it.

    Parameters
    ----------
    lines : sequence of ShownLine
        All of the order's, in the order of the file.
    has_states : bool
        Whether the file says what became of its lines.
    end : int
        When the file knew, where its rows do not say: microseconds since 1970 UTC.
    """
    told_at = max((line.recorded for line in lines if line.recorded is not None), default=end)
    shown = by_product(lines)
    seen, now = _seen(lines, shown, has_states), _now(history, has_states)
    is_past = told_at <= history.changed_at and seen in _past(history, has_states)
    if is_past and seen != now:
        return Older()
    found = _unlike(history, lines, shown)
    if found is None and has_states:
        found = _impossible(history, lines)
    if found is not None:
        return (
            Older() if is_past else found
        )  # what is worth nothing looks alike, whatever became of it
    if history.status == "cancelled":
        return None
    change = _change(history, lines, shown, has_states, told_at)
    return change if change.kinds else None


# what an order looks like to a file that says no states is only its lines
def _seen(lines: Sequence[ShownLine], shown: Amounts, has_states: bool) -> Picture:
    if not has_states:
        return picture("", 0, 0, shown)
    status = status_of({line.state for line in lines})
    net, back = amount_of(lines, "paid", "completed"), amount_of(lines, "returned")
    return picture(status, net, back, shown)


def _now(history: History, has_states: bool) -> Picture:
    return history.picture if has_states else picture("", 0, 0, history.products)


def _past(history: History, has_states: bool) -> list[Picture]:
    if has_states:
        return history.past
    return [("", 0, 0, each[-1]) for each in history.past if len(each) > 1]


def _unlike(history: History, lines: Sequence[ShownLine], shown: Amounts) -> Conflict | None:
    """Tell whether a file shows another order under the same name, or the rest of one that was cut."""
    order, new = history.order, [line for line in lines if line.is_new]
    if external_id(order.basket) is None:
        held = Counter((row.product, row.quantity, row.amount) for row in history.rows)
        if new and held - Counter((line.product, line.quantity, line.amount) for line in lines):
            return Conflict(
                f"order without an id must hold the {order.lines} lines that are recorded of it; got that"
                f" {order_name(order.basket)} with {len(new)} others. Name the column of order ids with --order."
            )
        return None
    name = order_name(order.basket)
    if len(new) < len(lines):
        return None
    if min(line.at for line in lines) != order.placed_at:
        return Conflict(
            f"order must be placed when it is recorded to be, {from_micros(order.placed_at)}; got {name!r} at"
            f" {from_micros(min(line.at for line in lines))}. Name the column of when it was placed with --time."
        )
    common = [product for product in history.products.keys() & shown.keys() if product]
    if not common and (set(shown) != {None} or len(lines) != order.lines):
        return Conflict(
            f"order must have a line of those that are recorded of it; got {name!r} with {len(lines)} others. Import it"
            " whole where it was cut in two, or by the columns that it was imported by."
        )
    return None


def _impossible(history: History, lines: Sequence[ShownLine]) -> Conflict | None:
    """Tell whether an order cannot come from where the records have it to where a file says it is."""
    said = {line.state for line in lines}
    was, settled = history.state, said <= {"returned", "cancelled"}
    shown = by_product(lines)
    less = sum(max(0, _minus(both, shown.get(name))[1]) for name, both in history.products.items())
    explained = less + amount_of(lines, "returned", "cancelled")
    unpaid = said & {"open", "failed"}
    if history.status == "cancelled":
        possible = said == {"cancelled"} or (settled and history.captured and not history.net)
    elif history.status == "completed":
        possible = said <= {"completed", "returned", "cancelled"} and said != {"cancelled"}
    elif was == "returned" and not said & {"returned", "cancelled"}:
        possible = False
    else:
        possible = not unpaid or history.net <= amount_of(lines, "paid", "completed") + explained
    again = any(
        line.stamp in history.returned and line.state not in ("returned", "cancelled")
        for line in lines
    )
    if possible and not again:
        return None
    came, goes = "returned" if again else was, " and ".join(sorted(said))
    return Conflict(
        f"order must not go from {came}, as it is recorded, to {goes}; got {order_name(history.order.basket)!r}, {came}"
        f" and now {goes}. Leave its rows out, or say by --status-map what the word means; what really happened"
        " comes in by `bellwether import events`."
    )


def _minus(one: tuple[int, int], other: tuple[int, int] | None) -> tuple[int, int]:
    units, amount = other or (0, 0)
    return one[0] - units, one[1] - amount


def _change(
    history: History,
    lines: Sequence[ShownLine],
    shown: Amounts,
    has_states: bool,
    told_at: int,
) -> Change:
    """Work out what is to be told of an order."""
    if external_id(history.order.basket) is None and not any(line.is_new for line in lines):
        shown = history.products  # without an order id, a line that is not shown is not gone
    change = Change(history=history, told_at=told_at)
    _compare_products(change, lines, shown)
    more, less = (sum(part.amount for part in parts) for parts in (change.more, change.less))
    kept = history.net + more - less if history.payments else 0
    net = amount_of(lines, "paid", "completed") if has_states else kept
    change.method = next((line.method for line in lines if line.method), None)
    if has_states:
        _compare_states(change, lines)
    returned = sum(part.amount for _, part in change.back)
    lowered = min(less, max(0, history.net - net + more))
    change.is_return = lowered > 0
    captured = max(0, net + returned - (history.net - lowered))
    arrived = any(line.state in CAPTURED for line in lines)
    if captured or (has_states and arrived and not history.payments):
        change.captured = captured
        if (
            has_states
            and not history.paid
            and {line.state for line in lines} <= CAPTURED | {"cancelled"}
        ):
            change.paid = amount_of(lines, *CAPTURED)
    explained = less + (amount_of(lines, "returned", "cancelled") if has_states else 0)
    _refund(change, min(history.net + captured - net, explained))
    return change


def _compare_products(change: Change, lines: Sequence[ShownLine], shown: Amounts) -> None:
    """Find what the order has more and less of than it had."""
    products = change.history.products
    for name in dict.fromkeys([*products, *shown]):
        units, amount = _minus(shown.get(name, (0, 0)), products.get(name))
        if units < 0 or amount < 0:
            change.less.append(Part(name, max(0, -units), max(0, -amount)))
        new = [line for line in lines if line.is_new and line.product == name]
        if units >= 0 and amount >= 0 and by_product(new).get(name) == (units, amount):
            change.more += [Part(name, line.quantity, line.amount, line.price) for line in new]
        elif units > 0 or amount > 0:
            change.more.append(Part(name, max(0, units), max(0, amount)))


def _compare_states(change: Change, lines: Sequence[ShownLine]) -> None:
    """Find what the states of its lines say of an order that they did not say before."""
    history, states = change.history, {line.state for line in lines}
    left = dict.fromkeys(history.products, 0)
    for row in history.rows:
        left[row.product] = left.get(row.product, 0) + row.left
    for part in change.more:
        left[part.product] = left.get(part.product, 0) + part.quantity
    for part in change.less:
        left[part.product] -= part.quantity
    for line in lines:
        if line.state == "returned" and line.stamp not in history.returned:
            units = min(line.quantity, max(0, left.get(line.product, 0)))
            if units or not line.quantity:
                left[line.product] -= units
                amount = line.amount * units // line.quantity if line.quantity else line.amount
                change.back.append((line.stamp, Part(line.product, units, amount)))
    status = status_of(states)
    if status not in (history.status, "placed"):
        change.status = status
    failed = amount_of(lines, "failed")
    if "failed" in states and not states & CAPTURED and not history.failed:
        change.failed = failed


def _refund(change: Change, amount: int) -> None:
    """Send money back by the payments that have some left, the latest first."""
    mine = [(payment, payment.left) for payment in reversed(change.history.payments)]
    for payment, left in [*mine, (None, change.captured or 0)]:
        part = min(amount, left)
        if part > 0:
            change.refunds.append((payment, part))
            amount -= part
