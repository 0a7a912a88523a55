"""What happened in training, kept by MLflow: runs, artifacts, registered models and their aliases.

The store is a SQLite file with artifacts beside it, both by absolute path, so that where a notebook runs
from does not matter. MLflow is imported on first use, with its telemetry off and its notices quiet; it is
used nowhere else.
"""

from __future__ import annotations

# longer than modules are here: the one home of MLflow, whose store and open run share its import and its quiet; half of
# it is what each figure is for
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
from urllib.parse import urlparse
from urllib.request import url2pathname

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

FINGERPRINT, SINCE = "fingerprint", "champion_since"
"""Tags: what a run or version came to, to find it again; when a version became champion."""

_MODEL_TRAINING = {"mlflow.experimentKind": "custom_model_development"}
"""Lets MLflow's pages open an experiment as one of models, not of prompts."""

_NOTE, _PARENT = "mlflow.note.content", "mlflow.parentRunId"
_NOTE_LENGTH = 8_000
"""What MLflow keeps of a run's description, in characters."""

_REQUIREMENTS = ("scikit-learn", "numpy", "skops")


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A registered version."""

    name: str
    version: str
    run_id: str
    tags: Mapping[str, str]

    @property
    def label(self) -> str:
        """Such as "demo.churn/1"."""
        return f"{self.name}/{self.version}"


@dataclass(frozen=True, kw_only=True)
class Source:
    """What trained: a notebook or a program, and the revision of its code."""

    name: str = ""
    """Such as "20_train_model.ipynb"; empty leaves it to MLflow."""
    revision: str = ""
    """Git's hash of the commit, where there is git."""

    @property
    def tags(self) -> dict[str, str]:
        """As MLflow's pages show them."""
        if not self.name:
            return {}
        kind = "NOTEBOOK" if self.name.endswith(".ipynb") else "LOCAL"
        found = {"mlflow.source.name": self.name, "mlflow.source.type": kind}
        return found | ({"mlflow.source.git.commit": self.revision} if self.revision else {})


UNKNOWN = Source()
"""Left to MLflow."""


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
        self,
        name: str,
        *,
        title: str,
        tags: Mapping[str, str] | None = None,
        again: str | None = None,
    ) -> Iterator[TrackedRun]:
        """Open a run in the experiment of a model; it ends FAILED if the block raises.

        Parameters
        ----------
        name : str
            Registered name, "<tenant>.<model>"; the experiment goes by it.
        title : str
            Name of the run.
        tags : mapping, optional
        again : str, optional
            Id of a run that did not come to its end, to go on with.
        """
        mlflow = _mlflow()
        with _quietly():
            active = mlflow.start_run(
                run_id=again,
                experiment_id=self._experiment(name),
                run_name=title,
                tags=dict(tags or {}),
            )
        with active:
            yield TrackedRun(tracker=self, name=name, run_id=active.info.run_id)

    def version_with(self, name: str, alias: str) -> str | None:
        """The version of a registered model that bears an alias, None where none does."""
        with _quietly():
            for model in self._client().search_registered_models(filter_string=f"name = '{name}'"):
                found = model.aliases.get(alias)
                return None if found is None else str(found)
        return None

    def find(self, name: str, version: str) -> Registered | None:
        """Find a registered version; None where there is none such."""
        return next((each for each in self.versions(name) if each.version == version), None)

    def run_of(self, name: str, version: str) -> str | None:
        """The run a version of a registered model came from, None where there is no such version."""
        found = self.find(name, version)
        return None if found is None else found.run_id

    def versions(self, name: str) -> list[Registered]:
        """List the registered versions of a model, the first one first."""
        with _quietly():
            found = self._all_versions(f"name = '{name}'")
        return sorted(found, key=lambda each: int(each.version))

    def names(self) -> list[str]:
        """List the registered models of all tenants."""
        found: list[str] = []
        token: str | None = None
        with _quietly():
            while True:
                page = self._client().search_registered_models(page_token=token)
                found += [str(model.name) for model in page]
                token = page.token
                if not token:
                    return sorted(found)

    def version_made_of(self, name: str, fingerprint: str) -> Registered | None:
        """Find the first version that came to the same, so that whoever was stopped does not make another."""
        made = [each for each in self.versions(name) if each.tags.get(FINGERPRINT) == fingerprint]
        return made[0] if made else None

    def run_made_of(self, name: str, fingerprint: str) -> str | None:
        """Find the run that began to record the same; None without one."""
        with _quietly():
            found = self._client().search_runs(
                [self._experiment(name)],
                filter_string=f"tags.{FINGERPRINT} = '{fingerprint}'",
                order_by=["attributes.start_time ASC"],
                max_results=1,
            )
        return str(found[0].info.run_id) if found else None

    def renew(
        self, name: str, run_id: str, *, of: Registered | None, tags: Mapping[str, str]
    ) -> str:
        """Register the fitted model of a version once more, for another decision over it.

        Parameters
        ----------
        run_id : str
            The run that records the decision.
        of : Registered or None
            Whose model goes on; None where it is not known here, then the version is the run's package alone.
        """
        client = self._client()
        with _quietly():
            if of is None:
                source, model_id = f"{client.get_run(run_id).info.artifact_uri}/package", None
            else:
                found = client.get_model_version(name, of.version)
                source, model_id = found.source, found.model_id
            return self._registered(name, source, run_id, model_id, tags)

    def _registered(
        self, name: str, source: str, run_id: str, model_id: str | None, tags: Mapping[str, str]
    ) -> str:
        client = self._client()
        if not client.search_registered_models(filter_string=f"name = '{name}'"):
            client.create_registered_model(name)
        made = client.create_model_version(
            name, source=source, run_id=run_id, model_id=model_id, tags=dict(tags)
        )
        return str(made.version)

    def count_beyond(self, name: str, number: int) -> None:
        """Let the next version of a model be beyond a number, where fewer are registered here.

        MLflow counts by itself and gives no number twice: those up to it are taken, and let go again.
        """
        client = self._client()
        with _quietly():
            known = [int(each.version) for each in self._all_versions(f"name = '{name}'")]
            while max(known, default=0) < number:
                taken = self._registered(name, self.uri, "", None, {})
                client.delete_model_version(name, taken)
                known.append(int(taken))

    def package_folder(self, run_id: str) -> Path:
        """Where a run keeps the package it made, published or not."""
        with _quietly():
            place = self._client().get_run(run_id).info.artifact_uri
        return Path(url2pathname(urlparse(place).path)) / "package"

    def _all_versions(self, wanted: str) -> list[Registered]:
        found: list[Registered] = []
        token: str | None = None
        while True:
            page = self._client().search_model_versions(filter_string=wanted, page_token=token)
            found += [
                Registered(
                    name=each.name,
                    version=str(each.version),
                    run_id=str(each.run_id),
                    tags=dict(each.tags),
                )
                for each in page
            ]
            token = page.token
            if not token:
                return found

    def snapshots_of(self, tenant: str) -> dict[str, str]:
        """Which snapshot each registered version of a tenant's models was made from: hashes by "<name>/<version>"."""
        with _quietly():
            found = self._all_versions(f"name LIKE '{tenant}.%'")
        return {
            each.label: each.tags["snapshot"]
            for each in found
            if each.name.startswith(f"{tenant}.") and "snapshot" in each.tags
        }

    def give_alias(self, name: str, alias: str, version: str) -> None:
        """Let a version bear an alias, which any other version then loses."""
        with _quietly():
            self._client().set_registered_model_alias(name, alias, version)

    def tag_version(self, name: str, version: str, tags: Mapping[str, str]) -> None:
        """Write tags on a version."""
        with _quietly():
            for key, value in tags.items():
                self._client().set_model_version_tag(name, version, key, value)

    def describe_version(self, name: str, version: str, text: str) -> None:
        """Write the description of a version, in Markdown."""
        with _quietly():
            self._client().update_model_version(name, version, description=text)

    def _client(self) -> Any:
        return _mlflow().MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    def _experiment(self, name: str) -> str:
        client = self._client()
        with FileLock(self.folder / ".lock"):
            found = client.get_experiment_by_name(name)
            if found is not None:
                for key, value in _MODEL_TRAINING.items():
                    if found.tags.get(key) != value:
                        client.set_experiment_tag(found.experiment_id, key, value)
                return str(found.experiment_id)
            location = (self.folder / "artifacts" / name).as_uri()
            return str(
                client.create_experiment(name, artifact_location=location, tags=_MODEL_TRAINING)
            )


@dataclass(frozen=True, kw_only=True)
class TrackedRun:
    """An open run; what is logged belongs to it."""

    tracker: Tracker
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

    def describe(self, text: str) -> None:
        """Write the run's description, in Markdown."""
        shown = text if len(text) <= _NOTE_LENGTH else text[: _NOTE_LENGTH - 4] + "\n..."
        self.tags({_NOTE: shown})

    def candidate(
        self, title: str, *, parameters: Mapping[str, object], metrics: Mapping[str, float]
    ) -> None:
        """Record something that was tried beside the run, as a run below it; once, however often it is told."""
        mlflow, client = _mlflow(), self.tracker._client()
        with _quietly():
            experiment = self.tracker._experiment(self.name)
            below = client.search_runs(
                [experiment], filter_string=f"tags.{_PARENT} = '{self.run_id}'", max_results=200
            )
            known = {each.info.run_name: each.info for each in below}
            if title in known and known[title].status == "FINISHED":
                return
            if title in known:
                run_id = known[title].run_id
            else:
                tags = {_PARENT: self.run_id}
                run_id = client.create_run(experiment, tags=tags, run_name=title).info.run_id
            client.log_batch(
                run_id,
                metrics=[
                    mlflow.entities.Metric(name, value, 0, 0) for name, value in metrics.items()
                ],
                params=[
                    mlflow.entities.Param(name, str(value)) for name, value in parameters.items()
                ],
            )
            client.set_terminated(run_id)

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
                numbers,
                source=str(source.absolute()),
                name=f"{self.name} {context}",
                targets="label",
                digest=digest,
            )
            mlflow.log_input(rows, context=context)

    def model(
        self, estimator: LogitBlend, example: pd.DataFrame, tags: Mapping[str, str] | None = None
    ) -> str:
        """Log a fitted model and register it.

        Parameters
        ----------
        estimator : LogitBlend
        example : DataFrame
            A few rows of its features; the signature is read off them, every number a double.
        tags : mapping, optional
            Of the version; it has them from its first moment on.

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
            return self.tracker._registered(
                self.name, logged.model_uri, self.run_id, logged.model_id, tags or {}
            )


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
