"""Disputes: a payer asks the bank for the money back. Won, it stays; lost, it is charged back.

A bank may take more than is left of a payment, what went back already for a second time. That much is no money of the
order: it is booked as a loss, which the doctor tells, and the order goes on as if it had not been.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row

from commerce.payments.funds import give_back
from commerce.payments.payment_rows import emit, lock
from commerce.payments.providers.port import ProviderEvent
from commerce.payments.totals import totals
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, check_choice
from commerce.records.ledger import LOSSES, WORLD, Transfer
from commerce.records.machine import EventDraft, fetch, fire
from commerce.records.rows import Part
from commerce.records.states import DISPUTE, LOSS
from commerce.records.stream.event_types import reason_code
from commerce.records.work import Work


class Dispute(NamedTuple):
    """What a payer wants back by way of the bank; the amount in minor units."""

    id: UUID
    payment_id: UUID
    customer_id: UUID | None
    reference: str | None
    status: str
    amount_minor: int
    currency: str
    reason: str | None
    opened_at: datetime


@checked
def listed(
    work: Work, *, status: str | None = None, limit: int = 100, offset: int = 0
) -> Part[Dispute]:
    """List disputes that are the actor's business, the newest first.

    Raises
    ------
    RecordError
        "status must be one of open, won, lost; got ..."
    """
    table = schema.dispute
    if status is not None:
        check_choice("status", status, DISPUTE.states)
    mine = rows.visible(work, table.c.customer_id, work.actor.customer_id)
    latest = (table.c.opened_at.desc(), table.c.id)
    wanted = (mine, *rows.asked(table, status=status))
    return rows.part(work, Dispute, table, *wanted, order=latest, limit=limit, offset=offset)


def get(work: Work, dispute_id: UUID) -> Dispute:
    """Look a dispute up."""
    row = rows.find(work, schema.dispute, dispute_id)
    work.actor.require_own(DISPUTE.kind, dispute_id, row.customer_id)
    return rows.shown(Dispute, row)


@checked
def begin(
    work: Work, payment_id: UUID, amount: int, reason: str, *, reference: str | None = None
) -> UUID:
    """Open a dispute of a payment; who runs the shop may.

    Parameters
    ----------
    amount : int
        Minor units, 1 or more.
    reason : str
        One lower-case word.
    reference : str, optional
        The bank's name of it.

    Raises
    ------
    NotFound
    Conflict
        "dispute must be of 1 to 100; got ...", "reference must be new; got ..."
    """
    work.actor.require("dispute.opened", "admin", "system")
    payment, _ = lock(work, payment_id)
    left = totals(work, payment_id).open
    if not 0 < amount <= left:
        raise Conflict(
            f"dispute must be of 1 to {left}, what is left of the payment; got {amount}. Dispute less."
        )
    with rows.unique("reference", reference):
        return _open(work, payment, amount, reason_code(reason), reference)


def close(work: Work, dispute_id: UUID, *, lost: bool) -> None:
    """End a dispute; what is lost leaves the shop."""
    work.actor.require("dispute.closed", "admin", "system")
    payment, order = lock(work, fetch(work, DISPUTE, dispute_id, lock=False).payment_id)
    _close(work, payment, order, fetch(work, DISPUTE, dispute_id), lost, None)


def follow(work: Work, payment: Row[Any], order: Row[Any] | None, event: ProviderEvent) -> None:
    """Write down what a provider says of a dispute; one that ends before it began began, too.

    Raises
    ------
    Conflict
        "dispute must be of 1 to 1190 EUR, what was captured; got ..."
    """
    captured = totals(work, payment.id).captured
    if event.currency != payment.currency or not 0 < event.amount <= captured:
        raise Conflict(
            f"dispute must be of 1 to {captured} {payment.currency}, what was captured; got {event.amount}"
            f" {event.currency} from the provider. Look at it there."
        )
    found = rows.first(work, schema.dispute, reference=event.reference)
    known = found.id if found else _open(work, payment, event.amount, event.reason, event.reference)
    dispute = fetch(work, DISPUTE, known)
    if event.type == "dispute.closed" and dispute.status == "open":
        _close(work, payment, order, dispute, event.lost, event.amount)


def _open(
    work: Work, payment: Row[Any], amount: int, reason: str | None, reference: str | None
) -> UUID:
    dispute = work.new_id()
    columns = {
        "payment_id": payment.id,
        "customer_id": payment.customer_id,
        "reference": reference,
        "amount_minor": amount,
        "currency": payment.currency,
        "reason": reason,
        "opened_at": work.now,
    }
    event = EventDraft("dispute.opened", payment.customer_id, amount, reason=reason)
    fire(work, DISPUTE, dispute, event, new=columns)
    return dispute


def _close(
    work: Work,
    payment: Row[Any],
    order: Row[Any] | None,
    dispute: Row[Any],
    lost: bool,
    told: int | None,
) -> None:
    """End a dispute, of the amount that a provider told at its end, else of the one it began with."""
    ended = "lost" if lost else "won"
    amount = dispute.amount_minor if told is None else told
    event = EventDraft("dispute.closed", dispute.customer_id, amount, reason=ended)
    fire(work, DISPUTE, dispute.id, event, to=ended, changes={"amount_minor": amount})
    if not lost:
        return
    reference = dispute.reference or dispute.id.hex
    ours = min(amount, totals(work, payment.id).open)
    if ours:
        give_back(
            work,
            payment,
            order,
            ours,
            event_type="payment.charged_back",
            reference=reference,
            reason=dispute.reason,
        )
    if beyond := amount - ours:
        emit(
            work,
            payment,
            "payment.lost",
            beyond,
            reason=dispute.reason,
            transfers=[Transfer(payment.currency, LOSSES, WORLD, beyond)],
            reference=f"{reference}/lost",
            machine=LOSS,
        )
