"""The whole way on a simulated shop: records, rows, model, certificate, gates, champion."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import Engine, update
from tests.features.streams import Row, event, snapshot_of

from commerce.records.database import connect, reading
from commerce.records.instants import DAY, from_micros, to_micros
from commerce.records.stream import FEATURE_COLUMNS, customer_rows
from commerce.records.tenants import Tenant, clock, find_tenant
from features.catalogue import CATALOGUE
from features.frames import feature_frame, write_features
from features.snapshots.snapshot import Snapshot, take_snapshot
from scoring.errors import PackageNotFound
from scoring.package import Package
from scoring.published import current, publish
from scoring.scorer import score
from simulation import SimulationOptions, simulate
from training.errors import InvalidProtocol, NotTrainable
from training.experiment import (
    Dataset,
    Report,
    TrainingResult,
    certify_parity,
    decide_promotion,
    evaluate_protocol,
    examine,
    export_package,
    fit_candidates,
    load_dataset,
    train,
    why_not_trainable,
)
from training.fitting import features_at
from training.fitting.candidates import Fitted
from training.fitting.contenders import linear_models
from training.fitting.figures import COUNTED_TO
from training.fitting.purchases import realised_purchases
from training.publishing.tracking import CHALLENGER, CHAMPION, Tracker, open_tracker
from training.specs import ModelSpec
from training.specs.churn import CHURN
from training.specs.credit import CREDIT
from training.specs.decided import settled

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPEC = replace(CHURN, candidates=linear_models(), max_cutoffs=3, least_rows=100)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A simulated shop and what was made of it."""

    engine: Engine
    tenant: Tenant
    snapshot: Snapshot
    as_of: int
    home: Path


@pytest.fixture(scope="module")
def shop(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home = tmp_path_factory.mktemp("shop")
    shutil.copy(migrated_file, home / "records.db")
    engine = connect(f"sqlite:///{home / 'records.db'}")
    options = SimulationOptions(customers=220, days=480, seed=5)
    simulate(engine, "acme", options, now=NOW, truth_folder=home)
    with reading(engine) as connection:
        tenant = find_tenant(connection, "acme")
        as_of = to_micros(clock(connection, tenant, now=NOW))
    snapshot = take_snapshot(engine, tenant, home / "snapshots")
    yield Shop(engine=engine, tenant=tenant, snapshot=snapshot, as_of=as_of, home=home)
    engine.dispose()


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A first training of the shop's churn model."""

    result: TrainingResult
    tracker: Tracker
    packages: Path


@pytest.fixture(scope="module")
def trained(shop: Shop, tracking_template: Path) -> Trained:
    folder = shop.home / "mlruns"
    folder.mkdir()
    shutil.copy(tracking_template, folder / "mlflow.db")
    tracker, packages = open_tracker(folder), shop.home / "packages"
    result = train(
        shop.engine,
        shop.tenant,
        SPEC,
        shop.snapshot,
        as_of=shop.as_of,
        tracker=tracker,
        packages=packages,
    )
    return Trained(result=result, tracker=tracker, packages=packages)


@pytest.fixture(scope="module")
def dataset(shop: Shop) -> Dataset:
    return load_dataset(shop.tenant, SPEC, shop.snapshot, as_of=shop.as_of)


@pytest.fixture(scope="module")
def fitted(dataset: Dataset) -> Fitted:
    return fit_candidates(dataset)


@pytest.fixture(scope="module")
def package(dataset: Dataset, fitted: Fitted) -> Package:
    return export_package(dataset, fitted)


@pytest.fixture(scope="module")
def report(dataset: Dataset, fitted: Fitted, package: Package) -> Report:
    return examine(dataset, fitted, package)


def trained_again(shop: Shop, trained: Trained, spec: ModelSpec = SPEC) -> TrainingResult:
    return train(
        shop.engine,
        shop.tenant,
        spec,
        shop.snapshot,
        as_of=shop.as_of,
        tracker=trained.tracker,
        packages=trained.packages,
    )


def test_a_first_model_that_passes_becomes_champion(trained: Trained) -> None:
    result = trained.result
    assert result.promoted, result.gates
    assert (result.name, result.version, result.gates) == ("acme.churn", "1", "gates 8/8")
    for alias in (CHALLENGER, CHAMPION):
        assert trained.tracker.version_with("acme.churn", alias) == "1"
    assert current(trained.packages, "acme", "churn").label == "acme.churn/1"


def test_what_customers_then_bought_agrees_with_outcomes_and_payments(
    shop: Shop, dataset: Dataset
) -> None:
    realised = realised_purchases(shop.snapshot, dataset.train, SPEC.horizon_days)
    assert ((realised["orders"] == 0) == (dataset.train["label"] == 1)).all()
    assert realised["orders"].max() > 1


def test_the_published_package_scores_as_the_fitted_model(
    trained: Trained, dataset: Dataset, fitted: Fitted
) -> None:
    package = current(trained.packages, "acme", "churn")
    values = dataset.test[list(package.names)].to_numpy(float)
    expected = fitted.estimator.predict_proba(dataset.test[list(fitted.features)].to_numpy(float))
    np.testing.assert_allclose(score(package, values).probability, expected[:, 1], atol=1e-9)


def test_expected_purchases_are_seen_by_the_model_and_told_by_outputs(
    dataset: Dataset, fitted: Fitted, package: Package
) -> None:
    assert dataset.forecast is not None
    assert set(COUNTED_TO) <= set(fitted.features)
    assert package.derived is not None
    assert package.derived.forecast == dataset.forecast.models
    assert not set(COUNTED_TO) & set(package.names)
    values = dataset.test[list(package.names)].to_numpy(float)
    seen, _ = package.derived.widen(values, package.columns)
    np.testing.assert_array_equal(
        seen[:, : len(fitted.features)], dataset.test[list(fitted.features)].to_numpy(float)
    )


def test_the_package_carries_its_card_certificate_and_origin(trained: Trained, shop: Shop) -> None:
    package = current(trained.packages, "acme", "churn")
    assert package.card["certificate"]["holds"] is True
    assert package.card["certificate"]["customers"] == 200
    assert (
        package.card["expires"] == from_micros(shop.as_of + 365 * 86_400_000_000).date().isoformat()
    )
    assert package.trained_on["snapshot"] == shop.snapshot.hash
    declared = package.card["declarations"]
    assert {output.name: declared[output.name]["hash"] for output in package.outputs} == {
        output.name: output.hash for output in package.outputs
    }
    assert package.validation["auc"] == trained.result.auc
    assert package.trained_on["n_train"] == trained.result.n_train
    artifacts = trained.tracker.folder / "artifacts" / "acme.churn"
    kept = {path.name for path in artifacts.rglob("*") if path.is_file()}
    assert {
        "certificate.json",
        "gates.json",
        "card.json",
        "package.json",
        "calibration.png",
    } <= kept


def test_the_same_model_over_again_is_the_champion_and_not_a_new_version(
    trained: Trained, shop: Shop
) -> None:
    second = trained_again(shop, trained)
    assert second.gates == "same as champion acme.churn/1, gates 8/8"
    assert (second.promoted, second.version) == (True, "1")
    assert (second.run_id, second.package) == (trained.result.run_id, trained.result.package)
    for alias in (CHALLENGER, CHAMPION):
        assert trained.tracker.version_with("acme.churn", alias) == "1"


def test_new_margins_are_a_new_decision_over_the_same_fitted_model(
    trained: Trained, shop: Shop
) -> None:
    cheaper = settled(SPEC, {"models": {"churn": {"margin": 0.2}}})
    second = trained_again(shop, trained, cheaper)
    assert (second.promoted, second.version) == (True, "2")
    assert second.renews == "acme.churn/1"
    assert trained.tracker.version_with("acme.churn", CHAMPION) == "2"
    package = current(trained.packages, "acme", "churn")
    assert package.card["renewal"] == "decision renewed over acme.churn/1"
    back = trained_again(shop, trained)
    assert (back.renews, back.renewed) == ("acme.churn/2", "acme.churn/1")
    assert [each.version for each in trained.tracker.versions("acme.churn")] == ["1", "2"]


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.slow
def test_training_stopped_after_publishing_is_mended_by_training_again(
    shop: Shop, tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_alias = Tracker.give_alias

    def stops(self: Tracker, name: str, alias: str, version: str) -> None:
        if alias == CHAMPION:
            raise Killed
        give_alias(self, name, alias, version)

    def again() -> TrainingResult:
        return train(
            shop.engine,
            shop.tenant,
            SPEC,
            shop.snapshot,
            as_of=shop.as_of,
            tracker=tracker,
            packages=tmp_path / "packages",
        )

    with monkeypatch.context() as patched:
        patched.setattr(Tracker, "give_alias", stops)
        with pytest.raises(Killed):
            again()
    assert tracker.version_with("acme.churn", CHAMPION) is None
    result = again()
    assert (result.promoted, result.label) == (True, "acme.churn/1")
    assert tracker.version_with("acme.churn", CHAMPION) == "1"
    assert current(tmp_path / "packages", "acme", "churn").version == "1"


def test_a_package_that_scores_otherwise_than_its_model_is_refused_by_its_gate(
    shop: Shop, dataset: Dataset, fitted: Fitted, package: Package
) -> None:
    bent = replace(package, calibration=replace(package.calibration, slope=1.001))
    report = examine(dataset, fitted, bent)
    certificate = certify_parity(shop.engine, dataset, bent)
    verdict = decide_promotion(dataset, bent, report, certificate, packages=shop.home / "none")
    assert [refusal.split(":")[0] for refusal in verdict.refusals] == ["export"]


def test_outcomes_recorded_too_late_to_be_known_are_not_learned_from(
    shop: Shop, dataset: Dataset, tmp_path: Path
) -> None:
    late: list[Row] = []
    for part, known_before in (
        (dataset.train, dataset.schedule.test),
        (dataset.test, dataset.as_of),
    ):
        left = part[(part["label"] == 1) & (part["cutoff"] == part["cutoff"].max())]
        for customer, cutoff in zip(left["customer_id"], left["cutoff"], strict=True):
            at = to_micros(cutoff.to_pydatetime()) + DAY
            order = {"recorded_at": known_before, "base_minor": 100}
            late.append(event(10**9 + len(late), "order.placed", customer, at, **order))
    assert len(late) > 20
    files = (*shop.snapshot.files, *snapshot_of(late, tmp_path / "late.parquet").files)
    again = load_dataset(shop.tenant, SPEC, replace(shop.snapshot, files=files), as_of=shop.as_of)
    assert again.train["label"].equals(dataset.train["label"])
    assert again.test["label"].equals(dataset.test["label"])


def test_what_a_customer_who_stays_earns_is_what_those_who_stayed_paid(
    shop: Shop, dataset: Dataset, package: Package
) -> None:
    paid = []
    with reading(shop.engine) as connection:
        for customer, cutoff in zip(
            dataset.train["customer_id"], dataset.train["cutoff"], strict=True
        ):
            at = to_micros(cutoff.to_pydatetime())
            stream = customer_rows(connection, shop.tenant.id, UUID(customer), at + 90 * DAY)
            named = [dict(zip(FEATURE_COLUMNS, row, strict=True)) for row in stream]
            paid.append(
                sum(
                    row["base_minor"]
                    for row in named
                    if row["type"] == "order.paid" and row["occurred_at"] >= at
                )
            )
    realised = realised_purchases(dataset.snapshot, dataset.train, 90)
    assert realised["spend"].tolist() == paid


def test_a_champion_declared_otherwise_stops_no_challenger(
    shop: Shop, dataset: Dataset, package: Package, report: Report, tmp_path: Path
) -> None:
    outputs = tuple(replace(output, hash="older") for output in package.outputs)
    publish(replace(package, outputs=outputs), tmp_path)
    certificate = certify_parity(shop.engine, dataset, package)
    verdict = decide_promotion(dataset, package, report, certificate, packages=tmp_path)
    assert verdict.promoted
    assert "can no longer be served" in verdict.gates[-1].text


def test_a_worse_champion_is_replaced_and_a_fresher_challenger_may_lose_a_little(
    shop: Shop, dataset: Dataset, package: Package, report: Report, tmp_path: Path
) -> None:
    certificate = certify_parity(shop.engine, dataset, package)
    upside_down = replace(package.calibration, slope=-1.0)
    publish(replace(package, calibration=upside_down), tmp_path / "worse")
    verdict = decide_promotion(dataset, package, report, certificate, packages=tmp_path / "worse")
    assert verdict.summary == "gates 11/11"
    older = dict(package.trained_on) | {"train_cutoffs": ["2020-01-01T00:00:00+00:00"]}
    publish(replace(package, trained_on=older), tmp_path / "older")
    verdict = decide_promotion(dataset, package, report, certificate, packages=tmp_path / "older")
    assert verdict.summary == "gates 11/11"


def back_up(source: Path, target: Path) -> None:
    """Copy a record store that is open: what SQLite still has in its log comes along."""
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


def test_a_record_changed_behind_the_snapshot_costs_the_certificate(
    shop: Shop, dataset: Dataset, package: Package, tmp_path: Path
) -> None:
    from commerce.records.schema import event as stream

    back_up(shop.home / "records.db", tmp_path / "records.db")
    changed = connect(f"sqlite:///{tmp_path / 'records.db'}")
    with changed.connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS event_is_append_only_on_update")
        triggers = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'"
        )
        for (name,) in triggers.fetchall():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.execute(
            update(stream)
            .where(stream.c.type == "order.placed")
            .values(quantity=stream.c.quantity + 1)
        )
        connection.commit()
    certificate = certify_parity(changed, dataset, package)
    changed.dispose()
    assert not certificate.holds
    assert "basket_units" in certificate.text


def test_rows_at_the_cutoffs_hold_every_labelled_customer_once(dataset: Dataset) -> None:
    both = [*dataset.train.groupby("cutoff"), *dataset.test.groupby("cutoff")]
    assert len(both) == len(dataset.schedule.cutoffs) == 4
    for _, part in both:
        assert part["customer_id"].is_unique
    assert set(dataset.train["label"]) == {0, 1}
    assert list(dataset.summary["use"]) == ["train"] * 3 + ["test"]
    assert dataset.current["customer_id"].is_unique
    assert set(dataset.current["customer_id"]) >= set(dataset.test["customer_id"])
    assert set(dataset.current["cutoff"]) == {from_micros(dataset.as_of)}


def test_stored_features_are_used_and_those_declared_otherwise_are_not(
    shop: Shop, dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instants = [*dataset.schedule.cutoffs, shop.as_of]
    stored = feature_frame(shop.snapshot, instants, CATALOGUE)
    write_features(stored, tmp_path, snapshot=shop.snapshot)
    evaluated: list[int] = []

    def watched(*given: Any) -> object:
        if given[2].names != ("paid_90d",):
            evaluated.append(1)
        return feature_frame(*given)

    monkeypatch.setattr(features_at, "feature_frame", watched)
    again = load_dataset(shop.tenant, SPEC, shop.snapshot, as_of=shop.as_of, features=tmp_path)
    assert not evaluated
    assert again.train.equals(dataset.train)
    outputs = (replace(CATALOGUE.outputs[0], hash="changed"), *CATALOGUE.outputs[1:])
    other = replace(CATALOGUE, outputs=outputs)
    load_dataset(
        shop.tenant, SPEC, shop.snapshot, as_of=shop.as_of, features=tmp_path, catalogue=other
    )
    assert len(evaluated) == len(instants)


def test_a_protocol_is_measured_on_the_exported_package_and_leaves_nothing(
    shop: Shop, dataset: Dataset, trained: Trained, tmp_path: Path
) -> None:
    figures = evaluate_protocol(
        shop.engine,
        shop.tenant,
        SPEC,
        train_cutoffs=dataset.schedule.train,
        test_cutoff=dataset.schedule.test,
        horizon_days=90,
        snapshots=tmp_path / "snapshots",
    )
    asked = dataset.asked(dataset.test)
    assert figures["auc"] == trained.result.auc
    assert figures["brier"] == trained.result.brier
    assert (figures["n_train"], figures["n_test"]) == (len(dataset.train), len(asked))
    assert figures["base_rate"] == pytest.approx(asked["label"].mean())
    assert figures["population"] == dataset.population.description
    assert [path.name for path in tmp_path.iterdir()] == ["snapshots"]
    with pytest.raises(InvalidProtocol):
        evaluate_protocol(
            shop.engine,
            shop.tenant,
            SPEC,
            train_cutoffs=dataset.schedule.train,
            test_cutoff=dataset.schedule.train[-1],
            horizon_days=90,
            snapshots=tmp_path,
        )


def test_a_protocol_tested_on_what_is_yet_to_come_is_refused_and_one_kept_is_observed(
    shop: Shop, dataset: Dataset, tmp_path: Path
) -> None:
    back_up(shop.home / "records.db", tmp_path / "records.db")
    engine = connect(f"sqlite:///{tmp_path / 'records.db'}")

    def measured(test_cutoff: int) -> None:
        evaluate_protocol(
            engine,
            shop.tenant,
            SPEC,
            train_cutoffs=dataset.schedule.train,
            test_cutoff=test_cutoff,
            horizon_days=90,
            snapshots=tmp_path / "snapshots",
        )

    def observed() -> object:
        with reading(engine) as connection:
            return find_tenant(connection, "acme").observed_at

    before = observed()
    with pytest.raises(InvalidProtocol, match="must lie 90 days before the end of the records"):
        measured(dataset.schedule.test + 2 * DAY)
    assert observed() == before
    measured(dataset.schedule.test)
    assert observed() == from_micros(shop.as_of)
    engine.dispose()


def test_what_cannot_be_trained_is_said_in_a_sentence(shop: Shop, tmp_path: Path) -> None:
    assert why_not_trainable(shop.tenant, SPEC, shop.snapshot, as_of=shop.as_of) is None
    far = replace(SPEC, least_rows=10**6)
    reason = why_not_trainable(shop.tenant, far, shop.snapshot, as_of=shop.as_of)
    assert reason is not None
    assert "must have 1000000 rows to learn from" in reason
    with pytest.raises(NotTrainable, match="must have 1000000 rows"):
        load_dataset(shop.tenant, far, shop.snapshot, as_of=shop.as_of)
    with pytest.raises(PackageNotFound):
        current(tmp_path, "acme", CREDIT.name)
