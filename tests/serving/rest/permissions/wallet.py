"""Who may do what with wallets, points and invoices; the invoice is the buyer's, the points are the seller's."""

from __future__ import annotations

from tests.commerce.delivery.journeys import placed
from tests.serving.rest.people import Shops, once
from tests.serving.rest.selling import customer_of, settle, shop_of

from commerce.payments import invoices

#                                        buyer stranger seller courier admin superadmin
LINES = {
    "GET /api/wallet":                             "200 200 200 200 200 200",
    "GET /api/wallet/transactions":                "200 200 200 200 200 200",
    "POST /api/wallet/top_up":                     "201 201 404 404 404 404",
    "GET /api/points":                             "200 200 200 200 200 200",
    "GET /api/points/history":                     "200 200 200 200 200 200",
    "GET /api/invoices":                           "200 200 200 200 200 200",
    "GET /api/invoices/overdue":                   "200 200 200 200 200 200",
    "GET /api/invoices/{invoice_id}":              "200 404 404 404 200 200",
    "POST /api/invoices/{invoice_id}/pay":         "403 403 403 403 200 200",
    "POST /api/invoices/{invoice_id}/credit":      "403 403 403 403 200 200",
    "POST /api/invoices/{invoice_id}/charge_back": "403 403 403 403 409 409",
}  # fmt: skip


@once
def ids(shops: Shops) -> dict[str, str]:
    """An invoice of the buyer's, of 11.90."""
    shop, buyer = shop_of(shops), shops.buyer.actor
    settle(shop, shops.buyer)
    placed(shop, buyer, (shop.variant(1000), 1), method="pay_later")
    with shop.look() as work:
        return {"invoice_id": str(invoices.of_customer(work, customer_of(shops.buyer))[0].id)}
