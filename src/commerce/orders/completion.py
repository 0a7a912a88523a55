"""How orders end: completed some days after delivery, with everybody paid, or cancelled before they are shipped."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select

from commerce import rewards, wallet
from commerce.orders.cart import drop
from commerce.payments import intents
from commerce.payments.funds import covered, sold
from commerce.payments.payment_rows import of_order
from commerce.payments.totals import Totals, totals_of
from commerce.records import rows, schema
from commerce.records.actors import SYSTEM
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, IllegalMove
from commerce.records.instants import DAY, from_micros, to_micros
from commerce.records.ledger import FEES, SALES, TAX, Account, Transfer, balance
from commerce.records.machine import EventDraft, fetch_mine, fire
from commerce.records.settlement import Settlement, settle
from commerce.records.sql import bound
from commerce.records.states import DELIVERY, ORDER
from commerce.records.stream.event_types import reason_code
from commerce.records.work import Work
from commerce.stock import ON_HAND, place_of

_orders, _delivery, _account = schema.orders, schema.delivery, schema.account
_line = schema.order_line


def complete(work: Work, order_id: UUID) -> None:
    """End an order, by its buyer, who runs the shop or the system: what was set aside is paid to sellers and shop.

    Raises
    ------
    NotFound, IllegalMove
    Conflict
        "order must have been delivered 3 days ago to be completed; got ..." or "order must be paid ..."
    """
    order = _ready(work, order_id, "order.completed")
    _check_delivered(work, order_id)
    intents.capture_wallet(work.acting_as(SYSTEM), order_id)
    later = _later(work, order)
    held = Account("held", order_id.hex)
    money = later + balance(work.connection, work.tenant, work.tenant.currency, held)
    settled = settle(sold(work, order_id), money, work.policy.fee_bp)
    completed = EventDraft(
        "order.completed",
        customer_id=order.customer_id,
        amount=order.total_minor,
        transfers=[
            Transfer(work.tenant.currency, source, target, part)
            for source, target, part in (
                (SALES, held, later),
                (held, TAX, settled.tax),
                (held, FEES, settled.fees),
                (held, SALES, settled.own),
            )
        ],
    )
    fire(work, ORDER, order_id, completed, *_to_sellers(work, held, settled))


@checked
def complete_due(work: Work, *, limit: int = 100) -> list[UUID]:
    """Name the orders that may be completed now, the longest delivered first: a tick completes each by itself.

    Orders that came from elsewhere end where they came from.
    """
    return list(work.ask(_DUE, until=_latest(work), limit=limit).scalars())


@checked
def cancel(work: Work, order_id: UUID, reason: str = "changed_mind") -> None:
    """Call an order off, by whom `complete` may, before it is shipped: goods and money go back where they were, once.

    Parameters
    ----------
    reason : str, default "changed_mind"
        One word.

    Raises
    ------
    NotFound, IllegalMove
    Conflict
        "order must not have been shipped to be cancelled; got ..." or "payment must not be disputed ...; got ..."
    RecordError
        "reason must be one lower-case word; got ..."
    """
    reason_code(reason)
    order = _ready(work, order_id, "order.cancelled")
    deliveries = _deliveries(work, order_id)
    for delivery in deliveries:
        if delivery.status in ("shipped", "delivered"):
            raise Conflict(
                "order must not have been shipped to be cancelled; got"
                f" {delivery.status}. Send it back once it is there."
            )
    held = Account("held", order_id.hex)
    goods = [
        Transfer(asset, held, ON_HAND, units)
        for asset, units in work.ask(_HELD_GOODS, order=order_id, key=held.key)
    ]
    cancelled = EventDraft(
        "order.cancelled",
        customer_id=order.customer_id,
        amount=order.total_minor,
        reason=reason,
        transfers=goods,
    )
    withdrawn = [
        EventDraft("delivery.withdrawn", order.customer_id, record=(DELIVERY.kind, delivery.id))
        for delivery in deliveries
    ]
    fire(work, ORDER, order_id, cancelled, *withdrawn)
    intents.void(work, order_id)


@checked
def update_status(work: Work, order_id: UUID, status: str, *, reason: str = "changed_mind") -> None:
    """Bring an order to a status that somebody wishes, by the one way that leads there.

    Parameters
    ----------
    status : str
        ``completed``, or ``cancelled``, which drops a cart.
    reason : str, default "changed_mind"
        Why it is cancelled.

    Raises
    ------
    IllegalMove
        "order must be in a state that allows ...; got ..." with the events that it does allow; and what
        `complete` and `cancel` raise
    """
    order = fetch_mine(work, ORDER, order_id)
    allowed = ORDER.allowed(order.status)
    ways = [name for name in allowed if (order.status, status) in ORDER.moves[name].edges]
    if order.status == status or not ways or ways[0] == "order.placed":
        raise IllegalMove(ORDER.kind, order_id, f"the status {status}", order.status, allowed)
    if ways[0] == "order.completed":
        complete(work, order_id)
    elif ways[0] == "order.cancelled":
        cancel(work, order_id, reason)
    else:
        drop(work, order_id)


def _ready(work: Work, order_id: UUID, event_type: str) -> Row[Any]:
    """Read and lock an order that is the actor's business and to which this may happen."""
    order = fetch_mine(work, ORDER, order_id)
    rows.require_state(ORDER, order, event_type)
    return order


def _latest(work: Work) -> int:
    """The instant up to which a delivery must have been for its order to be completed now."""
    return work.now - work.policy.completion_days * DAY


def _deliveries(work: Work, order_id: UUID) -> list[Row[Any]]:
    theirs = select(_delivery).where(*rows.own(work, _delivery, order_id=order_id))
    return list(work.connection.execute(theirs.with_for_update()))


def _check_delivered(work: Work, order_id: UUID) -> None:
    arrivals = [delivery.delivered_at for delivery in _deliveries(work, order_id)]
    days = work.policy.completion_days
    if None in arrivals or not arrivals:
        got, until = "one that is not delivered", "it is"
    elif (last := max(map(to_micros, arrivals))) > _latest(work):
        got, until = (
            f"{from_micros(at):%Y-%m-%d %H:%M:%S} UTC" for at in (last, last + days * DAY)
        )
    else:
        return
    raise Conflict(
        f"order must have been delivered {days} days ago to be completed; got {got}. Wait until {until}."
    )


def _later(work: Work, order: Row[Any]) -> int:
    """Say how much of an order the shop lays out: what is paid later, paid already or not.

    Raises
    ------
    Conflict
        "order must be paid to be completed; got ..." or "order must have no refund under way ...; got ..."
    """
    payments = of_order(work, order.id)
    sums = totals_of(work, [payment.id for payment in payments])
    if any(each.pending for each in sums.values()):
        raise Conflict(
            "order must have no refund under way to be completed; got"
            f" {order.number} with one. Wait for the provider."
        )
    captured, credited = covered(work, order.id)
    later = [payment for payment in payments if payment.method == "pay_later"]
    asked = sum(int(payment.amount_minor) for payment in later)
    known = [sums.get(payment.id, Totals()) for payment in later]
    if captured - sum(each.captured for each in known) + asked < order.total_minor:
        raise Conflict(
            f"order must be paid to be completed; got {order.number} unpaid. Wait for its payment."
        )
    return max(0, asked - credited - sum(each.refunded + each.charged_back for each in known))


def _to_sellers(work: Work, source: Account, settled: Settlement) -> list[EventDraft]:
    """Draft each seller's money, and the points for it."""
    paid = {seller: part for seller, part in settled.sellers.items() if part}
    wallets = wallet.of_sellers(work, paid) if paid else {}
    events = []
    for seller, part in paid.items():
        account, customer = wallets[seller]
        moved = [Transfer(work.tenant.currency, source, account, part)]
        events += [
            EventDraft("seller.paid", customer, part, seller_id=seller, transfers=moved),
            rewards.earn_event(work, seller, work.policy.points_per_order, "order_completed"),
        ]
    return events


_HELD_GOODS = (
    select(_account.c.asset, _account.c.balance)
    .distinct()
    .join_from(_line, _account, place_of(_line.c.variant_id, "held", bindparam("key")))
    .where(*bound(_line, order_id="order"), _account.c.balance > 0)
)
_DUE = (
    select(_orders.c.id)
    .join(_delivery)
    .where(
        *bound(_orders),
        _orders.c.status == "placed",
        _orders.c.event_id.is_not(None),
        _delivery.c.status == "delivered",
        _delivery.c.delivered_at <= bindparam("until"),
    )
    .order_by(_delivery.c.delivered_at, _orders.c.id)
    .limit(bindparam("limit"))
)
