"""Points of sellers: earned by completed orders, lost by returns that are the seller's fault.

Points are an asset of the ledger (``PTS``), so that what all accounts hold sums to zero; a rank follows from
the balance alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, func, select

from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import existing
from commerce.records.ledger import WORLD, Account, Transfer, balance
from commerce.records.machine import EventDraft
from commerce.records.rows import Part
from commerce.records.work import Work

POINTS = "PTS"
"""The asset."""


class PointsBalance(NamedTuple):
    """A seller's points and rank.

    Attributes
    ----------
    rank : str or None
        The highest rank whose threshold the points reach.
    next_rank : str or None
        The rank above; None at the top.
    missing : int
        Points that are missing to it; 0 at the top.
    """

    points: int
    rank: str | None
    next_rank: str | None
    missing: int


class Entry(NamedTuple):
    """One movement of points: positive where they were earned."""

    points: int
    reason: str
    at: datetime


def account_of(seller_id: UUID) -> Account:
    """Give the account of a seller's points."""
    return Account("points", seller_id.hex)


def seller_meant(work: Work, seller_id: UUID | None) -> UUID:
    """Say whose points are meant where nobody is named: those of the user who acts."""
    return existing(seller_id or work.actor.user_id, "seller", seller_id)


def balance_of(work: Work, seller_id: UUID) -> PointsBalance:
    """Tell a seller's points and rank: to the seller and to who runs the shop."""
    _own(work, seller_id)
    held = balance(work.connection, work.tenant, POINTS, account_of(seller_id))
    ladder = sorted(work.policy.ranks.items(), key=lambda step: step[1])
    reached = [name for name, threshold in ladder if held >= threshold]
    ahead = [(name, threshold - held) for name, threshold in ladder if held < threshold]
    next_rank, missing = ahead[0] if ahead else (None, 0)
    return PointsBalance(held, reached[-1] if reached else None, next_rank, missing)


@checked
def history(work: Work, seller_id: UUID, *, limit: int = 100, offset: int = 0) -> Part[Entry]:
    """List a seller's latest movements of points, the last first."""
    _own(work, seller_id)
    event = schema.event
    moved = rows.own(work, event, aggregate_type="points", aggregate_id=seller_id.hex)
    moving = event.c.type.in_(("points.earned", "points.deducted"))
    counted = select(func.count()).select_from(event).where(*moved, moving)
    latest = select(event).where(*moved, moving).order_by(event.c.id.desc())
    found = [
        Entry(row.value if row.type == "points.earned" else -row.value, row.reason, row.occurred_at)
        for row in work.connection.execute(latest.limit(limit).offset(offset))
    ]
    return Part(int(work.connection.scalar(counted) or 0), found)


@checked
def earn_event(work: Work, seller_id: UUID, points: int, reason: str) -> EventDraft:
    """Draft that a seller earns points; to be fired with what earned them.

    Parameters
    ----------
    points : int, >= 0
    reason : str
        A code like ``order_completed``; the stream takes no free text.
    """
    return _event_of(_seller(work, seller_id), "points.earned", points, reason)


@checked
def deduct_event(work: Work, seller_id: UUID, points: int, reason: str) -> EventDraft | None:
    """Draft that a seller loses points, at most those there are: points never fall below zero.

    The seller's row stays locked until the work is done, so that two penalties at once count from the right
    balance.

    Returns
    -------
    EventDraft or None
        None where there is nothing to lose.
    """
    seller = _seller(work, seller_id, lock=True)
    lost = min(points, balance(work.connection, work.tenant, POINTS, account_of(seller_id)))
    return _event_of(seller, "points.deducted", lost, reason) if lost else None


def _event_of(seller: Row[Any], event_type: str, points: int, reason: str) -> EventDraft:
    ends = (WORLD, account_of(seller.id))
    source, target = ends if event_type == "points.earned" else ends[::-1]
    return EventDraft(
        event_type,
        customer_id=seller.customer_id,
        seller_id=seller.id,
        value=points,
        reason=reason,
        record=("points", seller.id),
        transfers=[Transfer(POINTS, source, target, points)],
    )


def _own(work: Work, seller_id: UUID) -> None:
    """Hide a seller from everybody else but who runs the shop."""
    work.actor.require_own("seller", seller_id, seller_id)
    _seller(work, seller_id)


def _seller(work: Work, seller_id: UUID, *, lock: bool = False) -> Row[Any]:
    return rows.find(work, schema.users, seller_id, "seller", lock=lock)
