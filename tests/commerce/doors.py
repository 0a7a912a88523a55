"""The doors of the workflows, found by looking: each public function that takes a `Work`, and what to give it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from tests.commerce.delivery.journeys import courier_of, delivered, placed
from tests.commerce.shop import ADMIN, NOW, Shop

import commerce
from commerce import returns, reviews
from commerce.auctions import bidding, listing
from commerce.campaigns.drawing import Pick
from commerce.campaigns.plan import CampaignPlan
from commerce.catalogue import categories, images, promotions
from commerce.catalogue.products import NewVariant
from commerce.orders import cart
from commerce.orders.lines import OrderedLine
from commerce.payments import disputes, intents, methods
from commerce.people import credentials, notes, passwords
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.instants import to_micros

Function = Callable[..., Any]

ALIASES = {"buyer": "customer_id", "order": "order_id", "product": "product_id"}
NOT_WORKFLOWS = ("migrations", "rows", "schema", "doctor", "stream")
INTERNAL_TYPES = (
    "Row",
    "Machine",
    "Step",
    "EventDraft",
    "ProviderCall",
    "OutboxTask",
    "ProviderEvent",
    "Provider",
    "Table",
    "Card",
    "Column",
    "Account",
    "Priced",
    "Transfer",
    "Mapping[UUID, Any]",
)
"""Types of arguments that only the workflows' own functions hand to each other: such a function is no door."""

SOON, LATER = to_micros(NOW + timedelta(hours=1)), to_micros(NOW + timedelta(hours=9))
PLAIN: Mapping[str, Any] = {
    "maximum": 90_000, "opening": 1_000, "starts_at": SOON, "ends_at": LATER, "name": "Tock",
    "reason": "other", "variants": [NewVariant("TOCK", 1_000)], "variant": NewVariant("TOCK", 1_000),
    "changes": {"name": "Tock"}, "pin": "000000", "quantity": 1, "condition": "new",
    "seller_at_fault": False, "stars": 5, "body": "Tock", "method": "wallet", "amount": 100,
    "status": "cancelled", "threshold_minor": 1, "instalments": 1, "count": 1, "counted": True, "lost": True,
    "token": "pm_card_visa", "success": True, "position": 1, "operation": "tock", "key": "tock",
    "request": {}, "act": lambda: {"done": True}, "username": "tock", "role": "user",
    "password": passwords.hash_password("correct horse"), "new": passwords.hash_password("battery staple"),
    "fields": {"full_name": "Tock"}, "profile": {"age": 40}, "latitude": 1.0, "longitude": 2.0, "points": 5,
    "email": "tock@example.com", "to": "shipped", "conditions": (), "address": "Tock Lane",
    "percent_bp": 500, "figure": "newsletter", "value": 1, "held": False, "lock": True,
    "provider": "stripe", "kind": "order", "tax_bp": 0, "result": {"done": True},
    "event_type": "cart.opened", "occurred_at": to_micros(NOW), "transition": "invoices reminded",
    "plan": CampaignPlan(
        name="tock", model="churn", model_version="tock.churn@1", cost_minor=1, margin_bp=3000,
        horizon_days=90, holdout=0.5, seed=1,
    ),
    "files": [{"width": 1, "height": 1, "name": "tock"}],
}  # fmt: skip


def is_door(function: Function) -> bool:
    """Whether somebody outside may call a function: its arguments are ids, texts and numbers."""
    given = [str(each.annotation) for each in inspect.signature(function).parameters.values()]
    return not any(each in annotation for annotation in given[1:] for each in INTERNAL_TYPES)


@cache
def doors() -> dict[str, Function]:
    """Every public function of the workflows that takes a unit of work first."""
    found: dict[str, Function] = {}
    for module in pkgutil.walk_packages(commerce.__path__, "commerce."):
        parts = module.name.split(".")
        if set(parts) & set(NOT_WORKFLOWS) or "providers" in parts:
            continue
        loaded = importlib.import_module(module.name)
        for name, function in vars(loaded).items():
            if name.startswith("_") or not inspect.isfunction(function):
                continue
            if function.__module__ == module.name and is_door(function):
                first = next(iter(inspect.signature(function).parameters), "")
                if first == "work":
                    found[f"{module.name.removeprefix('commerce.')}.{name}"] = function
    return found


def world(shop: Shop) -> dict[str, UUID]:
    """A shop with a record of every kind; gives their ids by the names that arguments have."""
    seller = shop.seller(buys=True)
    buyer = shop.buyer(1_000_000)
    assert buyer.customer_id is not None
    assert seller.user_id is not None
    variant = shop.variant(2_000, stock=50, seller=seller)
    product = shop.product(variant)
    order = delivered(shop, buyer, (variant, 2))
    waiting = placed(shop, buyer, (variant, 1), method="pay_later")
    with shop.work(buyer) as work:
        cart.add(work, variant, 1)
        review = reviews.post(work, order, product, 4)
        request = returns.request(work, order, 1, 1, "wrong_size")
        card = methods.attach(work, buyer.customer_id, "pm_card_visa")
        assert card is not None
        top_up = intents.top_up(work, buyer.customer_id, 5_000, method_id=card)
        intents.confirm(work, top_up)
    with shop.work(seller) as work:
        auction = listing.draft(work, variant, opening=1_000, starts_at=SOON, ends_at=LATER)
        listing.submit(work, auction)
    with shop.work(ADMIN) as work:
        listing.approve(work, auction)
        category = categories.create(work, "Clocks")
        image = images.add(work, product, [{"width": 1, "height": 1, "name": "tick"}])
        promotion = promotions.create(work, "Spring", product_id=product, percent_bp=500)
        dispute = disputes.begin(work.acting_as(SYSTEM), top_up, 100, "fraudulent")
        key = credentials.issue(work, "till", "seller").id
        notes.add(work, buyer.customer_id, "Likes clocks.")
        invoice = work.connection.execute(
            select(schema.invoice.c.id).where(schema.invoice.c.order_id == waiting)
        ).scalar_one()
    with shop.work(ADMIN, hours=1) as work:
        listing.start(work, auction)
    with shop.work(buyer, hours=2) as work:
        bidding.bid(work, auction, 5_000)
    courier = courier_of(shop)
    assert courier.user_id
    return {
        "auction_id": auction, "variant_id": variant, "category_id": category,
        "parent_id": category, "product_id": product, "promotion_id": promotion, "image_id": image,
        "order_id": waiting, "customer_id": buyer.customer_id, "payment_id": top_up,
        "dispute_id": dispute, "invoice_id": invoice, "method_id": card, "user_id": seller.user_id,
        "key_id": key, "return_id": request, "review_id": review, "seller_id": seller.user_id,
        "owner_id": buyer.customer_id, "brand_id": uuid.uuid4(), "notification_id": uuid.uuid4(),
    }  # fmt: skip


def never_was(ids: Mapping[str, UUID]) -> dict[str, UUID]:
    """Ids of records that never were, one for each that is given."""
    fresh = {value: uuid.uuid4() for value in set(ids.values())}
    return {name: fresh[value] for name, value in ids.items()}


def arguments(function: Function, ids: Mapping[str, UUID]) -> dict[str, Any]:
    """Arguments for a call: ids from a shop, plain values for the rest that is asked for."""
    given: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            continue
        if name in ids:
            given[name] = ids[name]
        elif name.endswith("_ids"):
            given[name] = [ids[name.removesuffix("s")]]
        elif name in ALIASES:
            given[name] = ids[ALIASES[name]]
        elif name == "picks":
            strangers = [Pick(uuid.UUID(int=place), 1, 0.5, "active") for place in range(9)]
            given[name] = [Pick(ids["customer_id"], 2, 0.5, "active"), *strangers]
        elif name == "taken":
            given[name] = {ids["variant_id"]: 1}
        elif name == "lines":
            given[name] = [OrderedLine(ids["variant_id"], 1)]
        elif parameter.default is inspect.Parameter.empty and parameter.annotation == "UUID":
            given[name] = ids["order_id"]
        elif parameter.default is inspect.Parameter.empty:
            given[name] = PLAIN[name]
    return given


def actors(shop: Shop) -> Iterator[Actor]:
    """Somebody in every role."""
    yield from (SYSTEM, ADMIN, Actor("superadmin"), shop.buyer(500_000), shop.seller(buys=True))
    yield courier_of(shop)
