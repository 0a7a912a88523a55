"""Handing an order's money out: to the last minor unit."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from commerce.records.line_prices import Offer, price_line
from commerce.records.settlement import Sold, settle

ADA, BOB = UUID(int=1), UUID(int=2)


@st.composite
def sold_lines(draw: st.DrawFn) -> Sold:
    """A line as checkout prices it, of a seller or the shop, of which a part went back."""
    offers = draw(
        st.lists(
            st.one_of(
                st.builds(Offer, st.uuids(), st.integers(1, 10_000), st.none()),
                st.builds(Offer, st.uuids(), st.none(), st.integers(1, 10**6)),
            ),
            max_size=3,
        )
    )
    quantity = draw(st.integers(1, 20))
    price = price_line(
        draw(st.integers(0, 10**6)) * quantity, quantity, offers, draw(st.integers(0, 3000))
    )
    seller = draw(st.sampled_from([ADA, BOB, None]))
    return Sold(seller, price.amount, price.tax, draw(st.integers(0, price.amount)))


@given(
    st.lists(sold_lines(), min_size=1, max_size=8),
    st.integers(0, 10**7),
    st.integers(0, 10_000),
)
def test_what_is_handed_out_is_what_there_was(lines: list[Sold], refund: int, fee_bp: int) -> None:
    for_lines = sum(line.refunded for line in lines)
    paid = sum(line.amount for line in lines)
    money = paid - for_lines - min(refund, paid - for_lines)
    settled = settle(lines, money, fee_bp)
    assert settled.total == money
    parts = [*settled.sellers.values(), settled.fees, settled.tax, settled.own]
    assert min(parts) >= 0
    for seller, part in settled.sellers.items():
        own = [line for line in lines if line.seller_id == seller]
        assert part <= sum(line.amount - line.refunded for line in own)


@given(st.lists(sold_lines(), min_size=1, max_size=8), st.integers(0, 10_000))
def test_of_an_order_that_nothing_went_back_of_everybody_gets_exactly_theirs(
    lines: list[Sold], fee_bp: int
) -> None:
    lines = [line._replace(refunded=0) for line in lines]
    settled = settle(lines, sum(line.amount for line in lines), fee_bp)
    assert settled.tax == sum(line.tax for line in lines)
    assert settled.own == sum(line.amount - line.tax for line in lines if line.seller_id is None)
    for seller, part in settled.sellers.items():
        own = [line.amount - line.tax for line in lines if line.seller_id == seller]
        exact = sum(own) * (10_000 - fee_bp) / 10_000
        assert abs(part - exact) <= len(own) / 2 + 1e-6


def test_what_went_back_for_one_line_is_not_taken_from_another() -> None:
    lines = [Sold(ADA, 1190, 190, refunded=1190), Sold(BOB, 1190, 190)]
    assert settle(lines, 1190, 500).sellers == {ADA: 0, BOB: 950}


def test_what_went_back_for_the_order_is_borne_by_all_its_lines() -> None:
    lines = [Sold(ADA, 3000, 0), Sold(BOB, 1000, 0)]
    assert settle(lines, 2000, 0).sellers == {ADA: 1500, BOB: 500}
