"""How orders end: everybody paid once, or everything as it was."""

import random
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, update
from tests.commerce.concurrency import works_at_once
from tests.commerce.orders.carts import buy
from tests.commerce.shop import ADMIN, NOW, Shop, make_shop

from commerce import stock, wallet
from commerce.catalogue import promotions
from commerce.delivery import couriers
from commerce.delivery.proof import confirm
from commerce.orders import cart
from commerce.orders.checkout import checkout, place
from commerce.orders.completion import cancel, complete, complete_due, update_status
from commerce.orders.lines import OrderedLine
from commerce.payments.invoices import of_order as invoices_of
from commerce.payments.refunds import gone_and_left, refund_order
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.database import reading
from commerce.records.doctor import examine
from commerce.records.errors import Conflict, IllegalMove, NotFound, RecordError
from commerce.records.ledger import Account
from commerce.records.machine import EventDraft, fetch, fire
from commerce.records.money import from_minor
from commerce.records.states import ORDER, STOCK, WALLET
from commerce.rewards import balance_of
from commerce.stock import asset


def courier(shop: Shop) -> Actor:
    """Somebody who delivers."""
    return Actor("delivery", shop._user("delivery", None))


def ship(shop: Shop, order: UUID) -> tuple[Actor, str]:
    """Let a courier set out; give the courier and the PIN."""
    who = courier(shop)
    with shop.work(who) as work:
        couriers.claim(work, order)
        proof = couriers.ship(work, order)
    return who, proof.pin


def deliver(shop: Shop, order: UUID) -> None:
    """Bring an order to the door at `NOW`."""
    who, pin = ship(shop, order)
    with shop.work(who) as work:
        assert confirm(work, order, pin=pin).delivered


def status(shop: Shop, order: UUID) -> str:
    """The state of an order."""
    with shop.look() as work:
        return str(fetch(work, ORDER, order, lock=False).status)


def test_completion_waits_for_three_days_after_delivery_to_the_second(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = buy(shop, shop.buyer(5000), shop.variant())
    with pytest.raises(Conflict, match="got one that is not delivered"), shop.work(days=9) as work:
        complete(work, order)
    deliver(shop, order)
    for early in (timedelta(minutes=1), timedelta(microseconds=1)):
        now = NOW + timedelta(days=3) - early
        with shop.work(now=now) as work:
            assert complete_due(work) == []
        with (
            pytest.raises(
                Conflict, match=r"delivered 3 days ago .* Wait until 2026-03-04 12:00:00 UTC"
            ),
            shop.work(now=now) as work,
        ):
            complete(work, order)
    with shop.work(SYSTEM, days=3) as work:
        assert complete_due(work) == [order]
        complete(work, order)
        assert complete_due(work) == []
    assert status(shop, order) == "completed"


def test_two_sellers_and_the_shop_get_their_lines_and_nothing_stays_held(
    any_engine: Engine,
) -> None:
    shop = make_shop(any_engine)
    ada, bob = shop.seller(), shop.seller(buys=True)
    goods = shop.variant(1000, seller=ada), shop.variant(333, seller=bob), shop.variant(500)
    buyer = shop.buyer(5000)
    order = buy(shop, buyer, *goods)
    assert shop.holds("held", order.hex) == 1190 + 396 + 595
    deliver(shop, order)
    with shop.work(SYSTEM, days=3) as work:
        complete(work, order)
    assert ada.user_id is not None
    assert bob.customer_id is not None
    assert bob.user_id is not None
    assert shop.holds("wallet", ada.user_id.hex) == 950
    assert shop.holds("wallet", bob.customer_id.hex) == 316
    assert [shop.holds(kind) for kind in ("sales", "fees", "tax")] == [500, 50 + 17, 190 + 63 + 95]
    assert shop.holds("held", order.hex) == 0
    with shop.look() as work:
        table = schema.event
        paid = work.connection.execute(
            select(table.c.seller_id, table.c.customer_id, table.c.amount_minor)
            .where(table.c.type == "seller.paid")
            .order_by(table.c.amount_minor)
        ).all()
        assert [tuple(row) for row in paid] == [
            (bob.user_id, bob.customer_id, 316),
            (ada.user_id, None, 950),
        ]
        assert balance_of(work, ada.user_id).points == work.policy.points_per_order
        assert buyer.customer_id is not None
        assert wallet.view(work, buyer.customer_id)[:2] == (5000 - 2181, 0)


def test_completing_twice_or_by_many_at_once_pays_once(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    seller, buyer = shop.seller(), shop.buyer(5000)
    order = buy(shop, buyer, shop.variant(1000, seller=seller))
    deliver(shop, order)
    results = works_at_once(shop, [(buyer, lambda work: complete(work, order))] * 6, days=3)
    assert results.count(None) == 1
    assert sum(isinstance(result, IllegalMove) for result in results) == 5
    assert seller.user_id is not None
    assert shop.holds("wallet", seller.user_id.hex) == 950
    assert len(shop.events("seller.paid")) == 1


def test_a_refund_before_completion_is_borne_in_settlement(engine: Engine) -> None:
    shop = make_shop(engine)
    ada, bob = shop.seller(), shop.seller()
    order = buy(
        shop, shop.buyer(9000), shop.variant(3000, seller=ada), shop.variant(1000, seller=bob)
    )
    deliver(shop, order)
    with shop.work() as work:
        refund_order(work, order, 1190, reason="goodwill")
    with shop.work(days=3) as work:
        complete(work, order)
    assert ada.user_id is not None
    assert bob.user_id is not None
    out = [shop.holds("wallet", seller.user_id.hex) for seller in (ada, bob) if seller.user_id]
    shares = [shop.holds(kind) for kind in ("sales", "fees", "tax")]
    assert sum(out) + sum(shares) == 4760 - 1190
    assert out == [2138, 712]
    assert shop.holds("held", order.hex) == 0


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_discounted_and_paid_back_settlement_gives_out_what_there_is(
    engine: Engine, seed: int
) -> None:
    rng = random.Random(seed)
    shop = make_shop(engine)
    sellers = [shop.seller(), shop.seller(buys=True), None]
    goods = [
        shop.variant(rng.randint(1, 9999), stock=50, seller=rng.choice(sellers)) for _ in range(5)
    ]
    with shop.work() as work:
        promotions.create(work, "all", percent_bp=rng.randint(1, 4000))
        promotions.create(
            work, "one", product_id=shop.product(goods[0]), amount_minor=rng.randint(1, 9999)
        )
    method = rng.choice(["wallet", "cash_on_delivery"])
    buyer = shop.buyer(10**7, country=rng.choice(["US", "DE", "FR"]))
    with shop.work(buyer) as work:
        for variant in goods:
            cart.add(work, variant, rng.randint(1, 9))
    with shop.work(buyer) as work:
        order = checkout(work, method)
    deliver(shop, order)
    with shop.work() as work:
        total = fetch(work, ORDER, order).total_minor
        back = rng.randint(0, total)
        if back:
            refund_order(work, order, back, reason="goodwill")
    with shop.work(SYSTEM, days=3) as work:
        complete(work, order)
    keys = [
        (each.customer_id or each.user_id).hex  # type: ignore[union-attr]
        for each in sellers
        if each is not None
    ]
    parts = [shop.holds("wallet", key) for key in keys]
    parts += [shop.holds(kind) for kind in ("sales", "fees", "tax")]
    assert sum(parts) == total - back
    assert min(parts) >= 0
    assert shop.holds("held", order.hex) == 0
    with reading(engine) as connection:
        assert examine(connection, shop.tenant) == []


def test_what_is_paid_later_settles_out_of_sales(engine: Engine) -> None:
    shop = make_shop(engine)
    seller, buyer = shop.seller(), shop.buyer()
    order = buy(shop, buyer, shop.variant(1000, seller=seller), method="pay_later")
    deliver(shop, order)
    with shop.work(days=3) as work:
        complete(work, order)
        assert len(invoices_of(work, order)) == 1
    assert seller.user_id is not None
    assert shop.holds("wallet", seller.user_id.hex) == 950
    assert [shop.holds(kind) for kind in ("sales", "fees", "tax")] == [-1190, 50, 190]


def test_cash_is_taken_at_the_door_and_an_unpaid_card_completes_nothing(engine: Engine) -> None:
    shop = make_shop(engine)
    seller = shop.seller()
    cash = buy(shop, shop.buyer(), shop.variant(1000, seller=seller), method="cash_on_delivery")
    deliver(shop, cash)
    with shop.work(days=3) as work:
        complete(work, cash)
    assert shop.holds("fees") == 50
    assert shop.holds("held", cash.hex) == 0


def test_a_cancelled_order_leaves_goods_and_money_as_they_were(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    mug, buyer = shop.variant(1000), shop.buyer(5000)
    me = buyer.customer_id
    assert me is not None
    order = buy(shop, buyer, mug, mug)
    assert shop.holds("on_hand", asset=asset(mug)) == 8
    results = works_at_once(shop, [(buyer, lambda work: cancel(work, order, "found_cheaper"))] * 4)
    assert results.count(None) == 1
    assert status(shop, order) == "cancelled"
    assert shop.holds("on_hand", asset=asset(mug)) == 10
    assert shop.holds("wallet", me.hex) == 5000
    assert shop.holds("held", order.hex) == shop.holds("held", order.hex, asset(mug)) == 0
    with shop.look(buyer) as work:
        assert wallet.view(work, me)[:2] == (5000, 0)
        reason = work.connection.execute(
            select(schema.event.c.reason).where(schema.event.c.type == "order.cancelled")
        ).scalar_one()
    assert reason == "found_cheaper"


@pytest.mark.parametrize("method", ["pay_later", "cash_on_delivery", "card"])
def test_whatever_way_an_order_is_paid_it_can_be_called_off(engine: Engine, method: str) -> None:
    shop = make_shop(engine)
    mug = shop.variant(1000)
    order = buy(shop, shop.buyer(), mug, method=method)
    with shop.work() as work:
        cancel(work, order)
    assert status(shop, order) == "cancelled"
    assert shop.holds("on_hand", asset=asset(mug)) == 10
    assert [shop.holds(kind) for kind in ("external", "sales", "fees", "tax")] == [0, 0, 0, 0]
    with shop.look() as work:
        assert {invoice.open for invoice in invoices_of(work, order)} <= {0}


def test_what_is_on_its_way_is_not_called_off(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer(5000)
    order = buy(shop, buyer, shop.variant())
    ship(shop, order)
    before = shop.rows()
    with pytest.raises(Conflict, match="must not have been shipped"), shop.work(buyer) as work:
        cancel(work, order)
    assert shop.rows() == before


def test_an_order_is_cancelled_or_shipped_but_never_both(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    for _ in range(4):
        mug, buyer, who = shop.variant(), shop.buyer(5000), courier(shop)
        order = buy(shop, buyer, mug)
        with shop.work(who) as work:
            couriers.claim(work, order)
        results = works_at_once(
            shop,
            [
                (buyer, lambda work, order=order: cancel(work, order)),  # type: ignore[misc]
                (who, lambda work, order=order: couriers.ship(work, order)),  # type: ignore[misc]
            ],
        )
        assert sum(isinstance(result, Conflict) for result in results) == 1
        there = shop.holds("on_hand", asset=asset(mug)), status(shop, order)
        assert there in ((10, "cancelled"), (9, "placed"))


def test_who_has_nothing_to_do_with_an_order_neither_ends_nor_calls_it_off(engine: Engine) -> None:
    shop = make_shop(engine)
    seller = shop.seller()
    order = buy(shop, shop.buyer(5000), shop.variant(seller=seller))
    for stranger in (shop.buyer(), seller, courier(shop)):
        for act in (complete, cancel):
            with pytest.raises(NotFound, match="order must exist"), shop.work(stranger) as work:
                act(work, order)
    other = make_shop(engine, "other")
    for act in (complete, cancel):
        with pytest.raises(NotFound, match="order must exist"), other.work(ADMIN) as work:
            act(work, order)
    with pytest.raises(RecordError, match="one lower-case word"), shop.work() as work:
        cancel(work, order, "Because I said so")


def test_a_wished_status_is_reached_by_the_one_way_that_leads_there(engine: Engine) -> None:
    shop = make_shop(engine)
    mug, buyer = shop.variant(), shop.buyer(9000)
    with shop.work(buyer) as work:
        basket = cart.add(work, mug)
    with pytest.raises(IllegalMove) as refused, shop.work(buyer) as work:
        update_status(work, basket, "placed")
    assert refused.value.allowed == ["cart.dropped", "order.placed"]
    with shop.work(buyer) as work:
        update_status(work, basket, "cancelled")
    order = buy(shop, buyer, mug)
    for wish in ("placed", "cart", "shipped"):
        with pytest.raises(IllegalMove, match="must be in a state") as refused, shop.work() as work:
            update_status(work, order, wish)
        assert "order.cancelled" in refused.value.allowed
    with pytest.raises(Conflict, match="delivered"), shop.work() as work:
        update_status(work, order, "completed")
    before = len(shop.events())
    with shop.work(buyer) as work:
        update_status(work, order, "cancelled", reason="too_late")
    assert shop.events("order.cancelled") == ["order.cancelled"]
    assert len(shop.events()) > before
    with pytest.raises(IllegalMove) as refused, shop.work() as work:
        update_status(work, order, "completed")
    assert refused.value.allowed == []


def test_an_orders_status_and_refunds_are_what_its_events_led_to(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    variant, buyer = shop.variant(stock=20), shop.buyer(100_000)
    orders = [buy(shop, buyer, *[variant] * units) for units in (1, 2, 3)]
    with shop.work(buyer) as work:
        cart.add(work, variant)
        cancel(work, orders[0])
    deliver(shop, orders[1])
    with shop.work(days=4) as work:
        complete(work, orders[1])
        refund_order(work, orders[1], 500, reason="damaged")
        refund_order(work, orders[1], 70, reason="late")
        assert gone_and_left(work, orders[1])[0] == 570
    event, row = schema.event, schema.orders
    seen = {}
    with shop.look() as work:
        for order in work.connection.execute(select(row.c.id, row.c.status)):
            theirs = select(event.c.type).where(
                event.c.aggregate_type == ORDER.kind, event.c.aggregate_id == order.id.hex
            )
            status = ""
            for kind in work.connection.execute(theirs.order_by(event.c.id)).scalars():
                if kind in ORDER.moves:
                    move = ORDER.moves[kind]
                    ways = move.edges if status else [("", to) for to in move.targets]
                    (status,) = (to for here, to in ways if here == status)
            assert status == order.status
            seen[order.id] = status
        back = select(func.sum(event.c.amount_minor)).where(event.c.type == "payment.refunded")
        assert work.connection.scalar(back) == 570
    assert [seen[order] for order in orders] == ["cancelled", "completed", "placed"]
    assert sorted(seen.values()) == ["cancelled", "cart", "completed", "placed"]


def test_what_was_imported_is_not_completed_by_a_tick(engine: Engine) -> None:
    shop = make_shop(engine)
    order = buy(shop, shop.buyer(5000), shop.variant())
    deliver(shop, order)
    with shop.work(days=30) as work:
        assert complete_due(work, limit=1) == [order]
        work.connection.execute(update(schema.orders).values(event_id=None))
        assert complete_due(work) == []


def test_an_auctions_price_is_final_and_its_hold_moves_to_the_order(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    mug, buyer = shop.variant(1000), shop.buyer(5000, located=False)
    me, auction = buyer.customer_id, UUID(int=7)
    assert me is not None
    with shop.work() as work:
        fire(
            work,
            STOCK,
            mug,
            EventDraft("stock.received", quantity=1, transfers=[stock.hold(mug, 1, auction)]),
        )
        fire(work, WALLET, auction, wallet.held(work, me, 700, auction))
    with shop.work(SYSTEM) as work:
        line = OrderedLine(mug, 1, from_minor(700, "EUR"))
        order = place(work, [line], me, "wallet", held_by=auction)
    with shop.look() as work:
        row = fetch(work, ORDER, order, lock=False)
        assert (row.total_minor, row.tax_minor, row.discount_minor) == (700, 0, 0)
        assert wallet.view(work, me)[:2] == (4300, 700)
        accounts = schema.account
        left = work.connection.execute(
            select(func.sum(accounts.c.balance)).where(accounts.c.key == auction.hex)
        ).scalar_one()
        assert left == 0
    assert shop.holds(*Account("held", order.hex)) == 700


def test_a_cart_that_is_filled_long_before_leaves_sound_books(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer, variant = shop.buyer(10_000), shop.variant(1_000)
    with shop.work(buyer) as work:
        cart.add(work, variant, 1)
    with shop.work(buyer, hours=5) as work:
        checkout(work, "wallet")
    with reading(engine) as connection:
        assert examine(connection) == []


def test_an_order_that_is_called_off_promises_no_delivery_any_more(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer, variant = shop.buyer(10_000), shop.variant(1_000)
    order = buy(shop, buyer, variant)
    with shop.work(buyer, hours=1) as work:
        cancel(work, order)
    assert shop.events("delivery.promised", "delivery.withdrawn") == [
        "delivery.promised",
        "delivery.withdrawn",
    ]
