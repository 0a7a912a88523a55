"""The draw: random by the seed alone, the same share of every layer, never more offers than the budget allows."""

from __future__ import annotations

import uuid
from collections import Counter
from random import Random

import pytest

from commerce.campaigns.drawing import FEWEST_HELD_OUT, Pick, draw
from commerce.records.errors import RecordError


def picks_of(count: int) -> list[Pick]:
    return [Pick(uuid.UUID(int=1 + n), 10 * (count - n), 0.4, "active", n) for n in range(count)]


def test_the_order_of_the_picks_changes_nothing_and_the_seed_does() -> None:
    picks = picks_of(200)
    drawn = draw(picks, holdout=0.2, seed=1)
    shuffled = list(picks)
    Random(3).shuffle(shuffled)
    assert draw(shuffled, holdout=0.2, seed=1) == drawn
    assert draw(picks, holdout=0.2, seed=2) != drawn
    assert [each.pick.gain for each in drawn] == sorted((p.gain for p in picks), reverse=True)


@pytest.mark.parametrize(
    ("count", "holdout", "budget", "offers", "held_out"),
    [
        (1000, 0.1, None, 900, 100),
        (1000, 0.1, 90, 90, 10),
        (1000, 0.1, 5, 5, 5),
        (1000, 0.1, 5000, 900, 100),
        (12, 0.1, None, 7, 5),
        (100, 0.9, None, 10, 90),
    ],
)
def test_no_more_offers_are_made_than_the_budget_allows_and_a_handful_is_held_out(
    count: int, holdout: float, budget: int | None, offers: int, held_out: int
) -> None:
    picks = picks_of(count)
    drawn = draw(picks, holdout=holdout, seed=7, budget=budget)
    assert Counter(each.treated for each in drawn) == {True: offers, False: held_out}
    assert {each.pick for each in drawn} == set(picks[: offers + held_out])
    assert held_out >= FEWEST_HELD_OUT


def test_the_same_share_of_every_layer_is_held_out() -> None:
    drawn = draw(picks_of(503), holdout=0.1, seed=5)
    shares = {
        layer: [each.treated for each in drawn if each.layer == layer].count(False)
        for layer in range(1, 6)
    }
    assert shares == {1: 10, 2: 10, 3: 10, 4: 10, 5: 10}


def test_everybody_is_held_out_equally_often() -> None:
    picks = picks_of(60)
    out = Counter(
        each.pick.recency_days
        for seed in range(600)
        for each in draw(picks, holdout=0.25, seed=seed)
        if not each.treated
    )
    assert len(out) == 60
    assert 105 <= min(out.values()) <= 150 <= max(out.values()) <= 195


def test_what_could_not_be_compared_is_refused() -> None:
    with pytest.raises(RecordError, match=r"holdout must be more than 0 and at most 0\.9; got 0"):
        draw(picks_of(20), holdout=0, seed=1)
    with pytest.raises(RecordError, match="budget must be 5 or more; got 4"):
        draw(picks_of(20), holdout=0.1, seed=1, budget=4)
    with pytest.raises(RecordError, match="picks must be 10 or more to be compared; got 9"):
        draw(picks_of(9), holdout=0.1, seed=1)
    with pytest.raises(RecordError, match="picks must name each customer once"):
        draw(picks_of(20) * 2, holdout=0.1, seed=1)
