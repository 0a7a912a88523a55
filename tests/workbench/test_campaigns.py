"""What campaigns taught, as the rates that a decision reckons with."""

from __future__ import annotations

from analytics.campaigns import GroupEffect
from analytics.intervals import Estimate
from scoring.offers import SuccessRate
from workbench.campaigns import success_rates

Recency = tuple[int, int | None]


def group(
    state: str | None, recency: Recency | None, success: float | None, left: int = 30
) -> GroupEffect:
    known = None if success is None else Estimate(success, success - 0.1, success + 0.1)
    return GroupEffect(
        state=state,
        recency_days=recency,
        offered=200,
        withheld=60,
        left_offered=50,
        left_withheld=left,
        success=known,
    )


def rate(share: float, days: float, *, returns: bool = False) -> SuccessRate:
    return SuccessRate(rate=share, returns=returns, from_days=days)


def test_a_group_of_whom_enough_left_has_a_rate_of_its_own_and_others_that_of_their_state() -> None:
    learned = [
        group(None, None, 0.2),
        group("active", None, 0.3),
        group("active", (0, 30), 0.4),
        group("active", (31, 90), 0.9, left=19),
        group("active", (91, 180), 0.1),
        group("lapsed", None, 0.05),
        group("lapsed", (366, None), -0.3),
    ]
    assert success_rates(learned) == (
        rate(0.4, 0.0),
        rate(0.3, 31.0),
        rate(0.1, 91.0),
        rate(0.3, 181.0),
        rate(0.05, 0.0, returns=True),
        rate(0.0, 366.0, returns=True),
    )


def test_a_state_of_whom_few_were_drawn_has_the_rate_of_all() -> None:
    learned = [group(None, None, 0.2), group("active", None, 0.6, left=4)]
    assert success_rates(learned) == (rate(0.2, 0.0), rate(0.2, 0.0, returns=True))


def test_where_too_few_left_nothing_is_learned() -> None:
    assert success_rates([group(None, None, 0.2, left=19)]) == ()
    assert success_rates([group(None, None, None)]) == ()
    assert success_rates([]) == ()
