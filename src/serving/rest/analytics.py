"""Figures of the shop over HTTP: sales, products, segments, cohorts, payments, at a glance, of the last minutes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AliasPath, Field

from analytics.realtime import recent
from commerce import shops
from scoring.segments import SEGMENTATION, SegmentPackage
from serving.rest.deps import Asking, AsOf, Looking, Resource, cached
from serving.rest.fields import Instant
from serving.rest.figures import (
    AsOfFigures,
    Bucket,
    Figures,
    Limit,
    Money,
    PaymentFigures,
    PeriodFigures,
    Product,
    ProductRevenue,
    SegmentFigures,
    Share,
    Step,
    Within,
    ask,
    ask_within,
    example,
    minor,
    put,
    tell,
)

router = Resource("analytics", "/api", "analytics")


class CategoryRevenue(Figures):
    """What a category sold with all that is in it; without a name, what has no category."""

    id: UUID | None
    name: str | None
    parent: UUID | None
    revenue: Money = Field(validation_alias=AliasPath("sales", "net_minor"))
    units: int = Field(validation_alias=AliasPath("sales", "units"))
    own_revenue: Money = Field(
        validation_alias=AliasPath("own", "net_minor"),
        description="Of what is in the category itself.",
    )
    share: Share = Field(description="Of the revenue of all.")


class RevenueByCategory(PeriodFigures):
    """Net revenue by category, the most first."""

    type: Literal["revenue_by_category"]
    results: list[CategoryRevenue]


class TopSelling(PeriodFigures):
    """The products of which most units stay sold, equal ones by id."""

    type: Literal["top_selling_products"]
    results: list[ProductRevenue]


class ChurnRate(AsOfFigures):
    """The share of the customers without an order in the days that are asked about."""

    type: Literal["churn_rate"]
    churn_rate: Share
    inactive_customers: int
    customers: int


class SalesMetrics(PeriodFigures):
    """What was sold, by day, week or month; days without a sale are there, too."""

    by: str
    total: Bucket
    results: list[Bucket]


class ProductPerformance(PeriodFigures):
    """How products did, the most revenue first."""

    results: list[Product]


class CustomerSegments(AsOfFigures):
    """Every customer in exactly one segment, by recency, frequency and value."""

    customers: int
    model_version: str | None = Field(
        description="The model whose edges tell segments apart; null where they are the quintiles of `as_of`."
    )
    results: list[SegmentFigures]


class PaymentRates(PeriodFigures):
    """Payments together and by method, each on the day on which it happened."""

    total: PaymentFigures
    results: list[PaymentFigures]


class CohortFigures(Figures):
    """Who first bought in one week or month, and how many bought in it, the next, and so on."""

    model_config = example(start="2026-01-01", customers=4, active=[4, 1], retention=[1.0, 0.25])

    start: date
    customers: int
    active: list[int]
    retention: list[Share]


class Cohorts(PeriodFigures):
    """Customers by when they first bought."""

    by: str
    results: list[CohortFigures]


class Overview(PeriodFigures):
    """The shop at a glance; each figure is the one that its own question gives."""

    sales: Bucket
    payments: PaymentFigures
    new_customers: int
    inactive_rate: Share
    segments: list[SegmentFigures]
    best_products: list[Product]


class TenantSummary(AsOfFigures):
    """All that a shop ever did."""

    tenant: str
    customers: int
    first_day: date | None
    sales: Bucket
    payments: PaymentFigures
    inactive_rate: Share = Field(validation_alias="inactive")


class RealTimeMetrics(AsOfFigures):
    """What happened in the minutes before an instant."""

    since: Instant
    orders: int
    units: int
    sold: Money = Field(validation_alias="sold_minor")
    orders_called_off: int
    received: Money = minor("captured")
    paid_back: Money = minor("refunded")
    failed_payments: int
    new_customers: int
    active_customers: int
    events: Mapping[str, int] = Field(description="How many of each type.")


@router.get("/analytics/sales", summary="Ask one of the usual questions about sales")
@cached
def read_sales(
    desk: Asking,
    days: Within,
    kind: Annotated[
        Literal["revenue_by_category", "top_selling_products", "churn_rate"], Query(alias="type")
    ],
    country: Annotated[
        str | None, Query(description="For top_selling_products: `US`, `usa`, `Germany`.")
    ] = None,
    limit: Limit = 10,
    inactive_days: Annotated[
        int | None, Query(description="For churn_rate, instead of start_date and end_date.")
    ] = None,
) -> RevenueByCategory | TopSelling | ChurnRate:
    """Net of refunds; churn_rate is by default of the last 30 days."""
    if kind == "revenue_by_category":
        answer, period = ask_within(desk, kind, days)
        return tell(RevenueByCategory, answer, period, type=kind, results=answer.result)
    if kind == "top_selling_products":
        answer, period = ask_within(desk, "top_products", days, country=country, limit=limit)
        return tell(TopSelling, answer, period, type=kind, results=answer.result)
    if inactive_days is None:
        answer, _ = ask_within(desk, "inactive_rate", days)
    else:
        answer = ask(desk, "inactive_rate", days.as_of, days=inactive_days)
    rate = answer.result
    return tell(
        ChurnRate,
        answer,
        type=kind,
        churn_rate=rate,
        inactive_customers=rate.part,
        customers=rate.whole,
    )


@router.get("/analytics/sales-metrics", summary="Sales by day, week or month")
@cached
def read_sales_metrics(desk: Asking, days: Within, by: Step = "day") -> SalesMetrics:
    """In the shop's days; what was taken back counts on the day of its sale."""
    whole, period = ask_within(desk, "sales_total", days)
    answer = ask(desk, "sales_metrics", whole.as_of.isoformat(), period=period, by=by)
    return tell(SalesMetrics, answer, period, by=by, total=whole.result, results=answer.result)


@router.get("/analytics/product-performance", summary="How products did")
@cached
def read_product_performance(desk: Asking, days: Within, limit: Limit = 100) -> ProductPerformance:
    """Units, revenue, returns and rating of what was sold or rated."""
    answer, period = ask_within(desk, "product_performance", days, limit=limit)
    return tell(ProductPerformance, answer, period, results=answer.result)


@router.get("/analytics/customer-segments", summary="Customers by segment")
@cached
def read_customer_segments(desk: Asking, as_of: AsOf = None) -> CustomerSegments:
    """Empty segments too."""
    kept = desk.state.shelf.of_kind(SegmentPackage, desk.tenant.slug, SEGMENTATION)
    answer = ask(desk, "customer_segments", as_of, edges=kept and kept.edges)
    told = {"customers": answer.result.customers, "results": answer.result.segments}
    return tell(CustomerSegments, answer, model_version=kept and kept.label, **told)


@router.get("/analytics/cohorts", summary="Who came back")
@router.get("/analytics/retention", summary="Who came back")
@cached
def read_cohorts(desk: Asking, days: Within, by: Step = "month") -> Cohorts:
    """Customers who first bought in each month, and how many of them bought in each month since."""
    answer, period = ask_within(desk, "cohorts", days, by=by)
    return tell(Cohorts, answer, period, by=by, results=answer.result)


@router.get("/analytics/payment-rates", summary="How payments went")
@cached
def read_payment_rates(desk: Asking, days: Within) -> PaymentRates:
    """Success, failure and refund rates, together and by method."""
    answer, period = ask_within(desk, "payment_rates", days)
    return tell(
        PaymentRates, answer, period, total=answer.result.total, results=answer.result.methods
    )


@router.get("/analytics/summary/overview", summary="The shop at a glance")
@cached
def read_overview(desk: Asking, days: Within) -> Overview:
    """Sales, payments, customers, segments and the best products."""
    answer, period = ask_within(desk, "overview", days)
    found = answer.result
    return tell(
        Overview,
        answer,
        period,
        sales=found.sales,
        payments=found.payments,
        new_customers=found.new_customers,
        inactive_rate=found.inactive,
        segments=found.segments.segments,
        best_products=found.best_products,
    )


@router.get("/advanced-analytics/real-time-metrics/current", summary="The last minutes")
def read_real_time_metrics(
    work: Looking,
    minutes: Annotated[int, Query(description="1 to 1440.")] = 5,
    as_of: AsOf = None,
) -> RealTimeMetrics:
    """Asked of the records themselves: what was recorded a moment ago counts."""
    work.actor.require_running("reading figures")
    found = recent(work.connection, work.tenant, work.settle(as_of), minutes=minutes)
    about = {"currency": work.tenant.currency}
    return RealTimeMetrics.model_validate({**vars(found), **about}, context=about)


@router.get("/tenants/{slug}/analytics-summary", summary="All that a shop ever did")
def read_tenant_summary(desk: Asking, slug: str, as_of: AsOf = None) -> TenantSummary:
    """One's own for who runs it, any for who runs all."""
    desk.actor.require_running("reading figures")
    if slug != desk.tenant.slug:
        shops.get_shop(desk.gate.engine, desk.actor, slug)
    answer = put(desk, "tenant_summary", as_of, slug)
    return tell(TenantSummary, answer, **vars(answer.result))
