"""The ledger: every posting moves one asset from one account to another under one event.

The conservation law: an asset is only ever moved, so what all accounts hold of it sums to zero. Accounts that
may not go negative keep a balance under ``CHECK (balance >= 0)``, so an oversell or a double release fails in
the database itself; accounts that may (`FREE`) are the fold of their postings, so they are no hot row.

Only `post` writes postings; a trigger moves the balances with them, and another refuses any balance that moves
without one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, case, func, or_, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from commerce import schema
from commerce.bulk import insert_rows
from commerce.errors import InsufficientFunds, LedgerError
from commerce.tenants import Tenant

FREE = frozenset({"external", "sales", "fees", "tax"})
"""Kinds of account that may go negative; they keep no balance."""


class Account(NamedTuple):
    """Where something is: a kind of place, and whose.

    ``external`` is the world outside, ``sales``, ``fees`` and ``tax`` are the shop's own, ``wallet`` is a
    customer's or a seller's money, ``held`` is set aside for an order or an auction and ends at zero,
    ``on_hand`` and ``scrapped`` are goods, ``points`` a seller's points.
    """

    kind: str
    key: str = ""


WORLD = Account("external")
SALES = Account("sales")
FEES = Account("fees")
TAX = Account("tax")


class Transfer(NamedTuple):
    """A movement: so much of an asset from one account to another.

    ``asset`` is a currency, ``PTS`` or ``SKU:<variant>``; ``amount`` is in its smallest unit. An amount of zero
    is no movement and posts nothing.
    """

    asset: str
    source: Account
    target: Account
    amount: int


def post(connection: Connection, tenant: Tenant, transfers: Sequence[tuple[int, Transfer]]) -> None:
    """Move assets, each movement under its event.

    Accounts are opened where they are new, and locked in one order, so that two who post never wait for each
    other in a circle.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    tenant : Tenant
    transfers : sequence of (event id, Transfer)
        In the order in which they happen: what an earlier one brings a later one may take.

    Raises
    ------
    LedgerError
        "transfer must move a positive amount between two accounts; got ..."
    InsufficientFunds
        "wallet must hold what is taken from it; got ..."
    """
    moving = [(event, transfer) for event, transfer in transfers if transfer.amount]
    if not moving:
        return
    for _, transfer in moving:
        if transfer.amount < 0 or transfer.source == transfer.target:
            raise LedgerError(
                "transfer must move a positive amount between two accounts; got"
                f" {transfer.amount} from {transfer.source} to {transfer.target}."
                " Swap the accounts instead of the sign."
            )
    places = {
        (transfer.asset, *side)
        for _, transfer in moving
        for side in (transfer.source, transfer.target)
    }
    accounts = _open(connection, tenant, places)
    held = dict(accounts.values())
    rows = []
    for event, (asset, source, target, amount) in moving:
        debit, credit = accounts[asset, *source][0], accounts[asset, *target][0]
        holds, gets = held[debit], held[credit]
        if holds is not None:
            if holds < amount:
                raise InsufficientFunds(source.kind, asset, amount, holds)
            held[debit] = holds - amount
        if gets is not None:
            held[credit] = gets + amount
        rows.append((tenant.id, event, asset, debit, credit, amount))
    insert_rows(connection, "posting", _COLUMNS, rows)


_COLUMNS = ("tenant_id", "event_id", "asset", "debit_account_id", "credit_account_id", "amount")
_account = schema.account
_place = (_account.c.asset, _account.c.kind, _account.c.key)
_free = (
    select(_account.c.id, *_place, _account.c.balance)
    .where(
        _account.c.tenant_id == bindparam("tenant"),
        tuple_(*_place).in_(bindparam("places", expanding=True)),
    )
    .order_by(_account.c.id)
)
_kept = _free.with_for_update(key_share=True)


def _open(
    connection: Connection, tenant: Tenant, places: Collection[tuple[str, str, str]]
) -> dict[tuple[str, str, str], tuple[int, int | None]]:
    """Find accounts, lock those that keep a balance, and open the new; give each one's id and balance."""
    found: dict[tuple[str, str, str], tuple[int, int | None]] = {}
    for query, wanted in (
        (_kept, [place for place in places if place[1] not in FREE]),
        (_free, [place for place in places if place[1] in FREE]),
    ):
        if wanted:
            rows = connection.execute(query, {"tenant": tenant.id, "places": wanted})
            found.update(
                {(asset, kind, key): (number, kept) for number, asset, kind, key, kept in rows}
            )
    missing = sorted(set(places) - set(found))
    if missing:
        make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        new = make(_account).values(
            [
                {
                    "tenant_id": tenant.id,
                    "asset": asset,
                    "kind": kind,
                    "key": key,
                    "balance": None if kind in FREE else 0,
                }
                for asset, kind, key in missing
            ]
        )
        # who loses the race to open an account takes the winner's, and its lock
        rows = connection.execute(
            new.on_conflict_do_update(
                index_elements=["tenant_id", "asset", "kind", "key"], set_={"key": new.excluded.key}
            ).returning(_account.c.id, *_place, _account.c.balance)
        )
        found.update(
            {(asset, kind, key): (number, kept) for number, asset, kind, key, kept in rows}
        )
    return found


def balance(connection: Connection, tenant: Tenant, asset: str, account: Account) -> int:
    """Tell what an account holds, in the asset's smallest unit; negative only for `FREE` kinds.

    A kept balance is read, any other folded from the postings; an account nobody opened yet holds nothing.
    """
    row = connection.execute(_free, {"tenant": tenant.id, "places": [(asset, *account)]}).first()
    if row is None:
        return 0
    return fold(connection, tenant, row.id) if row.balance is None else int(row.balance)


def fold(connection: Connection, tenant: Tenant, account_id: int) -> int:
    """Add an account's postings up to what it holds."""
    table = schema.posting
    signed = case((table.c.credit_account_id == account_id, table.c.amount), else_=-table.c.amount)
    total = connection.execute(
        select(func.coalesce(func.sum(signed), 0)).where(
            table.c.tenant_id == tenant.id,
            or_(table.c.credit_account_id == account_id, table.c.debit_account_id == account_id),
        )
    ).scalar_one()
    return int(total)
