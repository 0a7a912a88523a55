"""Money in whole minor units."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.errors import RecordError
from commerce.money import currency_code, from_minor, to_minor


@given(st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_minor_units_survive_the_way_to_major_and_back(minor: int, currency: str) -> None:
    assert to_minor(from_minor(minor, currency), currency) == minor


@given(st.decimals("-1e9", "1e9", allow_nan=False, places=5))
def test_rounding_is_never_off_by_more_than_half_a_unit(amount: Decimal) -> None:
    assert abs(from_minor(to_minor(amount, "EUR"), "EUR") - amount) <= Decimal("0.005")


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_an_amount_that_is_no_number_is_refused(amount: str) -> None:
    with pytest.raises(RecordError, match="must be a finite number"):
        to_minor(Decimal(amount), "EUR")


@pytest.mark.parametrize("code", ["", "EURO", "€", "12A"])
def test_a_currency_is_three_letters(code: str) -> None:
    with pytest.raises(RecordError, match="three-letter"):
        currency_code(code)
