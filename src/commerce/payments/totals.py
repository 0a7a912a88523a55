"""What a payment comes to: a fold of its events, never a number that somebody keeps."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from commerce.records import schema
from commerce.records.sql import among, bound
from commerce.records.stream import ANNULLED
from commerce.records.work import Work

ARRIVALS = ("payment.captured", "wallet.topped_up")
"""Words by which money arrives."""

COUNTED = frozenset(
    {
        *ARRIVALS,
        "payment.failed",
        "payment.refund_requested",
        "payment.refunded",
        "payment.refund_failed",
        "payment.charged_back",
        "payment.lost",
    }
)
"""Words that are kept as a payment's events."""


class Totals(NamedTuple):
    """What became of a payment's money, in minor units.

    Attributes
    ----------
    captured, refunded, charged_back : int
        What arrived, went back, was taken back.
    pending : int
        Refunds under way.
    disputed : int
        Under open disputes, of what would be left otherwise.
    """

    captured: int = 0
    refunded: int = 0
    charged_back: int = 0
    pending: int = 0
    disputed: int = 0

    @property
    def open(self) -> int:
        """What can still go back."""
        return self.captured - self.refunded - self.charged_back - self.pending - self.disputed


def fold(events: Iterable[tuple[str, int, str | None]], disputed: int = 0) -> Totals:
    """Add a payment's events up, in whatever order they came, and what is under open disputes.

    A refund is emitted up to three times, under one reference: as asked for, as done, as failed. Failed counts
    last, whenever it is heard.

    Examples
    --------
    >>> asked, failed = "payment.refund_requested", "payment.refund_failed"
    >>> fold([("payment.captured", 100, "ch_1"), (asked, 30, "re_1/asked"), (asked, 20, "re_2/asked"),
    ...       (failed, 20, "re_2/failed")])
    Totals(captured=100, refunded=0, charged_back=0, pending=30, disputed=0)
    """
    sums = dict.fromkeys(COUNTED, 0)
    refunds: dict[str, dict[str, int]] = {}
    for event_type, amount, reference in events:
        if event_type == ANNULLED:
            annulled = str(reference).partition("/")[0]
            sums[annulled] = sums.get(annulled, 0) - amount
        elif event_type.startswith("payment.refund") and reference:
            refunds.setdefault(reference.partition("/")[0], {})[event_type] = amount
        else:
            sums[event_type] = sums.get(event_type, 0) + amount
    for amounts in refunds.values():
        last = max(amounts, key=_LAST.index)
        sums[last] += amounts[last]
    found = Totals(
        captured=sum(sums[event_type] for event_type in ARRIVALS),
        refunded=sums["payment.refunded"],
        charged_back=sums["payment.charged_back"],
        pending=sums["payment.refund_requested"],
    )
    return found._replace(disputed=min(disputed, max(0, found.open)))


_LAST = ("payment.refund_requested", "payment.refunded", "payment.refund_failed")


def totals(work: Work, payment_id: UUID) -> Totals:
    """Tell what a payment comes to; nothing for a payment that is not there."""
    return totals_of(work, [payment_id])[payment_id]


def totals_of(work: Work, payment_ids: Collection[UUID]) -> dict[UUID, Totals]:
    """Tell what several payments come to, in two queries."""
    payments = list(payment_ids)
    events: dict[UUID, list[tuple[str, int, str | None]]] = {each: [] for each in payments}
    for payment, event_type, amount, reference in work.ask(_EVENTS, payments=payments):
        events[payment].append((event_type, amount, reference))
    disputed = {payment: int(amount) for payment, amount in work.ask(_DISPUTED, payments=payments)}
    return {each: fold(events[each], disputed.get(each, 0)) for each in payments}


def references(work: Work, payment_id: UUID) -> set[str]:
    """Give what a provider reported of a payment already."""
    return {row.reference for row in work.ask(_EVENTS, payments=[payment_id]) if row.reference}


_event, _dispute = schema.payment_event, schema.dispute
_EVENTS = select(
    _event.c.payment_id, _event.c.type, _event.c.amount_minor, _event.c.reference
).where(*bound(_event), among(_event.c.payment_id, "payments"))
_DISPUTED = (
    select(_dispute.c.payment_id, func.sum(_dispute.c.amount_minor))
    .where(*bound(_dispute), among(_dispute.c.payment_id, "payments"), _dispute.c.status == "open")
    .group_by(_dispute.c.payment_id)
)
