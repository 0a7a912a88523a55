"""What a run is computed from holds every row that will ever count before its instant."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.features.copying import DAY, orders, record, stored
from tests.tenants import NOW, make_tenant
from tests.workbench.shops import make_home, opened

from commerce.records.database import reading
from commerce.records.instants import to_micros
from commerce.records.tenants import Tenant, clock, find_tenant, hold_clock, recording_instant
from features.snapshots.snapshot import Snapshot, take_snapshot
from workbench import layouts
from workbench.layouts import copy_stream
from workbench.notebook import Bench
from workbench.settings import Settings


def test_a_copy_waits_for_rows_being_recorded_and_later_ones_count_only_from_then_on(
    postgres_engine: Engine, tmp_path: Path
) -> None:
    tenant = make_tenant(postgres_engine)
    record(postgres_engine, tenant, 0, 10)
    as_of = datetime(1970, 6, 1, tzinfo=UTC)
    bench = Bench(
        settings=Settings.from_env({"BELLWETHER_HOME": str(tmp_path)}),
        engine=postgres_engine,
        tenant=tenant,
        as_of=as_of,
        now=NOW,
    )
    copies: list[Snapshot] = []
    copying = threading.Thread(target=lambda: copies.append(copy_stream(bench)))
    with postgres_engine.connect() as slow, slow.begin():
        hold_clock(slow, tenant)
        orders(slow, tenant, 20, 5)
        record(postgres_engine, tenant, 10, 10)
        copying.start()
        copying.join(0.5)
        assert not copies
    copying.join(30)
    days = [row["recorded_at"] // DAY for row in stored(copies[0])]
    assert sorted(days) == [*range(25)]
    with postgres_engine.connect() as late, late.begin():
        held = hold_clock(late, tenant)
        arrived = recording_instant(held, clock(late, held, now=NOW), 30 * DAY)
    assert arrived >= to_micros(as_of)
    assert to_micros(as_of - timedelta(days=1)) > 25 * DAY
    again = take_snapshot(postgres_engine, tenant, bench.settings.snapshots)
    assert again == copies[0]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A small shop's records."""
    home = make_home(tmp_path / "made")
    with opened(home, tmp_path / "home", monkeypatch) as bench:
        yield bench


def test_a_copy_is_taken_only_after_its_instant_is_on_record(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[datetime | None] = []

    def watched(engine: Engine, tenant: Tenant, folder: Path) -> Snapshot:
        with reading(engine) as connection:
            seen.append(find_tenant(connection, tenant.slug).observed_at)
        return take_snapshot(engine, tenant, folder)

    monkeypatch.setattr(layouts, "take_snapshot", watched)
    copied = layouts.copy_stream(bench)
    assert seen == [bench.as_of]
    assert copied.events > 0
