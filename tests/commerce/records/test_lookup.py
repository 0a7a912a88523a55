"""One statement finds what several find one by one."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, insert, update
from tests.serving.shop import LAST, NOW, customer_id, make_shop, place_order

from commerce.records import schema
from commerce.records.database import lookout, reading, writing
from commerce.records.identity import find
from commerce.records.lookup import look_up
from commerce.records.stream.backfills import last_backfill
from commerce.records.tenants import clock

OURS = customer_id("acme", "17850")
KEYS = ("17850", "12346", "1", "2", "number:1", "number:2", "number:9", "", "nobody", "0017850")


@pytest.mark.parametrize("clock_mode", ["recorded", "wall"])
def test_a_lookup_finds_what_is_found_one_by_one(any_engine: Engine, clock_mode: str) -> None:
    tenant = make_shop(any_engine, clock_mode=clock_mode)
    other = make_shop(any_engine, slug="other")
    with reading(any_engine) as connection:
        for key in (*KEYS, str(OURS), OURS.hex, str(customer_id("other", "17850"))):
            found = look_up(connection, "acme", key)
            assert found is not None
            assert found.tenant == tenant
            assert found.customer == find(connection, schema.customer, tenant, key)
            assert found.backfills == last_backfill(connection, tenant.id)
            assert found.clock(NOW) == clock(connection, tenant, now=NOW)
            assert found.since == (None if found.customer is None else NOW)
        mine = look_up(connection, other.slug, "17850")
        assert mine is not None
        assert mine.last_recorded == LAST
        assert look_up(connection, "nobody", "17850") is None


def test_our_number_is_a_name_where_the_shop_has_none(any_engine: Engine) -> None:
    tenant = make_shop(any_engine)
    with writing(any_engine) as connection:
        connection.execute(update(schema.customer).values(external_id=None))
    with reading(any_engine) as connection:
        found = look_up(connection, tenant.slug, "2")
    assert found is not None
    assert found.customer is not None
    assert found.customer.number == 2


def test_the_shops_own_name_goes_before_ours(any_engine: Engine) -> None:
    tenant = make_shop(any_engine)
    with writing(any_engine) as connection:
        connection.execute(
            insert(schema.customer).values(
                tenant_id=tenant.id,
                id=uuid.uuid4(),
                number=3,
                external_id=str(OURS),
                created_at=NOW,
            )
        )
    with reading(any_engine) as connection:
        found = look_up(connection, tenant.slug, str(OURS))
    assert found is not None
    assert found.customer is not None
    assert found.customer.number == 3


def test_the_wall_is_behind_what_was_recorded_ahead_of_it(engine: Engine) -> None:
    tenant = make_shop(engine, clock_mode="wall")
    ahead = NOW + timedelta(milliseconds=80)
    place_order(engine, tenant, "17850", ahead)
    with reading(engine) as connection:
        mine, others = (look_up(connection, "acme", key) for key in ("17850", "12346"))
    assert mine is not None
    assert others is not None
    assert mine.clock(NOW) == ahead + timedelta(microseconds=1)
    assert others.clock(NOW) == NOW


def test_a_lookout_sees_each_commit_and_writes_nothing(any_engine: Engine) -> None:
    tenant = make_shop(any_engine)
    with lookout(any_engine) as connection:
        for minutes in (1, 2):
            place_order(any_engine, tenant, "17850", LAST + timedelta(minutes=minutes))
            found = look_up(connection, "acme", "17850")
            assert found is not None
            assert found.last_recorded == LAST + timedelta(minutes=minutes)
        with pytest.raises(Exception, match=r"readonly|read-only"):
            connection.execute(delete(schema.event))
