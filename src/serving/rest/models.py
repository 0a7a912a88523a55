"""Models over HTTP: which ones may be asked, and what each of them is."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field

from scoring.files import KINDS
from serving.access.callers import Caller
from serving.predict import models
from serving.predict.asking import AppState
from serving.predict.models import Model, ModelDescription
from serving.rest.admission import asking, shops_of
from serving.rest.deps import Listing, Page
from serving.rest.fields import Told, example
from serving.rest.refusals import refusals
from serving.rest.shown import SECURITY

SCOPE = "models:read"
"""Of its own: who watches models need read nothing that is said of customers."""

_ASK = {
    "binary": "POST /predict/{}",
    "ranking": "GET /api/recommendations/{{customer_id}}",
    "value": "GET /api/customer/{{customer_id}}/clv",
    "segment": "GET /api/analytics/customer-segments",
    "pipeline": "POST /predict/{}",
}
"""Where a model of a kind answers."""

_HEAD: dict[str, Any] = {
    "name": "churn",
    "tenant": "demo",
    "kind": "binary",
    "answers_with": "a probability",
    "version": "3",
    "predicts": "the probability that a customer leaves",
    "ask": "POST /predict/churn",
    "trained_on": {"as_of": "2026-01-01T00:00:00+00:00", "n_train": 12000},
    "figures": {"auc": 0.82, "brier": 0.14},
    "refused": None,
}

router = APIRouter(
    prefix="/models",
    tags=["models"],
    responses=refusals(reads=True),
)
_OPEN: dict[str, Any] = {"openapi_extra": {"security": SECURITY, "x-scope": SCOPE}}
Asker = Annotated[Caller | None, Depends(asking(SCOPE, "asking about models"))]


class ModelAnswer(Told):
    """A model that was published, by what answers now."""

    model_config = example(**_HEAD)

    name: str
    tenant: str = Field(description="Whose; models of tables are `shared`.")
    kind: str | None = Field(
        description=f"{', '.join(KINDS)}; null where no package can answer, as are the others then."
    )
    answers_with: str | None = Field(description="What that kind answers with.")
    version: str | None = Field(description="Of the package that answers.")
    predicts: str | None
    ask: str | None = Field(description="The route that it answers at.")
    trained_on: dict[str, Any] = Field(description="What reproduces it: when, and on what.")
    figures: dict[str, float] = Field(
        description="How good it was on what it had not seen; `validation` has all of it."
    )
    refused: str | None = Field(
        description="Why the newest package cannot answer, so that an earlier one does, if any; null where it does."
    )


class InputPart(Told):
    """One thing that a model reads: a feature, or a column of a table."""

    name: str
    dtype: Literal["int", "float", "category", "bool", "text"]
    unit: str
    minimum: float | None
    maximum: float | None = Field(description="`minimum` and `maximum` may be reached.")
    null: float | None = Field(
        description="What an empty window is worth; null: the value may be missing."
    )
    reference: float | None = Field(description="What is usual.")
    levels: list[str] | None = Field(description="The categories; null of a number.")
    family: str
    description: str
    hash: str = Field(description="Of its declaration, when the model learned.")


class ChampionPart(Told):
    """A version that came to answer."""

    version: str
    before: str | None = Field(description="The one that it followed.")
    at: str = Field(description="ISO 8601.")
    by_training: bool = Field(description="Whether training promoted it; else somebody did.")


class ModelDescriptionAnswer(ModelAnswer):
    """A model with all that is known of the package that answers; nothing in it is about a customer."""

    model_config = example(
        **_HEAD,
        card={"predicts": "the probability that a customer leaves"},
        validation={"auc": 0.82, "brier": 0.14},
        content={
            "decision": {
                "threshold": 0.4,
                "at_or_above": "retain",
                "below": "none",
                "rule": "An offer costs 5.00 EUR and keeps 12.50 EUR.",
            },
            "calibration": {"slope": 1.0, "intercept": 0.0},
        },
        inputs=[
            {
                "name": "orders_90d",
                "dtype": "int",
                "unit": "count",
                "minimum": 0.0,
                "maximum": None,
                "null": 0.0,
                "reference": 2.0,
                "levels": None,
                "family": "orders",
                "description": "Orders placed.",
                "hash": "5f0b9d3a0c4f8f6d",
            }
        ],
        checksums={"content": "9f86d081884c7d65", "model.npz": "2c26b46b68ffc68f"},
        versions=["3", "2", "1"],
        champions=[
            {
                "version": "3",
                "before": "1",
                "at": "2026-01-01T12:00:00+00:00",
                "by_training": True,
            }
        ],
    )

    card: dict[str, Any] = Field(description="The model card.")
    validation: dict[str, Any] = Field(
        description="Figures of the package itself, on what it had not seen."
    )
    content: dict[str, Any] = Field(
        description="What it decides by: of a binary model `decision`, `offer`, `population`, `calibration`, `scale`,"
        " `actionable` and so on, of another kind what that has."
    )
    inputs: list[InputPart] = Field(
        description="Its signature, in its order; empty where it reads nothing but a customer's purchases."
    )
    checksums: dict[str, str] = Field(description="SHA-256 of its parts, as it was published.")
    versions: list[str] = Field(description="Those that are there, the newest first.")
    champions: list[ChampionPart] = Field(
        description="Versions that came to answer, the first one first; where that is known."
    )


@router.get("", summary="Which models may I ask?", **_OPEN)
def list_models(request: Request, caller: Asker, page: Page) -> Listing[ModelAnswer]:
    """Those of the caller's shop, then those of tables, which are nobody's own; for who runs the shop."""
    state: AppState = request.app.state.serving
    return page.of_all(models.models_of(state.shelf, shops_of(request, caller)), _shown)


@router.get("/{name}", summary="What is this model?", **_OPEN)
def read_model(
    request: Request, caller: Asker, name: Annotated[str, Path(max_length=200)]
) -> ModelDescriptionAnswer:
    """Card, signature, figures, checksums and history; of the shop's own model, else of that of a table."""
    state: AppState = request.app.state.serving
    found = models.describe(state.shelf, shops_of(request, caller), name)
    beside = {
        each.name: getattr(found, each.name)
        for each in fields(ModelDescription)
        if each.name != "model"
    }
    return ModelDescriptionAnswer.model_validate({**_shown(found.model).model_dump(), **beside})


def _shown(model: Model) -> ModelAnswer:
    told = {each: getattr(model, each) for each in ModelAnswer.model_fields if each != "ask"}
    ask = None if model.kind is None else _ASK[model.kind].format(model.name)
    return ModelAnswer.model_validate({**told, "ask": ask})
