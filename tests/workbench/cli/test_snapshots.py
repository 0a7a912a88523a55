"""`bellwether snapshots`: what is there, what goes, and what may not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from tests.features.copying import record
from tests.tenants import make_tenant

from commerce.records.tenants import Tenant
from features.snapshots.snapshot import Snapshot, take_snapshot
from training.publishing.tracking import open_tracker
from workbench.cli import group


def bellwether(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["snapshots", *arguments], catch_exceptions=False)


@pytest.fixture
def taken(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Snapshot]:
    """Five snapshots of the only tenant of a home, oldest first."""
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string())
    tenant: Tenant = make_tenant(engine)
    found = []
    for first in range(0, 50, 10):
        record(engine, tenant, first, 10)
        found.append(take_snapshot(engine, tenant, tmp_path / "data" / "snapshots"))
    return found


def test_the_list_names_every_snapshot_with_its_size_and_its_users(
    taken: list[Snapshot], tmp_path: Path
) -> None:
    table = tmp_path / "data" / "features" / "acme" / taken[1].hash / "1.parquet"
    table.parent.mkdir(parents=True)
    table.touch()
    shown = bellwether("list")
    assert shown.exit_code == 0
    assert [line.split()[0] for line in shown.output.splitlines()[1:6]] == [
        snapshot.hash[:12] for snapshot in reversed(taken)
    ]
    assert f"{taken[4].hash[:12]}: the current one" in shown.output
    assert f"{taken[1].hash[:12]}: needed by feature tables" in shown.output
    rows = json.loads(bellwether("list", "--json").output)
    assert [row["events"] for row in rows] == [50, 40, 30, 20, 10]
    assert [row["used_by"] for row in rows] == ["", "", "", "needed by feature tables", ""]


def test_what_a_registered_model_or_a_package_was_made_from_goes_only_by_force(
    taken: list[Snapshot], tmp_path: Path
) -> None:
    tracker = open_tracker(tmp_path / "mlruns")
    for name, snapshot in (("acme.churn", taken[0]), ("other.churn", taken[1])):
        client = tracker.client()
        client.create_registered_model(name)
        version = client.create_model_version(name, source=str(tmp_path)).version
        tracker.tag_version(name, str(version), {"snapshot": snapshot.hash})
    package = tmp_path / "data" / "packages" / "acme" / "credit" / "4" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text(json.dumps({"content": {"trained_on": {"snapshot": taken[2].hash}}}))
    report = json.loads(bellwether("prune", "--keep", "1", "--dry-run", "--json").output)
    assert {one["hash"] for one in report["removed"]} == {taken[1].hash, taken[3].hash}
    assert report["kept"] == {
        taken[4].hash: "it is the current one",
        taken[2].hash: "needed by acme.credit/4",
        taken[0].hash: "needed by acme.churn/1",
    }
    assert len(json.loads(bellwether("list", "--json").output)) == 5
    done = bellwether("prune", "--keep", "1")
    assert f"{taken[0].hash[:12]} stays: needed by acme.churn/1" in done.output
    assert f"{taken[3].hash[:12]} removed: 40 events" in done.output
    assert "2 snapshots and 0 files removed" in done.output
    assert "2 snapshots and" in bellwether("prune", "--keep", "1", "--force").output
    assert [row["events"] for row in json.loads(bellwether("list", "--json").output)] == [50]


def test_only_what_is_older_goes_where_days_are_given(taken: list[Snapshot]) -> None:
    assert "0 snapshots" in bellwether("prune", "--keep", "1", "--older-than", "1").output
    assert "2 snapshots" in bellwether("prune").output


def test_compacting_says_how_many_files_became_how_many(taken: list[Snapshot]) -> None:
    done = json.loads(bellwether("compact", "--json").output)
    assert done == {
        "hash": taken[4].hash,
        "files_before": len(taken[4].files),
        "files_after": len({path.parent for path in taken[4].files}),
    }
    assert f"{taken[4].hash[:12]}: 2 files are 2 now" in bellwether("compact").output


def test_where_nothing_was_taken_a_sentence_says_so(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string())
    make_tenant(engine)
    shown = bellwether("list", "--tenant", "acme")
    assert shown.exit_code == 2
    assert "snapshots of acme must have been taken" in shown.output
