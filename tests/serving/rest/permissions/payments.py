"""Who may do what with payments; the buyer has ordered by card, and has a card that is not charged yet."""

from __future__ import annotations

from tests.serving.rest.people import Shops, once
from tests.serving.rest.selling import customer_of, settle, shop_of

from commerce.orders.offline import record_order
from commerce.payments import disputes, intents, methods

#                                             buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/payments":                                 "200 200 200 200 200 200",
    "GET /api/payments/config":                          "200 200 200 200 200 200",
    "POST /api/payments":                                "403 404 404 404 201 201",
    "POST /api/payments/create_payment_intent":          "201 404 404 404 201 201",
    "GET /api/payments/{payment_id}":                    "200 404 404 404 200 200",
    "POST /api/payments/{payment_id}/confirm_payment":   "200 404 404 404 200 200",
    "POST /api/payments/{payment_id}/capture":           "403 403 403 403 409 409",
    "POST /api/payments/{payment_id}/cancel":            "200 404 404 404 200 200",
    "POST /api/payments/{payment_id}/refund":            "403 404 404 404 409 409",
    "POST /api/payments/{payment_id}/dispute":           "403 404 404 404 409 409",
    "GET /api/payment_methods":                          "200 200 404 404 404 404",
    "POST /api/payment_methods":                         "201 201 404 404 404 404",
    "POST /api/payment_methods/{method_id}/default":     "200 404 404 404 200 200",
    "DELETE /api/payment_methods/{method_id}":           "204 404 404 404 204 204",
    "GET /api/disputes":                                 "200 200 200 200 200 200",
    "GET /api/disputes/{dispute_id}":                    "200 404 404 404 200 200",
    "POST /api/disputes/{dispute_id}/close":             "403 403 403 403 200 200",
}  # fmt: skip
PUBLIC = {
    "POST /api/payments/webhooks/stripe": "400",
    "POST /api/payments/webhooks/local": "400",
}


def ids(shops: Shops) -> dict[str, str]:
    """A payment that waits for its card, the card, and a dispute of another payment."""
    return _made(shops)


def bodies(shops: Shops, number: int) -> dict[str, object]:
    """What the documented examples name that is not there."""
    known = {"order": _made(shops)["order_id"], "amount": "5.00"}
    payment = {"customer": str(customer_of(shops.buyer)), "method": "card", "success": True}
    return {
        "POST /api/payments": {**payment, **known},
        "POST /api/payments/create_payment_intent": known,
        "POST /api/payments/{payment_id}/confirm_payment": {},
    }


@once
def _made(shops: Shops) -> dict[str, str]:
    shop, buyer = shop_of(shops), shops.buyer.actor
    customer = customer_of(shops.buyer)
    settle(shop, shops.buyer)
    with shop.work() as work:
        elsewhere = record_order(work, customer, 10_000)
    with shop.work(buyer) as work:
        card = methods.attach(work, customer, "pm_card_visa")
        paid = intents.begin(work, elsewhere, customer, 2_000, "card", method_id=card)
        intents.confirm(work, paid)
        waits = intents.begin(work, elsewhere, customer, 1_000, "card", method_id=card)
    with shop.work() as work:
        dispute = disputes.begin(work, paid, 500, "fraudulent")
    return {
        "payment_id": str(waits),
        "method_id": str(card),
        "dispute_id": str(dispute),
        "order_id": str(elsewhere),
    }
