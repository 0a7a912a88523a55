"""Looking payments up: one's own, or everybody's for who runs the shop. No secret of a provider is shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, bindparam, select

from commerce import schema
from commerce.errors import NotFound, RecordError
from commerce.payments.totals import Totals, totals_of
from commerce.work import Work


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
    """Look a payment up.

    Raises
    ------
    NotFound
        "payment must exist; got ..."
    """
    found = _read(
        work, work.connection.execute(_mine(work).where(_row.id == payment_id), _key(work))
    )
    if not found:
        raise NotFound("payment", payment_id)
    return found[0]


def payments(
    work: Work,
    *,
    status: str | None = None,
    customer_id: UUID | None = None,
    order_id: UUID | None = None,
    offset: int = 0,
    limit: int = 100,
) -> list[Payment]:
    """List payments, the newest first.

    Parameters
    ----------
    work : Work
    status : str, optional
        One of the seven states.
    customer_id, order_id : UUID, optional
    offset, limit : int, default 0 and 100

    Raises
    ------
    RecordError
        "status must be one of ...; got ..."
    """
    if status is not None and status not in schema.PAYMENT_STATES:
        raise RecordError(
            f"status must be one of {', '.join(schema.PAYMENT_STATES)}; got {status!r}. Choose one."
        )
    query = _mine(work).order_by(_row.created_at.desc(), _row.id).offset(offset).limit(limit)
    asked = {_row.status: status, _row.customer_id: customer_id, _row.order_id: order_id}
    for column, value in asked.items():
        if value is not None:
            query = query.where(column == value)
    return _read(work, work.connection.execute(query, _key(work)))


def _mine(work: Work) -> Any:
    return _ALL if work.actor.runs_the_shop else _OWN


def _key(work: Work) -> dict[str, Any]:
    return {"tenant": work.tenant.id, "payer": work.actor.customer_id}


def _read(work: Work, rows: Iterable[Row[Any]]) -> list[Payment]:
    found = list(rows)
    sums = totals_of(work, [row.id for row in found])
    return [Payment._make((*row, sums.get(row.id, Totals()))) for row in found]


_row = schema.payment.c
_ALL = select(
    _row.id,
    _row.order_id,
    _row.customer_id,
    _row.method,
    _row.provider,
    _row.status,
    _row.amount_minor,
    _row.currency,
    _row.created_at,
).where(_row.tenant_id == bindparam("tenant"))
_OWN = _ALL.where(_row.customer_id == bindparam("payer"))
