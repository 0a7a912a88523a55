"""A model that somebody logged with MLflow, in whatever store: what is written about it, and its file, unread."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.errors import NotServable
from training.publishing.tracking.library import quietly, use_mlflow

_FLAVOR, _FORMAT = "sklearn", "skops"
_TRIED = 5
"""Rows of an example that are looked at."""


@dataclass(frozen=True, kw_only=True)
class LoggedModel:
    """What MLflow knows of a scikit-learn model.

    Attributes
    ----------
    uri : str
        By which it was asked for.
    run_id : str
        Of the run that logged it; empty where that is not known.
    file : bytes
        As skops wrote it.
    columns : sequence of mapping
        Of its signature, in MLflow's words: name, type, required.
    made_with : mapping of str to str
        Versions of libraries.
    example : sequence of mapping
        A few rows by column, where some were logged with it.
    """

    uri: str
    run_id: str
    file: bytes
    columns: Sequence[Mapping[str, Any]]
    made_with: Mapping[str, str]
    example: Sequence[Mapping[str, Any]]


def read_logged(uri: str, tracking_uri: str) -> LoggedModel:
    """Read a logged model without loading it: what was pickled stays unread.

    Parameters
    ----------
    uri : str
        Such as "models:/fraud/3", "models:/fraud@champion" or "runs:/<run id>/model".
    tracking_uri : str
        Of the store that knows it.

    Raises
    ------
    NotServable
        "model ... must be known to ...", "model ... must be one of scikit-learn's; ...", "model ... must be logged by
        skops; got cloudpickle, ..."
    """
    mlflow = use_mlflow()
    with tempfile.TemporaryDirectory() as folder, quietly():
        try:
            place = Path(
                mlflow.artifacts.download_artifacts(
                    artifact_uri=uri,
                    dst_path=folder,
                    tracking_uri=tracking_uri,
                    registry_uri=tracking_uri,
                )
            )
            described = mlflow.models.Model.load(str(place))
        except (mlflow.exceptions.MlflowException, OSError) as error:
            raise NotServable(
                f"model {uri} must be known to {tracking_uri}; got none: {error}."
                " Name another store by --registry, or see its models: mlflow models list."
            ) from error
        flavor = described.flavors.get(_FLAVOR)
        if flavor is None:
            known = ", ".join(sorted(described.flavors))
            raise NotServable(
                f"model {uri} must be one of scikit-learn's; got {known}. Log it with mlflow.sklearn.log_model."
            )
        written = flavor.get("serialization_format", "pickle")
        if written != _FORMAT:
            raise NotServable(
                f"model {uri} must be logged by skops; got {written}, which runs whatever it holds when it is read."
                " Log it again: mlflow.sklearn.log_model(pipeline, serialization_format='skops', ...)."
            )
        if described.signature is None or described.signature.inputs is None:
            raise NotServable(
                f"model {uri} must have a signature; got none. Log it again with"
                " signature=mlflow.models.infer_signature(X, pipeline.predict_proba(X))."
            )
        example = _example(described, place)
        return LoggedModel(
            uri=uri,
            run_id=described.run_id or "",
            file=(place / flavor["pickled_model"]).read_bytes(),
            columns=described.signature.inputs.to_dict(),
            made_with={
                "scikit-learn": str(flavor["sklearn_version"]),
                "mlflow": str(described.mlflow_version),
            },
            example=example,
        )


def _example(described: Any, place: Path) -> Sequence[Mapping[str, Any]]:
    """Give rows that were logged beside the model; none where they are no table."""
    if described.saved_input_example_info is None:
        return []
    found = described.load_input_example(str(place))
    if not hasattr(found, "to_dict"):
        return []
    rows = found.head(_TRIED).astype(object)
    told: list[dict[str, Any]] = rows.where(rows.notna(), None).to_dict("records")
    return [{str(name): _plain(value) for name, value in row.items()} for row in told]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
