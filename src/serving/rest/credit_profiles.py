"""Credit profiles: a customer's latest credit score with what it was made of, and how to have a new one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Query
from pydantic import Field

from commerce.people import customers
from commerce.records.work import Work
from serving.jobs import requests
from serving.jobs.kinds import RECOMPUTE_SCORES
from serving.predict import profiles
from serving.predict.asking import AppState
from serving.rest.deps import Acting, Asking, Listing, Looking, Page, Resource, reads_answers
from serving.rest.explained import RecourseAnswer, show_recourse
from serving.rest.fields import Instant, Key, Told, example
from serving.rest.later import JobAnswer

router = Resource("customers", "/api", "credit profiles")


class ProfileAnswer(Told):
    """The latest credit score; `score` and `band` are the rule-based ones where no learned model answered."""

    model_config = example(
        customer_id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        number=17,
        external_id="17850",
        score=640,
        band="C",
        rule_score=640,
        rule_band="C",
        features={
            "spend": 60000.0,
            "delivered_orders": 9.0,
            "average_order_value": 6000.0,
            "return_rate": 0.1,
            "failed_payment_rate": None,
            "cash_on_delivery_rate": None,
        },
        as_of="2026-01-01T12:00:00Z",
        made_at="2026-01-01T12:00:00Z",
        model_version="acme.credit/rules-5000",
        request_id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        scaled_rule_score=None,
        notice=None,
        recourse=None,
    )

    customer_id: UUID
    number: int
    external_id: str | None
    score: int
    band: str
    rule_score: int | None
    rule_band: str | None
    features: dict[str, float | None]
    as_of: Instant
    made_at: Instant
    model_version: str
    request_id: str
    scaled_rule_score: int | None = Field(
        default=None,
        description="The rule-based score by the risk that was observed, on the scale of `score`; null where that is"
        " not known, and in lists.",
    )
    notice: list[str] | None = Field(
        default=None,
        description="Where credit was refused, what may be read to the customer; null in lists.",
    )
    recourse: RecourseAnswer | None = Field(
        default=None,
        description="What leads to a better band, as of now; null without a learned model, and in lists.",
    )


@router.get("/customers/{customer_id}/credit-profile", summary="Read a customer's credit profile")
@reads_answers
def read_profile(desk: Asking, customer_id: Key) -> ProfileAnswer:
    """The score that was given last, and what would better it: 404 where none was given."""
    with desk.looking() as work:
        return _told(desk.state, work, customer_id)


@router.get("/credit-profiles", summary="List the credit profiles")
@reads_answers
def list_profiles(
    work: Looking,
    page: Page,
    band: Annotated[str | None, Query(description="A, B, C, D or E.")] = None,
) -> Listing[ProfileAnswer]:
    """The latest of each customer; a customer sees its own."""
    part = profiles.list_profiles(work, band=band, ordering=page.ordering, **page.where)
    return page.of(part, ProfileAnswer.model_validate)


@router.post("/credit-profiles/recompute", status_code=202, summary="Score every customer")
def recompute_scores(work: Acting) -> JobAnswer:
    """As of now, by a worker; look at the job by `GET /api/jobs/{id}` until it has come to an end."""
    return JobAnswer.model_validate(requests.ask_for(work, RECOMPUTE_SCORES))


@router.post("/customers/{customer_id}/recompute-score", summary="Score a customer now")
@reads_answers
def recompute_score(desk: Asking, customer_id: Key) -> ProfileAnswer:
    """The score is kept beside the earlier ones; without new events it comes out the same."""
    profiles.require_scorer(desk.actor)
    with desk.looking() as work:
        customer = customers.get(work, customer_id)
    profiles.recompute(desk.state, desk.tenant, customer.id, str(uuid4()))
    with desk.looking() as work:
        return _told(desk.state, work, customer.id)


def _told(state: AppState, work: Work, customer: UUID | str) -> ProfileAnswer:
    """Tell of one customer's profile all there is."""
    profile = profiles.get_profile(work, customer)
    beside = profiles.explain(state, work, profile)
    return ProfileAnswer.model_validate(profile).model_copy(
        update={
            "scaled_rule_score": beside.scaled_rule_score,
            "notice": list(beside.notice) or None,
            "recourse": beside.recourse and show_recourse(beside.recourse, work.tenant.currency),
        }
    )
