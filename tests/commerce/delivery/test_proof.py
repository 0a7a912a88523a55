"""Proof of delivery: one live pair, for the buyer's eyes only, good once and not for ever."""

from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from tests.commerce.concurrency import at_once
from tests.commerce.delivery.journeys import courier_of, placed, read, shipped, shown
from tests.commerce.shop import ADMIN, NOW, Shop, make_shop

from commerce.delivery.proof import Confirmation, Proof, confirm, expire, expire_due, renew, show
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import Conflict, Expired, IllegalMove, NotFound, RecordError


def on_the_road(engine: Engine, **how: Any) -> tuple[Shop, Actor, Actor, UUID, Proof]:
    """A shop, a buyer, a courier, an order on the road, and its proof."""
    shop = make_shop(engine)
    buyer, courier = shop.buyer(), courier_of(shop)
    order = placed(shop, buyer, (shop.variant(), 1), **how)
    return shop, buyer, courier, order, shipped(shop, courier, order)


def other_than(pin: str) -> str:
    """A wrong PIN."""
    return f"{(int(pin) + 1) % 1_000_000:06}"


@pytest.mark.parametrize("method", ["pin", "qr"])
def test_the_right_proof_delivers_once(any_engine: Engine, method: str) -> None:
    shop, buyer, courier, order, proof = on_the_road(any_engine)
    key: dict[str, Any] = {"pin": proof.pin} if method == "pin" else {"token": proof.token}
    assert shown(shop, courier, order, latitude=52.5, longitude=13.4, **key) == (True, 0)
    row = read(shop, "delivery", order, "order_id")
    assert (row.status, row.delivered_at) == ("delivered", NOW)
    assert (row.pin_hash, row.token_hash) == (None, None)
    assert (row.proof_latitude, row.proof_longitude) == (52.5, 13.4)
    with shop.look() as work:
        emitted = work.connection.execute(
            select(schema.event).where(schema.event.c.type == "delivery.delivered")
        ).one()
    assert (emitted.method, emitted.actor_id) == (method, courier.user_id)
    assert (emitted.customer_id, emitted.occurred_at) == (buyer.customer_id, NOW)
    assert "52.5" not in str(emitted)
    with pytest.raises(IllegalMove, match="got 'delivered'"):
        shown(shop, courier, order, **key)


def test_five_wrong_pins_lock_and_the_buyer_opens_again(any_engine: Engine) -> None:
    shop, buyer, courier, order, proof = on_the_road(any_engine)
    wrong: dict[str, Any] = {"pin": other_than(proof.pin)}
    left = [shown(shop, courier, order, **wrong) for _ in range(5)]
    assert left == [(False, tries) for tries in (4, 3, 2, 1, 0)]
    keys: list[dict[str, Any]] = [{"pin": proof.pin}, {"token": proof.token}, wrong]
    for key in keys:
        with pytest.raises(Conflict, match="must not be locked by wrong proofs; got 5"):
            shown(shop, courier, order, **key)
    assert shop.events("delivery.proof_failed") == ["delivery.proof_failed"] * 5
    with shop.look(buyer) as work:
        assert show(work, order) == (False, proof.expires_at, 0)
    with shop.work(buyer) as work:
        fresh = renew(work, order)
    assert not shown(shop, courier, order, token=proof.token).delivered
    assert shown(shop, courier, order, pin=fresh.pin).delivered


def test_a_wrong_try_counts_only_if_it_is_committed(any_engine: Engine) -> None:
    """Why `confirm` answers and does not raise: what raises inside the transaction is forgotten with it."""
    shop, _, courier, order, proof = on_the_road(any_engine)

    def naive() -> None:
        with shop.work(courier) as work:
            if not confirm(work, order, pin=other_than(proof.pin)).delivered:
                raise Conflict("wrong")

    for _ in range(6):
        with pytest.raises(Conflict, match="wrong"):
            naive()
    assert read(shop, "delivery", order, "order_id").wrong_tries == 0
    shown(shop, courier, order, pin=other_than(proof.pin))
    assert read(shop, "delivery", order, "order_id").wrong_tries == 1


def test_twelve_wrong_tries_at_once_count_five(any_engine: Engine) -> None:
    shop, _, courier, order, proof = on_the_road(any_engine)
    wrong = partial(shown, shop, courier, order, token="x" * 22)
    outcomes = at_once(*[wrong] * 12)
    assert sorted(each for each in outcomes if isinstance(each, Confirmation)) == [
        (False, left) for left in range(5)
    ]
    assert sum(isinstance(each, Conflict) for each in outcomes) == 7
    with pytest.raises(Conflict, match="locked"):
        shown(shop, courier, order, token=proof.token)


def test_the_right_proof_shown_twice_at_once_delivers_once(any_engine: Engine) -> None:
    shop, _, courier, order, proof = on_the_road(any_engine, method="cash_on_delivery")
    outcomes = at_once(
        partial(shown, shop, courier, order, pin=proof.pin),
        partial(shown, shop, courier, order, token=proof.token),
        partial(shown, shop, courier, order, token=proof.token),
    )
    assert outcomes.count(Confirmation(True, 0)) == 1
    assert sum(isinstance(each, IllegalMove) for each in outcomes) == 2
    once = ["delivery.delivered", "payment.captured", "order.paid"]
    assert shop.events(*once) == once


def test_cash_is_taken_at_the_door_and_only_there(any_engine: Engine) -> None:
    shop, _, courier, order, proof = on_the_road(any_engine, method="cash_on_delivery")
    assert shop.holds("held", order.hex) == 0
    shown(shop, courier, order, pin=other_than(proof.pin))
    assert shop.holds("held", order.hex) == 0
    assert shown(shop, courier, order, pin=proof.pin).delivered
    assert shop.holds("held", order.hex) == 1190


def test_a_proof_is_good_for_three_days(any_engine: Engine) -> None:
    shop, buyer, courier, order, proof = on_the_road(any_engine)
    with pytest.raises(Expired, match="must be shown before it expires; got one that was good"):
        shown(shop, courier, order, 3, pin=proof.pin)
    delivery = read(shop, "delivery", order, "order_id").id
    with shop.work(SYSTEM, days=2.99) as work:
        assert expire_due(work) == []
        expire(work, delivery)  # too early: it stays good
    with shop.work(SYSTEM, days=3) as work:
        assert expire_due(work) == [delivery]
        expire(work, delivery)
    with shop.work(SYSTEM, days=4) as work:
        assert expire_due(work) == []
    row = read(shop, "delivery", order, "order_id")
    assert (row.pin_hash, row.token_hash, row.status) == (None, None, "shipped")
    with pytest.raises(Expired):
        shown(shop, courier, order, 3, pin=proof.pin)
    with shop.work(buyer, days=3) as work:
        assert not show(work, order).live
        fresh = renew(work, order)
        assert show(work, order).live
    assert shown(shop, courier, order, 3.5, token=fresh.token).delivered


def test_a_proof_is_good_until_the_last_moment(engine: Engine) -> None:
    shop, _, courier, order, proof = on_the_road(engine)
    assert shown(shop, courier, order, 2.999999, pin=proof.pin).delivered


def test_expired_proofs_are_forgotten_some_at_a_time(any_engine: Engine) -> None:
    shop, buyer, courier, _, _ = on_the_road(any_engine)
    for _ in range(3):
        shipped(shop, courier, placed(shop, buyer, (shop.variant(), 1)))
    counts = []
    with shop.work(SYSTEM, days=3) as work:
        while due := expire_due(work, limit=3):
            for delivery in due:
                expire(work, delivery)
            counts.append(len(due))
    assert counts == [3, 1]


def test_nobody_but_the_buyer_gets_a_proof(any_engine: Engine) -> None:
    shop, buyer, courier, order, _ = on_the_road(any_engine)
    before = read(shop, "delivery", order, "order_id").token_hash
    for stranger in (shop.buyer(), courier, ADMIN, shop.seller(), Actor("user")):
        with pytest.raises(NotFound), shop.work(stranger) as work:
            renew(work, order)
        with pytest.raises(NotFound), shop.look(stranger) as work:
            show(work, order)
    assert read(shop, "delivery", order, "order_id").token_hash == before
    with shop.work(buyer) as work:
        fresh = renew(work, order)
    assert shown(shop, courier, order, token=fresh.token).delivered


def test_only_the_courier_who_carries_it_confirms(any_engine: Engine) -> None:
    shop, buyer, courier, order, proof = on_the_road(any_engine)
    for stranger in (courier_of(shop), buyer, ADMIN, SYSTEM, Actor("delivery")):
        with pytest.raises(NotFound):
            shown(shop, stranger, order, pin=proof.pin)
    assert read(shop, "delivery", order, "order_id").wrong_tries == 0
    assert shown(shop, courier, order, pin=proof.pin).delivered


def test_neither_pin_nor_token_is_anywhere_in_the_records(any_engine: Engine) -> None:
    shop, buyer, _, order, proof = on_the_road(any_engine)
    with shop.work(buyer) as work:
        fresh = renew(work, order)
    for table in schema.metadata.sorted_tables:
        with shop.look() as work:
            text = str(work.connection.execute(select(table)).all())
        for secret in (proof.token, fresh.token, f"'{proof.pin}'", f"'{fresh.pin}'"):
            assert secret not in text, table.name


@pytest.mark.parametrize(
    ("shows", "sentence"),
    [
        ({}, "got neither"),
        ({"pin": "123456", "token": "x"}, "got both"),
        ({"pin": "123456", "latitude": 90.1}, "latitude must be -90 to 90 degrees; got 90.1"),
        ({"pin": "1", "longitude": float("nan")}, "longitude must be -180 to 180"),
    ],
)
def test_what_is_no_proof_and_no_place_is_refused_and_not_counted(
    engine: Engine, shows: dict[str, Any], sentence: str
) -> None:
    shop, _, courier, order, _ = on_the_road(engine)
    with pytest.raises(RecordError, match=sentence):
        shown(shop, courier, order, **shows)
    assert read(shop, "delivery", order, "order_id").wrong_tries == 0
