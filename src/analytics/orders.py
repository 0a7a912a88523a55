"""What becomes of orders: the states they are in, how long they were in each, and what an order comes to."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.mart_sql import MACHINES, code_of
from analytics.periods import Period, Ratio
from analytics.sales import SalesBucket, sales_total
from analytics.view import View


@dataclass(frozen=True, kw_only=True)
class StateTime:
    """How long orders, deliveries or returns are in a state."""

    kind: str
    """``order``, ``delivery`` or ``return``."""
    state: str
    entered: int
    """How often one came into the state."""
    now: int
    """How many are in it."""
    left: int
    """How often one left it again."""
    micros: int
    """How long those that left it had been in it, all together, in microseconds."""

    @property
    def mean_hours(self) -> Ratio:
        """How long one is in it on average before it leaves; 0 where none left."""
        return Ratio(self.micros, self.left * 3_600_000_000)


@dataclass(frozen=True, kw_only=True)
class Lifecycle:
    """What became of what began in a period."""

    sales: SalesBucket
    """What was sold, with the average order."""
    states: tuple[StateTime, ...]
    """Every state, by kind in the order of their machines."""

    def now(self, kind: str = "order") -> dict[str, int]:
        """Count by state what is in it."""
        return {each.state: each.now for each in self.states if each.kind == kind}


def order_lifecycle(view: View, period: Period) -> Lifecycle:
    """Tell what became of the orders, deliveries and returns that began in a period.

    An order begins with its first event but a cart's; a cart is no order yet.
    """
    rows = view.rows(
        """
        SELECT code, count(*), count(*) FILTER (until_known < getvariable('as_of')),
            coalesce(sum(until - occurred) FILTER (until_known < getvariable('as_of')), 0)
        FROM step WHERE plain AND began BETWEEN $first AND $last GROUP BY code
        UNION ALL
        SELECT code, count(*), count(beyond), coalesce(sum(beyond - occurred), 0) FROM (
            SELECT code, occurred, lead(occurred) OVER (steps ORDER BY occurred, id) AS beyond,
                min(day) OVER steps AS start
            FROM (
                SELECT *, lag(code) OVER (PARTITION BY record, code // 16 ORDER BY occurred, id) AS before
                FROM step WHERE NOT plain
            )
            WHERE before IS NULL OR before <> code WINDOW steps AS (PARTITION BY record, code // 16)
        )
        WHERE start BETWEEN $first AND $last GROUP BY code
        """,
        **period.days,
    )
    found: dict[int, tuple[int, int, int]] = {}
    for code, *sums in rows:
        held = found.get(code, (0, 0, 0))
        entered, left, micros = (
            int(more) + before for more, before in zip(sums, held, strict=True)
        )
        found[code] = (entered, left, micros)
    states = tuple(
        StateTime(
            kind=machine.kind,
            state=state,
            entered=entered,
            now=entered - left,
            left=left,
            micros=micros,
        )
        for place, machine in enumerate(MACHINES)
        for number, state in enumerate(machine.states)
        if state != "cart"
        for entered, left, micros in [found.get(code_of(place, number), (0, 0, 0))]
    )
    return Lifecycle(sales=sales_total(view, period), states=states)
