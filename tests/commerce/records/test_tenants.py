"""Tenants and their two clocks."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from tests.tenants import make_tenant

from commerce.records.database import reading, writing
from commerce.records.errors import RecordError, TenantConflict, TenantNotFound
from commerce.records.instants import to_micros
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import (
    Tenant,
    clock,
    create_tenant,
    find_tenant,
    hold_clock,
    last_recorded,
    observe,
    recording_instant,
    settle_as_of,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MONDAY = to_micros(datetime(2025, 6, 2, 12, tzinfo=UTC))


def sale(at: int, key: str) -> NewEvent:
    return NewEvent("order.placed", at, at, key, amount_minor=100, currency="EUR", base_minor=100)


def test_an_unknown_tenant_is_answered_with_the_closest_name(engine: Engine, acme: Tenant) -> None:
    with reading(engine) as connection, pytest.raises(TenantNotFound, match=r"Did you mean acme\?"):
        find_tenant(connection, "acm")


def test_a_tenant_name_that_cannot_name_a_folder_is_refused(engine: Engine) -> None:
    with (
        writing(engine) as connection,
        pytest.raises(RecordError, match="tenant must be lower-case"),
    ):
        create_tenant(connection, "../etc", zone="UTC", currency="EUR", clock_mode="wall", now=NOW)


def test_a_tenant_is_created_once(engine: Engine, acme: Tenant) -> None:
    with writing(engine) as connection, pytest.raises(TenantConflict, match="must be new"):
        create_tenant(connection, "acme", zone="UTC", currency="EUR", clock_mode="wall", now=NOW)


def test_the_clock_of_imported_records_stands_one_microsecond_behind_the_last(
    any_engine: Engine,
) -> None:
    with writing(any_engine) as connection:
        tenant = create_tenant(
            connection, "shop", zone="UTC", currency="EUR", clock_mode="recorded", now=NOW
        )
        assert clock(connection, tenant, now=NOW) == NOW
        append(connection, tenant, [sale(MONDAY, "a")], ingested_at=0)
        last = last_recorded(connection, tenant)
        assert last is not None
        assert clock(connection, tenant, now=NOW) == last + timedelta(microseconds=1)


def test_the_clock_of_a_living_shop_is_the_walls(engine: Engine) -> None:
    with writing(engine) as connection:
        tenant = create_tenant(
            connection, "shop", zone="UTC", currency="EUR", clock_mode="wall", now=NOW
        )
        append(connection, tenant, [sale(MONDAY, "a")], ingested_at=0)
        assert clock(connection, tenant, now=NOW) == NOW


def test_a_row_that_arrives_after_something_was_computed_is_recorded_behind_it(
    engine: Engine, acme: Tenant
) -> None:
    scored_at = datetime(2025, 7, 1, tzinfo=UTC)
    with writing(engine) as connection:
        assert recording_instant(acme, NOW, MONDAY) == MONDAY
        observe(connection, acme, scored_at)
        observe(connection, acme, scored_at - timedelta(days=30))
        seen = find_tenant(connection, "acme")
    assert seen.observed_at == scored_at
    late = recording_instant(seen, scored_at - timedelta(days=1), MONDAY)
    assert late == to_micros(scored_at)
    assert recording_instant(seen, NOW, MONDAY) == to_micros(NOW)
    after = to_micros(scored_at) + 1
    assert recording_instant(seen, NOW, after) == after


def test_nothing_is_recorded_before_it_happened(acme: Tenant) -> None:
    with pytest.raises(RecordError, match="recorded_at must not be before occurred_at"):
        recording_instant(acme, NOW, MONDAY, MONDAY - 1)


def test_nothing_may_be_computed_as_of_the_future(engine: Engine, acme: Tenant) -> None:
    with writing(engine) as connection:
        append(connection, acme, [sale(MONDAY, "a")], ingested_at=0)
        time = clock(connection, acme, now=NOW)
    assert settle_as_of(None, acme, time) == time
    assert settle_as_of("2025-06-01", acme, time) < time
    # the rest of the last recorded day counts as now, in the tenant's zone
    assert settle_as_of("2025-06-03", acme, time) == datetime(2025, 6, 2, 22, tzinfo=UTC)
    for future in ("2025-06-03T00:01", "2031-01-01"):
        with pytest.raises(RecordError, match="as_of must not be later than"):
            settle_as_of(future, acme, time)
    with pytest.raises(RecordError, match="as_of must not be later than"):
        settle_as_of("2026-01-02", replace(acme, clock_mode="wall"), NOW)


def test_who_computes_waits_for_rows_that_are_being_recorded(postgres_engine: Engine) -> None:
    tenant = make_tenant(postgres_engine)
    scored_at = datetime(2025, 7, 1, tzinfo=UTC)
    done = threading.Event()

    def compute() -> None:
        with writing(postgres_engine) as connection:
            observe(connection, tenant, scored_at)
            done.set()

    scorer = threading.Thread(target=compute)
    with writing(postgres_engine) as connection:
        held = hold_clock(connection, tenant)
        scorer.start()
        assert not done.wait(0.5)  # a row recorded now still counts for the score
        assert recording_instant(held, NOW, MONDAY) == MONDAY
    scorer.join(30)
    with writing(postgres_engine) as connection:
        assert hold_clock(connection, tenant).observed_at == scored_at
