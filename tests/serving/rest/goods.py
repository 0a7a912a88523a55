"""Something to sell over HTTP, for tests of routes; and how many statements an answer takes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from tests.commerce.delivery.journeys import delivered
from tests.commerce.shop import Shop
from tests.commerce.statements import statements
from tests.serving.rest.people import Person, Shops

from commerce import rewards
from commerce.catalogue import products, search
from commerce.catalogue.products import NewVariant
from commerce.records.actors import SYSTEM
from commerce.records.machine import fire
from commerce.records.states import POINTS


def made(person: Person, path: str, body: Any) -> Any:
    """What somebody made by a POST."""
    answer = person.post(path, body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def mug(shops: Shops, seller: Person | None = None, price: str = "20.00", **more: Any) -> Any:
    """A mug on sale: a seller's, by default of ``shops.seller``, which an admin approved."""
    body = {"name": "Mug", "sku": uuid4().hex, "price": price, **more}
    product = made(seller or shops.seller, "/api/products", body)
    return made(shops.admin, f"/api/products/{product['id']}/approve", None)


@lru_cache(maxsize=1)
def lasting_mug(shops: Shops) -> dict[str, str]:
    """The ids of a seller's mug on sale that is there even where nothing that routes do stays."""
    shop = behind(shops)
    with shop.work(shops.seller.actor) as work:
        product = products.create(work, "Mug", [NewVariant(uuid4().hex, 2_000)])
        (variant,) = search.view(work, product).variants
    with shop.work(shops.admin.actor) as work:
        products.approve(work, product)
    return {"product_id": str(product), "variant_id": str(variant.id)}


def behind(shops: Shops, slug: str = "acme") -> Shop:
    """The workflows of a shop, without HTTP."""
    return Shop(shops.engine, shops.tenant(slug))


def give_points(shops: Shops, seller: Person, points: int) -> None:
    """Let a seller earn points."""
    user = seller.actor.user_id
    assert user is not None
    with behind(shops).work(SYSTEM) as work:
        fire(work, POINTS, user, rewards.earn_event(work, user, points, "order_completed"))


def bought(shops: Shops, product: Any, buyer: Person | None = None) -> UUID:
    """An order that brought a product to a buyer, by default ``shops.buyer``."""
    buyer, shop = buyer or shops.buyer, behind(shops)
    place = {"latitude": 52.5, "longitude": 13.4, "address": "Tick Street 1"}
    assert buyer.put(f"/api/customers/{buyer.actor.customer_id}/location", place).status_code == 200
    variant = product["variants"][0]["id"]
    made(shops.admin, "/api/inventory/receive", {"variant_id": variant, "quantity": 1})
    return delivered(shop, buyer.actor, (UUID(variant), 1))


def statements_of(shops: Shops, person: Person, path: str) -> int:
    """How many statements the answer to a GET takes, once who asks is known."""
    assert person.get(path).status_code == 200
    with statements(shops.store.engine) as seen:
        person.get(path)
    return len(seen)
