"""What happened in training, kept by MLflow: runs, artifacts, registered models and their aliases.

The store is a SQLite file with artifacts beside it, both by absolute path, so that where a notebook runs
from does not matter. MLflow is imported on first use, with its telemetry off and its notices quiet; it is
used nowhere else.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from filelock import FileLock

from training.fitting.estimators import LogitBlend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TRUSTED_TYPES = (
    "numpy.dtype",
    "sklearn._loss.link.Interval",
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn._loss._loss.CyHalfBinomialLoss",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "training.fitting.estimators.blend.LogitBlend",
    "training.fitting.estimators.linear.ValueTransform",
    "training.fitting.estimators.shapes.ShapeFunctions",
)
"""The only types beyond skops' own that a logged model may hold."""

CHALLENGER, CHAMPION = "challenger", "champion"
"""Aliases of registered models."""

_REQUIREMENTS = ("scikit-learn", "numpy", "skops")


@dataclass(frozen=True, kw_only=True)
class Tracker:
    """A tracking store."""

    folder: Path
    """Absolute; holds `mlflow.db` and `artifacts/`."""

    @property
    def uri(self) -> str:
        """Where MLflow finds it."""
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    @contextmanager
    def run(
        self, name: str, *, title: str, tags: Mapping[str, str] | None = None
    ) -> Iterator[TrackedRun]:
        """Open a run in the experiment of a model; it ends FAILED if the block raises.

        Parameters
        ----------
        name : str
            Registered name, "<tenant>.<model>"; the experiment goes by it.
        title : str
            Name of the run.
        tags : mapping, optional
        """
        mlflow = _mlflow()
        with _quietly():
            active = mlflow.start_run(
                experiment_id=self._experiment(name), run_name=title, tags=dict(tags or {})
            )
        with active:
            yield TrackedRun(name=name, run_id=active.info.run_id)

    def version_with(self, name: str, alias: str) -> str | None:
        """The version of a registered model that bears an alias, None where none does."""
        with _quietly():
            for model in self._client().search_registered_models(filter_string=f"name = '{name}'"):
                found = model.aliases.get(alias)
                return None if found is None else str(found)
        return None

    def run_of(self, name: str, version: str) -> str | None:
        """The run a version of a registered model came from, None where there is no such version."""
        with _quietly():
            for found in self._client().search_model_versions(filter_string=f"name = '{name}'"):
                if str(found.version) == version:
                    return str(found.run_id)
        return None

    def snapshots_of(self, tenant: str) -> dict[str, str]:
        """Which snapshot each registered version of a tenant's models was made from: hashes by "<name>/<version>"."""
        found: dict[str, str] = {}
        token: str | None = None
        with _quietly():
            while True:
                page = self._client().search_model_versions(
                    filter_string=f"name LIKE '{tenant}.%'", page_token=token
                )
                for one in page:
                    if one.name.startswith(f"{tenant}.") and "snapshot" in one.tags:
                        found[f"{one.name}/{one.version}"] = one.tags["snapshot"]
                token = page.token
                if not token:
                    return found

    def give_alias(self, name: str, alias: str, version: str) -> None:
        """Let a version bear an alias, which any other version then loses."""
        with _quietly():
            self._client().set_registered_model_alias(name, alias, version)

    def tag_version(self, name: str, version: str, tags: Mapping[str, str]) -> None:
        """Write tags on a version."""
        with _quietly():
            for key, value in tags.items():
                self._client().set_model_version_tag(name, version, key, value)

    def _client(self) -> Any:
        return _mlflow().MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    def _experiment(self, name: str) -> str:
        client = self._client()
        with FileLock(self.folder / ".lock"):
            found = client.get_experiment_by_name(name)
            if found is not None:
                return str(found.experiment_id)
            location = (self.folder / "artifacts" / name).as_uri()
            return str(client.create_experiment(name, artifact_location=location))


@dataclass(frozen=True, kw_only=True)
class TrackedRun:
    """An open run; what is logged belongs to it."""

    name: str
    run_id: str

    def parameters(self, values: Mapping[str, object]) -> None:
        """Log what the run was asked to do."""
        with _quietly():
            _mlflow().log_params(dict(values))

    def metrics(self, values: Mapping[str, float]) -> None:
        """Log figures."""
        with _quietly():
            _mlflow().log_metrics(dict(values))

    def tags(self, values: Mapping[str, str]) -> None:
        """Write tags on the run."""
        with _quietly():
            _mlflow().set_tags(dict(values))

    def document(self, path: str, content: object) -> None:
        """Log plain data as a JSON artifact."""
        with _quietly():
            _mlflow().log_dict(content, path)

    def figure(self, path: str, figure: Figure) -> None:
        """Log a picture."""
        with _quietly():
            _mlflow().log_figure(figure, path)

    def files(self, folder: Path, path: str) -> None:
        """Log a folder of files."""
        with _quietly():
            _mlflow().log_artifacts(str(folder), path)

    def dataset(self, frame: pd.DataFrame, *, digest: str, source: Path, context: str) -> None:
        """Log rows as the run's dataset: their shape and schema, not the rows themselves.

        Parameters
        ----------
        frame : DataFrame
        digest : str
            Hash of the snapshot.
        source : Path
            Where the snapshot lies.
        context : str
            "training" or "testing".
        """
        mlflow = _mlflow()
        numbers = frame.astype({"label": "float64"})
        with _quietly():
            rows = mlflow.data.from_pandas(
                numbers, source=str(source), name=self.name, digest=digest
            )
            mlflow.log_input(rows, context=context)

    def model(self, estimator: LogitBlend, example: pd.DataFrame) -> str:
        """Log a fitted model and register it.

        Parameters
        ----------
        estimator : LogitBlend
        example : DataFrame
            A few rows of its features; the signature is read off them, every number a double.

        Returns
        -------
        str
            The new version of the registered model.
        """
        mlflow = _mlflow()
        rows = example.astype(np.float64)
        with _quietly():
            logged = mlflow.sklearn.log_model(
                estimator,
                name="model",
                signature=mlflow.models.infer_signature(rows, np.array([[0.5, 0.5]])),
                pip_requirements=[f"{package}=={installed(package)}" for package in _REQUIREMENTS],
                pyfunc_predict_fn="predict_proba",
                skops_trusted_types=list(TRUSTED_TYPES),
            )
            client = mlflow.MlflowClient()
            if not client.search_registered_models(filter_string=f"name = '{self.name}'"):
                client.create_registered_model(self.name)
            registered = client.create_model_version(
                self.name, source=logged.model_uri, run_id=self.run_id, model_id=logged.model_id
            )
        return str(registered.version)


def open_tracker(folder: Path) -> Tracker:
    """Open a tracking store, and make it if need be: once, whoever else is starting.

    Parameters
    ----------
    folder : Path
        Made absolute.

    Returns
    -------
    Tracker
        What runs and models are recorded with.
    """
    tracker = Tracker(folder=folder.resolve())
    tracker.folder.mkdir(parents=True, exist_ok=True)
    mlflow = _mlflow()
    with FileLock(tracker.folder / ".lock"), _quietly():
        mlflow.set_tracking_uri(tracker.uri)
        mlflow.set_registry_uri(tracker.uri)
        tracker._client().search_experiments(max_results=1)
    return tracker


def load() -> None:
    """Import MLflow ahead of its use."""
    _mlflow()


@cache
def _mlflow() -> Any:
    """Import MLflow, its telemetry off: the switch is read while it is imported."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    with _quietly():
        import mlflow
        import mlflow.data
        import mlflow.sklearn
    return mlflow


@contextmanager
def _quietly() -> Iterator[None]:
    """Leave out the notices of MLflow and of its migrations; errors still raise."""
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
