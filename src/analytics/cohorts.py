"""Cohorts: customers by when they first bought, and how many of them came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from analytics.periods import Period, Ratio, Step, bucket_of
from analytics.view import View


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """Who first bought in one week or month."""

    start: date
    """The first day of it."""
    customers: int
    active: tuple[int, ...]
    """Those of them who bought in that week or month, in the next, and so on until the day that is asked about."""

    @property
    def retention(self) -> tuple[Ratio, ...]:
        """The share of them who bought in each."""
        return tuple(Ratio(active, self.customers) for active in self.active)


def cohorts(view: View, period: Period, *, by: Step = "month") -> tuple[Cohort, ...]:
    """Follow the customers who first bought in each week or month of a period, empty ones left out.

    Orders that were called off are none. Weeks and months are whole: who first bought in the month in which the period
    begins is in its cohort, on whatever day.

    Raises
    ------
    RecordError
        "by must be one of day, week, month; got ..."
    """
    buckets = period.buckets(by)
    whole = Period(bucket_of(buckets[0].first, by).first, bucket_of(buckets[-1].last, by).last)
    rows = view.rows(
        f"""
        WITH bought AS (
            SELECT DISTINCT customer, CAST(date_trunc('{by}', day) AS DATE) AS start
            FROM placed WHERE customer > 0 AND sale NOT IN (FROM called_off)
        ),
        firsts AS (SELECT customer, min(start) AS began FROM bought GROUP BY customer)
        SELECT began, start, count(*) FROM bought JOIN firsts USING (customer)
        WHERE began BETWEEN $first AND $last GROUP BY began, start
        """,
        **whole.days,
    )
    active = {(began, start): count for began, start, count in rows}
    found = []
    for began in sorted({began for began, _ in active}):
        reach = [each.first for each in Period(began, max(view.today, began)).buckets(by)]
        counts = tuple(active.get((began, start), 0) for start in reach)
        found.append(Cohort(start=began, customers=active[began, began], active=counts))
    return tuple(found)
