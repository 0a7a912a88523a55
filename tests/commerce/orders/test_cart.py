"""The cart: one per customer, filled and emptied, and thrown away."""

import uuid
from functools import partial

import pytest
from sqlalchemy import Engine, select
from tests.commerce.concurrency import works_at_once
from tests.commerce.orders.carts import buy
from tests.commerce.shop import ADMIN, make_shop

from commerce.catalogue import products
from commerce.orders import cart
from commerce.orders.cart import MOST_LINES
from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.errors import Conflict, IllegalMove, NotFound, RecordError
from commerce.stock import asset


def test_things_are_added_changed_and_taken_out(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    mug, jug, buyer = shop.variant(1000, stock=0), shop.variant(500), shop.buyer()
    with shop.work(buyer) as work:
        assert cart.view(work) is None
        first = cart.add(work, mug, 2)
        assert cart.add(work, jug) == first
        assert cart.add(work, mug) == first
        cart.change(work, jug, 4)
        shown = cart.view(work)
        assert shown is not None
        assert [(line.variant_id, line.quantity, line.price_minor) for line in shown.lines] == [
            (mug, 3, 1000),
            (jug, 4, 500),
        ]
        assert (shown.total_minor, shown.currency) == (5000, "EUR")
        cart.remove(work, mug)
        cart.add(work, mug)
        shown = cart.view(work)
        assert shown is not None
        assert [line.variant_id for line in shown.lines] == [jug, mug]
    assert shop.events("cart.opened") == ["cart.opened"]
    assert shop.holds("on_hand", asset=asset(jug)) == 10  # nothing is set aside


def test_what_is_taken_off_sale_has_no_price_any_more(engine: Engine) -> None:
    shop = make_shop(engine)
    mug, buyer = shop.variant(), shop.buyer()
    with shop.work(buyer) as work:
        cart.add(work, mug)
    with shop.work() as work:
        products.retire(work, shop.product(mug))
    with shop.look(buyer) as work:
        shown = cart.view(work)
        assert shown is not None
        assert (shown.lines[0].price_minor, shown.total_minor) == (None, 0)


def test_nothing_but_a_number_of_units_goes_into_a_cart(engine: Engine) -> None:
    shop = make_shop(engine)
    mug, buyer = shop.variant(), shop.buyer()
    for quantity in (0, -1, 1_000_001):
        with pytest.raises(RecordError, match="quantity must be"), shop.work(buyer) as work:
            cart.add(work, mug, quantity)
    for act in (cart.change, cart.add):
        with pytest.raises(NotFound, match="variant must exist"), shop.work(buyer) as work:
            act(work, uuid.uuid4(), 1)
    with shop.work(buyer) as work:
        cart.add(work, mug, 1_000_000)
        with pytest.raises(RecordError, match="quantity must be"):
            cart.add(work, mug)


def test_a_cart_has_an_end(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer = shop.buyer()
    with shop.work() as work:
        more = [products.NewVariant(f"V{number}", 1) for number in range(MOST_LINES + 1)]
        products.create(work, "Many", more)
        variants = work.connection.execute(select(schema.variant.c.id)).scalars().all()
    with shop.work(buyer) as work:
        for variant in variants[:-1]:
            cart.add(work, variant)
        with pytest.raises(Conflict, match="must have at most 200 lines"):
            cart.add(work, variants[-1])


def test_two_at_once_open_one_cart(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    goods, buyer = [shop.variant() for _ in range(8)], shop.buyer()
    results = works_at_once(shop, [(buyer, partial(cart.add, variant_id=each)) for each in goods])
    assert len(results) == 8
    assert len(set(results)) == 1
    with shop.look(buyer) as work:
        shown = cart.view(work)
        assert shown is not None
        assert {line.variant_id for line in shown.lines} == set(goods)


def test_a_cart_is_its_buyers_business_and_the_shops(engine: Engine) -> None:
    shop = make_shop(engine)
    mug, buyer, other = shop.variant(), shop.buyer(), shop.buyer()
    with shop.work(buyer) as work:
        order = cart.add(work, mug)
    for stranger in (other, shop.seller()):
        with shop.work(stranger) as work:
            with pytest.raises(NotFound):
                cart.drop(work, order)
            with pytest.raises(NotFound):
                cart.view(work, customer_id=buyer.customer_id)
    with shop.work(ADMIN) as work:
        assert cart.view(work, customer_id=buyer.customer_id) is not None
        cart.add(work, mug, customer_id=buyer.customer_id)
    with make_shop(engine, "elsewhere").work(ADMIN) as work, pytest.raises(NotFound):
        cart.add(work, mug, customer_id=buyer.customer_id)
    nobody = Actor("user", uuid.uuid4())
    with shop.work(nobody) as work, pytest.raises(NotFound, match="customer must exist"):
        cart.add(work, mug)


def test_only_a_cart_is_ever_thrown_away(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    mug, buyer = shop.variant(), shop.buyer(5000)
    with shop.work(buyer) as work:
        first = cart.add(work, mug)
        cart.drop(work, first)
    with shop.work(buyer) as work:
        assert cart.view(work) is None
        assert cart.add(work, mug) != first
    order = buy(shop, buyer, mug)
    with (
        pytest.raises(IllegalMove, match=r"allows cart\.dropped") as refused,
        shop.work(buyer) as work,
    ):
        cart.drop(work, order)
    assert refused.value.allowed == ["order.cancelled", "order.completed", "order.paid"]
