"""The lines of an order: what is ordered, whether it may be, what it costs, and how that is kept.

However many lines there are, they are read by one query, priced by another and written by one statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, select

from commerce import stock
from commerce.catalogue.promotions import offers
from commerce.records import schema
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, NotFound, RecordError, existing
from commerce.records.ledger import Account, Transfer
from commerce.records.line_prices import Offer, Price, price_line
from commerce.records.machine import EventDraft
from commerce.records.money import exact_minor, from_minor
from commerce.records.prepared import Prepared
from commerce.records.sql import among, bound, linked, upsert
from commerce.records.work import Work


class OrderedLine(NamedTuple):
    """So many of a variant; a price in major units only where it is agreed already, by auction.

    ``position`` is that in the cart; without one, lines are counted from 1.
    """

    variant_id: UUID
    quantity: int
    unit_price: Decimal | None = None
    position: int | None = None


class PricedLine(NamedTuple):
    """A line with the row of what is sold and what it costs."""

    position: int
    item: Row[Any]
    quantity: int
    unit_price: Decimal
    price: Price


def read(
    work: Work, buyer: UUID, lines: Sequence[OrderedLine], *, held: bool
) -> tuple[Row[Any], dict[UUID, Row[Any]]]:
    """Read the buyer and what is ordered in one query, and check that both may meet.

    A buyer says first where it goes to; who runs the shop may order for somebody of whom it does not know that.
    """
    variants = list({line.variant_id for line in lines})
    known = {"tenant": work.tenant.id, "customer": buyer, "variants": variants}
    rows = _ITEMS(work.connection, known)
    customer = existing(next(iter(rows), None), "customer", buyer)
    placeless = None in (customer.latitude, customer.longitude, customer.address)
    if placeless and not (held or work.actor.runs_the_shop):
        raise RecordError(
            "customer must have a saved location to order; got none. Save it in the profile first."
        )
    items = {row.variant_id: row for row in rows if row.variant_id is not None}
    for line in lines:
        stock.check_quantity(line.quantity)
        row = items.get(line.variant_id)
        if row is None or (row.status in ("submitted", "rejected") and not held):
            raise NotFound("variant", line.variant_id)
        if row.status == "retired" and not held:
            raise Conflict(
                f"product must be on sale; got {row.name!r}, retired. Take it out of the cart."
            )
    return customer, items


@checked
def price(
    work: Work,
    items: Mapping[UUID, Row[Any]],
    lines: Sequence[OrderedLine],
    tax_bp: int,
    *,
    final: bool,
) -> list[PricedLine]:
    """Price lines as of now; final prices get no promotion."""
    found = {} if final else offers(work, {row.product_id for row in items.values()})
    return [
        _price(work, position, items[line.variant_id], line, found, tax_bp)
        for position, line in enumerate(lines, start=1)
    ]


def _price(
    work: Work,
    position: int,
    row: Row[Any],
    line: OrderedLine,
    found: Mapping[UUID, Sequence[Offer]],
    tax_bp: int,
) -> PricedLine:
    currency = work.tenant.currency
    if line.unit_price is not None:
        unit = exact_minor(line.unit_price, currency)
    elif row.price_minor is None or row.currency != currency:
        raise Conflict(
            f"variant must have a price in {currency}; got none for {row.sku!r}. Set one."
        )
    else:
        unit = row.price_minor
    price = price_line(unit * line.quantity, line.quantity, found.get(row.product_id, ()), tax_bp)
    return PricedLine(
        line.position or position, row, line.quantity, from_minor(unit, currency), price
    )


def event_of(order: UUID, buyer: UUID, line: PricedLine, held_by: UUID | None) -> EventDraft:
    """Draft the event of a line, and set its items aside: from the stock, or from what an auction holds."""
    variant = line.item.variant_id
    if held_by is None:
        move = stock.hold(variant, line.quantity, order)
    else:
        ends = Account("held", held_by.hex), Account("held", order.hex)
        move = Transfer(stock.asset(variant), *ends, line.quantity)
    return EventDraft(
        "order.line",
        customer_id=buyer,
        amount=line.price.amount,
        quantity=line.quantity,
        category=line.item.category,
        product_id=line.item.product_id,
        seller_id=line.item.seller_id,
        transfers=[move],
    )


def keep(work: Work, order: UUID, priced: Sequence[PricedLine]) -> None:
    """Write the lines of an order, with what each costs."""
    rows = [
        {
            "tenant_id": work.tenant.id,
            "order_id": order,
            "position": line.position,
            "product_id": line.item.product_id,
            "variant_id": line.item.variant_id,
            "quantity": line.quantity,
            "seller_id": line.item.seller_id,
            "unit_price": line.unit_price,
            "promotion_id": line.price.promotion_id,
            "discount_minor": line.price.discount,
            "tax_minor": line.price.tax,
            "amount_minor": line.price.amount,
        }
        for line in priced
    ]
    _keeping(work.connection.dialect.name, tuple(rows[0])).change(work.connection, *rows)


@cache
def _keeping(dialect: str, columns: Sequence[str]) -> Prepared:
    """Prepare the writing of a line: that of the cart, which so gets its price, or a new one."""
    key, priced = columns[:3], columns[6:]
    return Prepared(
        upsert(
            dialect,
            schema.order_line,
            columns,
            key,
            lambda line: {name: line[name] for name in priced},
        )
    )


_customer, _category = schema.customer, schema.category
_variant, _product = schema.variant, schema.product
_ITEMS = Prepared(
    select(
        _customer.c.country,
        _customer.c.latitude,
        _customer.c.longitude,
        _customer.c.address,
        _variant.c.id.label("variant_id"),
        _variant.c.sku,
        _variant.c.price_minor,
        _variant.c.currency,
        _variant.c.low_stock_at,
        _product.c.id.label("product_id"),
        _product.c.name,
        _product.c.status,
        _product.c.seller_id,
        _category.c.name.label("category"),
    )
    .select_from(
        _customer.outerjoin(
            _variant,
            (_variant.c.tenant_id == _customer.c.tenant_id) & among(_variant.c.id, "variants"),
        )
        .outerjoin(_product, linked(_variant, _product))
        .outerjoin(_category, linked(_product, _category))
    )
    .where(*bound(_customer, id="customer"), _customer.c.erased_at.is_(None))
)
