"""The shop at a glance: a period's figures beside each other, each the very one that its own question gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from analytics.customers import ACTIVE_DAYS, count_new, inactive_rate
from analytics.payments import PaymentFigures, payment_rates
from analytics.periods import Period, Ratio
from analytics.products import ProductFigures, product_performance
from analytics.sales import SalesBucket, sales_total
from analytics.segments import Segments, customer_segments
from analytics.view import View


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A period of a shop."""

    sales: SalesBucket
    payments: PaymentFigures
    new_customers: int
    inactive: Ratio
    """Customers without an order within 30 days of all customers, at the instant that is asked about."""
    segments: Segments
    best_products: tuple[ProductFigures, ...]
    """Those with most revenue, ten at most."""


@dataclass(frozen=True, kw_only=True)
class TenantSummary:
    """All that a shop ever did."""

    tenant: str
    customers: int
    first_day: date | None
    """The first day on which anybody was known; None where nobody is."""
    sales: SalesBucket
    payments: PaymentFigures
    inactive: Ratio


@dataclass(frozen=True, kw_only=True)
class CustomerSummary:
    """All customers, by segment and together."""

    customers: int
    orders: int
    net_minor: int
    new: int
    """Who became a customer within 30 days."""
    inactive: Ratio
    segments: Segments


def overview(view: View, period: Period) -> Overview:
    """Put the figures of a period beside each other."""
    return Overview(
        sales=sales_total(view, period),
        payments=payment_rates(view, period).total,
        new_customers=count_new(view, period),
        inactive=inactive_rate(view),
        segments=customer_segments(view),
        best_products=product_performance(view, period, limit=10),
    )


def tenant_summary(view: View) -> TenantSummary:
    """Sum up a tenant's whole time."""
    ((first,),) = view.rows("SELECT min(day) FROM person")
    ((sold,),) = view.rows("SELECT min(day) FROM placed")
    known = [day for day in (first, sold) if day is not None]
    period = Period(min([*known, view.today]), view.today)
    quiet = inactive_rate(view)
    return TenantSummary(
        tenant=view.tenant.slug,
        customers=quiet.whole,
        first_day=min(known, default=None),
        sales=sales_total(view, period),
        payments=payment_rates(view, period).total,
        inactive=quiet,
    )


def customer_summary(view: View) -> CustomerSummary:
    """Sum up a tenant's customers: what all of them have is what their segments have together."""
    segments = customer_segments(view)
    days = Period(date.fromordinal(view.today.toordinal() - ACTIVE_DAYS + 1), view.today)
    return CustomerSummary(
        customers=segments.customers,
        orders=sum(each.orders for each in segments.segments),
        net_minor=sum(each.net_minor for each in segments.segments),
        new=count_new(view, days),
        inactive=inactive_rate(view),
        segments=segments,
    )
