"""Goods: counted once, corrected with a reason, and announced when they run low."""

import uuid

import pytest
from sqlalchemy import Engine, func, select
from tests.commerce.orders.carts import buy
from tests.commerce.shop import ADMIN, make_shop

from commerce.records import schema
from commerce.records.errors import InsufficientFunds, NotFound, RecordError
from commerce.stock import (
    REASONS,
    adjust,
    asset,
    available,
    come_back,
    hold,
    leave,
    low,
    receive,
    release,
)


def test_what_is_received_may_be_sold(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    variant = shop.variant(stock=0)
    with shop.work() as work:
        assert available(work, [variant]) == {variant: 0}
        assert receive(work, variant, 7) == 7
        assert receive(work, variant, 3) == 10
        assert available(work, [variant, uuid.uuid4()]) == {variant: 10}
    assert shop.holds("external", asset=asset(variant)) == -10


def test_what_is_in_stock_is_what_its_account_holds_and_its_postings_sum_to(
    any_engine: Engine,
) -> None:
    shop = make_shop(any_engine)
    variant, other = shop.variant(stock=9), shop.variant(stock=5)
    with shop.work() as work:
        adjust(work, variant, 2, reason="damaged")
    buy(shop, shop.buyer(50_000), variant, variant, variant)
    account, posting = schema.account, schema.posting
    shelf = account.c.kind == "on_hand"
    mine = account.c.asset == asset(variant)
    sums = [
        select(func.coalesce(func.sum(posting.c.amount), 0))
        .join(account, (account.c.id == side) & (account.c.tenant_id == posting.c.tenant_id))
        .where(shelf, mine)
        for side in (posting.c.credit_account_id, posting.c.debit_account_id)
    ]
    with shop.look() as work:
        came, went = (int(work.connection.scalar(each) or 0) for each in sums)
        held = work.connection.scalar(select(account.c.balance).where(shelf, mine))
        told = available(work, [variant, other])
    assert (came, went) == (9, 5)
    assert told == {variant: 4, other: 5}
    assert held == came - went == told[variant]


@pytest.mark.parametrize("reason", REASONS)
def test_stock_is_corrected_with_a_reason_that_gives_the_direction(
    engine: Engine, reason: str
) -> None:
    shop = make_shop(engine)
    variant = shop.variant(stock=5)
    with shop.work() as work:
        left = adjust(work, variant, 2, reason=reason)
        emitted = work.connection.execute(
            select(schema.event.c.reason, schema.event.c.quantity).where(
                schema.event.c.type == "stock.adjusted"
            )
        ).one()
    assert left == (7 if reason == "found" else 3)
    assert shop.holds("scrapped", asset=asset(variant)) == (
        2 if reason in ("damaged", "expired") else 0
    )
    assert tuple(emitted) == (reason, 2)


def test_no_more_is_taken_off_the_shelf_than_lies_there(engine: Engine) -> None:
    shop = make_shop(engine)
    variant = shop.variant(stock=2)
    with pytest.raises(InsufficientFunds, match="on_hand must hold"), shop.work() as work:
        adjust(work, variant, 3, reason="lost")
    with pytest.raises(RecordError, match="reason must be one of"), shop.work() as work:
        adjust(work, variant, 1, reason="whim")
    for quantity in (0, -1, 1_000_001):
        with pytest.raises(RecordError, match="quantity must be"), shop.work() as work:
            receive(work, variant, quantity)
    assert shop.holds("on_hand", asset=asset(variant)) == 2


def test_a_seller_counts_own_goods_only(engine: Engine) -> None:
    shop, seller = make_shop(engine), None
    seller = shop.seller()
    own, other = shop.variant(seller=seller, stock=0), shop.variant(stock=0)
    with shop.work(seller) as work:
        assert receive(work, own, 1) == 1
        assert [level.variant_id for level in low(work, threshold=5).rows] == [own]
        for variant in (other, uuid.uuid4()):
            with pytest.raises(NotFound, match="variant must exist"):
                receive(work, variant, 1)


def test_a_variant_is_low_up_to_and_at_its_threshold(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    at, under, over = (shop.variant(stock=stock, low_stock_at=5) for stock in (5, 0, 6))
    with shop.look(ADMIN) as work:
        assert {level.variant_id for level in low(work).rows} == {at, under}
        assert {level.variant_id for level in low(work, threshold=6).rows} == {at, under, over}
        assert [level.variant_id for level in low(work, threshold=4).rows] == [under]
        assert len(low(work, threshold=6, limit=2, offset=1).rows) == 2


def test_running_low_is_announced_once_per_crossing(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    variant = shop.variant(stock=8, low_stock_at=5)
    emitted = []
    for step in (-2, -1, -1, 2, -2, -4):  # 6 5* 4 6 4* 0
        with shop.work() as work:
            if step > 0:
                receive(work, variant, step)
            else:
                adjust(work, variant, -step, reason="sent_back")
        emitted.append(len(shop.events("stock.low")))
    assert emitted == [0, 1, 1, 1, 2, 2]


def test_goods_set_aside_come_back_or_leave() -> None:
    variant, order = uuid.uuid4(), uuid.uuid4()
    held, freed, left = (act(variant, 2, order) for act in (hold, release, leave))
    assert (held.source, held.target) == (freed.target, freed.source)
    assert (left.source, left.target.kind) == (held.target, "external")
    assert come_back(variant, 1, damaged=False).target == held.source
    assert come_back(variant, 1, damaged=True).target.kind == "scrapped"
