"""What must hold between the records and the activity stream."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from commerce import schema
from commerce.doctor.rule import Rule, hexadecimal, micros, named
from commerce.stream import EVENT_TYPES
from commerce.tenants import Tenant

_event = schema.event
_FIRST_WORDS = {"order": "order.placed", "invoice": "invoice.issued"}


def _unlike_totals(tenant: Tenant) -> Select[Any]:
    orders, line = schema.orders, schema.order_line
    return (
        select(named("order", orders.c.number))
        .join_from(
            orders, line, and_(line.c.tenant_id == tenant.id, line.c.order_id == orders.c.id)
        )
        .where(orders.c.tenant_id == tenant.id)
        .group_by(orders.c.number, orders.c.total_minor)
        .having(func.sum(line.c.amount_minor) != orders.c.total_minor)
    )


def _unlike_first_event(
    tenant: Tenant, kind: str, records: Select[Any], due: ColumnElement[Any], *, grows: bool = False
) -> Select[Any]:
    """Compare records with the events that announce them, by one grouping instead of a join.

    ``records`` selects key, a number for people, amount and due instant. What ``grows`` may come to more than
    was announced: a later import adds lines to an order, which is not placed a second time.
    """
    first = select(
        func.replace(_event.c.aggregate_id, "-", ""),
        null(),
        _event.c.amount_minor,
        due,
        literal(1),
    ).where(_event.c.tenant_id == tenant.id, _event.c.type == _FIRST_WORDS[kind])
    both = union_all(records.add_columns(literal(0).label("told")), first).subquery()
    key, label, amount, deadline, told = both.c
    announced, kept = (func.max(case((told == place, amount))) for place in (1, 0))
    return (
        select(named(kind, func.max(label)))
        .group_by(key)
        .having(
            func.min(told) == 0,
            or_(
                func.max(told) == 0,
                announced > kept if grows else func.min(amount) != func.max(amount),
                func.min(deadline) != func.max(deadline),
            ),
        )
    )


def _unplaced_orders(tenant: Tenant) -> Select[Any]:
    orders = schema.orders
    records = select(
        hexadecimal(orders.c.id).label("key"),
        orders.c.number.label("number"),
        orders.c.total_minor.label("amount"),
        literal(0).label("due"),
    ).where(orders.c.tenant_id == tenant.id, orders.c.status != "cart")
    return _unlike_first_event(tenant, "order", records, literal(0), grows=True)


def _unissued_invoices(tenant: Tenant) -> Select[Any]:
    invoice = schema.invoice
    records = select(
        hexadecimal(invoice.c.id).label("key"),
        hexadecimal(invoice.c.id).label("number"),
        invoice.c.amount_minor.label("amount"),
        micros(invoice.c.due_at).label("due"),
    ).where(invoice.c.tenant_id == tenant.id)
    return _unlike_first_event(tenant, "invoice", records, micros(_event.c.due_at))


def _overpaid_invoices(tenant: Tenant) -> Select[Any]:
    issued = _event.c.type == "invoice.issued"
    signed = case((issued, _event.c.amount_minor), else_=-_event.c.amount_minor)
    return (
        select(named("invoice", _event.c.aggregate_id))
        .where(
            _event.c.tenant_id == tenant.id,
            _event.c.aggregate_id.is_not(None),
            _event.c.type.in_(["invoice.issued", "invoice.paid", "invoice.credited"]),
        )
        .group_by(_event.c.aggregate_id)
        .having(func.sum(case((issued, 1), else_=0)) > 0, func.sum(signed) < 0)
    )


def _too_early(tenant: Tenant) -> Select[Any]:
    occurred = micros(_event.c.occurred_at)
    first = _event.c.type.in_(_FIRST_WORDS.values())
    return (
        select(named("order or invoice", _event.c.aggregate_id))
        .where(
            _event.c.tenant_id == tenant.id,
            _event.c.aggregate_type.in_(_FIRST_WORDS),
            _event.c.type.not_like("cart.%"),  # a cart is filled before it is an order
        )
        .group_by(_event.c.aggregate_type, _event.c.aggregate_id)
        .having(func.min(occurred) < func.min(case((first, occurred))))
    )


def _recorded_early(tenant: Tenant) -> Select[Any]:
    return select(named("event", _event.c.id)).where(
        _event.c.tenant_id == tenant.id,
        micros(_event.c.recorded_at) < micros(_event.c.occurred_at),
    )


def _bare_amounts(tenant: Tenant) -> Select[Any]:
    return select(named("event", _event.c.id)).where(
        _event.c.tenant_id == tenant.id,
        or_(
            _event.c.amount_minor < 0,
            and_(_event.c.amount_minor.is_(None), _event.c.base_minor.is_not(None)),
            and_(_event.c.amount_minor.is_not(None), _event.c.base_minor.is_(None)),
            and_(
                _event.c.amount_minor.is_not(None),
                func.coalesce(func.length(_event.c.currency), 0) != 3,
            ),
        ),
    )


def _unknown_words(tenant: Tenant) -> Select[Any]:
    empty = [
        and_(
            _event.c.type == name,
            or_(
                *(_event.c[column].is_(None) for column in word.carries),
                *([_event.c.customer_id.is_(None)] if word.about_customer else []),
            ),
        )
        for name, word in EVENT_TYPES.items()
        if word.carries or word.about_customer
    ]
    return select(named("event", _event.c.id)).where(
        _event.c.tenant_id == tenant.id, or_(_event.c.type.not_in(EVENT_TYPES), *empty)
    )


RULES = (
    Rule("totals", "An order's total must be the sum of its lines.", _unlike_totals),
    Rule("orders", "An order must have its order.placed, of its total or less.", _unplaced_orders),
    Rule("invoices", "An invoice must have its invoice.issued, alike.", _unissued_invoices),
    Rule("overpaid", "An invoice must not be paid beyond its amount.", _overpaid_invoices),
    Rule("sequence", "An order or invoice must come before what happens to it.", _too_early),
    Rule("clocks", "An event must not be recorded before it occurred.", _recorded_early),
    Rule("amounts", "An amount must be 0 or more, with currency and base amount.", _bare_amounts),
    Rule("words", "An event must be a word of the stream, with what it carries.", _unknown_words),
)
