"""A broken promise stops a run before anything is trained; a warning is shown and stops nothing."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from commerce.records.bulk import insert_rows, reserve_ids
from commerce.records.database import reading, writing
from commerce.records.instants import to_micros
from commerce.records.stream import NewEvent, append, iterate
from commerce.records.tenants import clock, find_tenant
from simulation import SimulationOptions, simulate
from workbench.cli import group
from workbench.records import open_records
from workbench.runs.exit_status import CELL_RAISED
from workbench.settings import Settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a few customers of a year."""
    found = Settings.from_env({"BELLWETHER_HOME": str(tmp_path)}, ROOT)
    engine = open_records(found)
    options = SimulationOptions(customers=60, days=400)
    simulate(engine, "acme", options, now=NOW, truth_folder=tmp_path / "truth")
    engine.dispose()
    return found


def spoil(settings: Settings, type_: str, *, value: int | None, checked: bool) -> str:
    """Put an event on record that no shop should have, of the first customer; give the customer's id."""
    engine = open_records(settings)
    with reading(engine) as connection:
        tenant = find_tenant(connection, "acme")
        instant = to_micros(clock(connection, tenant, now=NOW)) - 1
        customer: str = next(
            row[2] for batch in iterate(connection, tenant.id) for row in batch if row[2]
        )
    event = NewEvent(
        type=type_,
        occurred_at=instant,
        recorded_at=instant,
        source_key="spoilt",
        customer_id=uuid.UUID(customer),
        value=value,
    )
    with writing(engine) as connection:
        if checked:
            append(connection, tenant, [event], ingested_at=0)
        else:
            row = {"id": reserve_ids(connection, "event", 1)[0], "tenant_id": tenant.id}
            row |= {"ingested_at": 0} | event._asdict()
            insert_rows(connection, "event", tuple(row), [tuple(row.values())])
    engine.dispose()
    return customer


def bellwether(settings: Settings, *arguments: str) -> Result:
    env = {"BELLWETHER_HOME": str(settings.home), "DATABASE_URL": ""}
    return CliRunner().invoke(group, list(arguments), env=env)


def test_a_broken_range_stops_the_run_before_training_and_the_page_says_which_rows(
    settings: Settings,
) -> None:
    customer = spoil(settings, "review.posted", value=4_000, checked=True)
    done = bellwether(settings, "run", "--tenant", "acme", "--models", "churn")
    assert done.exit_code == CELL_RAISED.code
    assert "raised ExpectationsFailed" in done.stderr
    assert "stars_mean must be between 1 and 5; 1 row is not" in done.stderr
    started = {json.loads(path.read_text())["label"] for path in settings.runs.rglob("status.json")}
    assert started == {"10 build_features"}
    assert not settings.features.exists()
    (page,) = settings.reports.rglob("expectations.html")
    broken = (
        page.read_text(encoding="utf-8").partition("What is broken")[2].partition("</table>")[0]
    )
    assert "<code>stars_last</code>" in broken
    assert f"customer_id {customer}" in broken
    assert "stars_last 4000.0" in broken


@pytest.mark.slow
def test_an_event_that_lacks_what_it_must_carry_is_shown_and_stops_nothing(
    settings: Settings,
) -> None:
    spoil(settings, "review.posted", value=None, checked=False)
    notebook = ROOT / "notebooks" / "10_build_features.ipynb"
    done = bellwether(settings, "notebook", str(notebook), "-p", "tenant=acme")
    assert done.exit_code == 0, done.output
    (page,) = settings.reports.rglob("stream.html")
    broken = (
        page.read_text(encoding="utf-8").partition("What is broken")[2].partition("</table>")[0]
    )
    assert "<code>review.posted, value</code>" in broken
    assert '<td class="warning">warning</td>' in broken
    assert list(settings.features.rglob("*.parquet"))
    (run,) = settings.reports.rglob("10_build_features*.html")
    assert "review.posted, value" in run.read_text(encoding="utf-8")
    (report,) = settings.reports.rglob("expectations.json")
    assert json.loads(report.read_text())["rows"] > 0
