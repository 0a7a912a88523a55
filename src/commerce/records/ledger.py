"""The ledger: every posting moves one asset from one account to another under one event.

The conservation law: an asset is only ever moved, so what all accounts hold of it sums to zero. Accounts that
may not go negative keep a balance under ``CHECK (balance >= 0)``, so an oversell or a double release fails in
the database itself; accounts that may (`FREE`) are the fold of their postings, so they are no hot row.

Only `post` writes postings; a trigger moves the balances with them, and another refuses any balance that moves
without one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, literal_column, or_, select

from commerce.records import schema
from commerce.records.bulk import insert_rows
from commerce.records.errors import InsufficientFunds, LedgerError, check_whole
from commerce.records.prepared import Prepared
from commerce.records.sql import bound, total
from commerce.records.tenants import Tenant

FREE = frozenset({"external", "sales", "fees", "tax", "losses"})
"""Kinds of account that may go negative; they keep no balance."""


Place = tuple[str, str, str]
"""An account's asset, kind and key."""


class Account(NamedTuple):
    """Where something is: a kind of place, and whose.

    ``external`` is the world outside, ``sales``, ``fees`` and ``tax`` are the shop's own, ``losses`` what
    banks took beyond what was left of a payment, ``wallet`` is a
    customer's or a seller's money, ``held`` is set aside for an order or an auction and ends at zero,
    ``on_hand`` and ``scrapped`` are goods, ``points`` a seller's points.
    """

    kind: str
    key: str = ""


WORLD = Account("external")
SALES = Account("sales")
FEES = Account("fees")
TAX = Account("tax")
LOSSES = Account("losses")


class Transfer(NamedTuple):
    """A movement: so much of an asset from one account to another.

    ``asset`` is a currency, ``PTS`` or ``SKU:<variant>``; ``amount`` is in its smallest unit. An amount of zero
    is no movement and posts nothing.
    """

    asset: str
    source: Account
    target: Account
    amount: int


def post(
    connection: Connection, tenant: Tenant, transfers: Sequence[tuple[int, Transfer]]
) -> dict[Place, int]:
    """Move assets, each movement under its event.

    Accounts are opened where they are new, and locked in one order, so that two who post never wait for each
    other in a circle.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    transfers : sequence of (event id, Transfer)
        In the order in which they happen: what an earlier one brings a later one may take.

    Returns
    -------
    dict of Place to int
        What the accounts that keep a balance hold now.

    Raises
    ------
    InsufficientFunds
    RecordError
        "amount must be a whole number; got 1.5. ...", "wallet of EUR must be at most 9,007,199,254,740,991; got ..."
    LedgerError
        "transfer must move a positive amount between two accounts; got ..."
    """
    for _, transfer in transfers:
        check_whole("amount", transfer.amount)
    moving = [(event, transfer) for event, transfer in transfers if transfer.amount]
    if not moving:
        return {}
    for _, transfer in moving:
        if transfer.amount < 0 or transfer.source == transfer.target:
            raise LedgerError(
                "transfer must move a positive amount between two accounts; got"
                f" {transfer.amount} from {transfer.source} to {transfer.target}."
                " Swap the accounts instead of the sign."
            )
    places = dict.fromkeys(
        (transfer.asset, *side)
        for _, transfer in moving
        for side in (transfer.source, transfer.target)
    )
    given = {(transfer.asset, *transfer.source) for _, transfer in moving}
    fresh = [place for place in places if place[1] == "held" and place not in given]
    accounts = _open(connection, tenant, places, fresh)
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
            check_whole(f"{target.kind} of {asset}", held[credit])
        rows.append((tenant.id, event, asset, debit, credit, amount))
    insert_rows(connection, "posting", _COLUMNS, rows)
    now = {place: held[number] for place, (number, _) in accounts.items()}
    return {place: amount for place, amount in now.items() if amount is not None}


_COLUMNS = ("tenant_id", "event_id", "asset", "debit_account_id", "credit_account_id", "amount")
_account = schema.account
_NAMES = ("asset", "kind", "key")
# goods, then money, then points: so whoever posts twice in a work, in that order, never waits in a circle
_RANK: ColumnElement[int] = literal_column(
    "CASE WHEN account.asset = 'PTS' THEN 2 WHEN length(account.asset) = 3 THEN 1 ELSE 0 END"
)


@cache
def _find(count: int, *, lock: bool) -> Prepared:
    """Prepare a search for so many accounts by asset, kind and key: one index search each."""
    # the tenant stands in each branch: SQLite would search by the tenant alone, and look at every account
    branches = (
        and_(
            *bound(_account), *(_account.c[name] == bindparam(f"{name}{place}") for name in _NAMES)
        )
        for place in range(count)
    )
    columns = (_account.c.id, *(_account.c[name] for name in _NAMES), _account.c.balance)
    query = select(*columns).where(or_(*branches)).order_by(_RANK, _account.c.id)
    return Prepared(query.with_for_update(key_share=True) if lock else query)


def _found(
    connection: Connection, tenant: Tenant, places: Sequence[Place], *, lock: bool
) -> dict[Place, tuple[int, int | None]]:
    """Find accounts: each one's id and kept balance."""
    if not places:
        return {}
    values: dict[str, Any] = {
        f"{name}{number}": value
        for number, place in enumerate(places)
        for name, value in zip(_NAMES, place, strict=True)
    }
    found = _find(len(places), lock=lock)(connection, {"tenant": tenant.id, **values})
    return {(row.asset, row.kind, row.key): (row.id, row.balance) for row in found}


def _open(
    connection: Connection, tenant: Tenant, places: Collection[Place], fresh: Sequence[Place]
) -> dict[Place, tuple[int, int | None]]:
    """Find accounts, lock those that keep a balance, and open the new; ``fresh`` ones are likely to be."""
    free = sorted(place for place in places if place[1] in FREE)
    kept = sorted(place for place in places if place[1] not in FREE)
    if fresh:
        _make(connection, tenant, fresh)
    found = _found(connection, tenant, kept, lock=True)
    found |= _found(connection, tenant, free, lock=False)
    missing = [place for place in (*kept, *free) if place not in found]
    if missing:
        _make(connection, tenant, missing)
        found |= _found(connection, tenant, missing, lock=True)
    return found


def _make(connection: Connection, tenant: Tenant, places: Sequence[Place]) -> None:
    """Open accounts; who loses the race to open one waits here for the winner, and takes the winner's."""
    rows = [(tenant.id, *place, None if place[1] in FREE else 0) for place in places]
    insert_rows(connection, "account", ("tenant_id", *_NAMES, "balance"), rows, only_new=True)


def balance(connection: Connection, tenant: Tenant, asset: str, account: Account) -> int:
    """Tell what an account holds, in the asset's smallest unit; negative only for `FREE` kinds.

    A kept balance is read, any other folded from the postings; an account nobody opened yet holds nothing.
    """
    for number, kept in _found(connection, tenant, [(asset, *account)], lock=False).values():
        return fold(connection, tenant, number) if kept is None else kept
    return 0


def fold(connection: Connection, tenant: Tenant, account_id: int) -> int:
    """Add an account's postings up to what it holds."""
    table = schema.posting
    signed = case((table.c.credit_account_id == account_id, table.c.amount), else_=-table.c.amount)
    moved = select(total(signed)).where(
        table.c.tenant_id == tenant.id,
        or_(table.c.credit_account_id == account_id, table.c.debit_account_id == account_id),
    )
    return int(connection.execute(moved).scalar_one())
