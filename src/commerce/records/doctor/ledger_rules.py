"""What must hold of accounts, postings and payments."""

from sqlalchemy import ColumnElement, and_, case, func, or_, select, union_all

from commerce.records import schema
from commerce.records.doctor.rule import Rule, named
from commerce.records.ledger import FREE, WORLD
from commerce.records.sql import bound, hexadecimal, micros
from commerce.records.stream import ANNULLED, MOVES_MONEY

_account, _posting, _event = schema.account, schema.posting, schema.event
_aside = schema.provider_record
_debit, _credit = schema.account.alias(), schema.account.alias()

_sides = union_all(
    select(_posting.c.credit_account_id.label("id"), _posting.c.amount.label("amount")).where(
        *bound(_posting)
    ),
    select(_posting.c.debit_account_id, -_posting.c.amount).where(*bound(_posting)),
).subquery()
_folds = (
    select(_sides.c.id, func.sum(_sides.c.amount).label("held")).group_by(_sides.c.id).subquery()
)
_ACCOUNTS = (
    select(named("account", _account.c.id))
    .outerjoin_from(_account, _folds, _folds.c.id == _account.c.id)
    .where(*bound(_account))
)
_POSTINGS = (
    select(named("posting", _posting.c.id))
    .join_from(_posting, _debit, _debit.c.id == _posting.c.debit_account_id)
    .join(_credit, _credit.c.id == _posting.c.credit_account_id)
    .where(*bound(_posting))
)

# what events say crossed the shop's border beside what was posted for it, inwards positive; what is paid from a
# wallet crosses nothing
_into = [event_type for event_type, (source, _) in MOVES_MONEY.items() if source == WORLD]
_annulled = _event.c.type == ANNULLED
_moving = case((_annulled, _event.c.category), else_=_event.c.type)
_comes = case((_annulled, _moving.not_in(_into)), else_=_moving.in_(_into))
_inwards, _outwards = _debit.c.kind == WORLD.kind, _credit.c.kind == WORLD.kind
_crossing = and_(
    *bound(_event), _moving.in_(MOVES_MONEY), _event.c.method.is_distinct_from("wallet")
)
_emitted = select(
    _event.c.id.label("id"),
    _event.c.currency.label("asset"),
    case((_comes, _event.c.amount_minor), else_=-_event.c.amount_minor).label("amount"),
).where(_crossing, _event.c.amount_minor != 0)
_moved = (
    _POSTINGS.join(_event, _event.c.id == _posting.c.event_id)
    .where(_crossing, or_(_inwards, _outwards))
    .with_only_columns(
        _posting.c.event_id,
        _posting.c.asset,
        case((_inwards, -_posting.c.amount), else_=_posting.c.amount),
    )
)
_both = union_all(_emitted, _moved).subquery()


def _of(*types: str) -> ColumnElement[int]:
    """Sum what happened to a payment by some words."""
    return func.coalesce(func.sum(case((_counted.c.type.in_(types), _counted.c.amount_minor))), 0)


_counted = schema.payment_event
_unequal = func.sum(_both.c.amount) != 0

RULES = (
    Rule(
        "balances",
        "A kept balance must equal the fold of its postings.",
        _ACCOUNTS.where(_account.c.balance != func.coalesce(_folds.c.held, 0)),
    ),
    Rule(
        "negative",
        "An account that may not go negative must keep 0 or more.",
        _ACCOUNTS.where(
            _account.c.kind.not_in(FREE),
            or_(_account.c.balance.is_(None), _account.c.balance < 0, _folds.c.held < 0),
        ),
    ),
    Rule(
        "assets",
        "A posting must move one asset, more than 0, between two accounts.",
        _POSTINGS.where(
            or_(
                _posting.c.amount <= 0,
                _debit.c.id == _credit.c.id,
                _debit.c.asset != _posting.c.asset,
                _credit.c.asset != _posting.c.asset,
            )
        ),
    ),
    Rule(
        "money",
        "Posted money must be captured less refunded less charged back, less what was annulled.",
        select(_both.c.asset.label("example")).group_by(_both.c.asset).having(_unequal),
    ),
    Rule(
        "postings",
        "An event must post the money that it moves.",
        select(named("event", _both.c.id)).group_by(_both.c.id, _both.c.asset).having(_unequal),
    ),
    Rule(
        "payments",
        "A payment's events must repeat the stream's.",
        select(named("payment event", schema.payment_event.c.id))
        .join_from(schema.payment_event, _event, _event.c.id == schema.payment_event.c.event_id)
        .where(
            *bound(schema.payment_event),
            or_(
                schema.payment_event.c.type != _event.c.type,
                schema.payment_event.c.amount_minor != _event.c.amount_minor,
                micros(schema.payment_event.c.occurred_at) != micros(_event.c.occurred_at),
            ),
        ),
    ),
    Rule(
        "losses",
        "A bank must take no more than was left of a payment; what it took beyond is booked as a loss.",
        select(named("payment", hexadecimal(_counted.c.payment_id)))
        .where(*bound(_counted))
        .group_by(_counted.c.payment_id)
        .having(
            or_(
                _of("payment.lost") > 0,
                and_(
                    _of("payment.charged_back") > 0,
                    _of("payment.charged_back", "payment.refunded")
                    > _of("payment.captured", "wallet.topped_up", "payment.refund_failed"),
                ),
            )
        ),
    ),
    Rule(
        "unheard",
        "What a provider answers must fit the records; look at it there, and correct one of the two.",
        select(named("payment or customer", _aside.c.document["subject"].as_string())).where(
            *bound(_aside), _aside.c.kind == "provider_call_aside"
        ),
    ),
)
