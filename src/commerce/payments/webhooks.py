"""Hearing what providers say, by webhook or as an answer: each thing once, in whatever order it comes.

Money counts by the provider's own reference of a charge or a refund, so what is said three times counts once. What
is said of a charge proves that it was captured, so a refund that overtakes its payment brings it along. A state is
the latest by the provider's clock, and of one second the furthest; what ends a payment ends it whenever it is heard.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row

from commerce.payments import disputes, methods
from commerce.payments.funds import collect, give_back, home
from commerce.payments.payment_rows import emit, lock
from commerce.payments.provider_calls import ask, call_for, done, put_aside, waiting
from commerce.payments.providers.port import (
    Card,
    Provider,
    ProviderCall,
    ProviderEvent,
    ProviderFailed,
    ProviderRefused,
)
from commerce.payments.totals import references, totals
from commerce.records import rows, schema
from commerce.records.actors import SYSTEM
from commerce.records.arguments import checked
from commerce.records.errors import CommerceError, Conflict, existing
from commerce.records.instants import from_micros, to_micros
from commerce.records.ledger import WORLD, Transfer
from commerce.records.machine import EventDraft, fire
from commerce.records.states import ATTEMPT, PAYMENT
from commerce.records.tenants import Tenant
from commerce.records.work import Work, looking, working

_STATES = {
    "payment.action_required": "requires_action",
    "payment.confirmed": "processing",
    "payment.failed": "requires_payment_method",
    "payment.authorised": "requires_capture",
    "payment.captured": "succeeded",
    "payment.cancelled": "canceled",
}
_RANKS = {state: rank for rank, state in enumerate(_STATES.values())}
_ENDS = ("succeeded", "canceled")


@checked
def receive(work: Work, provider: Provider, payload: bytes, signature: str) -> UUID | None:
    """Take in a webhook; give the payment it was about, None for news that move nothing here.

    Parameters
    ----------
    provider : Provider
        Who is said to have sent it.
    payload : bytes
        As it came; not a byte less.
    signature : str
        Of the payload; Stripe's header ``Stripe-Signature``.

    Raises
    ------
    NotFound
    WebhookRefused
        "webhook must be signed by the provider; got ..." or "webhook must be at most 300 seconds old; got ..."
    Conflict
        "payment must be of 1000 EUR; got ..."
    """
    event = provider.read_webhook(payload, signature, now=from_micros(work.now))
    return None if event is None else hear(work, provider.name, event)


def run_provider_calls(
    engine: Engine,
    tenant: Tenant,
    provider: Provider,
    *,
    now: datetime,
    only: Collection[str] | None = None,
) -> list[UUID]:
    """Ask a provider what waits to be asked, each between two transactions; give payments and customers asked about.

    Parameters
    ----------
    provider : Provider
        Not the embedded one, which answers at once.
    now : datetime
        Aware.
    only : collection of str, optional
        Subjects of calls; by default all that waits in the shop.

    Raises
    ------
    ProviderFailed
        "provider must do what it is asked; got ...", once the other calls are made. The call waits for the
        next tick, without a pause of its own, unless it was refused for good. Or what the records refuse of an
        answer: that call is put aside, and the doctor tells of it.
    """
    with looking(engine, tenant, SYSTEM, now=now) as work:
        calls = waiting(work, provider.name)
    if only is not None:
        calls = [call for call in calls if call.subject in only]
    about: list[UUID] = []
    failed: dict[str, ProviderFailed] = {}
    intents: dict[str, str] = {}
    for call in calls:
        if call.subject in failed:
            continue
        named = call._replace(intent=call.intent or intents.get(call.subject))
        answer: ProviderEvent | Card | None = None
        try:
            answer = getattr(provider, call.verb)(named)
        except ProviderFailed as error:
            failed[call.subject] = error
            if not isinstance(error, ProviderRefused):
                continue
        if isinstance(answer, ProviderEvent):
            intents[call.subject] = answer.intent  # whoever writes it down
        with working(engine, tenant, SYSTEM, now=now) as work:
            if not done(work, call):
                continue
            try:
                with work.connection.begin_nested():
                    _write_down(work, provider.name, call, answer)
            except CommerceError as error:
                put_aside(work, provider.name, call, str(error))
                failed[call.subject] = ProviderFailed(str(error))
                continue
        about.append(UUID(call.subject))
    for failure in failed.values():
        raise failure
    return about


def _write_down(
    work: Work, provider: str, call: ProviderCall, answer: ProviderEvent | Card | None
) -> None:
    if isinstance(answer, Card):
        methods.keep(work, UUID(call.subject), provider, answer)
    elif isinstance(answer, ProviderEvent):
        hear(work, provider, answer)


@checked
def have_done(work: Work, verb: str, payment: Row[Any], **more: Any) -> None:
    """Ask a payment's provider, and write down what it answers at once."""
    call = call_for(work, verb, payment, **more)
    if verb == "refund":
        event_type, asked = "payment.refund_requested", f"{call.id}/asked"
        emit(work, payment, event_type, call.amount, reason=call.reason, reference=asked)
    answer = ask(work, payment.provider, call)
    if isinstance(answer, ProviderEvent):
        hear(work, payment.provider, answer)


@checked
def hear(work: Work, provider: str, event: ProviderEvent) -> UUID:
    """Write down what a provider says of a payment, and give the payment; what it said before changes nothing.

    Raises
    ------
    NotFound
    Conflict
        "payment must be of 1000 EUR; got ...", "refunds must not exceed what was captured; got ..."
    """
    system = work.acting_as(SYSTEM)
    payment, order = lock(system, _find(system, provider, event))
    if event.type != "payment.created":
        if event.charge and event.charge not in references(system, payment.id):
            proof = event._replace(
                type="payment.captured",
                reference=event.charge,
                amount=payment.amount_minor,
                currency=payment.currency,
            )
            _arrive(system, payment, order, proof)
            payment, order = lock(system, payment.id)
        _HEARERS.get(event.type, _advance)(system, payment, order, event)
    found: UUID = payment.id
    return found


def _find(work: Work, provider: str, event: ProviderEvent) -> UUID:
    """Find a payment by the provider's name, or by ours where the provider's is new to us."""
    found = rows.first(work, schema.payment, provider=provider, reference=event.intent)
    if found is None and event.payment:
        found = rows.first(work, schema.payment, provider=provider, id=UUID(event.payment))
        if found is not None:
            rows.change(work, schema.payment, found.id, reference=event.intent)
    payment: UUID = existing(found, "payment", event.intent).id
    return payment


def _advance(work: Work, payment: Row[Any], order: Row[Any] | None, event: ProviderEvent) -> None:
    """Let a payment go on, unless something later is known already; an attempt that failed counts anyway."""
    state, news = _STATES[event.type], _is_news(payment, event)
    if event.type == "payment.authorised":
        _check_amount(payment, event)
    failed = event.type == "payment.failed"
    if failed and event.reference in references(work, payment.id):
        return
    if news and state != payment.status:
        if state != "canceled":
            _choose(work, payment)
        _emit(
            work,
            payment,
            event,
            reference=event.reference if failed else None,
            to=state,
            changes={"heard_at": event.at},
        )
        return
    if news:
        rows.change(work, schema.payment, payment.id, heard_at=event.at)
    if failed:
        _emit(work, payment, event, reference=event.reference, machine=ATTEMPT)


def _is_news(payment: Row[Any], event: ProviderEvent) -> bool:
    """Tell whether a state is later than the one that is known."""
    state = _STATES[event.type]
    if payment.status in _ENDS or state in _ENDS:
        return payment.status not in _ENDS
    if payment.heard_at is None:
        return True
    return (event.at, _RANKS[state]) > (to_micros(payment.heard_at), _RANKS.get(payment.status, -1))


def _choose(work: Work, payment: Row[Any]) -> None:
    """What goes on at the provider has a method there."""
    if payment.status == "requires_payment_method":
        fire(work, PAYMENT, payment.id, EventDraft("payment.method_chosen"))


def _arrive(work: Work, payment: Row[Any], order: Row[Any] | None, event: ProviderEvent) -> None:
    """Take the money of a charge, and send it back where the order is cancelled meanwhile."""
    _check_amount(payment, event)
    if event.reference in references(work, payment.id):
        return
    _choose(work, payment)
    collect(work, payment, order, event.amount, reference=event.reference)
    if order is not None and order.status == "cancelled":
        have_done(work, "refund", payment, amount=event.amount, reason="order_cancelled")


def _check_amount(payment: Row[Any], event: ProviderEvent) -> None:
    if (event.amount, event.currency) != (payment.amount_minor, payment.currency):
        raise Conflict(
            f"payment must be of {payment.amount_minor} {payment.currency}; got {event.amount}"
            f" {event.currency} from the provider. Look at it there."
        )


def _refund(work: Work, payment: Row[Any], order: Row[Any] | None, event: ProviderEvent) -> None:
    """Follow a refund: asked for, done or failed; failed is final."""
    known = references(work, payment.id)
    asked, failed = f"{event.reference}/asked", f"{event.reference}/failed"
    if event.type == "payment.refund_failed" and failed not in known:
        back = Transfer(event.currency, WORLD, home(payment, order), event.amount)
        moved = [back] if event.reference in known else []
        _emit(work, payment, event, transfers=moved, reference=failed)
    if known & {failed, event.reference} or event.type == "payment.refund_failed":
        return
    sums = totals(work, payment.id)
    gone = sums.refunded + event.amount
    if gone > sums.captured:
        raise Conflict(
            f"refunds must not exceed what was captured; got {gone} of {sums.captured}."
            " Look at the payment at the provider."
        )
    if event.type == "payment.refunded":
        give_back(
            work,
            payment,
            order,
            event.amount,
            reference=event.reference,
            reason=event.reason,
            position=event.position,
        )
    elif asked not in known:
        _emit(work, payment, event, reference=asked)


def _emit(work: Work, payment: Row[Any], event: ProviderEvent, **how: Any) -> None:
    emit(work, payment, event.type, event.amount, reason=event.reason, **how)


_HEARERS: Mapping[str, Callable[[Work, Row[Any], Row[Any] | None, ProviderEvent], None]] = {
    "payment.captured": _arrive,
    "payment.refund_requested": _refund,
    "payment.refunded": _refund,
    "payment.refund_failed": _refund,
    "dispute.opened": disputes.follow,
    "dispute.closed": disputes.follow,
}
