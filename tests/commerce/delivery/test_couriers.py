"""Couriers: who may take what, how many at once, and what they get to know."""

import threading
import uuid
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine
from tests.commerce.concurrency import at_once
from tests.commerce.delivery.journeys import courier_of, placed, read, shipped, shown
from tests.commerce.shop import ADMIN, Shop, make_shop

from commerce.delivery import couriers
from commerce.delivery.couriers import advance, claim, fail, release, ship
from commerce.delivery.jobs import Job, available, carried, location
from commerce.delivery.proof import confirm, renew
from commerce.orders.completion import cancel
from commerce.payments import intents
from commerce.payments.intents import choose_method
from commerce.payments.methods import attach
from commerce.records import rows
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import Conflict, Forbidden, IllegalMove, NotFound, RecordError
from commerce.records.states import DELIVERY
from commerce.records.work import Work
from commerce.stock import asset


def claims(shop: Shop, courier: Actor, order: UUID) -> bool:
    """Claim an order in a transaction of its own."""
    with shop.work(courier) as work:
        claim(work, order)
    return True


def status_of(shop: Shop, order: UUID) -> str:
    """Where an order's delivery is."""
    status: str = read(shop, "delivery", order, "order_id").status
    return status


@pytest.mark.parametrize(
    ("method", "offered"),
    [("wallet", True), ("card", False), ("cash_on_delivery", True), ("pay_later", True)],
)
def test_couriers_are_offered_what_is_paid_or_need_not_be_yet(
    any_engine: Engine, method: str, offered: bool
) -> None:
    shop = make_shop(any_engine)
    order = placed(shop, shop.buyer(), (shop.variant(), 3), method=method)
    courier = courier_of(shop)
    with shop.look(courier) as work:
        jobs = available(work).rows
    assert [job.order_id for job in jobs] == [order] * offered
    if not offered:
        with pytest.raises(Conflict, match="must be paid, or payable later"):
            claims(shop, courier, order)
        return
    assert (jobs[0].units, jobs[0].status) == (3, "available")
    assert jobs[0].cash_minor == (3570 if method == "cash_on_delivery" else 0)
    assert isinstance(jobs[0].units, int)
    assert "Tick Street" not in str(jobs)


def test_a_card_is_charged_before_couriers_are_offered_the_order(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, courier = shop.buyer(), courier_of(shop)
    order = placed(shop, buyer, (shop.variant(), 1), method="card")
    payment = read(shop, "payment", order, "order_id").id
    assert buyer.customer_id is not None
    with shop.work(buyer) as work:
        card = attach(work, buyer.customer_id, "pm_card_visa")
        assert card is not None
        choose_method(work, payment, card)
        assert intents.confirm(work, payment) == "succeeded"
    claims(shop, courier, order)


def test_what_is_claimed_or_called_off_is_offered_to_nobody(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    variant, buyer, courier = shop.variant(), shop.buyer(), courier_of(shop)
    orders = [placed(shop, buyer, (variant, 1)) for _ in range(3)]
    claims(shop, courier, orders[0])
    with shop.work() as work:
        cancel(work, orders[1])
    with shop.look(courier) as work:
        assert [job.order_id for job in available(work).rows] == [orders[2]]
        assert [job.order_id for job in carried(work)] == [orders[0]]
    with pytest.raises(Conflict, match="must be placed to be delivered; got 'cancelled'"):
        claims(shop, courier, orders[1])


@pytest.mark.parametrize("role", ["user", "seller", "admin"])
def test_only_couriers_claim(engine: Engine, role: Any) -> None:
    shop = make_shop(engine)
    order = placed(shop, shop.buyer(), (shop.variant(), 1))
    actor = Actor(role, courier_of(shop).user_id, uuid.uuid4())
    with pytest.raises(Forbidden), shop.work(actor) as work:
        claim(work, order)
    if role != "admin":
        with pytest.raises(Forbidden), shop.look(actor) as work:
            available(work)
    assert status_of(shop, order) == "available"


def test_a_courier_carries_five_orders_and_the_sixth_waits(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    variant, buyer, courier = shop.variant(), shop.buyer(), courier_of(shop)
    orders = [placed(shop, buyer, (variant, 1)) for _ in range(7)]
    proofs = {order: shipped(shop, courier, order) for order in orders[:2]}
    for order in orders[2:5]:
        claims(shop, courier, order)
    with pytest.raises(Conflict, match="courier must carry at most 5 orders; got 5"):
        claims(shop, courier, orders[5])
    with shop.work(courier) as work:
        release(work, orders[4])
    claims(shop, courier, orders[5])
    assert shown(shop, courier, orders[0], pin=proofs[orders[0]].pin).delivered
    claims(shop, courier, orders[6])
    with shop.look(courier) as work:
        assert len(carried(work)) == 5


def test_ten_claims_at_once_leave_a_courier_with_five(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    variant, buyer, courier = shop.variant(), shop.buyer(), courier_of(shop)
    orders = [placed(shop, buyer, (variant, 1)) for _ in range(10)]
    outcomes = at_once(*(partial(claims, shop, courier, order) for order in orders))
    assert outcomes.count(True) == 5
    assert all(isinstance(each, Conflict) for each in outcomes if each is not True)
    with shop.look(courier) as work:
        assert len(carried(work)) == 5


def test_without_the_lock_on_the_courier_ten_claims_at_once_are_too_many(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard above can fail: claims that count before any other has committed count too few."""
    counted = threading.Barrier(10)

    def count_together(work: Work) -> list[Job]:
        carrying = carried(work)
        counted.wait(timeout=20)
        return carrying

    monkeypatch.setattr(couriers, "carried", count_together)
    find = rows.find
    monkeypatch.setattr(rows, "find", lambda *args, lock=False: find(*args))  # noqa: PLW0108 - it drops the lock
    shop = make_shop(postgres_engine)
    variant, buyer, courier = shop.variant(), shop.buyer(), courier_of(shop)
    orders = [placed(shop, buyer, (variant, 1)) for _ in range(10)]
    outcomes = at_once(*(partial(claims, shop, courier, order) for order in orders))
    assert outcomes.count(True) == 10


def test_of_two_couriers_who_claim_one_order_one_gets_it(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = placed(shop, shop.buyer(), (shop.variant(), 1))
    rivals = [courier_of(shop) for _ in range(4)]
    outcomes = at_once(*(partial(claims, shop, rival, order) for rival in rivals))
    assert outcomes.count(True) == 1
    assert sum(isinstance(each, IllegalMove) for each in outcomes) == 3
    winner = rivals[outcomes.index(True)].user_id
    assert read(shop, "delivery", order, "order_id").courier_id == winner
    assert shop.events("delivery.claimed") == ["delivery.claimed"]


def test_goods_leave_with_the_courier_and_are_set_aside_again_when_nobody_is_home(
    any_engine: Engine,
) -> None:
    shop = make_shop(any_engine)
    first, second = shop.variant(stock=5), shop.variant(stock=5)
    order, courier = placed(shop, shop.buyer(), (first, 2), (second, 1)), courier_of(shop)

    def goods() -> list[int]:
        kinds = [("on_hand", ""), ("held", order.hex), ("external", "")]
        return [
            shop.holds(*kind, asset=asset(variant)) for variant in (first, second) for kind in kinds
        ]

    assert goods() == [3, 2, -5, 4, 1, -5]
    proof = shipped(shop, courier, order)
    assert goods() == [3, 0, -3, 4, 0, -4]
    with shop.work(courier) as work:
        fail(work, order, "nobody_home")
    assert goods() == [3, 2, -5, 4, 1, -5]
    row = read(shop, "delivery", order, "order_id")
    assert (row.status, row.courier_id, row.pin_hash) == ("processing", courier.user_id, None)
    with pytest.raises(IllegalMove):
        shown(shop, courier, order, pin=proof.pin)
    with shop.work(courier) as work:
        again = ship(work, order)
    assert goods() == [3, 0, -3, 4, 0, -4]
    assert not shown(shop, courier, order, token=proof.token).delivered
    assert shown(shop, courier, order, token=again.token).delivered
    assert goods() == [3, 0, -3, 4, 0, -4]


def test_what_was_called_off_cannot_be_shipped_but_given_back(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order, courier = placed(shop, shop.buyer(), (shop.variant(), 1)), courier_of(shop)
    claims(shop, courier, order)
    with shop.work() as work:
        cancel(work, order)
    with pytest.raises(Conflict, match="must be placed"), shop.work(courier) as work:
        ship(work, order)
    with shop.work(courier) as work:
        release(work, order)
    assert read(shop, "delivery", order, "order_id").courier_id is None


@pytest.mark.parametrize("status", DELIVERY.states)
@pytest.mark.parametrize("act", ["claim", "release", "ship", "fail", "confirm", "renew"])
def test_a_delivery_moves_as_its_table_says_and_not_otherwise(
    engine: Engine, status: str, act: str
) -> None:
    """Every act in every state, by whoever may do it."""
    shop = make_shop(engine)
    buyer, courier = shop.buyer(), courier_of(shop)
    order = placed(shop, buyer, (shop.variant(), 1))
    pin = "000000"
    if status != "available":
        claims(shop, courier, order)
    if status in ("shipped", "delivered"):
        with shop.work(courier) as work:
            pin = ship(work, order).pin
    if status == "delivered":
        assert shown(shop, courier, order, pin=pin).delivered
    acts: dict[str, tuple[Any, Actor, str]] = {
        "claim": (claim, courier, "delivery.claimed"),
        "release": (release, ADMIN, "delivery.released"),
        "ship": (ship, courier, "delivery.shipped"),
        "fail": (partial(fail, reason="refused"), ADMIN, "delivery.failed"),
        "confirm": (partial(confirm, pin=pin), courier, "delivery.delivered"),
        "renew": (renew, buyer, "delivery.proof_renewed"),
    }
    call, actor, event_type = acts[act]
    move = DELIVERY.moves[event_type]
    if status in move.sources:
        with shop.work(actor) as work:
            call(work, order)
        assert status_of(shop, order) in move.targets
        return
    expected = NotFound if status == "available" and actor is courier else IllegalMove
    before = shop.rows()
    with pytest.raises(expected), shop.work(actor) as work:
        call(work, order)
    assert (status_of(shop, order), shop.rows()) == (status, before)


def test_an_order_goes_to_the_road_then_to_the_door_and_never_back(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order, courier = placed(shop, shop.buyer(), (shop.variant(), 1)), courier_of(shop)
    claims(shop, courier, order)

    def step(to: Any, by: Actor = courier, **proof: Any) -> object:
        with shop.work(by) as work:
            return advance(work, order, to, **proof)

    for skipped in ("delivered", "available", "processing", "lost"):
        with pytest.raises(IllegalMove):
            step(skipped, pin="123456")
    assert step("shipped") == (False, 5)
    for back in ("shipped", "processing", "available"):
        with pytest.raises(IllegalMove):
            step(back)
    with pytest.raises(RecordError, match="proof must be a PIN or a token; got neither"):
        step("delivered")
    with shop.work(SYSTEM) as work:
        proof = renew(work, order)
    for stranger in (courier_of(shop), ADMIN):
        with pytest.raises(NotFound):
            step("delivered", stranger, pin=proof.pin)
    assert step("delivered", pin=proof.pin) == (True, 0)
    for back in ("delivered", "shipped"):
        with pytest.raises(IllegalMove):
            step(back, pin=proof.pin)


def test_a_courier_sees_where_an_order_goes_while_it_is_on_the_way(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order, courier = placed(shop, shop.buyer(), (shop.variant(), 1)), courier_of(shop)

    def sees(actor: Actor) -> bool:
        try:
            with shop.look(actor) as work:
                return location(work, order) == (52.5, 13.4, "Tick Street 1")
        except NotFound:
            return False

    assert not sees(courier)
    claims(shop, courier, order)
    assert sees(courier)
    assert not any(map(sees, (courier_of(shop), Actor("delivery"), Actor("seller", uuid.uuid4()))))
    with shop.work(courier) as work:
        pin = ship(work, order).pin
    assert sees(courier)
    assert shown(shop, courier, order, pin=pin).delivered
    assert not sees(courier)


def test_a_failure_has_a_reason_that_the_stream_may_tell(engine: Engine) -> None:
    shop = make_shop(engine)
    order, courier = placed(shop, shop.buyer(), (shop.variant(), 1)), courier_of(shop)
    shipped(shop, courier, order)
    with pytest.raises(RecordError, match="reason must be one of"), shop.work(courier) as work:
        fail(work, order, "Mrs Tock of Tick Street 1 was rude")
    assert status_of(shop, order) == "shipped"
