"""Reviews: a buyer rates what arrived, once per product and order.

A product carries the count and the sum of its stars; every review that is posted, edited or removed moves both by
the difference in its own transaction, so that the average is right at any moment.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row

from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, Forbidden, NotFound, check_range, existing
from commerce.records.machine import EventDraft, fetch, fire
from commerce.records.states import ORDER, REVIEW
from commerce.records.work import Work


class NotBought(Forbidden):
    """Somebody rates what they did not buy, or what has not arrived."""

    def __init__(self, order: int) -> None:
        PermissionError.__init__(
            self,
            "review must be of a product that was bought and has arrived; got one that order"
            f" {order} did not bring. Wait until it is delivered.",
        )


class Review(NamedTuple):
    """What a buyer thinks of a product; stars are 1 to 5."""

    id: UUID
    product_id: UUID
    customer_id: UUID
    stars: int
    body: str | None
    posted_at: datetime


def average_stars(count: int, total: int) -> Decimal | None:
    """Give the mean of stars to two digits, half to even.

    Examples
    --------
    >>> average_stars(3, 14), average_stars(0, 0)
    (Decimal('4.67'), None)
    """
    return (Decimal(total) / count).quantize(Decimal("0.01")) if count else None


@checked
def post(work: Work, order_id: UUID, product_id: UUID, stars: int, body: str | None = None) -> UUID:
    """Rate a product of the buyer's own order that has arrived; give the review's id.

    Parameters
    ----------
    stars : int
        1 to 5.
    body : str, optional
        Free text; it stays out of the stream.

    Raises
    ------
    NotFound
        "order must exist; got ..." for whoever did not buy it.
    NotBought
        "review must be of a product that was bought and has arrived; got ..."
    RecordError
        "stars must be 1 to 5; got ..."
    Conflict
        "review must be the first of this product and order; got ..."
    """
    check_range("stars", stars, 1, 5)
    order = fetch(work, ORDER, order_id)
    if order.customer_id is None or order.customer_id != work.actor.customer_id:
        raise NotFound("order", order_id)
    this: Any = {"order_id": order_id, "product_id": product_id}
    arrived = order.status == "completed" or rows.first(
        work, schema.delivery, order_id=order_id, status="delivered"
    )
    if not arrived or rows.first(work, schema.order_line, **this) is None:
        raise NotBought(order.number)
    earlier = rows.first(work, schema.review, **this)
    columns: dict[str, Any] = {"stars": stars, "body": body, "posted_at": work.now}
    if earlier is None:
        review_id = work.new_id()
        how: dict[str, Any] = {"new": {**columns, **this, "customer_id": order.customer_id}}
    elif earlier.status == "removed" and _did(work, earlier.event_id):
        review_id, how = earlier.id, {"changes": columns}
    else:
        raise Conflict(
            "review must be the first of this product and order; got a second, the first is"
            f" {earlier.status}. Edit the first."
        )
    event = EventDraft("review.posted", order.customer_id, value=stars, product_id=product_id)
    fire(work, REVIEW, review_id, event, **how)
    _rate(work, product_id, 1, stars)
    return review_id


@checked
def edit(work: Work, review_id: UUID, stars: int, body: str | None = None) -> None:
    """Change one's own review.

    Raises
    ------
    IllegalMove
    NotFound
        "review must exist; got ..." for whoever did not write it.
    RecordError
        "stars must be 1 to 5; got ..."
    """
    check_range("stars", stars, 1, 5)
    row = _own(work, review_id, admins=False)
    event = EventDraft("review.edited", row.customer_id, value=stars, product_id=row.product_id)
    fire(work, REVIEW, review_id, event, changes={"stars": stars, "body": body})
    _rate(work, row.product_id, 0, stars - row.stars)


def remove(work: Work, review_id: UUID) -> None:
    """Take a review away: one's own, which may be posted again, or any for who runs the shop, for good."""
    row = _own(work, review_id, admins=True)
    event = EventDraft(
        "review.removed", row.customer_id, value=row.stars, product_id=row.product_id
    )
    fire(work, REVIEW, review_id, event)
    _rate(work, row.product_id, -1, -row.stars)


@checked
def list_reviews(
    work: Work,
    *,
    product_id: UUID | None = None,
    customer_id: UUID | None = None,
    ordering: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> rows.Part[Review]:
    """List the reviews that stand, of a product, of a customer, or all; everybody may read them.

    Parameters
    ----------
    ordering : str, optional
        ``-posted_at`` (default, the latest first) or ``stars``, ``-`` before it for the other direction.
    """
    table = schema.review
    known = rows.asked(table, product_id=product_id, customer_id=customer_id)
    order = rows.ordered(table, ordering or "-posted_at", "posted_at", "stars", "id")
    posted = table.c.status == "posted"
    return rows.part(work, Review, table, posted, *known, order=order, limit=limit, offset=offset)


def get(work: Work, review_id: UUID) -> Review:
    """Read a review that stands."""
    row = rows.first(work, schema.review, id=review_id, status="posted")
    return rows.shown(Review, existing(row, REVIEW.kind, review_id))


def _own(work: Work, review_id: UUID, *, admins: bool) -> Row[Any]:
    """Lock a review that the actor wrote, or may moderate."""
    row = fetch(work, REVIEW, review_id)
    if row.customer_id != work.actor.customer_id and not (admins and work.actor.runs_the_shop):
        raise NotFound("review", review_id)
    return row


def _did(work: Work, event_id: int | None) -> bool:
    """Tell whether an event was the actor's own doing."""
    event = rows.first(work, schema.event, id=event_id)
    return event is not None and bool(event.actor_id == work.actor.author)


def _rate(work: Work, product_id: UUID, count: int, stars: int) -> None:
    """Move a product's count and sum by a difference: whoever comes second adds to what the first left."""
    product = schema.product
    rows.change(
        work,
        product,
        product_id,
        ratings_count=product.c.ratings_count + count,
        ratings_sum=product.c.ratings_sum + stars,
    )
