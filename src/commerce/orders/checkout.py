"""Checkout: from the cart to a placed order, in one transaction or not at all.

Prices, promotions, tax and the address are kept as they are at this instant, the goods are set aside, the
payment is begun and the delivery promised. However many lines an order has, the statements are as many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, select, update

from commerce import schema, stock, wallet
from commerce.bulk import insert_rows
from commerce.catalogue.promotions import offers
from commerce.errors import Conflict, NotFound, RecordError
from commerce.identity import reserve_numbers
from commerce.instants import DAY
from commerce.ledger import Account, Transfer
from commerce.machine import Fact, Step, fire_together
from commerce.money import exact_minor, from_minor
from commerce.orders import cart
from commerce.orders.pricing import Offer, Price, price_line
from commerce.orders.tax import country_code, rate
from commerce.payments import intents
from commerce.states import DELIVERY, ORDER
from commerce.work import Work

UNKNOWN_COUNTRY = "ZZ"
"""What an order's country is called where the address names none (ISO 3166)."""


class OrderedLine(NamedTuple):
    """So many of a variant; a price in major units only where it is agreed already, by auction."""

    variant_id: UUID
    quantity: int
    unit_price: Decimal | None = None


class _Priced(NamedTuple):
    """A line with the row of what is sold and what it costs."""

    goods: Row[Any]
    quantity: int
    unit_price: Decimal
    price: Price


def checkout(
    work: Work,
    method: str,
    *,
    customer_id: UUID | None = None,
    channel: str = "web",
    method_id: UUID | None = None,
    instalments: int = 1,
) -> UUID:
    """Place the order of what is in the cart.

    Parameters
    ----------
    work : Work
    method : str
        How it is paid; see `commerce.payments.intents`.
    customer_id : UUID, optional
        Whose cart, where the shop places it.
    channel : str, default "web"
        Where the order comes from.
    method_id : UUID, optional
        A card that is kept.
    instalments : int, default 1
        Invoices, if it is paid later.

    Returns
    -------
    UUID
        The order: the cart's own id.

    Raises
    ------
    Conflict
        "cart must hold something; got ..." and the errors of `place`
    """
    buyer = cart.buyer_of(work, customer_id)
    found = cart.find(work, buyer)
    if found is None:
        raise Conflict("cart must hold something; got none. Add something first.")
    lines = work.connection.execute(_LINES, {"tenant": work.tenant.id, "order": found.id})
    return place(
        work,
        [OrderedLine(line.variant_id, line.quantity) for line in lines],
        buyer,
        method,
        order_id=found.id,
        channel=channel,
        method_id=method_id,
        instalments=instalments,
    )


def place(
    work: Work,
    lines: Sequence[OrderedLine],
    customer_id: UUID,
    method: str,
    *,
    order_id: UUID | None = None,
    held_by: UUID | None = None,
    channel: str = "web",
    method_id: UUID | None = None,
    instalments: int = 1,
) -> UUID:
    """Place an order of some lines.

    Parameters
    ----------
    work : Work
        By the buyer, or by who runs the shop.
    lines : sequence of OrderedLine
        1 to 200.
    customer_id : UUID
    method : str
        How it is paid.
    order_id : UUID, optional
        The cart whose lines these are, in their order.
    held_by : UUID, optional
        The auction that has set goods and money aside; its prices are final: no promotion, no tax, and the winner
        may give the address later.
    channel, method_id, instalments
        As of `checkout`.

    Returns
    -------
    UUID

    Raises
    ------
    NotFound
        "customer must exist; got ...", "variant must exist; got ..."
    RecordError
        "customer must have a saved location to order; got none. ..."
    Conflict
        "product must be on sale; got ... retired. ...", "order must have 1 to 200 lines; got ..."
    InsufficientFunds
        "on_hand must hold what is taken from it; got ...", or wallet
    """
    buyer = cart.buyer_of(work, customer_id)
    if not 1 <= len(lines) <= cart.MOST_LINES:
        raise Conflict(
            f"order must have 1 to {cart.MOST_LINES} lines; got {len(lines)}. Fill the cart, or split it."
        )
    customer, goods = _read(work, buyer, lines, held=held_by is not None)
    country = country_code(customer.country) if customer.country else UNKNOWN_COUNTRY
    tax_bp = 0 if held_by else rate(work.policy, country)
    found = {} if held_by else offers(work, {row.product_id for row in goods.values()})
    priced = [_price(work, goods[line.variant_id], line, found, tax_bp) for line in lines]
    total = sum(line.price.amount for line in priced)
    order = order_id or work.new_id()
    columns = {
        "total_minor": total,
        "discount_minor": sum(line.price.discount for line in priced),
        "tax_minor": sum(line.price.tax for line in priced),
        "placed_at": work.now,
        "method": method,
        "country": country,
        "latitude": customer.latitude,
        "longitude": customer.longitude,
        "address": customer.address,
    }
    placed = Fact(
        "order.placed",
        customer_id=buyer,
        amount=total,
        quantity=sum(line.quantity for line in priced),
        value=len(priced),
        method=channel,
    )
    facts = [_line_fact(order, buyer, line, held_by) for line in priced]
    if order_id is None:
        columns |= {
            "number": reserve_numbers(work.connection, work.tenant, "orders", 1),
            "customer_id": buyer,
            "currency": work.tenant.currency,
        }
    step = Step(
        ORDER,
        order,
        (placed, *facts),
        "placed",
        new=columns if order_id is None else None,
        changes=columns,
    )
    by_wallet = method == "wallet"
    paid = [wallet.begin(work, order, buyer, total, held_by=held_by)] if by_wallet else []
    fire_together(work, [step, *paid, _delivery(work, order, buyer)])
    _write_lines(work, order, priced, new=order_id is None)
    if not by_wallet:
        intents.begin(
            work, order, buyer, total, method, method_id=method_id, instalments=instalments
        )
    if held_by is None:
        taken: Counter[UUID] = Counter()
        for line in lines:
            taken[line.variant_id] += line.quantity
        stock.tell_low(work, taken)
    return order


def _read(
    work: Work, buyer: UUID, lines: Sequence[OrderedLine], *, held: bool
) -> tuple[Row[Any], dict[UUID, Row[Any]]]:
    """Read the buyer and what is ordered in one query, and check that both may meet."""
    rows = work.connection.execute(
        _GOODS,
        {
            "tenant": work.tenant.id,
            "customer": buyer,
            "variants": list({line.variant_id for line in lines}),
        },
    ).all()
    if not rows:
        raise NotFound("customer", buyer)
    customer = rows[0]
    if not held and None in (customer.latitude, customer.longitude, customer.address):
        raise RecordError(
            "customer must have a saved location to order; got none. Save it in the profile first."
        )
    goods = {row.variant_id: row for row in rows if row.variant_id is not None}
    for line in lines:
        stock.check_quantity(line.quantity)
        row = goods.get(line.variant_id)
        if row is None or (row.status in ("submitted", "rejected") and not held):
            raise NotFound("variant", line.variant_id)
        if row.status == "retired" and not held:
            raise Conflict(
                f"product must be on sale; got {row.name!r}, retired. Take it out of the cart."
            )
    return customer, goods


def _price(
    work: Work,
    row: Row[Any],
    line: OrderedLine,
    found: Mapping[UUID, Sequence[Offer]],
    tax_bp: int,
) -> _Priced:
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
    return _Priced(row, line.quantity, from_minor(unit, currency), price)


def _line_fact(order: UUID, buyer: UUID, line: _Priced, held_by: UUID | None) -> Fact:
    """Tell of a line, and set its goods aside: off the shelf, or from what an auction holds."""
    variant = line.goods.variant_id
    if held_by is None:
        move = stock.hold(variant, line.quantity, order)
    else:
        ends = Account("held", held_by.hex), Account("held", order.hex)
        move = Transfer(stock.asset(variant), *ends, line.quantity)
    return Fact(
        "order.line",
        customer_id=buyer,
        amount=line.price.amount,
        quantity=line.quantity,
        category=line.goods.category,
        product_id=line.goods.product_id,
        seller_id=line.goods.seller_id,
        transfers=[move],
    )


def _delivery(work: Work, order: UUID, buyer: UUID) -> Step:
    """Promise the delivery."""
    due = work.now + work.policy.promise_days * DAY
    promised = Fact("delivery.promised", customer_id=buyer, due_at=due)
    new = {"order_id": order, "promised_at": due}
    return Step(DELIVERY, work.new_id(), (promised,), new=new)


def _write_lines(work: Work, order: UUID, priced: Sequence[_Priced], *, new: bool) -> None:
    """Keep what each line costs; of a cart, on the lines that are there."""
    kept = [
        (
            str(line.unit_price),
            line.price.amount,
            line.goods.seller_id,
            line.price.promotion_id,
            line.price.discount,
            line.price.tax,
        )
        for line in priced
    ]
    tenant = work.tenant.id
    if new:
        rows = [
            (
                tenant,
                order,
                place,
                line.goods.product_id,
                line.goods.variant_id,
                line.quantity,
                *each,
            )
            for place, (line, each) in enumerate(zip(priced, kept, strict=True), start=1)
        ]
        insert_rows(work.connection, _line.name, (*_OF_LINE, *_KEPT), rows)
        return
    here = [{"tenant": tenant, "order": order, "variant": line.goods.variant_id} for line in priced]
    changes = [
        {**key, **dict(zip(_KEPT, each, strict=True)), "unit_price": line.unit_price}
        for key, line, each in zip(here, priced, kept, strict=True)
    ]
    work.connection.execute(_FIX_LINE, changes)


_OF_LINE = ("tenant_id", "order_id", "position", "product_id", "variant_id", "quantity")
_KEPT = ("unit_price", "amount_minor", "seller_id", "promotion_id", "discount_minor", "tax_minor")
_line, _customer, _category = schema.order_line, schema.customer, schema.category
_variant, _product = schema.variant, schema.product
_LINES = (
    select(_line.c.variant_id, _line.c.quantity)
    .where(_line.c.tenant_id == bindparam("tenant"), _line.c.order_id == bindparam("order"))
    .order_by(_line.c.position)
)
_FIX_LINE = update(_line).where(
    _line.c.tenant_id == bindparam("tenant"),
    _line.c.order_id == bindparam("order"),
    _line.c.variant_id == bindparam("variant"),
)
_on_offer = _variant.join(
    _product,
    and_(_product.c.tenant_id == _variant.c.tenant_id, _product.c.id == _variant.c.product_id),
).outerjoin(
    _category,
    and_(_category.c.tenant_id == _product.c.tenant_id, _category.c.id == _product.c.category_id),
)
_GOODS: Select[Any] = (
    select(
        _customer.c.country,
        _customer.c.latitude,
        _customer.c.longitude,
        _customer.c.address,
        _variant.c.id.label("variant_id"),
        _variant.c.sku,
        _variant.c.price_minor,
        _variant.c.currency,
        _product.c.id.label("product_id"),
        _product.c.name,
        _product.c.status,
        _product.c.seller_id,
        _category.c.name.label("category"),
    )
    .select_from(
        _customer.outerjoin(
            _on_offer,
            and_(
                _variant.c.tenant_id == _customer.c.tenant_id,
                _variant.c.id.in_(bindparam("variants", expanding=True)),
            ),
        )
    )
    .where(
        _customer.c.tenant_id == bindparam("tenant"),
        _customer.c.id == bindparam("customer"),
        _customer.c.erased_at.is_(None),
    )
)
