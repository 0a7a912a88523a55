"""Writing an order of the Olist dataset: the events and the rows it becomes.

- Money. An item is one line of one unit; its amount is price and freight, so that an order's total is what its
  payments come to. An order without items (called off before it was packed) totals what was paid for it.
- Payments. Each row is a payment of its own, a voucher too, and one of nothing. Its ``payment.captured`` happens when
  Olist approved the order, else when the parcel left, and carries as value the number of instalments (1: all at once).
  An order that was neither approved nor sent is not captured. What became of the money of a cancelled order the files
  do not say, so nothing is refunded.
- Delivery. It is promised at the purchase for the estimated date. Shipped and delivered stand where the files have
  them, even a delivery before its shipment. Of a cancelled order that did not arrive, the promise is withdrawn when the
  order ends.
- The end. A delivered order is completed when it arrived. When an order was cancelled (or ``unavailable``) is nowhere
  said: it counts from the files' latest instant, for nobody knew sooner. So does the end of a delivered order without a
  date.
- Reviews. The first answer about an order is ``review.posted``, another one ``review.edited``, when it was given; the
  product stands where the order has just one. Texts go to the review's own row, never into an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from importing.engine.identity import uuid_of
from importing.engine.session import ImportSession

_ENDS = {"delivered": "completed", "canceled": "cancelled", "unavailable": "cancelled"}


class OlistOrder(NamedTuple):
    """An order and its rows; instants in microseconds since 1970 UTC, amounts in centavos.

    ``items`` are (number, product id, seller, category, price, freight), ``payments`` (number, method, instalments,
    amount), ``reviews`` (id, stars, title, text, instant).
    """

    name: str
    customer_id: str
    status: str
    placed: int
    approved: int | None
    shipped: int | None
    delivered: int | None
    promised: int
    items: Sequence[Any]
    payments: Sequence[Any]
    reviews: Sequence[Any]

    @property
    def captured_at(self) -> int | None:
        """When its money was there; None where that is not proven."""
        proofs = (self.approved, self.shipped, self.delivered)
        proven = next((at for at in proofs if at is not None), None)
        return None if proven is None else max(self.placed, proven)

    @property
    def product_id(self) -> str | None:
        """The product, if it is just one."""
        products = {item[1] for item in self.items}
        return products.pop() if len(products) == 1 else None


def order_of(source_key: str) -> str:
    """Name the order that an event came with, given its source key.

    Examples
    --------
    >>> order_of("olist:payment.captured:53cd:1")
    '53cd'
    """
    return source_key.removeprefix("olist:").partition(":")[2].partition(":")[0]


def write_order(session: ImportSession, order: OlistOrder, *, end: int) -> tuple[str, int] | None:
    """Keep the rows of an order, and emit its events.

    Parameters
    ----------
    end : int
        The files' latest instant, in microseconds since 1970 UTC.

    Returns
    -------
    (str, int) or None
        The product and its stars, where the order's review is about one product.
    """
    customer, placed = uuid_of(order.customer_id), order.placed
    key = session.id_of("orders", f"order\x1f{order.name}")
    paid = sum(amount for *_, amount in order.payments)
    total = sum(price + freight for *_, price, freight in order.items) or paid

    def emit(
        kind: str, at: int, *more: Any, about: str = "order", of: Any = key, **rest: Any
    ) -> int:
        amount, number = (*more, None, None)[:2]
        source = f"olist:{kind}:{order.name}" + ("" if number is None else f":{number}")
        event = session.event(
            kind,
            at,
            source,
            amount,
            customer_id=customer,
            aggregate_type=about,
            aggregate_id=of.hex,
            **rest,
        )
        return session.emit(event, of if about == "payment" else None)

    emit("order.placed", placed, total, quantity=len(order.items), value=len(order.items))
    status = _ENDS.get(order.status, "placed")
    session.keep(
        "orders",
        id=key,
        external_id=order.name,
        customer_id=customer,
        status=status,
        total_minor=total,
        currency=session.tenant.currency,
        placed_at=placed,
    )
    for number, product, seller, category, price, freight in order.items:
        emit(
            "order.line",
            placed,
            price + freight,
            number,
            product_id=uuid_of(product),
            seller_id=session.seller_id(seller),
            category=category,
            quantity=1,
        )
        session.keep(
            "order_line",
            order_id=key,
            position=number,
            product_id=uuid_of(product),
            quantity=1,
            unit_price=f"{price // 100}.{price % 100:02}",
            amount_minor=price + freight,
        )
    at = order.captured_at
    for number, method, instalments, amount in order.payments:
        payment = session.id_of("payment", f"olist\x1f{order.name}\x1f{number}")
        session.keep(
            "payment",
            id=payment,
            order_id=key,
            customer_id=customer,
            method=method,
            status="processing" if at is None else "succeeded",
            amount_minor=amount,
            currency=session.tenant.currency,
            created_at=placed,
        )
        if at is not None:
            emit(
                "payment.captured",
                at,
                amount,
                number,
                about="payment",
                of=payment,
                method=method,
                value=instalments,
            )
    if at is not None and order.payments:
        largest = max(order.payments, key=lambda payment: int(payment[3]))
        emit("order.paid", at, paid, method=largest[1])
    delivery = _keep_delivery(session, order, key, partial(emit, about="delivery"))
    if status == "completed":
        emit("order.completed", max(placed, order.delivered or end), paid)
    if status == "cancelled":
        emit("order.cancelled", end, total, reason=order.status)
        if order.delivered is None:
            emit("delivery.withdrawn", end, about="delivery", of=delivery)
    return _keep_reviews(session, order, key, partial(emit, about="review"))


def _keep_delivery(session: ImportSession, order: OlistOrder, key: Any, emit: Any) -> Any:
    """Keep the row of an order's delivery, and emit what happened to it; give its id."""
    delivery = session.id_of("delivery", f"olist\x1f{order.name}")
    emit("delivery.promised", order.placed, of=delivery, due_at=order.promised)
    for kind, at in (("shipped", order.shipped), ("delivered", order.delivered)):
        if at is not None:
            emit(f"delivery.{kind}", at, of=delivery)
    status = "available" if order.shipped is None else "shipped"
    session.keep(
        "delivery",
        id=delivery,
        order_id=key,
        status=status if order.delivered is None else "delivered",
        promised_at=order.promised,
        delivered_at=order.delivered,
    )
    return delivery


def _keep_reviews(
    session: ImportSession, order: OlistOrder, key: Any, emit: Any
) -> tuple[str, int] | None:
    """Emit each answer about an order; keep the last one in a row where it is about one product."""
    if not order.reviews:
        return None
    review, product = session.id_of("review", f"olist\x1f{order.name}"), order.product_id
    about = uuid_of(product)
    for place, (name, stars, _, _, at) in enumerate(order.reviews):
        kind = "review.edited" if place else "review.posted"
        event = emit(kind, at, None, name, of=review, product_id=about, value=stars)
    if product is None:
        return None
    _, stars, title, text, _ = order.reviews[-1]
    session.keep(
        "review",
        id=review,
        product_id=about,
        order_id=key,
        customer_id=uuid_of(order.customer_id),
        stars=stars,
        body="\n".join(part for part in (title, text) if part) or None,
        status="posted",
        posted_at=order.reviews[0][4],
        event_id=event,
    )
    return product, stars
