"""Who may read figures: who runs the shop; a customer its own."""

from __future__ import annotations

from tests.serving.rest.people import NOW, Shops

from commerce.catalogue import products
from commerce.catalogue.products import NewVariant
from commerce.records.work import working

_STAFF = "403 403 403 403 200 200"
_PATHS = (
    "/api/analytics/sales-metrics",
    "/api/analytics/product-performance",
    "/api/analytics/customer-segments",
    "/api/analytics/cohorts",
    "/api/analytics/retention",
    "/api/analytics/payment-rates",
    "/api/analytics/order-lifecycle",
    "/api/analytics/summary/overview",
    "/api/advanced-analytics/real-time-metrics/current",
    "/api/orders/analytics",
    "/api/products/top_selling",
    "/api/products/categories_summary",
    "/api/products/{product_id}/analytics",
    "/api/customers/vip_customers",
    "/api/customers/new_customers",
    "/api/customers/inactive_customers",
    "/api/customers/top_customers",
    "/api/customers/analytics_summary",
)
LINES = {
    **{f"GET {path}": _STAFF for path in _PATHS},
    "GET /api/analytics/sales": "422 422 422 422 422 422",  # without a type
    "GET /api/customers/{customer_id}/analytics": "200 404 404 404 200 200",
    "GET /api/customer/{customer_id}/clv": "200 404 404 404 200 200",
}


def ids(shops: Shops) -> dict[str, str]:
    """The buyer, and a product on sale."""
    known = vars(shops)
    if "_figured" not in known:
        with working(shops.engine, shops.tenant("acme"), shops.admin.actor, now=NOW) as work:
            known["_figured"] = products.create(work, "Clock", [NewVariant("figured", 1000)])
    return {
        "customer_id": str(shops.buyer.actor.customer_id),
        "product_id": str(known["_figured"]),
    }
