"""Buying on account: instalments, part payments, credits, and what is overdue by its dates."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.commerce.payments.paying import ordered, payment_of
from tests.commerce.shop import NOW, make_shop

from commerce.payments import intents, invoices
from commerce.payments.totals import Totals
from commerce.records.actors import SYSTEM
from commerce.records.errors import Conflict, Forbidden, NotFound
from commerce.records.instants import to_micros
from commerce.records.money import allocate


def test_instalments_share_the_amount_and_fall_due_one_period_after_another(
    any_engine: Engine,
) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    assert buyer.customer_id is not None
    order = ordered(shop, buyer, "pay_later", instalments=4)
    with shop.look(buyer) as work:
        issued = invoices.of_customer(work, buyer.customer_id)
    assert [each.amount for each in issued] == [298, 298, 297, 297]
    assert [each.due_at - NOW for each in issued] == [timedelta(days=30 * n) for n in (1, 2, 3, 4)]
    assert {each.order_id for each in issued} == {order}
    assert shop.events("invoice.issued") == ["invoice.issued"] * 4


@given(st.integers(4, 10**9), st.integers(1, 4))
def test_instalments_differ_by_one_unit_at_most(amount: int, count: int) -> None:
    parts = allocate(amount, [1] * count)
    assert sum(parts) == amount
    assert max(parts) - min(parts) <= 1


@pytest.mark.parametrize("count", [0, 5, -1])
def test_more_instalments_than_the_shop_allows_are_refused(engine: Engine, count: int) -> None:
    shop = make_shop(engine)
    with pytest.raises(Conflict, match="instalments must be 1 to 4"):
        ordered(shop, shop.buyer(), "pay_later", instalments=count)
    assert shop.events("order.placed") == []


def test_an_invoice_is_paid_in_parts_and_the_order_with_the_last(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = ordered(shop, shop.buyer(), "pay_later", instalments=2)
    with shop.look() as work:
        first, second = invoices.of_order(work, order)
    for invoice, amount, state in (
        (first, 500, "processing"),
        (first, 95, "processing"),
        (second, 594, "processing"),
        (second, 1, "succeeded"),
    ):
        assert shop.events("order.paid") == []
        with shop.work() as work:
            invoices.pay(work, invoice.id, amount)
        assert payment_of(shop, order).status == state
    assert shop.events("order.paid") == ["order.paid"]
    assert shop.holds("sales") == 1190
    with shop.work() as work, pytest.raises(Conflict, match="must be paid with 1 to 0; got 1"):
        invoices.pay(work, first.id, 1)


def test_twelve_part_payments_at_once_pay_no_more_than_is_open(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = ordered(shop, shop.buyer(), "pay_later")
    with shop.look() as work:
        (invoice,) = invoices.of_order(work, order)
    refused: list[Conflict] = []

    def pay() -> None:
        try:
            with shop.work() as work:
                invoices.pay(work, invoice.id, 119)
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=pay) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 2
    assert payment_of(shop, order).totals == Totals(captured=1190)
    assert shop.events("order.paid") == ["order.paid"]


def test_a_credited_invoice_need_not_be_paid(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = ordered(shop, shop.buyer(), "pay_later")
    with shop.work() as work:
        (invoice,) = invoices.of_order(work, order)
        invoices.pay(work, invoice.id, 1000)
        invoices.credit(work, invoice.id, 190, reason="return")
        assert intents.is_paid(work, order)
    payment = payment_of(shop, order)
    assert (payment.status, payment.totals) == ("succeeded", Totals(captured=1000))
    assert shop.events("payment.settled", "order.paid") == ["payment.settled", "order.paid"]
    with shop.work() as work, pytest.raises(Conflict, match="must be credited with 1 to 0"):
        invoices.credit(work, invoice.id, 1, reason="return")


def test_the_bank_may_take_back_what_was_paid(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = ordered(shop, shop.buyer(), "pay_later")
    with shop.work() as work:
        (invoice,) = invoices.of_order(work, order)
        invoices.pay(work, invoice.id, 1190)
        invoices.charge_back(work, invoice.id, 1190, reason="no_cover")
        with pytest.raises(Conflict, match="must be charged back with 1 to 0"):
            invoices.charge_back(work, invoice.id, 1, reason="no_cover")
    assert payment_of(shop, order).totals == Totals(captured=1190, charged_back=1190)
    assert shop.holds("sales") == shop.holds("external") == 0


def test_overdue_is_a_matter_of_dates(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer, other = shop.buyer(), shop.buyer()
    order = ordered(shop, buyer, "pay_later", instalments=2)
    ordered(shop, other, "pay_later")
    for days, late in ((30, 0), (31, 2), (59, 2), (61, 3)):
        with shop.work(days=days) as work:
            assert len(invoices.overdue(work)) == late
    with shop.work(buyer, days=61) as work:
        first, second = invoices.overdue(work)
        assert [each.days_overdue(work.now) for each in (first, second)] == [31, 1]
    with shop.work(days=62) as work:
        invoices.pay(work, first.id, first.open)
        assert [each.id for each in invoices.of_order(work, order) if each.open] == [second.id]
        assert first.id not in {each.id for each in invoices.overdue(work)}
        assert invoices.of_order(work, order)[0].days_overdue(work.now) == 0


def test_a_customer_is_reminded_of_an_invoice_once(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = ordered(shop, shop.buyer(), "pay_later")
    with shop.work(SYSTEM, days=30) as work:
        assert invoices.remind_overdue(work) == []
        (invoice,) = invoices.of_order(work, order)
        assert not invoices.remind(work, invoice.id)
    reminded: list[bool] = []

    def remind() -> None:
        with shop.work(SYSTEM, days=31) as work:
            reminded.append(invoices.remind(work, invoice.id))

    with shop.work(SYSTEM, days=31) as work:
        assert invoices.remind_overdue(work) == [invoice.id]
    threads = [threading.Thread(target=remind) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reminded) == [False] * 5 + [True]
    assert shop.events("invoice.overdue") == ["invoice.overdue"]
    with shop.work(SYSTEM, days=90) as work:
        assert invoices.remind_overdue(work) == []
        assert to_micros(invoice.due_at) < work.now


def test_only_who_runs_the_shop_says_that_an_invoice_is_paid(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer = shop.buyer()
    order = ordered(shop, buyer, "pay_later")
    with shop.look() as work:
        (invoice,) = invoices.of_order(work, order)
    with shop.work(buyer) as work:
        with pytest.raises(Forbidden):
            invoices.pay(work, invoice.id, 1)
        with pytest.raises(Forbidden):
            invoices.credit(work, invoice.id, 1, reason="other")
    with shop.work() as work, pytest.raises(NotFound, match="invoice must exist"):
        invoices.pay(work, uuid4(), 1)
