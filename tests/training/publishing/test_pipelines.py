"""A pipeline that was logged with MLflow is published as it is, or refused before anything of it is run."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pytest
from tests.pipelines import FIELDS, ROW, chance, dumped, fit, payments

from scoring.errors import UntrustedPipeline
from scoring.pipelines import PipelinePackage
from scoring.published import current_any
from training.errors import NotServable
from training.publishing.pipelines import PipelineQuestion, make_package, publish_pipeline
from training.publishing.tracking import Tracker
from training.publishing.tracking.logged_models import LoggedModel, read_logged

NOW = datetime(2026, 3, 1, tzinfo=UTC)
COLUMNS: tuple[dict[str, Any], ...] = (
    {"name": "hour", "type": "long", "required": True},
    {"name": "amount", "type": "double", "required": False},
    {"name": "country", "type": "string", "required": True},
    {"name": "is_known", "type": "boolean", "required": True},
)


def log(name: str = "mine", estimator: Any = None, **more: Any) -> str:
    """Log a pipeline as anybody does; gives its URI."""
    import mlflow

    frame, _ = payments()
    with warnings.catch_warnings(), mlflow.start_run():
        warnings.simplefilter("ignore")
        told = {
            "serialization_format": "skops",
            "skops_trusted_types": ["numpy.dtype"],
            "signature": mlflow.models.infer_signature(frame, fit().predict_proba(frame)),
            "pip_requirements": ["scikit-learn"],
            **more,
        }
        logged = mlflow.sklearn.log_model(
            fit() if estimator is None else estimator, name=name, registered_model_name=name, **told
        )
    return f"models:/{name}/{logged.registered_model_version}"


def given(**changes: Any) -> LoggedModel:
    """What MLflow would tell."""
    told: dict[str, Any] = {
        "uri": "models:/mine/1",
        "run_id": "",
        "file": dumped(),
        "columns": COLUMNS,
        "made_with": {"scikit-learn": installed("scikit-learn"), "mlflow": "3"},
        "example": (),
    }
    return LoggedModel(**{**told, **changes})


ASKED = PipelineQuestion(name="fraud", tenant="acme")


def test_a_logged_pipeline_is_published_once_and_registered(
    tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", tracker.experiment("mine"))
    frame, _ = payments()
    uri = log(input_example=frame.head(3))
    logged = read_logged(uri, tracker.uri)
    assert len(logged.example) == 3

    def publish() -> PipelinePackage:
        return publish_pipeline(
            logged, ASKED, tracker=tracker, packages=tmp_path / "packages", now=NOW
        )

    made = publish()
    assert (made.label, made.positive, made.fields) == ("acme.fraud/1", "fraud", FIELDS)
    assert made.trained_on["registered"] == uri
    assert made.skops == dumped() or len(made.skops) > 1_000
    assert publish().label == "acme.fraud/1"
    found = current_any(tmp_path / "packages", "acme", "fraud")
    assert found.label == "acme.fraud/1"
    assert [each.version for each in tracker.versions("acme.fraud")] == ["1"]

    pickled = log("pickled", serialization_format="cloudpickle", skops_trusted_types=None)
    with pytest.raises(NotServable, match="must be logged by skops; got cloudpickle, which runs"):
        read_logged(pickled, tracker.uri)
    unsigned = log("unsigned", signature=False)
    with pytest.raises(NotServable, match="must have a signature; got none"):
        read_logged(unsigned, tracker.uri)
    with pytest.raises(NotServable, match=r"model models:/nobody/1 must be known to sqlite"):
        read_logged("models:/nobody/1", tracker.uri)


def without_probabilities() -> bytes:
    from sklearn.svm import LinearSVC

    frame, labels = payments()
    return dumped(LinearSVC().fit(frame[["hour"]], labels))


def of_three() -> bytes:
    from sklearn.linear_model import LogisticRegression

    frame, _ = payments()
    return dumped(LogisticRegression().fit(frame[["hour"]], frame["country"]))


def of_texts() -> bytes:
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    texts, labels = ["a b", "b c"], [0, 1]
    vectorizer = HashingVectorizer(n_features=4)
    return dumped(make_pipeline(vectorizer, LogisticRegression()).fit(texts, labels))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (lambda: {"file": without_probabilities()}, "must be a fitted classifier with predict_proba; got LinearSVC"),
        (lambda: {"file": of_three()}, "must tell two classes apart; got 3"),
        (lambda: {"columns": [{"name": "at", "type": "datetime"}]}, "named columns of .*; got at of datetime"),
        (lambda: {"columns": COLUMNS[::-1]}, "the columns of its signature, in their order; got hour, amount"),
        (lambda: {"file": of_texts()}, "on a DataFrame .*; got one without columns, and a signature of hour"),
        (lambda: {"columns": [{"type": "double"}]}, "got one without a name"),
        (lambda: {"example": [{**ROW, "hour": "late"}]}, "must take its own example; got: hour must be"),
        (lambda: {"example": [{**ROW, "country": "XX"}]}, "must answer about its own example; got ValueError"),
    ],
)  # fmt: skip
def test_what_cannot_be_served_is_refused_with_what_to_do(
    changes: Callable[[], dict[str, Any]], says: str
) -> None:
    with pytest.raises(NotServable, match=says):
        make_package(given(**changes()), ASKED)


def test_the_class_that_is_told_can_be_named() -> None:
    fair = make_package(given(), replace(ASKED, positive="fair"))
    assert (fair.positive, fair.place) == ("fair", 0)
    assert make_package(given(example=[ROW]), ASKED).place == 1
    assert 0.0 < chance(ROW) < 1.0
    with pytest.raises(NotServable, match="must be one of fair and fraud; got 'Fraud'"):
        make_package(given(), replace(ASKED, positive="Fraud"))


def test_a_name_must_be_free_and_a_type_one_that_may_be_trusted() -> None:
    with pytest.raises(NotServable, match="must be small letters"):
        replace(ASKED, name="../fraud")
    with pytest.raises(NotServable, match="than the workbench's own models have; got 'churn'"):
        replace(ASKED, name="churn")
    with pytest.raises(UntrustedPipeline, match=r"must be a class of scikit-learn; got os\.system"):
        replace(ASKED, trusted=("os.system",))
