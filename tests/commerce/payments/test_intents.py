"""Payments by wallet, in cash, on account and offline; their states, owners and limits."""

import threading
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, update
from tests.commerce.payments.paying import ordered, payment_of
from tests.commerce.shop import ADMIN, make_shop

from commerce.payments import disputes, intents, invoices, methods, queries, refunds
from commerce.payments.offline import record_payment
from commerce.payments.totals import Totals
from commerce.records import schema
from commerce.records.actors import SYSTEM
from commerce.records.database import writing
from commerce.records.errors import (
    CommerceError,
    Conflict,
    Forbidden,
    IllegalMove,
    InsufficientFunds,
    NotFound,
    RecordError,
)
from commerce.records.ledger import Account
from commerce.records.machine import EventDraft, fire
from commerce.records.states import EDGES, ORDER, PAYMENT

# https://docs.stripe.com/payments/paymentintents/lifecycle: an attempt leads on until the money is there, is refused
# and tried anew, or is called off; what an event may overtake is skipped.
STRIPE = {
    "requires_payment_method": {"requires_confirmation", "canceled"},
    "requires_confirmation": {
        "requires_action",
        "processing",
        "requires_capture",
        "succeeded",
        "requires_payment_method",
        "canceled",
    },
    "requires_action": {
        "processing",
        "requires_capture",
        "succeeded",
        "requires_payment_method",
        "canceled",
    },
    "processing": {
        "requires_action",
        "requires_capture",
        "succeeded",
        "requires_payment_method",
        "canceled",
    },
    "requires_capture": {"processing", "succeeded", "requires_payment_method", "canceled"},
    "succeeded": set(),
    "canceled": set(),
}


def test_the_states_of_a_payment_are_those_of_stripes_intents() -> None:
    graph: dict[str, set[str]] = {state: set() for state in PAYMENT.states}
    for table, _, source, target in EDGES:
        if table == "payment":
            graph[source].add(target)
    assert graph == STRIPE


@pytest.mark.parametrize(
    ("method", "begun", "held"),
    [("wallet", "requires_capture", 1190), ("cash_on_delivery", "processing", 0)],
)
def test_wallet_and_cash_are_captured_when_the_order_is_due(
    any_engine: Engine, method: str, begun: str, held: int
) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer(5000)
    order = ordered(shop, buyer, method)
    payment = payment_of(shop, order)
    assert (payment.status, payment.provider) == (begun, method)
    assert shop.holds("held", order.hex) == held
    for _ in range(2):
        with shop.work() as work:
            intents.settle_cash(work, order)
            intents.capture_wallet(work, order)
    assert payment_of(shop, order).totals == Totals(captured=1190)
    assert shop.holds("held", order.hex) == 1190
    assert shop.events("order.paid") == ["order.paid"]
    with shop.look() as work:
        assert intents.is_paid(work, order)


@pytest.mark.parametrize("method", ["wallet", "cash_on_delivery", "pay_later"])
@pytest.mark.parametrize("captured", [False, True])
def test_a_cancelled_orders_payments_leave_nothing(
    any_engine: Engine, method: str, captured: bool
) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer(5000)
    assert buyer.customer_id is not None
    order = ordered(shop, buyer, method)
    if captured:
        with shop.work() as work:
            intents.settle_cash(work, order)
            intents.capture_wallet(work, order)
            for invoice in invoices.of_order(work, order):
                invoices.pay(work, invoice.id, invoice.amount)
    with shop.work() as work:
        intents.void(work, order)
    seen = payment_of(shop, order)
    gone = 1190 if captured else 0
    assert seen.totals == Totals(captured=gone, refunded=gone)
    assert seen.status == ("succeeded" if captured else "canceled")
    assert shop.holds("held", order.hex) == 0
    assert shop.holds("external") == -5000
    assert shop.holds(*Account("wallet", buyer.customer_id.hex)) == 5000


def test_a_wallet_cannot_pay_more_than_it_holds(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer(1189)
    with pytest.raises(InsufficientFunds, match="wallet must hold"):
        ordered(shop, buyer, "wallet")
    assert shop.events("order.placed", "payment.created") == ["payment.created"]


def test_an_order_is_paid_once_all_of_it_is_captured(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    assert buyer.customer_id is not None
    customer = buyer.customer_id
    order = ordered(shop, buyer, "cash_on_delivery")
    with shop.work() as work:
        intents.void(work, order)
        record_payment(work, order, customer, 400, "card", success=False)
        record_payment(work, order, customer, 390, "card", success=True)
    assert shop.events("order.paid") == []
    parts = 8
    gate = threading.Barrier(parts)

    def pay() -> None:
        with shop.work() as work:
            if work.connection.dialect.name == "postgresql":
                gate.wait()
            record_payment(work, order, customer, 100, "transfer", success=True)

    threads = [threading.Thread(target=pay) for _ in range(parts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shop.events("order.paid") == ["order.paid"]
    assert shop.events("payment.failed") == ["payment.failed"]
    assert shop.holds("external") == -1190


def test_payments_never_exceed_their_order(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    assert buyer.customer_id is not None
    order = ordered(shop, buyer, "cash_on_delivery")
    with (
        shop.work(buyer) as work,
        pytest.raises(
            Conflict, match=r"payments must not exceed their order; got 0\.01 EUR of 0\.00 EUR"
        ),
    ):
        intents.begin(work, order, buyer.customer_id, 1, "card")
    with shop.work(SYSTEM) as work:
        intents.void(work, order)
    raised: list[CommerceError] = []

    def begin() -> None:
        try:
            with shop.work(buyer) as work:
                intents.begin(work, order, buyer.customer_id, 1190, "card")  # type: ignore[arg-type]
        except CommerceError as error:
            raised.append(error)

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(error) for error in raised] == [Conflict] * 5


def test_a_noted_payment_moves_money_only_if_it_succeeded(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    assert buyer.customer_id is not None
    order = ordered(shop, buyer, "cash_on_delivery")
    with shop.work() as work:
        intents.void(work, order)
        failed = record_payment(work, order, buyer.customer_id, 1190, "card", success=False)
    with shop.look() as work:
        seen = queries.get(work, failed)
    assert (seen.status, seen.totals) == ("requires_payment_method", Totals())
    assert shop.holds("external") == 0
    with shop.work() as work, pytest.raises(RecordError, match="must be one of card"):
        record_payment(work, order, buyer.customer_id, 1, "wallet", success=True)
    with shop.work(buyer) as work, pytest.raises(Forbidden):
        record_payment(work, order, buyer.customer_id, 1, "card", success=True)


@pytest.mark.parametrize("provider", ["paypal", "wallet", ""])
def test_an_unknown_provider_takes_no_cards(engine: Engine, provider: str) -> None:
    shop = make_shop(engine)
    buyer = shop.buyer(5000)
    with writing(engine) as connection:
        connection.execute(update(schema.tenant).values(settings={"provider": provider}))
    with pytest.raises(RecordError, match="setting provider must be one of local, stripe"):
        ordered(shop, buyer, "card")
    ordered(shop, buyer, "wallet")


def test_an_unknown_method_is_refused(engine: Engine) -> None:
    shop = make_shop(engine)
    with pytest.raises(RecordError, match="payment method must be one of card, wallet"):
        ordered(shop, shop.buyer(), "barter")
    buyer = shop.buyer()
    assert buyer.customer_id is not None
    with shop.work(buyer) as work, pytest.raises(RecordError, match="top-up must be 1 to"):
        intents.top_up(work, buyer.customer_id, 0)


def test_a_buyer_sees_and_moves_only_what_is_the_buyers(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    ada, eve = shop.buyer(), shop.buyer()
    assert ada.customer_id is not None
    assert eve.customer_id is not None
    with shop.work(ada) as work:
        card = methods.attach(work, ada.customer_id, "pm_card_visa")
    assert card is not None
    order = ordered(shop, ada, "card")
    payment = payment_of(shop, order)
    with shop.look(eve) as work:
        assert queries.payments(work).rows == []
        for look in (
            lambda: queries.get(work, payment.id),
            lambda: methods.methods_of(work, ada.customer_id),
            lambda: invoices.of_customer(work, ada.customer_id),
        ):
            with pytest.raises(NotFound):
                look()
    with shop.work(eve) as work:
        for act in (
            lambda: intents.confirm(work, payment.id),
            lambda: intents.cancel(work, payment.id),
            lambda: intents.void(work, order),
            lambda: intents.choose_method(work, payment.id, card),
            lambda: methods.detach(work, card),
            lambda: methods.attach(work, ada.customer_id, "pm_card_visa"),
            lambda: intents.begin(work, order, eve.customer_id, 1, "card"),
            lambda: intents.top_up(work, ada.customer_id, 1),
        ):
            with pytest.raises(NotFound):
                act()
        with pytest.raises(Forbidden):
            refunds.refund(work, payment.id, 1, reason="other")
        with pytest.raises(Forbidden):
            disputes.begin(work, payment.id, 1, "fraudulent")
    with shop.look(ada) as work:
        assert [each.id for each in queries.payments(work).rows] == [payment.id]


def test_payments_are_listed_by_state_without_secrets(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer(5000)
    first, second = ordered(shop, buyer, "wallet"), ordered(shop, buyer, "cash_on_delivery")
    with shop.look() as work:
        assert {each.order_id for each in queries.payments(work).rows} == {None, first, second}
        (only,) = queries.payments(work, status="requires_capture").rows
        assert only.order_id == first
        assert len(queries.payments(work, customer_id=buyer.customer_id, limit=2).rows) == 2
        with pytest.raises(RecordError, match="status must be one of requires_payment_method"):
            queries.payments(work, status="paid")
    assert not {"reference", "secret", "client_secret"} & set(queries.Payment._fields)


def test_another_card_than_the_customers_does_not_pay(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    ada, eve = shop.buyer(), shop.buyer()
    assert eve.customer_id is not None
    with shop.work(eve) as work:
        card = methods.attach(work, eve.customer_id, "pm_card_visa")
    order = ordered(shop, ada, "card")
    payment = payment_of(shop, order)
    with shop.work(ADMIN) as work:
        with pytest.raises(NotFound, match="payment method must exist"):
            intents.choose_method(work, payment.id, card)  # type: ignore[arg-type]
        with pytest.raises(NotFound, match="payment method must exist"):
            intents.begin(work, order, ada.customer_id, 0, "card", method_id=card)  # type: ignore[arg-type]
        with pytest.raises(IllegalMove):
            intents.confirm(work, payment.id)
        with pytest.raises(NotFound):
            intents.begin(work, uuid4(), eve.customer_id, 1, "card")


def test_no_number_of_a_card_is_kept_anywhere(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer = shop.buyer()
    assert buyer.customer_id is not None
    with (
        shop.work(buyer) as work,
        pytest.raises(NotFound, match="card must exist; got '4242424242424242'"),
    ):
        methods.attach(work, buyer.customer_id, "4242424242424242")
    with shop.look() as work:
        assert work.connection.execute(select(schema.payment_method)).all() == []


def test_an_order_without_an_end_can_be_paid_after_its_completion(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    assert buyer.customer_id is not None
    order = ordered(shop, buyer, "cash_on_delivery")
    with shop.work() as work:
        fire(work, ORDER, order, EventDraft("order.completed"))
        intents.settle_cash(work, order)
    assert shop.holds("sales") == 1190


def test_another_shops_customers_orders_and_invoices_are_not_found(any_engine: Engine) -> None:
    shop, other = make_shop(any_engine), make_shop(any_engine, "other")
    buyer = shop.buyer(5000)
    customer = buyer.customer_id
    assert customer is not None
    order = ordered(shop, buyer, "pay_later")
    payment = payment_of(shop, order).id
    with shop.look() as work:
        invoice = invoices.of_order(work, order)[0].id
    with other.work() as work:
        for act in (
            lambda: intents.top_up(work, customer, 1),
            lambda: intents.begin(work, order, customer, 1, "card"),
            lambda: intents.void(work, order),
            lambda: intents.settle_cash(work, order),
            lambda: intents.capture_wallet(work, order),
            lambda: intents.is_paid(work, order),
            lambda: record_payment(work, order, customer, 1, "card", success=True),
            lambda: refunds.refund(work, payment, 1, reason="other"),
            lambda: refunds.refund_order(work, order, 1, reason="other"),
            lambda: disputes.begin(work, payment, 1, "fraudulent"),
            lambda: invoices.issue(work, payment, order, customer, 1, 1),
            lambda: invoices.pay(work, invoice, 1),
            lambda: invoices.remind(work, invoice),
            lambda: methods.attach(work, customer, "pm_card_visa"),
            lambda: queries.get(work, payment),
        ):
            with pytest.raises(NotFound):
                act()
        assert invoices.of_customer(work, customer) == invoices.of_order(work, order) == []
        assert queries.payments(work).rows == []
        assert invoices.overdue(work) == []
