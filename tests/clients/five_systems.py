"""What clients of the five replaced systems send, by the paths and bodies of their own READMEs, answered right.

Each system's client works in a shop of its own, which a superadmin opens for it over HTTP, so nothing that is
there already is touched; the shops stay. Every path is asked with and without its trailing slash.

    $ bellwether create-admin root --tenant operator --currency EUR --superadmin
    $ bellwether train bank_churn --quick
    $ bellwether serve
    $ python tests/clients/five_systems.py http://127.0.0.1:3000 --username root

The password is asked for, or read as one line from standard input where nobody types.
"""

from __future__ import annotations

import argparse
import getpass
import secrets
import struct
import sys
import time
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

MOVING = frozenset({"as_of", "since", "request_id", "made_at", "next", "previous"})
"""What may differ between two answers to the same question."""

BERLIN = ZoneInfo("Europe/Berlin")
JANE = {"full_name": "Jane Doe", "email": "jane@example.com", "phone": "+123456789"}
BANK_RECORD = {
    "credit_score": 600,
    "geography": "France",
    "gender": "Male",
    "age": 40,
    "tenure": 3,
    "balance": 50000,
    "num_of_products": 1,
    "has_cr_card": 1,
    "is_active_member": 0,
}
PLACE = {"latitude": 52.52, "longitude": 13.405, "address": "Tick Street 1, Berlin"}


class Wrong(AssertionError):
    """An answer that is not what the system's README promises."""


def same(what: str, got: object, wanted: object) -> None:
    """Hold an answer against what it must be."""
    if got != wanted:
        raise Wrong(f"{what} must be {wanted!r}; got {got!r}")


def shows(what: str, answer: Mapping[str, Any], **wanted: object) -> None:
    """Hold some fields of an answer against what they must be."""
    same(what, {name: answer.get(name) for name in wanted}, wanted)


def steady(answer: Any) -> Any:
    """Leave out of an answer what moves by itself."""
    if isinstance(answer, dict):
        return {name: steady(each) for name, each in answer.items() if name not in MOVING}
    return [steady(each) for each in answer] if isinstance(answer, list) else answer


@dataclass(frozen=True)
class Client:
    """A program that shows a credential."""

    http: httpx.Client
    headers: Mapping[str, str]
    asked: set[tuple[str, str, bool]]
    """Method, documented path, and whether with its trailing slash."""

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int = 200,
        slash: bool = True,
        headers: Mapping[str, str] | None = None,
        files: Any = None,
        **ids: object,
    ) -> Any:
        """Send one request to a path as it is documented, or without its slash; give the body that is answered."""
        template, _, query = path.partition("?")
        at = (template if slash else template.rstrip("/")).format(**ids)
        answer = self.http.request(
            method,
            f"{at}?{query}" if query else at,
            json=body,
            files=files,
            headers={**self.headers, **(headers or {})},
        )
        self.asked.add((method, template, slash))
        if answer.status_code != status:
            got = f"{answer.status_code}: {answer.text}"
            raise Wrong(f"{method} {at} must be answered with {status}; got {got}")
        return answer.json() if answer.content else None

    def get(self, path: str, **more: Any) -> Any:
        """Ask with and without the slash, which are the same."""
        first, second = (self.ask("GET", path, slash=slash, **more) for slash in (True, False))
        same(f"GET {path} without its slash", steady(second), steady(first))
        return first

    def post(self, path: str, body: Any = None, *, status: int = 201, **ids: object) -> Any:
        """Send with and without the slash under one Idempotency-Key: it is done once."""
        key = {"Idempotency-Key": str(uuid.uuid4())}
        first, second = (
            self.ask("POST", path, body, status=status, slash=slash, headers=key, **ids)
            for slash in (True, False)
        )
        same(f"POST {path} sent again without its slash", second, first)
        return first

    def told(self, kind: str) -> int:
        """Count the notifications of a kind."""
        inbox = self.ask("GET", "/api/notifications/?page_size=100")["results"]
        return [each["kind"] for each in inbox].count(kind)


@dataclass
class Shop:
    """A shop for the client of one system, as its operator opens it."""

    http: httpx.Client
    root: Client
    slug: str
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)

    @classmethod
    def open(cls, root: Client, name: str) -> Shop:
        """Open it, in euros."""
        shop = cls(root.http, root, f"{name}-{secrets.token_hex(4)}")
        new = {"slug": shop.slug, "name": name, "currency": "EUR", "zone": BERLIN.key}
        root.ask("POST", "/api/tenants/", new, status=201)
        return shop

    def user(self, name: str, role: str, customer: str | None = None) -> str:
        """Let somebody log in; give the name to do so by."""
        new = {"username": f"{name}-{self.slug}", "password": self.password, "role": role}
        here = {"X-Tenant-ID": self.slug}
        body = {**new, "customer_id": customer}
        self.root.ask("POST", "/api/users/", body, status=201, headers=here)
        return new["username"]

    def hire(self, name: str, role: str, customer: str | None = None) -> Client:
        """Let somebody log in who then does."""
        username = self.user(name, role, customer)
        return log_in(self.http, username, self.password, self.root.asked)

    def settle(self, **settings: int) -> None:
        """Change the shop's rules."""
        self.root.ask("PATCH", "/api/tenants/{id}/", {"settings": settings}, id=self.slug)


def log_in(
    http: httpx.Client, username: str, password: str, asked: set[tuple[str, str, bool]]
) -> Client:
    """Obtain a token, and show it from then on."""
    nobody = Client(http, {}, asked)
    body = {"username": username, "password": password}
    pair = nobody.ask("POST", "/api/token/", body, slash=False)
    same("token and access", pair["token"], pair["access"])
    return Client(http, {"Authorization": f"Bearer {pair['token']}"}, asked)


def credit_profiles(shop: Shop) -> None:
    """R0: orders and payments come in, a score and a band come out."""
    name = shop.user("staff", "admin")
    nobody = Client(shop.http, {}, shop.root.asked)
    pair = nobody.ask("POST", "/api/token/", {"username": name, "password": shop.password})
    staff = Client(shop.http, {"Authorization": f"Token {pair['token']}"}, shop.root.asked)
    nobody.ask("POST", "/api/token/", {"username": name, "password": "guess"}, status=401)
    nobody.ask("GET", "/api/customers/", status=401)
    same("what there is to read", "/api/schema" in nobody.get("/api/")["read"], wanted=True)

    jane = staff.post("/api/customers/", JANE)
    shows("customer", jane, **JANE)
    same("customer id", str(uuid.UUID(jane["id"])), jane["id"])
    staff.ask("POST", "/api/customers/", JANE, status=409)
    shows("customers", staff.get("/api/customers/"), count=1, results=[jane])
    staff.get("/api/customers/{id}/", id="not-a-uuid", status=404)

    order = {"customer": jane["id"], "amount": "249.99", "status": "delivered"}
    made = staff.post("/api/orders/", order)
    shows("order", made, number=1, customer=jane["id"], amount="249.99", status="delivered")
    payment = {"order": 1, "method": "card", "success": True, "amount": "249.99"}
    paid = staff.post("/api/payments/", {"customer": jane["id"], **payment})
    shows("payment", paid, order=made["id"], method="card", success=True, captured="249.99")
    failed = {**order, "amount": "10.01"}
    second = staff.post("/api/orders/", failed)
    payment = {"order": second["id"], "method": "card", "success": False, "amount": "10.01"}
    refused = staff.post("/api/payments/", {"customer": jane["id"], **payment})
    shows("failed payment", refused, success=False, captured="0.00", amount="10.01")

    score = "/api/customers/{id}/recompute-score/"
    first = staff.ask("POST", score, id=jane["id"])
    same(
        "scored again", steady(staff.ask("POST", score, id=jane["id"], slash=False)), steady(first)
    )
    profile = staff.get("/api/customers/{id}/credit-profile/", id=jane["id"])
    same("credit profile", steady(profile), steady(first))
    shows("features", profile["features"], spend=24999, delivered_orders=2, failed_payment_rate=0.5)
    # by docs/credit-score.md, in typical orders of 50.00: 600 + 110 + 46.7 + 90 - 130
    shows("score", profile, score=717, band="B", rule_score=717)
    listed = staff.get("/api/credit-profiles/?band=B")
    same("profiles of the band", [each["customer_id"] for each in listed["results"]], [jane["id"]])
    same("profiles of others", staff.get("/api/credit-profiles/?band=A")["count"], 0)

    plain = shop.hire("plain", "user", jane["id"])
    same("a user's customers", plain.get("/api/customers/")["count"], 1)
    payment = {**payment, "customer": jane["id"]}
    for path, body in (("orders", order), ("payments", payment), ("customers", {"name": "X"})):
        plain.ask("POST", f"/api/{path}/", body, status=403)
    plain.ask("POST", score, id=jane["id"], status=403)


def shop_analytics(shop: Shop) -> None:
    """R1: what was sold, where, and to whom."""
    name = shop.user("staff", "admin")
    nobody = Client(shop.http, {}, shop.root.asked)
    pair = nobody.ask("POST", "/api/token/", {"username": name, "password": shop.password})
    turned = nobody.ask("POST", "/api/token/refresh/", {"refresh": pair["refresh"]})
    again = {"refresh": turned["refresh"]}
    turned = nobody.ask("POST", "/api/token/refresh/", again, slash=False)
    staff = Client(shop.http, {"Authorization": f"Bearer {turned['access']}"}, shop.root.asked)
    clocks, hands = (
        staff.post("/api/categories/", {"name": each})["id"] for each in ("Clocks", "Hands")
    )
    clock = {"name": "Clock", "sku": "CLOCK", "price": "10.00", "category": clocks}
    clock = staff.post("/api/products/", clock)
    staff.ask("POST", "/api/products/", {"name": "X", "sku": "CLOCK", "price": "1"}, status=409)
    staff.ask("POST", "/api/products/", {"name": "X", "sku": "X", "price": 9.999}, status=422)
    hand = {"name": "Hand", "sku": "HAND", "price": "5.00", "category": hands}
    hand = staff.post("/api/products/", hand)
    for product in (clock, hand):
        goods = {"variant_id": product["variants"][0]["id"], "quantity": 10}
        same("stock", staff.post("/api/inventory/receive/", goods, status=200)["available"], 10)

    john, jane, _ = (
        staff.post(
            "/api/customers/", {"name": who, "email": f"{who}@example.com", "country": where}
        )
        for who, where in (("john", "usa"), ("jane", "germany"), ("never", "UK"))
    )
    same("name", john["full_name"], "john")
    listed = staff.get("/api/customers/")["results"]
    same("customers", [each["full_name"] for each in listed], ["john", "jane", "never"])
    same("Americans", staff.get("/api/customers/?country=usa")["results"], [john])
    items = [{"product": clock["id"], "quantity": 2}]
    american = staff.post("/api/orders/", {"customer": john["id"], "items": items})
    items = [{"product": clock["id"], "quantity": 3}, {"variant": hand["variants"][0]["id"]}]
    german = staff.post("/api/orders/", {"customer": jane["id"], "items": items})
    shows("order of a German", german, amount="41.65", tax="6.65")
    items = [{"product": clock["id"], "quantity": 6}]
    staff.ask("POST", "/api/orders/", {"customer": john["id"], "items": items}, status=409)
    orders = staff.get("/api/orders/")
    same("orders", [len(order["items"]) for order in orders["results"]], [2, 1])
    products = staff.get("/api/products/")["results"]
    same("left", [each["variants"][0]["available"] for each in products], [5, 9])

    tax = staff.get("/api/order/{id}/tax/", id=american["id"])
    shows("tax of an American", tax, country="US", rate_percent="10.00", tax="2.00", tax_minor=200)
    tax = staff.get("/api/order/{id}/tax/", id=german["id"])
    same("tax by line", [line["tax"] for line in tax["lines"]], ["5.70", "0.95"])

    figures_by_type(staff, datetime.fromisoformat(orders["results"][0]["placed_at"]))
    worth = staff.get("/api/customer/{id}/clv/", id=john["id"])["value"]
    same("predicted without a model", worth["predicted"], None)
    recommended(staff, john["id"], {clock["id"], hand["id"]})
    nobody.ask("POST", "/api/token/refresh/", {"refresh": pair["refresh"]}, status=401)


def figures_by_type(staff: Client, placed: datetime) -> None:
    """R1: the figures of what was just sold, 57.70 of clocks and 5.95 of hands, with tax."""
    today = placed.astimezone(BERLIN).date()
    before = today - timedelta(days=1)
    days = f"start_date={before}&end_date={today}"
    sales = "/api/analytics/sales/"
    found = staff.get(f"{sales}?type=revenue_by_category&{days}")["results"]
    revenue = [(each["name"], each["revenue"], each["units"]) for each in found]
    same("revenue by category", revenue, [("Clocks", "57.70", 5), ("Hands", "5.95", 1)])
    found = staff.get(f"{sales}?type=top_selling_products&country=usa&{days}")["results"]
    top = [(each["name"], each["revenue"], each["units"]) for each in found]
    same("top sellers in the US", top, [("Clock", "22.00", 2)])
    found = staff.get(f"{sales}?type=churn_rate")
    shows("churn rate", found, churn_rate=0.333333, inactive_customers=1, customers=3)
    staff.get(f"{sales}?type=profit", status=422)
    for day in ("2024-13-01", "01/02/2024"):
        staff.get(f"{sales}?type=revenue_by_category&start_date={day}&end_date={today}", status=422)


def recommended(staff: Client, customer: str, sold: set[str]) -> None:
    """R1: what a customer may want next, of what is there; a list for everybody as long as there is no ranking."""
    path = "/api/recommendations/{customer_id}/"
    for mode in ("history", "inventory", "similar_customers"):
        for written in (mode, f"{mode}/"):
            found = staff.get(f"{path}?type={written}", customer_id=customer)
            shows("recommendations", found, type=mode, is_fallback=True, customer=customer)
            same("recommended", {each["product"] for each in found["results"]}, sold)
    found = staff.get(f"{path}?type=inventory&threshold=5", customer_id=customer)
    same("more than 5 are left of", [each["name"] for each in found["results"]], ["Hand"])
    staff.get(f"{path}?type=horoscope", customer_id=customer, status=422)


def many_tenants(shop: Shop) -> None:
    """R2: shops that never meet, their catalogue, orders, customers, payments and figures."""
    root, slug = shop.root, shop.slug
    second = {"slug": f"{slug}-b", "name": "B", "currency": "USD", "domain": f"{slug}.example.com"}
    shows("tenant", root.ask("POST", "/api/tenants/", second, status=201, slash=False), **second)
    known = {each["slug"] for each in root.get("/api/tenants/?page_size=100")["results"]}
    same("tenants listed", {slug, f"{slug}-b"} <= known, wanted=True)
    shows("tenant", root.get("/api/tenants/{id}/", id=slug), slug=slug, currency="EUR")
    staff = shop.hire("staff", "admin")
    for asked in ({"X-Tenant-ID": f"{slug}-b"}, {"X-Tenant-ID": "nowhere"}):
        staff.ask("GET", "/api/products/", headers=asked, status=403)
    staff.ask("GET", f"/api/products/?tenant_id={slug}-b", status=403)
    staff.ask("GET", f"/api/products/?tenant_id={slug}", headers={"X-Tenant-ID": slug})
    new = {"name": "till", "role": "admin", "scopes": ["products:read"]}
    key = staff.ask("POST", "/api/keys/", new, status=201)["key"]
    till = Client(shop.http, {"X-API-Key": key}, root.asked)
    mug = catalogue(shop, staff, till)
    ada, bob, told = ordering(staff, mug["variants"][0]["id"])
    paying(staff, ada, told)
    figures_of_a_tenant(shop, staff, mug["id"], ada, bob)


def catalogue(shop: Shop, staff: Client, till: Client) -> Any:
    """R2: products are made, changed, shown and taken away; give one of which there are 7."""
    mugs = staff.post("/api/categories/", {"name": "Mugs"})
    mug = {"name": "Mug", "variants": [{"sku": "MUG", "price": "20.00", "low_stock_at": 5}]}
    mug = staff.post("/api/products/", {**mug, "category": mugs["id"]})
    cup = staff.post("/api/products/", {"name": "Cup", "sku": "CUP", "price": "8.00"})
    variant = mug["variants"][0]["id"]
    staff.post("/api/inventory/receive/", {"variant_id": variant, "quantity": 7}, status=200)
    shows("product", till.get("/api/products/{id}/", id=mug["id"]), name="Mug", status="approved")
    till.ask("GET", "/api/orders/", status=403)
    one = "/api/products/{id}/"
    for slash, name in ((True, "Big cup"), (False, "Small cup")):
        for method in ("PATCH", "PUT"):
            body = {"name": f"{name} {method}"}
            shows("changed", staff.ask(method, one, body, id=cup["id"], slash=slash), **body)
    same("products", till.get("/api/products/")["count"], 2)
    staff.ask("DELETE", one, id=cup["id"], status=204)
    path = "/api/products/{id}/upload-image/"
    for slash, shade in ((True, b"\x80"), (False, b"\x40")):
        picture = {"image": ("mug.png", png(shade), "image/png")}
        image = staff.ask("POST", path, files=picture, id=mug["id"], status=201, slash=slash)
        same("picture of", image["product_id"], mug["id"])
        same("picture", kind_of(shop, image["url"]), "image")
    fake = {"image": ("mug.png", b"no picture", "image/png")}
    staff.ask("POST", path, files=fake, id=mug["id"], status=415)
    return mug


def ordering(staff: Client, variant: str) -> tuple[str, str, str]:
    """R2: two customers, of whom one orders; give both, and an order that is to be paid."""
    ada = staff.post("/api/customers/", {**JANE, "full_name": "Ada", "country": "CA"})
    bob = staff.post("/api/customers/", {"full_name": "Bob", "email": "bob@example.com"})
    shows("customer", staff.get("/api/customers/{id}/", id=ada["id"]), full_name="Ada", number=1)
    same("found", staff.get("/api/customers/?search=bob@")["results"], [bob])
    note = staff.post("/api/customers/{id}/add_note/", {"note": "Call on Monday."}, id=ada["id"])
    same("note", note["body"], "Call on Monday.")
    items = [{"variant": variant, "quantity": 2}]
    order = staff.post("/api/orders/", {"customer": ada["id"], "items": items})
    off = staff.post("/api/orders/", {"customer": ada["id"], "items": items})
    told = staff.post("/api/orders/", {"customer": ada["id"], "amount": "100.00"})
    status = "/api/orders/{id}/update_status/"
    cancelled = staff.post(status, {"status": "cancelled"}, id=off["id"], status=200)
    same("status", cancelled["status"], "cancelled")
    refused = staff.ask("POST", status, {"status": "completed"}, id=off["id"], status=409)
    same("what a cancelled order allows", refused["allowed"], [])
    shows("order", staff.get("/api/orders/{id}/", id=order["id"]), amount="46.00", status="placed")
    numbers = {
        "/api/orders/": [3, 2, 1],
        "/api/orders/recent/?limit=2": [3, 2],
        "/api/orders/pending/": [3, 1],
        "/api/orders/high_value/?threshold=5000": [3],
    }
    for path, wanted in numbers.items():
        found = staff.get(path)["results"]
        same(path, [each["number"] for each in found], wanted)
    return ada["id"], bob["id"], told["id"]


def paying(staff: Client, ada: str, told: str) -> None:
    """R2: 100.00 by card, of which half goes back."""
    card = {"token": "pm_card_visa", "customer_id": ada}
    (card,) = staff.post("/api/payment_methods/", card)
    intent = {"order": told, "amount": "100.00"}
    intent = staff.post("/api/payments/create_payment_intent/", intent)
    pay = "/api/payments/{id}/confirm_payment/"
    chosen = {"payment_method": card["id"]}
    paid = staff.post(pay, chosen, id=intent["id"], status=200)
    shows("payment", paid, status="succeeded", captured="100.00", refunded="0.00")
    back = staff.post("/api/payments/{id}/refund/", {"amount": "30.00"}, id=paid["id"])
    same("refunded", back["refunded"], "30.00")
    refund = "/api/orders/{id}/create_refund/"
    shows("refund", staff.post(refund, {"amount": "20.00"}, id=told),
          amount="20.00", refunded="50.00", refundable="50.00")  # fmt: skip
    staff.ask("POST", refund, {"amount": "50.01"}, id=told, status=409)
    same("paid", staff.get("/api/payments/?status=succeeded")["count"], 1)


def figures_of_a_tenant(shop: Shop, staff: Client, mug: str, ada: str, bob: str) -> None:
    """R2: the figures of what was just sold; 46.00 for two mugs, 50.00 of 100.00 given back."""
    low = staff.get("/api/products/low_stock/")["results"]
    same("low stock", [(each["sku"], each["available"]) for each in low], [("MUG", 5)])
    (top,) = staff.get("/api/products/top_selling/")["results"]
    shows("top seller", top, product=mug, revenue="46.00", units=2)
    none, mugs = staff.get("/api/products/categories_summary/")["results"]
    shows("category", mugs, name="Mugs", revenue="46.00", units_in_stock=5, stock_value="100.00")
    shows("sold without a category", none, name=None, revenue="50.00", products=0)
    figures = staff.get("/api/products/{id}/analytics/", id=mug)["figures"]
    shows("product", figures, orders=1, units_returned=0, ratings=0)
    shows("sales", figures["sales"], units_sold=4, units_back=2, units=2, net="46.00")
    orders = staff.get("/api/orders/analytics/")
    shows("orders", orders, orders=2, orders_called_off=1, average_order_value="48.00")
    shows("statuses", orders["statuses"], placed=2, cancelled=1, completed=0)

    lists = {
        "vip_customers/?orders=2": [ada],
        "top_customers/": [ada],
        "inactive_customers/": [bob],
    }
    lists["new_customers/"] = sorted([ada, bob])
    for path, wanted in lists.items():
        found = staff.get(f"/api/customers/{path}")["results"]
        same(path, sorted(each["customer"] for each in found), wanted)
    summary = staff.get("/api/customers/analytics_summary/")
    shows("customers", summary, customers=2, orders=2, revenue="96.00", new_customers=2)
    same("inactive", summary["inactive_rate"], 0.5)
    same("in segments", sum(each["customers"] for each in summary["segments"]), 2)
    hers = staff.get("/api/customers/{id}/analytics/", id=ada)["figures"]
    shows("a customer's figures", hers, orders=2, spent="96.00")

    total = staff.get("/api/analytics/sales-metrics/?by=month")["total"]
    shows("sales", total, orders=2, orders_called_off=1, customers=1, average_order="48.00")
    (product,) = staff.get("/api/analytics/product-performance/")["results"]
    shows("performance", product, product=mug, orders=1)
    segments = staff.get("/api/analytics/customer-segments/")
    same("segments", sum(each["customers"] for each in segments["results"]), segments["customers"])
    overview = staff.get("/api/analytics/summary/overview/")
    same("overview of sales", overview["sales"]["sales"], total["sales"])
    shows("overview", overview, new_customers=2, inactive_rate=0.5)
    shows("payments", overview["payments"], amount_received="100.00", amount_refunded="50.00")
    lately = "/api/advanced-analytics/real-time-metrics/current/?minutes=60"
    shows("of late", staff.get(lately), orders=3, units=5, orders_called_off=1, received="100.00")
    event = {"event_type": "review.posted", "occurred_at": "2026-01-15T09:30:00Z", "value": 5}
    event = {**event, "customer": ada, "idempotency_key": "old-system-1"}
    first, again = (staff.ask("POST", "/api/events/", event, status=201, slash=slash)
                    for slash in (True, False))  # fmt: skip
    same("event told twice", again["id"], first["id"])
    same("when it happened", first["occurred_at"], "2026-01-15T09:30:00Z")
    whole = staff.get("/api/tenants/{id}/analytics-summary/", id=shop.slug)
    shows("tenant", whole, tenant=shop.slug, customers=2)
    same("sales of the tenant", whole["sales"]["sales"]["net"], "96.00")


def kind_of(shop: Shop, url: str) -> str:
    """What comes back from an address."""
    return str(shop.http.get(url).headers["content-type"]).partition("/")[0]


def png(shade: bytes) -> bytes:
    """A picture of 8 by 8 pixels of one grey, made by hand."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    rows = zlib.compress((b"\x00" + shade * 8) * 8)
    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@dataclass
class Bazaar:
    """R4's people, and what is sold."""

    shop: Shop
    admin: Client
    seller: Client
    courier: Client
    buyer: Client
    stranger: Client
    clock: dict[str, Any]

    @classmethod
    def open(cls, shop: Shop) -> Bazaar:
        """Let everybody in, and a clock be sold."""
        admin = shop.hire("admin", "admin")
        seller, courier = shop.hire("seller", "seller"), shop.hire("courier", "delivery")
        buyers = []
        for name in ("buyer", "stranger"):
            new = {"full_name": name, "email": f"{name}@example.com", "country": "DE"}
            customer = admin.post("/api/customers/", new)["id"]
            buyers.append(shop.hire(name, "user", customer))
            buyers[-1].post("/api/payment_methods/", {"token": "pm_card_visa"})
            (card,) = buyers[-1].get("/api/payment_methods/")["results"]
            top_up = {"amount": "500.00", "method_id": card["id"]}
            payment = buyers[-1].post("/api/wallet/top_up/", top_up)["payment_id"]
            buyers[-1].post("/api/payments/{id}/confirm_payment/", id=payment, status=200)
        clock = {"name": "Clock", "sku": "CLOCK", "price": "50.00"}
        clock = seller.post("/api/products/", clock)
        same("a seller's product", clock["status"], "submitted")
        admin.post("/api/products/{id}/approve/", id=clock["id"], status=200)
        goods = {"variant_id": clock["variants"][0]["id"], "quantity": 10}
        seller.post("/api/inventory/receive/", goods, status=200)
        buyer, stranger = buyers
        return cls(shop, admin, seller, courier, buyer, stranger, clock)

    def locate(self) -> None:
        """Let the buyers say where they live."""
        for who in (self.buyer, self.stranger):
            me = who.ask("GET", "/api/users/me")["customer_id"]
            who.ask("PUT", "/api/customers/{id}/location/", PLACE, id=me)

    def wallet(self, who: Client, balance: str, held: str) -> None:
        """Hold a wallet against what it must be."""
        shows("wallet", who.get("/api/wallet/"), balance=balance, held_balance=held)

    def tick(self) -> None:
        """Let the clock move what is due, and everybody be told."""
        self.admin.ask("POST", "/api/ticks/")


def store(shop: Shop) -> None:
    """R4: escrow, delivery with proof, returns, reviews, brands and auctions."""
    bazaar = Bazaar.open(shop)
    order = checked_out(bazaar)
    brought(bazaar, order, slash=True)
    completed(bazaar, order)
    reviewed(bazaar, order)
    branded(bazaar)
    sent_back(bazaar, order)
    auctioned(bazaar)


def checked_out(bazaar: Bazaar) -> str:
    """From the cart to an order whose money is held."""
    buyer = bazaar.buyer
    cart = buyer.post("/api/cart/items/", {"product": bazaar.clock["id"], "quantity": 2})
    shows("cart", cart, amount="100.00")
    pay = {"method": "wallet"}
    buyer.ask("POST", "/api/orders/checkout/", pay, status=422)
    bazaar.locate()
    order = buyer.post("/api/orders/checkout/", pay)
    shows("order", order, status="placed", amount="119.00", tax="19.00")
    bazaar.wallet(buyer, "381.00", "119.00")
    held = buyer.get("/api/wallet/transactions/")["results"][0]
    shows("newest transaction", held, kind="ESCROW_HOLD", amount="119.00", change="-119.00")
    bazaar.tick()
    same("told of the order", buyer.told("order_created"), 1)
    return str(order["id"])


def brought(bazaar: Bazaar, order: str, *, slash: bool) -> None:
    """Claimed, carried, and handed over against the buyer's PIN or QR code."""
    buyer, courier = bazaar.buyer, bazaar.courier
    (job,) = courier.get("/api/delivery/orders/available/")["results"]
    same("waiting for a courier", (job["order_id"], "address" in job), (order, False))
    path = "/api/delivery/orders/{id}"
    same("claimed", courier.post(f"{path}/claim/", id=order, status=200)["status"], "processing")
    shows("where it goes", courier.get(f"{path}/location/", id=order), **PLACE)
    sent = courier.ask("POST", f"{path}/advance/", {}, id=order, slash=slash)
    same("advanced", sent["status"], "shipped")
    proof = "/api/orders/{id}/proof/"
    shown = [buyer.ask("GET", proof, id=order, slash=each) for each in (True, False)][-1]
    same("QR code", shown["qr"][:22], "data:image/png;base64,")
    bazaar.stranger.ask("GET", proof, id=order, status=404)
    wrong = f"{(int(shown['pin']) + 1) % 1_000_000:06}"
    courier.ask("POST", f"{proof}confirm/", {"pin": wrong}, id=order, status=422, slash=slash)
    right = {"pin": shown["pin"]} if slash else {"token": shown["token"]}
    done = courier.ask("POST", f"{proof}confirm/", right, id=order, slash=slash)
    same("handed over", done["status"], "delivered")
    bazaar.tick()


def completed(bazaar: Bazaar, order: str) -> None:
    """Three days on, or as soon as the shop's rules say, sellers are paid."""
    path = "/api/orders/{id}/complete/"
    early = bazaar.buyer.ask("POST", path, id=order, status=409)
    why = "order must have been delivered 3 days ago to be completed; got "
    same("why not yet", early["detail"][: len(why)], why)
    rules = {"completion_days": 0, "brand_points": 10, "extension_seconds": 0}
    bazaar.shop.settle(**rules)
    done = bazaar.buyer.post(path, id=order, status=200)
    same("order", done["status"], "completed")
    bazaar.wallet(bazaar.buyer, "381.00", "0.00")
    bazaar.wallet(bazaar.seller, "95.00", "0.00")
    bazaar.tick()
    for kind in ("order_shipped", "order_delivered", "order_completed"):
        same(kind, bazaar.buyer.told(kind), 1)
    same("seller_payment", bazaar.seller.told("seller_payment"), 1)
    kinds = [each["kind"] for each in bazaar.buyer.get("/api/wallet/transactions/")["results"]]
    same("kinds of transactions", {"ESCROW_HOLD", "PAYMENT"} <= set(kinds), wanted=True)


def reviewed(bazaar: Bazaar, order: str) -> None:
    """Only what arrived is rated, once."""
    buyer, clock = bazaar.buyer, bazaar.clock["id"]
    body = {"product": clock, "order": order, "rating": 4, "comment": "Ticks well."}
    review = buyer.post("/api/reviews/", body)
    buyer.ask("POST", "/api/reviews/", body, status=409)
    bazaar.stranger.ask("POST", "/api/reviews/", body, status=404)
    buyer.ask("POST", "/api/reviews/", {**body, "rating": 6}, status=422)
    one = "/api/reviews/{id}/"
    for slash, stars in ((True, 5), (False, 2)):
        shows("review", buyer.ask("PATCH", one, {"rating": stars}, id=review["id"], slash=slash),
              stars=stars, body="Ticks well.")  # fmt: skip
        product = buyer.get("/api/products/{id}/", id=clock)
        shows("product", product, avg_rating=float(stars), ratings_count=1)
    buyer.ask("DELETE", one, id=review["id"], status=204)
    again = buyer.post("/api/reviews/", {**body, "rating": 3})
    buyer.ask("DELETE", one, id=again["id"], status=204, slash=False)
    shows("product", buyer.get("/api/products/{id}/", id=clock), avg_rating=None, ratings_count=0)


def branded(bazaar: Bazaar) -> None:
    """A seller with points asks for a brand, the shop decides."""
    seller, admin, path = bazaar.seller, bazaar.admin, "/api/product/brands/admin/{id}"
    bazaar.shop.settle(completion_days=0, brand_points=11, extension_seconds=0)
    create = "/api/product/brands/create/"
    seller.ask("POST", create, {"name": "Early"}, status=403)
    same("points", seller.get("/api/points/")["points"], 10)
    bazaar.shop.settle(completion_days=0, brand_points=10, extension_seconds=0)
    first, second = (seller.post(create, {"name": name}) for name in ("Tick & Tock", "Copycat"))
    same("brand", first["status"], "pending")
    bazaar.buyer.ask("POST", create, {"name": "Mine"}, status=403)
    waiting = admin.get("/api/product/brands/admin/pending/")["results"]
    same("waiting", {each["id"] for each in waiting}, {first["id"], second["id"]})
    same(
        "approved", admin.post(f"{path}/approve/", id=first["id"], status=200)["status"], "approved"
    )
    admin.ask("POST", f"{path}/approve/", id=first["id"], status=409)
    why = {"reason": "The name is taken."}
    shows("rejected", admin.post(f"{path}/reject/", why, id=second["id"], status=200),
          status="rejected", **why)  # fmt: skip
    assign = "/api/product/products/{product_id}/assign-brand/"
    for slash in (True, False):
        body = {"brand": first["id"]}
        of = seller.ask("PATCH", assign, body, product_id=bazaar.clock["id"], slash=slash)
        same("brand of the product", of["brand_id"], first["id"])
    bazaar.tick()
    same("brand_approved", seller.told("brand_approved"), 1)


def sent_back(bazaar: Bazaar, order: str) -> None:
    """One return is approved, the other rejected."""
    stock = bazaar.clock["variants"][0]["id"]
    body = {"order": order, "quantity": 1, "reason": "not_as_described"}
    for slash, action in ((True, "approve"), (False, "reject")):
        asked = bazaar.buyer.post("/api/returns/", body)
        same("return", asked["status"], "requested")
        found = {"received_quantity": 1, "condition": "opened", "seller_at_fault": True}
        path = "/api/returns/{id}/process-statuses/"
        looked = bazaar.courier.post(path, found, id=asked["id"], status=200)
        same("looked at", looked["status"], "inspected")
        decide, body_ = "/api/returns/{id}/update/", {"action": action}
        done = bazaar.admin.ask("PATCH", decide, body_, id=asked["id"], slash=slash)
        bazaar.admin.ask("PATCH", decide, body_, id=asked["id"], slash=slash, status=409)
        wanted = ("approved", "59.50") if action == "approve" else ("rejected", None)
        same("decided", (done["status"], done["refund"]), wanted)
        bazaar.wallet(bazaar.buyer, "440.50", "0.00")
        level = bazaar.admin.ask("GET", "/api/inventory/{id}", id=stock)
        same("in stock", level["available"], 9)
        same("points, never below none", bazaar.seller.get("/api/points/")["points"], 0)
    bazaar.wallet(bazaar.seller, "47.50", "0.00")


def auctioned(bazaar: Bazaar) -> None:
    """Drafted, reviewed, bid for with holds, closed, and brought to the winner's door."""
    seller, admin, now = bazaar.seller, bazaar.admin, datetime.now(UTC)
    terms = {"product": bazaar.clock["id"], "starting_price": "40.00"}
    terms |= {"starts_at": now.isoformat(), "ends_at": (now + timedelta(seconds=8)).isoformat()}
    first, second = (seller.post("/api/auctions/create/", terms) for _ in range(2))
    same("auction", first["status"], "draft")
    handed_in = seller.post("/api/auctions/{id}/submit/", id=first["id"], status=200)
    same("handed in", handed_in["status"], "submitted")
    review, bid = "/api/auctions/admin/{id}/review/", "/api/auctions/{id}/bid/"
    bazaar.buyer.ask("POST", bid, {"amount": "50.00"}, id=first["id"], status=409)
    seller.ask("POST", review, {"action": "approve"}, id=first["id"], status=403)
    for auction, action, status in (
        (first, "approve", "scheduled"),
        (second, "reject", "rejected"),
    ):
        done = admin.post(review, {"action": action}, id=auction["id"], status=200)
        same("reviewed", done["status"], status)
    bazaar.tick()
    buyer, stranger, auction = bazaar.buyer, bazaar.stranger, first["id"]
    shows("bid", stranger.post(bid, {"amount": "60.00"}, id=auction, status=200),
          leads=True, price="40.00")  # fmt: skip
    bazaar.wallet(stranger, "440.00", "60.00")
    buyer.ask("POST", bid, {"amount": "40.00"}, id=auction, status=409)
    seller.ask("POST", bid, {"amount": "90.00"}, id=auction, status=403)
    for maximum, balance, held in (("80.00", "360.50", "80.00"), ("90.00", "350.50", "90.00")):
        shows("bid", buyer.post(bid, {"amount": maximum}, id=auction, status=200),
              leads=True, price="61.00")  # fmt: skip
        bazaar.wallet(buyer, balance, held)
    bazaar.wallet(stranger, "500.00", "0.00")
    shown = buyer.ask("GET", "/api/auctions/{id}/", id=auction)
    close = "/api/auctions/admin/auctions/{id}/close/"
    if datetime.now(UTC) < datetime.fromisoformat(shown["ends_at"]) - timedelta(seconds=1):
        admin.ask("POST", close, id=auction, status=409)
    wait_until(datetime.fromisoformat(shown["ends_at"]))
    closed = admin.post(close, id=auction, status=200)
    shows("closed", closed, status="sold", price="61.00")
    bazaar.wallet(buyer, "379.50", "61.00")
    brought(bazaar, closed["order_id"], slash=False)
    order = buyer.ask("GET", "/api/orders/{id}/", id=closed["order_id"])
    shows("the winner's order", order, status="completed", amount="61.00")
    bazaar.wallet(buyer, "379.50", "0.00")
    told = [buyer.told("auction_won"), stranger.told("auction_outbid"), seller.told("auction_sold")]
    same("told of the auction", told, [1, 1, 1])


def wait_until(instant: datetime) -> None:
    """Wait for a moment more than until then."""
    time.sleep(max(0.0, (instant - datetime.now(UTC)).total_seconds()) + 0.2)


def bank(shop: Shop) -> None:
    """R3: a customer's record comes in, and how likely the customer is to leave comes out at every call."""
    clerk = shop.hire("clerk", "admin")
    made = clerk.post("/api/customers/", {"full_name": "Hargrave", "external_id": "15634602"})
    record, analyze = "/api/customers/{id}/bank-profile/", "/customers/analyze/{customer_id}/"
    clerk.ask("GET", analyze, customer_id=15634602, status=404)
    clerk.ask("PATCH", record, {**BANK_RECORD, "age": -1}, id=made["id"], status=422)
    kept = clerk.ask("PATCH", record, BANK_RECORD, id=made["id"])
    shows("record", kept, customer_id=15634602, surname="Hargrave", **BANK_RECORD)
    found = clerk.get(analyze, customer_id=15634602)
    same("customer_id", found["customer_id"], 15634602)
    same("a risk", 0 <= found["churn_risk_score"] <= 1, wanted=True)
    same("why", "Inactive member." in [each["text"] for each in found["reasons"]], wanted=True)
    shown = clerk.get(record, id=made["id"])
    same("the risk on record", shown["churn_risk_score"], found["churn_risk_score"])
    clerk.ask("GET", analyze, customer_id=999, status=404)
    Client(shop.http, {}, shop.root.asked).ask("GET", analyze, customer_id=15634602, status=401)


SYSTEMS = {
    "R0": ("credit profile API", credit_profiles),
    "R1": ("e-commerce analytics platform", shop_analytics),
    "R2": ("multi-tenant analytics backend", many_tenants),
    "R3": ("bank churn app", bank),
    "R4": ("store with escrow, auctions and delivery", store),
}


def run(url: str, username: str, password: str, system: str) -> set[tuple[str, str, bool]]:
    """Let the client of a system work; give what it asked for.

    Raises
    ------
    Wrong
        "GET /api/orders must be answered with 200; got ..."
    """
    asked: set[tuple[str, str, bool]] = set()
    with httpx.Client(base_url=url, timeout=60) as http:
        _, client = SYSTEMS[system]
        client(Shop.open(log_in(http, username, password, asked), system.lower()))
    return asked


def main() -> None:
    """Run by hand."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("url", help="where the service answers, such as http://127.0.0.1:3000")
    parser.add_argument("--username", required=True, help="of a superadmin, who opens shops")
    parser.add_argument("--system", choices=SYSTEMS, action="append", help="all by default")
    told = parser.parse_args()
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    try:
        for system in told.system or SYSTEMS:
            asked = run(told.url, told.username, password, system)
            count = len({(method, path) for method, path, _ in asked})
            print(f"  {system} {SYSTEMS[system][0]}: {count} operations answered right")
    except Wrong as wrong:
        sys.exit(f"  {wrong}")


if __name__ == "__main__":
    main()
