"""What MLflow keeps: by absolute path, whole, and under names that can be guessed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.publishing.tracking import CHALLENGER, CHAMPION, Tracker, open_tracker, tracked_run


def read(tracker: Tracker, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(tracker.folder / "mlflow.db")
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_a_run_keeps_its_model_figures_documents_and_data(
    tracker: Tracker, dataset: Dataset, fitted: Fitted
) -> None:
    with tracked_run(tracker, "demo.churn", title="a run", tags={"snapshot": "ab"}) as run:
        run.parameters({"tenant": "demo"})
        run.metrics({"auc": 0.75})
        run.document("gates.json", [{"name": "auc"}])
        run.dataset(dataset.train, digest="ab" * 16, source=tracker.folder, context="training")
        version = run.model(fitted.estimator, dataset.train[list(fitted.features)].head(3))
    assert version == "1"
    assert read(tracker, "SELECT status, name FROM runs") == [("FINISHED", "a run")]
    assert read(tracker, "SELECT digest FROM datasets") == [("ab" * 16,)]
    assert list((tracker.folder / "artifacts" / "demo.churn").rglob("gates.json"))

    import mlflow

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = mlflow.sklearn.load_model("models:/demo.churn/1")
    values = dataset.test[list(fitted.features)].to_numpy(float)
    np.testing.assert_array_equal(
        loaded.predict_proba(values), fitted.estimator.predict_proba(values)
    )


def test_versions_count_up_and_aliases_move(
    tracker: Tracker, dataset: Dataset, fitted: Fitted
) -> None:
    example = dataset.train[list(fitted.features)].head(3)
    for expected in ("1", "2"):
        with tracked_run(tracker, "demo.churn", title="run") as run:
            assert run.model(fitted.estimator, example) == expected
        tracker.give_alias("demo.churn", CHALLENGER, expected)
    tracker.give_alias("demo.churn", CHAMPION, "1")
    assert tracker.version_with("demo.churn", CHALLENGER) == "2"
    assert tracker.version_with("demo.churn", CHAMPION) == "1"
    assert tracker.version_with("demo.churn", "nobody") is None
    assert tracker.version_with("demo.credit", CHAMPION) is None


def test_a_run_that_raises_is_recorded_as_failed(tracker: Tracker) -> None:
    with pytest.raises(ZeroDivisionError), tracked_run(tracker, "demo.churn", title="run"):
        raise ZeroDivisionError
    assert read(tracker, "SELECT status FROM runs") == [("FAILED",)]


def test_every_path_is_absolute_wherever_one_works(
    tracking_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mlruns").mkdir()
    Path("mlruns/mlflow.db").write_bytes(tracking_template.read_bytes())
    tracker = open_tracker(Path("mlruns"))
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    with tracked_run(tracker, "demo.churn", title="run") as run:
        run.document("x.json", {})
    assert not list(Path().iterdir())
    (location,) = read(
        tracker, "SELECT artifact_location FROM experiments WHERE name = 'demo.churn'"
    )[0]
    assert location == (tmp_path / "mlruns" / "artifacts" / "demo.churn").as_uri()


def test_mlflow_comes_with_the_first_store_and_without_telemetry(tmp_path: Path) -> None:
    program = (
        "import sys, os\n"
        "from training.publishing.tracking import library\n"
        "print('mlflow' in sys.modules)\n"
        "library.use_mlflow()\n"
        "from mlflow.telemetry.utils import is_telemetry_disabled\n"
        "print(is_telemetry_disabled())\n"
    )
    clean = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=clean
    )
    assert ran.stdout.split() == ["False", "True"]
