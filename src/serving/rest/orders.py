"""Orders: listed with their lines, placed, recorded, brought on, called off."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AliasChoices, AwareDatetime, Field

from commerce.catalogue.search import variant_meant
from commerce.orders import cart, checkout, completion, offline, queries
from commerce.orders.lines import OrderedLine
from commerce.people import customers
from commerce.records.errors import RecordError
from commerce.records.money import exact_minor
from serving.rest.deps import Acting, Listing, Looking, Page, Resource
from serving.rest.fields import (
    Amount,
    Instant,
    Key,
    MoneyText,
    OfVariant,
    Question,
    Told,
    example,
    write_money,
)

router = Resource("orders", "/api/orders")


class Item(OfVariant):
    """So many of a variant."""

    model_config = example(variant_id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55", quantity=2)

    quantity: int = 1


class NewOrder(Question):
    """Items to order from the stock, or the amount of an order that was placed elsewhere."""

    model_config = example(
        customer="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17", amount="249.99", status="delivered"
    )

    customer: str | None = Field(
        None,
        validation_alias=AliasChoices("customer", "customer_id"),
        max_length=200,
        description="By any of its names; oneself by default. Or `customer_id`.",
    )
    items: list[Item] | None = None
    method: str = Field("cash_on_delivery", description="How the items are paid.")
    method_id: UUID | None = Field(None, description="The card to pay with.")
    instalments: int = Field(1, description="Invoices, where the items are paid later.")
    amount: Amount | None = None
    status: str | None = Field(None, description="What became of an order from elsewhere.")

    def status_said(self) -> dict[str, str]:
        """Give the status, if any was sent."""
        return {} if self.status is None else {"status": self.status}


class Checkout(Question):
    """How the cart is paid."""

    model_config = example(method="wallet")

    method: str = Field(description="wallet, card, cash_on_delivery or pay_later.")
    customer_id: UUID | None = Field(None, description="Whose cart, where the shop places it.")
    method_id: UUID | None = Field(None, description="The card to pay with.")
    instalments: int = Field(1, description="Invoices, where it is paid later.")


class StatusChange(Question):
    """Where an order is to be brought."""

    model_config = example(status="cancelled", reason="changed_mind")

    status: str
    reason: str | None = Field(None, description="One lower-case word, for an order called off.")


class Reason(Question):
    """Why an order is called off."""

    model_config = example(reason="changed_mind")

    reason: str = Field("changed_mind", description="One lower-case word.")


class LineAnswer(Told):
    """A line of an order; `amount` is what the buyer pays for it, with tax."""

    position: int
    product_id: UUID | None
    variant_id: UUID | None
    seller_id: UUID | None
    quantity: int
    returned_quantity: int
    unit_price: Decimal | None
    discount: MoneyText
    tax: MoneyText
    amount: MoneyText


class OrderAnswer(Told):
    """An order as its reader may see it: to a seller, the seller's own lines and what they sum to."""

    model_config = example(
        id="8f0f5a7e-3f6b-4d0e-9a3e-0f3f0f3b7c11",
        number=17,
        external_id=None,
        customer="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        status="placed",
        delivery="available",
        method="wallet",
        placed_at="2026-01-01T12:00:00Z",
        currency="EUR",
        discount="0.00",
        tax="3.80",
        amount="23.80",
        items=[
            {
                "position": 1,
                "product_id": "77d2a6ad-2b5c-4f3e-9a55-8c8fb5a0f1d2",
                "variant_id": "0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
                "seller_id": None,
                "quantity": 2,
                "returned_quantity": 0,
                "unit_price": "10.00",
                "discount": "0.00",
                "tax": "3.80",
                "amount": "23.80",
            }
        ],
    )

    id: UUID
    number: int
    external_id: str | None
    customer: UUID | None
    status: str = Field(
        description="Such as placed or completed; while it is on its way processing, shipped or delivered."
    )
    delivery: str | None = Field(description="Where its delivery is; null where none is promised.")
    method: str | None
    placed_at: Instant | None = Field(description="Null for a cart.")
    currency: str
    discount: MoneyText
    tax: MoneyText
    amount: MoneyText = Field(description="What the buyer pays, with tax.")
    items: list[LineAnswer]


@router.get("", summary="List orders")
def list_orders(
    work: Looking,
    page: Page,
    status: str | None = None,
    customer: Annotated[str | None, Query(max_length=200)] = None,
    since: Annotated[AwareDatetime | None, Query(description="Placed from then on.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Placed before then.")] = None,
) -> Listing[OrderAnswer]:
    """One's own for a buyer, those with own lines for a seller, all of them for who runs the shop; newest first."""
    whose = None if customer is None else customers.get(work, customer).id
    part = queries.listed(
        work,
        status=status,
        customer_id=whose,
        since=since,
        until=until,
        ordering=page.ordering,
        **page.where,
    )
    return page.of(part, show)


@router.post("", status_code=201, summary="Place an order, or record one")
def create_order(work: Acting, body: NewOrder) -> OrderAnswer:
    """Items are set aside in the stock, all of them or none; an amount alone records an order from elsewhere."""
    whose = cart.buyer_of(
        work, None if body.customer is None else customers.get(work, body.customer).id
    )
    if body.items is None:
        amount = None if body.amount is None else exact_minor(body.amount, work.tenant.currency)
        return _shown(work, offline.record_order(work, whose, amount, **body.status_said()))
    if body.amount is not None or body.status is not None:
        raise RecordError("amount and status must not come with items; got both. Leave one out.")
    lines = [
        OrderedLine(variant_meant(work, item.variant_id, item.product), item.quantity)
        for item in body.items
    ]
    order = checkout.place(
        work,
        lines,
        whose,
        body.method,
        channel="api",
        method_id=body.method_id,
        instalments=body.instalments,
    )
    return _shown(work, order)


@router.post("/checkout", status_code=201, summary="Check out")
def check_out(work: Acting, body: Checkout) -> OrderAnswer:
    """From the cart to a placed order, all of it or nothing: prices, tax and address are kept as they are now."""
    order = checkout.checkout(work, **body.rest())
    return _shown(work, order)


@router.get("/recent", summary="List the orders placed last")
def list_recent(
    work: Looking, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> Listing[OrderAnswer]:
    """The newest first."""
    found = [show(order) for order in queries.recent(work, limit=limit)]
    return Listing[OrderAnswer](count=len(found), next=None, previous=None, results=found)


@router.get("/pending", summary="List the orders that are not over yet")
def list_pending(work: Looking, page: Page) -> Listing[OrderAnswer]:
    """The newest first."""
    return page.of(queries.pending(work, ordering=page.ordering, **page.where), show)


@router.get("/high_value", summary="List the orders of a high amount")
def list_high_value(
    work: Looking,
    page: Page,
    threshold: Annotated[
        int, Query(description="Minor units of the shop's currency; 50000 are 500.00 EUR.", ge=0)
    ] = 50_000,
) -> Listing[OrderAnswer]:
    """Of at least the threshold, the newest first; each says its currency."""
    part = queries.high_value(work, threshold, ordering=page.ordering, **page.where)
    return page.of(part, show)


@router.get("/{order_id}", summary="Read an order")
def read_order(work: Looking, order_id: Key) -> OrderAnswer:
    """By any of its names."""
    return show(queries.view(work, order_id))


@router.put("/{order_id}", summary="Bring an order to a status")
@router.patch("/{order_id}", summary="Bring an order to a status")
@router.post("/{order_id}/update_status", summary="Bring an order to a status")
def update_status(work: Acting, order_id: Key, body: StatusChange) -> OrderAnswer:
    """By the one way that leads there; the status is all of an order that changes, what was ordered stays."""
    order = queries.view(work, order_id)
    completion.update_status(work, order.id, **body.rest())
    return _shown(work, order.id)


@router.delete("/{order_id}", status_code=204, summary="Throw a cart away")
def delete_order(work: Acting, order_id: Key) -> None:
    """An order that is placed is called off instead."""
    cart.drop(work, queries.view(work, order_id).id)


@router.post("/{order_id}/complete", summary="Complete an order")
def complete_order(work: Acting, order_id: Key) -> OrderAnswer:
    """Some days after its delivery: what is set aside for it goes to sellers and shop."""
    order = queries.view(work, order_id)
    completion.complete(work, order.id)
    return _shown(work, order.id)


@router.post("/{order_id}/cancel", summary="Call an order off")
def cancel_order(work: Acting, order_id: Key, body: Reason | None = None) -> OrderAnswer:
    """Before it is shipped: goods and money go back where they were."""
    order = queries.view(work, order_id)
    completion.cancel(work, order.id, **({} if body is None else body.rest()))
    return _shown(work, order.id)


def show(order: queries.Order) -> OrderAnswer:
    """Write an order for a client."""
    return OrderAnswer(
        **{name: getattr(order, name) for name in _AS_THEY_ARE},
        status=order.shown_status,
        customer=order.customer_id,
        discount=write_money(order.discount_minor, order.currency),
        tax=write_money(order.tax_minor, order.currency),
        amount=write_money(order.total_minor, order.currency),
        items=[_line(line, order.currency) for line in order.lines],
    )


_AS_THEY_ARE = set(OrderAnswer.model_fields) & set(queries.Order._fields) - {"status"}


def _line(line: queries.Line, currency: str) -> LineAnswer:
    return LineAnswer(
        **{name: getattr(line, name) for name in queries.Line._fields[:7]},
        discount=write_money(line.discount_minor, currency),
        tax=write_money(line.tax_minor, currency),
        amount=write_money(line.amount_minor, currency),
    )


def _shown(work: Looking, order_id: UUID) -> OrderAnswer:
    return show(queries.view(work, order_id))
