"""Recommendations over HTTP: by what was bought, of what can be bought now, with a reason for each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.commerce.shop import Shop
from tests.serving.rest.people import Person, Shops
from tests.serving.rest.sold import later, order

from commerce import stock
from commerce.catalogue import products
from commerce.records.actors import Actor
from commerce.records.instants import to_micros
from features.baskets import Purchases, purchases_known
from features.catalogue import CATALOGUE
from features.snapshots.snapshot import take_snapshot
from scoring.published import publish
from scoring.ranking import Blend
from serving.predict.packages import PackageShelf
from training.fitting.product_links import product_tables

BLEND = Blend(often=1.0, related=0.1, together=0.1, popular=0.01, wanted=0.01)


@dataclass
class Market:
    """A shop whose customers bought tea, cups and lamps."""

    shop: Shop
    tea: UUID
    cup: UUID
    lamp: UUID
    """Variants."""
    buyers: tuple[Actor, ...]
    """Of tea and a cup, of tea and a lamp, of tea."""

    def product(self, variant: UUID) -> str:
        """The product of a variant."""
        return str(self.shop.product(variant))


def sell(shops: Shops) -> Market:
    """Let the shop acme sell."""
    shop = Shop(shops.engine, shops.tenant("acme"))
    tea, cup, lamp = (shop.variant(price) for price in (300, 700, 2_000))
    buyers = tuple(shop.buyer(100_000) for _ in range(3))
    for buyer, bought in zip(buyers, ((tea, cup), (tea, lamp), (tea,)), strict=True):
        for minute, variant in enumerate(bought):
            order(shop, buyer, variant, 1, minutes=minute)
    later(shops, hours=1)
    return Market(shop, tea, cup, lamp, buyers)


@pytest.fixture
def market(shops: Shops, tmp_path: Path) -> Market:
    """The shop, with a ranking of what it sold."""
    market = sell(shops)
    shelf = PackageShelf([tmp_path / "packages"], CATALOGUE)
    shops.app.state.serving = replace(shops.app.state.serving, shelf=shelf)
    publish(
        product_tables("acme.recommendations", known(shops, tmp_path), BLEND),
        tmp_path / "packages",
    )
    return market


def known(shops: Shops, folder: Path) -> Purchases:
    """Everything that was bought by now."""
    snapshot = take_snapshot(shops.engine, shops.tenant("acme"), folder / "snapshots")
    return purchases_known(snapshot, before=to_micros(shops.clock()))


def asked(who: Person, customer: object, question: str = "") -> dict[str, Any]:
    """What is recommended."""
    answer = who.get(f"/api/recommendations/{customer}/{question}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def listed(body: dict[str, Any]) -> list[str]:
    """The products recommended, in their order."""
    return [each["product"] for each in body["results"]]


def test_customers_are_recommended_what_goes_with_what_they_bought(
    shops: Shops, market: Market
) -> None:
    first, second, _ = (buyer.customer_id for buyer in market.buyers)
    tea, cup, lamp = (market.product(each) for each in (market.tea, market.cup, market.lamp))
    body = asked(shops.admin, first, "?type=similar_customers/")
    assert listed(body) == [lamp]
    assert body["results"][0]["kind"] == "bought_together"
    assert body["results"][0]["reason"].startswith("bought together with ")
    assert body["results"][0]["reason"].endswith(" by 1 customer")
    assert listed(asked(shops.admin, second, "?type=similar_customers")) == [cup]
    for question in ("", "?type=history", "?type=history/"):
        body = asked(shops.admin, first, question)
        assert (body["type"], body["is_fallback"]) == ("history", False)
        assert body["model_version"] == "acme.recommendations/0"
        assert set(listed(body)[:2]) == {tea, cup}
        assert listed(body)[2:] == [lamp]
        assert body["results"][0]["reason"] == "bought in 1 order, last today"
    mine = shops.log_in(shops.tenant("acme"), market.buyers[0])
    assert listed(asked(mine, first)) == listed(body)
    assert shops.stranger.get(f"/api/recommendations/{first}").status_code == 404
    for kind in ("history", "similar_customers", "inventory"):
        new = asked(shops.admin, shops.buyer.actor.customer_id, f"?type={kind}/")
        assert new["is_fallback"]
        assert listed(new)[0] == tea
        assert new["results"][0]["reason"] == "bought by 3 customers"
    assert asked(shops.admin, first, "?as_of=2026-03-01T12:00:00Z")["is_fallback"]
    answer = shops.admin.get(f"/api/recommendations/{first}/?type=horoscope")
    assert (answer.status_code, answer.json()["field"]) == (422, "type")


def test_only_what_can_be_bought_is_recommended(shops: Shops, market: Market) -> None:
    customer = market.buyers[0].customer_id
    cup, lamp = (market.product(each) for each in (market.cup, market.lamp))
    with market.shop.work() as work:
        left = stock.available(work, [market.tea, market.cup])
        stock.adjust(work, market.tea, left[market.tea], reason="lost")
        stock.adjust(work, market.cup, left[market.cup] - 3, reason="lost")
    assert listed(asked(shops.admin, customer, "?type=history&threshold=3")) == [cup, lamp]
    assert listed(asked(shops.admin, customer, "?type=inventory&threshold=2")) == [cup, lamp]
    body = asked(shops.admin, customer, "?type=inventory/&threshold=3")
    assert listed(body) == [lamp]
    assert all(each["available"] > 3 for each in body["results"][0]["variants"])
    with market.shop.work() as work:
        products.retire(work, UUID(cup))
    for kind in ("history", "similar_customers", "inventory"):
        assert listed(asked(shops.admin, customer, f"?type={kind}")) == [lamp]


def test_a_shop_without_a_ranking_lists_what_is_for_sale(shops: Shops) -> None:
    market = sell(shops)
    body = asked(shops.admin, market.buyers[0].customer_id, "?limit=2")
    assert (body["model_version"], body["is_fallback"]) == (None, True)
    assert listed(body) == [market.product(market.lamp), market.product(market.cup)]
    assert {each["kind"] for each in body["results"]} == {"rated"}
