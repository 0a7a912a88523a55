"""Tax: by the table of the shop, and what was charged stays what it was."""

import uuid

import pytest
from sqlalchemy import Engine, update
from tests.commerce.orders.carts import buy
from tests.commerce.shop import ADMIN, make_shop

from commerce.orders.tax import country_code, order_tax, rate
from commerce.records import schema
from commerce.records.errors import NotFound
from commerce.records.policy import Policy


@pytest.mark.parametrize(
    ("country", "basis_points"),
    [
        ("US", 1000),
        ("GB", 2000),
        ("CA", 1500),
        ("DE", 1900),
        ("FR", 2000),
        ("", 2000),
        (None, 2000),
    ],
)
def test_each_country_has_its_rate_and_all_others_one(
    country: str | None, basis_points: int
) -> None:
    assert rate(Policy(), country) == basis_points


def test_a_shop_may_have_a_table_of_its_own() -> None:
    policy = Policy(tax_bp={"CH": 810})
    assert (rate(policy, "ch"), rate(policy, "DE")) == (810, 0)


@pytest.mark.parametrize(
    ("name", "code"),
    [("usa", "US"), ("germany", "DE"), ("uk", "GB"), ("Canada", "CA"), ("it", "IT")],
)
def test_names_of_countries_lead_to_their_codes(name: str, code: str) -> None:
    assert country_code(name) == code


def test_the_tax_of_an_order_is_the_sum_of_what_its_lines_were_charged(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer = shop.buyer(9000, country="germany")
    order = buy(shop, buyer, shop.variant(13), shop.variant(18), shop.variant(50))
    with shop.work() as work:
        work.connection.execute(update(schema.customer).values(country="US"))
    with shop.look(buyer) as work:
        tax = order_tax(work, order)
    assert tax.lines == ((1, 2), (2, 3), (3, 10))  # 2.47, 3.42, 9.5: half to even
    assert (tax.total, tax.country, tax.rate_bp, tax.currency) == (15, "DE", 1900, "EUR")
    assert tax.charged


def test_an_order_from_elsewhere_is_taxed_by_todays_table(engine: Engine) -> None:
    shop = make_shop(engine)
    order = buy(shop, shop.buyer(9000, country="uk"), shop.variant(1000))
    with shop.work() as work:
        work.connection.execute(update(schema.orders).values(country=None))
    with shop.look() as work:
        tax = order_tax(work, order)
    assert (tax.total, tax.country, tax.charged) == (240, "GB", False)


def test_the_tax_of_anothers_order_is_not_shown(engine: Engine) -> None:
    shop, other = make_shop(engine), make_shop(engine, "other")
    order = buy(shop, shop.buyer(9000), shop.variant())
    for place, actor in ((shop, shop.buyer()), (shop, shop.seller()), (other, ADMIN)):
        with place.look(actor) as work, pytest.raises(NotFound, match="order must exist"):
            order_tax(work, order)
    with shop.look() as work, pytest.raises(NotFound):
        order_tax(work, uuid.uuid4())
