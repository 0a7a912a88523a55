"""Checkout: from the cart to a placed order, in one transaction or not at all.

Prices, promotions, tax and the address are kept as they are at this instant, the goods are set aside, the
payment is begun and the delivery promised. However many lines an order has, the statements are as many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from commerce import stock
from commerce.orders import cart
from commerce.orders.lines import OrderedLine, PricedLine, event_of, keep, price, read
from commerce.orders.tax import country_code, rate
from commerce.payments import intents
from commerce.payments.payment_rows import created_from_wallet
from commerce.records.arguments import checked
from commerce.records.errors import Conflict, check_whole
from commerce.records.identity import reserve_numbers
from commerce.records.instants import DAY
from commerce.records.ledger import Place
from commerce.records.machine import EventDraft, Step, fire_together
from commerce.records.states import DELIVERY, ORDER
from commerce.records.work import Work

UNKNOWN_COUNTRY = "ZZ"
"""What an order's country is called where the address names none (ISO 3166)."""


@checked
def checkout(
    work: Work,
    method: str,
    *,
    customer_id: UUID | None = None,
    channel: str = "web",
    method_id: UUID | None = None,
    instalments: int = 1,
) -> UUID:
    """Place the order of what is in the cart; give the order, whose id is the cart's own.

    Parameters
    ----------
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

    Raises
    ------
    Conflict
        "cart must hold something; got ..." and the errors of `place`
    """
    buyer = cart.buyer_of(work, customer_id)
    found = cart.find(work, buyer)
    if found is None:
        raise Conflict("cart must hold something; got none. Add something first.")
    return place(
        work,
        [
            OrderedLine(line.variant_id, line.quantity, position=line.position)
            for line in cart.held(work, found)
        ],
        buyer,
        method,
        order_id=found,
        channel=channel,
        method_id=method_id,
        instalments=instalments,
    )


@checked
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
    """Place an order of some lines. By the buyer, or by who runs the shop.

    Parameters
    ----------
    lines : sequence of OrderedLine
        1 to 200.
    method : str
        How it is paid.
    order_id : UUID, optional
        The cart that becomes the order; its lines keep their positions.
    held_by : UUID, optional
        The auction that has set goods and money aside; its prices are final: no promotion, no tax, and the winner
        may give the address later.
    channel, method_id, instalments
        As of `checkout`.

    Raises
    ------
    NotFound
    RecordError
        "customer must have a saved location to order; got none. ...", where the customer orders
        "order total must be at most 9,007,199,254,740,991; got ..."
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
    customer, items = read(work, buyer, lines, held=held_by is not None)
    country = country_code(customer.country) if customer.country else UNKNOWN_COUNTRY
    tax_bp = 0 if held_by else rate(work.policy, country)
    priced = price(work, items, lines, tax_bp, final=held_by is not None)
    total = sum(line.price.amount for line in priced)
    check_whole("order total", total)
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
    placed = EventDraft(
        "order.placed",
        customer_id=buyer,
        amount=total,
        quantity=sum(line.quantity for line in priced),
        value=len(priced),
        method=channel,
    )
    events = [event_of(order, buyer, line, held_by) for line in priced]
    if order_id is None:
        columns |= {
            "number": reserve_numbers(work.connection, work.tenant, "orders", 1),
            "customer_id": buyer,
            "currency": work.tenant.currency,
        }
    step = Step(
        ORDER,
        order,
        (placed, *events),
        "placed",
        new=columns if order_id is None else None,
        changes=columns,
    )
    by_wallet = method == "wallet"
    paid = [created_from_wallet(work, order, buyer, total, held_by=held_by)] if by_wallet else []
    fired = fire_together(work, [step, *paid, _delivery(work, order, buyer)])
    keep(work, order, priced)
    if not by_wallet:
        intents.begin(
            work, order, buyer, total, method, method_id=method_id, instalments=instalments
        )
    if held_by is None:
        _emit_low_stock(work, priced, fired.holds)
    return order


def _emit_low_stock(work: Work, priced: Sequence[PricedLine], holds: Mapping[Place, int]) -> None:
    """Let the stock say what ran low by this order, from what its accounts hold now."""
    taken: Counter[UUID] = Counter()
    levels: dict[UUID, stock.Level] = {}
    for line in priced:
        item, variant = line.item, line.item.variant_id
        taken[variant] += line.quantity
        left = holds[stock.asset(variant), *stock.ON_HAND]
        levels[variant] = stock.Level(
            variant, item.sku, item.product_id, item.seller_id, item.low_stock_at, left
        )
    stock.emit_low_stock(work, taken, levels.values())


def _delivery(work: Work, order: UUID, buyer: UUID) -> Step:
    """Promise the delivery."""
    due = work.now + work.policy.promise_days * DAY
    promised = EventDraft("delivery.promised", customer_id=buyer, due_at=due)
    new = {"order_id": order, "promised_at": due}
    return Step(DELIVERY, work.new_id(), (promised,), new=new)
