"""What a line costs."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.records.line_prices import Offer, Price, discount, price_line, share

offers = st.one_of(
    st.builds(Offer, st.uuids(), st.integers(1, 10_000), st.none()),
    st.builds(Offer, st.uuids(), st.none(), st.integers(1, 10**9)),
)


@given(
    st.integers(0, 10**9), st.integers(1, 1000), st.lists(offers, max_size=5), st.integers(0, 5000)
)
def test_the_best_offer_alone_is_taken_and_never_more_than_the_line(
    unit: int, quantity: int, found: list[Offer], tax_bp: int
) -> None:
    gross = unit * quantity
    price = price_line(gross, quantity, found, tax_bp)
    assert 0 <= price.discount <= gross
    assert price.discount == max((discount(gross, quantity, offer) for offer in found), default=0)
    assert (price.promotion_id is None) == (not found)
    assert price.tax == share(gross - price.discount, tax_bp)
    assert price.amount == gross - price.discount + price.tax


@pytest.mark.parametrize(
    ("amount", "basis_points", "part"),
    [(50, 100, 0), (150, 100, 2), (250, 100, 2), (350, 100, 4), (51, 100, 1), (0, 10_000, 0)],
)
def test_shares_are_rounded_half_to_even(amount: int, basis_points: int, part: int) -> None:
    assert share(amount, basis_points) == part


def test_of_equal_offers_the_first_by_id_is_taken() -> None:
    one, two = Offer(UUID(int=1), 1000, None), Offer(UUID(int=2), None, 10)
    for found in ([one, two], [two, one]):
        assert price_line(100, 1, found, 0) == Price(100, 10, 0, one.id)
