"""What must hold between the records and the activity stream."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from commerce.records import schema
from commerce.records.annulment import counts, stands
from commerce.records.doctor.rule import Rule, named
from commerce.records.sql import bound, hexadecimal, linked, micros
from commerce.records.stream import ANNULLED, EVENT_TYPES

_event, _orders, _invoice = schema.event, schema.orders, schema.invoice
_FIRST_TYPES = {"order": "order.placed", "invoice": "invoice.issued"}
_EVENTS = select(named("event", _event.c.id)).where(*bound(_event))


def _unlike_first_event(
    kind: str, records: Select[Any], due: ColumnElement[Any], *, grows: bool = False
) -> Select[Any]:
    """Compare records with the events that announce them, by one grouping instead of a join.

    ``records`` selects key, a number for people, amount and due instant. What ``grows`` may come to more than
    was announced: a later import adds lines to an order, which is not placed a second time.
    """
    first = select(
        func.replace(_event.c.aggregate_id, "-", ""), null(), _event.c.amount_minor, due, literal(1)
    ).where(*bound(_event), _event.c.type == _FIRST_TYPES[kind])
    both = union_all(records.add_columns(literal(0).label("emitted")), first).subquery()
    key, label, amount, deadline, emitted = both.c
    announced, kept = (func.max(case((emitted == place, amount))) for place in (1, 0))
    return (
        select(named(kind, func.max(label)))
        .group_by(key)
        .having(
            func.min(emitted) == 0,
            or_(
                func.max(emitted) == 0,
                announced > kept if grows else func.min(amount) != func.max(amount),
                func.min(deadline) != func.max(deadline),
            ),
        )
    )


_ORDERS = select(
    hexadecimal(_orders.c.id).label("key"),
    _orders.c.number.label("number"),
    _orders.c.total_minor.label("amount"),
    literal(0).label("due"),
).where(*bound(_orders), _orders.c.status != "cart")
_INVOICES = select(
    hexadecimal(_invoice.c.id).label("key"),
    hexadecimal(_invoice.c.id).label("number"),
    _invoice.c.amount_minor.label("amount"),
    micros(_invoice.c.due_at).label("due"),
).where(*bound(_invoice))
_issued = _event.c.type == "invoice.issued"
_owed = case((_issued, _event.c.amount_minor), else_=-_event.c.amount_minor)
_payment, _moved = schema.payment, schema.payment_event
_MONEY = ("payment.captured", "payment.refunded", "payment.charged_back")
_annulled = _moved.c.type == ANNULLED
_kind = case((_annulled, _event.c.category), else_=_moved.c.type)
_came = (_kind == _MONEY[0]) != _annulled
_kept = func.sum(case((_came, _moved.c.amount_minor), else_=-_moved.c.amount_minor))
_occurred = micros(_event.c.occurred_at)
_first = _event.c.type.in_(_FIRST_TYPES.values())
_empty = [
    and_(
        _event.c.type == name,
        or_(
            *(_event.c[column].is_(None) for column in event_type.carries),
            *([_event.c.customer_id.is_(None)] if event_type.about_customer else []),
        ),
    )
    for name, event_type in EVENT_TYPES.items()
    if event_type.carries or event_type.about_customer
]

_other = schema.event.alias("other")
_stands = stands(_event, bindparam("tenant"))
_alike = exists().where(
    *bound(_other),
    _other.c.id == _event.c.value,
    _other.c.type == _event.c.category,
    or_(_event.c.amount_minor.is_(None), _other.c.amount_minor == _event.c.amount_minor),
)
_delivery = schema.delivery


def _happened(event_type: str) -> Any:
    """Give when something first happened, by the 32 digits of its record."""
    digits = func.replace(_event.c.aggregate_id, "-", "").label("key")
    first = select(digits, func.min(_occurred).label("at")).group_by(digits)
    return first.where(*bound(_event), _event.c.type == event_type, _stands).subquery()


_cancelled, _withdrawn = _happened("order.cancelled"), _happened("delivery.withdrawn")
_failed = _happened("delivery.failed")

RULES = (
    Rule(
        "totals",
        "An order's total must be the sum of its lines.",
        select(named("order", _orders.c.number))
        .join_from(
            _orders,
            schema.order_line,
            and_(*bound(schema.order_line), schema.order_line.c.order_id == _orders.c.id),
        )
        .where(*bound(_orders))
        .group_by(_orders.c.number, _orders.c.total_minor)
        .having(func.sum(schema.order_line.c.amount_minor) != _orders.c.total_minor),
    ),
    Rule(
        "orders",
        "An order must have its order.placed, of its total or less.",
        _unlike_first_event("order", _ORDERS, literal(0), grows=True),
    ),
    Rule(
        "invoices",
        "An invoice must have its invoice.issued, alike.",
        _unlike_first_event("invoice", _INVOICES, micros(_event.c.due_at)),
    ),
    Rule(
        "overpaid",
        "An invoice must not be paid beyond its amount.",
        select(named("invoice", _event.c.aggregate_id))
        .where(
            *bound(_event),
            _stands,
            _event.c.aggregate_id.is_not(None),
            _event.c.type.in_(["invoice.issued", "invoice.paid", "invoice.credited"]),
        )
        .group_by(_event.c.aggregate_id)
        .having(func.sum(case((_issued, 1), else_=0)) > 0, func.sum(_owed) < 0),
    ),
    Rule(
        "overcaptured",
        "An order must not keep more money than its total, unless it was paid in instalments, at a price.",
        select(named("order", _orders.c.number))
        .join_from(
            _orders,
            _payment,
            and_(*bound(_payment), _payment.c.order_id == _orders.c.id),
        )
        .join(_moved, and_(*bound(_moved), _moved.c.payment_id == _payment.c.id))
        .join(_event, and_(*bound(_event), _event.c.id == _moved.c.event_id))
        .where(*bound(_orders), _kind.in_(_MONEY))
        .group_by(_orders.c.number, _orders.c.total_minor)
        .having(_kept > _orders.c.total_minor, func.coalesce(func.max(_event.c.value), 1) <= 1),
    ),
    Rule(
        "sequence",
        "An order or invoice must come before what happens to it.",
        select(named("order or invoice", _event.c.aggregate_id))
        .where(
            *bound(_event),
            _event.c.aggregate_type.in_(_FIRST_TYPES),
            _event.c.type.not_like("cart.%"),  # a cart is filled before it is an order
        )
        .group_by(_event.c.aggregate_type, _event.c.aggregate_id)
        .having(func.min(_occurred) < func.min(case((_first, _occurred)))),
    ),
    Rule(
        "promises",
        "A delivery that neither came nor failed must be withdrawn no later than its order was cancelled.",
        select(named("delivery", hexadecimal(_delivery.c.id)))
        .join_from(_delivery, _orders, linked(_delivery, _orders))
        .outerjoin(_cancelled, _cancelled.c.key == hexadecimal(_orders.c.id))
        .outerjoin(_withdrawn, _withdrawn.c.key == hexadecimal(_delivery.c.id))
        .outerjoin(_failed, _failed.c.key == hexadecimal(_delivery.c.id))
        .where(
            *bound(_delivery),
            _orders.c.status == "cancelled",
            counts(_orders),  # else the promise was taken back with its order
            _delivery.c.status != "delivered",
            _failed.c.at.is_(None),
            or_(_withdrawn.c.at.is_(None), _withdrawn.c.at > _cancelled.c.at),
        ),
    ),
    Rule(
        "clocks",
        "An event must not be recorded before it occurred.",
        _EVENTS.where(micros(_event.c.recorded_at) < _occurred),
    ),
    Rule(
        "backfills",
        "A backfilled event must count from no sooner than it occurred.",
        _EVENTS.join(schema.backfill, linked(schema.backfill, _event)).where(
            micros(schema.backfill.c.recorded_at) < _occurred
        ),
    ),
    Rule(
        "amounts",
        "An amount must be 0 or more, with currency and base amount.",
        _EVENTS.where(
            or_(
                _event.c.amount_minor < 0,
                and_(_event.c.amount_minor.is_(None), _event.c.base_minor.is_not(None)),
                and_(_event.c.amount_minor.is_not(None), _event.c.base_minor.is_(None)),
                and_(
                    _event.c.amount_minor.is_not(None),
                    func.coalesce(func.length(_event.c.currency), 0) != 3,
                ),
            )
        ),
    ),
    Rule(
        "annulments",
        "An event that is annulled must be there, of the type and the amount said.",
        _EVENTS.where(_event.c.type == ANNULLED, ~_alike),
    ),
    Rule(
        "types",
        "An event must be of a type of the stream, with what it carries.",
        _EVENTS.where(or_(_event.c.type.not_in(EVENT_TYPES), *_empty)),
    ),
)
