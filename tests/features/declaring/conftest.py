"""Values that real customers have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from commerce.records.database import reading
from commerce.records.instants import to_micros
from commerce.records.tenants import find_tenant
from features.catalogue import CATALOGUE
from features.frames import feature_frame
from features.snapshots.snapshot import take_snapshot
from simulation import SimulationOptions, simulate
from workbench.records import open_records
from workbench.settings import HOME_VARIABLE, Settings

Values = dict[str, float | None]


@pytest.fixture(scope="session")
def customers(tmp_path_factory: pytest.TempPathFactory) -> list[Values]:
    """The features of a simulated shop's customers, after half a year and after two."""
    home = tmp_path_factory.mktemp("shop")
    engine = open_records(Settings.from_env({HOME_VARIABLE: str(home)}, home))
    options = SimulationOptions(customers=30, days=730)
    simulate(engine, "acme", options, now=datetime.now(UTC), truth_folder=home)
    with reading(engine) as connection:
        tenant = find_tenant(connection, "acme")
    snapshot = take_snapshot(engine, tenant, home)
    engine.dispose()
    cutoffs = [to_micros(datetime(year, 7, 1, tzinfo=UTC)) for year in (2024, 2025)]
    frame = feature_frame(snapshot, cutoffs, CATALOGUE)[list(CATALOGUE.names)]
    return [
        {str(name): None if value != value else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
