"""Writing a simulated shop: whole, once, and the same for the same seed."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from tests.commerce.simulated import NOW, TENANT

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.doctor import examine
from commerce.records.instants import find_zone, midnight
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import clock, create_tenant, find_tenant
from simulation import SimulationOptions, SimulationRefused, simulate

TINY = SimulationOptions(customers=30, days=150, seed=5)


def run(engine: Engine, folder: Path, options: SimulationOptions = TINY) -> tuple[str, bytes]:
    """Simulate and give the digest and the bytes of the truth file."""
    summary = simulate(engine, TENANT, options, now=NOW, truth_folder=folder)
    return summary.digest, summary.truth.read_bytes()


def test_the_same_seed_gives_the_same_bytes_on_every_database(
    engine: Engine, postgres_engine: Engine, tmp_path: Path
) -> None:
    assert run(engine, tmp_path / "a") == run(postgres_engine, tmp_path / "b")
    with reading(postgres_engine) as connection:
        assert examine(connection) == []


def test_another_seed_gives_another_shop(
    engine: Engine, postgres_engine: Engine, tmp_path: Path
) -> None:
    one, other = (
        run(engine, tmp_path / "a"),
        run(postgres_engine, tmp_path / "b", replace(TINY, seed=6)),
    )
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_the_size_of_a_chunk_and_of_a_batch_change_nothing(
    engine: Engine, postgres_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = run(engine, tmp_path / "a")
    monkeypatch.setattr("simulation.shop._CHUNK", 7)
    monkeypatch.setattr("simulation.shop._BATCH", 11)
    monkeypatch.setattr("simulation.external_sort._PAGE", 3)
    assert run(postgres_engine, tmp_path / "b") == usual


def test_asking_again_for_the_same_shop_writes_nothing(
    shop: Engine, small: SimulationOptions, tmp_path: Path
) -> None:
    with reading(shop) as connection:
        before = connection.execute(select(func.count()).select_from(schema.event)).scalar_one()
    again = simulate(shop, TENANT, small, now=NOW, truth_folder=tmp_path)
    with reading(shop) as connection:
        after = connection.execute(select(func.count()).select_from(schema.event)).scalar_one()
    assert (again.customers, again.orders, again.events) == (0, 0, 0)
    assert len(again.digest) == 64
    assert after == before


def test_other_options_are_refused_where_there_are_records(
    shop: Engine, small: SimulationOptions, tmp_path: Path
) -> None:
    with pytest.raises(SimulationRefused, match="must have no other records"):
        simulate(shop, TENANT, replace(small, seed=4), now=NOW, truth_folder=tmp_path)


def test_a_tenant_with_imported_records_is_left_alone(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        tenant = create_tenant(
            connection, TENANT, zone="Europe/Berlin", currency="EUR", clock_mode="recorded", now=NOW
        )
        append(connection, tenant, [NewEvent("stock.low", 0, 0, "file:1")], ingested_at=0)
    with pytest.raises(SimulationRefused, match=r"got 1 events. Simulate into another tenant"):
        run(engine, tmp_path)
    assert list(tmp_path.glob("*.csv")) == []


def test_a_tenant_of_another_currency_is_refused(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        create_tenant(
            connection, TENANT, zone="Europe/Berlin", currency="GBP", clock_mode="recorded", now=NOW
        )
    with pytest.raises(SimulationRefused, match="must have EUR as its currency; got GBP"):
        run(engine, tmp_path)


def test_a_simulation_that_breaks_off_leaves_nothing(engine: Engine, tmp_path: Path) -> None:
    def killed(stage: str, done: int, total: int | None) -> None:
        if stage == "events":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(engine, TENANT, TINY, now=NOW, truth_folder=tmp_path / "truth", progress=killed)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM tenant")).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM event")).scalar_one() == 0
    assert list((tmp_path / "truth").iterdir()) == []


def test_the_clock_stands_at_the_end_of_the_last_day(
    shop: Engine, small: SimulationOptions
) -> None:
    end = midnight(date(2025, 3, 1) + timedelta(days=300), find_zone("Europe/Berlin"))
    with reading(shop) as connection:
        tenant = find_tenant(connection, TENANT)
        assert clock(connection, tenant, now=NOW) == end
        assert (
            connection.execute(
                select(func.count())
                .select_from(schema.event)
                .where(schema.event.c.recorded_at >= end)
            ).scalar_one()
            == 0
        )


def test_a_shop_of_yen_in_tokyo_is_as_coherent(engine: Engine, tmp_path: Path) -> None:
    run(engine, tmp_path, replace(TINY, currency="JPY", zone="Asia/Tokyo"))
    with reading(engine) as connection:
        assert examine(connection) == []
        prices = connection.execute(select(schema.variant.c.price_minor)).scalars().all()
        assert all(price >= 10 for price in prices)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"customers": 0}, "customers must be 1 or more; got 0"),
        ({"days": 0}, "days must be 1 to 3660; got 0"),
        ({"seed": -1}, "seed must be 0 or more; got -1"),
    ],
)
def test_impossible_options_are_refused(changes: dict[str, int], sentence: str) -> None:
    with pytest.raises(SimulationRefused, match=sentence):
        SimulationOptions(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("days", [1, 2, 40])
def test_a_shop_that_has_just_opened_works(engine: Engine, tmp_path: Path, days: int) -> None:
    run(engine, tmp_path, replace(TINY, customers=12, days=days))
    with reading(engine) as connection:
        assert examine(connection) == []
