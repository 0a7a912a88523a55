"""What may be asked and what is answered, as the API declares it: the two forms of a request, one answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from commerce.records.tenants import SHARED
from serving.predict.asking import AnyAnswer, CustomerRequest, ValuesRequest

PREFIX, SCOPE = "/predict", "predictions:write"
"""Where one decision is asked for, and what a credential must open to ask."""
UNABLE = "unable"
"""The note under which it is left that a request cannot be answered now, and why, by who found out before."""

LONGEST_NAME = 200
"""Characters of a tenant or a customer id."""


def _read_name(value: Any) -> Any:
    if not isinstance(value, str):
        return value  # the field's own type refuses it
    if not value or len(value) > LONGEST_NAME or not value.isprintable():
        raise ValueError(f"be 1 to {LONGEST_NAME} printable characters")
    return value


def _read_customer(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= 10**LONGEST_NAME:
            raise ValueError(f"have at most {LONGEST_NAME} digits")
        return str(value)
    return _read_name(value)


Name = Annotated[str, BeforeValidator(_read_name)]
CustomerKey = Annotated[
    str, BeforeValidator(_read_customer, json_schema_input_type=str | int), Field()
]


class ByCustomer(BaseModel):
    """Ask about a customer of the record store; the features are computed now."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: Name = Field(description="Whose customer.", examples=["demo"])
    customer_id: CustomerKey = Field(
        description="The shop's own id or our UUID; our number as `number:17`. Where no customer has an id of the"
        " shop's, the number is the id.",
        examples=["17"],
    )
    as_of: str | None = Field(
        default=None,
        description="The instant to answer for: a date (00:00 in the tenant's zone) or an ISO instant (in"
        " the tenant's zone where it has no offset). Default: the tenant's clock. Never later than that"
        " clock; for a tenant whose clock stands behind its last record, never later than the midnight"
        " that follows.",
        examples=["2026-01-01"],
    )

    def to_request(self) -> CustomerRequest:
        """Give what is asked, without HTTP."""
        return CustomerRequest(tenant=self.tenant, customer_id=self.customer_id, as_of=self.as_of)


class ByValues(BaseModel):
    """Ask about feature values; no record store is needed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: Name = Field(
        default=SHARED,
        description="Whose model; by default that of a table, which is nobody's.",
        examples=["demo"],
    )
    features: dict[str, Any] = Field(
        description="Values by feature name, at least one. A feature left out takes its declared value of"
        " an empty window, or the nearest to it that the others allow, and is listed in `assumed`; null means"
        " missing where the feature may be missing. Values that no customer has at once, such as more orders in"
        " 90 days than in 180, are refused by name.",
        json_schema_extra={
            "additionalProperties": {"type": ["number", "null"]},
            "minProperties": 1,
        },
    )

    def to_request(self) -> ValuesRequest:
        """Give what is asked, without HTTP."""
        return ValuesRequest(tenant=self.tenant, features=self.features)


def _form(body: Any) -> str:
    return _VALUES if isinstance(body, dict) and "features" in body else _CUSTOMER


_CUSTOMER, _VALUES = "by customer", "by values"

FORMS = (_CUSTOMER, _VALUES)
"""The tags of the two forms, as they appear in the place of an error; no field can be named so."""

PredictionBody = Annotated[
    Annotated[ByCustomer, Tag(_CUSTOMER)] | Annotated[ByValues, Tag(_VALUES)],
    Discriminator(_form),
]


class DecisionPart(BaseModel):
    """What to do, where that changes, and the money that says so."""

    action: str
    threshold: float = Field(
        description="The probability from which acting pays; where each customer has a value, this one's own."
    )
    rule: str
    gain: int | None = Field(
        description="What acting is expected to earn, less its cost, in minor units of the shop's currency; null"
        " where the rule knows no customer's value."
    )
    value: int | None = Field(
        description="What the customer, if kept, is expected to earn the shop within the horizon, likewise."
    )
    success: float | None = Field(description="The share of such customers whom acting keeps.")


class ReasonPart(BaseModel):
    """One thing that raised the risk, strongest first; or, where nothing did, the risk that is usual."""

    feature: str | None = Field(
        description="What `text` tells of; null where nothing known of the customer raised the risk by much."
    )
    value: float | None = Field(
        description="The customer's; of the risk itself where `feature` is null."
    )
    reference: float | None = Field(description="What is usual in the shop, likewise.")
    contribution: float = Field(
        description="Log-odds of all that is about the same, > 0; 0 where `feature` is null."
    )
    text: str = Field(description="A sentence; each reason is about another thing.")


class CustomerPart(BaseModel):
    """A customer's names, each of which is taken as `customer_id`."""

    id: str = Field(description="Ours: a UUID.")
    number: int = Field(description="Ours, asked about as `number:17`.")
    external_id: str | None = Field(description="The shop's own; null where it has none.")


class Prediction(BaseModel):
    """One answer, kept under its ``request_id``."""

    model: str
    tenant: str = Field(examples=["demo"])
    customer_id: str | None = Field(description="As asked; null for an answer by values.")
    customer: CustomerPart | None = Field(description="Who was meant, by every name.")
    probability: float | None = Field(
        ge=0,
        le=1,
        description="Of what the model predicts, such as leaving; null of whom that is not asked, such as"
        " customers who left already.",
    )
    score: int | None = Field(
        description="Learned score, 300 to 1000; null for a model without one."
    )
    band: Literal["A", "B", "C", "D", "E"] | None
    rule_score: int | None = Field(description="Rule-based score, 300 to 1000, likewise.")
    rule_band: Literal["A", "B", "C", "D", "E"] | None
    decision: DecisionPart
    reasons: list[ReasonPart] = Field(max_length=4)
    population: str | None = Field(
        description="The customer's group in the model's eyes, such as active, lapsed or new."
    )
    return_probability: float | None = Field(
        ge=0, le=1, description="Of coming back, for whom that is asked instead."
    )
    note: str | None = Field(
        description="A sentence where the model was not measured on such customers, or gives no reasons."
    )
    explained: bool = Field(
        description="Whether the model gives reasons; false of a pipeline that is served as it is."
    )
    assumed: dict[str, float | None] | None = Field(
        description="Of an answer by values: the features left out, and what each was taken to be; null for an"
        " answer by customer."
    )
    model_version: str = Field(
        description="`<tenant>.<model>/<version>` of the package that answered."
    )
    as_of: str = Field(description="The instant the answer is about, ISO 8601, UTC.")
    request_id: str = Field(description="UUID; also in the header X-Request-ID.")


class Refusal(BaseModel):
    """Why there is no answer: a problem of RFC 9457."""

    type: Literal["about:blank"]
    title: str = Field(description="The status in words.", examples=["Not Found"])
    status: int
    detail: str = Field(description="A sentence: what must hold, what was found, what to do.")
    field: str | None = Field(description="The field to blame, `features.<name>` for a feature.")
    request_id: str | None
    allowed: list[str] | None = Field(
        default=None, description="Where a record is in the wrong state: what may happen to it now."
    )


def write_answer(answer: AnyAnswer) -> dict[str, Any]:
    """Write an answer as `Prediction` declares it, in JSON's own types; unchecked, for it is ours."""
    return {
        "model": answer.package.model,
        "tenant": answer.package.tenant,
        "customer_id": answer.customer_id,
        "customer": None if answer.customer is None else answer.customer.as_dict(),
        **answer.decision.as_dict(),
        "explained": answer.is_explained,
        "assumed": dict(answer.assumed) if answer.customer_id is None else None,
        "model_version": answer.package.label,
        "as_of": write_instant(answer.as_of),
        "request_id": answer.request_id,
    }


def write_instant(instant: datetime) -> str:
    """Write an instant for a client.

    Examples
    --------
    >>> write_instant(datetime(2026, 1, 1, tzinfo=UTC))
    '2026-01-01T00:00:00Z'
    """
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
