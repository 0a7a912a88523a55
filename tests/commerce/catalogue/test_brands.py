"""Brands: asked for by sellers with enough points, decided once by an admin."""

import uuid
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import Engine, select
from tests.tenants import make_tenant

from commerce import rewards
from commerce.catalogue import brands
from commerce.catalogue.brands import TooFewPoints
from commerce.people import users
from commerce.people.passwords import PasswordHash
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import Conflict, Forbidden, IllegalMove, NotFound, RecordError
from commerce.records.machine import fire
from commerce.records.states import POINTS
from commerce.records.tenants import Tenant
from commerce.records.work import looking, working

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADMIN = Actor("admin")


def a_seller(engine: Engine, tenant: Tenant, held: int = 100, name: str = "sam") -> Actor:
    with working(engine, tenant, SYSTEM, now=NOW) as work:
        seller = users.create(work, name, PasswordHash("x"), role="seller")
        fire(work, POINTS, seller, rewards.earn_event(work, seller, held, "order_completed"))
    return Actor("seller", seller)


def asked(engine: Engine, tenant: Tenant, actor: Actor, name: str = "Tick") -> uuid.UUID:
    with working(engine, tenant, actor, now=NOW) as work:
        return brands.request(work, name)


def test_a_seller_asks_from_the_threshold_on(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    sam = a_seller(any_engine, tenant, held=99)
    with pytest.raises(TooFewPoints, match="must have 100 points for a brand; got 99"):
        asked(any_engine, tenant, sam)
    with working(any_engine, tenant, SYSTEM, now=NOW) as work:
        assert sam.user_id is not None
        event = rewards.earn_event(work, sam.user_id, 1, "order_completed")
        fire(work, POINTS, sam.user_id, event)
    asked(any_engine, tenant, sam)
    with looking(any_engine, tenant, sam, now=NOW) as work:
        assert [(each.status, each.owner_id) for each in brands.list_brands(work).rows] == [
            ("pending", sam.user_id)
        ]


@pytest.mark.parametrize("role", ["user", "delivery"])
def test_who_does_not_sell_asks_for_no_brand(engine: Engine, acme: Tenant, role: str) -> None:
    with pytest.raises(Forbidden):
        asked(engine, acme, Actor(role))  # type: ignore[arg-type]


def test_a_brand_is_decided_once(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    sam = a_seller(any_engine, tenant)
    tick, tock = asked(any_engine, tenant, sam), asked(any_engine, tenant, sam, "Tock")
    with working(any_engine, tenant, ADMIN, now=NOW) as work:
        assert [each.name for each in brands.list_brands(work, status="pending").rows] == [
            "Tick",
            "Tock",
        ]
        brands.approve(work, tick)
        with pytest.raises(RecordError, match="must have a reason"):
            brands.reject(work, tock, " ")
        brands.reject(work, tock, " Looks like Tick ")
        assert brands.list_brands(work, status="pending").rows == []
        for again in (brands.approve, partial(brands.reject, reason="no")):
            for brand in (tick, tock):
                with pytest.raises(IllegalMove):
                    again(work, brand)
        emitted = work.connection.execute(select(schema.event)).mappings().all()
        assert "Looks" not in str(emitted)
    with looking(any_engine, tenant, sam, now=NOW) as work:
        (rejected,) = brands.list_brands(work, status="rejected").rows
        assert rejected.reason == "Looks like Tick"


def test_a_name_is_one_brand_of_a_shop(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    asked(any_engine, tenant, ADMIN)
    asked(any_engine, other, ADMIN)
    with pytest.raises(Conflict, match="brand must be new"):
        asked(any_engine, tenant, ADMIN, " Tick ")
    for name in ("", " ", "x" * 101):
        with pytest.raises(RecordError, match="must have a name"):
            asked(any_engine, tenant, ADMIN, name)


def test_others_see_what_is_approved_and_decide_nothing(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    sam, sue = a_seller(any_engine, tenant), a_seller(any_engine, tenant, name="sue")
    tick = asked(any_engine, tenant, sam)
    for actor in (sam, sue):
        for decide in (brands.approve, partial(brands.reject, reason="no")):
            with pytest.raises(Forbidden), working(any_engine, tenant, actor, now=NOW) as work:
                decide(work, tick)
    with working(any_engine, other, ADMIN, now=NOW) as work:
        assert brands.list_brands(work).rows == []
        with pytest.raises(NotFound):
            brands.approve(work, tick)
        with pytest.raises(NotFound):
            brands.reject(work, tick, "no")
    with working(any_engine, tenant, ADMIN, now=NOW) as work:
        assert brands.list_brands(work.acting_as(sue)).rows == []
        brands.approve(work, tick)
        assert [each.id for each in brands.list_brands(work.acting_as(sue)).rows] == [tick]
