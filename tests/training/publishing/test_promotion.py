"""What a training leaves: one version, however often it is stopped; a champion; and today's decision over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scoring.calibration import Calibration
from scoring.package import Package
from scoring.promotions import promote, promotions
from scoring.published import current, current_version, publish, published_versions
from training.fitting.blending import Blend
from training.fitting.candidate_scores import CandidateScore
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.fitting.estimators import as_blend, linear_model
from training.judging.examination import Report, examine
from training.judging.gates import decide_promotion
from training.judging.parity_certificate import Certificate
from training.judging.verdict import Verdict
from training.publishing.export import export_package
from training.publishing.promotion import conclude
from training.publishing.tracking import CHALLENGER, CHAMPION, Source, TrackedRun, Tracker
from training.publishing.training_result import TrainingResult

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A challenger with everything known of it."""

    dataset: Dataset
    fitted: Fitted
    package: Package
    report: Report
    certificate: Certificate

    def held(self, packages: Path) -> Verdict:
        return decide_promotion(
            self.dataset, self.package, self.report, self.certificate, packages=packages
        )

    def conclude(self, tracker: Tracker, packages: Path) -> TrainingResult:
        return conclude(
            self.dataset,
            self.fitted,
            self.package,
            self.report,
            self.certificate,
            self.held(packages),
            tracker=tracker,
            packages=packages,
            source=Source(name="20_train_model.ipynb", revision="ab" * 20),
            now=NOW,
        )


def judge(dataset: Dataset, fitted: Fitted, package: Package | None = None) -> Judged:
    made = package or export_package(dataset, fitted)
    certificate = Certificate(
        package=made.name,
        snapshot="ab",
        as_of=1,
        customers=200,
        values=1000,
        answers=200,
        differences=0,
        examples=(),
        hashes={output.name: output.hash for output in made.outputs},
    )
    return Judged(
        dataset=dataset,
        fitted=fitted,
        package=made,
        report=examine(dataset, fitted, made),
        certificate=certificate,
    )


@pytest.fixture(scope="module")
def first(dataset: Dataset, fitted: Fitted) -> Judged:
    return judge(dataset, fitted)


@pytest.fixture(scope="module")
def weaker(dataset: Dataset, fitted: Fitted) -> Judged:
    """Another model, which ranks worse."""
    values, labels = dataset.train[list(fitted.features)].to_numpy(float), dataset.train["label"]
    model = linear_model(1e-6).fit(values[:300], labels[:300])
    return judge(dataset, replace(fitted, estimator=as_blend([(model, 1.0)])))


def under(judged: Judged, threshold: float) -> Judged:
    """The same under another decision."""
    decision = replace(judged.package.decision, threshold=threshold)
    return replace(judged, package=replace(judged.package, decision=decision))


def judge_again(judged: Judged, **parts: Any) -> Judged:
    """The same with parts of its package exchanged."""
    return replace(judged, package=replace(judged.package, **parts))


class Killed(BaseException):
    """The process ends here."""


STEPS: tuple[tuple[type, str, Callable[..., bool]], ...] = (
    (TrackedRun, "parameters", lambda *_: True),
    (TrackedRun, "dataset", lambda *_: True),
    (TrackedRun, "candidate", lambda *_: True),
    (TrackedRun, "model", lambda *_: True),
    (TrackedRun, "describe", lambda *_: True),
    (TrackedRun, "files", lambda *_: True),
    (Tracker, "describe_version", lambda *_: True),
    (Tracker, "give_alias", lambda name, alias, version: alias == CHALLENGER),
    (Tracker, "give_alias", lambda name, alias, version: alias == CHAMPION),
    (Tracker, "tag_version", lambda *_: True),
)


def test_a_training_killed_after_any_step_finds_its_version_again(
    first: Judged, tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "packages"
    for place, method, chosen in STEPS:
        done = getattr(place, method)

        def stops(
            self: Any, *given: Any, _done: Any = done, _chosen: Any = chosen, **named: Any
        ) -> None:
            _done(self, *given, **named)
            if _chosen(*given):
                raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(place, method, stops)
            with pytest.raises(Killed):
                first.conclude(tracker, packages)
        assert len(tracker.versions(first.dataset.name)) <= 1
    result = first.conclude(tracker, packages)
    assert (result.version, result.promoted) == ("1", True)
    assert [each.version for each in tracker.versions(first.dataset.name)] == ["1"]
    assert tracker.version_with(first.dataset.name, CHAMPION) == "1"
    kept = current(packages, first.package.tenant, first.package.model)
    assert kept.components[0].explain(_values(first))[1].tobytes() == (
        first.package.components[0].explain(_values(first))[1].tobytes()
    )
    assert [each.version for each in promotions(packages, kept.tenant, kept.model)] == ["1"]


def _values(judged: Judged) -> Any:
    return judged.dataset.test[list(judged.package.names)].to_numpy(float)


def test_a_refused_challenger_leaves_todays_decision_over_the_champions_model(
    first: Judged, weaker: Judged, tracker: Tracker, tmp_path: Path
) -> None:
    champion = first.conclude(tracker, tmp_path)
    assert champion.promoted
    refused = weaker.conclude(tracker, tmp_path)
    assert not refused.promoted
    assert (refused.renews, refused.version) == (None, "2")
    again = weaker.conclude(tracker, tmp_path)
    assert again.version == "2"
    renewed = under(weaker, 0.123).conclude(tracker, tmp_path)
    assert not renewed.promoted
    assert renewed.renews == champion.label
    tenant, model = first.package.tenant, first.package.model
    now = current(tmp_path, tenant, model)
    assert renewed.renewed == now.label
    assert now.decision.threshold == 0.123
    assert now.card["renewal"] == f"decision renewed over {champion.label}"
    assert now.validation["auc"] == champion.auc
    assert now.trained_on == first.package.trained_on
    assert tracker.version_with(first.dataset.name, CHAMPION) == now.version
    assert [each.why for each in promotions(tmp_path, tenant, model)][1:] == [now.card["renewal"]]


def test_the_same_model_under_new_money_is_a_version_that_need_not_rank_better(
    first: Judged, tracker: Tracker, tmp_path: Path
) -> None:
    first.conclude(tracker, tmp_path)
    second = under(first, 0.2).conclude(tracker, tmp_path)
    assert (second.promoted, second.version, second.renews) == (
        True,
        "2",
        f"{first.dataset.name}/1",
    )
    assert "under a new decision" in second.gates
    back = first.conclude(tracker, tmp_path)
    assert back.renewed == f"{first.dataset.name}/1"
    assert len(tracker.versions(first.dataset.name)) == 2


def test_another_horizon_is_another_question_and_takes_the_champions_place_unrivalled(
    first: Judged, weaker: Judged, tmp_path: Path
) -> None:
    asked = dict(first.package.trained_on) | {"horizon_days": 30}
    publish(replace(first.package, trained_on=asked), tmp_path)
    verdict = weaker.held(tmp_path)
    days = weaker.dataset.schedule.horizon_days
    assert f"{days} days ahead instead of 30, so it takes its place unrivalled" in verdict.replaces
    assert verdict.decides_anew is None
    rivals = [gate.passed for gate in verdict.gates if gate.name.startswith("champion.")]
    assert rivals == [None] * 3


def test_a_wanted_form_takes_the_place_of_a_champion_of_another_unrivalled(
    first: Judged, weaker: Judged, tmp_path: Path
) -> None:
    publish(first.package, tmp_path)
    wanted = replace(weaker.dataset, spec=replace(weaker.dataset.spec, form="scorecard"))
    verdict = replace(weaker, dataset=wanted).held(tmp_path)
    assert "by a table of points instead of another form" in verdict.replaces
    assert verdict.decides_anew is None


def test_a_damaged_champion_stops_no_challenger_and_is_replaced(
    first: Judged, tracker: Tracker, tmp_path: Path
) -> None:
    name = first.package.model
    first.conclude(tracker, tmp_path)
    (tmp_path / first.package.tenant / name / "1" / "model.npz").write_bytes(b"half of it")
    assert "cannot be read" in first.held(tmp_path).reason
    healed = first.conclude(tracker, tmp_path)
    assert (healed.promoted, healed.version) == (True, "1")
    assert current(tmp_path, first.package.tenant, name).version == "1"


def test_what_a_person_took_back_stays_back_until_it_is_another_model_or_promoted_again(
    first: Judged, weaker: Judged, tracker: Tracker, tmp_path: Path
) -> None:
    key = (tmp_path, first.package.tenant, first.package.model)

    def go_to(version: str, why: str) -> None:
        promote(*key, version, at="2026-02-03T08:00:00", by="Ada", why=why)

    asked = dict(weaker.package.trained_on) | {"horizon_days": 30}
    publish(replace(weaker.package, version="1", trained_on=asked), tmp_path)
    better = first.conclude(tracker, tmp_path)
    assert (better.version, better.promoted) == ("2", True)
    go_to("1", "too many offers")
    result = first.conclude(tracker, tmp_path)
    assert (result.promoted, current_version(*key)) == (False, "1")
    (refusal,) = result.refusals
    assert refusal.startswith(
        f"taken_back: it comes to the model of {better.label}, which Ada took back on 2026-02-03 (too many offers)."
    )
    a_day_later = dict(first.package.trained_on) | {"snapshot": "cd" * 16}
    assert judge_again(first, trained_on=a_day_later).held(tmp_path).refusals == (refusal,)
    other = judge_again(first, calibration=Calibration(slope=1.001, intercept=0.0))
    assert other.held(tmp_path).promoted
    go_to("2", "it was the season")
    assert first.held(tmp_path).same_as == better.label


def test_a_decision_that_a_person_took_back_is_not_renewed(
    first: Judged, tracker: Tracker, tmp_path: Path
) -> None:
    key = (tmp_path, first.package.tenant, first.package.model)
    first.conclude(tracker, tmp_path)
    assert under(first, 0.2).conclude(tracker, tmp_path).version == "2"
    promote(*key, "1", at="2026-02-03T08:00:00", by="Ada", why="too many offers")
    refused = under(first, 0.2).conclude(tracker, tmp_path)
    assert (refused.promoted, refused.renews, current_version(*key)) == (False, None, "1")
    assert refused.refusals[0].startswith(
        f"taken_back: it comes to the decision of {refused.label}"
    )
    assert under(first, 0.3).conclude(tracker, tmp_path).renews == f"{first.dataset.name}/1"


def test_where_the_registry_was_deleted_the_next_version_is_beyond_those_published(
    first: Judged, tracker: Tracker, tmp_path: Path
) -> None:
    for version in ("1", "2"):
        publish(replace(first.package, version=version), tmp_path)
    result = first.conclude(tracker, tmp_path)
    assert (result.version, result.promoted) == ("3", True)
    assert [each.version for each in tracker.versions(first.dataset.name)] == ["3"]
    key = (tmp_path, first.package.tenant, first.package.model)
    assert published_versions(*key) == ["3", "2", "1"]
    assert tracker.version_with(first.dataset.name, CHAMPION) == "3"


def test_who_moves_the_alias_by_hand_is_told_what_lets_a_version_answer(
    first: Judged, weaker: Judged, tracker: Tracker, tmp_path: Path
) -> None:
    first.conclude(tracker, tmp_path)
    weaker.conclude(tracker, tmp_path)
    name = first.dataset.name
    tracker.give_alias(name, CHAMPION, "2")
    told = first.conclude(tracker, tmp_path)
    assert any(f"bellwether models promote {name}/2" in note for note in told.notes)
    assert tracker.version_with(name, CHAMPION) == "1"
    assert current_version(tmp_path, first.package.tenant, first.package.model) == "1"
    assert not first.conclude(tracker, tmp_path).notes


def test_what_mlflow_shows_is_the_card_the_source_and_the_candidates(
    first: Judged, tracker: Tracker, tmp_path: Path
) -> None:
    shares = Blend(shares={"boosted": 0.75, "logistic C=0.01": 0.25}, logits=np.zeros(1))
    blend = CandidateScore(
        name=shares.name,
        auc=0.7,
        log_loss=0.6,
        chosen=False,
        fold_aucs=(0.6, 0.7, 0.8, 0.7),
        parameters={"shares": shares.shares_text},
    )
    fitted = replace(first.fitted, candidates=(*first.fitted.candidates, blend))
    first = replace(first, fitted=fitted)
    result = first.conclude(tracker, tmp_path)
    client = tracker.client()
    run = client.get_run(result.run_id)
    assert run.data.tags["mlflow.note.content"].startswith(f"# {result.label}")
    assert run.data.tags["mlflow.source.name"] == "20_train_model.ipynb"
    assert run.data.tags["mlflow.source.type"] == "NOTEBOOK"
    assert run.data.tags["mlflow.source.git.commit"] == "ab" * 20
    assert run.data.params["test_cutoff"] == "2025-09-01"
    experiment = client.get_experiment(run.info.experiment_id)
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"
    version = client.get_model_version(result.name, result.version)
    assert version.description.startswith(f"# {result.label}")
    below = client.search_runs(
        [run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{result.run_id}'"
    )
    assert {each.info.run_name for each in below} == {
        candidate.name for candidate in first.fitted.candidates
    }
    assert {each.info.status for each in below} == {"FINISHED"}
    for candidate in first.fitted.candidates:
        (told,) = (each for each in below if each.info.run_name == candidate.name)
        steps = client.get_metric_history(told.info.run_id, "fold_auc")
        assert [step.value for step in steps] == list(candidate.fold_aucs)
        assert {name: str(value) for name, value in candidate.parameters.items()}.items() <= (
            told.data.params.items()
        )
    (data, _) = run.inputs.dataset_inputs
    assert data.dataset.name == f"{result.name} training"
    assert '"mlflow_colspec"' in data.dataset.schema
    assert '"num_rows"' in data.dataset.profile
