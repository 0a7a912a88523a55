"""A scikit-learn pipeline that somebody logged with MLflow is published as it is, once what it reads is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from commerce.records.tenants import SLUG
from scoring.errors import InvalidField, UntrustedPipeline
from scoring.files import KINDS, kind_of
from scoring.package import DecisionRule
from scoring.pipeline_files import load_pipeline, may_be_trusted, probabilities
from scoring.pipelines import (
    AS_IT_IS,
    FieldType,
    PipelineField,
    PipelinePackage,
    check_libraries,
)
from scoring.published import current_any, current_version
from training.errors import NotServable
from training.publishing.plain import conclude_plain
from training.publishing.tracking import Tracker
from training.publishing.tracking.logged_models import LoggedModel
from training.specs import SPECS, TABLE_SPECS

_TYPES: Mapping[str, FieldType] = {
    "boolean": "bool",
    "integer": "int",
    "long": "int",
    "float": "float",
    "double": "float",
    "string": "text",
}
"""MLflow's types of columns that are read."""
_TOLD_APART = 2


@dataclass(frozen=True, kw_only=True)
class PipelineQuestion:
    """What whoever publishes a pipeline says of it.

    Parameters
    ----------
    name : str
        Of the model, as it is asked.
    tenant : str
        Whose.
    positive : str or None
        The class whose probability is told; the second where none is named.
    threshold : float, in [0, 1]
        From which probability on it is acted.
    actions : tuple of str
        What to do from the threshold on, and below.
    trusted : tuple of str
        Types to trust beyond those that skops trusts by itself.

    Raises
    ------
    NotServable
        "name must be small letters, ...", "name must be another one than the workbench's own models have; ..."
    """

    name: str
    tenant: str
    positive: str | None = None
    threshold: float = 0.5
    actions: tuple[str, str] = ("yes", "no")
    trusted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not SLUG.fullmatch(self.name):
            raise NotServable(
                f"name must be small letters, digits, - and _, a letter or digit first; got {self.name!r}."
            )
        if self.name in SPECS or self.name in TABLE_SPECS:
            raise NotServable(
                f"name must be another one than the workbench's own models have; got {self.name!r}."
                f" Call it my_{self.name}, say."
            )
        never = [name for name in self.trusted if not may_be_trusted(name)]
        if never:
            raise UntrustedPipeline(
                f"trusted type must be a class of scikit-learn; got {', '.join(never)}, which may run anything. Leave"
                " it out."
            )


def publish_pipeline(
    logged: LoggedModel,
    asked: PipelineQuestion,
    *,
    tracker: Tracker,
    packages: Path,
    now: datetime,
) -> PipelinePackage:
    """Register and publish a logged pipeline, which answers from then on; the same again is the one it was.

    Parameters
    ----------
    logged : LoggedModel
        As `training.publishing.tracking.logged_models.read_logged` gives it.
    asked : PipelineQuestion
    tracker : Tracker
        Where the version is registered.
    packages : Path
        Where packages are published.
    now : datetime
        When it becomes champion, aware.

    Returns
    -------
    PipelinePackage
        Under its version.

    Raises
    ------
    NotServable
        "model ... must tell two classes apart; got 3. ..." and so on.
    UntrustedPipeline
        As `scoring.pipeline_files.load_pipeline`.
    PipelineMismatch
        It was fitted with another scikit-learn.
    """
    package = make_package(logged, asked)
    standing = current_version(packages, asked.tenant, asked.name)
    if standing is not None:
        found = current_any(packages, asked.tenant, asked.name)
        if not isinstance(found, PipelinePackage):
            raise NotServable(
                f"name must be one that no other kind of model has; got {package.name}, which answers with"
                f" {KINDS[kind_of(found)].answer}. Give another name."
            )
    return conclude_plain(
        package,
        sentence=f"{package.name}: {logged.uri}, served as it is",
        title=f"{package.name} from {logged.uri}",
        parameters={"from": logged.uri, "positive": package.positive, "threshold": asked.threshold},
        at=now,
        tracker=tracker,
        packages=packages,
    )


def make_package(logged: LoggedModel, asked: PipelineQuestion) -> PipelinePackage:
    """Make the package of a pipeline, its version not known yet; raises as `publish_pipeline`."""
    pipeline = load_pipeline(logged.file, asked.trusted)
    if not hasattr(pipeline, "predict_proba") or not hasattr(pipeline, "classes_"):
        raise NotServable(
            f"model {logged.uri} must be a fitted classifier with predict_proba; got {type(pipeline).__name__}."
            " Take one that has it, or wrap it in CalibratedClassifierCV."
        )
    classes = [str(each) for each in pipeline.classes_.tolist()]
    place = _place(logged.uri, classes, asked.positive)
    at_or_above, below = asked.actions
    outcome = f"the probability of {classes[place]}"
    package = PipelinePackage(
        name=f"{asked.tenant}.{asked.name}",
        version="0",
        fields=tuple(_field(logged.uri, each) for each in logged.columns),
        positive=classes[place],
        place=place,
        decision=DecisionRule(
            threshold=asked.threshold,
            at_or_above=at_or_above,
            below=below,
            rule=f"From a probability of {asked.threshold:.1%} on: {at_or_above}; else {below}.",
        ),
        trusted=tuple(sorted(asked.trusted)),
        made_with={
            **logged.made_with,
            **{name: installed(name) for name in ("skops", "numpy", "pandas")},
        },
        sha256=hashlib.sha256(logged.file).hexdigest(),
        skops=logged.file,
        card={
            "predicts": outcome,
            "form": type(pipeline).__name__,
            "limits": [
                AS_IT_IS,
                "Nobody here measured it: no gate, no certificate, no calibration was looked at.",
            ],
        },
        trained_on={
            "registered": logged.uri,
            "run": logged.run_id,
            "snapshot": hashlib.sha256(logged.file).hexdigest(),
        },
    )
    check_libraries(package)
    _check_columns(logged.uri, pipeline, package)
    _try(logged, pipeline, package)
    return package


def _place(uri: str, classes: Sequence[str], positive: str | None) -> int:
    if len(classes) != _TOLD_APART:
        raise NotServable(
            f"model {uri} must tell two classes apart; got {len(classes)}. Fit it on whether it is one of them."
        )
    if positive is None:
        return 1
    if positive not in classes:
        raise NotServable(
            f"positive class must be one of {' and '.join(classes)}; got {positive!r}. Correct --positive."
        )
    return classes.index(positive)


def _field(uri: str, column: Mapping[str, Any]) -> PipelineField:
    name, kind = column.get("name"), column.get("type")
    if not name or kind not in _TYPES:
        known = ", ".join(_TYPES)
        raise NotServable(
            f"model {uri} must have a signature of named columns of {known}; got"
            f" {f'{name} of {kind}' if name else 'one without a name'}. Fit it on a DataFrame, and turn dates into"
            " numbers before."
        )
    return PipelineField(
        name=str(name), dtype=_TYPES[str(kind)], optional=not column.get("required", True)
    )


def _check_columns(uri: str, pipeline: Any, package: PipelinePackage) -> None:
    """Hold the signature to what was fitted: a pipeline of texts alone would take the names of columns for texts."""
    fitted = [str(name) for name in getattr(pipeline, "feature_names_in_", ())]
    signed = [each.name for each in package.fields]
    if fitted != signed:
        raise NotServable(
            f"model {uri} must be fitted on a DataFrame with the columns of its signature, in their order; got"
            f" {', '.join(fitted) or 'one without columns'}, and a signature of {', '.join(signed)}. Fit it on a"
            " DataFrame; a step that takes one column goes into a ColumnTransformer."
        )


def _try(logged: LoggedModel, pipeline: Any, package: PipelinePackage) -> None:
    """Ask the pipeline about the rows that were logged beside it, as a server will."""
    for row in logged.example:
        try:
            values, _ = package.read_row(row)
        except InvalidField as error:
            raise NotServable(
                f"model {logged.uri} must take its own example; got: {error} Log it again with an example and a"
                " signature that agree."
            ) from error
        (told,) = probabilities(pipeline, package.place, package.fields, [values])
        if isinstance(told, str):
            raise NotServable(
                f"model {logged.uri} must answer about its own example; got {told}. Mend it, and log it again."
            )
