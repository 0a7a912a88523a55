"""Wallets: whose is which account, what moves money into it, aside and out of it, and what it holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import case, func, literal, select, union_all

from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import NotFound, existing
from commerce.records.ledger import Account, Transfer, balance
from commerce.records.machine import EventDraft
from commerce.records.rows import Part
from commerce.records.sql import total
from commerce.records.states import WALLET
from commerce.records.work import Work

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


class Wallet(NamedTuple):
    """What a wallet holds and what of it is set aside, in minor units of the tenant's currency."""

    balance: int
    held: int
    currency: str


class Entry(NamedTuple):
    """One movement of a wallet.

    ``amount`` is in minor units; ``change`` is what it does to the balance, so that all changes sum to it.
    """

    id: int
    kind: Kind
    amount: int
    change: int
    at: datetime
    subject: tuple[str | None, str | None]


def of_customer(customer_id: UUID) -> Account:
    """Give a customer's wallet."""
    return Account("wallet", customer_id.hex)


def of_sellers(work: Work, user_ids: Collection[UUID]) -> dict[UUID, tuple[Account, UUID | None]]:
    """Give the wallets of several sellers, and the customers that the sellers are, if any."""
    users = schema.users
    theirs = select(users).where(*rows.own(work, users), users.c.id.in_(user_ids))
    found = {
        row.id: (of_customer(row.customer_id or row.id), row.customer_id)
        for row in work.connection.execute(theirs)
    }
    for missing in set(user_ids) - set(found):
        raise NotFound("user", missing)
    return found


def event_of(
    event_type: str, customer_id: UUID, amount: int, key: UUID, transfers: Sequence[Transfer] = ()
) -> EventDraft:
    """Draft an event of a customer's wallet, for an order or an auction, with what moves under it.

    Parameters
    ----------
    event_type : str
        One of `KINDS`. What is ``wallet.spent`` stays in ``held`` until ``transfers`` or a settlement move it.
    customer_id : UUID
        Whose wallet.
    amount : int
        Minor units.
    key : UUID
        The order or the auction.
    transfers : sequence of Transfer
        Posted under the event.
    """
    return EventDraft(
        event_type,
        customer_id=customer_id,
        amount=amount,
        reason=KINDS[event_type].lower(),
        record=(WALLET.kind, key),
        transfers=transfers,
    )


@checked
def held(work: Work, customer_id: UUID, amount: int, key: UUID) -> EventDraft:
    """Set money aside for an order or an auction."""
    moved = Transfer(
        work.tenant.currency, of_customer(customer_id), Account("held", key.hex), amount
    )
    return event_of("wallet.held", customer_id, amount, key, [moved])


@checked
def released(work: Work, customer_id: UUID, amount: int, key: UUID) -> EventDraft:
    """Free money that was set aside."""
    moved = Transfer(
        work.tenant.currency, Account("held", key.hex), of_customer(customer_id), amount
    )
    return event_of("wallet.released", customer_id, amount, key, [moved])


def owner_of(work: Work, owner_id: UUID | None) -> UUID:
    """Say whose wallet is meant where nobody is named: that of the customer who acts, or of the seller who is none."""
    owner = owner_id or work.actor.customer_id or work.actor.user_id
    return existing(owner, "wallet", owner_id)


def view(work: Work, owner_id: UUID) -> Wallet:
    """Tell what a wallet holds, to its owner and to who runs the shop.

    Parameters
    ----------
    owner_id : UUID
        A customer, or a seller who is none.
    """
    _check_owner(work, owner_id)
    event, currency = schema.event, work.tenant.currency
    signed = case(
        (event.c.type == "wallet.held", event.c.amount_minor), else_=-event.c.amount_minor
    )
    aside = select(total(signed)).where(
        *rows.own(work, event, customer_id=owner_id),
        event.c.type.in_(["wallet.held", "wallet.released", "wallet.spent"]),
    )
    holds = balance(work.connection, work.tenant, currency, of_customer(owner_id))
    return Wallet(holds, int(work.connection.scalar(aside) or 0), currency)


@checked
def history(work: Work, owner_id: UUID, *, limit: int = 100, offset: int = 0) -> Part[Entry]:
    """List what happened to a wallet, newest first, to its owner and to who runs the shop.

    Parameters
    ----------
    owner_id : UUID
        A customer, or a seller who is none.
    limit, offset : int
        How many, and how many of the list are left out before.
    """
    _check_owner(work, owner_id)
    account, posting, event = schema.account, schema.posting, schema.event
    own = {"asset": work.tenant.currency, "kind": "wallet", "key": owner_id.hex}
    mine = select(account.c.id).where(*rows.own(work, account, **own)).scalar_subquery()
    spent = {"customer_id": owner_id, "type": "wallet.spent"}
    # each branch is searched by an index of its own
    moved = union_all(
        select(posting.c.event_id, posting.c.amount.label("change")).where(
            *rows.own(work, posting), posting.c.credit_account_id == mine
        ),
        select(posting.c.event_id, -posting.c.amount).where(
            *rows.own(work, posting), posting.c.debit_account_id == mine
        ),
        select(event.c.id, literal(0)).where(*rows.own(work, event, **spent)),
    ).subquery()
    number = moved.c.event_id
    part = (
        select(number, func.sum(moved.c.change).label("change"))
        .group_by(number)
        .order_by(number.desc())
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    latest = (
        select(event, part.c.change)
        .join_from(part, event, event.c.id == part.c.event_id)
        .where(*rows.own(work, event))
        .order_by(part.c.event_id.desc())
    )
    counted = select(func.count(number.distinct()))
    found = [
        Entry(
            row.id,
            KINDS.get(row.type, "TAKEN_BACK"),
            abs(row.change) or row.amount_minor,
            row.change,
            row.occurred_at,
            (row.aggregate_type, row.aggregate_id),
        )
        for row in work.connection.execute(latest)
    ]
    return Part(int(work.connection.scalar(counted) or 0), found)


def _check_owner(work: Work, owner_id: UUID) -> None:
    work.actor.require_own("wallet", owner_id, owner_id)
    if rows.first(work, schema.customer, id=owner_id) is None:
        rows.find(work, schema.users, owner_id, "wallet")
