"""What must hold of accounts, postings and payments."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Subquery, and_, case, func, or_, select, union_all

from commerce import schema
from commerce.doctor.rule import Rule, micros, named
from commerce.ledger import FREE, WORLD
from commerce.stream import MOVES_MONEY
from commerce.tenants import Tenant


def _folds(tenant: Tenant) -> Subquery:
    """Fold every account's postings."""
    posting = schema.posting
    own = posting.c.tenant_id == tenant.id
    sides = union_all(
        select(posting.c.credit_account_id.label("id"), posting.c.amount.label("amount")).where(
            own
        ),
        select(posting.c.debit_account_id, -posting.c.amount).where(own),
    ).subquery()
    return (
        select(sides.c.id, func.sum(sides.c.amount).label("held")).group_by(sides.c.id).subquery()
    )


def _unequal_balances(tenant: Tenant) -> Select[Any]:
    account, folds = schema.account, _folds(tenant)
    return (
        select(named("account", account.c.id))
        .outerjoin_from(account, folds, folds.c.id == account.c.id)
        .where(
            account.c.tenant_id == tenant.id, account.c.balance != func.coalesce(folds.c.held, 0)
        )
    )


def _negative(tenant: Tenant) -> Select[Any]:
    account, folds = schema.account, _folds(tenant)
    return (
        select(named("account", account.c.id))
        .outerjoin_from(account, folds, folds.c.id == account.c.id)
        .where(
            account.c.tenant_id == tenant.id,
            account.c.kind.not_in(FREE),
            or_(account.c.balance.is_(None), account.c.balance < 0, folds.c.held < 0),
        )
    )


def _mixed_assets(tenant: Tenant) -> Select[Any]:
    posting, debit, credit = schema.posting, schema.account.alias(), schema.account.alias()
    return (
        select(named("posting", posting.c.id))
        .join_from(posting, debit, debit.c.id == posting.c.debit_account_id)
        .join(credit, credit.c.id == posting.c.credit_account_id)
        .where(
            posting.c.tenant_id == tenant.id,
            or_(
                posting.c.amount <= 0,
                debit.c.id == credit.c.id,
                debit.c.asset != posting.c.asset,
                credit.c.asset != posting.c.asset,
            ),
        )
    )


def _told_and_moved(tenant: Tenant) -> Subquery:
    """Put what events say crossed the shop's border beside what was posted for it, inwards positive.

    What is paid from a wallet crosses nothing.
    """
    event, posting = schema.event, schema.posting
    debit, credit = schema.account.alias(), schema.account.alias()
    into = [word for word, (source, _) in MOVES_MONEY.items() if source == WORLD]
    inwards, outwards = debit.c.kind == WORLD.kind, credit.c.kind == WORLD.kind
    crossing = and_(
        event.c.tenant_id == tenant.id,
        event.c.type.in_(MOVES_MONEY),
        event.c.method.is_distinct_from("wallet"),
    )
    told = select(
        event.c.id.label("id"),
        event.c.currency.label("asset"),
        case((event.c.type.in_(into), event.c.amount_minor), else_=-event.c.amount_minor).label(
            "amount"
        ),
    ).where(crossing, event.c.amount_minor != 0)
    moved = (
        select(
            posting.c.event_id,
            posting.c.asset,
            case((inwards, -posting.c.amount), else_=posting.c.amount),
        )
        .join_from(posting, debit, debit.c.id == posting.c.debit_account_id)
        .join(credit, credit.c.id == posting.c.credit_account_id)
        .join(event, event.c.id == posting.c.event_id)
        .where(posting.c.tenant_id == tenant.id, crossing, or_(inwards, outwards))
    )
    return union_all(told, moved).subquery()


def _unposted_totals(tenant: Tenant) -> Select[Any]:
    both = _told_and_moved(tenant)
    return (
        select(both.c.asset.label("example"))
        .group_by(both.c.asset)
        .having(func.sum(both.c.amount) != 0)
    )


def _unposted_events(tenant: Tenant) -> Select[Any]:
    both = _told_and_moved(tenant)
    return (
        select(named("event", both.c.id))
        .group_by(both.c.id, both.c.asset)
        .having(func.sum(both.c.amount) != 0)
    )


def _unlike_payment_events(tenant: Tenant) -> Select[Any]:
    copy, event = schema.payment_event, schema.event
    return (
        select(named("payment event", copy.c.id))
        .join_from(copy, event, event.c.id == copy.c.event_id)
        .where(
            copy.c.tenant_id == tenant.id,
            or_(
                copy.c.type != event.c.type,
                copy.c.amount_minor != event.c.amount_minor,
                micros(copy.c.occurred_at) != micros(event.c.occurred_at),
            ),
        )
    )


RULES = (
    Rule("balances", "A kept balance must equal the fold of its postings.", _unequal_balances),
    Rule("negative", "An account that may not go negative must keep 0 or more.", _negative),
    Rule(
        "assets", "A posting must move one asset, more than 0, between two accounts.", _mixed_assets
    ),
    Rule(
        "money", "Posted money must be captured less refunded less charged back.", _unposted_totals
    ),
    Rule("postings", "An event must post the money that it moves.", _unposted_events),
    Rule("payments", "A payment's events must repeat the stream's.", _unlike_payment_events),
)
