"""A pipeline that somebody fitted with scikit-learn, for tests: a few rows of payments, some of them fraud."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version as installed
from typing import Any

import numpy as np

from scoring.package import DecisionRule
from scoring.pipelines import PipelineField, PipelinePackage

FIELDS = (
    PipelineField(name="hour", dtype="int", optional=False),
    PipelineField(name="amount", dtype="float", optional=True),
    PipelineField(name="country", dtype="text", optional=False),
    PipelineField(name="is_known", dtype="bool", optional=False),
)
ROW: dict[str, Any] = {"hour": 3, "amount": 125.5, "country": "DE", "is_known": False}
STRANGE = {**ROW, "country": "Atlantis"}
"""A row that the pipeline does not take: its encoder knows no such country."""


@cache
def payments() -> tuple[Any, Any]:
    """A frame of payments, and which were fraud."""
    import pandas as pd

    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "hour": rng.integers(0, 24, 80),
            "amount": np.where(rng.random(80) < 0.2, np.nan, rng.gamma(2.0, 60.0, 80)),
            "country": rng.choice(["AT", "DE", "FR"], 80),
            "is_known": rng.random(80) < 0.5,
        }
    )
    risk = frame["amount"].fillna(100.0) / 120.0 - frame["is_known"] + rng.normal(0, 0.5, 80)
    return frame, np.where(risk > 0.6, "fraud", "fair")


@cache
def fit() -> Any:
    """A pipeline of scikit-learn's own steps."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = ColumnTransformer(
        [("numbers", numbers, ["hour", "amount"]), ("country", OneHotEncoder(), ["country"])],
        remainder="passthrough",
    )
    return make_pipeline(columns, LogisticRegression()).fit(*payments())


@cache
def dumped(estimator: Any = None) -> bytes:
    """A pipeline as skops writes it."""
    import skops.io

    file: bytes = skops.io.dumps(fit() if estimator is None else estimator)
    return file


def pipeline_package(
    name: str = "shared.fraud", version: str = "1", **changes: Any
) -> PipelinePackage:
    """The pipeline as a package."""
    file: bytes = changes.pop("skops", None) or dumped()
    told: dict[str, Any] = {
        "fields": FIELDS,
        "positive": "fraud",
        "place": 1,
        "decision": DecisionRule(
            threshold=0.4, at_or_above="hold", below="pass", rule="From 40.0% on: hold; else pass."
        ),
        "trusted": (),
        "made_with": {"scikit-learn": installed("scikit-learn")},
        "card": {"predicts": "the probability of fraud"},
        "trained_on": {"registered": "models:/fraud/3"},
    }
    sha256 = hashlib.sha256(file).hexdigest()
    return PipelinePackage(
        name=name, version=version, sha256=sha256, skops=file, **{**told, **changes}
    )


def chance(row: dict[str, Any]) -> float:
    """What the pipeline itself says of a row, asked by hand."""
    import pandas as pd

    frame, _ = payments()
    asked = pd.DataFrame([row]).astype({name: frame.dtypes[name] for name in row})
    return float(fit().predict_proba(asked)[0, 1])
