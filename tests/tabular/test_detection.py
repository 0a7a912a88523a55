"""What a file's cells say about the way it writes numbers and times."""

from __future__ import annotations

from datetime import date

import pytest

from tabular.detection import DateOrderDetection, DecimalDetection
from tabular.errors import TableError


def order_of(cells: list[str], latest: date | None = None) -> str:
    detection = DateOrderDetection()
    detection.latest = latest
    detection.feed(cells)
    return detection.settled()


def mark_of(cells: list[str]) -> str:
    detection = DecimalDetection()
    detection.feed(cells)
    return detection.settled()


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03/04/2011", "25/12/2011"], "DMY"),
        (["03/04/2011", "12/25/2011"], "MDY"),
        (["03-04-2011", "12-25-2011"], "MDY"),
        (["03.04.2011"], "DMY"),
        (["2011-03-04"], "DMY"),
        (["13/13/2011", "12/25/2011"], "MDY"),
        (["03/03/2011"], "DMY"),
        (["19-01-05", "98-12-24"], "YMD"),
        (["12/25/11", "19-01-05", "11-12-10"], None),
    ],
)
def test_day_month_and_year_are_told_apart_by_the_rows(cells: list[str], order: str | None) -> None:
    if order is None:
        with pytest.raises(TableError, match="must be one for the whole column"):
            order_of(cells)
    else:
        assert order_of(cells) == order


def test_a_date_that_has_not_come_yet_is_no_reading() -> None:
    cells = ["28-01-05", "27-01-04"]
    with pytest.raises(TableError, match="got '28-01-05' and '27-01-04'"):
        order_of(cells)
    assert order_of(cells, date(2026, 1, 1)) == "DMY"


def test_a_file_that_leaves_day_and_month_in_doubt_is_asked_about() -> None:
    with pytest.raises(
        TableError, match=r"got '03/04/2011' and '01/02/2011'. Give --time-format DMY or"
    ):
        order_of(["03/04/2011", "01/02/2011"])


def test_rows_that_contradict_each_other_are_asked_about_not_outvoted() -> None:
    with pytest.raises(TableError, match="got '25/12/2011' and '12/25/2011'"):
        order_of(["25/12/2011"] * 100 + ["12/25/2011"])


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
        (["1.299", "12,-"], ","),
        (["12.-", "1,299"], "."),
    ],
)
def test_the_decimal_mark_is_found_where_some_cell_settles_it(cells: list[str], mark: str) -> None:
    assert mark_of(cells) == mark


def test_a_file_that_leaves_the_decimal_mark_in_doubt_is_asked_about() -> None:
    with pytest.raises(
        TableError, match=r"got '1.234' and '2.000'. Give --decimal . or --decimal ,"
    ):
        mark_of(["1.234", "2.000"])


def test_numbers_that_contradict_each_other_are_asked_about_not_outvoted() -> None:
    with pytest.raises(TableError, match=r"got '1.50' and '1,50'"):
        mark_of(["1.50"] * 100 + ["1,50"])
