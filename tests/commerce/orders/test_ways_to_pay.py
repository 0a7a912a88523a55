"""However an order comes to be paid, its seller is paid once, and nobody pays for what is no order any more."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from tests.commerce.delivery.journeys import courier_of, delivered, placed, shipped, shown
from tests.commerce.payments.banks import Bank, make_bank
from tests.commerce.shop import Shop, make_shop

from commerce.delivery import jobs
from commerce.orders.checkout import place
from commerce.orders.completion import cancel, complete
from commerce.orders.lines import OrderedLine
from commerce.payments import disputes, intents, invoices, offline
from commerce.payments.queries import payments
from commerce.records import schema
from commerce.records.actors import SYSTEM
from commerce.records.doctor import examine
from commerce.records.errors import Conflict, Forbidden
from commerce.returns import approve, inspect, receive, request


def deliver(shop: Shop, order: UUID) -> None:
    """Bring an order to the door."""
    courier = courier_of(shop)
    proof = shipped(shop, courier, order)
    assert shown(shop, courier, order, token=proof.token).delivered


def send_back(shop: Shop, order: UUID, position: int) -> None:
    """Let one unit of a line come back, and accept it."""
    with shop.work(days=4) as work:
        returned = request(work, order, position, 1, "wrong_size")
        receive(work, returned, 1)
        inspect(work, returned, "new", seller_at_fault=False)
        approve(work, returned)


@pytest.mark.parametrize("method", ["wallet", "cash_on_delivery", "pay_later"])
def test_an_order_that_is_paid_in_another_way_than_first_said_pays_its_seller(
    any_engine: Engine, method: str
) -> None:
    shop = make_shop(any_engine)
    buyer, seller = shop.buyer(5000), shop.seller()
    assert buyer.customer_id is not None
    assert seller.user_id is not None
    order = placed(shop, buyer, (shop.variant(seller=seller), 1), method="card")
    with shop.work(buyer) as work:
        intents.cancel(work, payments(work, order_id=order).rows[0].id)
        intents.begin(work, order, buyer.customer_id, 1190, method)
    courier = courier_of(shop)
    with shop.look(courier) as work:
        asked = {job.order_id: job.cash_minor for job in jobs.available(work).rows}
    assert asked == {order: 1190 if method == "cash_on_delivery" else 0}
    deliver(shop, order)
    with shop.work(days=3) as work:
        if method == "pay_later":
            invoices.pay(work, invoices.of_order(work, order)[0].id, 1190)
        complete(work, order)
    assert shop.holds("wallet", seller.user_id.hex) == 950
    assert [shop.holds(kind) for kind in ("sales", "fees", "tax")] == [0, 50, 190]
    assert shop.holds("held", order.hex) == 0
    with shop.look() as work:
        assert examine(work.connection, shop.tenant) == []


@pytest.mark.parametrize("method", ["wallet", "pay_later", "cash_on_delivery"])
def test_what_is_cancelled_is_not_paid_any_more(any_engine: Engine, method: str) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer(5000)
    customer = buyer.customer_id
    assert customer is not None
    order = placed(shop, buyer, (shop.variant(), 1), method="pay_later")
    with shop.work(buyer) as work:
        cancel(work, order)
    with pytest.raises(Conflict, match="order must be placed to be paid"), shop.work(buyer) as work:
        intents.begin(work, order, customer, 1190, method)
    with pytest.raises(Conflict, match="order must be placed to be paid"), shop.work() as work:
        offline.record_payment(work, order, customer, 1190, "transfer", success=True)
    assert shop.holds("held", order.hex) == 0
    assert shop.holds("wallet", customer.hex) == 5000


def test_a_buyer_does_not_take_back_what_is_paid_for_goods_that_came(any_engine: Engine) -> None:
    """Payments are undone with their order; without it only by who runs the shop."""
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    for method in ("wallet", "cash_on_delivery", "pay_later"):
        order = delivered(shop, buyer, (shop.variant(), 1), method=method)
        before = shop.rows()
        with pytest.raises(Forbidden), shop.work(buyer) as work:
            intents.void(work, order)
        assert shop.rows() == before


def test_cash_that_nobody_brought_is_not_captured(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer = shop.buyer()
    order = placed(shop, buyer, (shop.variant(), 1), method="cash_on_delivery")
    for stranger in (buyer, shop.buyer(), shop.seller(), courier_of(shop)):
        for take in (intents.settle_cash, intents.capture_wallet):
            with pytest.raises(Forbidden), shop.work(stranger) as work:
                take(work, order)
    assert shop.holds("external") == 0


def test_a_payment_that_failed_elsewhere_ends_with_its_order(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer()
    assert buyer.customer_id is not None
    order = placed(shop, buyer, (shop.variant(), 1), method="card")
    with shop.work(buyer) as work:
        intents.cancel(work, payments(work, order_id=order).rows[0].id)
    with shop.work() as work:
        offline.record_payment(work, order, buyer.customer_id, 1190, "card", success=False)
        cancel(work, order)
    with shop.look() as work:
        assert {each.status for each in payments(work, order_id=order).rows} == {"canceled"}
        kinds = work.connection.execute(select(schema.provider_record.c.kind)).scalars()
        assert "provider_call" not in set(kinds)


def test_what_is_taken_back_of_the_rest_is_taken_from_those_who_still_have_it(
    any_engine: Engine,
) -> None:
    """Ada's goods came back whole; what the bank takes back of the order then is Bob's, not Ada's other money."""
    shop = make_shop(any_engine)
    buyer, ada, bob = shop.buyer(), shop.seller(), shop.seller()
    assert ada.user_id is not None
    assert bob.user_id is not None
    hers, his = (shop.variant(seller=seller) for seller in (ada, bob))
    order, other = (
        delivered(shop, buyer, *lines, method="cash_on_delivery")
        for lines in (((hers, 1), (his, 1)), ((hers, 1),))
    )
    for each in (order, other):
        with shop.work(SYSTEM, days=3) as work:
            complete(work, each)
    send_back(shop, order, 1)
    assert shop.holds("wallet", ada.user_id.hex) == 950
    with shop.work(days=4) as work:
        dispute = disputes.begin(
            work, payments(work, order_id=order).rows[0].id, 1190, "fraudulent"
        )
        disputes.close(work, dispute, lost=True)
    assert shop.holds("wallet", ada.user_id.hex) == 950
    assert shop.holds("wallet", bob.user_id.hex) == 0


@pytest.fixture(params=["local", "stripe"])
def bank(request: pytest.FixtureRequest, any_engine: Engine) -> Bank:
    """A shop with its provider."""
    return make_bank(any_engine, request.param)


def test_an_order_waits_for_its_refund_and_then_pays_who_is_to_be_paid(
    bank: Bank,
) -> None:
    """A refund under way is no money to hand out: else the other seller would get it, too."""
    shop = bank.shop
    buyer, card = bank.buyer("pm_card_pendingRefund")
    ada, bob = shop.seller(), shop.seller()
    assert buyer.customer_id is not None
    assert ada.user_id is not None
    assert bob.user_id is not None
    lines = [OrderedLine(shop.variant(seller=seller), 1) for seller in (ada, bob)]
    with shop.work(buyer) as work:
        order = place(work, lines, buyer.customer_id, "card", method_id=card)
    bank.run()
    with shop.look() as work:
        payment = payments(work, order_id=order).rows[0].id
    bank.confirm(buyer, payment)
    deliver(shop, order)
    send_back(shop, order, 1)
    bank.run()
    with (
        pytest.raises(Conflict, match="no refund under way"),
        shop.work(SYSTEM, days=5) as work,
    ):
        complete(work, order)
    bank.deliver(bank.move(bank.refund_of(bank.intent(payment)), "succeeded"))
    with shop.work(SYSTEM, days=5) as work:
        complete(work, order)
    assert shop.holds("wallet", ada.user_id.hex) == 0
    assert shop.holds("wallet", bob.user_id.hex) == 950
    assert shop.holds("held", order.hex) == 0


@pytest.mark.parametrize("lost", [True, False])
def test_what_is_disputed_is_cancelled_when_the_bank_has_spoken(bank: Bank, lost: bool) -> None:
    """Else what a bank leaves to the shop would be held for ever for an order that is none."""
    shop = bank.shop
    buyer, payment = bank.paid()
    order = bank.look(payment).order_id
    assert order is not None
    with shop.work() as work:
        dispute = disputes.begin(work, payment, 590, "fraudulent")
    before = shop.rows()
    with pytest.raises(Conflict, match="must not be disputed"), shop.work(buyer) as work:
        cancel(work, order)
    assert shop.rows() == before
    with shop.work() as work:
        disputes.close(work, dispute, lost=lost)
    with shop.work(buyer) as work:
        cancel(work, order)
    bank.run()
    assert shop.holds("held", order.hex) == shop.holds("external") == 0
