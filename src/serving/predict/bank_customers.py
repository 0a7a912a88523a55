"""A bank's customers: what is on record of one, and how likely the customer is to leave.

Every analysis is kept as an answer of its own; the risk on the record is that of the last one.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from commerce.people import bank_profiles, customers
from commerce.people.bank_profiles import BankRecord
from commerce.records.actors import Actor
from commerce.records.tenants import Tenant
from commerce.records.work import Work
from scoring.bank_model import BANK_MODEL
from scoring.calibration import sigmoid
from scoring.reasons import Reason, reasons
from scoring.scorer import explain
from serving.predict.answers import answer_customer
from serving.predict.asking import Answer, AppState, CustomerRequest
from serving.predict.scores import ScoreRow, latest_score


@dataclass(frozen=True, kw_only=True)
class BankCustomer:
    """What is on record of a bank's customer."""

    customer: UUID
    record: BankRecord
    last: ScoreRow | None
    """The last analysis; None where there was none."""


def get_bank_customer(work: Work, customer: UUID | str) -> BankCustomer:
    """Read a bank's customer with the last analysis, by any of its names: its own business, and who runs the bank's.

    Raises
    ------
    NotFound, NoBankRecord
    """
    meant = customers.get(work, customer)
    return BankCustomer(
        customer=meant.id,
        record=bank_profiles.get(work, meant.id),
        last=latest_score(work.connection, work.tenant.id, meant.id, BANK_MODEL),
    )


def require_analyst(actor: Actor) -> None:
    """Refuse who may not have customers analysed.

    Raises
    ------
    Forbidden
    """
    actor.require("a customer to be analysed", "admin", "system")


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """How likely a customer is to leave, and all that speaks for it.

    The log-odds of the risk are those of the usual risk and the sum of the contributions.
    """

    answer: Answer
    """As it is kept."""
    reasons: list[Reason]
    """Every field that raises the risk, the strongest first; an answer keeps four."""
    contributions: dict[str, float]
    """Log-odds by field, those that lower the risk among them."""
    usual_risk: float


def analyze(state: AppState, tenant: Tenant, customer_id: UUID, request_id: str) -> Analysis:
    """Say how likely a customer is to leave, by the record as it is now, and keep the answer.

    Parameters
    ----------
    request_id : str
        UUID text, new.

    Raises
    ------
    NoBankRecord
        "bank record must exist; got none for ..."
    ModelMissing, StoreUnavailable
        No answer is possible now; the sentence says what to run.
    """
    asked = CustomerRequest(tenant=tenant.slug, customer_id=str(customer_id))
    answer = answer_customer(state, BANK_MODEL, asked, request_id)
    package, values = answer.package, answer.values
    assert values is not None
    scores = explain(package, values[None, :])
    contributions = scores.contributions[0]
    told = reasons(
        package,
        values,
        contributions,
        probability=answer.decision.risk,
        limit=len(package.outputs),
    )
    return Analysis(
        answer=answer,
        reasons=told,
        contributions=dict(zip(package.names, contributions.tolist(), strict=True)),
        usual_risk=sigmoid(scores.base),
    )
