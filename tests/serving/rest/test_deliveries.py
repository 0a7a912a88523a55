"""Orders on their way over HTTP: claimed, taken the next step, handed over against a PIN or a QR code."""

from __future__ import annotations

from base64 import b64decode
from functools import partial
from io import BytesIO
from uuid import UUID

import numpy as np
import pytest
import zxingcpp
from matplotlib.image import imread
from tests.commerce.concurrency import at_once
from tests.commerce.delivery.journeys import courier_of, read
from tests.serving.rest.people import Person, Shops
from tests.serving.rest.trade import Trade, statements_of

from commerce.records import schema
from commerce.records.rows import first

HERE = {"latitude": 52.5, "longitude": 13.4}


@pytest.fixture
def trade(shops: Shops) -> Trade:
    return Trade(shops)


def of(order: UUID, rest: str, room: str = "delivery/orders") -> str:
    return f"/api/{room}/{order}/{rest}/"


def other_courier(trade: Trade) -> Person:
    return trade.shops.log_in(trade.shop.tenant, courier_of(trade.shop))


def wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 1_000_000:06}"


def test_only_paid_orders_that_nobody_carries_are_available_and_no_address_is_shown(
    shops: Shops, trade: Trade
) -> None:
    waiting, claimed = trade.order(), trade.order("stranger")
    trade.order(method="card")  # not paid yet
    assert shops.courier.post(of(claimed, "claim")).status_code == 200
    answer = shops.courier.get("/api/delivery/orders/available/")
    assert [job["order_id"] for job in answer.json()["results"]] == [str(waiting)]
    assert set(answer.json()["results"][0]) == {
        "order_id", "number", "status", "promised_at", "units", "cash", "currency"
    }  # fmt: skip
    assert "Tick Street" not in answer.text
    assert shops.buyer.get("/api/delivery/orders/available/").status_code == 403


def test_cash_is_told_to_who_is_to_take_it(shops: Shops, trade: Trade) -> None:
    order = trade.order(method="cash_on_delivery")
    (job,) = shops.courier.get("/api/delivery/orders/available").json()["results"]
    assert (job["order_id"], job["cash"], job["currency"]) == (str(order), "12.00", "EUR")


def test_a_courier_claims_five_orders_and_the_sixth_is_refused(shops: Shops, trade: Trade) -> None:
    orders = [trade.order() for _ in range(6)]
    asked = [shops.courier.post(of(order, "claim")).status_code for order in orders]
    assert asked == [200] * 5 + [409]
    assert shops.courier.get("/api/delivery/orders/").json()["count"] == 5
    assert shops.courier.post(of(orders[0], "release")).status_code == 204
    assert shops.courier.post(of(orders[5], "claim")).status_code == 200


def test_claims_at_once_leave_one_courier_per_order_and_five_per_courier(
    shops: Shops, trade: Trade
) -> None:
    orders = [trade.order() for _ in range(7)]
    at_once(*(partial(shops.courier.post, of(order, "claim")) for order in orders))
    assert shops.courier.get("/api/delivery/orders").json()["count"] <= 5
    contested = trade.order()
    couriers = [other_courier(trade) for _ in range(2)]
    answers = at_once(*(partial(who.post, of(contested, "claim")) for who in couriers))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_an_order_goes_to_the_road_then_to_the_door_by_its_courier_alone(
    shops: Shops, trade: Trade
) -> None:
    order, other = trade.order(), other_courier(trade)
    shops.courier.post(of(order, "claim"))
    skipped = shops.courier.post(of(order, "advance"), {"pin": "000000"})
    assert (skipped.status_code, skipped.json()["allowed"]) == (
        409, ["delivery.released", "delivery.shipped"]
    )  # fmt: skip
    for who in (other, shops.admin, shops.buyer):
        assert who.post(of(order, "advance"), {}).status_code == 404
    road = shops.courier.post(of(order, "advance"), {"to": "SHIPPED"})
    assert (road.status_code, road.json()["status"]) == (200, "shipped")
    assert shops.courier.post(of(order, "advance"), {"to": "processing"}).status_code == 409
    proof = shops.buyer.get(of(order, "proof", "orders")).json()
    door = shops.courier.post(of(order, "advance"), {"token": proof["token"]})
    assert (door.status_code, door.json()["status"]) == (200, "delivered")
    assert shops.courier.post(of(order, "advance"), {"to": "shipped"}).status_code == 409


def test_a_courier_sees_where_an_order_goes_while_carrying_it(shops: Shops, trade: Trade) -> None:
    order, path = trade.order(), None
    path = of(order, "location")
    assert shops.courier.get(path).status_code == 404
    shops.courier.post(of(order, "claim"))
    assert shops.courier.get(path).json() == {**HERE, "address": "Tick Street 1, Berlin"}
    for who in (other_courier(trade), shops.admin, shops.buyer, shops.seller):
        assert who.get(path).status_code == 404
    shops.courier.post(of(order, "advance"), {})
    assert shops.courier.get(path).status_code == 200
    proof = shops.buyer.get(of(order, "proof", "orders")).json()
    shops.courier.post(of(order, "proof/confirm", "orders"), {"pin": proof["pin"]})
    assert shops.courier.get(path).status_code == 404


def test_the_buyer_alone_sees_pin_and_qr_and_each_time_new_ones(shops: Shops, trade: Trade) -> None:
    order = trade.shipped()
    path = of(order, "proof", "orders")
    shown = shops.buyer.get(path)
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    kind, _, picture = shown.json()["qr"].partition(",")
    assert kind == "data:image/png;base64"
    drawn = imread(BytesIO(b64decode(picture)), format="png") * 255
    (code,) = zxingcpp.read_barcodes(drawn.astype(np.uint8))
    assert code.text == shown.json()["token"]
    for who in (shops.stranger, shops.seller, shops.courier, shops.admin):
        assert who.get(path).status_code == 404
    rotated = shops.buyer.get(path).json()
    confirm = of(order, "proof/confirm", "orders")
    dead = shops.courier.post(confirm, {"token": shown.json()["token"]})
    assert dead.status_code == 422
    assert shops.courier.post(confirm, {"token": rotated["token"]}).status_code == 200
    assert shops.buyer.get(path).status_code == 409


def test_five_wrong_pins_lock_and_a_right_one_is_good_once(shops: Shops, trade: Trade) -> None:
    order = trade.shipped()
    path = of(order, "proof/confirm", "orders")
    pin = shops.buyer.get(of(order, "proof", "orders")).json()["pin"]
    for left in (4, 3, 2, 1, 0):
        refused = shops.courier.post(path, {"pin": wrong(pin)})
        assert refused.status_code == 422
        assert f"{left} more tr" in refused.json()["detail"]
    locked = shops.courier.post(path, {"pin": pin})
    assert locked.status_code == 409
    state = shops.buyer.get(of(order, "proof/state", "orders")).json()
    assert (state["live"], state["tries_left"]) == (False, 0)
    pin = shops.buyer.get(of(order, "proof", "orders")).json()["pin"]
    assert shops.courier.post(path, {"pin": pin}).status_code == 200
    assert shops.courier.post(path, {"pin": pin}).status_code == 409


def test_an_expired_proof_is_gone(shops: Shops, trade: Trade) -> None:
    order = trade.shipped()
    proof = shops.buyer.get(of(order, "proof", "orders")).json()
    trade.later(days=60)
    path = of(order, "proof/confirm", "orders")
    for shown in ({"pin": proof["pin"]}, {"token": proof["token"]}):
        assert shops.courier.post(path, shown).status_code == 410


def test_a_handover_is_recorded_with_how_when_by_whom_and_where(shops: Shops, trade: Trade) -> None:
    order = trade.shipped()
    pin = shops.buyer.get(of(order, "proof", "orders")).json()["pin"]
    trade.later(hours=3)
    body = {"pin": pin, **HERE}
    assert shops.courier.post(of(order, "proof/confirm", "orders"), body).status_code == 200
    with trade.shop.look() as work:
        event = first(work, schema.event, type="delivery.delivered")
    assert event is not None
    assert (event.method, event.occurred_at) == ("pin", shops.clock.now)
    assert event.actor_id == shops.courier.actor.user_id
    delivery = read(trade.shop, "delivery", order, "order_id")
    assert (delivery.proof_latitude, delivery.proof_longitude) == (52.5, 13.4)
    assert delivery.delivered_at == shops.clock.now
    assert delivery.pin_hash is delivery.token_hash is None


def test_what_could_not_be_delivered_sets_out_again(shops: Shops, trade: Trade) -> None:
    order = trade.shipped()
    assert shops.courier.post(of(order, "fail"), {"reason": "lost"}).json()["field"] == "reason"
    failed = shops.courier.post(of(order, "fail"), {"reason": "nobody_home"})
    assert failed.json()["status"] == "processing"
    assert shops.courier.post(of(order, "advance"), {}).json()["status"] == "shipped"


def test_an_order_is_named_by_its_number_too(shops: Shops, trade: Trade) -> None:
    trade.order()
    (job,) = shops.courier.get("/api/delivery/orders/available").json()["results"]
    claimed = shops.courier.post(f"/api/delivery/orders/number:{job['number']}/claim")
    assert claimed.json()["order_id"] == job["order_id"]


def test_a_list_of_fifty_takes_as_many_statements_as_one_of_five(
    shops: Shops, trade: Trade
) -> None:
    counts = []
    for more in (5, 45):
        for _ in range(more):
            trade.order(method="cash_on_delivery")
        path = "/api/delivery/orders/available?page_size=100"
        counts.append(statements_of(shops, "courier", path))
    assert counts[0] == counts[1]
    part = shops.courier.get("/api/delivery/orders/available?page_size=20&page=3").json()
    assert (part["count"], len(part["results"])) == (50, 10)
