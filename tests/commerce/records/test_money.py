"""Money in whole minor units."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.records.errors import RecordError
from commerce.records.money import allocate, currency_code, exact_minor, from_minor, to_minor


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


@pytest.mark.parametrize("code", ["", "EURO", "€", "12A", "XXX", "XAU", "XTS", "ABC"])
def test_a_currency_is_one_that_money_can_have(code: str) -> None:
    with pytest.raises(RecordError, match="currency must be an ISO 4217 code"):
        currency_code(code)


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1).filter(any))
def test_an_allocation_sums_up_and_is_within_a_unit_of_each_exact_share(
    amount: int, weights: list[int]
) -> None:
    parts = allocate(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)


def test_the_largest_remainder_is_served_first_and_the_first_of_equals() -> None:
    assert allocate(10, [6, 3, 2]) == [5, 3, 2]
    assert allocate(2, [1, 1, 1]) == [1, 1, 0]


@pytest.mark.parametrize(("amount", "weights"), [(1, []), (1, [0, 0]), (-1, [1]), (1, [2, -1])])
def test_an_amount_without_weights_to_go_by_is_refused(amount: int, weights: list[int]) -> None:
    with pytest.raises(RecordError, match="must be distributed by weights"):
        allocate(amount, weights)


def test_an_amount_finer_than_the_currency_is_refused() -> None:
    assert exact_minor(Decimal("5"), "JPY") == 5
    for amount, currency in (("1.005", "EUR"), ("0.5", "JPY")):
        with pytest.raises(RecordError, match="must have at most"):
            exact_minor(Decimal(amount), currency)
