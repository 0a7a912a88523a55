"""How fast a simulated shop is written, against the database's own driver: a share of `executemany`.

    .venv/bin/python -m benchmarks.bulk

Both write the same rows into the same schema, with its indexes and triggers, in one transaction each, in this
run. What the simulator takes includes making the rows up. The doctor examines both record stores afterwards.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from commerce.records import schema
from commerce.records.database import connect, migrate, reading
from commerce.records.doctor import examine
from simulation import SimulationOptions, simulate

TENANT = "bulk"

Tables = dict[str, tuple[int, list[Any]]]


def bulk_share(folder: Path, *, customers: int = 2000) -> float:
    """Simulate a shop, write its rows again by `executemany`, and compare the rows per second.

    Parameters
    ----------
    folder : Path
        An empty folder for two record stores.
    customers : int, default 2000

    Returns
    -------
    float
        Rows per second of the whole `simulate` over those of `executemany`; 1 is as fast.

    Raises
    ------
    AssertionError
        If the doctor finds anything in either record store, or their rows differ.
    """
    simulated, copied = (_new(folder / name) for name in ("simulated.db", "copied.db"))
    began = time.perf_counter()
    simulate(
        simulated,
        TENANT,
        SimulationOptions(customers=customers),
        now=datetime(2026, 3, 1, tzinfo=UTC),
        truth_folder=folder,
    )
    simulating = time.perf_counter() - began
    tables = _rows(simulated)
    copying = _copy(copied, tables)
    assert _rows(copied) == tables, "both record stores must hold the same rows"
    for engine in (simulated, copied):
        with reading(engine) as connection:
            assert examine(connection) == []
        engine.dispose()
    rows = sum(len(found) for _, found in tables.values())
    print(
        f"{rows:,} rows of {customers:,} customers: simulated {rows / simulating:,.0f} rows/s,"
        f" executemany {rows / copying:,.0f} rows/s, share {copying / simulating:.2f}"
    )
    return copying / simulating


def _new(path: Path) -> Engine:
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    return engine


def _rows(engine: Engine) -> Tables:
    """Read every row as the database keeps it."""
    with reading(engine) as connection:
        found = {
            table.name: connection.exec_driver_sql(f"SELECT * FROM {table.name} ORDER BY rowid")
            for table in schema.metadata.sorted_tables
        }
        return {
            name: (len(result.keys()), [tuple(row) for row in result])
            for name, result in found.items()
        }


def _copy(engine: Engine, tables: Tables) -> float:
    """Write rows by the driver alone, in one transaction; gives the seconds it took."""
    columns = list(schema.account.c.keys())
    opened = {columns.index("balance"): 0, columns.index("last_posting_id"): None}
    accounts = [
        tuple(
            opened.get(place, value) if row[columns.index("balance")] is not None else value
            for place, value in enumerate(row)
        )
        for row in tables["account"][1]
    ]  # postings move the balances, so accounts begin at nothing
    with engine.connect().execution_options(writes=True) as connection:
        began = time.perf_counter()
        with connection.begin():
            for name, (width, rows) in tables.items():
                if rows:
                    marks = ", ".join("?" * width)
                    connection.exec_driver_sql(
                        f"INSERT INTO {name} VALUES ({marks})",
                        accounts if name == "account" else rows,
                    )
        return time.perf_counter() - began


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        bulk_share(Path(scratch))
