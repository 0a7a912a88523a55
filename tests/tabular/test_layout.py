"""What stands above the rows of a file, and what its header leaves out."""

from __future__ import annotations

import pytest

from tabular.errors import TableError
from tabular.layout import ROW_NAMES, find_layout

ROWS = [f"c{n},2019-01-0{n},10.50\n" for n in range(1, 10)]
HEADER = "customer,date,amount\n"


def test_excels_own_line_names_the_delimiter_and_is_passed_over() -> None:
    lines = ["sep=;\n", "customer;date;amount\n", "a;05.01.2019;10,50\n"]
    assert find_layout(lines, "f") == (";", ("customer", "date", "amount"), 1)


def test_lines_above_the_header_are_passed_over() -> None:
    lines = ['"Marketplace transactions"\n', '"All amounts in EUR"\n', "\n", HEADER, *ROWS]
    assert find_layout(lines, "f") == (",", ("customer", "date", "amount"), 3)
    assert find_layout([HEADER, *ROWS], "f").skip == 0


def test_a_header_that_leaves_out_row_names_gets_one() -> None:
    lines = [
        '"customer","date","amount"\n',
        '"1","a","2019-01-05",10.50\n',
        '"2","b","2019-01-06",1\n',
    ]
    assert find_layout(lines, "f").columns == (ROW_NAMES, "customer", "date", "amount")


def test_a_header_that_is_one_short_in_another_way_is_refused() -> None:
    lines = ["customer,date,amount\n", "a,2019-01-05,10,50\n", "b,2019-01-06,1,20\n"]
    with pytest.raises(
        TableError, match="header must name every column; got 3 names over rows of 4"
    ):
        find_layout(lines, "f")
