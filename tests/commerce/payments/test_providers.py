"""What every provider of cards must do alike: the embedded one, and Stripe behind its SDK."""

import pytest
from tests.commerce.payments.banks import Bank, StripeBank

from commerce.orders import completion
from commerce.payments import disputes, intents, methods, refunds, webhooks
from commerce.payments.provider_calls import waiting
from commerce.payments.providers.port import ProviderEvent, ProviderFailed, ProviderRefused
from commerce.payments.totals import Totals
from commerce.records.doctor import examine
from commerce.records.errors import Conflict, IllegalMove
from commerce.records.ledger import Account


def test_a_confirmed_card_pays_the_order(bank: Bank) -> None:
    _, payment = bank.paid()
    seen = bank.look(payment)
    assert (seen.status, seen.totals) == ("succeeded", Totals(captured=1190))
    assert bank.shop.events("payment.captured", "order.paid") == ["payment.captured", "order.paid"]
    assert seen.order_id is not None
    assert bank.shop.holds("held", seen.order_id.hex) == 1190
    with bank.shop.look() as work:
        assert intents.is_paid(work, seen.order_id)


def test_a_declined_card_moves_no_money_and_another_card_pays(bank: Bank) -> None:
    buyer, payment = bank.paid("pm_card_visa_chargeDeclinedInsufficientFunds")
    seen = bank.look(payment)
    assert (seen.status, seen.totals) == ("requires_payment_method", Totals())
    assert bank.shop.holds("external") == 0
    card = bank.attach(buyer, "pm_card_mastercard")
    with bank.shop.work(buyer) as work:
        intents.choose_method(work, payment, card)
    bank.confirm(buyer, payment)
    assert bank.look(payment).totals == Totals(captured=1190)
    assert bank.shop.events("payment.failed", "payment.captured") == [
        "payment.failed",
        "payment.captured",
    ]


def test_a_card_that_asks_for_proof_pays_when_the_webhook_comes(bank: Bank) -> None:
    _, payment = bank.paid("pm_card_authenticationRequired")
    assert bank.look(payment).status == "requires_action"
    call = bank.move(bank.intent(payment), "succeeded")
    assert bank.look(payment).totals.captured == 0
    assert bank.deliver(call) == payment
    assert bank.look(payment).status == "succeeded"
    assert bank.shop.events("order.paid") == ["order.paid"]


def test_a_slow_payment_may_fail_at_last(bank: Bank) -> None:
    _, payment = bank.paid("pm_card_processing")
    assert bank.look(payment).status == "processing"
    call = bank.move(bank.intent(payment), "declined", "expired_card")
    for _ in range(3):
        bank.deliver(call)
    assert bank.look(payment).status == "requires_payment_method"
    assert bank.shop.events("payment.failed") == ["payment.failed"]


def test_what_is_authorised_is_captured_later(bank: Bank) -> None:
    buyer, card = bank.buyer()
    assert buyer.customer_id is not None
    first = bank.order(buyer, None)
    with bank.shop.work() as work:
        intents.cancel(work, first)
    bank.run()
    order = bank.look(first).order_id
    with bank.shop.work(buyer) as work:
        payment = intents.begin(
            work, order, buyer.customer_id, 1190, "card", method_id=card, manual=True
        )
    bank.run()
    bank.confirm(buyer, payment)
    assert bank.look(payment).status == "requires_capture"
    assert bank.shop.holds("external") == 0
    with bank.shop.work() as work:
        intents.capture(work, payment)
    bank.run()
    assert bank.look(payment).totals == Totals(captured=1190)


def test_a_payment_is_called_off_until_the_money_is_there(bank: Bank) -> None:
    buyer, card = bank.buyer("pm_card_authenticationRequired")
    payment = bank.order(buyer, card)
    bank.confirm(buyer, payment)
    with bank.shop.work(buyer) as work:
        intents.cancel(work, payment)
    bank.run()
    assert bank.look(payment).status == "canceled"
    _, other = bank.paid()
    with bank.shop.work() as work, pytest.raises(IllegalMove, match="allows"):
        intents.cancel(work, other)


def test_money_that_arrives_too_late_to_be_called_off_goes_back(bank: Bank) -> None:
    _, payment = bank.paid("pm_card_processing")
    late = bank.move(bank.intent(payment), "succeeded")
    order = bank.look(payment).order_id
    assert order is not None
    with bank.shop.work() as work:
        completion.cancel(work, order, reason="changed_mind")
    bank.run()
    bank.deliver(late)
    bank.run()
    seen = bank.look(payment)
    assert (seen.status, seen.totals) == ("succeeded", Totals(captured=1190, refunded=1190))
    assert bank.shop.holds("external") == bank.shop.holds("held", order.hex) == 0


def test_refunds_come_in_parts_and_never_exceed_what_was_captured(bank: Bank) -> None:
    _, payment = bank.paid()
    for amount in (190, 400):
        with bank.shop.work() as work:
            assert refunds.refund(work, payment, amount, reason="damaged") == amount
        bank.run()
    assert bank.look(payment).totals == Totals(captured=1190, refunded=590)
    with (
        bank.shop.work() as work,
        pytest.raises(Conflict, match="must not exceed what was captured; got 601 of 600 left"),
    ):
        refunds.refund(work, payment, 601, reason="damaged")
    assert bank.shop.holds("external") == -600


@pytest.mark.parametrize("ends", ["succeeded", "failed"])
def test_a_refund_under_way_counts_until_it_failed(bank: Bank, ends: str) -> None:
    _, payment = bank.paid("pm_card_pendingRefund")
    with bank.shop.work() as work:
        refunds.refund(work, payment, 1000, reason="damaged")
    bank.run()
    assert bank.look(payment).totals == Totals(captured=1190, pending=1000)
    assert bank.shop.holds("external") == -1190
    with bank.shop.work() as work, pytest.raises(Conflict):
        refunds.refund(work, payment, 191, reason="damaged")
    call = bank.move(bank.refund_of(bank.intent(payment)), ends)
    for _ in range(3):
        bank.deliver(call)
    done = 1000 if ends == "succeeded" else 0
    assert bank.look(payment).totals == Totals(captured=1190, refunded=done)
    assert bank.shop.holds("external") == done - 1190


def test_a_refund_that_fails_after_it_succeeded_brings_the_money_back(bank: Bank) -> None:
    _, payment = bank.paid()
    with bank.shop.work() as work:
        refunds.refund(work, payment, 500, reason="damaged")
    bank.run()
    bank.deliver(bank.move(bank.refund_of(bank.intent(payment)), "failed"))
    assert bank.look(payment).totals == Totals(captured=1190)
    assert bank.shop.holds("external") == -1190


@pytest.mark.parametrize("ends", ["won", "lost"])
def test_a_lost_dispute_takes_the_money_back(bank: Bank, ends: str) -> None:
    _, payment = bank.paid()
    opened = bank.dispute(bank.intent(payment), 1190)
    bank.deliver(opened)
    bank.deliver(opened)
    assert bank.look(payment).totals == Totals(captured=1190, disputed=1190)
    with bank.shop.work() as work, pytest.raises(Conflict):
        refunds.refund(work, payment, 1, reason="damaged")
    name = str(opened.payload).partition('"id": "dp_')[2].partition('"')[0]
    closed = bank.move(f"dp_{name}", ends)
    for _ in range(2):
        bank.deliver(closed)
    gone = 1190 if ends == "lost" else 0
    assert bank.look(payment).totals == Totals(captured=1190, charged_back=gone)
    assert bank.shop.holds("external") == gone - 1190
    assert bank.shop.events("dispute.opened", "dispute.closed") == [
        "dispute.opened",
        "dispute.closed",
    ]


@pytest.mark.parametrize(("refunded", "ours"), [(1190, 0), (500, 690)])
def test_what_a_bank_takes_beyond_what_was_left_is_a_loss_and_stops_nothing(
    bank: Bank, refunded: int, ours: int
) -> None:
    _, payment = bank.paid()
    bank.loses = True
    with bank.shop.work() as work:
        refunds.refund(work, payment, refunded, reason="goodwill")
    bank.run()
    opened = bank.dispute(bank.intent(payment), 1190)
    bank.deliver(opened)
    assert bank.look(payment).totals.open == 0
    name = str(opened.payload).partition('"id": "dp_')[2].partition('"')[0]
    closed = bank.move(f"dp_{name}", "lost")
    for _ in range(2):
        bank.deliver(closed)
    totals = Totals(captured=1190, refunded=refunded, charged_back=ours)
    assert bank.look(payment).totals == totals
    assert bank.shop.holds("losses") == ours - 1190
    assert bank.shop.holds("external") == 1190 - ours
    assert len(bank.shop.events("payment.lost")) == 1
    order = bank.look(payment).order_id
    assert order is not None
    with bank.shop.work() as work:
        completion.cancel(work, order)
    bank.run()
    assert bank.look(payment).totals == totals
    with bank.shop.look() as work:
        (finding,) = examine(work.connection, bank.shop.tenant)
    assert str(finding) == (
        "acme: losses: A bank must take no more than was left of a payment; what it took beyond is booked"
        f" as a loss. 1 breaks it: payment {payment.hex}"
    )


def test_a_dispute_is_checked_like_a_charge(bank: Bank) -> None:
    _, payment = bank.paid()
    intent = bank.intent(payment)
    with pytest.raises(Conflict, match=r"dispute must be of 1 to 1190 EUR, .*; got 9999999 EUR"):
        bank.deliver(bank.dispute(intent, 9_999_999))
    with bank.shop.work() as work:
        told = ProviderEvent("dispute.closed", intent, 0, "dp_x", 1190, "USD", charge="", lost=True)
        with pytest.raises(Conflict, match="got 1190 USD from the provider"):
            webhooks.hear(work, work.policy.provider, told)
    assert bank.look(payment).totals == Totals(captured=1190)
    assert bank.shop.events("dispute.opened", "payment.lost") == []


def test_cards_are_attached_preferred_and_detached_and_only_their_ends_are_kept(
    bank: Bank,
) -> None:
    buyer = bank.shop.buyer()
    assert buyer.customer_id is not None
    first, second = bank.attach(buyer, "pm_card_visa"), bank.attach(buyer, "pm_card_mastercard")
    with bank.shop.look(buyer) as work:
        seen = methods.methods_of(work, buyer.customer_id)
    assert [(each.brand, each.last4, each.is_default) for each in seen] == [
        ("visa", "4242", True),
        ("mastercard", "4444", False),
    ]
    with bank.shop.work(buyer) as work:
        methods.prefer(work, second)
        methods.detach(work, first)
    bank.run()
    with bank.shop.look(buyer) as work:
        (left,) = methods.methods_of(work, buyer.customer_id)
    assert (left.id, left.is_default) == (second, True)


def test_a_top_up_fills_the_wallet_when_the_card_is_charged(bank: Bank) -> None:
    buyer, card = bank.buyer()
    assert buyer.customer_id is not None
    with bank.shop.work(buyer) as work:
        payment = intents.top_up(work, buyer.customer_id, 5000, method_id=card)
    bank.run()
    bank.confirm(buyer, payment)
    assert bank.look(payment).totals == Totals(captured=5000)
    assert bank.shop.holds(*Account("wallet", buyer.customer_id.hex)) == 5000
    with bank.shop.work() as work:
        refunds.refund(work, payment, 2000, reason="other")
    bank.run()
    assert bank.shop.holds("wallet", buyer.customer_id.hex) == 3000


def test_a_dispute_under_a_name_that_another_one_has_is_refused(bank: Bank) -> None:
    _, payment = bank.paid()
    with bank.shop.work() as work:
        disputes.begin(work, payment, 300, "fraudulent", reference="dp_17")
    with (
        pytest.raises(Conflict, match="reference must be new; got 'dp_17', which is taken"),
        bank.shop.work() as work,
    ):
        disputes.begin(work, payment, 200, "fraudulent", reference="dp_17")
    assert bank.look(payment).totals == Totals(captured=1190, disputed=300)


def test_a_dispute_can_be_opened_by_the_shop_itself(bank: Bank) -> None:
    _, payment = bank.paid()
    with bank.shop.work() as work:
        dispute = disputes.begin(work, payment, 300, "fraudulent")
        with pytest.raises(Conflict, match="must be of 1 to 890"):
            disputes.begin(work, payment, 891, "fraudulent")
        disputes.close(work, dispute, lost=True)
        with pytest.raises(IllegalMove):
            disputes.close(work, dispute, lost=False)
    assert bank.look(payment).totals == Totals(captured=1190, charged_back=300)


def test_an_errand_that_was_cut_off_runs_again_and_charges_once(any_stripe: StripeBank) -> None:
    bank = any_stripe
    buyer, card = bank.buyer()
    payment = bank.order(buyer, card)
    with bank.shop.work(buyer) as work:
        assert intents.confirm(work, payment) == "requires_confirmation"
    bank.wire.down = True
    with pytest.raises(ProviderFailed, match="provider must do what it is asked"):
        bank.run()
    bank.wire.down = False
    with bank.shop.look() as work:
        (call,) = waiting(work, "stripe")
    bank.stripe.confirm(call)  # and killed before the answer was written down
    bank.run()
    assert bank.look(payment).totals == Totals(captured=1190)
    with bank.shop.look() as work:
        assert waiting(work, "stripe") == []
    bank.run()
    assert bank.look(payment).totals == Totals(captured=1190)


def test_what_stripe_refuses_for_good_is_not_asked_again(any_stripe: StripeBank) -> None:
    bank = any_stripe
    buyer = bank.shop.buyer()
    assert buyer.customer_id is not None
    with bank.shop.work(buyer) as work:
        assert methods.attach(work, buyer.customer_id, "pm_nonsense") is None
    with pytest.raises(ProviderRefused, match="resource_missing"):
        bank.run()
    bank.run()
    with bank.shop.look(buyer) as work:
        assert methods.methods_of(work, buyer.customer_id) == []
