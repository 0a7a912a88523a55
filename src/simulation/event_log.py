"""What happened around one customer, as it will stand in the shop's records.

An `EventLog` takes events in the order of the simulation and keeps only what is recorded before the shop's
clock: an event due later is simply not there yet, and no status runs ahead of its event.
"""

from __future__ import annotations

from typing import Any

from commerce.records.identity import imported_id
from simulation.calendar import Calendar
from simulation.records import Row


class EventLog:
    """Everything on record about one customer, or one auction.

    Parameters
    ----------
    calendar : Calendar
        Turns days since opening into instants; its end is the shop's clock.
    name : str
        The customer's, or the auction's, external id.
    number : int
        Orders the logs whose events are recorded at one instant.

    Attributes
    ----------
    customer : str
        Id of the customer whom events are about, unless they say otherwise.
    events : list of Row
        Instant of recording, number, sequence, then the columns of `commerce.records.stream.NewEvent`.
    records : list
        Of the classes in `simulation.records`.
    """

    def __init__(
        self, calendar: Calendar, tenant: str, currency: str, name: str, number: int
    ) -> None:
        self.calendar = calendar
        self.tenant = tenant
        self.currency = currency
        self.name = name
        self.number = number
        self.customer = self.key("customer", name)
        self.events: list[Row] = []
        self.records: list[Any] = []
        self.orders = 0
        self._sequence = 0

    def emit(
        self,
        event_type: str,
        at: float,
        aggregate_type: str,
        aggregate_id: str,
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
        seller: str | None = None,
        customer: str | None = "",
    ) -> bool:
        """Take an event, unless it is recorded only after the shop's clock.

        Parameters
        ----------
        event_type : str
            One of `commerce.records.stream.EVENT_TYPES`.
        at, recorded : float
            Days since opening; recorded when it happened unless given.
        aggregate_type, aggregate_id : str
            What it belongs to.
        due : int, optional
            Microseconds since 1970 UTC.
        customer : str or None
            Id of whom it is about, by default `customer` of the log.

        Returns
        -------
        bool
            Whether it is on record.
        """
        occurred = self.calendar.instant(at)
        known = occurred if recorded is None else max(occurred, self.calendar.instant(recorded))
        if known >= self.calendar.end:
            return False
        self._sequence += 1
        self.events.append(
            (
                known, self.number, self._sequence, event_type, occurred, known,
                f"simulator:{self.name}:{self._sequence}",
                self.customer if customer == "" else customer, None, seller, product,
                aggregate_type, aggregate_id, due,
                amount, None if amount is None else self.currency, amount, quantity, value, method,
                category, reason,
            )
        )  # fmt: skip
        return True

    def key(self, kind: str, name: str) -> str:
        """Give the id of a record of this tenant."""
        return imported_id(self.tenant, kind, name).hex
