"""Wallets: the money of customers and sellers that the shop keeps for them.

What a wallet holds is a balance of the ledger. Money set aside for an order or an auction lies in ``held``; the
words ``wallet.held``, ``wallet.released`` and ``wallet.spent`` tell whose it is, each under the record
``("wallet", key)`` of what it is set aside for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select, union_all

from commerce import schema
from commerce.errors import NotFound
from commerce.ledger import Account, Transfer, balance
from commerce.machine import Fact, Step
from commerce.states import PAYMENT, WALLET
from commerce.work import Work

Kind = Literal["TOP_UP", "ESCROW_HOLD", "ESCROW_RELEASE", "PAYMENT", "REFUND", "SALE", "TAKEN_BACK"]
"""What an entry of a wallet's history is."""

_KINDS: dict[str, Kind] = {
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
    made = Fact("payment.created", customer_id=customer_id, amount=amount, method="wallet")
    facts: tuple[Fact, ...] = (made,)
    if held_by is None:
        facts = (made, held(work, customer_id, amount, order_id))
    else:
        ends = Account("held", held_by.hex), Account("held", order_id.hex)
        facts = (made._replace(transfers=[Transfer(work.tenant.currency, *ends, amount)]),)
    columns = {
        "order_id": order_id,
        "customer_id": customer_id,
        "method": "wallet",
        "amount_minor": amount,
        "currency": work.tenant.currency,
        "created_at": work.now,
        "provider": "wallet",
    }
    return Step(PAYMENT, work.new_id(), facts, "requires_capture", columns)


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
        reason=_KINDS[word].lower(),
        record=(WALLET.kind, key),
        transfers=transfers,
    )


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


def view(work: Work, owner_id: UUID) -> Wallet:
    """Tell what a wallet holds.

    Parameters
    ----------
    work : Work
        By its owner, or by who runs the shop.
    owner_id : UUID
        A customer, or a seller who is none.

    Raises
    ------
    NotFound
        "wallet must exist; got ..."
    """
    _check_owner(work, owner_id)
    currency = work.tenant.currency
    aside = work.connection.execute(
        _ASIDE, {"tenant": work.tenant.id, "owner": owner_id}
    ).scalar_one()
    holds = balance(work.connection, work.tenant, currency, of_customer(owner_id))
    return Wallet(holds, int(aside), currency)


def history(
    work: Work, owner_id: UUID, *, before: int | None = None, limit: int = 100
) -> list[Entry]:
    """List what happened to a wallet, newest first.

    Parameters
    ----------
    work : Work
        By its owner, or by who runs the shop.
    owner_id : UUID
        A customer, or a seller who is none.
    before : int, optional
        Only entries with a smaller id: the last one of the page before.
    limit : int, default 100

    Raises
    ------
    NotFound
        "wallet must exist; got ..."
    """
    _check_owner(work, owner_id)
    rows = work.connection.execute(
        _HISTORY,
        {
            "tenant": work.tenant.id,
            "currency": work.tenant.currency,
            "key": owner_id.hex,
            "owner": owner_id,
            "before": before or 2**62,
            "limit": limit,
        },
    )
    return [
        Entry(
            row.id,
            _KINDS.get(row.type, "TAKEN_BACK"),
            abs(row.change) or row.amount_minor,
            row.change,
            row.occurred_at,
            (row.aggregate_type, row.aggregate_id),
        )
        for row in rows
    ]


def _check_owner(work: Work, owner_id: UUID) -> None:
    mine = work.actor.runs_the_shop or owner_id in (work.actor.customer_id, work.actor.user_id)
    known = {"tenant": work.tenant.id, "owner": owner_id}
    if not mine or work.connection.execute(_OWNERS, known).first() is None:
        raise NotFound("wallet", owner_id)


_users, _customer, _event = schema.users, schema.customer, schema.event
_account, _posting = schema.account, schema.posting
_SELLERS = select(_users.c.id, _users.c.customer_id).where(
    _users.c.tenant_id == bindparam("tenant"),
    _users.c.id.in_(bindparam("users", expanding=True)),
)
_OWNERS = union_all(
    *(
        select(table.c.id).where(
            table.c.tenant_id == bindparam("tenant"), table.c.id == bindparam("owner")
        )
        for table in (_customer, _users)
    )
)
_of_owner = and_(
    _event.c.tenant_id == bindparam("tenant"), _event.c.customer_id == bindparam("owner")
)
_ASIDE = select(
    func.coalesce(
        func.sum(
            case(
                (_event.c.type == "wallet.held", _event.c.amount_minor),
                else_=-_event.c.amount_minor,
            )
        ),
        0,
    )
).where(_of_owner, _event.c.type.in_(["wallet.held", "wallet.released", "wallet.spent"]))


def _signed() -> ColumnElement[int]:
    """What postings of one event do to the balance."""
    credit = _posting.c.credit_account_id == _account.c.id
    return func.sum(case((credit, _posting.c.amount), else_=-_posting.c.amount))


_moved = (
    select(_posting.c.event_id, _signed().label("change"))
    .select_from(_posting)
    .join(
        _account,
        and_(
            _account.c.tenant_id == _posting.c.tenant_id,
            or_(
                _posting.c.credit_account_id == _account.c.id,
                _posting.c.debit_account_id == _account.c.id,
            ),
        ),
    )
    .where(
        _account.c.tenant_id == bindparam("tenant"),
        _account.c.asset == bindparam("currency"),
        _account.c.kind == "wallet",
        _account.c.key == bindparam("key"),
    )
    .group_by(_posting.c.event_id)
    .subquery()
)
_HISTORY = (
    select(_event, func.coalesce(_moved.c.change, 0).label("change"))
    .select_from(_event.outerjoin(_moved, _moved.c.event_id == _event.c.id))
    .where(
        _event.c.tenant_id == bindparam("tenant"),
        _event.c.id < bindparam("before"),
        or_(_moved.c.event_id.is_not(None), and_(_of_owner, _event.c.type == "wallet.spent")),
    )
    .order_by(_event.c.id.desc())
    .limit(bindparam("limit"))
)
