"""The cart: an order that is not placed yet, one per customer. Nothing is set aside for it, no price is fixed."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, case, delete, literal_column, select, update

from commerce.records import rows, schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, NotFound, existing
from commerce.records.identity import reserve_numbers
from commerce.records.machine import EventDraft, fetch_mine, fire
from commerce.records.prepared import Prepared
from commerce.records.sql import bound, linked
from commerce.records.states import ORDER
from commerce.records.work import Work
from commerce.stock import check_quantity

MOST_LINES = 200
"""Lines that an order may have."""

_orders, _line, _customer = schema.orders, schema.order_line, schema.customer
_variant, _product = schema.variant, schema.product


class CartLine(NamedTuple):
    """What is in the cart, and its price now in minor units of each; None where it is no longer sold."""

    position: int
    variant_id: UUID
    product_id: UUID
    quantity: int
    price_minor: int | None


class Cart(NamedTuple):
    """A cart; ``total_minor`` is before promotions and tax, which the instant of checkout decides."""

    id: UUID
    lines: list[CartLine]
    total_minor: int
    currency: str


def buyer_of(work: Work, customer_id: UUID | None) -> UUID:
    """Say who buys: the actor, or who the shop buys for."""
    buyer = customer_id or work.actor.customer_id
    if buyer is None or not (work.actor.runs_the_shop or buyer == work.actor.customer_id):
        raise NotFound("customer", customer_id)
    return buyer


@checked
def add(
    work: Work, variant_id: UUID, quantity: int = 1, *, customer_id: UUID | None = None
) -> UUID:
    """Put something into the cart, what is there already becomes more; give the cart's id, which the order will keep.

    Parameters
    ----------
    variant_id : UUID
        Of a product that is on sale.
    customer_id : UUID, optional
        Whose cart, where the shop fills it.

    Raises
    ------
    NotFound
    RecordError
        "quantity must be 1 to 1000000; got ..."
    Conflict
        "cart must have at most 200 lines; got ..."
    """
    check_quantity(quantity)
    buyer = buyer_of(work, customer_id)
    product = existing(work.ask(_ON_SALE, variant=variant_id).scalar(), "variant", variant_id)
    cart = _open(work, buyer)
    lines = held(work, cart)
    for line in lines:
        if line.variant_id == variant_id:
            check_quantity(line.quantity + quantity)
            _set(work, cart, variant_id, line.quantity + quantity)
            return cart
    if len(lines) >= MOST_LINES:
        raise Conflict(f"cart must have at most {MOST_LINES} lines; got one more. Check out first.")
    rows.add(
        work,
        _line,
        order_id=cart,
        position=max((line.position for line in lines), default=0) + 1,
        product_id=product,
        variant_id=variant_id,
        quantity=quantity,
        amount_minor=0,
    )
    return cart


@checked
def change(work: Work, variant_id: UUID, quantity: int, *, customer_id: UUID | None = None) -> None:
    """Set how many of something are in the cart; 0 takes it out.

    Raises
    ------
    NotFound
        "variant must exist; got ..." where it is not in the cart.
    RecordError
        "quantity must be 1 to 1000000; got ..."
    """
    if quantity:
        check_quantity(quantity)
    cart = find(work, buyer_of(work, customer_id))
    if cart is None or not _set(work, cart, variant_id, quantity):
        raise NotFound("variant", variant_id)


def remove(work: Work, variant_id: UUID, *, customer_id: UUID | None = None) -> None:
    """Take something out of the cart.

    Raises
    ------
    NotFound
        "variant must exist; got ..." where it is not in the cart.
    """
    change(work, variant_id, 0, customer_id=customer_id)


def drop(work: Work, order_id: UUID) -> None:
    """Leave a cart: the only order that is ever thrown away."""
    customer = fetch_mine(work, ORDER, order_id).customer_id
    fire(work, ORDER, order_id, EventDraft("cart.dropped", customer))


def view(work: Work, *, customer_id: UUID | None = None) -> Cart | None:
    """Show the cart with the prices of now; None where there is none."""
    cart = work.ask(_CART, customer=buyer_of(work, customer_id)).first()
    if cart is None:
        return None
    lines = [CartLine(*row) for row in work.ask(_PRICED, order=cart.id)]
    total = sum(line.quantity * (line.price_minor or 0) for line in lines)
    return Cart(cart.id, lines, total, cart.currency)


def find(work: Work, customer_id: UUID) -> UUID | None:
    """Find and lock a customer's cart."""
    row = _OWN.first(work.connection, {"tenant": work.tenant.id, "customer": customer_id})
    return None if row is None else row.id


def held(work: Work, cart: UUID) -> list[Row[Any]]:
    """Read the lines of a cart: position, variant and quantity."""
    return _LINES(work.connection, {"tenant": work.tenant.id, "order": cart})


def _open(work: Work, customer_id: UUID) -> UUID:
    """Find the cart or open one; who opens holds the customer, so that two at once open one."""
    cart = find(work, customer_id)
    if cart is None:
        existing(work.ask(_CUSTOMER, customer=customer_id).first(), "customer", customer_id)
        cart = find(work, customer_id)
    if cart is not None:
        return cart
    order_id = work.new_id()
    new = {
        "number": reserve_numbers(work.connection, work.tenant, "orders", 1),
        "customer_id": customer_id,
        "total_minor": 0,
        "currency": work.tenant.currency,
    }
    fire(work, ORDER, order_id, EventDraft("cart.opened", customer_id=customer_id), new=new)
    return order_id


def _set(work: Work, cart: UUID, variant_id: UUID, quantity: int) -> bool:
    here = rows.own(work, _line, order_id=cart, variant_id=variant_id)
    change = update(_line).where(*here).values(quantity=quantity)
    done = work.connection.execute(change if quantity else delete(_line).where(*here))
    return bool(done.rowcount)


_CART = select(_orders).where(
    *bound(_orders, customer_id="customer"),
    # written out, so that SQLite may use the index of carts without planning anew each time
    _orders.c.status == literal_column("'cart'"),
)
_OWN = Prepared(_CART.with_only_columns(_orders.c.id).with_for_update())
_CUSTOMER = (
    select(_customer.c.id)
    .where(*bound(_customer, id="customer"), _customer.c.erased_at.is_(None))
    .with_for_update(key_share=True)
)
_LINES = Prepared(
    select(_line.c.position, _line.c.variant_id, _line.c.quantity)
    .where(*bound(_line, order_id="order"))
    .order_by(_line.c.position)
)
_on_sale = linked(_variant, _product) & (_product.c.status == "approved")
_ON_SALE = select(_product.c.id).where(_on_sale, *bound(_variant, id="variant"))
# one flat join after the other: SQLite would read all products for an outer join of a join
_PRICED = (
    select(
        _line.c.position,
        _line.c.variant_id,
        _line.c.product_id,
        _line.c.quantity,
        case((_product.c.id.is_not(None), _variant.c.price_minor)),
    )
    .select_from(_line.outerjoin(_variant).outerjoin(_product, _on_sale))
    .where(*bound(_line, order_id="order"))
    .order_by(_line.c.position)
)
