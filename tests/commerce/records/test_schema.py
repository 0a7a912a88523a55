"""The tables of a shop: what there is of each kind, and what belongs to what."""

from __future__ import annotations

from sqlalchemy import Engine, inspect
from tests.commerce.shop import make_shop

from commerce.catalogue import categories, images, products, search
from commerce.catalogue.products import NewVariant

REFERENCES = {
    "variant": {"product"},
    "product": {"category", "brand", "users"},
    "category": {"category"},
    "image": {"product"},
    "orders": {"customer"},
    "order_line": {"orders", "product", "variant"},
    "posting": {"account", "event"},
}
"""What records of a kind belong to, beside their tenant."""


def test_a_store_has_the_tables_of_a_shop_and_each_refers_to_what_it_belongs_to(
    any_engine: Engine,
) -> None:
    found = inspect(any_engine)
    tables = set(found.get_table_names())
    assert {"tenant", "customer", "account", *REFERENCES} <= tables
    for table, wanted in REFERENCES.items():
        keys = found.get_foreign_keys(table)
        assert wanted <= {key["referred_table"] for key in keys}, table
        assert all(
            "tenant_id" in key["constrained_columns"] or key["referred_table"] == "tenant"
            for key in keys
        ), table


def test_a_tenant_has_a_name_of_its_own_a_currency_a_zone_and_rules(engine: Engine) -> None:
    found = inspect(engine)
    columns = {each["name"]: each["nullable"] for each in found.get_columns("tenant")}
    asked = ("slug", "currency", "zone", "created_at")
    assert {name: columns[name] for name in asked} == dict.fromkeys(asked, False)
    assert {"name", "domain", "settings"} <= set(columns)
    unique = [tuple(each["column_names"]) for each in found.get_unique_constraints("tenant")]
    indexes = [
        tuple(each["column_names"]) for each in found.get_indexes("tenant") if each["unique"]
    ]
    assert {("slug",), ("domain",)} <= {*unique, *indexes}


def test_a_product_has_variants_and_a_list_of_images_in_their_order(engine: Engine) -> None:
    shop = make_shop(engine)
    with shop.work() as work:
        category = categories.create(work, "clocks")
        offered = [NewVariant("SMALL", 1_000), NewVariant("LARGE", 2_000)]
        product = products.create(work, "Clock", offered, category_id=category)
        first, second = (
            images.add(work, product, [{"width": 1, "height": 1, "name": name}])
            for name in ("tick", "tock")
        )
        images.reorder(work, product, [second, first])
        assert [each.id for each in images.list_images(work, product)] == [second, first]
        found = search.view(work, product)
    assert found.category_id == category
    assert {each.sku: each.price_minor for each in found.variants} == {
        "SMALL": 1_000, "LARGE": 2_000
    }  # fmt: skip
