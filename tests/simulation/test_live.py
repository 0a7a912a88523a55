"""A live shop: the same for the same seed, coherent, and emitted by the shop's own workflows alone."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from tests.commerce.simulated import TENANT

from commerce.records.actors import SYSTEM
from commerce.records.database import reading
from commerce.records.doctor import examine
from commerce.records.errors import TenantConflict
from commerce.records.instants import from_micros
from commerce.records.outbox import waiting
from commerce.records.tenants import clock, find_tenant
from commerce.records.work import looking
from commerce.ticks import TRANSITIONS
from simulation import SimulationOptions
from simulation.live.simulation import LiveSummary, simulate_live

TINY = SimulationOptions(customers=24, days=90, seed=5)


@pytest.fixture
def played(engine: Engine, tmp_path: Path) -> LiveSummary:
    """A tiny live shop in the embedded record store."""
    return simulate_live(engine, TENANT, TINY, truth_folder=tmp_path)


@pytest.fixture
def make_options() -> Callable[[int], SimulationOptions]:
    """The options of the tiniest live shop by its seed."""
    return lambda seed: SimulationOptions(customers=6, days=40, seed=seed)


def test_a_live_shop_leaves_coherent_books_and_nothing_undone(
    engine: Engine, played: LiveSummary
) -> None:
    with reading(engine) as connection:
        assert examine(connection) == []
        tenant = find_tenant(connection, TENANT)
        now = clock(connection, tenant, now=from_micros(0))
        assert waiting(connection, tenant) == played.events
    assert now == played.clock
    with looking(engine, tenant, SYSTEM, now=now) as work:
        for transition in TRANSITIONS:
            assert transition.due(work, limit=10) == [], transition.name
    assert played.events > 1000
    assert sum(played.refused.values()) < played.acts / 50
    assert set(played.refused) <= {"brand.requested", "invoice.paid", "return.approved"}


def test_every_event_of_a_live_shop_is_told_by_a_workflow(
    engine: Engine, played: LiveSummary
) -> None:
    with reading(engine) as connection:
        keys = connection.execute(text("SELECT source_key FROM event")).scalars().all()
        moved = "SELECT count(*) FROM orders WHERE event_id IS NULL"
        assert connection.execute(text(moved)).scalar_one() == 0
    assert len(keys) == played.events
    assert all(key.startswith("live:") for key in keys)


def test_one_seed_gives_one_stream_whatever_is_drawn_in_secret(
    played: LiveSummary, tmp_path: Path
) -> None:
    arguments = ["--live", "--tenant", TENANT, "--seed", "5", "--json"]
    size = ["--customers", str(TINY.customers), "--days", str(TINY.days)]
    program = [sys.executable, "-c", "from workbench.cli import main; main()", "simulate"]
    made = subprocess.run(
        [*program, *arguments, *size],
        env=os.environ
        | {"BELLWETHER_HOME": str(tmp_path), "DATABASE_URL": "", "PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
    )
    printed = json.loads(made.stdout)
    assert printed["digest"] == played.digest
    assert printed["refused"] == dict(played.refused)
    assert (tmp_path / "data" / "raw" / "truth" / f"{TENANT}.csv").read_bytes() == (
        played.truth.read_bytes()
    )


@pytest.mark.slow
def test_another_seed_gives_another_live_shop(
    engine: Engine, tmp_path: Path, make_options: Callable[[int], SimulationOptions]
) -> None:
    digests = {
        simulate_live(engine, f"{TENANT}-{seed}", make_options(seed), truth_folder=tmp_path).digest
        for seed in (1, 2)
    }
    assert len(digests) == 2


@pytest.mark.slow
def test_a_live_shop_is_the_same_on_postgresql(
    engine: Engine,
    postgres_engine: Engine,
    tmp_path: Path,
    make_options: Callable[[int], SimulationOptions],
) -> None:
    one, other = (
        simulate_live(each, TENANT, make_options(3), truth_folder=tmp_path)
        for each in (engine, postgres_engine)
    )
    with reading(postgres_engine) as connection:
        assert examine(connection) == []
    assert one.events == other.events > 200
    assert one.digest == other.digest


def test_a_tenant_that_is_there_is_left_alone(
    engine: Engine, tmp_path: Path, make_options: Callable[[int], SimulationOptions]
) -> None:
    simulate_live(engine, TENANT, make_options(3), truth_folder=tmp_path)
    with pytest.raises(TenantConflict, match="tenant must be new; got 'demo'"):
        simulate_live(engine, TENANT, make_options(3), truth_folder=tmp_path)
