"""A mart holds what counts as of an instant: however it was filled, on either database."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine
from tests.analytics.agreement import all_agree
from tests.analytics.naive import export
from tests.commerce.simulated import NOW

from analytics.mart import Mart
from analytics.periods import Period
from commerce.records.database import reading
from commerce.records.instants import from_micros, to_micros
from simulation import SimulationOptions, simulate

SHOP = SimulationOptions(customers=40, days=200, seed=3, start=date(2025, 3, 1))
PERIOD = Period(date(2025, 3, 20), date(2025, 8, 11))


def test_every_question_equals_plain_pandas_as_of_any_instant(
    any_engine: Engine, tmp_path: Path
) -> None:
    simulate(any_engine, "demo", SHOP, now=NOW, truth_folder=tmp_path / "truth")
    with Mart(any_engine, "demo", tmp_path / "snapshots") as mart:
        tenant = mart.look(NOW).tenant
        with reading(any_engine) as connection:
            exported = export(connection, tenant)
        last = max(row[7] for row in exported.rows)
        for instant in (
            last + 1,
            to_micros(NOW - timedelta(days=200)),
            to_micros(NOW - timedelta(days=270)),
        ):
            view = mart.look(NOW, from_micros(instant).isoformat())
            all_agree(view, exported.as_of(instant), PERIOD)
