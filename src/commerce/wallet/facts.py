"""Whose wallet is which account, and what moves money into it, aside and out of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy import bindparam, select

from commerce import schema
from commerce.errors import NotFound
from commerce.ledger import Account, Transfer
from commerce.machine import Fact, Step
from commerce.payments.records import created
from commerce.states import WALLET
from commerce.work import Work

Kind = Literal["TOP_UP", "ESCROW_HOLD", "ESCROW_RELEASE", "PAYMENT", "REFUND", "SALE", "TAKEN_BACK"]
"""What an entry of a wallet's history is."""

KINDS: dict[str, Kind] = {
    "wallet.topped_up": "TOP_UP",
    "wallet.held": "ESCROW_HOLD",
    "wallet.released": "ESCROW_RELEASE",
    "wallet.spent": "PAYMENT",
    "wallet.refunded": "REFUND",
    "seller.paid": "SALE",
}


def of_customer(customer_id: UUID) -> Account:
    """Give a customer's wallet."""
    return Account("wallet", customer_id.hex)


def of_seller(work: Work, user_id: UUID) -> tuple[Account, UUID | None]:
    """Give a seller's wallet, and the customer that the seller is, if any.

    Raises
    ------
    NotFound
        "user must exist; got ..."
    """
    return of_sellers(work, [user_id])[user_id]


def of_sellers(work: Work, user_ids: Collection[UUID]) -> dict[UUID, tuple[Account, UUID | None]]:
    """Give the wallets of several sellers, as `of_seller` does."""
    rows = work.connection.execute(
        _SELLERS, {"tenant": work.tenant.id, "users": list(user_ids)}
    ).all()
    found = {row.id: (of_customer(row.customer_id or row.id), row.customer_id) for row in rows}
    for missing in set(user_ids) - set(found):
        raise NotFound("user", missing)
    return found


def held(work: Work, customer_id: UUID, amount: int, key: UUID) -> Fact:
    """Set money aside for an order or an auction."""
    return _between(work, "wallet.held", customer_id, amount, key)


def begin(
    work: Work, order_id: UUID, customer_id: UUID, amount: int, *, held_by: UUID | None = None
) -> Step:
    """Begin the payment of an order out of a wallet, as a step of its checkout: the money is set aside.

    Parameters
    ----------
    work : Work
    order_id, customer_id : UUID
    amount : int
        Minor units.
    held_by : UUID, optional
        The auction that has set it aside already.
    """
    also = [held(work, customer_id, amount, order_id)] if held_by is None else []
    moved = []
    if held_by is not None:
        ends = Account("held", held_by.hex), Account("held", order_id.hex)
        moved = [Transfer(work.tenant.currency, *ends, amount)]
    who = (order_id, customer_id, amount, "wallet")
    return created(work, *who, *also, to="requires_capture", transfers=moved, provider="wallet")


def released(work: Work, customer_id: UUID, amount: int, key: UUID) -> Fact:
    """Free money that was set aside."""
    return _between(work, "wallet.released", customer_id, amount, key)


def spent(
    work: Work, customer_id: UUID, amount: int, transfers: Sequence[Transfer] = (), *, key: UUID
) -> Fact:
    """Tell that money set aside is spent; it stays in ``held`` until ``transfers`` or a settlement move it."""
    return _fact("wallet.spent", customer_id, amount, key, transfers)


def refunded(
    work: Work, customer_id: UUID, amount: int, transfers: Sequence[Transfer], *, key: UUID
) -> Fact:
    """Bring money back into a wallet by ``transfers`` to `of_customer`."""
    return _fact("wallet.refunded", customer_id, amount, key, transfers)


def _between(work: Work, word: str, customer_id: UUID, amount: int, key: UUID) -> Fact:
    sides = [of_customer(customer_id), Account("held", key.hex)]
    if word == "wallet.released":
        sides.reverse()
    moved = Transfer(work.tenant.currency, sides[0], sides[1], amount)
    return _fact(word, customer_id, amount, key, [moved])


def _fact(
    word: str, customer_id: UUID, amount: int, key: UUID, transfers: Sequence[Transfer]
) -> Fact:
    return Fact(
        word,
        customer_id=customer_id,
        amount=amount,
        reason=KINDS[word].lower(),
        record=(WALLET.kind, key),
        transfers=transfers,
    )


_users = schema.users
_SELLERS = select(_users.c.id, _users.c.customer_id).where(
    _users.c.tenant_id == bindparam("tenant"),
    _users.c.id.in_(bindparam("users", expanding=True)),
)
