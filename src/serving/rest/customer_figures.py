"""Figures of customers over HTTP; asked of before the customers themselves, whose ids take any name."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from commerce.people import customers
from scoring.segments import SEGMENTATION, SegmentPackage
from serving.predict.lifetime import customer_value
from serving.predict.scores import latest_scores
from serving.rest.deps import Asking, AsOf, Page, Resource, cached, reads_answers
from serving.rest.fields import Instant, Key
from serving.rest.figures import (
    AsOfFigures,
    Days,
    Figures,
    FiguresListing,
    Limit,
    Money,
    SegmentFigures,
    Share,
    ValueFigures,
    Window,
    ask,
    ask_within,
    list_figures,
    minor,
    put,
    tell,
)

router = Resource("analytics", "/api/customers", "customers")


class CustomerFigures(Figures):
    """What a customer bought, all in all."""

    customer: UUID
    since: date
    orders: int
    units: int
    spent: Money = minor("net")
    first_order: date | None
    last_order: date | None


class CustomerSegment(Figures):
    """In which segment a customer is, and why; scores of recency, frequency and value, 1 to 5."""

    segment: str
    recency_days: int | None
    orders: int
    spent: Money = minor("net")
    scores: tuple[int, int, int] | None


class CustomerScore(Figures):
    """What a model answered last about a customer."""

    model: str
    population: str | None
    probability: float | None
    return_probability: float | None
    score: int | None
    band: str | None
    rule_score: int | None
    rule_band: str | None
    as_of: Instant = Field(description="The instant the answer is about.")
    model_version: str


class CustomerAnalytics(AsOfFigures):
    """What is known of a customer's buying; null where nothing was on record yet."""

    customer: UUID
    figures: CustomerFigures | None
    rfm: CustomerSegment | None
    segments_version: str | None = Field(
        description="The model whose edges tell segments apart; null where they are the quintiles of `as_of`."
    )
    value: ValueFigures
    scores: list[CustomerScore] = Field(
        description="The last of each model, none later than `as_of`."
    )


class CustomersSummary(AsOfFigures):
    """All customers, together and by segment."""

    customers: int
    orders: int
    revenue: Money = minor("net")
    new_customers: int
    inactive_rate: Share
    segments: list[SegmentFigures]


@router.get("/vip_customers", summary="List the VIPs")
@cached
def list_vip_customers(
    desk: Asking,
    page: Page,
    orders: Annotated[int, Query(description="At least so many.")] = 3,
    share: Annotated[int, Query(description="Percent of those who spent most.")] = 10,
    as_of: AsOf = None,
) -> FiguresListing[CustomerFigures]:
    """Who ordered often and is among those who spent most, the most first."""
    answer = ask(desk, "vip_customers", as_of, orders=orders, share=share)
    return list_figures(page, answer, CustomerFigures)


@router.get("/new_customers", summary="List who became a customer lately")
@cached
def list_new_customers(
    desk: Asking, page: Page, days: Window = 30, as_of: AsOf = None
) -> FiguresListing[CustomerFigures]:
    """The latest first."""
    return list_figures(page, ask(desk, "new_customers", as_of, days=days), CustomerFigures)


@router.get("/inactive_customers", summary="List who did not order lately")
@cached
def list_inactive_customers(
    desk: Asking, page: Page, days: Window = 30, as_of: AsOf = None
) -> FiguresListing[CustomerFigures]:
    """The longest without an order first, who never ordered last."""
    return list_figures(page, ask(desk, "inactive_customers", as_of, days=days), CustomerFigures)


@router.get("/top_customers", summary="List who spent most")
@cached
def list_top_customers(
    desk: Asking,
    page: Page,
    limit: Limit = 10,
    start_date: str | None = None,
    end_date: str | None = None,
    as_of: AsOf = None,
) -> FiguresListing[CustomerFigures]:
    """Ever, or in some days; the figures are of all they bought."""
    if start_date is None and end_date is None:
        answer = ask(desk, "top_customers", as_of, limit=limit)
    else:
        answer, _ = ask_within(
            desk, "top_customers", Days(start_date, end_date, as_of), limit=limit
        )
    return list_figures(page, answer, CustomerFigures)


@router.get("/analytics_summary", summary="Sum up the customers")
@cached
def read_customers_summary(desk: Asking, as_of: AsOf = None) -> CustomersSummary:
    """What all have is what their segments have together."""
    answer = ask(desk, "customer_summary", as_of)
    found = answer.result
    return tell(
        CustomersSummary,
        answer,
        **{**vars(found), "segments": found.segments.segments},
        new_customers=found.new,
        inactive_rate=found.inactive,
    )


@router.get("/{customer_id}/analytics", summary="What a customer bought")
@reads_answers
def read_customer_analytics(
    desk: Asking, customer_id: Key, as_of: AsOf = None
) -> CustomerAnalytics:
    """Figures, the segment, what the customer is worth and the latest scores; one's own for a customer."""
    with desk.looking() as work:
        customer = customers.get(work, customer_id).id
        instant = work.settle(as_of)
        scores = latest_scores(work.connection, work.tenant.id, customer, instant)
        value = customer_value(desk.state.shelf, work, customer, instant)
    at = instant.isoformat()
    kept = desk.state.shelf.of_kind(SegmentPackage, desk.tenant.slug, SEGMENTATION)
    answer = put(desk, "customer_figures", at, customer=customer)
    rfm = put(desk, "customer_rfm", at, customer=customer, edges=kept and kept.edges).result
    told = {
        "customer": customer,
        "figures": answer.result,
        "rfm": rfm,
        "segments_version": kept and kept.label,
        "value": value,
        "scores": scores,
    }
    return tell(CustomerAnalytics, answer, **told)
