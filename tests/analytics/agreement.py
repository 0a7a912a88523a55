"""Whether the questions give what plain pandas gives, all of them at once."""

from __future__ import annotations

from typing import Any

from tests.analytics.naive import Reading

from analytics.cohorts import cohorts
from analytics.customers import (
    CustomerFigures,
    customer_figures,
    inactive_customers,
    inactive_rate,
    new_customers,
    top_customers,
)
from analytics.orders import order_lifecycle
from analytics.overview import customer_summary, overview, tenant_summary
from analytics.payments import payment_rates
from analytics.periods import Period, Step, bucket_of
from analytics.products import product_performance
from analytics.sales import (
    Sales,
    SalesBucket,
    revenue_by_category,
    sales_metrics,
    sales_total,
    top_products,
)
from analytics.segments import customer_rfm, customer_segments, customers_in
from analytics.view import View
from scoring.segments import NEVER_BOUGHT, SEGMENTS, segment_of

STEPS: tuple[Step, ...] = ("day", "week", "month")


def four(sales: Sales) -> tuple[int, int, int, int]:
    return sales.units_sold, sales.units_back, sales.gross_minor, sales.back_minor


def counted(bucket: SalesBucket) -> tuple[Any, ...]:
    return bucket.orders, bucket.orders_called_off, bucket.customers, four(bucket.sales)


def sales_agree(view: View, plain: Reading, period: Period, country: str = "DE") -> None:
    """Sales by time, category and product."""
    assert counted(sales_total(view, period)) == plain.bucket(period)
    for step in STEPS:
        found = [
            (each.period.first, each.period.last, *counted(each))
            for each in sales_metrics(view, period, by=step)
        ]
        assert found == plain.buckets(period, step)
    categories = revenue_by_category(view, period)
    expected = plain.revenue_by_category(period)
    by_id = {None if each.id is None else each.id.hex: four(each.sales) for each in categories}
    assert {key: sums for key, sums in by_id.items() if any(sums)} == {
        key: sums for key, sums in expected.items() if any(sums)
    }
    nets = [
        (-each.sales.net_minor, each.id is None, each.id and each.id.hex) for each in categories
    ]
    assert nets == sorted(nets, key=lambda row: (row[0], row[1], row[2] or ""))
    for where in (None, country):
        found = [
            (each.product.hex, four(each.sales))
            for each in top_products(view, period, country=where, limit=7)
        ]
        assert found == plain.top_products(period, where, 7)
    rows = [
        (
            each.product.hex,
            each.orders,
            four(each.sales),
            each.units_returned,
            each.ratings,
            each.stars,
        )
        for each in product_performance(view, period, limit=1000)
    ]
    assert rows == plain.products(period)


def orders_agree(view: View, plain: Reading, period: Period) -> None:
    """What became of orders, and payments."""
    cycle = order_lifecycle(view, period)
    expected = plain.lifecycle(period)
    assert {
        (each.kind, each.state): [each.entered, each.left, each.micros]
        for each in cycle.states
        if each.entered
    } == expected
    assert counted(cycle.sales) == plain.bucket(period)
    rates = payment_rates(view, period)
    kinds = ("captured", "failed", "refunded", "charged_back")
    found = {
        (each.method, kind): (getattr(each, kind), getattr(each, f"{kind}_minor"))
        for each in rates.methods
        for kind in kinds
        if getattr(each, kind)
    }
    paid = plain.payments(period)
    assert found == paid
    for kind in kinds:
        sums = [sums for (_, each), sums in paid.items() if each == kind]
        assert getattr(rates.total, kind) == sum(count for count, _ in sums)
        assert getattr(rates.total, f"{kind}_minor") == sum(amount for _, amount in sums)


def customers_agree(view: View, plain: Reading, period: Period) -> None:
    """Lists of customers, segments and cohorts."""
    people = plain.customers()

    def row(each: CustomerFigures) -> tuple[Any, ...]:
        figures = (each.since, each.orders, each.units, each.net_minor)
        return (each.customer.hex, *figures, each.first_order, each.last_order)

    by_spend = sorted(people.items(), key=lambda pair: (-pair[1][3], pair[0]))
    assert [row(each) for each in top_customers(view, limit=9)] == [
        (key, *figures) for key, figures in by_spend if figures[3] > 0
    ][:9]
    for days in (1, 30):
        new = [key for key, each in people.items() if (plain.today - each[0]).days < days]
        assert {each.customer.hex for each in new_customers(view, days=days)} == set(new)
        quiet, everybody = plain.inactive(days)
        assert inactive_rate(view, days=days) == (quiet, everybody)
        assert len(inactive_customers(view, days=days)) == min(quiet, 1000)
    edges, scores = plain.segments()
    segments = customer_segments(view)
    assert (segments.edges is None) == (edges is None)
    if segments.edges is not None:
        assert (
            segments.edges.recency,
            segments.edges.frequency,
            segments.edges.monetary,
        ) == edges
    named = {key: NEVER_BOUGHT if of is None else segment_of(of) for key, of in scores.items()}
    assert {each.name: each.customers for each in segments.segments} == {
        name: list(named.values()).count(name) for name in SEGMENTS
    }
    members = [each.customer.hex for name in SEGMENTS for each in customers_in(view, name)]
    assert sorted(members) == sorted(named), "every customer is in exactly one segment"
    for key, figures in list(people.items())[:2]:
        customer = next(iter(customers_in(view, named[key]))).customer
        rfm, one = customer_rfm(view, customer), customer_figures(view, customer)
        assert rfm is not None
        assert rfm.segment == named[customer.hex]
        assert one is not None
        assert row(one)[1:] == people[customer.hex]
        assert figures
    for step in STEPS:
        if step == "day" and (period.last - period.first).days > 40:
            continue
        whole = Period(bucket_of(period.first, step).first, bucket_of(period.last, step).last)
        found = {each.start: list(each.active) for each in cohorts(view, period, by=step)}
        assert found == {
            start: counts
            for start, counts in plain.cohorts(step).items()
            if whole.first <= start <= whole.last
        }


def summaries_agree(view: View, plain: Reading, period: Period) -> None:
    """What is put together is what its parts are."""
    glance = overview(view, period)
    assert counted(glance.sales) == plain.bucket(period)
    assert glance.payments == payment_rates(view, period).total
    assert glance.segments == customer_segments(view)
    assert glance.best_products == product_performance(view, period, limit=10)
    people = plain.customers().values()
    assert glance.new_customers == sum(period.first <= each[0] <= period.last for each in people)
    everybody = customer_summary(view)
    assert everybody.customers == len(people)
    assert everybody.orders == sum(each[1] for each in people)
    assert everybody.net_minor == sum(each[3] for each in people)
    tenant = tenant_summary(view)
    assert tenant.customers == len(people)
    ordered: list[Any] = [each.day for each in plain.of("order.placed").itertuples()]
    if ordered:
        ever = Period(min(ordered), plain.today)
        assert counted(tenant.sales)[:3] == plain.bucket(ever)[:3]


def all_agree(view: View, plain: Reading, period: Period) -> None:
    """Every question of a period."""
    sales_agree(view, plain, period)
    orders_agree(view, plain, period)
    customers_agree(view, plain, period)
    summaries_agree(view, plain, period)
