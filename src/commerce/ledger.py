"""The ledger: every posting moves one asset from one account to another under one event.

The conservation law: an asset is only ever moved, so what all accounts hold of it sums to zero. Accounts
that may not go negative keep a balance under ``CHECK (balance >= 0)``, so an oversell or a double release
fails in the database itself; accounts that may (`FREE`) are the fold of their postings.

Only `post` and `post_many` write a posting or a balance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, case, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from commerce import schema
from commerce.bulk import insert_rows, reserve_ids
from commerce.errors import LedgerError
from commerce.tenants import Tenant

FREE = frozenset({"external", "sales", "fees"})
"""Kinds of account that may go negative; they keep no balance, so they are no hot row."""


class Posting(NamedTuple):
    """One movement, from the debit account to the credit account.

    ``amount`` is in the asset's smallest unit, > 0.
    """

    event_id: int
    asset: str
    debit_account_id: int
    credit_account_id: int
    amount: int


def account_for(
    connection: Connection, tenant: Tenant, asset: str, kind: str, key: str = ""
) -> int:
    """Find or open an account.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    tenant : Tenant
    asset : str
        A currency, ``PTS`` or ``SKU:<variant>``.
    kind : str
        ``external``, ``sales``, ``wallet``, ``held``, ``on_hand`` and so on.
    key : str, default ""
        Whose: a customer, an order, an auction; empty where the tenant has just one.

    Returns
    -------
    int
        The account's id.
    """
    table = schema.account
    wanted = {"tenant_id": tenant.id, "asset": asset, "kind": kind, "key": key}
    query = select(table.c.id).where(*(table.c[name] == value for name, value in wanted.items()))
    found = connection.execute(query).scalar()
    if found is None:
        make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(
            make(table)
            .values(**wanted, balance=None if kind in FREE else 0)
            .on_conflict_do_nothing(index_elements=list(wanted))
        )
        found = connection.execute(query).scalar_one()
    return int(found)


def post(connection: Connection, tenant: Tenant, posting: Posting) -> None:
    """Move an asset between two accounts.

    Raises
    ------
    LedgerError
        "posting must move a positive amount between two accounts; got ..." or
        "account must hold what is taken from it; got ..."
    """
    if posting.amount <= 0 or posting.debit_account_id == posting.credit_account_id:
        raise LedgerError(
            "posting must move a positive amount between two accounts;"
            f" got {posting.amount} from {posting.debit_account_id} to"
            f" {posting.credit_account_id}. Swap the accounts instead of the sign."
        )
    table = schema.account
    accounts = (posting.debit_account_id, posting.credit_account_id)
    change = case((table.c.id == accounts[0], -posting.amount), else_=posting.amount)
    try:
        # one statement, so that both rows are locked in the table's own order
        connection.execute(
            update(table)
            .where(
                table.c.tenant_id == tenant.id,
                table.c.id.in_(sorted(accounts)),
                table.c.balance.is_not(None),
            )
            .values(balance=table.c.balance + change)
        )
    except IntegrityError as error:
        raise LedgerError(
            f"account must hold what is taken from it; got {posting.amount} {posting.asset} asked of"
            f" account {posting.debit_account_id}. Take less, or fill it first."
        ) from error
    connection.execute(insert(schema.posting).values(tenant_id=tenant.id, **posting._asdict()))


def post_many(connection: Connection, tenant: Tenant, postings: Sequence[Posting]) -> None:
    """Move assets in bulk; what touches a materialised balance goes through `post` one by one."""
    if not postings:
        return
    table = schema.account
    free = set(
        connection.execute(
            select(table.c.id).where(table.c.tenant_id == tenant.id, table.c.balance.is_(None))
        ).scalars()
    )
    bulk = []
    for posting in postings:
        if (
            posting.amount > 0
            and posting.debit_account_id != posting.credit_account_id
            and {posting.debit_account_id, posting.credit_account_id} <= free
        ):
            bulk.append(posting)
        else:
            post(connection, tenant, posting)
    if bulk:
        first = reserve_ids(connection, "posting", len(bulk))
        insert_rows(
            connection,
            "posting",
            ("id", "tenant_id", *Posting._fields),
            [(first + place, tenant.id, *posting) for place, posting in enumerate(bulk)],
        )


def balance(connection: Connection, tenant: Tenant, account_id: int) -> int:
    """Fold an account's postings into what it holds.

    Returns
    -------
    int
        In the asset's smallest unit; negative only for `FREE` kinds.
    """
    table = schema.posting
    signed = case((table.c.credit_account_id == account_id, table.c.amount), else_=-table.c.amount)
    total = connection.execute(
        select(func.coalesce(func.sum(signed), 0)).where(
            table.c.tenant_id == tenant.id,
            or_(table.c.credit_account_id == account_id, table.c.debit_account_id == account_id),
        )
    ).scalar_one()
    return int(total)
