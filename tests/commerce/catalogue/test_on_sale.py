"""What can be bought now, of products that are named and of all."""

import pytest
from sqlalchemy import Engine, delete, update
from tests.commerce.shop import Shop, make_shop

from commerce.catalogue import products
from commerce.catalogue.on_sale import best_rated, keeps_stock, names_of, on_sale
from commerce.catalogue.products import NewVariant
from commerce.catalogue.search import saying, search
from commerce.records import schema
from commerce.stock import receive


@pytest.fixture
def shop(any_engine: Engine) -> Shop:
    """A mug in two colours, a rated jug, and a pen that is off sale; nothing in stock yet."""
    shop = make_shop(any_engine)
    with shop.work() as work:
        mug = [NewVariant("BLUE", 900), NewVariant("RED", 500, low_stock_at=2)]
        products.create(work, "Mug", mug)
        jug = products.create(work, "Jug", [NewVariant("JUG", 1000)])
        products.retire(work, products.create(work, "Pen", [NewVariant("PEN", 100)]))
        rated = {"ratings_count": 1, "ratings_sum": 5}
        table = schema.product
        work.connection.execute(update(table).where(table.c.id == jug).values(rated))
    return shop


def there(shop: Shop, *, counted: bool, above: int | None = 0) -> dict[str, list[str]]:
    """The SKUs of what can be bought."""
    with shop.look() as work:
        all_of_it = [each.id for each in search(work)]
        assert sorted(names_of(work, all_of_it).values()) == ["Jug", "Mug", "Pen"]
        found = on_sale(work, all_of_it, counted=counted, above=above).values()
        assert {each.name for each in best_rated(work, 9, counted=counted, above=above)} == {
            each.name for each in found
        }
        return {each.name: [variant.sku for variant in each.variants] for each in found}


def test_where_no_stock_is_kept_all_that_is_on_sale_is_there(shop: Shop) -> None:
    assert there(shop, counted=False) == {"Mug": ["BLUE", "RED"], "Jug": ["JUG"]}
    assert there(shop, counted=True) == {}
    with shop.look() as work:
        assert not keeps_stock(work)
        assert [each.name for each in best_rated(work, 1, counted=False)] == ["Jug"]
    with shop.work() as work:  # as where only history was imported
        work.connection.execute(delete(schema.variant).where(schema.variant.c.sku == "JUG"))
    assert there(shop, counted=False) == {"Mug": ["BLUE", "RED"], "Jug": []}


def test_what_is_in_stock_above_a_threshold_is_there(shop: Shop) -> None:
    with shop.look() as work:
        (mug,) = search(work, saying("mug"))
    with shop.work() as work:
        for variant in mug.variants:
            receive(work, variant.id, 2)
        assert keeps_stock(work)
    assert there(shop, counted=True) == {"Mug": ["BLUE", "RED"]}
    assert there(shop, counted=True, above=None) == {"Mug": ["BLUE"]}
    assert there(shop, counted=True, above=2) == {}
