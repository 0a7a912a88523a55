"""Promotions: when they hold, for what, and whose they are."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from tests.commerce.orders.carts import buy
from tests.commerce.shop import NOW, make_shop

from commerce.catalogue import categories, promotions
from commerce.catalogue.promotions import list_promotions
from commerce.records import schema
from commerce.records.errors import Conflict, NotFound, RecordError

SECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        (NOW - SECOND, False),
        (NOW, True),
        (NOW + timedelta(hours=1) - SECOND, True),
        (NOW + timedelta(hours=1), False),
    ],
)
def test_a_sale_holds_from_its_start_on_and_no_longer_at_its_end(
    any_engine: Engine, now: datetime, holds: bool
) -> None:
    shop = make_shop(any_engine)
    mug = shop.variant()
    product = shop.product(mug)
    with shop.work() as work:
        sale = promotions.create(
            work,
            "Sale",
            product_id=product,
            percent_bp=1000,
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=1),
        )
    with shop.work(now=now) as work:
        assert [offer.id for offer in promotions.offers(work, [product])[product]] == (
            [sale] if holds else []
        )
        assert [row.id for row in list_promotions(work, only_active=True).rows] == (
            [sale] if holds else []
        )


def test_a_promotion_holds_for_its_product_its_category_and_below_or_all(
    any_engine: Engine,
) -> None:
    shop = make_shop(any_engine)
    with shop.work() as work:
        home = categories.create(work, "Home")
        mugs = categories.create(work, "Mugs", parent_id=home)
    mug, jug, pen = shop.variant(category=mugs), shop.variant(category=home), shop.variant()
    things = {name: shop.product(each) for name, each in (("mug", mug), ("jug", jug), ("pen", pen))}
    with shop.work() as work:
        made = {
            "one": promotions.create(work, "one", product_id=things["mug"], percent_bp=100),
            "few": promotions.create(work, "few", category_id=mugs, percent_bp=100),
            "most": promotions.create(work, "most", category_id=home, amount_minor=1),
            "all": promotions.create(work, "all", percent_bp=1),
        }
        found = promotions.offers(work, things.values())
    names = {promotion: name for name, promotion in made.items()}
    assert {
        name: {names[offer.id] for offer in found[product]} for name, product in things.items()
    } == {"mug": {"one", "few", "most", "all"}, "jug": {"most", "all"}, "pen": {"all"}}
    assert len(found[things["mug"]]) == 4


def test_checkout_takes_the_best_of_all_and_keeps_it_on_the_line(engine: Engine) -> None:
    shop = make_shop(engine)
    with shop.work() as work:
        home = categories.create(work, "Home")
    mug = shop.variant(1000, category=home)
    with shop.work() as work:
        promotions.create(work, "ten", product_id=shop.product(mug), percent_bp=1000)
        best = promotions.create(work, "three euros", category_id=home, amount_minor=300)
    buy(shop, shop.buyer(9000), mug)
    with shop.work(hours=1) as work:
        promotions.end(work, best)
    with shop.look() as work:
        line = work.connection.execute(select(schema.order_line)).one()
        assert (line.promotion_id, line.discount_minor, line.amount_minor) == (best, 300, 833)


def test_a_price_never_falls_below_zero(engine: Engine) -> None:
    shop = make_shop(engine)
    mug, buyer = shop.variant(1000), shop.buyer(1)
    with shop.work() as work:
        promotions.create(work, "gift", product_id=shop.product(mug), amount_minor=5000)
    order = buy(shop, buyer, mug)
    with shop.look() as work:
        row = work.connection.execute(select(schema.orders)).one()
        assert (row.id, row.total_minor, row.discount_minor) == (order, 0, 1000)


def test_a_promotion_ends_once_and_one_that_has_not_begun_goes_away(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    with shop.work() as work:
        running = promotions.create(work, "now", percent_bp=1)
        coming = promotions.create(work, "soon", percent_bp=1, starts_at=NOW + timedelta(days=1))
        promotions.end(work, running)
        promotions.end(work, coming)
        assert list_promotions(work, only_active=True).rows == []
    with pytest.raises(Conflict, match="must not have ended"), shop.work() as work:
        promotions.end(work, running)
    with pytest.raises(NotFound, match="promotion must exist"), shop.work() as work:
        promotions.end(work, coming)
    assert shop.events("promotion.ended") == ["promotion.ended"] * 2


def test_a_seller_discounts_own_products_only(engine: Engine) -> None:
    shop, other = make_shop(engine), make_shop(engine, "other")
    ada, bob = shop.seller(), shop.seller()
    mug = shop.product(shop.variant(seller=ada))
    with shop.work(ada) as work:
        own = promotions.create(work, "mine", product_id=mug, percent_bp=500)
    for product in (mug, None):
        with pytest.raises(NotFound), shop.work(bob) as work:
            promotions.create(work, "theirs", percent_bp=500, product_id=product)
    for place, actor in ((shop, bob), (other, other.seller())):
        with pytest.raises(NotFound, match="promotion must exist"), place.work(actor) as work:
            promotions.end(work, own)
    with pytest.raises(NotFound, match="product must exist"), other.work() as work:
        promotions.create(work, "far", product_id=mug, percent_bp=500)
    with other.look() as work:
        assert list_promotions(work, only_active=True).rows == []
    with shop.work(ada) as work:
        promotions.end(work, own)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({}, "give a percentage or an amount"),
        ({"percent_bp": 1, "amount_minor": 1}, "give a percentage or an amount"),
        ({"percent_bp": 0}, "take 1 to 10000"),
        ({"percent_bp": 10_001}, "take 1 to 10000"),
        ({"amount_minor": 0}, "take 1 or more off"),
        ({"percent_bp": 1, "starts_at": NOW, "ends_at": NOW}, "start before it ends"),
        (
            {"percent_bp": 1, "product_id": uuid.uuid4(), "category_id": uuid.uuid4()},
            "hold for a product or for a category",
        ),
    ],
)
def test_a_promotion_that_makes_no_sense_is_refused(
    engine: Engine, wrong: dict[str, Any], sentence: str
) -> None:
    shop = make_shop(engine)
    with pytest.raises(RecordError, match=f"promotion must {sentence}"), shop.work() as work:
        promotions.create(work, "odd", **wrong)
