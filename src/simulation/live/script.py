"""What is to happen: the event logs of the simulator's customers and auctions, as intents in the order of time.

Two periods are the shop's and not the log's: how soon a delivery is promised, and when an invoice is due. A parcel
arrives as early or late, and a bill is paid as early or late, as the log has it of its own promise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from commerce.records.instants import DAY, HOUR
from commerce.records.policy import Policy
from simulation.auctions import Bidder, bidder, hold_auctions
from simulation.event_log import EventLog
from simulation.population import Population
from simulation.records import Delivery, Dispute, Invoice, Payment, Row
from simulation.truth import TruthFile


class Intent(NamedTuple):
    """What somebody means to do: at an instant in microseconds, in this turn where others do at the same.

    ``key`` and ``customer`` are ids of the log; the rest is as of the event that it would be.
    """

    at: int
    turn: tuple[int, int]
    event_type: str
    key: str
    customer: str
    amount: int
    quantity: int
    value: int
    method: str
    category: str
    reason: str


class Script:
    """Everything that is to happen in a shop.

    Parameters
    ----------
    truth : TruthFile
        Takes what the customers really are like.

    Attributes
    ----------
    records : dict of str to record
        Of `simulation.records`, by id: what an intent is about.
    methods : dict of str to str
        How each order is paid for in the log.
    """

    def __init__(self, population: Population, truth: TruthFile, policy: Policy) -> None:
        self.records: dict[str, Any] = {}
        self.methods: dict[str, str] = {}
        self._moved: dict[tuple[str, str], int] = {}
        self._events: list[Row] = []
        for event_log in _event_logs(population, truth):
            self._events += event_log.events
            self.records |= {each.id: each for each in event_log.records if hasattr(each, "id")}
            for each in event_log.records:
                if isinstance(each, Payment) and each.order_id:
                    self.methods.setdefault(each.order_id, each.method)
                elif isinstance(each, Delivery):
                    self._move("delivery", each.order_id, policy.promise_days, each.promised_at)
                elif isinstance(each, Invoice):
                    self._move("invoice", each.order_id, policy.pay_later_days, each.due_at)

    def _move(self, kind: str, order: str, days: int, promised: int) -> None:
        """Note by how much the shop's promise of an order is later than the log's."""
        self._moved[kind, order] = self.records[order].placed_at + days * DAY - promised

    def order_of(self, key: str) -> str:
        """Give the id of the order that a record of the log belongs to, or its own."""
        record = self.records.get(key)
        if isinstance(record, Dispute):
            record = self.records[record.payment_id]
        return getattr(record, "order_id", None) or key

    def intents(self, event_types: Collection[str]) -> list[Intent]:
        """Give what of some types is to happen, in the order of time."""
        return sorted(self._intent(event) for event in self._events if event[3] in event_types)

    def _intent(self, event: Row) -> Intent:
        """Read an event; what follows a promise is moved by as much as the promise is."""
        _, number, turn, event_type, at, _, _, customer, _, _, _, _, key, _, amount, *rest = event
        _, _, quantity, value, method, category, reason = rest
        order = self.order_of(key)
        if event_type.startswith(_AFTER_ARRIVAL) or reason == "undeliverable":
            at += self._moved.get(("delivery", order), 0)
        elif event_type in _OF_BILLS and ("invoice", order) in self._moved:
            at = max(at + self._moved["invoice", order], self.records[order].placed_at + HOUR)
        texts = method or "", category or "", reason or ""
        return Intent(
            at, (number, turn), event_type, key, customer or "",
            amount or 0, quantity or 0, value or 0, *texts,
        )  # fmt: skip


_AFTER_ARRIVAL = (
    "delivery.proof_failed",
    "delivery.delivered",
    "delivery.failed",
    "return.",
    "review.",
)
_OF_BILLS = ("invoice.paid", "payment.captured", "payment.charged_back")


def _event_logs(population: Population, truth: TruthFile) -> Iterator[EventLog]:
    """Let everybody live in thought, then hold the auctions between them."""
    bidders: list[Bidder] = []
    for person in population.people():
        truth.add(person)
        bidders += [tempted] if (tempted := bidder(person)) is not None else []
        yield person.shopper.event_log
    yield from hold_auctions(population, bidders)
