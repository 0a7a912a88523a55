"""What people see of auctions: prices and open bids, and nobody else's maximum."""

import re
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text
from tests.commerce.auctions.floor import EUROS, Floor
from tests.commerce.shop import ADMIN, make_shop

from commerce.auctions import queries
from commerce.records import schema
from commerce.records.errors import NotFound


def test_a_maximum_is_seen_by_its_bidder_alone(floor: Floor) -> None:
    ann, bob = floor.bidders(2)
    auction = floor.live(reserve=4_000, buy_now=20_000)
    floor.bid(auction, ann, 3_777)
    floor.bid(auction, bob, 2_222)
    seen = {who: floor.view(auction, who) for who in (ann, bob, floor.seller, ADMIN)}
    assert [view.maximum for view in seen.values()] == [3_777, None, None, None]
    assert [view.leads for view in seen.values()] == [True, False, False, False]
    assert {view.price for view in seen.values()} == {2_272}
    assert [view.least for view in seen.values()] == [2_272, 2_322, 2_322, 2_322]
    assert {view.reserve_met for view in seen.values()} == {False}
    assert {view.buy_now for view in seen.values()} == {None}
    for who in (bob, floor.seller):
        with floor.shop.look(who) as work:
            shown = repr(queries.bids(work, auction)) + repr(queries.view(work, auction))
        assert "3777" not in shown
        assert str(ann.customer_id) not in shown


def test_bids_are_listed_newest_first_as_they_were_offered_openly(floor: Floor) -> None:
    ann, bob = floor.bidders(2)
    auction = floor.live()
    floor.bid(auction, ann, 3_000)
    floor.bid(auction, bob, 2_000)
    with floor.shop.look(bob) as work:
        found = queries.bids(work, auction).rows
    assert [(bid.amount, bid.mine, bid.customer_id, bid.maximum) for bid in found] == [
        (1_050, True, bob.customer_id, 2_000),
        (1_000, False, None, None),
    ]
    with floor.shop.look(ADMIN) as work:
        assert [bid.maximum for bid in queries.bids(work, auction).rows] == [2_000, 3_000]


def test_one_lists_all_or_by_state_or_what_one_sells_or_bids_on(floor: Floor) -> None:
    ann, bob = floor.bidders(2)
    first, second, third = floor.live(), floor.live(), floor.scheduled()
    floor.bid(second, ann, 3_000)

    def listed(who: Any, **options: Any) -> set[Any]:
        with floor.shop.look(who) as work:
            return {view.id for view in queries.listed(work, **options).rows}

    assert listed(ann) == {first, second, third}
    assert listed(ann, status="live") == {first, second}
    assert listed(ann, mine=True) == {second}
    assert listed(bob, mine=True) == set()
    assert listed(floor.seller, mine=True) == {first, second, third}
    assert len(listed(ann, limit=2)) == 2
    assert listed(ann, limit=2) | listed(ann, limit=2, offset=2) == {first, second, third}


def test_a_page_costs_two_statements_however_many_auctions_it_has(floor: Floor) -> None:
    people = floor.bidders(2)
    costs = []
    for _ in range(3):
        auction = floor.live()
        for who in people:
            floor.bid(auction, who, 2_000 + 500 * people.index(who))
        with floor.shop.look(people[0]) as work:
            statements: list[str] = []

            def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
                statements.append(statement)  # noqa: B023

            event.listen(floor.engine, "before_cursor_execute", note)
            queries.listed(work)
            event.remove(floor.engine, "before_cursor_execute", note)
        costs.append(len(statements))
    assert costs == [3, 3, 3]


def test_the_order_of_a_sale_is_shown_to_those_it_concerns(floor: Floor) -> None:
    ann, bob = floor.bidders(2)
    auction = floor.live()
    floor.bid(auction, ann, 2_000)
    order = floor.close(auction)
    shown = [floor.view(auction, who).order_id for who in (ann, floor.seller, ADMIN, bob)]
    assert shown == [order, order, order, None]


def test_another_tenant_sees_nothing(floor: Floor) -> None:
    auction = floor.live()
    with make_shop(floor.engine, "other").look() as work:
        assert queries.listed(work) == (0, [])
        for act in (queries.view, queries.bids):
            with pytest.raises(NotFound):
                act(work, auction)


def test_the_deciding_bids_are_found_by_the_index_and_the_others_are_not_read(
    floor: Floor,
) -> None:
    people = floor.bidders(20)
    auction = floor.live()
    floor.bid(auction, people[0], 2_000)
    bid = schema.bid
    with floor.shop.work() as work:
        row = work.connection.execute(select(bid)).one()._asdict()
        del row["id"]
        work.connection.execute(
            insert(bid),
            [
                {**row, "maximum_minor": 1_000 + number, "customer_id": who.customer_id}
                for number in range(250)
                for who in people
            ],
        )
    with floor.engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    plans: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if "UNION ALL" in statement:
            postgres = connection.dialect.name == "postgresql"
            with closing(connection.connection.cursor()) as other:
                other.execute(f"EXPLAIN {'' if postgres else 'QUERY PLAN '}{statement}", parameters)
                plans.extend(str(row[0 if postgres else 3]) for row in other.fetchall())

    event.listen(floor.engine, "before_cursor_execute", explain)
    assert floor.view(auction).price == 1_249 + EUROS.at(1_249)
    event.remove(floor.engine, "before_cursor_execute", explain)
    assert sum("maximum_minor" in plan and "Key" not in plan for plan in plans) >= 2, plans
    assert not [plan for plan in plans if re.search(r"(Seq Scan on|SCAN) bid", plan)]
