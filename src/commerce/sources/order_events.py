"""The events that an imported order is told in.

Without a status column every line is ``paid``: the order is placed, captured and paid at one instant.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from commerce.sources.staging import ReturnLine, SaleLine, stamp_of
from commerce.sources.writing import Desk
from commerce.stream import NewEvent

CAPTURED = frozenset({"paid", "completed", "returned"})
"""States of lines whose money arrived."""


@dataclass(frozen=True, kw_only=True)
class ImportedOrder:
    """An order about to be written, or one that grows by new lines.

    Attributes
    ----------
    id : UUID
    customer_id : UUID or None
    payment_id : UUID
        Of the payment that captures these lines.
    at, recorded_at : int
        Microseconds since 1970 UTC: its earliest line; when the last of its lines was known.
    is_new : bool
        Whether the records hold no line of it yet.
    lines : sequence of SaleLine
        New ones only.
    """

    id: uuid.UUID
    customer_id: uuid.UUID | None
    payment_id: uuid.UUID
    at: int
    recorded_at: int
    is_new: bool
    lines: Sequence[SaleLine]

    @property
    def states(self) -> set[str]:
        """What became of its lines."""
        return {line.state for line in self.lines}

    @property
    def status(self) -> str:
        """What the order itself has come to: placed, completed or cancelled."""
        states = self.states
        if states == {"cancelled"}:
            return "cancelled"
        over = "completed" in states and states <= {"completed", "returned", "cancelled"}
        return "completed" if over else "placed"

    @property
    def total(self) -> int:
        """Minor units of all lines."""
        return sum(line.amount for line in self.lines)

    @property
    def captured(self) -> int | None:
        """Minor units that arrived; None where no line was paid."""
        paid = [line.amount for line in self.lines if line.state in CAPTURED]
        return sum(paid) if paid else None

    @property
    def failed(self) -> int | None:
        """Minor units that were not captured for a failed payment; None where none failed or some arrived."""
        amounts = [line.amount for line in self.lines if line.state == "failed"]
        return sum(amounts) if amounts and self.captured is None else None

    @property
    def method(self) -> str | None:
        """How it was paid, as its first line that says so has it."""
        return next((line.method for line in self.lines if line.method), None)


@lru_cache(maxsize=65_536)
def uuid_of(digits: str) -> uuid.UUID:
    """Read an id of 32 hexadecimal digits; the same few stand in many lines."""
    return uuid.UUID(digits)


def product_of(line: SaleLine | ReturnLine) -> uuid.UUID | None:
    """Give the id of a line's product."""
    return None if line.product_id is None else uuid_of(line.product_id)


def events_of(desk: Desk, order: ImportedOrder) -> Iterator[NewEvent]:
    """Tell an order, in the order in which it happened."""
    first = order.lines[0]

    def event(kind: str, amount: int | None, line: SaleLine | None = None, **more: Any) -> NewEvent:
        payment = kind.startswith("payment.")
        return NewEvent(
            type=kind,
            occurred_at=order.at,
            recorded_at=order.recorded_at
            if line is None
            else desk.recorded(order.at, line.recorded),
            source_key=f"{kind.partition('.')[2]}:{stamp_of(line or first)}",
            customer_id=order.customer_id,
            aggregate_type="payment" if payment else "order",
            aggregate_id=(order.payment_id if payment else order.id).hex,
            amount_minor=amount,
            currency=None if amount is None else desk.tenant.currency,
            base_minor=amount,
            **more,
        )

    if order.is_new:
        units = sum(line.quantity for line in order.lines)
        yield event("order.placed", order.total, quantity=units, value=len(order.lines))
    for line in order.lines:
        yield event(
            "order.line", line.amount, line, product_id=product_of(line), quantity=line.quantity
        )
    captured, method = order.captured, order.method
    if captured is not None:
        yield event("payment.captured", captured, method=method)
    if order.failed is not None:
        yield event("payment.failed", order.failed, method=method)
    if order.is_new:
        if captured is not None and order.states <= CAPTURED | {"cancelled"}:
            yield event("order.paid", captured, method=method)
        if order.status == "completed":
            yield event("order.completed", captured)
        if order.status == "cancelled":
            yield event("order.cancelled", order.total)
    for line in order.lines:
        if line.state == "returned":
            product = product_of(line)
            yield event(
                "order.returned", line.amount, line, product_id=product, quantity=line.quantity
            )
            yield event("payment.refunded", line.amount, line, method=method)
