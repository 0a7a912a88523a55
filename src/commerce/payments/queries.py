"""Looking payments up: one's own, or everybody's for who runs the shop. No secret of a provider is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from commerce.payments.totals import Totals, totals_of
from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import check_choice, existing
from commerce.records.rows import Part
from commerce.records.sql import unindexed
from commerce.records.states import PAYMENT
from commerce.records.work import Work


class Payment(NamedTuple):
    """A payment and what it comes to; amounts in minor units."""

    id: UUID
    order_id: UUID | None
    customer_id: UUID | None
    method: str | None
    provider: str | None
    status: str
    amount: int
    currency: str
    created_at: datetime
    totals: Totals


def get(work: Work, payment_id: UUID) -> Payment:
    """Look a payment up."""
    found = _read(work, _PAYMENTS.where(_row.id == payment_id))
    return existing(next(iter(found), None), "payment", payment_id)


@checked
def payments(
    work: Work,
    *,
    status: str | None = None,
    customer_id: UUID | None = None,
    order_id: UUID | None = None,
    ordering: str | None = None,
    offset: int = 0,
    limit: int = 100,
) -> Part[Payment]:
    """List payments, the newest first, or by ``created_at`` or ``amount_minor`` as `rows.ordered` takes it.

    Raises
    ------
    RecordError
        "status must be one of ...; got ..."
    """
    if status is not None:
        check_choice("status", status, PAYMENT.states)
    asked = {"status": status, "customer_id": customer_id, "order_id": order_id}
    wanted = rows.asked(schema.payment, **asked)
    few = not work.actor.runs_the_shop or customer_id is not None or order_id is not None
    created = unindexed(_row.created_at) if few else _row.created_at
    order: tuple[ColumnElement[Any], ...] = (created.desc(), _row.id)
    if ordering is not None:
        order = rows.ordered(schema.payment, ordering, "created_at", "amount_minor", "id")
    counted = select(func.count()).select_from(schema.payment).where(*wanted, *_mine(work))
    found = _read(work, _PAYMENTS.where(*wanted).order_by(*order).offset(offset).limit(limit))
    return Part(int(work.connection.scalar(counted) or 0), found)


def _read(work: Work, query: Select[Any]) -> list[Payment]:
    """Read what is the actor's business."""
    found = work.connection.execute(query.where(*_mine(work))).all()
    sums = totals_of(work, [row.id for row in found])
    return [Payment._make((*row, sums[row.id])) for row in found]


def _mine(work: Work) -> list[ColumnElement[bool]]:
    mine = rows.visible(work, _row.customer_id, work.actor.customer_id)
    return [*rows.own(work, schema.payment), mine]


_row = schema.payment.c
_columns = {**_row, "amount": _row.amount_minor}
_PAYMENTS: Select[Any] = select(*(_columns[name] for name in Payment._fields[:-1]))
