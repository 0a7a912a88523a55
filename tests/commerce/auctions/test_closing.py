"""The hammer: one order for the winner, or goods and money back."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from tests.commerce.auctions.floor import LENGTH, Floor, at, broken_at_every_statement
from tests.commerce.concurrency import at_once
from tests.commerce.shop import ADMIN, make_shop

from commerce.auctions import closing
from commerce.people.erasure import erase
from commerce.records import schema
from commerce.records.errors import Conflict, Forbidden, IllegalMove, InsufficientFunds, NotFound


def orders(floor: Floor) -> list[Any]:
    """Every order: id, buyer, total."""
    table = schema.orders.c
    with floor.shop.look() as work:
        rows = work.connection.execute(select(table.id, table.customer_id, table.total_minor))
        return [tuple(row) for row in rows]


def test_the_leader_gets_an_order_at_the_price_and_the_rest_of_the_hold_back(floor: Floor) -> None:
    ann, bob = floor.bidders(2, money=10_000)
    auction = floor.live()
    floor.bid(auction, ann, 9_000)
    floor.bid(auction, bob, 4_000)
    order = floor.close(auction)
    assert orders(floor) == [(order, ann.customer_id, 4_100)]
    assert order is not None
    assert (floor.wallet(ann), floor.wallet(bob)) == (5_900, 10_000)
    assert (floor.held(auction), floor.goods_held(auction)) == (0, 0)
    assert (floor.shop.holds("held", order.hex), floor.goods_held(order)) == (4_100, 1)
    seen = floor.view(auction)
    assert (seen.status, seen.order_id, seen.price) == ("sold", order, 4_100)
    types = ("auction.sold", "auction.won", "order.placed")
    assert sorted(map(str, floor.shop.events(*types))) == sorted(types)


def test_the_seller_hears_of_the_sale_and_the_winner_of_the_win(floor: Floor) -> None:
    (ann,) = floor.bidders(1)
    auction = floor.live()
    floor.bid(auction, ann, 1_000)
    floor.close(auction)
    table = schema.event.c
    with floor.shop.look() as work:
        rows = work.connection.execute(
            select(table.type, table.customer_id, table.amount_minor, table.aggregate_id)
            .where(table.type.in_(["auction.sold", "auction.won"]))
            .order_by(table.id)
        ).all()
    assert rows == [
        ("auction.sold", floor.seller.customer_id, 1_000, auction.hex),
        ("auction.won", ann.customer_id, 1_000, auction.hex),
    ]


def test_without_a_bid_nothing_is_sold_and_the_goods_are_free(floor: Floor) -> None:
    auction = floor.live()
    assert floor.close(auction) is None
    assert (floor.view(auction).status, floor.on_hand(), orders(floor)) == ("unsold", 50, [])
    assert floor.shop.events("auction.unsold") == ["auction.unsold"]


def test_below_the_reserve_nothing_is_sold_and_the_leader_has_the_money_back(floor: Floor) -> None:
    (ann,) = floor.bidders(1, money=5_000)
    auction = floor.live(reserve=3_000)
    floor.bid(auction, ann, 2_999)
    assert floor.close(auction) is None
    assert (floor.wallet(ann), floor.held(auction), floor.on_hand()) == (5_000, 0, 50)
    assert (floor.view(auction).status, orders(floor)) == ("unsold", [])


def test_a_maximum_of_the_reserve_buys_at_the_reserve(floor: Floor) -> None:
    (ann,) = floor.bidders(1, money=5_000)
    auction = floor.live(reserve=3_000)
    floor.bid(auction, ann, 4_000)
    floor.close(auction)
    assert (floor.wallet(ann), orders(floor)[0][2]) == (2_000, 3_000)


def test_a_leader_who_is_erased_meanwhile_buys_nothing(floor: Floor) -> None:
    (ann,) = floor.bidders(1, money=5_000)
    auction = floor.live()
    floor.bid(auction, ann, 2_000)
    assert ann.customer_id is not None
    with floor.shop.work(ADMIN) as work:
        erase(work, ann.customer_id)
    assert floor.close(auction) is None
    assert (floor.wallet(ann), floor.held(auction), orders(floor)) == (5_000, 0, [])


def test_an_auction_closes_at_its_end_and_not_before(floor: Floor) -> None:
    auction = floor.live()
    for act in (floor.close, _by_admin(floor)):
        with pytest.raises(Conflict, match="auction must have ended to be closed"):
            act(auction, LENGTH - 0.000001)
    for who in (floor.seller, floor.bidders(1)[0]):
        with pytest.raises(Forbidden), floor.shop.work(who, seconds=LENGTH) as work:
            closing.close(work, auction)
    for early in (floor.draft(), floor.scheduled()):
        with pytest.raises(IllegalMove):
            floor.close(early)
    assert _by_admin(floor)(auction, LENGTH) is None


def _by_admin(floor: Floor) -> Any:
    def close(auction: Any, seconds: float) -> Any:
        with floor.shop.work(ADMIN, seconds=seconds) as work:
            return closing.close(work, auction)

    return close


def test_closing_twice_is_closing_once(floor: Floor) -> None:
    (ann,) = floor.bidders(1)
    auction = floor.live()
    floor.bid(auction, ann, 2_000)
    order = floor.close(auction)
    after = floor.state()
    assert floor.close(auction) == order
    assert floor.state() == after


def test_ten_who_close_at_once_make_one_order(floor: Floor) -> None:
    (ann,) = floor.bidders(1)
    auction = floor.live()
    floor.bid(auction, ann, 2_000)
    found = at_once(*[partial(floor.close, auction) for _ in range(10)])
    assert len(orders(floor)) == 1
    assert set(found) == {orders(floor)[0][0]}
    assert floor.wallet(ann) == 9_999_000


def test_bids_and_the_hammer_at_once_leave_a_sale_to_who_led(floor: Floor) -> None:
    people = floor.bidders(4)
    auction = floor.live()
    floor.bid(auction, people[0], 2_000)
    bids = [
        partial(floor.bid, auction, who, 3_000 + 500 * number, LENGTH - 200)
        for number, who in enumerate(people[1:])
    ]
    results = at_once(*bids, partial(floor.close, auction))
    folded = floor.folded(auction)
    assert folded.leader is not None
    assert orders(floor) == [(results[-1], folded.leader.bidder, folded.price)]
    assert floor.held(auction) == 0
    spent = sum(10_000_000 - floor.wallet(who) for who in people)
    assert spent == folded.price


def test_a_tick_closes_each_ended_auction_once(floor: Floor) -> None:
    ended, extended, later = floor.live(), floor.live(), floor.live(ends_at=at(2 * LENGTH))
    (ann,) = floor.bidders(1)
    floor.bid(extended, ann, 2_000, LENGTH - 1)
    for found in ([ended], []):
        with floor.shop.look() as work:
            assert later not in closing.due(work)
        with floor.shop.work(seconds=LENGTH) as work:
            assert closing.due(work) == found
        for each in found:
            floor.close(each)
    with floor.shop.work(seconds=2 * LENGTH) as work:
        assert closing.due(work) == [extended, later]
        assert closing.due(work, limit=1) == [extended]


def test_a_sale_that_breaks_off_after_any_statement_leaves_nothing(floor: Floor) -> None:
    ann, bob = floor.bidders(2)
    auction = floor.live()
    floor.bid(auction, ann, 3_000)
    floor.bid(auction, bob, 2_000)
    broken_at_every_statement(floor, partial(floor.close, auction))
    assert (len(orders(floor)), floor.held(auction)) == (1, 0)


def test_who_buys_at_once_pays_the_price_and_ends_the_auction(floor: Floor) -> None:
    (ann,) = floor.bidders(1, money=5_000)
    auction = floor.live(buy_now=4_500)
    assert floor.view(auction).buy_now == 4_500
    order = floor.buy(auction, ann)
    assert orders(floor) == [(order, ann.customer_id, 4_500)]
    assert (floor.wallet(ann), floor.held(auction), floor.goods_held(order)) == (500, 0, 1)
    assert floor.shop.holds("held", order.hex) == 4_500
    assert (floor.view(auction).status, floor.view(auction).order_id) == ("sold", order)
    assert floor.close(auction) == order
    with pytest.raises(IllegalMove):
        floor.buy(auction, ann)


def test_nobody_buys_at_once_after_a_bid_or_without_a_price_or_the_money(floor: Floor) -> None:
    ann, bob = floor.bidders(2, money=5_000)
    auction = floor.live(buy_now=5_001)
    before = floor.state()
    with pytest.raises(InsufficientFunds):
        floor.buy(auction, bob)
    assert floor.state() == before
    floor.bid(auction, ann, 1_000)
    with pytest.raises(Conflict, match="buy-now price and no bid; got a bid"):
        floor.buy(auction, bob)
    with pytest.raises(Conflict, match="got no such price"):
        floor.buy(floor.live(), bob)


def test_ten_who_buy_at_once_are_one_buyer(floor: Floor) -> None:
    people = floor.bidders(10, money=5_000)
    auction = floor.live(buy_now=5_000)
    results = at_once(*[partial(floor.buy, auction, who) for who in people])
    assert [isinstance(result, IllegalMove) for result in results].count(True) == 9
    assert len(orders(floor)) == 1
    assert sorted(floor.wallet(who) for who in people) == [0] + [5_000] * 9


def test_a_purchase_that_breaks_off_after_any_statement_leaves_nothing(floor: Floor) -> None:
    (ann,) = floor.bidders(1)
    auction = floor.live(buy_now=5_000)
    broken_at_every_statement(floor, partial(floor.buy, auction, ann))
    assert len(orders(floor)) == 1


def test_an_auction_of_another_tenant_cannot_be_closed(floor: Floor) -> None:
    auction = floor.live()
    with (
        pytest.raises(NotFound),
        make_shop(floor.engine, "other").work(ADMIN, seconds=LENGTH) as work,
    ):
        closing.close(work, auction)
