"""A bank's customers over HTTP: the record of nine fields, and how likely one is to leave, said anew at every call."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from msgspec.structs import asdict
from pydantic import Field

from commerce.people import bank_profiles, customers
from commerce.people.bank_schema import BANK_V1, SCHEMA
from commerce.records.work import Work
from serving.predict import bank_customers
from serving.rest.deps import Acting, Asking, Looking, Resource, needs, reads_answers
from serving.rest.fields import Instant, Key, Question, Told, example
from serving.rest.refusals import refusals
from serving.rest.request_log import note_steps, request_id_of
from serving.rest.schemas import ReasonPart

router = Resource("customers", "", "bank customers")

_SAMPLE = {
    "credit_score": 600,
    "geography": "France",
    "gender": "Male",
    "age": 40,
    "tenure": 3,
    "balance": 50000,
    "num_of_products": 1,
    "has_cr_card": 1,
    "is_active_member": 0,
}

OwnId = Annotated[
    int | str, Field(description="The bank's own id, a number where it is one; else our number.")
]
Risk = Annotated[float, Field(ge=0, le=1, description="Probability of leaving.")]


def _about(name: str) -> str:
    field = BANK_V1[name]
    return " ".join(filter(None, (field.meaning, ", ".join(field.values))))


class BankFields(Question):
    """What is to be recorded of a bank's customer; what is left out stays."""

    model_config = example(surname="Hargrave", **_SAMPLE)

    surname: str | None = Field(None, description="Kept as the customer's name; can be erased.")
    credit_score: float | None = Field(None, description=_about("credit_score"))
    geography: str | None = Field(None, description=_about("geography"))
    gender: str | None = Field(None, description=_about("gender"))
    age: float | None = Field(None, description=_about("age"))
    tenure: float | None = Field(None, description=_about("tenure"))
    balance: float | None = Field(None, description=_about("balance"))
    num_of_products: float | None = Field(None, description=_about("num_of_products"))
    has_cr_card: bool | float | None = Field(None, description=_about("has_cr_card"))
    is_active_member: bool | float | None = Field(None, description=_about("is_active_member"))


class BankRecordAnswer(Told):
    """A bank's customer; null where nothing was recorded, the risk where nobody was analysed."""

    model_config = example(
        customer_id=15634602,
        customer="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        surname="Hargrave",
        **_SAMPLE,
        churn_risk_score=0.85,
        analyzed_at="2026-01-01T12:00:00Z",
        model_version="shared.bank_churn/1",
        record_schema=SCHEMA,
    )

    customer_id: OwnId
    customer: UUID = Field(description="Our id.")
    surname: str | None
    credit_score: int | None
    geography: str | None
    gender: str | None
    age: int | None
    tenure: int | None
    balance: float | None
    num_of_products: int | None
    has_cr_card: int | None
    is_active_member: int | None
    churn_risk_score: Risk | None = Field(description="Of the last analysis.")
    analyzed_at: Instant | None
    model_version: str | None
    record_schema: str


class AnalysisAnswer(Told):
    """How likely a customer is to leave, and why; kept under its `request_id`."""

    model_config = example(
        customer_id=1,
        churn_risk_score=0.85,
        reasons=[
            {
                "feature": "is_active_member",
                "value": 0.0,
                "reference": 1.0,
                "contribution": 0.61,
                "text": "Inactive member.",
            }
        ],
        contributions={"is_active_member": 0.61, "age": -0.2},
        usual_risk=0.14,
        action="retain",
        model_version="shared.bank_churn/1",
        as_of="2026-01-01T12:00:00Z",
        request_id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
    )

    customer_id: OwnId
    churn_risk_score: Risk
    reasons: list[ReasonPart] = Field(description="All that raises the risk, the strongest first.")
    contributions: dict[str, float] = Field(
        description="Log-odds by field: with those of `usual_risk` they sum to those of `churn_risk_score`."
    )
    usual_risk: Risk
    action: str
    model_version: str
    as_of: Instant
    request_id: str


@router.get("/api/customers/{customer_id}/bank-profile", summary="Read a bank customer's record")
@reads_answers
def read_bank_profile(work: Looking, customer_id: Key) -> BankRecordAnswer:
    """With the risk of the last analysis; one's own for a customer."""
    return _shown(work, customer_id)


@router.patch("/api/customers/{customer_id}/bank-profile", summary="Record a bank's customer")
@reads_answers
def record_bank_profile(work: Acting, customer_id: Key, body: BankFields) -> BankRecordAnswer:
    """Each field that gets another value is an event; what is left out stays. For who runs the bank."""
    customer = customers.get(work, customer_id)
    given = {name: value for name, value in body.given().items() if value is not None}
    surname = given.pop("surname", None)
    bank_profiles.record(work, customer.id, given)
    if surname is not None:
        customers.change(work, customer.id, {"full_name": surname})
    return _shown(work, customer.id)


@router.get(
    "/customers/analyze/{customer_id}",
    summary="Will this customer leave the bank?",
    responses=refusals(reads=True, as_json=True),
)
@needs("predictions:write")
def analyze_customer(
    desk: Asking, request: Request, response: Response, customer_id: Key
) -> AnalysisAnswer:
    """By the record as it is now. Every call is an answer of its own, and kept."""
    bank_customers.require_analyst(desk.actor)
    with desk.looking() as work:
        customer = customers.get(work, customer_id)
    request_id = request_id_of(request.scope)
    found = bank_customers.analyze(desk.state, desk.tenant, customer.id, request_id)
    answer = found.answer
    note_steps(request.scope, answer.steps)
    response.headers["Cache-Control"] = "no-store"
    return AnalysisAnswer(
        customer_id=bank_profiles.own_number(customer.external_id, customer.number),
        churn_risk_score=answer.decision.risk,
        reasons=[ReasonPart(**asdict(reason)) for reason in found.reasons],
        contributions=found.contributions,
        usual_risk=found.usual_risk,
        action=answer.decision.decision.action,
        model_version=answer.package.label,
        as_of=answer.as_of,
        request_id=answer.request_id,
    )


def _shown(work: Work, customer_id: UUID | str) -> BankRecordAnswer:
    found = bank_customers.get_bank_customer(work, customer_id)
    return BankRecordAnswer.model_validate(
        {
            "customer": found.customer,
            "customer_id": found.record.customer_id,
            "surname": found.record.surname,
            **found.record.fields,
            "churn_risk_score": found.last and found.last.risk,
            "analyzed_at": found.last and found.last.made_at,
            "model_version": found.last and found.last.model_version,
            "record_schema": SCHEMA,
        }
    )
