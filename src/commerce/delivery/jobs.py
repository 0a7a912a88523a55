"""Orders on their way: locked with their delivery, the order first, and what couriers see of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, NotFound, existing
from commerce.records.identity import resolve
from commerce.records.machine import EventDraft, fetch, fire
from commerce.records.sql import linked, total
from commerce.records.states import DELIVERY, ORDER
from commerce.records.work import Work

_ON_THE_WAY = ("processing", "shipped")
_delivery, _orders = schema.delivery, schema.orders
_payment, _line = schema.payment, schema.order_line


class Parcel(NamedTuple):
    """An order and its delivery.

    Attributes
    ----------
    order : Row
        Of `schema.orders`.
    delivery : Row
        Of `schema.delivery`.
    """

    order: Row[Any]
    delivery: Row[Any]

    def require_wanted(self) -> None:
        """Refuse to go on with an order that was called off.

        Raises
        ------
        Conflict
            "order must be placed to be delivered; got ..."
        """
        if self.order.status != "placed":
            raise Conflict(
                f"order must be placed to be delivered; got {self.order.status!r} of"
                f" {str(self.order.id)!r}. Release it."
            )

    def fire(self, work: Work, event_type: str, changes: Mapping[str, Any], **more: Any) -> None:
        """Let something happen to the delivery."""
        event = EventDraft(event_type, self.order.customer_id, **more)
        fire(work, DELIVERY, self.delivery.id, event, changes=changes)


class Job(NamedTuple):
    """An order as couriers see it: not where it goes, nor to whom.

    Attributes
    ----------
    status : str
        Of the delivery.
    units : int
        Goods to carry.
    cash_minor : int
        To be taken at the door, in minor units.
    """

    order_id: UUID
    number: int
    status: str
    promised_at: datetime | None
    units: int
    cash_minor: int


class Place(NamedTuple):
    """Where an order goes; degrees."""

    latitude: float | None
    longitude: float | None
    address: str | None


def fetch_parcel(work: Work, order_id: UUID, *, lock: bool = True) -> Parcel:
    """Read an order and its delivery, and by default keep others from changing either."""
    order = fetch(work, ORDER, order_id, lock=lock)
    delivery = rows.first(work, schema.delivery, lock=lock, order_id=order_id)
    return Parcel(order, existing(delivery, "delivery", order_id))


def fetch_carried(work: Work, order_id: UUID, *, lock: bool = True) -> Parcel:
    """Read an order that the actor carries: whoever does not carry it does not find it."""
    parcel = fetch_parcel(work, order_id, lock=lock)
    courier = parcel.delivery.courier_id
    if courier is None or courier != work.actor.user_id:
        raise NotFound("delivery", order_id)
    return parcel


def fetch_bought(work: Work, order_id: UUID, *, lock: bool = True) -> Parcel:
    """Read an order that the actor bought; the system sees it, too, to tell the buyer, but no admin does."""
    parcel = fetch_parcel(work, order_id, lock=lock)
    buyer = parcel.order.customer_id
    if work.actor.role != "system" and (buyer is None or buyer != work.actor.customer_id):
        raise NotFound("order", order_id)
    return parcel


@checked
def available(work: Work, *, limit: int = 100, offset: int = 0) -> rows.Part[Job]:
    """List orders that wait for a courier and are paid, or need not be yet; the most urgent first.

    Raises
    ------
    Forbidden
        "role must be one of admin, delivery ...; got ..."
    """
    work.actor.require("available deliveries", "delivery", "admin")
    waiting = (_delivery.c.status == "available", _orders.c.status == "placed", _secured())
    counted = select(func.count()).select_from(_delivery.join(_orders))
    total = work.connection.scalar(counted.where(*rows.own(work, _delivery), *waiting))
    return rows.Part(int(total or 0), _jobs(work, *waiting, limit=limit, offset=offset))


def job(work: Work, order_id: UUID | str) -> Job:
    """Read an order that the actor carries or has brought, any for who runs the shop; by its id or a key.

    Raises
    ------
    NotFound
        "delivery must exist; got ..."
    """
    mine = rows.visible(work, _delivery.c.courier_id, work.actor.user_id)
    meant = resolve(work.connection, _orders, work.tenant, order_id)
    found = _jobs(work, mine, _delivery.c.order_id == meant, limit=1)
    return existing(next(iter(found), None), "delivery", order_id)


def meant(work: Work, order_id: UUID | str) -> UUID:
    """Give the id of the order that a key of `commerce.records.identity` means, whosever it is.

    Raises
    ------
    NotFound
        "order must exist; got ..."
    """
    return existing(resolve(work.connection, _orders, work.tenant, order_id), "order", order_id)


def carried(work: Work) -> list[Job]:
    """List the orders that the courier has claimed and not delivered, the most urgent first."""
    mine = _delivery.c.courier_id.in_([work.actor.user_id])
    return _jobs(work, mine, _delivery.c.status.in_(_ON_THE_WAY))


def location(work: Work, order_id: UUID) -> Place:
    """Tell the courier who carries an order where it goes, as long as it is on the way.

    Raises
    ------
    NotFound
        "delivery must exist; got ..." for everybody else, and before and after.
    """
    order, delivery = fetch_carried(work, order_id, lock=False)
    if order.status != "placed" or delivery.status not in _ON_THE_WAY:
        raise NotFound("delivery", order_id)
    return Place(order.latitude, order.longitude, order.address)


def is_secured(work: Work, order_id: UUID) -> bool:
    """Tell whether an order is captured or held in full, or is to be paid at the door or later."""
    asked = select(_secured()).where(*rows.own(work, _orders, id=order_id))
    return bool(work.connection.scalar(asked))


def _secured() -> ColumnElement[bool]:
    """Compare what an order's payments are good for with its total."""
    trusted = or_(
        _payment.c.status == "succeeded",
        and_(_payment.c.method == "wallet", _payment.c.status == "requires_capture"),
        and_(
            _payment.c.method.in_(("cash_on_delivery", "pay_later")),
            _payment.c.status == "processing",
        ),
    )
    return _paid(trusted) >= _orders.c.total_minor


def _paid(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """Add up some payments of an order."""
    return (
        select(total(_payment.c.amount_minor))
        .where(linked(_payment, _orders), *conditions)
        .scalar_subquery()
    )


def _jobs(
    work: Work,
    *conditions: ColumnElement[bool],
    limit: int | None = None,
    offset: int | None = None,
) -> list[Job]:
    units = select(total(_line.c.quantity)).where(linked(_line, _orders)).scalar_subquery()
    cash = _paid(_payment.c.method == "cash_on_delivery", _payment.c.status == "processing")
    known = (_orders.c.id, _orders.c.number, _delivery.c.status, _delivery.c.promised_at)
    jobs = (
        select(*known, units, cash)
        .join_from(_delivery, _orders)
        .where(*rows.own(work, _delivery), *conditions)
        .order_by(_delivery.c.promised_at, _orders.c.number)
        .limit(limit)
        .offset(offset)
    )
    return [Job._make(row) for row in work.connection.execute(jobs)]
