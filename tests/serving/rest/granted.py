"""To every operation of the document a request that is answered with what was asked for.

Where the table of permissions knows somebody who may, it is that; what only a record in another state allows is made
here. ``asked = granted(shops, route)``; nothing of it is gone after it was asked where nothing that routes do stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import Engine
from tests.commerce.delivery.journeys import placed, shipped, shown
from tests.commerce.sent_back import asked as sent_back
from tests.serving.media.files import picture
from tests.serving.rest.goods import behind
from tests.serving.rest.matrix import filled, lines, public, request_of
from tests.serving.rest.people import NOW, PASSWORD, Shops, open_shops
from tests.serving.rest.selling import customer_of, settle, shop_of
from tests.serving.rest.sold import later, sell
from tests.serving.rest.trade import Trade
from tests.serving.shop import make_real_package

from commerce.auctions import listing
from commerce.catalogue import products
from commerce.catalogue.products import NewVariant
from commerce.delivery import couriers
from commerce.orders import cart
from commerce.orders.offline import record_order
from commerce.payments import intents, invoices, methods
from commerce.payments.providers.local import sign
from commerce.records.instants import to_micros
from features.catalogue import CATALOGUE
from scoring.published import publish
from serving.access import logins
from serving.access.rates import Rates
from serving.predict.packages import PackageShelf

MEASURED: dict[str, Any] = {
    "validation": {"auc": 0.8, "brier": 0.15},
    "card": {"predicts": "the probability that a customer leaves"},
    "trained_on": {"as_of": "2026-01-01T00:00:00+00:00", "n_train": 9_000},
}
"""What a package that was trained says of itself."""

HOOK_SECRET = "whsec_of_the_tests"


def open_whole(engine: Engine, folder: Any) -> Shops:
    """Two shops whose server lacks nothing: models that all may know of, pictures, webhooks; it may be asked much."""
    rates = Rates(**dict.fromkeys(("credential", "tenant"), "1000000/minute"))
    door = {"media": folder / "media", "webhook_secret": HOOK_SECRET, "open": frozenset({"acme"})}
    shops = open_shops(engine, rates=rates, **door)
    for model in ("churn", "credit"):
        publish(replace(make_real_package(model), **MEASURED), folder / "packages")
    shelf = PackageShelf([folder / "packages"], CATALOGUE)
    object.__setattr__(shops.app.state.serving, "shelf", shelf)
    vars(shops)["_selling"] = sell(shops).shop  # as `shop_of` keeps it
    shops.clock.now = NOW
    later(shops, minutes=1)  # so that what is made as of NOW is there to be counted
    return shops


@dataclass(frozen=True)
class Asked:
    """A request that is granted."""

    who: str
    """Of `PEOPLE`, or anonymous."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """What stands in the path."""
    body: Any = None
    """JSON."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """As httpx takes it: ``params``, ``headers``, ``files``, ``content``."""

    def send(self, shops: Shops, route: str) -> httpx.Response:
        """Ask."""
        method, _, template = route.partition(" ")
        person, more = getattr(shops, self.who), dict(self.more)
        if self.body is not None:
            more["json"] = self.body
        answer: httpx.Response = person.request(method, filled(template, self.ids), **more)
        return answer


def granted(shops: Shops, route: str) -> Asked:
    """A request to a route, of somebody who may, at a time when it may be."""
    if route in WAYS:
        return WAYS[route](shops)
    if route in public():
        return Asked("anonymous", body=request_of(shops, route, None, {}, 0)[2])
    table, expected = lines()[route]
    who = next((name for name, status in reversed(expected.items()) if status < 300), None)
    assert who is not None, f"nobody gets anything from {route}: make it possible in WAYS"
    ids = table.ids(shops) if "{" in route else {}
    return Asked(who, ids, request_of(shops, route, table, ids, 0)[2])


def operations(shops: Shops) -> list[str]:
    """Every operation of the document."""
    paths = shops.app.openapi()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


@lru_cache(maxsize=1)
def _trade(shops: Shops) -> Trade:
    return Trade(shops)


def _drawn_up(shops: Shops, days: float = 0) -> UUID:
    trade = _trade(shops)
    with trade.shop.work(shops.seller.actor, days=days) as work:
        ends = to_micros(NOW + timedelta(days=days, hours=1))
        return listing.draft(work, trade.goods, opening=10_000, starts_at=work.now, ends_at=ends)


def _draft(shops: Shops) -> Asked:
    return Asked("seller", {"auction_id": str(_drawn_up(shops))})


def _over(shops: Shops) -> Asked:
    shop, auction = _trade(shops).shop, _drawn_up(shops, days=-1)
    with shop.work(shops.seller.actor, days=-1) as work:
        listing.submit(work, auction)
    with shop.work(days=-1) as work:
        listing.approve(work, auction)
        listing.start(work, auction)
    return Asked("admin", {"auction_id": str(auction)})


def _rich(shops: Shops, auction: str, body: Any = None) -> Asked:
    _trade(shops).money("buyer", 100_000)
    return Asked("buyer", {"auction_id": auction}, body)


def _claimed(shops: Shops) -> Asked:
    order = _trade(shops).order()
    with shop_of(shops).work(shops.courier.actor) as work:
        couriers.claim(work, order)
    return Asked("courier", {"order_id": str(order)})


def _at_the_door(shops: Shops) -> Asked:
    order = _trade(shops).order()
    proof = shipped(shop_of(shops), shops.courier.actor, order)
    return Asked("courier", {"order_id": str(order)}, {"token": proof.token})


def _picture(shops: Shops) -> Asked:
    ids = granted(shops, "GET /api/products/{product_id}/images").ids
    return Asked("seller", ids, more={"files": {"image": ("mug.jpg", picture(9, 9))}})


def _cart(shops: Shops) -> Asked:
    shop = shop_of(shops)
    variant = shop.variant()
    with shop.work(shops.stranger.actor) as work:
        made = cart.add(work, variant)
    return Asked("stranger", {"order_id": str(made)})


def _delivered_long_ago(shops: Shops) -> Asked:
    shop, buyer = shop_of(shops), shops.buyer.actor
    settle(shop, shops.buyer)
    order = placed(shop, buyer, (shop.variant(), 1))
    proof = shipped(shop, shops.courier.actor, order)
    assert shown(shop, shops.courier.actor, order, late=-9, token=proof.token).delivered
    return Asked("buyer", {"order_id": str(order)})


def _paid(shops: Shops, body: Any = None, *, manual: bool = False) -> Asked:
    shop, buyer = shop_of(shops), customer_of(shops.buyer)
    with shop.work() as work:
        made = record_order(work, buyer, 1_000)
    with shop.work(shops.buyer.actor) as work:
        card = methods.attach(work, buyer, "pm_card_visa")
        payment = intents.begin(work, made, buyer, 1_000, "card", method_id=card, manual=manual)
        intents.confirm(work, payment)
    return Asked("admin", {"payment_id": str(payment)}, body)


def _settled(shops: Shops) -> Asked:
    shop, buyer = shop_of(shops), shops.buyer.actor
    settle(shop, shops.buyer)
    placed(shop, buyer, (shop.variant(1000), 1), method="pay_later")
    with shop.work() as work:
        listed = invoices.of_customer(work, customer_of(shops.buyer))
        invoice = next(each for each in listed if each.open == each.amount)
        invoices.pay(work, invoice.id, invoice.open)
    body = {"amount": "5.00", "reason": "no_cover"}
    return Asked("admin", {"invoice_id": str(invoice.id)}, body)


def _mug(shops: Shops, who: str, body: Any = None, *steps: Callable[..., None]) -> Asked:
    shop = behind(shops)
    with shop.work(shops.seller.actor) as work:
        product = products.create(work, "Mug", [NewVariant(uuid4().hex, 2_000)])
    for step in steps:
        with shop.work() as work:
            step(work, product)
    return Asked(who, {"product_id": str(product)}, body)


def _drafted(work: Any, product: UUID) -> None:
    products.reject(work, product, reason="blurred")


def _sent_back(shops: Shops) -> Asked:
    trade = _trade(shops)
    made = sent_back(trade.shop, shops.buyer.actor, trade.delivered((trade.goods, 2)))
    body = {"received_quantity": 1, "condition": "opened", "seller_at_fault": False}
    return Asked("courier", {"return_id": str(made)}, body)


def _predicted(_: Shops) -> Asked:
    return Asked("admin", body={"tenant": "acme", "features": {"orders_90d": 3}})


def _predicted_many(_: Shops) -> Asked:
    rows = [{"features": {"orders_90d": 3}}, {"customer_id": "nobody"}]
    return Asked(
        "admin",
        body={"tenant": "acme", "rows": rows},
        more={"headers": {"Accept": "application/json"}},
    )


def _hook(shops: Shops) -> Asked:
    event = {"object": "event", "id": "evt_1", "type": "charge.expired", "created": 0}
    payload = json.dumps({**event, "data": {"object": {"object": "charge", "id": "ch_1"}}}).encode()
    signed = sign(payload, HOOK_SECRET, int(NOW.timestamp()))
    headers = {"Stripe-Signature": signed, "Content-Type": "application/json"}
    more = {"params": {"tenant_id": "acme"}, "headers": headers, "content": payload}
    return Asked("anonymous", more=more)


def _refresh(shops: Shops) -> Asked:
    user, engine = shops.buyer.actor.user_id, shops.engine
    assert user is not None
    key = shops.gate.login_key
    text = logins.begin(engine, shops.tenant("acme"), user, "refresh", key=key, now=NOW)
    return Asked("anonymous", body={"refresh": text})


def _log_in(_: Shops) -> Asked:
    return Asked("anonymous", body={"username": "buyer", "password": PASSWORD, "tenant": "acme"})


WAYS: dict[str, Callable[[Shops], Asked]] = {
    "GET /api/analytics/sales": lambda _: Asked(
        "admin", more={"params": {"type": "revenue_by_category"}}
    ),
    "POST /api/auctions/{auction_id}/submit": _draft,
    "POST /api/auctions/{auction_id}/bid": lambda shops: _rich(
        shops, _trade(shops).live(), {"amount": "110.00"}
    ),
    "POST /api/auctions/{auction_id}/buy": lambda shops: _rich(
        shops, _trade(shops).live(buy_now=20_000)
    ),
    "POST /api/auctions/admin/auctions/{auction_id}/start": lambda shops: Asked(
        "admin", {"auction_id": _trade(shops).auction(approved=True)}
    ),
    "POST /api/auctions/admin/auctions/{auction_id}/close": _over,
    "POST /api/delivery/orders/{order_id}/claim": lambda shops: Asked(
        "courier", {"order_id": str(_trade(shops).order())}
    ),
    "POST /api/delivery/orders/{order_id}/release": _claimed,
    "POST /api/delivery/orders/{order_id}/advance": _at_the_door,
    "POST /api/orders/{order_id}/proof/confirm": _at_the_door,
    "POST /api/products/{product_id}/upload-image": _picture,
    "DELETE /api/orders/{order_id}": _cart,
    "POST /api/orders/{order_id}/complete": _delivered_long_ago,
    "POST /predict/churn": _predicted,
    "POST /predict/credit": _predicted,
    "POST /predict/churn/batch": _predicted_many,
    "POST /predict/credit/batch": _predicted_many,
    "POST /explain/churn": _predicted,
    "POST /explain/credit": _predicted,
    "GET /models/{name}": lambda _: Asked("admin", {"name": "churn"}),
    "POST /api/payments/{payment_id}/capture": lambda shops: _paid(shops, manual=True),
    "POST /api/payments/{payment_id}/refund": lambda shops: _paid(shops, {"amount": "5.00"}),
    "POST /api/payments/{payment_id}/dispute": lambda shops: _paid(
        shops, {"amount": "5.00", "reason": "fraudulent"}
    ),
    "POST /api/products/{product_id}/submit": lambda shops: _mug(shops, "seller", None, _drafted),
    "POST /api/products/{product_id}/approve": lambda shops: _mug(shops, "admin"),
    "POST /api/products/{product_id}/reject": lambda shops: _mug(
        shops, "admin", {"reason": "blurred"}
    ),
    "POST /api/products/{product_id}/relist": lambda shops: _mug(
        shops, "seller", None, products.approve, products.retire
    ),
    "POST /api/returns/{return_id}/process-statuses": _sent_back,
    "POST /api/invoices/{invoice_id}/charge_back": _settled,
    "POST /api/payments/webhooks/stripe": _hook,
    "POST /api/payments/webhooks/local": _hook,
    "POST /api/token": _log_in,
    "POST /api/session": _log_in,
    "POST /api/token/refresh": _refresh,
    "POST /api/token/revoke": _refresh,
}
"""What must be there first for routes that the table of permissions has nobody do."""
