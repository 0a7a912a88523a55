"""An order of a file: its lines, and what their states make of it and of its payment.

Without a status column every line is ``paid``: the order is placed, captured and paid at one instant.

A status is what an order had come to when the file was written, not when it was placed. So whatever a status
other than paid or open says (completed, cancelled, failed, returned and refunded) happens, and is recorded,
when the row was: at its ``recorded`` time where the file gives one, else at the end of the file, its latest
instant. Features as of earlier instants see an order that was placed, and of its end nothing. That the money of
paid, completed and returned lines arrived when they were placed is taken for granted. What a later file says of an
order that the records hold is a change of it; see `importing.sales.changes`.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from importing.engine.identity import uuid_of
from importing.sales.lines import Line
from importing.sales.statuses import CAPTURED


def status_of(states: Collection[str | None]) -> str:
    """Say what an order has come to whose lines have come to some states.

    Examples
    --------
    >>> status_of({"cancelled"}), status_of({"completed", "returned"}), status_of({"paid", "completed"})
    ('cancelled', 'completed', 'placed')
    """
    said = set(states)
    if said == {"cancelled"}:
        return "cancelled"
    over = {"completed"} <= said <= {"completed", "returned", "cancelled"}
    return "completed" if over else "placed"


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order about to be written."""

    id: uuid.UUID
    external_id: str | None
    """None where the file has no order ids."""
    payment_id: uuid.UUID
    """Of the payment that captures these lines."""
    at: int
    end: int
    """`at`, `end`: microseconds since 1970 UTC: its earliest line; the latest instant of the file, when a status
    came to be known that no row dates."""
    lines: Sequence[Line]
    """At least one, in the order of the file."""

    def __len__(self) -> int:
        """Count its lines."""
        return len(self.lines)

    @cached_property
    def customer_id(self) -> uuid.UUID | None:
        """Whose it is; None where no line names a customer."""
        found: uuid.UUID | None = uuid_of(self.lines[0].customer_id)
        return found

    @cached_property
    def known_at(self) -> int | None:
        """When the last of its lines was known; None where the file does not say."""
        known = [line.recorded for line in self.lines if line.recorded is not None]
        return max(self.at, *known) if known else None

    @cached_property
    def settled_at(self) -> int:
        """When its status was known: with the last of its lines."""
        return max(self.settled(line) for line in self.lines)

    def settled(self, line: Line) -> int:
        """Give the instant at which a line's state was known."""
        return max(self.at, self.end if line.recorded is None else line.recorded)

    @cached_property
    def states(self) -> set[str | None]:
        """What became of its lines."""
        return {line.state for line in self.lines}

    @cached_property
    def status(self) -> str:
        """What the order itself has come to: placed, completed or cancelled."""
        return status_of(self.states)

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
