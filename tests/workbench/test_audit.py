"""An audit holds on honest records, and nothing known too early gets past it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, insert, select, text, update
from tests.workbench.shops import ANSWERED, SLUG, make_home, make_shop, opened

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.instants import from_micros, to_micros
from commerce.records.stream import customer_rows
from commerce.records.tenants import clock, find_tenant
from features.catalogue import CATALOGUE
from features.declaring.compilation import Catalogue
from features.declaring.declaration import DAYS, count, source
from features.declaring.declaration import catalogue as compiled
from features.evaluating.aggregates import OCCURRED, RECORDED
from features.evaluating.duckdb_evaluator import evaluate_each
from features.evaluating.formulas import Floats
from features.evaluating.python_evaluator import evaluate_rows
from features.evaluating.table import FeatureTable
from features.snapshots.snapshot import Snapshot, take_snapshot
from serving.schema import score
from training.judging.audits import Audit, read_audits, write_audit
from workbench import layouts
from workbench.audit import audit
from workbench.cli import group
from workbench.notebook import Bench
from workbench.runs.exit_status import FINDINGS

FEW = CATALOGUE.subset(
    ["orders_90d", "orders", "average_order_value", "days_since_order", "spend_365d"]
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("audited"))


@pytest.fixture
def bench(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with opened(home, tmp_path / "home", monkeypatch) as bench:
        yield bench


def audited(bench: Bench, catalogue: Catalogue = FEW, *, sample: int = 40, **ways: Any) -> Audit:
    return audit(
        bench.engine,
        bench.tenant,
        layouts.copy_stream(bench),
        bench.settings.packages,
        as_of=bench.cutoff,
        now=bench.now,
        sample=sample,
        catalogue=catalogue,
        **ways,
    )


def test_honest_records_hold_by_every_way(bench: Bench) -> None:
    found = audited(bench)
    assert found.holds, found.text
    assert (found.answers, found.left_out) == (ANSWERED, 0)
    assert found.vectors > found.answers + 24
    assert found.values == found.vectors * len(FEW)
    assert dict(found.hashes) == {output.name: output.hash for output in FEW.outputs}


def test_honest_records_hold_on_postgresql_too(postgres_engine: Engine, tmp_path: Path) -> None:
    make_shop(postgres_engine, tmp_path / "packages", tmp_path / "truth")
    with reading(postgres_engine) as connection:
        tenant = find_tenant(connection, SLUG)
        now = clock(connection, tenant, now=datetime.now(UTC))
    found = audit(
        postgres_engine,
        tenant,
        take_snapshot(postgres_engine, tenant, tmp_path / "snapshots"),
        tmp_path / "packages",
        as_of=to_micros(now),
        now=now,
        sample=40,
        catalogue=FEW,
    )
    assert found.holds, found.text
    assert found.answers == ANSWERED
    assert found.vectors > found.answers + 24


def test_the_same_snapshot_is_audited_on_the_same_sample(bench: Bench) -> None:
    assert audited(bench) == audited(bench)


def test_an_answer_changed_by_hand_is_found(bench: Bench) -> None:
    with writing(bench.engine) as connection:
        drop_triggers(connection, "score")
        kept = connection.execute(select(score)).first()
        assert kept is not None
        features = kept.features | {"orders_90d": kept.features["orders_90d"] + 1}
        connection.execute(
            update(score).where(score.c.request_id == kept.request_id).values(features=features)
        )
    found = audited(bench)
    assert (found.holds, found.differences) == (False, 1)
    (example,) = found.examples
    assert example.customer_id == kept.customer_id.hex
    assert (example.feature, example.moment) == ("orders_90d", "answer acme.churn/1")
    assert example.values["answered"] == repr(features["orders_90d"])
    assert example.values["online"] == example.values["batch"] == example.values["recorded"]


def test_what_differed_is_looked_at_again_and_not_cleared_by_looking_elsewhere(
    bench: Bench,
) -> None:
    with writing(bench.engine) as connection:
        drop_triggers(connection, "score")
        kept = connection.execute(select(score)).first()
        assert kept is not None
        wrong = kept.features | {"orders_90d": kept.features["orders_90d"] + 1}
        this = score.c.request_id == kept.request_id
        connection.execute(update(score).where(this).values(features=wrong))
    packages = bench.settings.packages
    first = audited(bench)
    assert not first.holds
    write_audit(first, packages)
    second = audited(bench, sample=1)
    assert second.differing == {"orders_90d": 1}
    assert second.examples == first.examples
    with writing(bench.engine) as connection:
        connection.execute(update(score).where(this).values(features=kept.features))
    third = audited(bench, sample=1)
    assert third.holds
    assert third.answers == 1


def test_an_event_slipped_in_under_an_earlier_instant_is_found_and_named(bench: Bench) -> None:
    with reading(bench.engine) as connection:
        kept = connection.execute(select(score).order_by(score.c.as_of)).first()
    assert kept is not None
    slipped = to_micros(kept.as_of) - 1_000_000
    with writing(bench.engine) as connection:
        columns = {
            "tenant_id": bench.tenant.id,
            "type": "order.placed",
            "customer_id": kept.customer_id,
            "occurred_at": from_micros(slipped),
            "recorded_at": from_micros(slipped),
            "ingested_at": from_micros(slipped),
            "amount_minor": 100,
            "currency": bench.tenant.currency,
            "base_minor": 100,
            "quantity": 1,
            "source_key": "slipped",
        }
        number = connection.execute(insert(schema.event).values(columns)).inserted_primary_key
    found = audited(bench)
    assert not found.holds
    example = next(one for one in found.examples if one.feature == "orders_90d")
    assert example.moment.startswith("answer")
    assert float(example.values["answered"]) == float(example.values["batch"]) - 1
    assert number is not None
    assert example.events == (number[0],)


def leaky(
    connection: Connection, tenant_id: int, customer: UUID, cutoff: int, catalogue: Catalogue
) -> Floats:
    """An evaluator that goes by when things happened, and forgets when they were known."""
    rows = customer_rows(connection, tenant_id, customer, 2**62)
    return evaluate_rows([early(row) for row in rows], cutoff, catalogue)


def early(row: tuple[Any, ...]) -> tuple[Any, ...]:
    changed = list(row)
    changed[RECORDED] = row[OCCURRED]
    return tuple(changed)


def leaky_batch(
    snapshot: Snapshot, cutoffs: list[int], catalogue: Catalogue, *, customers: set[str]
) -> Iterator[FeatureTable]:
    """The batch evaluator over a snapshot in which everything is known as it happens."""
    rows = pa.concat_tables(pq.read_table(path, partitioning=None) for path in snapshot.files)
    place = rows.schema.get_field_index("recorded_at")
    path = snapshot.files[0].parents[2] / "leaky.parquet"
    pq.write_table(rows.set_column(place, rows.schema.field(place), rows["occurred_at"]), path)
    return evaluate_each(replace(snapshot, files=(path,)), cutoffs, catalogue, customers=customers)


def test_a_server_that_knows_events_before_they_are_recorded_is_found(bench: Bench) -> None:
    catalogue = CATALOGUE.subset([*CATALOGUE.names])
    found = audited(bench, catalogue, online=leaky)
    assert not found.holds
    assert {one.moment for one in found.examples} <= {"event time", "arrival time", "now"} | {
        "answer acme.churn/1"
    }
    named = [one for one in found.examples if one.events]
    assert named
    with reading(bench.engine) as connection:
        for one in named:
            for number in one.events:
                event = connection.execute(
                    select(schema.event).where(schema.event.c.id == number)
                ).one()
                assert to_micros(event.occurred_at) < one.as_of <= to_micros(event.recorded_at)


def test_two_ways_that_leak_alike_are_found_by_what_was_recorded(bench: Bench) -> None:
    found = audited(bench, CATALOGUE, online=leaky, batch=leaky_batch)
    assert not found.holds
    example = found.examples[0]
    assert example.values["online"] == example.values["batch"] != example.values["recorded"]


def test_a_customer_the_batch_way_leaves_out_is_found(bench: Bench) -> None:
    def forgetful(
        snapshot: Snapshot, cutoffs: list[int], catalogue: Catalogue, *, customers: set[str]
    ) -> Iterator[FeatureTable]:
        few = sorted(customers)[1:]
        return evaluate_each(snapshot, cutoffs, catalogue, customers=few)

    found = audited(bench, batch=forgetful)
    assert not found.holds
    assert found.examples[0].values["batch"] == "no row"


def test_answers_on_features_declared_otherwise_since_are_left_out(bench: Bench) -> None:
    again = count(
        source("order.placed"), name="orders", windows=DAYS(90), version=2, description="Again."
    )
    found = audited(bench, compiled(again))
    assert (found.answers, found.left_out) == (0, ANSWERED)
    assert found.holds


def test_the_command_keeps_a_certificate_and_exits_with_a_code_of_its_own(bench: Bench) -> None:
    arguments = ["features", "audit", "--sample", "6"]
    good = CliRunner().invoke(group, arguments)
    assert good.exit_code == 0, good.output
    assert "every way agrees to the bit" in good.output
    with writing(bench.engine) as connection:
        drop_triggers(connection, "score")
        connection.execute(update(score).values(features={"orders_90d": 1e6}))
    bad = CliRunner().invoke(group, [*arguments, "--json"])
    assert bad.exit_code == FINDINGS.code
    assert json.loads(bad.stdout)["differing"]["orders_90d"] > 0
    first, second = read_audits(bench.settings.packages, "acme")
    assert (first.holds, second.holds) == (True, False)
    assert second.as_dict() == json.loads(bad.stdout)


def drop_triggers(connection: Connection, table: str) -> None:
    names = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    for (name,) in connection.execute(names, {"table": table}).all():
        connection.execute(text(f"DROP TRIGGER {name}"))
