"""What the API answers with, as it declares it; a field that this version does not know is passed over."""

from __future__ import annotations

# longer than modules are here: one declaration beside the other, as the API's document has them, held to it by one test
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What to do, where that changes, and the money that says so.

    Attributes
    ----------
    action : str
    threshold : float
        The probability from which acting pays.
    rule : str
    gain, value : int or None
        What acting is expected to earn, less its cost; and the customer, if kept. Minor units of the shop's currency.
    success : float or None
        The share of such customers whom acting keeps.
    """

    action: str
    threshold: float
    rule: str
    gain: int | None
    value: int | None
    success: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One thing that raised the risk; or, where nothing did, the risk that is usual, and `feature` is None."""

    feature: str | None
    value: float | None
    reference: float | None
    contribution: float
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A customer's names, each of which is taken as ``customer_id``; the number as ``number:17``."""

    id: str
    number: int
    external_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """A decision by a model, kept by the server under its `request_id`.

    Attributes
    ----------
    probability : float or None
        Of what the model predicts; None of whom that is not asked, such as customers who left already.
    score, rule_score : int or None
        The learned and the rule-based score, 300 to 1000; None for a model without one. `band` and `rule_band` go with
        them.
    reasons : tuple of Reason
        At most four, the strongest first.
    population, note : str or None
        The customer's group in the model's eyes; a sentence where it was not measured on such customers.
    return_probability : float or None
        Of coming back, for whom that is asked instead.
    explained : bool
        Whether the model gives reasons; a pipeline that is served as it is gives none.
    assumed : dict or None
        Of an answer by values: the features left out, and what each was taken to be.
    as_of : datetime
        The instant the answer is about.
    """

    model: str
    tenant: str
    customer_id: str | None
    customer: Customer | None
    probability: float | None
    score: int | None
    band: str | None
    rule_score: int | None
    rule_band: str | None
    decision: Decision
    reasons: tuple[Reason, ...]
    population: str | None
    return_probability: float | None
    note: str | None
    explained: bool
    assumed: dict[str, float | None] | None
    model_version: str
    as_of: datetime
    request_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchAnswer(Prediction):
    """The answer to one question of a batch; `index` is the place of its question, from 0."""

    index: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RowError:
    """Why a question of a batch has no answer: the status and the sentence that it has when it is asked alone."""

    status: int
    detail: str
    field: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedRow:
    """A question of a batch that has no answer; `index` is its place, from 0."""

    index: int
    error: RowError


BatchRow = BatchAnswer | RefusedRow
"""What comes back for a question of a batch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """What one feature adds to the log-odds; `place` is its own among the model's inputs."""

    place: int
    feature: str
    family: str
    contribution: float
    value: float | str | None
    reference: float | None
    unit: str
    text: str | None
    tells_of: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """A line on the log-odds."""

    slope: float
    intercept: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """An invoice to settle; the amount is in the currency of what it belongs to."""

    invoice: str
    amount: Decimal
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """Moves that lead to a better band, decided upon by the model before they are told."""

    band: str
    score: int
    action: str
    text: str
    group: str | None
    moves: tuple[Move, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recourse:
    """What the customer can settle today, the least better band first."""

    as_of: datetime
    model_version: str
    score: int
    band: str
    currency: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation(Prediction):
    """A decision with all that it is made of.

    `base` and every contribution, added in any order, are `logit` to the last bit.
    """

    currency: str
    base: float
    logit: float
    calibration: Calibration
    contributions: tuple[Contribution, ...]
    recourse: Recourse | None
    recourse_note: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model that was published, by what answers now; with nulls where no package can.

    Attributes
    ----------
    kind : str or None
        ``binary``, ``ranking``, ``value``, ``segment`` or ``pipeline``.
    ask : str or None
        The route that it answers at.
    refused : str or None
        Why the newest package cannot answer, so that an earlier one does, if any.
    """

    name: str
    tenant: str
    kind: str | None
    answers_with: str | None
    version: str | None
    predicts: str | None
    ask: str | None
    trained_on: dict[str, Any]
    figures: dict[str, float]
    refused: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One thing that a model reads: a feature, or a column of a table."""

    name: str
    dtype: str
    unit: str
    minimum: float | None
    maximum: float | None
    null: float | None
    reference: float | None
    levels: tuple[str, ...] | None
    family: str
    description: str
    hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Champion:
    """A version that came to answer; `by_training` tells whether training promoted it, or somebody."""

    version: str
    before: str | None
    at: str
    by_training: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelDescription(Model):
    """A model with all that is known of the package that answers."""

    card: dict[str, Any]
    validation: dict[str, Any]
    content: dict[str, Any]
    inputs: tuple[Input, ...]
    checksums: dict[str, str]
    versions: tuple[str, ...]
    champions: tuple[Champion, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RecommendedVariant:
    """A variant that can be bought; `available` is None where the shop keeps no stock."""

    id: UUID
    sku: str
    price: Decimal | None
    currency: str | None
    available: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecommendedProduct:
    """A product in its place, and why it stands there."""

    product: UUID
    number: int
    external_id: str | None
    name: str
    kind: str
    reason: str
    variants: tuple[RecommendedVariant, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommendations:
    """What a customer may want next, the best first; a list for everybody where `is_fallback`."""

    customer: UUID
    type: str
    as_of: datetime
    model_version: str | None
    is_fallback: bool
    results: tuple[RecommendedProduct, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictedValue:
    """What a customer is expected to pay within the days to come; a `share` of such customers paid within the range."""

    model_version: str
    horizon_days: int
    amount: Decimal
    low: Decimal
    high: Decimal
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """What a customer is worth: on record (captured less refunded is historical), and as a model predicts."""

    captured: Decimal
    refunded: Decimal
    historical: Decimal
    predicted: PredictedValue | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerValue:
    """What a customer is worth, in a currency, as of an instant."""

    as_of: datetime
    currency: str
    customer: UUID
    value: Value


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditProfile:
    """A customer's latest credit score; `score` and `band` are the rule-based ones where no model answered.

    Attributes
    ----------
    scaled_rule_score : int or None
        The rule-based score on the scale of `score`.
    notice : tuple of str or None
        Where credit was refused, what may be read to the customer.
    recourse : Recourse or None
        What leads to a better band, as of now.
    """

    customer_id: UUID
    number: int
    external_id: str | None
    score: int
    band: str
    rule_score: int | None
    rule_band: str | None
    features: dict[str, float | None]
    as_of: datetime
    made_at: datetime
    model_version: str
    request_id: str
    scaled_rule_score: int | None = None
    notice: tuple[str, ...] | None = None
    recourse: Recourse | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing(Generic[Row]):
    """A part of a list; `count` is how many there are in all, `next` is None at the end."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why there is no answer: a problem of RFC 9457; `detail` is a sentence."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None
    request_id: str | None
    allowed: tuple[str, ...] | None = None
