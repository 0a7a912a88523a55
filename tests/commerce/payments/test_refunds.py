"""Money that goes back: from whom it is taken, to whom it goes, and never more than arrived."""

import threading
from uuid import UUID

import pytest
from sqlalchemy import Engine
from tests.commerce.payments.paying import ordered, payment_of
from tests.commerce.shop import ADMIN, Shop, make_shop

from commerce.orders.checkout import place
from commerce.orders.lines import OrderedLine
from commerce.payments import disputes, intents, invoices, methods, refunds
from commerce.payments.totals import Totals, totals
from commerce.records.actors import Actor
from commerce.records.database import reading
from commerce.records.doctor import examine
from commerce.records.errors import (
    CommerceError,
    Conflict,
    InsufficientFunds,
    KeyReused,
    RecordError,
)
from commerce.records.idempotency import once
from commerce.records.ledger import FEES, SALES, TAX, Account, Transfer
from commerce.records.machine import EventDraft, fetch, fire
from commerce.records.settlement import Sold, settle
from commerce.records.states import ORDER, PAYMENT, WALLET
from commerce.records.work import Work
from commerce.wallet import of_customer, of_sellers


def completed(shop: Shop, method: str) -> tuple[UUID, Actor, Actor]:
    """A completed order of two sellers' lines (1190 and 2380) and one of the shop's own (595); give the sellers."""
    buyer, ada, bob = shop.buyer(10_000), shop.seller(), shop.seller(buys=True)
    lines = [
        OrderedLine(shop.variant(1000, seller=ada), 1),
        OrderedLine(shop.variant(1000, seller=bob), 2),
        OrderedLine(shop.variant(500), 1),
    ]
    assert buyer.customer_id is not None
    with shop.work(buyer) as work:
        order = place(work, lines, buyer.customer_id, method)
    with shop.work() as work:
        intents.capture_wallet(work, order)
        intents.settle_cash(work, order)
        sold = [Sold(ada.user_id, 1190, 190), Sold(bob.user_id, 2380, 380), Sold(None, 595, 95)]
        settled = settle(sold, 4165, work.policy.fee_bp)
        assert ada.user_id is not None
        assert bob.user_id is not None
        held = Account("held", order.hex)
        shares = {
            of_sellers(work, [ada.user_id])[ada.user_id][0]: settled.sellers[ada.user_id],
            of_sellers(work, [bob.user_id])[bob.user_id][0]: settled.sellers[bob.user_id],
            FEES: settled.fees,
            TAX: settled.tax,
            SALES: settled.own,
        }
        paid = [Transfer("EUR", held, place, part) for place, part in shares.items()]
        fire(work, ORDER, order, EventDraft("order.completed", transfers=paid))
    return order, ada, bob


def purse(shop: Shop, seller: Actor) -> int:
    """What a seller's wallet holds."""
    owner = seller.customer_id or seller.user_id
    assert owner is not None
    return shop.holds("wallet", owner.hex)


@pytest.mark.parametrize("method", ["wallet", "cash_on_delivery"])
def test_after_completion_everybody_gives_back_what_they_got(
    any_engine: Engine, method: str
) -> None:
    shop = make_shop(any_engine)
    order, ada, bob = completed(shop, method)
    assert [purse(shop, ada), purse(shop, bob)] == [950, 1900]
    with shop.work() as work:
        refunds.refund_order(work, order, 2380, reason="damaged", position=2)
    assert [purse(shop, ada), purse(shop, bob)] == [950, 0]
    with shop.work() as work:
        refunds.refund_order(work, order, 1785, reason="damaged")
    left = [shop.holds(kind) for kind in ("fees", "tax", "sales")]
    assert sum(left) + purse(shop, ada) == 0
    assert shop.holds("external") == -10_000
    assert payment_of(shop, order).totals == Totals(captured=4165, refunded=4165)


def test_the_shop_bears_what_a_seller_spent_already(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order, ada, _ = completed(shop, "cash_on_delivery")
    assert ada.user_id is not None
    with shop.work() as work:
        wallet, _ = of_sellers(work, [ada.user_id])[ada.user_id]
        other = of_customer(UUID(int=1))
        spent = EventDraft(
            "seller.paid", amount=900, transfers=[Transfer("EUR", wallet, other, 900)]
        )
        fire(work, WALLET, ada.user_id, spent)
    sales = shop.holds("sales")
    with shop.work() as work:
        refunds.refund_order(work, order, 1190, reason="damaged", position=1)
    assert purse(shop, ada) == 0
    assert shop.holds("sales") == sales - 900


def test_before_completion_money_comes_from_what_is_held(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer(5000)
    assert buyer.customer_id is not None
    order = ordered(shop, buyer, "wallet")
    with shop.work() as work:
        assert refunds.refund_order(work, order, 190, reason="late") == 190
    assert shop.holds("held", order.hex) == 1000
    assert shop.holds("wallet", buyer.customer_id.hex) == 4000
    payment = payment_of(shop, order)
    assert (payment.status, payment.totals) == ("succeeded", Totals(captured=1190, refunded=190))
    assert shop.events("wallet.spent", "wallet.refunded") == ["wallet.spent", "wallet.refunded"]


def test_open_invoices_are_credited_before_money_goes_back(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = ordered(shop, shop.buyer(), "pay_later", instalments=2)
    with shop.work() as work:
        invoices.pay(work, invoices.of_order(work, order)[0].id, 595)
        assert refunds.refund_order(work, order, 700, reason="return") == 700
    with shop.look() as work:
        assert [(each.open, each.credited) for each in invoices.of_order(work, order)] == [
            (0, 0),
            (0, 595),
        ]
    payment = payment_of(shop, order)
    assert (payment.status, payment.totals) == ("succeeded", Totals(captured=595, refunded=105))
    assert shop.events("order.paid") == ["order.paid"]
    with pytest.raises(Conflict, match="got 491 of 490 left"), shop.work() as work:
        refunds.refund_order(work, order, 491, reason="return")
    assert payment_of(shop, order).totals.refunded == 105


@pytest.mark.parametrize("amount", [0, -1, 1191])
def test_a_refund_is_of_something_and_of_no_more_than_there_is(engine: Engine, amount: int) -> None:
    shop = make_shop(engine)
    order = ordered(shop, shop.buyer(5000), "wallet")
    with pytest.raises(Conflict, match="must not exceed what was captured"), shop.work() as work:
        refunds.refund(work, payment_of(shop, order).id, amount, reason="late")
    with (
        shop.work() as work,
        pytest.raises(RecordError, match="reason must be one lower-case word"),
    ):
        refunds.refund(work, payment_of(shop, order).id, 1, reason="Ada was late")
    assert shop.events("payment.captured", "payment.refunded") == []


def test_a_top_up_that_is_spent_does_not_go_back(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    assert buyer.customer_id is not None
    with shop.work(buyer) as work:
        card = methods.attach(work, buyer.customer_id, "pm_card_visa")
        payment = intents.top_up(work, buyer.customer_id, 2000, method_id=card)
        assert intents.confirm(work, payment) == "succeeded"
    ordered(shop, buyer, "wallet")
    with pytest.raises(InsufficientFunds, match="asked of 810"), shop.work() as work:
        refunds.refund(work, payment, 2000, reason="other")


def crowd(shop: Shop, payment: UUID, gate: threading.Barrier | None = None) -> int:
    """Twelve refunds of 400 at once; give how many were made."""
    made: list[int] = []

    def ask() -> None:
        try:
            with shop.work(ADMIN) as work:
                made.append(refunds.refund(work, payment, 400, reason="damaged"))
        except CommerceError:
            pass

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(made)


def test_twelve_refunds_at_once_give_no_more_than_was_captured(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = ordered(shop, shop.buyer(), "cash_on_delivery")
    with shop.work() as work:
        intents.settle_cash(work, order)
    payment = payment_of(shop, order)
    assert crowd(shop, payment.id) == 2
    assert payment_of(shop, order).totals == Totals(captured=1190, refunded=800)


def test_without_the_lock_they_would_give_more(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop(postgres_engine)
    order = ordered(shop, shop.buyer(), "cash_on_delivery")
    with shop.work() as work:
        intents.settle_cash(work, order)
    payment = payment_of(shop, order)
    gate = threading.Barrier(12)

    def naive(work: Work, payment_id: UUID) -> tuple[object, object]:
        row = fetch(work, PAYMENT, payment_id, lock=False)
        return row, fetch(work, ORDER, row.order_id, lock=False)

    honest = totals

    def slow(work: Work, payment_id: UUID) -> Totals:
        found = honest(work, payment_id)
        gate.wait()
        return found

    monkeypatch.setattr(refunds, "lock", naive)
    monkeypatch.setattr(refunds, "totals", slow)
    assert crowd(shop, payment.id) == 12
    assert payment_of(shop, order).totals.open < 0


def test_a_refund_asked_for_twice_under_one_key_is_made_once(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = ordered(shop, shop.buyer(5000), "wallet")
    payment = payment_of(shop, order).id
    given = []
    for amount in (300, 300, 301):
        request = {"payment": payment.hex, "amount": amount}
        try:
            with shop.work() as work:
                given.append(
                    once(
                        work,
                        "refund",
                        "key-1",
                        request,
                        lambda: refunds.refund(work, payment, request["amount"], reason="late"),  # type: ignore[arg-type]  # noqa: B023
                    )
                )
        except KeyReused:
            given.append(-1)
    assert given == [300, 300, -1]
    assert payment_of(shop, order).totals.refunded == 300


def test_a_dispute_lost_after_completion_is_borne_by_who_got_the_money(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order, ada, bob = completed(shop, "cash_on_delivery")
    with shop.work() as work:
        dispute = disputes.begin(work, payment_of(shop, order).id, 4165, "fraudulent")
        disputes.close(work, dispute, lost=True)
    assert payment_of(shop, order).totals == Totals(captured=4165, charged_back=4165)
    assert [purse(shop, ada), purse(shop, bob)] == [0, 0]
    assert [shop.holds(kind) for kind in ("fees", "tax", "sales")] == [0, 0, 0]
    with reading(any_engine) as connection:
        assert examine(connection) == []
