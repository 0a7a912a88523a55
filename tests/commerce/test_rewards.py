"""Points: an asset of the ledger, and the rank that follows from it."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select
from tests.tenants import make_tenant

from commerce import rewards
from commerce.people import users
from commerce.people.passwords import PasswordHash
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import NotFound
from commerce.records.ledger import WORLD, balance
from commerce.records.machine import fire
from commerce.records.states import POINTS
from commerce.records.tenants import Tenant
from commerce.records.work import looking, working
from commerce.rewards import PointsBalance

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def a_seller(engine: Engine, tenant: Tenant, name: str = "sam") -> uuid.UUID:
    with working(engine, tenant, SYSTEM, now=NOW) as work:
        return users.create(work, name, PasswordHash("x"), role="seller")


def earn(engine: Engine, tenant: Tenant, seller: uuid.UUID, amount: int) -> None:
    with working(engine, tenant, SYSTEM, now=NOW) as work:
        fire(work, POINTS, seller, rewards.earn_event(work, seller, amount, "order_completed"))


def penalise(engine: Engine, tenant: Tenant, seller: uuid.UUID, amount: int) -> bool:
    with working(engine, tenant, SYSTEM, now=NOW) as work:
        event = rewards.deduct_event(work, seller, amount, "return")
        if event is not None:
            fire(work, POINTS, seller, event)
        return event is not None


def test_a_rank_is_held_from_its_threshold_on(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    sam = a_seller(any_engine, tenant)
    reached = []
    for amount in (0, 99, 1, 400, 1500):
        earn(any_engine, tenant, sam, amount)
        with looking(any_engine, tenant, Actor("seller", sam), now=NOW) as work:
            reached.append(rewards.balance_of(work, sam))
    assert reached == [
        PointsBalance(0, "bronze", "silver", 100),
        PointsBalance(99, "bronze", "silver", 1),
        PointsBalance(100, "silver", "gold", 400),
        PointsBalance(500, "gold", "platinum", 1500),
        PointsBalance(2000, "platinum", None, 0),
    ]


def test_points_never_fall_below_zero_and_sum_to_zero(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    sam = a_seller(any_engine, tenant)
    earn(any_engine, tenant, sam, 30)
    assert penalise(any_engine, tenant, sam, 25)
    assert penalise(any_engine, tenant, sam, 25)  # the five that are left
    assert not penalise(any_engine, tenant, sam, 25)
    with looking(any_engine, tenant, SYSTEM, now=NOW) as work:
        held = balance(work.connection, tenant, "PTS", rewards.account_of(sam))
        assert held == -balance(work.connection, tenant, "PTS", WORLD) == 0
        assert [(each.points, each.reason) for each in rewards.history(work, sam).rows] == [
            (-5, "return"),
            (-25, "return"),
            (30, "order_completed"),
        ]
        postings = work.connection.execute(select(schema.posting.c.amount)).scalars().all()
        assert postings == [30, 25, 5]


def test_penalties_at_once_count_from_the_right_balance(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    sam = a_seller(any_engine, tenant)
    earn(any_engine, tenant, sam, 60)
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: penalise(any_engine, tenant, sam, 25), range(8)))
    assert sorted(done) == [False] * 5 + [True] * 3
    with looking(any_engine, tenant, SYSTEM, now=NOW) as work:
        assert [each.points for each in rewards.history(work, sam).rows] == [-10, -25, -25, 60]


def test_points_are_the_sellers_own_business(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    sam = a_seller(any_engine, tenant)
    for shop, actor in ((tenant, Actor("seller", uuid.uuid4())), (other, Actor("admin"))):
        with looking(any_engine, shop, actor, now=NOW) as work:
            for ask in (rewards.balance_of, rewards.history):
                with pytest.raises(NotFound):
                    ask(work, sam)
    with pytest.raises(NotFound):
        earn(any_engine, other, sam, 10)
    with pytest.raises(NotFound):
        penalise(any_engine, other, sam, 10)
