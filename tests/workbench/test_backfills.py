"""A file corrected late: its rows count from now on, or with --backfill as if they had been there from the first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, create_engine, select
from tests.importing.shops import micros
from tests.serving.shop import make_real_package

from commerce.records import database, schema
from commerce.records.database import reading
from commerce.records.doctor import examine
from commerce.records.stream.backfills import last_backfill
from commerce.records.tenants import find_tenant
from features.catalogue import CATALOGUE
from features.evaluating.online import online_partials
from features.frames import feature_frame, training_frame, write_features
from features.snapshots.snapshot import Snapshot
from importing.engine.logbook import SourceFile
from importing.engine.tenancy import plan_tenant
from importing.engine.undoing import undo_import
from importing.engine.writing import Writer
from scoring.package import Package
from scoring.published import publish
from serving.predict import customer_values
from serving.predict.answers import answer_customer
from serving.predict.asking import AppState, CustomerRequest
from serving.predict.packages import PackageShelf
from serving.predict.replay import Replay, replay
from serving.predict.store import RecordStore
from workbench import layouts, notebook
from workbench.audit import audit
from workbench.cli import group
from workbench.cli.running import outdated, stream_hash
from workbench.notebook import Bench

FEW = CATALOGUE.subset(["returns_90d", "returned_amount", "orders_90d", "days_since_order"])
CUTOFF = micros("2011-03-01")
COLUMNS = {"order": "no", "customer": "who", "time": "at", "product": "sku", "quantity": "qty"}
SHOP = """no,who,at,sku,qty,price
1,ann,2011-01-03,A,5,2.00
2,bob,2011-01-10,B,1,9.50
3,ann,2011-01-20,A,-2,2.00
4,cid,2011-02-01,A,1,2.00
5,bob,2011-02-11,B,-1,9.50
6,ann,2011-03-07,C,1,4.00
7,dan,2011-02-20,B,-1,9.50
8,cid,2011-04-01,C,2,4.00
"""
RETURNS = 3


@dataclass
class Home:
    """A home with one shop, which is imported, computed from and asked."""

    engine: Engine
    folder: Path

    def bring(self, *words: str, content: str = SHOP) -> str:
        """Import the file, and give what was printed."""
        path = self.folder / "shop.csv"
        path.write_text(content)
        columns = [word for role, name in COLUMNS.items() for word in (f"--{role}", name)]
        told = ["import", "transactions", str(path), "--tenant", "acme", *columns]
        done = CliRunner().invoke(
            group, [*told, "--price", "price", "--allow-refused", "1", *words]
        )
        assert done.exit_code == 0, done.output
        return done.output

    @property
    def bench(self) -> Bench:
        return notebook.open_bench(tenant="acme")

    def snapshot(self) -> Snapshot:
        return layouts.copy_stream(self.bench)

    def returns(self, cutoff: int = CUTOFF) -> dict[str, float]:
        """Returns of the last 90 days by customer, computed from a fresh snapshot."""
        frame = feature_frame(self.snapshot(), [cutoff], FEW)
        with reading(self.engine) as connection:
            table = schema.customer
            names = {
                key.hex: name
                for key, name in connection.execute(select(table.c.id, table.c.external_id))
            }
        return {
            names[key]: value
            for key, value in zip(frame["customer_id"], frame["returns_90d"], strict=True)
        }

    @cached_property
    def shelf(self) -> PackageShelf:
        return PackageShelf([self.bench.settings.packages], CATALOGUE)

    def ask(self, customer: str, number: int, as_of: str | None = None) -> str:
        """Answer about a customer and give the request's id."""
        store = RecordStore(self.engine.url.render_as_string(hide_password=False))
        state = AppState(shelf=self.shelf, store=store, now=lambda: datetime.now(UTC))
        request = CustomerRequest(tenant="acme", customer_id=customer, as_of=as_of)
        found = answer_customer(state, "churn", request, f"{number:08}-0000-4000-8000-000000000000")
        store.close()
        return found.request_id

    def replayed(self, request_id: str) -> Replay:
        with reading(self.engine) as connection:
            return replay(connection, self.shelf, request_id)


def make_package(snapshot: Snapshot, bench: Bench) -> Package:
    """A package on the features of returns, learned from a snapshot."""
    package = make_real_package("churn")
    outputs = [
        replace(package.outputs[0], name=each.name, hash=each.hash) for each in FEW.outputs[:3]
    ]
    learned = {
        "snapshot": snapshot.hash,
        "backfills": snapshot.backfills,
        "as_of": bench.as_of.isoformat(),
        "train_cutoffs": ["2011-03-01T00:00:00+00:00"],
    }
    return replace(package, outputs=tuple(outputs), rule_inputs=None, trained_on=learned)


@pytest.fixture
def home(any_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A shop whose returns were refused, of which features, a model and answers were made."""
    opened: list[Engine] = []

    def kept(*given: Any, **more: Any) -> Engine:
        opened.append(create_engine(*given, **more))
        return opened[-1]

    monkeypatch.setattr(database, "create_engine", kept)
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", any_engine.url.render_as_string(hide_password=False))
    found = Home(any_engine, tmp_path)
    assert f"{RETURNS} negative outside returns (such as -1, -2): returns? --returns negative" in (
        found.bring()
    )
    snapshot, bench = found.snapshot(), found.bench
    frame = feature_frame(snapshot, [CUTOFF, bench.cutoff], FEW)
    write_features(frame, bench.settings.features, snapshot=snapshot, catalogue=FEW)
    publish(make_package(snapshot, bench), bench.settings.packages)
    yield found
    for engine in opened:
        engine.dispose()


def test_a_file_corrected_late_counts_from_now_on_and_the_import_says_so(home: Home) -> None:
    before = home.returns()
    asked = [home.ask("ann", 1, "2011-03-01"), home.ask("bob", 2)]
    told = home.bring("--returns", "negative")
    assert (
        "late: 7 events happened before 2011-04-01 00:00, up to which features of 2 cutoffs" in told
    )
    assert "and 2 answers had been computed; they count from now on, for no cutoff before" in told
    assert "Import the file again with --backfill" in told
    assert home.returns() == before == {"ann": 0, "bob": 0, "cid": 0}
    assert home.returns(home.bench.cutoff) == {"ann": 1, "bob": 1, "cid": 0, "dan": 1}
    for request in asked:
        home.replayed(request).require_same()


@pytest.mark.parametrize("late_first", [False, True])
def test_a_backfill_reaches_old_cutoffs_and_leaves_answers_as_they_were(
    home: Home, late_first: bool
) -> None:
    asked = [home.ask("ann", 1, "2011-03-01"), home.ask("bob", 2)]
    if late_first:
        home.bring("--returns", "negative")
        home.returns()
    told = home.bring("--returns", "negative", "--backfill")
    assert "backfilled: 7 events count from when they happened, 2011-01-20 on" in told
    assert "features of 2 cutoffs and 2 answers had been computed up to 2011-04-01 00:00" in told
    assert (
        "retrain: acme.churn/1 was trained before 7 events were backfilled or undone behind its cutoffs:"
        " bellwether run --tenant acme --models churn"
    ) in told
    assert home.returns() == {"ann": 1, "bob": 1, "cid": 0, "dan": 1}
    for request in asked:
        home.replayed(request).require_same()
    naive = home.ask("ann", 3, "2011-03-01")
    assert home.replayed(naive).again["features"]["returns_90d"] == 1
    assert home.replayed(asked[0]).again["features"]["returns_90d"] == 0
    assert [home.replayed(request).left_out for request in (*asked, naive)] == [2, 2, 0]
    told = CliRunner().invoke(group, ["replay", asked[0]]).output
    assert "left out: 2 events that were backfilled or undone after the answer was given" in told
    with reading(home.engine) as connection:
        assert home.snapshot().backfills == last_backfill(connection, home.bench.tenant.id) > 0
        assert examine(connection) == []


def test_a_corrected_history_trains_like_one_that_was_right_from_the_first(
    home: Home, tmp_path: Path
) -> None:
    home.bring("--returns", "negative")
    home.bring("--returns", "negative", "--backfill")
    late = feature_frame(home.snapshot(), [CUTOFF, micros("2011-02-01")], FEW)
    frame = training_frame(home.snapshot(), [CUTOFF], "churn", FEW.names, horizon_days=30)
    path = tmp_path / "right.csv"
    path.write_text(SHOP)
    words = [word for role, name in COLUMNS.items() for word in (f"--{role}", name)]
    told = ["import", "transactions", str(path), "--tenant", "right", *words, "--price", "price"]
    CliRunner().invoke(group, [*told, "--returns", "negative"])
    right = layouts.copy_stream(notebook.open_bench(tenant="right"))
    again = feature_frame(right, [CUTOFF, micros("2011-02-01")], FEW)
    key = ["cutoff", *FEW.names]
    assert late[key].sort_values(key).fillna(-1).to_numpy().tolist() == (
        again[key].sort_values(key).fillna(-1).to_numpy().tolist()
    )
    assert frame["returns_90d"].sum() == RETURNS - 1  # dan never bought, and cannot churn


def test_rows_taken_back_to_their_time_give_a_run_another_input(home: Home) -> None:
    home.bring("--returns", "negative")
    bench, inputs = home.bench, []
    for _ in range(2):
        with reading(home.engine) as connection:
            inputs.append(stream_hash(connection, bench.tenant))
        home.bring("--returns", "negative", "--backfill")
    assert inputs[0] != inputs[1]
    assert list(outdated(bench.settings, "acme")) == ["churn"]


def test_what_is_undone_and_comes_in_right_counts_once_as_of_earlier_cutoffs_too(
    home: Home,
) -> None:
    asked = [home.ask("ann", 1, "2011-03-01"), home.ask("bob", 2)]
    undo_import(home.engine, "acme", 1, now=datetime.now(UTC))
    assert home.returns() == {}
    home.bring("--returns", "negative", "--backfill")
    assert home.returns() == {"ann": 1, "bob": 1, "cid": 0, "dan": 1}
    frame = feature_frame(home.snapshot(), [CUTOFF], FEW)
    assert sorted(frame["orders_90d"]) == [0, 1, 1, 1]
    for request in asked:
        home.replayed(request).require_same()
    with reading(home.engine) as connection:
        assert examine(connection) == []


def test_rows_that_were_undone_do_not_stand_beside_a_decision(home: Home) -> None:
    def rows() -> list[str]:
        done = CliRunner().invoke(group, ["explain", "ann"])
        assert done.exit_code == 0, done.output
        return [line for line in done.output.splitlines() if line.startswith("  rows")]

    before = rows()
    home.bring(content=SHOP + "9,ann,2011-05-01,A,1,2.00\n")
    assert any("2011-05-01" in row for row in rows())
    undo_import(home.engine, "acme", 2, now=datetime.now(UTC))
    assert rows() == before


def test_a_second_backfill_of_the_same_file_changes_nothing(home: Home) -> None:
    home.bring("--returns", "negative", "--backfill")
    stood = home.snapshot()
    told = home.bring("--returns", "negative", "--backfill")
    assert "backfilled" not in told
    assert "late:" not in told
    assert home.snapshot().hash == stood.hash


def test_rows_in_their_time_are_not_called_late(home: Home) -> None:
    assert "late:" not in home.bring(content=SHOP + "9,eve,2011-05-01,A,1,2.00\n")


def test_an_audit_tells_answers_of_before_a_backfill_from_mistakes(home: Home) -> None:
    home.ask("ann", 1, "2011-03-01")
    home.ask("cid", 2, "2011-03-01")
    home.bring("--returns", "negative", "--backfill")
    home.ask("ann", 3, "2011-03-01")
    bench = home.bench
    found = audit(
        bench.engine,
        bench.tenant,
        home.snapshot(),
        bench.settings.packages,
        as_of=bench.cutoff,
        now=bench.now,
        catalogue=FEW,
    )
    assert found.holds, found.text
    assert (found.answers, found.backfilled) == (3, 1)


def test_an_answer_that_a_backfill_overtakes_replays_as_it_was_given(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backfill is committed between the answer's look at its number and its look at the stream."""
    if home.engine.dialect.name == "sqlite":
        pytest.skip("SQLite keeps a backfill out while an answer is given")
    home.bring("--returns", "negative")
    told: list[str] = []

    def overtaken(*given: Any, **more: Any) -> Any:
        importing = threading.Thread(
            target=lambda: told.append(home.bring("--returns", "negative", "--backfill"))
        )
        importing.start()
        importing.join()
        return online_partials(*given, **more)

    monkeypatch.setattr(customer_values, "online_partials", overtaken)
    asked = home.ask("ann", 1, "2011-03-01")
    assert "backfilled: 7 events" in told[0]
    kept = home.replayed(asked)
    kept.require_same()
    assert kept.kept.features["returns_90d"] == 0


def test_backfills_that_meet_are_numbered_in_the_order_they_are_committed(home: Home) -> None:
    if home.engine.dialect.name == "sqlite":
        pytest.skip("SQLite writes one transaction at a time")
    with reading(home.engine) as connection:
        plan = plan_tenant(connection, "acme", currency=None, zone=None)
        tenant = find_tenant(connection, "acme")
    entered, now = threading.Event(), datetime.now(UTC)

    def writing(name: str) -> Writer:
        path = home.folder / name
        path.write_text(name)
        file = SourceFile("transactions", path, {})
        return Writer(home.engine, plan, file, now=now, backfills=True)

    def second() -> None:
        with writing("b") as writer, writer.session() as session:
            entered.set()
            session.emit(session.event("order.cancelled", micros("2011-01-05"), "b"))

    with writing("a") as writer, writer.session() as session:
        other = threading.Thread(target=second)
        other.start()
        assert not entered.wait(1)
        session.emit(session.event("order.cancelled", micros("2011-01-04"), "a"))
    other.join(20)
    table = schema.backfill
    with reading(home.engine) as connection:
        found = connection.execute(
            select(schema.event.c.source_key, table.c.number)
            .join_from(table, schema.event, schema.event.c.id == table.c.event_id)
            .order_by(table.c.number)
        )
        assert list(map(tuple, found)) == [("a", 1), ("b", 2)]
        assert last_backfill(connection, tenant.id) == 2
