"""A run that is open: what is told of a training while it is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from training.fitting.estimators import LogitBlend
from training.publishing.tracking.library import quietly, use_mlflow
from training.publishing.tracking.store import Tracker

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
    "training.fitting.estimators.linear.ColumnScaler",
    "training.fitting.estimators.linear.ValueTransform",
    "training.fitting.estimators.shapes.ShapeFunctions",
)
"""The only types beyond skops' own that a logged model may hold."""

_NOTE, _PARENT = "mlflow.note.content", "mlflow.parentRunId"
_NOTE_LENGTH = 8_000
"""What MLflow keeps of a run's description, in characters."""

_REQUIREMENTS = ("scikit-learn", "numpy", "skops")


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
class TrackedRun:
    """An open run; what is logged belongs to it."""

    tracker: Tracker
    name: str
    run_id: str

    def parameters(self, values: Mapping[str, object]) -> None:
        """Log what the run was asked to do."""
        with quietly():
            use_mlflow().log_params(dict(values))

    def metrics(self, values: Mapping[str, float]) -> None:
        """Log figures."""
        with quietly():
            use_mlflow().log_metrics(dict(values))

    def tags(self, values: Mapping[str, str]) -> None:
        """Write tags on the run."""
        with quietly():
            use_mlflow().set_tags(dict(values))

    def describe(self, text: str) -> None:
        """Write the run's description, in Markdown."""
        shown = text if len(text) <= _NOTE_LENGTH else text[: _NOTE_LENGTH - 4] + "\n..."
        self.tags({_NOTE: shown})

    def candidate(
        self,
        title: str,
        *,
        parameters: Mapping[str, object],
        metrics: Mapping[str, float],
        folds: Sequence[float | None] = (),
    ) -> None:
        """Record something that was tried beside the run, as a run below it; once, however often it is told.

        Parameters
        ----------
        title : str
        parameters : mapping
        metrics : mapping of str to float
        folds : sequence of float or None
            AUC of each fold, kept as the steps of "fold_auc"; a None leaves its step out.
        """
        entities, client = use_mlflow().entities, self.tracker.client()
        with quietly():
            experiment = self.tracker.experiment(self.name)
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
            steps = [("fold_auc", auc, fold) for fold, auc in enumerate(folds) if auc is not None]
            told = [*((name, value, 0) for name, value in metrics.items()), *steps]
            client.log_batch(
                run_id,
                metrics=[entities.Metric(name, value, 0, step) for name, value, step in told],
                params=[entities.Param(name, str(value)) for name, value in parameters.items()],
            )
            client.set_terminated(run_id)

    def document(self, path: str, content: object) -> None:
        """Log plain data as a JSON artifact."""
        with quietly():
            use_mlflow().log_dict(content, path)

    def figure(self, path: str, figure: Figure) -> None:
        """Log a picture."""
        with quietly():
            use_mlflow().log_figure(figure, path)

    def files(self, folder: Path, path: str) -> None:
        """Log a folder of files."""
        with quietly():
            use_mlflow().log_artifacts(str(folder), path)

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
        mlflow = use_mlflow()
        numbers = frame.astype({"label": "float64"})
        with quietly():
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
        mlflow = use_mlflow()
        rows = example.astype(np.float64)
        with quietly():
            logged = mlflow.sklearn.log_model(
                estimator,
                name="model",
                signature=mlflow.models.infer_signature(rows, np.array([[0.5, 0.5]])),
                pip_requirements=[f"{package}=={installed(package)}" for package in _REQUIREMENTS],
                pyfunc_predict_fn="predict_proba",
                skops_trusted_types=list(TRUSTED_TYPES),
            )
            return self.tracker.register(
                self.name, logged.model_uri, self.run_id, logged.model_id, tags or {}
            )


@contextmanager
def tracked_run(
    tracker: Tracker,
    name: str,
    *,
    title: str,
    tags: Mapping[str, str] | None = None,
    again: str | None = None,
) -> Iterator[TrackedRun]:
    """Open a run in the experiment of a model; it ends FAILED if the block raises.

    Parameters
    ----------
    tracker : Tracker
    name : str
        Registered name, "<tenant>.<model>"; the experiment goes by it.
    title : str
        Name of the run.
    tags : mapping, optional
    again : str, optional
        Id of a run that did not come to its end, to go on with.
    """
    mlflow = use_mlflow()
    with quietly():
        active = mlflow.start_run(
            run_id=again,
            experiment_id=tracker.experiment(name),
            run_name=title,
            tags=dict(tags or {}),
        )
    with active:
        yield TrackedRun(tracker=tracker, name=name, run_id=active.info.run_id)
