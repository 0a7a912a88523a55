"""Every question by its name, so that one can be asked from elsewhere: another process, a command, a saved report."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.categories import categories_summary
from analytics.cohorts import cohorts
from analytics.customers import (
    customer_figures,
    inactive_customers,
    inactive_rate,
    new_customers,
    top_customers,
    vip_customers,
)
from analytics.orders import order_lifecycle
from analytics.overview import customer_summary, overview, tenant_summary
from analytics.payments import payment_rates
from analytics.products import product_performance
from analytics.sales import revenue_by_category, sales_metrics, sales_total, top_products
from analytics.segments import customer_rfm, customer_segments, customers_in
from analytics.view import View
from commerce.records.errors import RecordError
from tabular.errors import did_you_mean

QUESTIONS: Mapping[str, Callable[..., Any]] = {
    question.__name__: question
    for question in (
        categories_summary,
        cohorts,
        customer_figures,
        customer_rfm,
        customer_segments,
        customer_summary,
        customers_in,
        inactive_customers,
        inactive_rate,
        new_customers,
        order_lifecycle,
        overview,
        payment_rates,
        product_performance,
        revenue_by_category,
        sales_metrics,
        sales_total,
        tenant_summary,
        top_customers,
        top_products,
        vip_customers,
    )
}
"""What may be asked of a `View`, by the name of its function."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a question came to, and what it is about."""

    tenant: str
    as_of: datetime
    """Aware: asked again as of it, the same comes out."""
    backfills: int
    """The last backfill that counted."""
    currency: str
    """Of the minor units."""
    result: Any
    """What the function of that name gives."""


def ask(view: View, question: str, **asked: Any) -> Answer:
    """Ask a question by its name.

    Parameters
    ----------
    **asked
        As its function takes them, ``view`` left out.

    Raises
    ------
    RecordError
        "question must be one of those that can be asked; got ... Did you mean ...?", "revenue_by_category must be
        asked with what it takes; got ..."; and what the question refuses.
    """
    if question not in QUESTIONS:
        raise RecordError(
            f"question must be one of those that can be asked; got {question!r}. {did_you_mean(question, QUESTIONS)}"
        )
    function = QUESTIONS[question]
    try:
        inspect.signature(function).bind(view, **asked)
    except TypeError as error:
        taken = [name for name in inspect.signature(function).parameters if name != "view"]
        raise RecordError(
            f"{question} must be asked with what it takes; got {', '.join(sorted(asked)) or 'nothing'}."
            f" It takes {', '.join(taken) or 'nothing'}."
        ) from error
    return Answer(
        tenant=view.tenant.slug,
        as_of=view.as_of,
        backfills=view.backfills,
        currency=view.tenant.currency,
        result=function(view, **asked),
    )
