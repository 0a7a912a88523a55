"""Rankings: what each source says, modes and reasons, and the same bits whoever else is ranked."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from tests.scoring.rankings import CUP, KETTLE, LAMP, TEA, make_ranking

from scoring.ranker import blended, rank, sources_of
from scoring.ranking import SOURCES, Blend
from scoring.recommended import BoughtBefore, BoughtTogether, Popular, Recommended

BOUGHT = [(TEA, 90), (TEA, 0), (CUP, 10)]


def ranked(*args: object, **how: object) -> list[Recommended]:
    """The whole ranking."""
    return list(rank(make_ranking(), *args, **how))  # type: ignore[arg-type]


def test_each_source_says_what_it_means() -> None:
    found = dict(zip(SOURCES, sources_of(make_ranking(), BOUGHT).tolist(), strict=True))
    root = math.sqrt(2)
    assert found["often"] == [root, 1, 0, 0]
    assert found["owned"] == [1, 1, 0, 0]
    assert found["lately"] == [1.125, math.pow(0.5, 10 / 30), 0, 0]
    assert found["again"] == [0.5, 0.125, 0, 0]
    assert found["wanted"] == [0.5, 0.25, 0, 0]
    assert found["rising"] == [0.5, -0.5, 0, 0]
    assert found["popular"] == [0, 0, 0.1, 1]
    assert found["related"] == pytest.approx([0, 0, 0.75 / root, 0])
    assert found["together"] == pytest.approx([0, 0, 9 / math.sqrt(50 * 20) / root, 0])


def test_a_ranking_is_the_blend_of_its_sources() -> None:
    ranking = make_ranking(blend=Blend(lately=2.0, popular=-0.5))
    assert blended(ranking, [(TEA, 30)]).tolist() == [1.0, -0.125, -0.05, -0.5]
    assert [each.product for each in rank(ranking, [(TEA, 30)])] == [TEA, KETTLE, CUP, LAMP]


def test_what_was_bought_before_comes_with_how_often_and_when() -> None:
    tea, cup, kettle, lamp = ranked(BOUGHT)
    assert (tea.product, tea.reason) == (TEA, BoughtBefore(times=2, days_ago=0))
    assert (cup.product, cup.reason) == (CUP, BoughtBefore(times=1, days_ago=10))
    assert (kettle.product, kettle.reason) == (KETTLE, BoughtTogether(product=TEA, customers=9))
    assert (lamp.product, lamp.reason) == (LAMP, Popular(customers=90))


def test_by_similar_customers_nothing_is_recommended_that_is_there_already() -> None:
    first, second, last = ranked([(TEA, 5)], "similar_customers")
    assert (first.product, first.reason) == (CUP, BoughtTogether(product=TEA, customers=34))
    assert (second.product, second.reason) == (KETTLE, BoughtTogether(product=TEA, customers=9))
    assert (last.product, last.reason) == (LAMP, Popular(customers=90))


@pytest.mark.parametrize("mode", ["history", "similar_customers", "inventory"])
@pytest.mark.parametrize("purchases", [[], [("a product of yesterday", 3)]])
def test_a_new_customer_is_recommended_what_is_popular(
    mode: str, purchases: list[tuple[str, int]]
) -> None:
    found = ranked(purchases, mode)
    assert [each.product for each in found] == [LAMP, TEA, CUP, KETTLE]
    assert [each.reason for each in found] == [Popular(customers=each) for each in (90, 50, 40, 20)]


def test_of_equals_the_first_one_comes_first() -> None:
    even = make_ranking(popularity=np.ones(4))
    assert [each.product for each in rank(even, [])] == [TEA, CUP, KETTLE, LAMP]
    assert [each.product for each in rank(even, [], "similar_customers")] == [*even.products]


def test_the_order_of_purchases_changes_no_bit() -> None:
    ranking = make_ranking(blend=Blend(**dict.fromkeys(SOURCES, 1 / 3)))
    np.testing.assert_array_equal(
        blended(ranking, [(CUP, 10), (TEA, 90), (TEA, 0)]), blended(ranking, BOUGHT)
    )


def test_ranking_needs_neither_web_nor_database() -> None:
    program = (
        "import sys\n"
        "from scoring.ranker import rank\n"
        "from scoring.contents.ranking import read\n"
        "asked = {'fastapi', 'starlette', 'uvicorn', 'duckdb', 'sqlite3', 'psycopg', 'serving', 'pandas'}\n"
        "print(sorted(asked & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
