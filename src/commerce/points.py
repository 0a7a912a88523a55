"""Points of sellers: earned by completed orders, lost by returns that are the seller's fault.

Points are an asset of the ledger (``PTS``), so that what all accounts hold sums to zero; a rank follows from
the balance alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select

from commerce import schema
from commerce.errors import NotFound
from commerce.ledger import WORLD, Account, Transfer, balance
from commerce.machine import Fact
from commerce.work import Work

POINTS = "PTS"
"""The asset."""


@dataclass(frozen=True)
class Standing:
    """Where a seller stands.

    Attributes
    ----------
    points : int
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


@dataclass(frozen=True)
class Entry:
    """One movement of points: positive where they were earned."""

    points: int
    reason: str
    at: datetime


def account_of(seller_id: UUID) -> Account:
    """Give the account of a seller's points."""
    return Account("points", seller_id.hex)


def standing(work: Work, seller_id: UUID) -> Standing:
    """Tell a seller's points and rank: to the seller and to who runs the shop.

    Raises
    ------
    NotFound
        "seller must exist; got ..."
    """
    _own(work, seller_id)
    held = balance(work.connection, work.tenant, POINTS, account_of(seller_id))
    ladder = sorted(work.policy.ranks.items(), key=lambda step: step[1])
    reached = [name for name, threshold in ladder if held >= threshold]
    ahead = [(name, threshold - held) for name, threshold in ladder if held < threshold]
    next_rank, missing = ahead[0] if ahead else (None, 0)
    return Standing(held, reached[-1] if reached else None, next_rank, missing)


def history(work: Work, seller_id: UUID, *, limit: int = 100) -> list[Entry]:
    """List a seller's latest movements of points, the last first.

    Raises
    ------
    NotFound
        "seller must exist; got ..."
    """
    _own(work, seller_id)
    rows = work.connection.execute(
        _movements, {"tenant": work.tenant.id, "seller": seller_id.hex, "limit": limit}
    )
    return [
        Entry(row.value if row.type == "points.earned" else -row.value, row.reason, row.occurred_at)
        for row in rows
    ]


def earn_facts(work: Work, seller_id: UUID, points: int, reason: str) -> Fact:
    """Say that a seller earns points; to be fired with what earned them.

    Parameters
    ----------
    work : Work
    seller_id : UUID
    points : int, >= 0
    reason : str
        A code like ``order_completed``; the stream takes no free text.

    Raises
    ------
    NotFound
        "seller must exist; got ..."
    """
    seller = _seller(work, seller_id)
    return _fact(seller, "points.earned", points, reason)


def deduct_fact(work: Work, seller_id: UUID, points: int, reason: str) -> Fact | None:
    """Say that a seller loses points, at most those there are: points never fall below zero.

    The seller's row stays locked until the work is done, so that two penalties at once count from the right
    balance.

    Returns
    -------
    Fact or None
        None where there is nothing to lose.

    Raises
    ------
    NotFound
        "seller must exist; got ..."
    """
    seller = _seller(work, seller_id, lock=True)
    held = balance(work.connection, work.tenant, POINTS, account_of(seller_id))
    lost = min(points, held)
    return _fact(seller, "points.deducted", lost, reason) if lost else None


def _fact(seller: Row[Any], word: str, points: int, reason: str) -> Fact:
    ends = (WORLD, account_of(seller.id))
    source, target = ends if word == "points.earned" else ends[::-1]
    return Fact(
        word,
        customer_id=seller.customer_id,
        seller_id=seller.id,
        value=points,
        reason=reason,
        record=("points", seller.id),
        transfers=[Transfer(POINTS, source, target, points)],
    )


def _own(work: Work, seller_id: UUID) -> None:
    """Points are the business of the seller and of who runs the shop."""
    if not work.actor.runs_the_shop and work.actor.user_id != seller_id:
        raise NotFound("seller", seller_id)
    _seller(work, seller_id)


def _seller(work: Work, seller_id: UUID, *, lock: bool = False) -> Row[Any]:
    query = _sellers.with_for_update(key_share=True) if lock else _sellers
    found = work.connection.execute(query, {"tenant": work.tenant.id, "seller": seller_id}).first()
    if found is None:
        raise NotFound("seller", seller_id)
    return found


_users, _event = schema.users, schema.event
_sellers = select(_users).where(
    _users.c.tenant_id == bindparam("tenant"), _users.c.id == bindparam("seller")
)
_movements = (
    select(_event.c.type, _event.c.value, _event.c.reason, _event.c.occurred_at)
    .where(
        _event.c.tenant_id == bindparam("tenant"),
        _event.c.type.in_(("points.earned", "points.deducted")),
        _event.c.aggregate_type == "points",
        _event.c.aggregate_id == bindparam("seller"),
    )
    .order_by(_event.c.id.desc())
    .limit(bindparam("limit"))
)
