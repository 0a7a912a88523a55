"""An order on its way: the order and its delivery, read and locked together, the order first."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, bindparam, select

from commerce import schema
from commerce.errors import Conflict, NotFound
from commerce.machine import fetch
from commerce.states import ORDER
from commerce.work import Work


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


_delivery = schema.delivery
_OF_ORDER = select(_delivery).where(
    _delivery.c.tenant_id == bindparam("tenant"), _delivery.c.order_id == bindparam("order")
)
_OF_ORDER_FOR_UPDATE = _OF_ORDER.with_for_update()


def fetch_parcel(work: Work, order_id: UUID, *, lock: bool = True) -> Parcel:
    """Read an order and its delivery, and by default keep others from changing either.

    Raises
    ------
    NotFound
        "order must exist; got ..." or "delivery must exist; got ..."
    """
    order = fetch(work, ORDER, order_id, lock=lock)
    query = _OF_ORDER_FOR_UPDATE if lock else _OF_ORDER
    key = {"tenant": work.tenant.id, "order": order_id}
    delivery = work.connection.execute(query, key).first()
    if delivery is None:
        raise NotFound("delivery", order_id)
    return Parcel(order, delivery)


def fetch_carried(work: Work, order_id: UUID, *, lock: bool = True) -> Parcel:
    """Read an order that the actor carries: whoever does not carry it does not find it.

    Raises
    ------
    NotFound
        "delivery must exist; got ..."
    """
    parcel = fetch_parcel(work, order_id, lock=lock)
    courier = parcel.delivery.courier_id
    if courier is None or courier != work.actor.user_id:
        raise NotFound("delivery", order_id)
    return parcel


def fetch_bought(work: Work, order_id: UUID, *, lock: bool = True) -> Parcel:
    """Read an order that the actor bought; the house sees it, too, to tell the buyer, but no admin does.

    Raises
    ------
    NotFound
        "order must exist; got ..."
    """
    parcel = fetch_parcel(work, order_id, lock=lock)
    buyer = parcel.order.customer_id
    if work.actor.role != "system" and (buyer is None or buyer != work.actor.customer_id):
        raise NotFound("order", order_id)
    return parcel
