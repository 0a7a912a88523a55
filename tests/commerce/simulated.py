"""The small simulated shop that several tests look at."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from commerce.records.database import connect
from simulation import SimulationOptions, simulate

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SMALL = SimulationOptions(customers=250, days=300, seed=3, start=date(2025, 3, 1))
TENANT = "demo"


def simulated_file(migrated_file: Path, folder: Path) -> Path:
    """Put the small shop into a copy of an empty record store."""
    path = folder / "shop.db"
    shutil.copy(migrated_file, path)
    engine = connect(f"sqlite:///{path}")
    simulate(engine, TENANT, SMALL, now=NOW, truth_folder=folder / "truth")
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return path
