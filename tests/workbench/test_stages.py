"""A tenant opened as notebooks open it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from commerce.records.database import reading
from commerce.records.errors import RecordError
from commerce.records.tenants import Tenant, find_tenant
from features.snapshots.snapshot import Snapshot, take_snapshot
from simulation import SimulationOptions, simulate
from workbench import notebook, stages
from workbench.records import open_records
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE, Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the tenant acme, named by the environment."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    settings = Settings.from_env({HOME_VARIABLE: str(tmp_path)}, tmp_path)
    engine = open_records(settings)
    simulate(
        engine,
        "acme",
        SimulationOptions(customers=5, days=30),
        now=datetime.now(UTC),
        truth_folder=tmp_path / "truth",
    )
    engine.dispose()
    return tmp_path


def test_a_copy_is_taken_only_after_its_instant_is_on_record(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = notebook.open_bench(tenant="acme")
    seen: list[datetime | None] = []

    def watched(engine: Engine, tenant: Tenant, folder: Path) -> Snapshot:
        with reading(engine) as connection:
            seen.append(find_tenant(connection, "acme").observed_at)
        return take_snapshot(engine, tenant, folder)

    monkeypatch.setattr(stages, "take_snapshot", watched)
    copied = stages.copy_stream(bench)
    bench.engine.dispose()
    assert seen == [bench.as_of]
    assert copied.events > 0


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=4000)])
def test_a_bench_is_not_opened_in_the_future(home: Path, ahead: timedelta) -> None:
    bench = notebook.open_bench(tenant="acme")
    later = bench.as_of + ahead
    bench.engine.dispose()
    for asked in (later, later.date(), later.isoformat()):
        with pytest.raises(RecordError, match="as_of must not be later than"):
            notebook.open_bench(tenant="acme", as_of=asked)
