"""Goods that come back: who may ask for what, and what an approval moves, once and whole."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from tests.commerce.concurrency import at_once
from tests.commerce.delivery.journeys import courier_of, delivered, placed, read, shipped
from tests.commerce.sent_back import asked, inspected, rewarded
from tests.commerce.shop import ADMIN, Shop, make_shop

from commerce import returns, stock
from commerce.orders.completion import complete
from commerce.payments import disputes, queries
from commerce.payments.refunds import refund_order
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.doctor import examine
from commerce.records.errors import Conflict, Forbidden, IllegalMove, NotFound, RecordError
from commerce.records.line_prices import refund_share
from commerce.records.states import RETURN
from commerce.returns import approve, inspect, listed, receive, reject, request
from commerce.rewards import POINTS
from commerce.stock import asset


def amounts(shop: Shop, *types: str) -> list[int]:
    """The amounts of the events of some types."""
    table = schema.event
    with shop.look() as work:
        found = select(table.c.amount_minor).where(table.c.type.in_(types))
        return list(work.connection.execute(found).scalars())


@given(
    amount=st.integers(0, 10**9),
    parts=st.lists(st.integers(1, 50), min_size=1, max_size=8),
)
def test_all_units_of_a_line_together_give_back_what_was_paid(
    amount: int, parts: list[int]
) -> None:
    units, returned, shares = sum(parts), 0, []
    for part in parts:
        shares.append(refund_share(amount, units, returned, part))
        returned += part
    assert sum(shares) == amount
    assert all(
        abs(share - amount * part / units) < part + 1e-6
        for share, part in zip(shares, parts, strict=True)
    )


def test_goods_are_sent_back_by_who_bought_them_after_they_arrived(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, variant = shop.buyer(), shop.variant()
    order = placed(shop, buyer, (variant, 2))
    with pytest.raises(Conflict, match="must be delivered before goods come back"):
        asked(shop, buyer, order)
    shipped(shop, courier_of(shop), order)
    with pytest.raises(Conflict, match="must be delivered before goods come back"):
        asked(shop, buyer, order)
    order = delivered(shop, buyer, (variant, 2))
    for stranger in (shop.buyer(), Actor("user"), Actor("seller"), courier_of(shop)):
        with pytest.raises(NotFound):
            asked(shop, stranger, order)
    with pytest.raises(NotFound, match="order line must exist"):
        asked(shop, buyer, order, position=7)
    returned = asked(shop, buyer, order)
    assert read(shop, "return_request", returned).status == "requested"
    with shop.look() as work:
        emitted = work.connection.execute(
            select(schema.event).where(schema.event.c.type == "return.requested")
        ).one()
    assert (emitted.amount_minor, emitted.quantity, emitted.reason) == (1190, 1, "wrong_size")
    assert emitted.product_id == shop.product(variant)
    with shop.work() as work:
        request(work, order, 1, 1, "other")


def test_goods_are_sent_back_within_thirty_days(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    order = delivered(shop, buyer, (shop.variant(), 2))
    asked(shop, buyer, order, days=30)
    with pytest.raises(Conflict, match="within 30 days of delivery"):
        asked(shop, buyer, order, days=30.00001)


def test_no_more_is_sent_back_than_was_bought(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    order = delivered(shop, buyer, (shop.variant(), 5))
    with pytest.raises(Conflict, match="at most 5 units of this line; got 6"):
        asked(shop, buyer, order, 6)
    first = inspected(shop, buyer, order, 3, received=2)
    with pytest.raises(Conflict, match="at most 3 units of this line; got 4"):
        asked(shop, buyer, order, 4)
    with shop.work() as work:
        approve(work, first)
    second = inspected(shop, buyer, order, 3)
    with pytest.raises(Conflict, match="at most 0 units"):
        asked(shop, buyer, order)
    with shop.work() as work:
        reject(work, second)
    asked(shop, buyer, order, 3)
    assert read(shop, "order_line", order, "order_id").returned_quantity == 2


def test_ten_requests_at_once_for_three_units_leave_three(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    order = delivered(shop, buyer, (shop.variant(), 3))
    outcomes = at_once(*[partial(asked, shop, buyer, order)] * 10)
    assert sum(isinstance(each, UUID) for each in outcomes) == 3
    assert sum(isinstance(each, Conflict) for each in outcomes) == 7


@pytest.mark.parametrize(
    ("condition", "shelf", "scrap"), [("new", 9, 0), ("opened", 9, 0), ("damaged", 7, 2)]
)
def test_what_really_came_back_is_paid_back_and_put_where_its_condition_says(
    any_engine: Engine, condition: str, shelf: int, scrap: int
) -> None:
    shop = make_shop(any_engine)
    buyer, variant = shop.buyer(), shop.variant(333, stock=10)
    order = delivered(shop, buyer, (variant, 3))
    returned = inspected(shop, buyer, order, 3, received=2, condition=condition)
    goods = asset(variant)
    assert (shop.holds("on_hand", asset=goods), shop.holds("scrapped", asset=goods)) == (7, 0)
    assert shop.holds("held", order.hex) == 1189
    with shop.work() as work:
        assert approve(work, returned) == 793
    row = read(shop, "return_request", returned)
    assert (row.status, row.refund_minor, row.received_quantity) == ("approved", 793, 2)
    assert shop.holds("held", order.hex) == 396
    assert shop.holds("on_hand", asset=goods) == shelf
    assert shop.holds("scrapped", asset=goods) == scrap
    assert read(shop, "order_line", order, "order_id").returned_quantity == 2
    assert shop.events("payment.refunded") == ["payment.refunded"]


def test_an_approval_counts_once_however_often_it_is_given(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, seller = shop.buyer(), shop.seller()
    variant = shop.variant(seller=seller)
    order = delivered(shop, buyer, (variant, 2))
    rewarded(shop, seller, 100)
    returned = inspected(shop, buyer, order, 1, at_fault=True)

    def give() -> int:
        with shop.work() as work:
            return approve(work, returned)

    outcomes = at_once(*[give] * 6)
    assert outcomes.count(1190) == 1
    assert sum(isinstance(each, IllegalMove) for each in outcomes) == 5
    before = shop.rows()
    with pytest.raises(IllegalMove):
        give()
    assert shop.rows() == before
    assert shop.holds("held", order.hex) == 1190
    assert shop.holds("on_hand", asset=asset(variant)) == 9
    assert shop.holds("points", seller.user_id.hex, POINTS) == 75  # type: ignore[union-attr]
    assert shop.events("points.deducted") == ["points.deducted"]


@pytest.mark.parametrize(("had", "left"), [(100, 75), (25, 0), (10, 0), (0, 0)])
def test_a_seller_at_fault_loses_points_but_never_more_than_there_are(
    any_engine: Engine, had: int, left: int
) -> None:
    shop = make_shop(any_engine)
    buyer, seller = shop.buyer(), shop.seller()
    order = delivered(shop, buyer, (shop.variant(seller=seller), 1))
    if had:
        rewarded(shop, seller, had)
    returned = inspected(shop, buyer, order, at_fault=True)
    with shop.work() as work:
        approve(work, returned)
    assert shop.holds("points", seller.user_id.hex, POINTS) == left  # type: ignore[union-attr]
    assert len(shop.events("points.deducted")) == (had > 0)


@pytest.mark.parametrize("at_fault", [True, False])
def test_the_shop_itself_and_a_seller_without_fault_lose_no_points(
    engine: Engine, at_fault: bool
) -> None:
    shop = make_shop(engine)
    buyer, seller = shop.buyer(), shop.seller()
    order = delivered(shop, buyer, (shop.variant(seller=None if at_fault else seller), 1))
    rewarded(shop, seller, 100)
    returned = inspected(shop, buyer, order, at_fault=at_fault)
    with shop.work() as work:
        approve(work, returned)
    assert shop.events("points.deducted") == []


@pytest.mark.parametrize(
    ("method", "completed"),
    [
        ("wallet", False),
        ("wallet", True),
        ("cash_on_delivery", False),
        ("cash_on_delivery", True),
        ("pay_later", False),
        ("pay_later", True),
    ],
)
def test_a_return_leaves_sound_books_whenever_it_comes_and_however_it_was_paid(
    any_engine: Engine, method: str, completed: bool
) -> None:
    """Two units at 11.90, of which one comes back: before the seller is paid, or after."""
    shop = make_shop(any_engine)
    buyer, seller = shop.buyer(), shop.seller()
    assert seller.user_id is not None
    variant = shop.variant(seller=seller)
    order = delivered(shop, buyer, (variant, 2), method=method)

    def end() -> None:
        with shop.work(SYSTEM, days=3) as work:
            complete(work, order)

    if completed:
        end()
        assert shop.holds("wallet", seller.user_id.hex) == 1900
    returned = inspected(shop, buyer, order)
    with shop.work(days=4) as work:
        assert approve(work, returned) == 1190
    if not completed:
        end()
    assert shop.holds("wallet", seller.user_id.hex) == 950
    assert shop.holds("fees") == 50
    assert shop.holds("tax") == 190
    assert shop.holds("held", order.hex) == 0
    if method == "wallet":
        assert shop.holds("wallet", buyer.customer_id.hex) == 100_000 - 1190  # type: ignore[union-attr]
    with shop.look() as work:
        assert examine(work.connection, shop.tenant) == []


@pytest.mark.parametrize("method", ["wallet", "cash_on_delivery", "pay_later"])
@pytest.mark.parametrize("completed", [False, True])
def test_goods_that_were_refunded_by_hand_come_back_without_being_paid_twice(
    any_engine: Engine, method: str, completed: bool
) -> None:
    shop = make_shop(any_engine)
    buyer, variant = shop.buyer(), shop.variant(stock=10, seller=shop.seller())
    order = delivered(shop, buyer, (variant, 2), method=method)
    if completed:
        with shop.work(SYSTEM, days=3) as work:
            complete(work, order)
    returned = inspected(shop, buyer, order, 2)
    assert shop.holds("on_hand", asset=asset(variant)) == 8
    with shop.work(days=4) as work:
        refund_order(work, order, 2380, reason="goodwill")
    with shop.work(days=4) as work:
        assert approve(work, returned) == 0
    with pytest.raises(IllegalMove), shop.work(days=4) as work:
        approve(work, returned)
    row = read(shop, "return_request", returned)
    assert (row.status, row.refund_minor) == ("approved", 0)
    with shop.look() as work:
        line = work.connection.execute(select(schema.order_line)).one()
        assert (line.returned_quantity, line.amount_minor) == (2, 2380)
        assert examine(work.connection, shop.tenant) == []
    assert shop.holds("on_hand", asset=asset(variant)) == 10
    assert amounts(shop, "return.approved") == [2380]
    assert sum(amounts(shop, "payment.refunded", "invoice.credited")) == 2380


def test_what_was_refunded_by_hand_in_part_is_paid_to_the_end_and_no_further(
    any_engine: Engine,
) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    order = delivered(shop, buyer, (shop.variant(), 1))
    returned = inspected(shop, buyer, order)
    with shop.work() as work:
        refund_order(work, order, 190, reason="goodwill")
    with shop.work() as work:
        assert approve(work, returned) == 1000
    with shop.look() as work:
        assert examine(work.connection, shop.tenant) == []
    assert sum(amounts(shop, "payment.refunded")) == 1190


def test_whom_a_refund_by_hand_was_for_is_asked_where_other_goods_stay(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    order = delivered(shop, buyer, (shop.variant(), 3))
    first, second = (inspected(shop, buyer, order) for _ in range(2))
    with shop.work() as work:
        refund_order(work, order, 1190, reason="goodwill")
    with (
        pytest.raises(Conflict, match=r"refunded by hand; got none\. Give 0 .*, 1190 if"),
        shop.work() as work,
    ):
        approve(work, first)
    for wrong in (-1, 1191):
        with pytest.raises(Conflict, match="refund_minor must be 0 to 1190"), shop.work() as work:
            approve(work, first, refund_minor=wrong)
    with shop.work() as work:
        assert approve(work, first, refund_minor=0) == 0
    with shop.work() as work:
        assert approve(work, second) == 1190
    with shop.look() as work:
        assert examine(work.connection, shop.tenant) == []
    assert sum(amounts(shop, "payment.refunded")) == 2380


def test_money_that_is_under_dispute_is_no_refund_by_hand(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    order = delivered(shop, buyer, (shop.variant(), 1), method="cash_on_delivery")
    returned = inspected(shop, buyer, order)
    with shop.work() as work:
        (payment,) = queries.payments(work, order_id=order).rows
        disputes.begin(work, payment.id, 1190, "fraudulent")
    with pytest.raises(Conflict, match="refunds must not exceed"), shop.work() as work:
        approve(work, returned)
    assert read(shop, "return_request", returned).status == "inspected"


def test_a_rejected_return_moves_nothing(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, seller = shop.buyer(), shop.seller()
    order = delivered(shop, buyer, (shop.variant(seller=seller), 1))
    returned = inspected(shop, buyer, order, at_fault=True)
    before = shop.rows()
    with shop.work() as work:
        reject(work, returned)
    after = shop.rows()
    assert {name for name in after if after[name] != before[name]} == {"event", "outbox"}
    assert after["event"] - before["event"] == 1
    assert read(shop, "return_request", returned).refund_minor is None
    with pytest.raises(IllegalMove), shop.work() as work:
        approve(work, returned)


@pytest.mark.parametrize("step", ["stock", "fire", "refund", "points", "penalty", "commit"])
def test_an_approval_that_fails_on_its_way_leaves_nothing(
    any_engine: Engine, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault after each step: what the step did is undone with it."""
    shop = make_shop(any_engine)
    buyer, seller = shop.buyer(), shop.seller()
    variant = shop.variant(seller=seller)
    order = delivered(shop, buyer, (variant, 2))
    rewarded(shop, seller, 100)
    returned = inspected(shop, buyer, order, at_fault=True)
    fired: list[object] = []

    def breaking(inner: Callable[..., Any], at: int = 1) -> Callable[..., Any]:
        def run(*given: Any, **named: Any) -> Any:
            result = inner(*given, **named)
            fired.append(result)
            if len(fired) == at:
                raise ZeroDivisionError
            return result

        return run

    where: dict[str, tuple[Any, str, int]] = {
        "stock": (stock, "come_back", 1),
        "fire": (returns, "fire", 1),
        "refund": (returns, "refund_order", 1),
        "points": (returns, "deduct_event", 1),
        "penalty": (returns, "fire", 2),
    }
    before, held = shop.rows(), shop.holds("held", order.hex)
    with monkeypatch.context() as patch:
        if step in where:
            owner, name, at = where[step]
            patch.setattr(owner, name, breaking(getattr(owner, name), at))
        if step == "commit":
            patch.setattr(returns, "approve", breaking(returns.approve))
        with pytest.raises(ZeroDivisionError), shop.work() as work:
            returns.approve(work, returned)
    assert shop.rows() == before
    assert shop.holds("held", order.hex) == held == 2380
    assert shop.holds("points", seller.user_id.hex, POINTS) == 100  # type: ignore[union-attr]
    assert shop.holds("on_hand", asset=asset(variant)) == 8
    assert read(shop, "order_line", order, "order_id").returned_quantity == 0
    assert read(shop, "return_request", returned).status == "inspected"
    with shop.work() as work:
        assert approve(work, returned) == 1190


@pytest.mark.parametrize("status", RETURN.states)
@pytest.mark.parametrize("act", ["receive", "inspect", "approve", "reject"])
def test_a_return_moves_as_its_table_says_and_not_otherwise(
    engine: Engine, status: str, act: str
) -> None:
    """Every act in every state, by an admin, who may do all of them."""
    shop = make_shop(engine)
    buyer = shop.buyer()
    order = delivered(shop, buyer, (shop.variant(), 1))
    acts: dict[str, Callable[..., object]] = {
        "receive": partial(receive, quantity=1),
        "inspect": partial(inspect, condition="new", seller_at_fault=False),
        "approve": approve,
        "reject": reject,
    }
    ways = {"received": ["receive"], "inspected": ["receive", "inspect"]}
    ways |= {
        end: [*ways["inspected"], act]
        for end, act in [("approved", "approve"), ("rejected", "reject")]
    }
    returned = asked(shop, buyer, order)
    for step in ways.get(status, []):
        with shop.work() as work:
            acts[step](work, returned)
    outcomes = dict(zip(acts, ("received", "inspected", "approved", "rejected"), strict=True))
    move = RETURN.moves[f"return.{outcomes[act]}"]
    if status in move.sources:
        with shop.work() as work:
            acts[act](work, returned)
        assert read(shop, "return_request", returned).status in move.targets
        return
    before = shop.rows()
    with pytest.raises(IllegalMove), shop.work() as work:
        acts[act](work, returned)
    assert shop.rows() == before
    assert read(shop, "return_request", returned).status == status


def test_couriers_look_and_admins_decide(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer, courier = shop.buyer(), courier_of(shop)
    order = delivered(shop, buyer, (shop.variant(), 3))
    first = asked(shop, buyer, order)
    for actor in (buyer, shop.seller()):
        with pytest.raises(Forbidden), shop.work(actor) as work:
            receive(work, first, 1)
    second = inspected(shop, buyer, order)
    for actor in (buyer, shop.seller(), courier):
        for decide in (approve, reject):
            with pytest.raises(Forbidden), shop.work(actor) as work:
                decide(work, second)


def test_an_empty_parcel_can_only_be_rejected(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer = shop.buyer()
    order = delivered(shop, buyer, (shop.variant(), 1))
    returned = inspected(shop, buyer, order, received=0)
    with pytest.raises(Conflict, match="must hold goods to be approved"), shop.work() as work:
        approve(work, returned)
    with shop.work() as work:
        reject(work, returned)


def test_what_makes_no_sense_is_refused(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer = shop.buyer()
    order = delivered(shop, buyer, (shop.variant(), 2))
    with pytest.raises(RecordError, match="quantity must be 1 or more; got 0"):
        asked(shop, buyer, order, 0)
    with pytest.raises(RecordError, match="reason must be one of"):
        asked(shop, buyer, order, reason="it does not fit Mrs Tock")
    returned = asked(shop, buyer, order)
    for quantity in (-1, 2):
        with pytest.raises(RecordError, match="received quantity"), shop.work() as work:
            receive(work, returned, quantity)
    with pytest.raises(RecordError, match="condition must be one of"), shop.work() as work:
        inspect(work, returned, "broken", seller_at_fault=False)
    for act in (approve, reject):
        with pytest.raises(NotFound), shop.work() as work:
            act(work, uuid.uuid4())


def test_a_buyer_sees_own_returns_and_the_shop_sees_all(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    ada, bob, variant = shop.buyer(), shop.buyer(), shop.variant()
    hers = asked(shop, ada, delivered(shop, ada, (variant, 1)))
    his = inspected(shop, bob, delivered(shop, bob, (variant, 1)))

    def sees(actor: Actor, **which: Any) -> set[UUID]:
        with shop.look(actor) as work:
            return {row.id for row in listed(work, **which).rows}

    assert (sees(ada), sees(bob)) == ({hers}, {his})
    assert sees(ADMIN) == sees(courier_of(shop)) == {hers, his}
    assert sees(ADMIN, status="inspected") == {his}
    assert sees(Actor("user")) == sees(Actor("seller", uuid.uuid4())) == set()
