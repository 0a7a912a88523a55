"""Totals of whole orders: told apart from what a line is worth, and held against the sum of the lines.

A column called "Total" may hold either. Beside a price it is what its figures say: quantity x price of its line, or
the sum of its order, in one of its lines or in each. Without one it is a line's where lines of an order differ in it;
where they repeat it, or leave it out, the file is asked about. Where only the total is known, the first line of the
order is worth it, and the others nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from importing.engine.intake import Intake
from importing.errors import SourceError
from importing.sales.columns import WELL_KNOWN
from tabular.amounts import NumberReader
from tabular.asides import names_total
from tabular.columns import flag, plain
from tabular.errors import TableError
from tabular.store import Store

_CENT = Decimal("0.01")
"""How far a line may be from what it is rounded to."""
_OF_A_LINE = frozenset({"linetotal", "lineamount", "itemtotal", "lineitemtotal", "rowtotal"})
_BATCH = 5_000


class _Row(NamedTuple):
    """A row of an order: its number in the file, what the column in question says, what the line is worth else."""

    number: int
    stated: Decimal | None
    worth: Decimal | None


class _Seen:
    """What the orders of a file show of a column that may hold their totals."""

    def __init__(self, orders: Iterator[tuple[str, Sequence[_Row]]]) -> None:
        self.repeated = self.differing = 0
        self.lines = self.sums = True
        self.unlike: str | None = None
        """An order whose lines come to something else than it says."""
        self.contrary: str | None = None
        """An order in which it differs from line to line."""
        self.once: str | None = None
        for name, rows in orders:
            self._look(name, rows)

    def _look(self, name: str, rows: Sequence[_Row]) -> None:
        said = {row.stated for row in rows if row.stated is not None}
        if not said:
            return
        if len(said) > 1:
            self.differing += 1
            shown = " and ".join(str(value) for value in sorted(said)[:2])
            self.contrary = self.contrary or f"{shown} in order {name!r}"
        elif len(rows) > 1:
            self.repeated += 1
            self.once = self.once or f"{said.copy().pop()} for order {name!r} of {len(rows)} lines"
        worths = [row.worth for row in rows if row.worth is not None]
        if len(worths) < len(rows):
            return
        self.lines = self.lines and all(
            row.stated is not None
            and row.worth is not None
            and abs(row.stated - row.worth) <= _CENT
            for row in rows
        )
        if len(said) > 1 or abs(said.copy().pop() - sum(worths)) > _CENT * len(rows):
            self.sums = False
            if self.unlike is None:
                stated = " and ".join(str(value) for value in sorted(said)[:2])
                self.unlike = f"{stated} over lines of {sum(worths)} in line {rows[0].number}"


def settle_totals(intake: Intake, given: Mapping[str, str]) -> dict[str, int]:
    """Find out whether a column holds totals of orders or amounts of lines.

    Parameters
    ----------
    given : mapping of str to str
        Roles, and the columns a person named for them; what was named as an amount is one.

    Returns
    -------
    dict of str to int
        The places of all roles, with ``amount`` or ``order_total`` as it was found.

    Raises
    ------
    SourceError
        "--order-total must stand beside --order; ..."
    TableError
        "column 'Total' must be told ..." or "... must be the sum of its order's lines ...; got ...": see the module.
    """
    places = dict(intake.places)
    total = places.get("order_total")
    if total is not None and "order" not in places:
        if "order_total" in given:
            raise SourceError(
                "--order-total must stand beside --order; got it alone. Name the column of order ids, or give --amount."
            )
        del places["order_total"]
        if "amount" not in places and "price" not in places:
            return places | {"amount": total}
    doubtful = places.get("amount")
    if "amount" in given or (doubtful is not None and _certain(intake, doubtful)):
        doubtful = None
    names = WELL_KNOWN["amount"] | WELL_KNOWN["order_total"]
    columns = [] if total is None else [total]
    if doubtful is not None:
        columns.append(doubtful)
    elif "price" in places or "amount" in places:
        columns += [
            place
            for place, name in enumerate(intake.shown)
            if plain(name) in names and place not in places.values()
        ]
    for place in dict.fromkeys(columns):
        beside = {role: at for role, at in places.items() if at != place}
        certain = plain(intake.table.columns[place]) in WELL_KNOWN["order_total"] or (
            place == total and "order_total" in given
        )
        role = _role_of(intake, place, beside, certain=certain)
        if role == "amount" and place != doubtful:
            continue
        if place == doubtful:
            del places["amount"]
        places[role] = place
    return places


def _certain(intake: Intake, place: int) -> bool:
    return plain(intake.table.columns[place]) in _OF_A_LINE


def _role_of(intake: Intake, place: int, beside: Mapping[str, int], *, certain: bool) -> str:
    """Say what a column holds: ``amount`` of a line, or ``order_total``."""
    name, order = intake.table.columns[place], "order" in beside
    valued = next((role for role in ("amount", "price") if role in beside), None)
    if valued is None and not order:
        return "amount"
    with Store("total", ("basket", "stated", "worth")) as store:
        seen = _Seen(_orders(intake, store, place, beside))
    if valued is not None:
        if seen.sums and (certain or not seen.lines):
            return "order_total"
        if seen.lines and not certain:
            return "amount"
        worth, used = intake.table.columns[beside[valued]], flag(valued)
        ways = [f"--ignore {name!r} where lines are worth what {worth!r} says"]
        ways += [] if certain else [f"--amount {name!r} where they are worth it"]
        ways += [f"--order-total {name!r} without {used} (--ignore {worth!r}) where the order is"]
        ways += [] if order else ["--order where the file has order ids"]
        raise TableError(
            f"column {name!r} must be the sum of its order's lines, or be told; got {seen.unlike}, which may be"
            f" shipping, tax or a discount. Give {', or '.join(ways)}."
        )
    if certain:
        if seen.contrary is None:
            return "order_total"
        raise TableError(
            f"column {name!r} must be one for each order; got {seen.contrary}. Give --amount {name!r} where each"
            " line is worth it."
        )
    if seen.repeated > seen.differing:
        raise TableError(
            f"column {name!r} must be told: lines of an order repeat it or leave it out; got {seen.once}. Give"
            f" --order-total {name!r} where the order is worth it, --amount {name!r} where each line is."
        )
    return "amount"


def _orders(
    intake: Intake, store: Store, place: int, beside: Mapping[str, int]
) -> Iterator[tuple[str, Sequence[_Row]]]:
    """Give the rows of the file order by order; without an order id, each by itself."""
    number, width = NumberReader(intake.formats.mark), len(intake.table.columns)
    order = beside.get("order")

    def read(cell: str) -> Decimal | None:
        try:
            return number(cell.strip())
        except ValueError:
            return None

    def worth(cells: Sequence[str]) -> Decimal | None:
        if "amount" in beside:
            return read(cells[beside["amount"]])
        if "price" not in beside:
            return None
        price = read(cells[beside["price"]])
        quantity = read(cells[beside["quantity"]]) if "quantity" in beside else Decimal(1)
        return None if price is None or quantity is None else price * quantity

    batch = []
    for row, cells in intake.table.rows():
        if len(cells) != width:
            continue
        basket = str(row) if order is None else cells[order].strip()
        if basket and not names_total(basket):
            stated, value = read(cells[place]), worth(cells)
            batch.append(
                (
                    row,
                    basket,
                    None if stated is None else str(stated),
                    None if value is None else str(value),
                )
            )
        if len(batch) >= _BATCH:
            store.add(batch)
            batch.clear()
    store.add(batch)
    rows = (
        one
        for many in store.batches(
            "SELECT basket, row, stated, worth FROM total ORDER BY basket, row"
        )
        for one in many
    )
    for name, group in groupby(rows, key=itemgetter(0)):
        yield (
            name,
            [
                _Row(
                    row,
                    None if stated is None else Decimal(stated),
                    None if value is None else Decimal(value),
                )
                for _, row, stated, value in group
            ],
        )
