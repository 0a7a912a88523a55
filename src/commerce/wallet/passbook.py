"""What a wallet holds, and everything that moved it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select, union_all

from commerce import schema
from commerce.errors import NotFound
from commerce.ledger import balance
from commerce.wallet.facts import KINDS, Kind, of_customer
from commerce.work import Work


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
            KINDS.get(row.type, "TAKEN_BACK"),
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
