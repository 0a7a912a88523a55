"""What wallets and points move: which account an event takes from, and which it gives to."""

from __future__ import annotations

from collections.abc import Mapping

from commerce.records.ledger import Account, Transfer
from commerce.records.stream import NewEvent
from commerce.rewards import POINTS

MOVES: Mapping[str, tuple[str, str]] = {
    "wallet.topped_up": ("sales", "wallet"),
    "wallet.held": ("wallet", "held"),
    "wallet.released": ("held", "wallet"),
    "wallet.spent": ("held", "sales"),
    "wallet.refunded": ("sales", "wallet"),
    "points.earned": ("external", "points"),
    "points.deducted": ("points", "external"),
}
"""Kinds of account by type of event. A top-up comes in through sales, as the stream posts what crosses the border."""

_WHOSE = {"wallet": "customer_id", "held": "aggregate_id", "points": "seller_id"}


def moved(event: NewEvent) -> Transfer:
    """Give the movement that an event of `MOVES` makes."""
    source, target = (
        Account(kind, getattr(event, _WHOSE[kind]) if kind in _WHOSE else "")
        for kind in MOVES[event.type]
    )
    if event.value is not None:
        return Transfer(POINTS, source, target, event.value)
    return Transfer(str(event.currency), source, target, event.amount_minor or 0)
