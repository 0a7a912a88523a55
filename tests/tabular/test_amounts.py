"""Numbers as shops write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tabular.amounts import NumberReader


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5", "12.5"),
        ("1,234.56", "1234.56"),
        ("1 234.56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1\u202f234.56", "1234.56"),
        ("12,34,567.00", "1234567.00"),
        ("£12.50", "12.50"),
        ("-£12.50", "-12.50"),
        ("US$ 12.50", "12.50"),
        ("12.50 GBP", "12.50"),
        ("$-3", "-3"),
        ("(3.00)", "-3.00"),
        ("3.00-", "-3.00"),
        ("\u22123", "-3"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e-05", "0.00001"),
        ("0.001", "0.001"),
    ],
)
def test_a_number_with_a_decimal_point_is_read_exactly(text: str, number: str) -> None:
    assert NumberReader(".")(text) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.234,56", "1234.56"), ("17,50 €", "17.50"), ("1.234", "1234"), ("0,125", "0.125")],
)
def test_a_number_with_a_decimal_comma_is_read_exactly(text: str, number: str) -> None:
    assert NumberReader(",")(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "twelve",
        "1,23",
        "1.2.3",
        "12 pieces",
        "--3",
        "(-3)",
        "nan",
        "inf",
        "1,2345.00",
        "٣",
        "1-2",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="got"):
        NumberReader(".")(text)


@given(
    number=st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    mark=st.sampled_from(".,"),
)
def test_a_number_written_with_thousands_marks_is_read_back(number: Decimal, mark: str) -> None:
    written = f"{number:,.2f}"
    if mark == ",":
        written = written.translate(str.maketrans(",.", ".,"))
    assert NumberReader(mark)(written) == number
