"""The event types of the activity stream: what each event says, and what it must carry.

The list may grow; a type once used keeps its meaning. Amounts are positive, the type gives the direction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from commerce.records.errors import RecordError
from commerce.records.ledger import LOSSES, SALES, WORLD, Account


@dataclass(frozen=True)
class EventType:
    """A type of event.

    Attributes
    ----------
    name : str
        As it stands in ``event.type``.
    meaning : str
        One sentence for people.
    carries : frozenset of str
        Columns that must not be empty.
    about_customer : bool
        Whether it is always about a customer. Sales may be anonymous.
    """

    name: str
    meaning: str
    carries: frozenset[str] = frozenset()
    about_customer: bool = True


def _type(
    name: str, meaning: str, carries: str = "", *, about_customer: bool = True
) -> tuple[str, EventType]:
    """Define a type; ``carries`` has blanks between columns."""
    return name, EventType(name, meaning, frozenset(carries.split()), about_customer)


_of_shop = partial(_type, about_customer=False)


EVENT_TYPES: Mapping[str, EventType] = dict(
    (
        _type("customer.registered", "A customer is known from now on."),
        _type("customer.profiled", "A field of the profile got a value.", "reason"),
        _of_shop("order.placed", "A customer bought.", "amount_minor"),
        _of_shop("order.line", "One line of an order.", "amount_minor quantity"),
        _of_shop("order.paid", "All of an order is captured.", "amount_minor"),
        _of_shop("order.cancelled", "An order was called off."),
        _of_shop("order.completed", "An order is over and final."),
        _of_shop("order.returned", "Goods came back.", "amount_minor quantity"),
        _of_shop(
            "order.reduced",
            "A part of an order was called off, or costs less.",
            "amount_minor quantity",
        ),
        _of_shop("payment.captured", "Money arrived.", "amount_minor"),
        _of_shop("payment.failed", "A payment attempt failed.", "amount_minor"),
        _of_shop("payment.refunded", "Money went back.", "amount_minor"),
        _of_shop("payment.charged_back", "Money was taken back.", "amount_minor"),
        _of_shop("payment.lost", "A bank took more than was left of a payment.", "amount_minor"),
        _type("invoice.issued", "An invoice is to be paid by its due date.", "amount_minor due_at"),
        _type("invoice.paid", "An invoice, or a part of it, was paid.", "amount_minor"),
        _type("invoice.credited", "An invoice was lowered.", "amount_minor"),
        _type("invoice.overdue", "A customer is reminded of an invoice.", "amount_minor due_at"),
        _of_shop("delivery.promised", "A delivery is due by a date.", "due_at"),
        _of_shop("delivery.claimed", "A courier took the order."),
        _of_shop("delivery.shipped", "The order is on its way."),
        _of_shop("delivery.delivered", "The order arrived."),
        _of_shop("delivery.proof_failed", "A wrong proof was shown."),
        _of_shop("delivery.failed", "The order could not be delivered."),
        _type("return.requested", "A customer wants to send goods back.", "quantity"),
        _type("return.received", "Returned goods arrived.", "quantity"),
        _type("return.inspected", "Returned goods were looked at."),
        _type("return.approved", "A return is accepted and refunded.", "amount_minor"),
        _type("return.rejected", "A return is not accepted."),
        _type("review.posted", "A customer rated a product.", "value"),
        _type("review.edited", "A customer changed a rating.", "value"),
        _type("review.removed", "A rating was taken away."),
        _type("auction.bid", "A bid was accepted.", "amount_minor"),
        _type("auction.outbid", "Somebody bid more.", "amount_minor"),
        _type("auction.won", "A bidder won.", "amount_minor"),
        _of_shop("auction.sold", "An item was sold by auction.", "amount_minor"),
        _of_shop("auction.unsold", "An auction ended without a sale."),
        _type("wallet.topped_up", "Money was put into a wallet.", "amount_minor"),
        _type("wallet.held", "Money in a wallet was set aside.", "amount_minor"),
        _type("wallet.released", "Money set aside was freed.", "amount_minor"),
        _type("wallet.spent", "Money in a wallet was spent.", "amount_minor"),
        _type("wallet.refunded", "Money came back into a wallet.", "amount_minor"),
        _of_shop("points.earned", "A seller earned points.", "value"),
        _of_shop("points.deducted", "A seller lost points.", "value"),
        _type("dispute.opened", "A payment is disputed.", "amount_minor"),
        _type("dispute.closed", "A dispute is settled."),
        _of_shop("stock.received", "Stock came in.", "quantity"),
        _of_shop("stock.adjusted", "Stock was corrected.", "reason"),
        _of_shop("stock.low", "Stock ran low."),
        _type("customer.noted", "Somebody wrote a note about a customer."),
        _type("customer.erased", "A customer's name, address and notes are erased."),
        _type("cart.opened", "A customer began to fill a cart."),
        _type("cart.dropped", "A cart was left."),
        _of_shop("payment.created", "A payment is to be made.", "amount_minor"),
        _of_shop("payment.method_chosen", "A payment got a method."),
        _of_shop("payment.confirmed", "The payer confirmed a payment."),
        _of_shop("payment.action_required", "The payer has to prove something first."),
        _of_shop("payment.authorised", "A payment is authorised, to be captured."),
        _of_shop("payment.cancelled", "A payment was called off."),
        _of_shop("payment.settled", "Nothing of a payment is owed any more."),
        _of_shop("payment.refund_requested", "Money is to go back.", "amount_minor"),
        _of_shop("payment.refund_failed", "Money did not go back.", "amount_minor"),
        _type("payment_method.attached", "A customer can pay in one more way.", "method"),
        _type("payment_method.detached", "A customer can pay in one way less.", "method"),
        _type("payment_method.preferred", "A customer prefers a way to pay.", "method"),
        _of_shop("delivery.withdrawn", "A promised delivery is off: its order is."),
        _of_shop("delivery.released", "A courier gave an order back."),
        _of_shop("delivery.proof_renewed", "A delivery got a new PIN and token."),
        _of_shop("auction.drafted", "An item is meant for auction.", "amount_minor"),
        _of_shop("auction.submitted", "An auction waits for approval."),
        _of_shop("auction.scheduled", "An auction is approved."),
        _of_shop("auction.rejected", "An auction is not approved."),
        _of_shop("auction.started", "An auction takes bids."),
        _of_shop("auction.extended", "A late bid moved an auction's end.", "due_at"),
        _of_shop("auction.bought", "An item was bought at once.", "amount_minor"),
        _of_shop("seller.paid", "A seller got the money for an order.", "amount_minor"),
        _of_shop("brand.requested", "A seller asks for a brand."),
        _of_shop("brand.approved", "A brand is approved."),
        _of_shop("brand.rejected", "A brand is not approved."),
        _of_shop("product.submitted", "A product waits for approval."),
        _of_shop("product.approved", "A product is for sale.", "product_id"),
        _of_shop("product.rejected", "A product is not approved.", "product_id"),
        _of_shop("product.retired", "A product is no longer for sale.", "product_id"),
        _of_shop("product.relisted", "A product is for sale again.", "product_id"),
        _of_shop("product.changed", "A product's description changed.", "product_id"),
        _of_shop("category.created", "A category was added."),
        _of_shop("category.changed", "A category was renamed or moved."),
        _of_shop("promotion.created", "A discount was set."),
        _of_shop("promotion.ended", "A discount was ended."),
        _of_shop("user.created", "Somebody can log in."),
        _of_shop("user.changed", "A user's role or password changed.", "reason"),
        _of_shop("user.deactivated", "Somebody can no longer log in."),
        _of_shop("user.key_issued", "An API key was given out."),
        _of_shop("user.key_revoked", "An API key was taken back."),
        _of_shop("tenant.created", "A shop opened."),
        _of_shop("tenant.changed", "A shop's settings changed.", "reason"),
        _of_shop("tenant.closed", "A shop closed."),
        _of_shop(
            "campaign.started", "Offers were drawn by a model's decision.", "reason value due_at"
        ),
        _type("offer.made", "A customer was drawn to get an offer.", "amount_minor value due_at"),
        _type(
            "offer.withheld", "A customer was drawn to get none, to compare with.", "value due_at"
        ),
        _type("score.made", "A score was made."),
        _of_shop("model.promoted", "A model became champion."),
        _of_shop(
            "event.annulled",
            "An event counts no more from now on: what brought it in was undone.",
            "value",
        ),
        _of_shop("tenant.simulated", "A simulated shop ends here.", "reason"),
    )
)
"""Every event type: what may stand in ``event.type``."""

ANNULLED = "event.annulled"
"""Takes one event back: ``value`` is its id, ``category`` its type, and the rest but the instants as it had them."""

MOVES_MONEY: Mapping[str, tuple[Account, Account]] = {
    "payment.captured": (WORLD, SALES),
    "payment.refunded": (SALES, WORLD),
    "payment.charged_back": (SALES, WORLD),
    "payment.lost": (LOSSES, WORLD),
    "wallet.topped_up": (WORLD, SALES),
}
"""Event types that move money over the shop's border, and between which accounts, where only history is known."""


def crossing(event_type: str, annulled: str | None = None) -> tuple[Account, Account] | None:
    """Give the accounts between which an event of history moves its amount; None where it moves none.

    Parameters
    ----------
    annulled : str, optional
        Of a counter-event, the type of the event that it takes back: its amount goes the other way.
    """
    if event_type != ANNULLED:
        return MOVES_MONEY.get(event_type)
    source, target = MOVES_MONEY.get(annulled or "", (None, None))
    return None if source is None or target is None else (target, source)


_REASON = re.compile(r"[a-z][a-z0-9_]{0,39}")


def reason_code(text: str) -> str:
    """Check a reason that is to enter the stream: one word, never what somebody wrote to somebody.

    Raises
    ------
    RecordError
        "reason must be one lower-case word; got ..."

    Examples
    --------
    >>> reason_code("changed_mind")
    'changed_mind'
    """
    if not _REASON.fullmatch(text):
        raise RecordError(
            f"reason must be one lower-case word; got {text!r}. Write one like changed_mind."
        )
    return text
