"""Where the money of a payment goes when it arrives, and where it is taken from when it goes back.

Money for an order waits in ``held`` until the order is completed; what is paid later is the shop's at once. Money
that goes back comes from there; once the order is completed, from those who got it: sellers as far as their
wallets hold, fees, tax and sales, in the proportion in which they got it, and the rest from sales.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Row, and_, case, cast, func, literal_column, or_, select

from commerce import wallet
from commerce.payments.payment_rows import emit
from commerce.payments.totals import ARRIVALS
from commerce.records import schema
from commerce.records.arguments import checked
from commerce.records.ledger import FEES, FREE, SALES, TAX, WORLD, Account, Transfer
from commerce.records.machine import EventDraft, fire
from commerce.records.rows import own
from commerce.records.settlement import Sold, settle
from commerce.records.sql import bound, hexadecimal
from commerce.records.states import ORDER
from commerce.records.stream import ANNULLED
from commerce.records.work import Work


@checked
def collect(
    work: Work,
    payment: Row[Any],
    order: Row[Any] | None,
    amount: int,
    *also: EventDraft,
    reference: str | None = None,
    to: str = "succeeded",
) -> None:
    """Take money that arrived; the order is paid when all of it did.

    Parameters
    ----------
    payment, order : Row
        Locked; no order for a top-up.
    amount : int
        Minor units.
    *also : EventDraft
        Emitted in the same transaction.
    reference : str, optional
        The provider's charge.
    to : str, default "succeeded"
        ``processing`` while more is to come.
    """
    event_type = "wallet.topped_up" if order is None else "payment.captured"
    moved = [Transfer(work.tenant.currency, WORLD, home(payment, order), amount)]
    if payment.method == "wallet" and order is not None:
        moved = []
        also = (wallet.event_of("wallet.spent", payment.customer_id, amount, order.id), *also)
    emit(work, payment, event_type, amount, *also, transfers=moved, reference=reference, to=to)
    if order is not None:
        emit_paid(work, order, amount)


def home(payment: Row[Any], order: Row[Any] | None) -> Account:
    """Say where the money of a payment is kept when it arrives."""
    if order is None:
        return wallet.of_customer(payment.customer_id)
    final = payment.method == "pay_later" or order.status == "completed"
    return SALES if final else Account("held", order.id.hex)


def covered(work: Work, order_id: UUID) -> tuple[int, int]:
    """Tell how much of an order is captured, and how much is credited and need not be; in minor units."""
    captured, credited = (work.ask(query, order=order_id) for query in (_CAPTURED, _CREDITED))
    return int(captured.scalar() or 0), int(credited.scalar() or 0)


@checked
def emit_paid(work: Work, order: Row[Any], more: int) -> None:
    """Emit that an order is paid, where ``more`` made it so: once, because what is covered only grows."""
    captured, credited = covered(work, order.id)
    before = captured + credited - more
    if order.status in ("placed", "completed") and before < order.total_minor <= before + more:
        event = EventDraft("order.paid", order.customer_id, captured, method=order.method)
        fire(work, ORDER, order.id, event)


@checked
def give_back(
    work: Work,
    payment: Row[Any],
    order: Row[Any] | None,
    amount: int,
    *,
    event_type: str = "payment.refunded",
    reference: str | None = None,
    reason: str | None = None,
    position: int | None = None,
) -> None:
    """Let money go back to where it came from.

    Parameters
    ----------
    payment, order : Row
        Locked.
    amount : int
        Minor units.
    event_type : str, default "payment.refunded"
        Or ``payment.charged_back``.
    reference : str, optional
        The refund or dispute.
    reason : str, optional
        One word.
    position : int, optional
        The order line it is for; by default all of them.
    """
    back = wallet.of_customer(payment.customer_id) if payment.method == "wallet" else WORLD
    moved = taken(work, payment, order, amount, position, back)
    also = []
    if payment.method == "wallet" and order is not None:
        also = [wallet.event_of("wallet.refunded", payment.customer_id, amount, order.id, moved)]
        moved = []
    emit(
        work,
        payment,
        event_type,
        amount,
        *also,
        reason=reason,
        transfers=moved,
        reference=reference,
    )


@checked
def taken(
    work: Work,
    payment: Row[Any],
    order: Row[Any] | None,
    amount: int,
    position: int | None,
    back: Account,
) -> list[Transfer]:
    """Take an amount from those who have it, as `give_back` does, and bring it to one account.

    Sales give what others do not hold. Every account that will be touched is locked at once, ``back`` too: two
    refunds never wait in a circle.
    """
    parts = {home(payment, order): amount}
    if order is not None and order.status == "completed":
        parts = _shares(work, order.id, amount, position)
    holds = held(work, [place for place in (*parts, back) if place.kind not in FREE])
    given = Counter(
        {
            place: part if place.kind in FREE else min(part, holds.get(place, 0))
            for place, part in parts.items()
        }
    )
    given[SALES] += amount - given.total()
    currency = work.tenant.currency
    return [Transfer(currency, place, back, part) for place, part in given.items() if place != back]


def _shares(work: Work, order_id: UUID, amount: int, position: int | None) -> dict[Account, int]:
    """Take an amount apart as the order's completion did: sellers less the fee, fees, tax, sales."""
    settled = settle(sold(work, order_id, position), amount, work.policy.fee_bp)
    wallets = wallet.of_sellers(work, settled.sellers)
    shares = {wallets[seller][0]: part for seller, part in settled.sellers.items()}
    return shares | {FEES: settled.fees, TAX: settled.tax, SALES: settled.own}


@checked
def sold(work: Work, order_id: UUID, position: int | None = None) -> list[Sold]:
    """List what an order sold, and what went back for it by returns: one line of it, or all."""
    lines = work.ask(_SOLD, order=order_id)
    return [Sold(*line) for place, *line in lines if position in (None, place)]


def held(work: Work, places: Collection[Account]) -> dict[Account, int]:
    """Read what accounts hold, and keep it so: locked in the order in which `post` locks."""
    # written out per account, so that each is searched by its whole key
    one = [
        and_(*own(work, _account, asset=work.tenant.currency, kind=kind, key=name))
        for kind, name in places
    ]
    found = work.connection.execute(_HELD.where(or_(*one))) if one else ()
    return {Account(row.kind, row.key): row.balance for row in found}


_payment, _counted, _event = schema.payment, schema.payment_event, schema.event
_invoice, _account, _line = schema.invoice, schema.account, schema.order_line
_return = schema.return_request
_arrived = _counted.c.type.in_(ARRIVALS)
_taken_back = and_(
    _counted.c.type == ANNULLED, func.substr(_counted.c.reference, 1, 16) == "payment.captured"
)
_CAPTURED = select(
    func.sum(case((_arrived, _counted.c.amount_minor), else_=-_counted.c.amount_minor))
).where(
    *bound(_counted),
    or_(_arrived, _taken_back),
    _counted.c.payment_id.in_(select(_payment.c.id).where(*bound(_payment, order_id="order"))),
)
_CREDITED = (
    select(func.sum(_event.c.amount_minor))
    .join_from(
        _event,
        _invoice,
        and_(
            _invoice.c.tenant_id == _event.c.tenant_id,
            _invoice.c.customer_id == _event.c.customer_id,
            # as a sum, so that SQLite begins with the order's invoices, and not with every event of the tenant
            literal_column("''") + hexadecimal(_invoice.c.id) == _event.c.aggregate_id,
        ),
    )
    .where(*bound(_invoice, order_id="order"), _event.c.type == "invoice.credited")
)
_returned = (
    select(_return.c.position, func.sum(_return.c.refund_minor).label("refunded"))
    .where(*bound(_return, order_id="order"), _return.c.status == "approved")
    .group_by(_return.c.position)
    .subquery()
)
_SOLD = (
    select(
        _line.c.position,
        _line.c.seller_id,
        _line.c.amount_minor,
        _line.c.tax_minor,
        cast(func.coalesce(_returned.c.refunded, 0), BigInteger),
    )
    .select_from(_line.outerjoin(_returned, _returned.c.position == _line.c.position))
    .where(*bound(_line, order_id="order"))
    .order_by(_line.c.position)
)
_HELD = (
    select(_account.c.kind, _account.c.key, _account.c.balance)
    .order_by(_account.c.id)
    .with_for_update(key_share=True)
)
