"""Quotes that are not closed cost their line, and no row behind it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.quoting import quoted_rows

ROWS = [f"c{n},2019-01-05,10.50,item {n}\n" for n in range(1000)]


def read(lines: list[str]) -> list[tuple[int, list[str]]]:
    return list(quoted_rows(lines, ",", 4))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (200, 'c200,2019-01-05,10.50,"item 200\n'),
        (0, '"c0,2019-01-05,10.50,item 0\n'),
        (999, 'c999,2019-01-05,10.50,"item 999\n'),
    ],
)
def test_a_quote_without_end_costs_its_own_line(line: int, text: str) -> None:
    rows = read([*ROWS[:line], text, *ROWS[line + 1 :]])
    assert [number for number, _ in rows] == list(range(1, 1001))
    assert [number for number, cells in rows if len(cells) != 4] == [line + 1]
    assert rows[line][1][0] == f"cannot be read, a quote is not closed: {text.rstrip()}"


@pytest.mark.parametrize("end", ['item" 600\n', 'item 600"\n'])
@pytest.mark.parametrize("last", [101, 600])
def test_a_second_stray_quote_swallows_nothing_between_them(end: str, last: int) -> None:
    lines = list(ROWS)
    lines[100], lines[last] = 'c100,2019-01-05,10.50,"item 100\n', f"c600,2019-01-05,10.50,{end}"
    rows = read(lines)
    assert [number for number, _ in rows] == list(range(1, 1001))
    assert [number for number, cells in rows if len(cells) != 4] == [101]


def test_a_cell_with_line_breaks_of_its_own_is_one_cell() -> None:
    rows = read(['c1,2019-01-05,10.50,"two\n', "lines, or\n", 'three"\n', ROWS[1]])
    assert rows == [
        (1, ["c1", "2019-01-05", "10.50", "two\nlines, or\nthree"]),
        (4, ["c1", "2019-01-05", "10.50", "item 1"]),
    ]


def test_many_stray_quotes_cost_a_line_each() -> None:
    rows = read([f'c{n},2019-01-05,10.50,"item {n}\n' for n in range(3000)])
    assert [number for number, _ in rows] == list(range(1, 3001))
    assert all(len(cells) == 1 for _, cells in rows)


def test_a_nul_costs_its_line() -> None:
    rows = read([ROWS[0], "c\0,2019-01-05,10.50,item\n", ROWS[1]])
    assert [len(cells) for _, cells in rows] == [4, 1, 4]


@given(st.lists(st.text(st.sampled_from('ab,"\n\0'), max_size=8), max_size=30))
def test_every_line_belongs_to_one_row(texts: list[str]) -> None:
    lines = "\n".join(texts).splitlines(keepends=True)
    numbers = [number for number, _ in quoted_rows(lines, ",", 3)]
    assert numbers == sorted(set(numbers))
    assert (numbers[:1] == [1]) == bool(lines)
