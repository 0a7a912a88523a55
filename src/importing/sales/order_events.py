"""The events that an imported order is told in.

Without a status column every line is ``paid``: the order is placed, captured and paid at one instant.

A status is what an order had come to when the file was written, not when it was placed. So whatever a status
other than paid or open tells (completed, cancelled, failed, returned and refunded) happens, and is recorded,
when the row was: at its ``recorded`` time where the file gives one, else at the end of the file, its latest
instant. Features as of earlier instants see an order that was placed, and of its end nothing. That the money of
paid, completed and returned lines arrived when they were placed is taken for granted.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from commerce.records.stream import NewEvent
from importing.engine.writing import ImportSession
from importing.sales.staging import SaleLine, stamp_of

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
    at, settled_at : int
        Microseconds since 1970 UTC: its earliest line; when its status was known.
    known_at : int or None
        When the last of its lines was known, if the file says so.
    is_new : bool
        Whether the records hold no line of it yet.
    lines : sequence of SaleLine
        New ones only.
    """

    id: uuid.UUID
    customer_id: uuid.UUID | None
    payment_id: uuid.UUID
    at: int
    known_at: int | None
    settled_at: int
    is_new: bool
    lines: Sequence[SaleLine]

    @cached_property
    def states(self) -> set[str]:
        """What became of its lines."""
        return {line.state for line in self.lines}

    @cached_property
    def status(self) -> str:
        """What the order itself has come to: placed, completed or cancelled."""
        if self.states == {"cancelled"}:
            return "cancelled"
        over = {"completed"} <= self.states <= {"completed", "returned", "cancelled"}
        return "completed" if over else "placed"

    @cached_property
    def total(self) -> int:
        """Minor units of all lines."""
        return sum(line.amount for line in self.lines)

    @cached_property
    def captured(self) -> int | None:
        """Minor units that arrived; None where no line was paid."""
        paid = [line.amount for line in self.lines if line.state in CAPTURED]
        return sum(paid) if paid else None

    @cached_property
    def failed(self) -> int | None:
        """Minor units that were not captured for a failed payment; None where none failed or some arrived."""
        amounts = [line.amount for line in self.lines if line.state == "failed"]
        return sum(amounts) if amounts and self.captured is None else None

    @cached_property
    def method(self) -> str | None:
        """How it was paid, as its first line that says so has it."""
        return next((line.method for line in self.lines if line.method), None)


@lru_cache(maxsize=65_536)
def uuid_of(digits: str | None) -> Any:
    """Read an id of 32 hexadecimal digits, if there is one; the same few stand in many lines."""
    return None if digits is None else uuid.UUID(digits)


def events_of(session: ImportSession, order: ImportedOrder, *, end: int) -> Iterator[NewEvent]:
    """Tell an order: what it is, then what became of it.

    Parameters
    ----------
    session : ImportSession
    order : ImportedOrder
    end : int
        The latest instant of the file, in microseconds since 1970 UTC.
    """
    first, whose = order.lines[0], {False: order.id.hex, True: order.payment_id.hex}

    def event(
        kind: str,
        amount: int | None,
        at: int,
        known: int | None,
        line: SaleLine = first,
        **more: Any,
    ) -> NewEvent:
        payment = kind.startswith("payment.")
        # not by `ImportSession.event`: it is the one event of which there are hundreds of thousands
        return NewEvent(
            type=kind,
            occurred_at=at,
            recorded_at=session.recorded(at, known),
            source_key=f"{kind.partition('.')[2]}:{stamp_of(line)}",
            customer_id=order.customer_id,
            aggregate_type="payment" if payment else "order",
            aggregate_id=whose[payment],
            amount_minor=amount,
            currency=None if amount is None else session.tenant.currency,
            base_minor=amount,
            **more,
        )

    placed = (order.at, order.known_at)
    settled = (order.settled_at, None)
    if order.is_new:
        units = sum(line.quantity for line in order.lines)
        yield event("order.placed", order.total, *placed, quantity=units, value=len(order.lines))
    for line in order.lines:
        goods: dict[str, Any] = {"product_id": uuid_of(line.product_id), "quantity": line.quantity}
        yield event("order.line", line.amount, order.at, line.recorded, line, **goods)
    captured, method = order.captured, order.method
    if captured is not None:
        yield event("payment.captured", captured, *placed, method=method)
    if order.failed is not None:
        yield event("payment.failed", order.failed, *settled, method=method)
    if order.is_new:
        if captured is not None and order.states <= CAPTURED | {"cancelled"}:
            yield event("order.paid", captured, *placed, method=method)
        if order.status == "completed":
            yield event("order.completed", captured, *settled)
        if order.status == "cancelled":
            yield event("order.cancelled", order.total, *settled)
    for line in order.lines:
        if line.state == "returned":
            at = max(order.at, end if line.recorded is None else line.recorded)
            back = (at, None)
            goods = {"product_id": uuid_of(line.product_id), "quantity": line.quantity}
            yield event("order.returned", line.amount, *back, line, **goods)
            yield event("payment.refunded", line.amount, *back, line, method=method)
