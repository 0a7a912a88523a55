"""Who sees which orders, and how many questions that takes."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from tests.commerce.orders.carts import buy
from tests.commerce.shop import ADMIN, NOW, make_shop
from tests.commerce.statements import statements

from commerce.orders import cart, completion
from commerce.orders.checkout import checkout
from commerce.orders.queries import high_value, listed, pending, recent, view
from commerce.records.actors import Actor
from commerce.records.errors import NotFound, RecordError


def test_a_buyer_sees_own_orders_and_a_seller_own_lines(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    ada, bob = shop.seller(), shop.seller()
    mug, jug, own = shop.variant(1000, seller=ada), shop.variant(500, seller=bob), shop.variant(100)
    buyer, other = shop.buyer(90_000), shop.buyer(90_000)
    first = buy(shop, buyer, mug, jug, own)
    second = buy(shop, other, own)
    with shop.work(buyer) as work:
        cart.add(work, mug)
        waiting = cart.add(work, own)
    with shop.look(buyer) as work:
        assert [order.id for order in listed(work).rows] == [waiting, first]
        whole = view(work, first)
        assert (len(whole.lines), whole.total_minor, whole.delivery) == (3, 1904, "available")
        assert sum(line.amount_minor for line in whole.lines) == whole.total_minor
        for key in (str(first), f"number:{whole.number}", str(whole.number)):
            assert view(work, key) == whole
        for stranger in (second, str(second), "R-1"):
            with pytest.raises(NotFound, match="order must exist"):
                view(work, stranger)
    with shop.look(ada) as work:
        (part,) = listed(work).rows
        assert (part.id, part.total_minor, part.tax_minor) == (first, 1190, 190)
        assert part.customer_id is None
        assert [line.seller_id for line in part.lines] == [ada.user_id]
        for hidden in (second, waiting):
            with pytest.raises(NotFound):
                view(work, hidden)
    with shop.look(ADMIN) as work:
        assert {order.id for order in listed(work).rows} == {first, second, waiting}
    for nobody in (Actor("user"), Actor("delivery", other.user_id), Actor("seller")):
        with shop.look(nobody) as work:
            assert listed(work) == (0, [])
    with make_shop(any_engine, "other").look(ADMIN) as work:
        assert listed(work) == (0, [])
        with pytest.raises(NotFound):
            view(work, first)


def test_orders_are_listed_by_what_is_asked_for(engine: Engine) -> None:
    shop = make_shop(engine)
    mug, buyer = shop.variant(1000, stock=100), shop.buyer(100_000)
    orders = []
    for day in range(4):
        with shop.work(buyer) as work:
            cart.add(work, mug, day + 1)
        with shop.work(buyer, days=day) as work:
            orders.append(checkout(work, "wallet"))
    with shop.work(buyer) as work:
        completion.cancel(work, orders[2])
        basket = cart.add(work, mug, 50)
    with shop.look() as work:
        assert [order.id for order in recent(work, limit=3)] == orders[:0:-1]
        assert recent(work, limit=1)[0].placed_at == NOW + timedelta(days=3)
        assert [order.id for order in pending(work).rows] == [orders[3], orders[1], orders[0]]
        assert [order.id for order in high_value(work, 3570).rows] == [orders[3], orders[2]]
        assert [order.id for order in high_value(work, 3571).rows] == [orders[3]]
        assert [order.id for order in listed(work, status="cart").rows] == [basket]
        page, rest = listed(work, limit=2), listed(work, limit=9, offset=2)
        assert [order.id for order in (*page.rows, *rest.rows)] == [basket, *orders[::-1]]
        assert (page.total, rest.total) == (5, 5)
        assert [order.id for order in listed(work, ordering="total_minor").rows][1:] == orders
        middle = listed(work, since=NOW + timedelta(days=1), until=NOW + timedelta(days=3))
        assert [order.id for order in middle.rows] == [orders[2], orders[1]]
        assert listed(work, customer_id=mug) == (0, [])
        for limit in (0, 201):
            with pytest.raises(RecordError, match="limit must be 1 to 200"):
                listed(work, limit=limit)
        with pytest.raises(RecordError, match="status must be one of"):
            listed(work, status="lost")


def test_a_page_of_orders_takes_as_many_questions_as_one_order(engine: Engine) -> None:
    shop = make_shop(engine)
    mug, jug, buyer = shop.variant(), shop.variant(), shop.buyer(100_000)
    counts = []
    for _ in range(3):
        buy(shop, buyer, mug, jug)
        with shop.look(buyer) as work, statements(engine) as seen:
            listed(work)
        counts.append(len(seen))
    assert counts == [3, 3, 3]
