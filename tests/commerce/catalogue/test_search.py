"""Finding products."""

import random

import pytest
from sqlalchemy import ColumnElement, Engine, update
from tests.commerce.shop import ADMIN, Shop, make_shop
from tests.commerce.statements import statements

from commerce.catalogue import categories, products
from commerce.catalogue.products import NewVariant
from commerce.catalogue.search import (
    ACTIVE,
    INACTIVE,
    below_price,
    in_category,
    in_stock,
    priced,
    rated,
    saying,
    search,
    view,
    with_value,
)
from commerce.records import schema
from commerce.records.errors import NotFound, RecordError
from commerce.stock import receive


@pytest.fixture
def shop(any_engine: Engine) -> Shop:
    """Home > Mugs; a red and a blue mug, a jug at home, and a retired pen."""
    shop = make_shop(any_engine)
    with shop.work() as work:
        home = categories.create(work, "Home")
        mugs = categories.create(work, "Mugs", parent_id=home)
        products.create(
            work, "Red Mug", [NewVariant("R", 500)], category_id=mugs, description="100% stoneware"
        )
        blue = products.create(
            work, "Blue mug", [NewVariant("B1", 900), NewVariant("B2", 1500)], category_id=mugs
        )
        products.create(work, "Jug_o'", [NewVariant("J", 1000)], category_id=home)
        pen = products.create(work, "Pen", [NewVariant("P", 100)])
        products.retire(work, pen)
        work.connection.execute(
            update(schema.product)
            .where(schema.product.c.id == blue)
            .values(ratings_count=2, ratings_sum=7)
        )
    with shop.look() as work:
        (jug,) = search(work, saying("jug"))
    with shop.work() as work:
        receive(work, jug.variants[0].id, 3)
    return shop


def names(shop: Shop, *conditions: ColumnElement[bool]) -> list[str]:
    """What the shop finds."""
    with shop.look(ADMIN) as work:
        return [product.name for product in search(work, *conditions)]


def test_a_product_is_found_by_each_of_its_keys(shop: Shop) -> None:
    with shop.look() as work:
        (jug,) = search(work, saying("jug"))
    with shop.work() as work:
        products.change(work, jug.id, {"external_id": "J-9"})
    with shop.look() as work:
        for key in ("J-9", str(jug.id), f"number:{jug.number}"):
            assert view(work, key).id == jug.id
        with pytest.raises(NotFound, match=f"product must exist; got '{jug.number}'"):
            view(work, str(jug.number))


def test_active_products_are_those_on_sale(shop: Shop) -> None:
    assert names(shop, ACTIVE) == ["Red Mug", "Blue mug", "Jug_o'"]


def test_inactive_products_are_all_others(shop: Shop) -> None:
    assert names(shop, INACTIVE) == names(shop, with_value("status", "retired")) == ["Pen"]


def test_a_category_includes_what_is_below_it(shop: Shop) -> None:
    with shop.look() as work:
        home, mugs = (each.id for each in categories.tree(work))
    assert names(shop, in_category(home)) == ["Red Mug", "Blue mug", "Jug_o'"]
    assert names(shop, in_category(mugs)) == ["Red Mug", "Blue mug"]


def test_below_a_price_is_strictly_below_and_a_range_has_its_bounds(shop: Shop) -> None:
    assert names(shop, below_price(900)) == ["Red Mug", "Pen"]
    assert names(shop, priced(900, 1000)) == ["Blue mug", "Jug_o'"]
    assert names(shop, priced(1001, None)) == ["Blue mug"]
    assert names(shop, priced(None, 100)) == ["Pen"]
    assert names(shop, priced(901, 999)) == []


def test_words_are_found_in_name_and_description_in_any_case(shop: Shop) -> None:
    assert names(shop, saying("MUG")) == ["Red Mug", "Blue mug"]
    assert names(shop, saying("stoneware red")) == ["Red Mug"]
    assert names(shop, saying("")) == ["Red Mug", "Blue mug", "Jug_o'", "Pen"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("%", ["Red Mug"]),
        ("_", ["Jug_o'"]),
        ("'", ["Jug_o'"]),
        ("' OR 1=1 --", []),
        ("\\", []),
        ("'; DROP TABLE product; --", []),
    ],
)
def test_signs_that_mean_something_to_a_database_mean_themselves(
    shop: Shop, words: str, found: list[str]
) -> None:
    assert names(shop, saying(words)) == found


def test_whatever_is_written_is_looked_for_as_it_stands(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    rng = random.Random(7)
    signs = "%_\\'\"/*-;()[]{}:?@$#~^|&=<>+.,! abcdeÄßé日"
    for size in range(1, 40):
        words = "".join(rng.choices(signs, k=size)).strip()
        with shop.work() as work:
            listed = products.create(work, f"<{words}>", [])
            found = search(work, saying(f"<{words}>"))
            assert listed in {product.id for product in found}, words


def test_stars_and_stock_narrow_the_choice(shop: Shop) -> None:
    assert names(shop, rated(3)) == ["Blue mug"]
    assert names(shop, rated(4)) == []
    assert names(shop, in_stock()) == ["Jug_o'"]
    assert names(shop, in_stock(), saying("mug")) == []


def test_a_seller_finds_own_products(engine: Engine) -> None:
    shop = make_shop(engine)
    ada = shop.seller()
    own = shop.product(shop.variant(seller=ada))
    shop.variant()
    assert ada.user_id is not None
    with shop.look(ada) as work:
        found = search(work, with_value("seller_id", ada.user_id))
        assert [product.id for product in found] == [own]


def test_pages_stay_what_they_are_while_products_are_added(engine: Engine) -> None:
    shop = make_shop(engine)
    for _ in range(5):
        shop.variant()
    with shop.look() as work:
        first = search(work, limit=2)
    shop.variant()
    with shop.look() as work:
        second = search(work, after=first[-1].number, limit=2)
        third = search(work, after=second[-1].number)
    numbers = [product.number for product in (*first, *second, *third)]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 6
    with shop.look() as work:
        for limit in (0, 201):
            with pytest.raises(RecordError, match="limit must be 1 to 200"):
                search(work, limit=limit)


def test_a_page_takes_three_questions(engine: Engine) -> None:
    shop = make_shop(engine)
    counts = []
    for _ in range(3):
        shop.variant()
        with shop.look() as work, statements(engine) as seen:
            search(work)
        counts.append(len(seen))
    assert counts == [3, 3, 3]


def test_another_shops_products_are_not_found(any_engine: Engine) -> None:
    shop, other = make_shop(any_engine), make_shop(any_engine, "other")
    shop.variant()
    assert names(other) == []
