"""Notifications: who is told of what, once, and never what is not theirs to know."""

import json
import re
import uuid
from collections import Counter

import pytest
from sqlalchemy import Engine, select
from tests.commerce.auctions.floor import Floor
from tests.commerce.delivery.journeys import courier_of, placed, shipped, shown
from tests.commerce.shop import ADMIN, NOW, Shop, make_shop
from tests.tenants import make_tenant

from commerce import rewards
from commerce.catalogue import brands
from commerce.notifications import inbox
from commerce.notifications.inbox import Notification, notifier
from commerce.notifications.templates import TEMPLATES
from commerce.orders.completion import complete
from commerce.people import customers
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import NotFound
from commerce.records.machine import fire
from commerce.records.outbox import drain
from commerce.records.states import POINTS
from commerce.records.stream import EVENT_TYPES
from commerce.records.work import looking

SILENT = {
    "order.line": "told with its order",
    "order.paid": "the order itself was told",
    "order.returned": "history of imports",
    "event.annulled": "whoever undid an import knows",
    "order.reduced": "history of imports",
    "return.inspected": "its outcome is told",
    "auction.drafted": "the seller's own act",
    "auction.started": "scheduled was told",
    "auction.bid": "the bidder's own act",
    "auction.extended": "seen where one bids",
    "auction.bought": "won and sold are told",
    "delivery.promised": "told with its order",
    "delivery.claimed": "the courier's own act",
    "delivery.released": "the courier's own act",
    "delivery.withdrawn": "told with the order that is called off",
    "delivery.proof_failed": "the courier is there",
    "delivery.proof_renewed": "the buyer's own act",
    "payment.created": "the payer's own act",
    "payment.method_chosen": "the payer's own act",
    "payment.confirmed": "the payer's own act",
    "payment.authorised": "a step inside",
    "payment.captured": "the order itself was told",
    "payment.settled": "the order itself was told",
    "payment.cancelled": "its order is told",
    "payment.refund_requested": "a step inside",
    "payment.refund_failed": "tried again",
    "payment.charged_back": "the dispute is told",
    "invoice.paid": "the payer's own act",
    "invoice.credited": "the return is told",
}
FAMILIES = ("order", "return", "brand", "auction", "delivery", "payment", "invoice")


def notifications_of(shop: Shop, who: Actor) -> list[Notification]:
    drain(shop.engine, shop.tenant, notifier(), now=NOW)
    with looking(shop.engine, shop.tenant, who, now=NOW) as work:
        return inbox.list_own(work).rows


def kinds(shop: Shop, who: Actor) -> Counter[str]:
    return Counter(each.kind for each in notifications_of(shop, who))


@pytest.mark.parametrize(
    "event_type", [name for name in EVENT_TYPES if name.partition(".")[0] in FAMILIES]
)
def test_every_event_of_the_trade_notifies_or_says_why_not(event_type: str) -> None:
    assert (event_type in TEMPLATES) != (event_type in SILENT)


def test_every_template_names_a_recipient_and_only_known_values(engine: Engine) -> None:
    assert set(TEMPLATES) <= set(EVENT_TYPES)
    known = {"subject", "amount", "value", "quantity", "due", "reason"}
    for event_type, templates in TEMPLATES.items():
        assert len({(each.kind, each.to) for each in templates}) == len(templates) > 0
        for each in templates:
            assert each.to in ("customer", "seller", "staff")
            assert set(re.findall(r"\{(\w+)\}", each.title + each.body)) <= known
            if each.to == "customer" and not EVENT_TYPES[event_type].about_customer:
                assert event_type.partition(".")[0] in ("order", "delivery", "payment")


def test_an_order_tells_its_buyer_each_step_once_and_each_seller_of_the_money(
    any_engine: Engine,
) -> None:
    shop = make_shop(any_engine)
    buyer, other = shop.buyer(), shop.buyer()
    sellers = [shop.seller(), shop.seller()]
    order = placed(shop, buyer, *((shop.variant(1000, seller=each), 2) for each in sellers))
    courier = courier_of(shop)
    proof = shipped(shop, courier, order)
    assert shown(shop, courier, order, pin=proof.pin).delivered
    with shop.work(SYSTEM, days=4) as work:
        complete(work, order)
    for _ in range(2):  # handing on again changes nothing
        mine = kinds(shop, buyer)
        assert {kind: mine[kind] for kind in mine if kind.startswith("order_")} == {
            "order_created": 1,
            "order_shipped": 1,
            "order_delivered": 1,
            "order_completed": 1,
        }
    for seller in sellers:
        assert kinds(shop, seller)["seller_payment"] == 1
        paid = next(
            each for each in notifications_of(shop, seller) if each.kind == "seller_payment"
        )
        assert re.fullmatch(r"Paid: \d+\.\d\d EUR", paid.content["title"])
        assert paid.content["body"] == "Order 1 is completed."
    assert kinds(shop, other) == {}
    assert kinds(shop, courier) == {}


def test_only_the_buyer_is_told_of_the_way_and_nobody_is_told_pin_or_token(
    any_engine: Engine,
) -> None:
    shop = make_shop(any_engine)
    buyer, seller, courier = shop.buyer(), shop.seller(), courier_of(shop)
    assert buyer.customer_id is not None
    with shop.work() as work:
        customers.change(
            work,
            buyer.customer_id,
            {"email": "ada@example.org", "phone": "+44 1", "full_name": "Ada"},
        )
    proof = shipped(shop, courier, placed(shop, buyer, (shop.variant(seller=seller), 1)))
    sent = next(each for each in notifications_of(shop, buyer) if each.kind == "order_shipped")
    assert sent.content == {
        "title": "Order 1 is on its way",
        "body": "When the courier is there, open the order and ask for your PIN or QR code."
        " Only you can see it.",
        "data": {"subject": 1},
    }
    assert (sent.subject_type, sent.read_at) == ("delivery", None)
    with shop.look() as work:
        rows = work.connection.execute(select(schema.notification)).all()
        hashes = work.connection.execute(
            select(schema.delivery.c.pin_hash, schema.delivery.c.token_hash)
        ).one()
        events = str(work.connection.execute(select(schema.event)).mappings().all())
    said = json.dumps([row.content for row in rows])
    secrets = (proof.token, *hashes, "example.org", "+44", "Ada", "Tick Street", "52.5")
    assert not [each for each in secrets if str(each) in said + events]
    assert proof.pin not in re.findall(r"\d+", said)
    assert {row.recipient_id for row in rows if row.kind == "order_shipped"} == {buyer.customer_id}


def test_bidders_and_the_seller_are_told_how_an_auction_goes(any_engine: Engine) -> None:
    floor = Floor(any_engine)
    auction = floor.live()
    loser, winner = floor.bidders(2)
    floor.bid(auction, loser, 2_000)
    floor.bid(auction, winner, 5_000)
    assert floor.close(auction) is not None
    assert kinds(floor.shop, loser)["auction_outbid"] == 1
    assert kinds(floor.shop, loser)["auction_won"] == 0
    assert kinds(floor.shop, winner)["auction_won"] == 1
    assert kinds(floor.shop, winner)["auction_outbid"] == 0
    assert kinds(floor.shop, floor.seller)["auction_sold"] == 1
    outbid = next(
        each for each in notifications_of(floor.shop, loser) if each.kind == "auction_outbid"
    )
    assert outbid.content["title"] == "Outbid: S0"
    assert winner.customer_id is not None
    assert winner.customer_id.hex not in json.dumps(outbid.content)


def test_a_brand_is_asked_of_the_staff_and_answered_to_its_seller(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    seller, root = shop.seller(), Actor("admin", shop._user("admin", None))
    assert seller.user_id is not None
    with shop.work(SYSTEM) as work:
        fire(work, POINTS, seller.user_id, rewards.earn_event(work, seller.user_id, 100, "sale"))
    with shop.work(seller) as work:
        good, bad = brands.request(work, "Tick"), brands.request(work, "Tock")
    with shop.work(root) as work:
        brands.approve(work, good)
        brands.reject(work, bad, "Looks like Tick")
    assert kinds(shop, seller) == {"brand_approved": 1, "brand_rejected": 1}
    assert kinds(shop, root) == {"brand_requested": 2}
    no, yes = notifications_of(shop, seller)
    assert yes.content["title"] == "Brand Tick approved"
    assert no.content["body"] == "Reason: Looks like Tick"


def test_one_event_makes_one_notification_however_often_it_is_handled(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    placed(shop, buyer, (shop.variant(), 1))
    with shop.work(SYSTEM) as work:
        event = work.connection.execute(
            select(schema.event).where(schema.event.c.type == "order.placed")
        ).one()
        for _ in range(3):
            notifier()["order.placed"](work, event)
    assert kinds(shop, buyer)["order_created"] == 1


def test_what_one_is_told_is_read_by_oneself_alone(any_engine: Engine) -> None:
    shop, elsewhere = make_shop(any_engine), Shop(any_engine, make_tenant(any_engine, "other"))
    buyer, other = shop.buyer(), shop.buyer()
    for _ in range(3):
        placed(shop, buyer, (shop.variant(), 1))
    mine = notifications_of(shop, buyer)
    unread = len(mine)
    assert unread >= 3
    for who in (Shop.look(shop, other), shop.look(ADMIN), elsewhere.look(buyer)):
        with who as work:
            assert inbox.list_own(work) == (0, [])
            assert inbox.count_unread(work) == 0
    for place in (shop.work(other), shop.work(ADMIN), elsewhere.work(buyer)):
        with place as work, pytest.raises(NotFound):
            inbox.mark_read(work, mine[0].id)
    with elsewhere.work(buyer) as work:
        assert inbox.mark_all_read(work) == 0
    with shop.work(buyer) as work:
        assert inbox.count_unread(work) == unread
        inbox.mark_read(work, mine[0].id)
    with shop.work(buyer, hours=1) as work:
        inbox.mark_read(work, mine[0].id)  # the first time counts
        assert inbox.list_own(work).rows[0].read_at == NOW
        assert [each.id for each in inbox.list_own(work, unread=True).rows] == [
            each.id for each in mine[1:]
        ]
        assert [each.id for each in inbox.list_own(work, limit=1, offset=1).rows] == [mine[1].id]
        assert inbox.mark_all_read(work) == unread - 1
        assert inbox.count_unread(work) == 0
        with pytest.raises(NotFound):
            inbox.mark_read(work, uuid.uuid4())
