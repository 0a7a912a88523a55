"""Checkout: all of it or nothing of it, however many want the same."""

import threading
import uuid
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, text, update
from tests.commerce.concurrency import works_at_once
from tests.commerce.orders.carts import buy
from tests.commerce.shop import ADMIN, NOW, make_shop
from tests.commerce.statements import FaultError, statements

from commerce.catalogue import products, promotions
from commerce.orders import cart
from commerce.orders.checkout import checkout, place
from commerce.orders.lines import OrderedLine
from commerce.records import schema
from commerce.records.database import writing
from commerce.records.errors import (
    Conflict,
    InsufficientFunds,
    KeyReused,
    NotFound,
    RecordError,
)
from commerce.records.idempotency import once
from commerce.records.work import Work
from commerce.stock import asset


def test_checkout_places_the_cart_and_keeps_prices_tax_and_address(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer(10_000)
    mug, jug = shop.variant(1000), shop.variant(999)
    with shop.work() as work:
        sale = promotions.create(work, "Sale", product_id=shop.product(mug), percent_bp=1000)
    with shop.work(buyer) as work:
        cart.add(work, mug, 2)
        placed = cart.add(work, jug)
    with shop.work(buyer) as work:
        order = checkout(work, "wallet", channel="app")
    assert order == placed
    with shop.look() as work:
        row = work.connection.execute(select(schema.orders)).one()
        lines = work.connection.execute(
            select(schema.order_line).order_by(schema.order_line.c.position)
        ).all()
        emitted = work.connection.execute(select(schema.event).order_by(schema.event.c.id)).all()
        delivery = work.connection.execute(select(schema.delivery)).one()
    assert (row.status, row.total_minor, row.discount_minor, row.tax_minor, row.method) == (
        "placed",
        2142 + 1189,
        200,
        342 + 190,
        "wallet",
    )
    assert (row.country, row.latitude, row.address) == ("DE", 52.5, "Tick Street 1")
    assert row.placed_at == NOW
    assert [
        (line.unit_price, line.quantity, line.discount_minor, line.tax_minor, line.amount_minor)
        for line in lines
    ] == [(Decimal(10), 2, 200, 342, 2142), (Decimal("9.99"), 1, 0, 190, 1189)]
    assert [line.promotion_id for line in lines] == [sale, None]
    assert (delivery.status, delivery.promised_at) == ("available", NOW + timedelta(days=5))
    last = [
        each for each in emitted if each.type.startswith(("order.", "delivery.", "wallet.held"))
    ]
    assert [each.type for each in last] == [
        "order.placed",
        "order.line",
        "order.line",
        "wallet.held",
        "delivery.promised",
    ]
    first = last[0]
    assert (first.amount_minor, first.quantity, first.value, first.method) == (3331, 3, 2, "app")
    assert [each.amount_minor for each in last[1:3]] == [2142, 1189]
    assert last[4].due_at == NOW + timedelta(days=5)
    assert shop.holds("held", order.hex) == 3331
    assert shop.holds("held", order.hex, asset(mug)) == 2
    assert shop.holds("on_hand", asset=asset(mug)) == 8


def test_a_line_keeps_the_position_it_had_in_the_cart(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, gone, mug, jug = shop.buyer(5000), shop.variant(), shop.variant(), shop.variant()
    with shop.work(buyer) as work:
        for variant in (gone, mug, jug):
            cart.add(work, variant)
        cart.remove(work, gone)
    with shop.work(buyer) as work:
        checkout(work, "wallet")
    with shop.look() as work:
        table = schema.order_line
        rows = work.connection.execute(select(table).order_by(table.c.position)).all()
    assert [(row.position, row.variant_id, row.amount_minor) for row in rows] == [
        (2, mug, 1190),
        (3, jug, 1190),
    ]


def test_later_changes_do_not_touch_what_was_placed(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer, mug = shop.buyer(5000), shop.variant(1000)
    order = buy(shop, buyer, mug)
    with shop.work() as work:
        products.change_variant(work, mug, price_minor=5)
        work.connection.execute(update(schema.customer).values(address="Moved", country="US"))
    with shop.look() as work:
        row = work.connection.execute(select(schema.orders)).one()
        assert (row.id, row.total_minor, row.address, row.country) == (
            order,
            1190,
            "Tick Street 1",
            "DE",
        )


@pytest.mark.parametrize(
    ("country", "tax"),
    [("US", 100), ("uk", 200), ("CA", 150), ("germany", 190), ("FR", 200), (None, 200)],
)
def test_tax_is_that_of_the_country_of_the_address(
    engine: Engine, country: str | None, tax: int
) -> None:
    shop = make_shop(engine)
    buy(shop, shop.buyer(5000, country=country), shop.variant(1000))
    with shop.look() as work:
        assert work.connection.execute(select(schema.orders.c.tax_minor)).scalar_one() == tax


def test_without_a_saved_location_nothing_is_ordered(engine: Engine) -> None:
    shop = make_shop(engine)
    with pytest.raises(RecordError, match="must have a saved location"):
        buy(shop, shop.buyer(5000, located=False), shop.variant())
    assert shop.events("order.placed") == []


def test_only_what_is_on_sale_is_bought(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer, seller, mug = shop.buyer(5000), shop.seller(), shop.variant()
    with shop.work(seller) as work:
        products.create(work, "Waiting", [products.NewVariant("W", 5)])
        waiting = work.connection.execute(
            select(schema.variant.c.id).where(schema.variant.c.sku == "W")
        ).scalar_one()
    for variant in (waiting, uuid.uuid4()):
        with pytest.raises(NotFound, match="variant must exist"), shop.work(buyer) as work:
            cart.add(work, variant)
        with pytest.raises(NotFound, match="variant must exist"), shop.work(buyer) as work:
            place(work, [OrderedLine(variant, 1)], buyer.customer_id or variant, "wallet")
    with shop.work(buyer) as work:
        cart.add(work, mug)
    with shop.work() as work:
        products.retire(work, shop.product(mug))
    with pytest.raises(Conflict, match="product must be on sale"), shop.work(buyer) as work:
        checkout(work, "wallet")


def test_an_empty_cart_or_nobodys_is_not_checked_out(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer, mug = shop.buyer(5000), shop.variant()
    with pytest.raises(Conflict, match="cart must hold something"), shop.work(buyer) as work:
        checkout(work, "wallet")
    with shop.work(buyer) as work:
        cart.add(work, mug)
        cart.remove(work, mug)
    with pytest.raises(Conflict, match="must have 1 to 200 lines"), shop.work(buyer) as work:
        checkout(work, "wallet")
    other = shop.buyer(5000)
    with pytest.raises(NotFound, match="customer must exist"), shop.work(other) as work:
        checkout(work, "wallet", customer_id=buyer.customer_id)
    with pytest.raises(NotFound, match="customer must exist"), shop.work(ADMIN) as work:
        place(work, [OrderedLine(mug, 1)], uuid.uuid4(), "wallet")


def test_stock_that_is_not_there_or_money_leaves_nothing_written(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    mug, gold = shop.variant(1000, stock=1), shop.variant(100_000)
    buyer = shop.buyer(5000)
    before = shop.rows()
    lines = ([OrderedLine(mug, 2)], [OrderedLine(mug, 1), OrderedLine(gold, 1)])
    for wanted in lines:
        with pytest.raises(InsufficientFunds), shop.work(buyer) as work:
            place(work, wanted, buyer.customer_id or mug, "wallet")
    assert shop.rows() == before


def test_fifty_checkouts_of_ten_units_sell_ten(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    mug = shop.variant(1000, stock=10, low_stock_at=3)
    buyers = [shop.buyer(5000) for _ in range(50)]
    for buyer in buyers:
        with shop.work(buyer) as work:
            cart.add(work, mug)
    results = works_at_once(
        shop, [(buyer, lambda work: checkout(work, "wallet")) for buyer in buyers]
    )
    kinds = Counter(type(result) for result in results)
    assert kinds == {UUID: 10, InsufficientFunds: 40}
    assert all(
        str(result).startswith("on_hand must hold")
        for result in results
        if isinstance(result, InsufficientFunds)
    )
    assert shop.holds("on_hand", asset=asset(mug)) == 0
    assert len(shop.events("order.placed")) == 10
    assert len(shop.events("stock.low")) == 1


def test_reading_stock_before_writing_it_would_sell_what_is_not_counted(
    postgres_engine: Engine,
) -> None:
    with writing(postgres_engine) as connection:
        connection.execute(text("CREATE TABLE shelf (units integer)"))
        connection.execute(text("INSERT INTO shelf VALUES (3)"))
    sold, all_have_looked = [], threading.Barrier(5)

    def naive_checkout() -> None:
        with writing(postgres_engine) as connection:
            units = connection.execute(text("SELECT units FROM shelf")).scalar_one()
            all_have_looked.wait()
            if units > 0:
                connection.execute(text("UPDATE shelf SET units = :left"), {"left": units - 1})
                sold.append(1)

    threads = [threading.Thread(target=naive_checkout) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sold) == 5  # of three


def test_one_wallet_does_not_pay_two_orders_at_once(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    mug = shop.variant(1000, stock=50)
    buyer = shop.buyer(1190 * 2)
    me = buyer.customer_id
    assert me is not None
    results = works_at_once(
        shop, [(buyer, lambda work: place(work, [OrderedLine(mug, 1)], me, "wallet"))] * 8
    )
    assert Counter(type(result) for result in results) == {UUID: 2, InsufficientFunds: 6}
    assert shop.holds("wallet", me.hex) == 0
    assert shop.holds("on_hand", asset=asset(mug)) == 48


def test_fifty_requests_of_one_key_make_one_order(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    mug, buyer = shop.variant(stock=100), shop.buyer(100_000)
    me = buyer.customer_id
    assert me is not None

    def ask(work: Work, quantity: int = 1) -> str:
        lines = [OrderedLine(mug, quantity)]
        return once(
            work,
            "place",
            "key",
            {"variant": mug, "quantity": quantity},
            lambda: place(work, lines, me, "wallet").hex,
        )

    results = works_at_once(shop, [(buyer, ask)] * 50)
    assert len(results) == 50
    assert len(set(results)) == 1
    assert shop.events("order.placed") == ["order.placed"]
    assert shop.holds("on_hand", asset=asset(mug)) == 99
    with pytest.raises(KeyReused), shop.work(buyer) as work:
        ask(work, 2)


def test_a_fault_at_any_step_of_checkout_leaves_no_partial_row(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    mug, jug = shop.variant(low_stock_at=9), shop.variant(500)
    buyer = shop.buyer(50_000)
    with shop.work(buyer) as work:
        cart.add(work, mug)
        cart.add(work, jug, 2)
    before = shop.rows()
    held = (
        shop.holds("on_hand", asset=asset(mug)),
        shop.holds("wallet", (buyer.customer_id or mug).hex),
    )
    step = 0
    while True:
        try:
            with statements(any_engine, fail_at=step) as seen, shop.work(buyer) as work:
                checkout(work, "wallet")
        except FaultError:
            assert shop.rows() == before, seen[-1]
            step += 1
            continue
        break
    assert step == len(seen) > 10
    assert shop.events("order.placed") == ["order.placed"]
    assert held == (
        shop.holds("on_hand", asset=asset(mug)) + 1,
        shop.holds("wallet", (buyer.customer_id or mug).hex) + 1190 + 1190,
    )


@pytest.mark.parametrize("from_cart", [True, False])
def test_the_statements_of_a_checkout_do_not_grow_with_its_lines(
    engine: Engine, from_cart: bool
) -> None:
    shop = make_shop(engine)
    goods = [shop.variant(stock=10) for _ in range(12)]
    counts = []
    for size in (1, 2, 12):
        buyer = shop.buyer(50_000)
        me = buyer.customer_id
        assert me is not None
        with shop.work(buyer) as work:
            for variant in goods[:size]:
                cart.add(work, variant)
        lines = [OrderedLine(variant, 1) for variant in goods[:size]]
        with statements(engine) as seen, shop.work(buyer) as work:
            if from_cart:
                checkout(work, "wallet")
            else:
                place(work, lines, me, "wallet")
        counts.append(len(seen))
    assert len(set(counts)) == 1
    assert max(counts) <= 18, counts  # with BEGIN and the reading of the tenant
