"""The cart: what is in it, with the prices of now."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from commerce.catalogue.search import variant_meant
from commerce.orders import cart
from serving.rest.deps import Acting, Looking, Resource
from serving.rest.fields import MoneyText, OfVariant, Question, Told, example, write_money

router = Resource("carts", "/api/cart")

Whose = Annotated[
    UUID | None,
    Query(alias="customer_id", description="Whose cart, where the shop fills it; one's own else."),
]


class CartItem(OfVariant):
    """What goes into the cart; what is there already becomes more."""

    model_config = example(variant_id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55", quantity=2)

    quantity: int = 1


class Quantity(Question):
    """How many of something are to be in the cart; 0 takes it out."""

    model_config = example(quantity=3)

    quantity: int


class CartLineAnswer(Told):
    """What is in the cart; `price` of one is null where it is no longer sold."""

    position: int
    variant_id: UUID
    product_id: UUID
    quantity: int
    price: MoneyText | None


class CartAnswer(Told):
    """A cart; `amount` is before promotions and tax, which the instant of checkout decides."""

    model_config = example(
        id="8f0f5a7e-3f6b-4d0e-9a3e-0f3f0f3b7c11",
        items=[
            {
                "position": 1,
                "variant_id": "0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
                "product_id": "77d2a6ad-2b5c-4f3e-9a55-8c8fb5a0f1d2",
                "quantity": 2,
                "price": "10.00",
            }
        ],
        amount="20.00",
        currency="EUR",
    )

    id: UUID | None = Field(description="Which the order will keep; null for an empty cart.")
    items: list[CartLineAnswer]
    amount: MoneyText
    currency: str


@router.get("", summary="Read the cart")
def read_cart(work: Looking, whose: Whose = None) -> CartAnswer:
    """One's own, with the prices of now."""
    return _shown(work, whose)


@router.post("/items", status_code=201, summary="Put something into the cart")
def add_item(work: Acting, body: CartItem, whose: Whose = None) -> CartAnswer:
    """Nothing is set aside for a cart, and no price is fixed."""
    meant = variant_meant(work, body.variant_id, body.product)
    cart.add(work, meant, body.quantity, customer_id=whose)
    return _shown(work, whose)


@router.put("/items/{variant_id}", summary="Say how many of something are in the cart")
@router.patch("/items/{variant_id}", summary="Say how many of something are in the cart")
def change_item(work: Acting, variant_id: UUID, body: Quantity, whose: Whose = None) -> CartAnswer:
    """0 takes it out."""
    cart.change(work, variant_id, body.quantity, customer_id=whose)
    return _shown(work, whose)


@router.delete("/items/{variant_id}", summary="Take something out of the cart")
def remove_item(work: Acting, variant_id: UUID, whose: Whose = None) -> CartAnswer:
    """All there is of it."""
    cart.remove(work, variant_id, customer_id=whose)
    return _shown(work, whose)


def _shown(work: Looking, whose: UUID | None) -> CartAnswer:
    found = cart.view(work, customer_id=whose)
    if found is None:
        currency = work.tenant.currency
        return CartAnswer(id=None, items=[], amount=write_money(0, currency), currency=currency)
    return CartAnswer(
        id=found.id,
        items=[_line(line, found.currency) for line in found.lines],
        amount=write_money(found.total_minor, found.currency),
        currency=found.currency,
    )


def _line(line: cart.CartLine, currency: str) -> CartLineAnswer:
    return CartLineAnswer(
        **{name: getattr(line, name) for name in cart.CartLine._fields[:4]},
        price=None if line.price_minor is None else write_money(line.price_minor, currency),
    )
