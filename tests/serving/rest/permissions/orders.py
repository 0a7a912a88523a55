"""Who may do what with orders; the buyer has ordered from the seller, and something lies in the buyer's cart."""

from __future__ import annotations

from uuid import UUID

from tests.commerce.delivery.journeys import placed
from tests.serving.rest.people import Shops, once
from tests.serving.rest.selling import customer_of, settle, shop_of

from commerce.orders import cart

#                                       buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/orders":                           "200 200 200 200 200 200",
    "POST /api/orders":                          "403 404 404 404 201 201",
    "POST /api/orders/checkout":                 "201 409 404 404 404 404",
    "GET /api/orders/recent":                    "200 200 200 200 200 200",
    "GET /api/orders/pending":                   "200 200 200 200 200 200",
    "GET /api/orders/high_value":                "200 200 200 200 200 200",
    "GET /api/orders/{order_id}":                "200 404 200 404 200 200",
    "PUT /api/orders/{order_id}":                "200 404 404 404 200 200",
    "PATCH /api/orders/{order_id}":              "200 404 404 404 200 200",
    "DELETE /api/orders/{order_id}":             "409 404 404 404 409 409",
    "POST /api/orders/{order_id}/update_status": "200 404 404 404 200 200",
    "POST /api/orders/{order_id}/complete":      "409 404 404 404 409 409",
    "POST /api/orders/{order_id}/cancel":        "200 404 404 404 200 200",
    "POST /api/orders/{order_id}/create_refund": "403 404 403 404 201 201",
    "POST /api/orders/{order_id}/refund":        "403 404 403 404 201 201",
    "GET /api/order/{order_id}/tax":             "200 404 404 404 200 200",
    "GET /api/cart":                             "200 200 404 404 404 404",
    "POST /api/cart/items":                      "201 201 404 404 404 404",
    "PUT /api/cart/items/{variant_id}":          "200 404 404 404 404 404",
    "PATCH /api/cart/items/{variant_id}":        "200 404 404 404 404 404",
    "DELETE /api/cart/items/{variant_id}":       "200 404 404 404 404 404",
}  # fmt: skip


def ids(shops: Shops) -> dict[str, str]:
    """An order of the buyer's, and what is in the cart."""
    made = _made(shops)
    return {"order_id": made[0], "variant_id": made[1]}


def bodies(shops: Shops, number: int) -> dict[str, object]:
    """What the documented examples name that is not there."""
    recorded = {
        "customer": str(customer_of(shops.buyer)),
        "amount": "249.99",
        "status": "delivered",
    }
    return {
        "POST /api/orders": recorded,
        "POST /api/orders/{order_id}/cancel": {},
        "POST /api/cart/items": {"variant_id": _made(shops)[1], "quantity": 1},
    }


@once
def _made(shops: Shops) -> tuple[str, str]:
    shop = shop_of(shops)
    settle(shop, shops.buyer)
    variant: UUID = shop.variant(1000, seller=shops.seller.actor)
    made = placed(shop, shops.buyer.actor, (variant, 1))
    with shop.work(shops.buyer.actor) as work:
        cart.add(work, variant)
    return str(made), str(variant)
