"""What is to happen: the diaries of the simulator's customers and auctions, as intents in the order of time.

Two periods are the shop's and not the diary's: how soon a delivery is promised, and when an invoice is due. A parcel
arrives as early or late, and a bill is paid as early or late, as the diary has it of its own promise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from commerce.instants import DAY, HOUR
from commerce.policy import Policy
from commerce.stream import NewEvent
from simulation.auctions import Bidder, bidder, hold_auctions
from simulation.diary import Diary
from simulation.population import Population
from simulation.records import Delivery, Dispute, Invoice, Order, Payment
from simulation.truth import TruthFile


class Intent(NamedTuple):
    """What somebody means to do: at an instant in microseconds, in this turn where others do at the same."""

    at: int
    turn: tuple[int, int]
    event: NewEvent


class Script:
    """Everything that is to happen in a shop.

    Parameters
    ----------
    population : Population
    truth : TruthFile
        Told what the customers really are like.
    policy : Policy
        The periods of the shop.

    Attributes
    ----------
    records : dict of str to record
        Of `simulation.records`, by id: what an intent is about.
    methods : dict of str to str
        How the diary pays for each order.
    """

    def __init__(self, population: Population, truth: TruthFile, policy: Policy) -> None:
        self.records: dict[str, Any] = {}
        self.methods: dict[str, str] = {}
        self._policy = policy
        self._moved: dict[tuple[type[Any], str], int] = {}
        self._notes: list[Any] = []
        for diary in _diaries(population, truth):
            self._read(diary)

    def _read(self, diary: Diary) -> None:
        self._notes += diary.notes
        for record in diary.records:
            if hasattr(record, "id"):
                self.records[record.id] = record
            if isinstance(record, Payment) and record.order_id:
                self.methods.setdefault(record.order_id, record.method)
            if isinstance(record, Delivery | Invoice):
                placed: Order = self.records[record.order_id]
                promised, days = (
                    (record.promised_at, self._policy.promise_days)
                    if isinstance(record, Delivery)
                    else (record.due_at, self._policy.pay_later_days)
                )
                moved = placed.placed_at + days * DAY - promised
                self._moved[type(record), record.order_id] = moved

    def order_of(self, key: str) -> str:
        """Give the id of the order that a record of the diary belongs to, or its own."""
        record = self.records.get(key)
        if isinstance(record, Dispute):
            record = self.records[record.payment_id]
        return getattr(record, "order_id", None) or key

    def intents(self, words: Collection[str]) -> list[Intent]:
        """Give what of some words is to happen, in the order of time."""
        return sorted(
            Intent(self._when(event), (note[1], note[2]), event)
            for note in self._notes
            if (event := NewEvent._make(note[3:])).type in words
        )

    def _when(self, event: NewEvent) -> int:
        """Move what follows a promise by as much as the promise is moved."""
        order = self.order_of(str(event.aggregate_id))
        if event.type in _AFTER_ARRIVAL or event.reason == "undeliverable":
            return event.occurred_at + self._moved.get((Delivery, order), 0)
        if event.type in _OF_BILLS and (Invoice, order) in self._moved:
            moved = event.occurred_at + self._moved[Invoice, order]
            return max(moved, self.records[order].placed_at + HOUR)
        return event.occurred_at


_AFTER_ARRIVAL = frozenset(
    """
    delivery.proof_failed delivery.delivered delivery.failed review.posted review.edited
    return.requested return.received return.inspected return.approved return.rejected
    """.split()
)
_OF_BILLS = ("invoice.paid", "payment.captured", "payment.charged_back")


def _diaries(population: Population, truth: TruthFile) -> Iterator[Diary]:
    """Let everybody live in thought, then hold the auctions between them."""
    bidders: list[Bidder] = []
    for person in population.people():
        truth.add(person)
        if (tempted := bidder(person)) is not None:
            bidders.append(tempted)
        yield person.shopper.diary
    yield from hold_auctions(population, bidders)
