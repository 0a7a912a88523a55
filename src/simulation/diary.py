"""What happened around one customer, as the shop's records will tell it.

A `Diary` takes notes in the order of the simulation and keeps only what is on record before the shop's
clock: an event due later is simply not there yet, and no status runs ahead of its event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from commerce.identity import imported_id
from simulation.assortment import Variant
from simulation.calendar import Calendar


class Note(NamedTuple):
    """One event, still without its id and its tenant."""

    recorded: int
    sequence: int
    word: str
    occurred: int
    kind: str
    key: str
    due: int | None
    amount: int | None
    quantity: int | None
    value: int | None
    method: str | None
    category: str | None
    reason: str | None
    product: str | None


@dataclass(slots=True)
class Line:
    """One line of an order."""

    variant: Variant
    quantity: int
    returned: int = 0

    @property
    def amount(self) -> int:
        """Minor units."""
        return self.variant.price * self.quantity


@dataclass(slots=True, kw_only=True)
class Order:
    """An order and where it stands."""

    key: str
    external_id: str
    placed: int
    lines: list[Line]
    status: str = "placed"

    @property
    def total(self) -> int:
        """Minor units."""
        return sum(line.amount for line in self.lines)


@dataclass(slots=True, kw_only=True)
class Payment:
    """One way in which an order is, or was to be, paid."""

    key: str
    order: str
    method: str
    amount: int
    created: int
    status: str = "requires_payment_method"


class Invoice(NamedTuple):
    """A bill to be paid later."""

    key: str
    external_id: str
    order: str
    amount: int
    issued: int
    due: int


@dataclass(slots=True, kw_only=True)
class Delivery:
    """A parcel and where it stands."""

    key: str
    order: str
    promised: int
    status: str = "available"
    delivered: int | None = None


@dataclass(slots=True, kw_only=True)
class Return:
    """Goods on their way back."""

    key: str
    order: str
    position: int
    quantity: int
    reason: str
    requested: int
    status: str = "requested"


@dataclass(slots=True)
class Diary:
    """Everything on record about one customer.

    Attributes
    ----------
    calendar : Calendar
        Turns days since opening into instants; its end is the shop's clock.
    tenant : str
        The tenant's slug; ids are derived from it.
    customer : str
        The customer's external id.
    """

    calendar: Calendar
    tenant: str
    customer: str
    notes: list[Note] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    _sequence: int = 0

    def note(
        self,
        word: str,
        at: float,
        kind: str,
        key: str,
        *,
        amount: int | None = None,
        recorded: float | None = None,
        due: int | None = None,
        quantity: int | None = None,
        value: int | None = None,
        method: str | None = None,
        category: str | None = None,
        reason: str | None = None,
        product: str | None = None,
    ) -> bool:
        """Write an event down, unless it is recorded only after the shop's clock.

        Parameters
        ----------
        word : str
            Of the stream.
        at, recorded : float
            Days since opening; recorded when it happened unless given.
        kind, key : str
            The aggregate it belongs to.

        Returns
        -------
        bool
            Whether it is on record.
        """
        occurred = self.calendar.instant(at)
        known = occurred if recorded is None else max(occurred, self.calendar.instant(recorded))
        self._sequence += 1
        if known >= self.calendar.end:
            return False
        self.notes.append(
            Note(
                known, self._sequence, word, occurred, kind, key, due, amount, quantity, value,
                method, category, reason, product,
            )
        )  # fmt: skip
        return True

    def key(self, kind: str, external_id: str) -> str:
        """Give the id of a record of this tenant, as 32 hexadecimal digits."""
        return imported_id(self.tenant, kind, external_id).hex

    def identity(self) -> UUID:
        """Give the customer's id."""
        return imported_id(self.tenant, "customer", self.customer)
