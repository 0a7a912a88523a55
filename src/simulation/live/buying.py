"""What customers do, and couriers for them: they register, order, pay, get it, send it back and say what they think."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from commerce import returns, reviews, wallet
from commerce.delivery import couriers, proof
from commerce.orders import cart, checkout, completion
from commerce.payments import disputes, intents, invoices, methods, webhooks
from commerce.payments.payment_rows import of_order
from commerce.payments.providers.local import CARDS, Local
from commerce.payments.totals import totals
from commerce.people import customers, users
from commerce.people.passwords import PasswordHash
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import NotFound
from commerce.records.instants import DAY, from_micros, to_micros
from commerce.records.work import Work
from simulation.live.script import Intent
from simulation.live.stage import Act, Stage
from simulation.rng import seeded_rng

_CARD = "pm_card_visa"
_BAD_CARD = "pm_card_visa_chargeDeclined"
_BAD_CARDS = {
    "insufficient_funds": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "authentication_failed": "pm_card_authenticationRequired",
    "do_not_honor": "pm_card_authenticationRequired",
}
_SELLERS_FAULT = ("not_as_described", "damaged")
_MODERATED = 40


def _register(stage: Stage, meant: Intent) -> None:
    name = stage.script.records[meant.key].external_id
    stage.actors[meant.key] = stage.do(SYSTEM, _sign_up, name, stage.password, meant)


def _sign_up(work: Work, name: str, password: PasswordHash, meant: Intent) -> Actor:
    """Become a customer who can log in, and say where one lives."""
    known = {"country": meant.category, "channel": meant.method, "external_id": name}
    customer = customers.register(work, **known)
    actor = Actor("user", users.create(work, name, password, customer_id=customer), customer)
    place = seeded_rng("address", name)
    where = place.uniform(46.0, 54.0), place.uniform(4.0, 20.0)
    customers.set_location(work.acting_as(actor), customer, *where, f"{name}, high street")
    return actor


def pay_in(work: Work, amount: int) -> None:
    """Top one's wallet up to an amount by a round sum, where it holds less."""
    customer_id = work.actor.customer_id
    assert customer_id is not None, "who has a wallet is a customer"
    missing = amount - wallet.view(work, customer_id).balance
    if missing > 0:
        coin = 10 ** max(1, len(str(missing)) - 1)
        card, brought = _card(work, customer_id, _CARD), -(-missing // coin) * coin
        intents.confirm(work, intents.top_up(work, customer_id, brought, method_id=card))


def _card(work: Work, customer_id: UUID, token: str) -> UUID:
    """Take one of one's cards, or a new one."""
    mine = methods.methods_of(work, customer_id)
    digits = CARDS[token].last4
    found = next((each.id for each in mine if each.last4 == digits), None)
    found = found or methods.attach(work, customer_id, token)
    assert found is not None, "the embedded provider answers at once"
    return found


def _order(stage: Stage, meant: Intent) -> None:
    """Fill the cart and check out; the hammer makes the orders of auctions."""
    if meant.method == "auction":
        return
    buyer, how = stage.actors[meant.customer], stage.script.methods[meant.key]
    if how == "wallet":
        stage.do(buyer, pay_in, meant.amount)
    lines = stage.script.records[meant.key].lines
    units = {stage.ids[line.variant_id]: line.quantity for line in lines}
    method = "card" if how == "direct_debit" else how
    placed = stage.ids[meant.key] = stage.do(buyer, _check_out, units, method, meant.method)
    for bill in stage.do(SYSTEM, invoices.of_order, placed) if how == "pay_later" else ():
        stage.later(to_micros(bill.due_at) + 1, "invoice.overdue", bill.id)


def _check_out(work: Work, units: Mapping[UUID, int], method: str, channel: str) -> UUID:
    for variant, quantity in units.items():
        cart.add(work, variant, quantity)
    return checkout.checkout(work, method, channel=channel)


def _pay(stage: Stage, meant: Intent) -> None:
    """Pay by card, or let the shop collect a bill; all else is paid when it is billed, brought or completed."""
    how = stage.script.methods.get(stage.script.order_of(meant.key))
    if how == "pay_later" and meant.method == "direct_debit":
        stage.do(SYSTEM, _settle, stage.order_of(meant.key), meant.amount)
    elif meant.method in ("card", "direct_debit"):
        _try(stage, meant, _CARD)


def _fail_to_pay(stage: Stage, meant: Intent) -> None:
    """Try a card that is declined, or one whose owner cannot prove who he is."""
    state = _try(stage, meant, _BAD_CARDS.get(meant.reason, _BAD_CARD))
    if state == "requires_action":
        stage.do(SYSTEM, _decline, stage.order_of(meant.key), meant.reason)


def _try(stage: Stage, meant: Intent, token: str) -> str:
    return stage.do(stage.actors[meant.customer], _charge, stage.order_of(meant.key), token)


def _charge(work: Work, order_id: UUID, token: str) -> str:
    payment = of_order(work, order_id)[0]
    intents.choose_method(work, payment.id, _card(work, payment.customer_id, token))
    return intents.confirm(work, payment.id)


def _decline(work: Work, order_id: UUID, reason: str) -> None:
    bank = Local(work, "the bank's own")
    intent = of_order(work, order_id)[0].reference
    webhooks.receive(work, bank, *bank.move(intent, "declined", decline=reason))


def _pay_bill(stage: Stage, meant: Intent) -> None:
    if meant.method != "direct_debit":  # else it is collected
        stage.do(SYSTEM, _settle, stage.order_of(meant.key), meant.amount)


def _settle(work: Work, order_id: UUID, amount: int) -> None:
    """Pay so much of a bill, at most what is open."""
    bill = invoices.of_order(work, order_id)[0]
    invoices.pay(work, bill.id, min(amount, bill.open))


def _take_back(stage: Stage, meant: Intent) -> None:
    """Let a bank take back what was collected, or a debit; what is disputed is taken back when that is lost."""
    order_id = stage.order_of(meant.key)
    if meant.reason == "invoice_overdue":
        bill = stage.do(SYSTEM, invoices.of_order, order_id)[0]
        most = min(meant.amount, bill.paid)
        stage.do(SYSTEM, invoices.charge_back, bill.id, most, reason=meant.reason)
    elif meant.reason == "insufficient_funds":
        _dispute(stage, meant)
        stage.do(SYSTEM, disputes.close, stage.ids[meant.key], lost=True)


def _dispute(stage: Stage, meant: Intent) -> None:
    order_id = stage.order_of(meant.key)
    stage.ids[meant.key] = stage.do(SYSTEM, _ask_bank, order_id, meant.amount, meant.reason)


def _ask_bank(work: Work, order_id: UUID, amount: int, reason: str) -> UUID:
    """Dispute what is left of a payment."""
    payment = of_order(work, order_id)[0].id
    return disputes.begin(work, payment, min(amount, totals(work, payment).open), reason)


def _ship(stage: Stage, meant: Intent) -> None:
    courier = stage.courier(meant.key)
    stage.kept[meant.key] = stage.do(courier, couriers.ship, stage.order_of(meant.key))


def _show(stage: Stage, meant: Intent, *, right: bool) -> None:
    """Show the courier a proof; one that has expired on a long way is renewed first."""
    order_id, shown = stage.order_of(meant.key), stage.kept.get(meant.key)
    if shown is None:
        raise NotFound("proof", meant.key)
    if shown.expires_at <= from_micros(stage.now):
        shown = stage.do(stage.actors[meant.customer], proof.renew, order_id)
        stage.kept[meant.key] = shown
    wrong = f"{(int(shown.pin) + 1) % 1_000_000:06}", f"not {shown.token}"
    pin, token = (shown.pin, shown.token) if right else wrong
    seen = (pin, None) if meant.method == "pin" else (None, token)
    stage.do(stage.courier(meant.key), proof.confirm, order_id, pin=seen[0], token=seen[1])


def _hand_over(stage: Stage, meant: Intent) -> None:
    _show(stage, meant, right=True)
    order_id = stage.order_of(meant.key)
    days = stage.policy.completion_days
    stage.later(stage.now + days * DAY, "order.completed", order_id)


def _send_back(stage: Stage, meant: Intent) -> None:
    asked = stage.script.records[meant.key]
    what = stage.order_of(meant.key), asked.position, asked.quantity, asked.reason
    stage.ids[meant.key] = stage.do(stage.actors[meant.customer], returns.request, *what)


def _inspect(stage: Stage, meant: Intent) -> None:
    fault = stage.script.records[meant.key].reason in _SELLERS_FAULT
    found = stage.id_of(meant.key), meant.category
    stage.do(stage.admin, returns.inspect, *found, seller_at_fault=fault)


def _review(stage: Stage, meant: Intent) -> None:
    """Give stars; now and then the shop takes a review away."""
    what = stage.order_of(meant.key), stage.ids[stage.script.records[meant.key].product_id]
    posted = stage.do(stage.actors[meant.customer], reviews.post, *what, meant.value)
    stage.ids[meant.key] = posted
    stage.kept["reviews"] = stage.kept.get("reviews", 0) + 1
    if stage.kept["reviews"] % _MODERATED == 1:
        stage.later(stage.now + 30 * DAY, "review.removed", posted)


def _profile(stage: Stage, meant: Intent) -> None:
    stage.do(stage.actors[meant.customer], _record_figure, meant.reason, meant.value)


def _record_figure(work: Work, figure: str, value: int) -> None:
    """Subscribe to the newsletter, or give it up."""
    assert work.actor.customer_id is not None, "who subscribes is a customer"
    customers.record_figure(work, work.actor.customer_id, figure, value)


ACTS: Mapping[str, Act] = {
    "customer.registered": _register,
    "customer.profiled": _profile,
    "order.placed": _order,
    "order.cancelled": lambda s, it: s.do(s.admin, completion.cancel, s.id_of(it.key), it.reason),
    "payment.failed": _fail_to_pay,
    "payment.captured": _pay,
    "payment.charged_back": _take_back,
    "invoice.paid": _pay_bill,
    "dispute.opened": _dispute,
    "dispute.closed": lambda s, it: s.do(
        SYSTEM, disputes.close, s.id_of(it.key), lost=it.reason == "lost"
    ),
    "delivery.claimed": lambda s, it: s.do(s.courier(it.key), couriers.claim, s.order_of(it.key)),
    "delivery.shipped": _ship,
    "delivery.proof_failed": lambda s, it: _show(s, it, right=False),
    "delivery.delivered": _hand_over,
    "delivery.failed": lambda s, it: s.do(
        s.courier(it.key), couriers.fail, s.order_of(it.key), it.reason
    ),
    "return.requested": _send_back,
    "return.received": lambda s, it: s.do(s.admin, returns.receive, s.id_of(it.key), it.quantity),
    "return.inspected": _inspect,
    "return.approved": lambda s, it: s.do(s.admin, returns.approve, s.id_of(it.key)),
    "return.rejected": lambda s, it: s.do(s.admin, returns.reject, s.id_of(it.key)),
    "review.posted": _review,
    "review.edited": lambda s, it: s.do(
        s.actors[it.customer], reviews.edit, s.id_of(it.key), it.value
    ),
}
"""What customers, couriers and the shop do where a log has an event of a type."""

DUE: Mapping[str, Act] = {
    "order.completed": lambda s, order: s.do(SYSTEM, completion.complete, order),
    "invoice.overdue": lambda s, bill: s.do(SYSTEM, invoices.remind, bill),
    "review.removed": lambda s, review: s.do(s.admin, reviews.remove, review),
}
"""What the shop does when its time has come."""
