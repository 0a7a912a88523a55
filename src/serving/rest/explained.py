"""What is told beside an answer, as the API declares it: every contribution, and what the customer can do about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from serving.predict.explanations import Contribution, Explanation
from serving.predict.recourse import Recourse, sentence_of
from serving.rest.fields import Instant, MoneyText, Told, write_money
from serving.rest.schemas import Prediction, write_answer


class MoveAnswer(Told):
    """An invoice to settle."""

    invoice: str = Field(description="Its id.")
    amount: MoneyText
    text: str


class WayAnswer(Told):
    """Moves that lead to a better band: the model decided upon what the customer's features are after them."""

    band: str
    score: int
    action: str = Field(description="What is decided then.")
    text: str
    group: str | None = Field(
        description="What the customer counts as then, where the model was not measured on such customers."
    )
    moves: list[MoveAnswer]


class RecourseAnswer(Told):
    """What the customer can settle today, the least better band first; none where nothing leads to one."""

    as_of: Instant
    model_version: str
    score: int
    band: str
    currency: str
    ways: list[WayAnswer]


class ContributionPart(Told):
    """What one feature adds to the log-odds."""

    place: int = Field(ge=1, description="Among the model's inputs.")
    feature: str
    family: str = Field(
        description="What it is about: features of one family are explained together."
    )
    contribution: float = Field(description="Log-odds; above 0 it raises the risk.")
    value: float | str | None = Field(
        description="What was scored; a category as its table writes it; null where missing."
    )
    reference: float | None = Field(
        description="What is usual; null where that is not known, or it is a category."
    )
    unit: str = Field(description='`minor`: of `currency`; "" where it has none.')
    text: str | None = Field(
        description="A sentence that is true of the customer, whichever way the feature counts; null where the model"
        " has no words for it."
    )
    tells_of: str | None = Field(description="The feature that `text` is about.")


class CalibrationPart(Told):
    """A line on the log-odds."""

    slope: float
    intercept: float


class ExplainedPrediction(Prediction):
    """One answer with all that it is made of, kept under its ``request_id``."""

    currency: str = Field(description="ISO 4217, of amounts; XXX where there are none.")
    base: float = Field(description="Log-odds from which contributions count.")
    logit: float = Field(
        description="Log-odds: `base` and every contribution, added in any order, to the last bit."
    )
    calibration: CalibrationPart = Field(
        description="1 / (1 + exp(-(slope * logit + intercept))) is `probability`, or of customers who are asked about"
        " coming back 1 - `return_probability`; 1 and 0 for those the model was measured on."
    )
    contributions: list[ContributionPart] = Field(
        description="Of every feature, the largest first, whichever way it counts."
    )
    recourse: RecourseAnswer | None = Field(
        description="What leads to a better band, by customer alone: each way was decided upon by the model before it"
        " is told. Null where none can be looked for."
    )
    recourse_note: str | None = Field(
        description="Why nothing is told to lead to a better band; null where something does."
    )


def write_explanation(explanation: Explanation) -> dict[str, Any]:
    """Write an explanation as `ExplainedPrediction` declares it, in JSON's own types; unchecked, for it is ours."""
    recourse, calibration = explanation.recourse, explanation.calibration
    return {
        **write_answer(explanation.answer),
        "currency": explanation.currency,
        "base": explanation.base,
        "logit": explanation.logit,
        "calibration": {"slope": calibration.slope, "intercept": calibration.intercept},
        "contributions": [_contribution(each) for each in explanation.contributions],
        "recourse": recourse
        and show_recourse(recourse, explanation.currency).model_dump(mode="json"),
        "recourse_note": explanation.recourse_note,
    }


def show_recourse(found: Recourse, currency: str) -> RecourseAnswer:
    """Show what leads to a better band, with amounts in a currency."""
    return RecourseAnswer(
        as_of=found.as_of,
        model_version=found.model_version,
        score=found.score,
        band=found.band,
        currency=currency,
        ways=[
            WayAnswer(
                band=way.band,
                score=way.score,
                action=way.action,
                text=sentence_of(way),
                group=way.group,
                moves=[
                    MoveAnswer(
                        invoice=_shown(move.record),
                        amount=write_money(move.amount, currency),
                        text=move.text,
                    )
                    for move in way.moves
                ],
            )
            for way in found.ways
        ],
    )


def _contribution(found: Contribution) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ContributionPart.model_fields}


def _shown(record: str) -> str:
    """Write an id as other routes do; one that an import gave stays as it is."""
    try:
        return str(UUID(record))
    except ValueError:
        return record
