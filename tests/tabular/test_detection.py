"""What a file's cells say about the way it writes numbers and times."""

from __future__ import annotations

import pytest

from tabular.detection import DecimalSurvey, TimeSurvey
from tabular.errors import TableError


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03/04/2011", "25/12/2011"], "DMY"),
        (["03/04/2011", "12/25/2011"], "MDY"),
        (["03-04-2011", "12-25-2011"], "MDY"),
        (["03.04.2011"], "DMY"),
        (["2011-03-04"], "DMY"),
        (["13/13/2011", "12/25/2011"], "MDY"),
    ],
)
def test_day_and_month_are_told_apart_by_the_rows(cells: list[str], order: str) -> None:
    survey = TimeSurvey()
    survey.feed(cells)
    assert survey.settled() == order


def test_a_file_that_leaves_day_and_month_in_doubt_is_asked_about() -> None:
    survey = TimeSurvey()
    survey.feed(["03/04/2011", "01/02/2011"])
    assert not survey.decided
    with pytest.raises(TableError, match="--time-format DMY"):
        survey.settled()


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1", "2"], "."),
        (["1.234", "5,5"], ","),
        (["1,234", "5.50"], "."),
        (["1.234.567"], ","),
        (["1.234,5"], ","),
        (["0.125"], "."),
        (["1234.567"], "."),
        (["n/a, or so", "3,5"], ","),
    ],
)
def test_the_decimal_mark_is_found_where_some_cell_settles_it(cells: list[str], mark: str) -> None:
    survey = DecimalSurvey()
    survey.feed(cells)
    assert survey.settled() == mark


def test_a_file_that_leaves_the_decimal_mark_in_doubt_is_asked_about() -> None:
    survey = DecimalSurvey()
    survey.feed(["1.234", "2.000"])
    with pytest.raises(TableError, match="--decimal"):
        survey.settled()
