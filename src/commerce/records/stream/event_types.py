"""The words of the activity stream: what each event says, and what it must carry.

The list may grow; a word once used keeps its meaning. Amounts are positive, the type gives the direction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from commerce.records.errors import RecordError
from commerce.records.ledger import SALES, WORLD, Account


@dataclass(frozen=True)
class EventType:
    """One word of the stream.

    Attributes
    ----------
    name : str
        As it stands in ``event.type``.
    meaning : str
        One sentence for people.
    carries : frozenset of str
        Columns that must not be empty.
    about_customer : bool
        Whether it always tells something about a customer. Sales may be anonymous.
    """

    name: str
    meaning: str
    carries: frozenset[str] = frozenset()
    about_customer: bool = True


def _type(
    name: str, meaning: str, carries: str = "", *, about_customer: bool = True
) -> tuple[str, EventType]:
    return name, EventType(name, meaning, frozenset(carries.split()), about_customer)


EVENT_TYPES: Mapping[str, EventType] = dict(
    (
        _type("customer.registered", "A customer is known from now on."),
        _type("customer.profiled", "A field of the profile got a value.", "reason"),
        _type("order.placed", "A customer bought.", "amount_minor", about_customer=False),
        _type("order.line", "One line of an order.", "amount_minor quantity", about_customer=False),
        _type("order.paid", "All of an order is captured.", "amount_minor", about_customer=False),
        _type("order.cancelled", "An order was called off.", about_customer=False),
        _type("order.completed", "An order is over and final.", about_customer=False),
        _type("order.returned", "Goods came back.", "amount_minor quantity", about_customer=False),
        _type("payment.captured", "Money arrived.", "amount_minor", about_customer=False),
        _type("payment.failed", "A payment attempt failed.", "amount_minor", about_customer=False),
        _type("payment.refunded", "Money went back.", "amount_minor", about_customer=False),
        _type(
            "payment.charged_back", "Money was taken back.", "amount_minor", about_customer=False
        ),
        _type("invoice.issued", "An invoice is to be paid by its due date.", "amount_minor due_at"),
        _type("invoice.paid", "An invoice, or a part of it, was paid.", "amount_minor"),
        _type("invoice.credited", "An invoice was lowered.", "amount_minor"),
        _type("invoice.overdue", "A customer is reminded of an invoice.", "amount_minor due_at"),
        _type("delivery.promised", "A delivery is due by a date.", "due_at", about_customer=False),
        _type("delivery.claimed", "A courier took the order.", about_customer=False),
        _type("delivery.shipped", "The order is on its way.", about_customer=False),
        _type("delivery.delivered", "The order arrived.", about_customer=False),
        _type("delivery.proof_failed", "A wrong proof was shown.", about_customer=False),
        _type("delivery.failed", "The order could not be delivered.", about_customer=False),
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
        _type("auction.sold", "An item was sold by auction.", "amount_minor", about_customer=False),
        _type("auction.unsold", "An auction ended without a sale.", about_customer=False),
        _type("wallet.topped_up", "Money was put into a wallet.", "amount_minor"),
        _type("wallet.held", "Money in a wallet was set aside.", "amount_minor"),
        _type("wallet.released", "Money set aside was freed.", "amount_minor"),
        _type("wallet.spent", "Money in a wallet was spent.", "amount_minor"),
        _type("wallet.refunded", "Money came back into a wallet.", "amount_minor"),
        _type("points.earned", "A seller earned points.", "value", about_customer=False),
        _type("points.deducted", "A seller lost points.", "value", about_customer=False),
        _type("dispute.opened", "A payment is disputed.", "amount_minor"),
        _type("dispute.closed", "A dispute is settled."),
        _type("stock.received", "Stock came in.", "quantity", about_customer=False),
        _type("stock.adjusted", "Stock was corrected.", "reason", about_customer=False),
        _type("stock.low", "Stock ran low.", about_customer=False),
        _type("customer.noted", "Somebody wrote a note about a customer."),
        _type("customer.erased", "A customer's name, address and notes are erased."),
        _type("cart.opened", "A customer began to fill a cart."),
        _type("cart.dropped", "A cart was left."),
        _type("payment.created", "A payment is to be made.", "amount_minor", about_customer=False),
        _type("payment.method_chosen", "A payment got a method.", about_customer=False),
        _type("payment.confirmed", "The payer confirmed a payment.", about_customer=False),
        _type(
            "payment.action_required",
            "The payer has to prove something first.",
            about_customer=False,
        ),
        _type(
            "payment.authorised", "A payment is authorised, to be captured.", about_customer=False
        ),
        _type("payment.cancelled", "A payment was called off.", about_customer=False),
        _type("payment.settled", "Nothing of a payment is owed any more.", about_customer=False),
        _type(
            "payment.refund_requested", "Money is to go back.", "amount_minor", about_customer=False
        ),
        _type(
            "payment.refund_failed", "Money did not go back.", "amount_minor", about_customer=False
        ),
        _type("payment_method.attached", "A customer can pay in one more way.", "method"),
        _type("payment_method.detached", "A customer can pay in one way less.", "method"),
        _type("payment_method.preferred", "A customer prefers a way to pay.", "method"),
        _type(
            "delivery.withdrawn", "A promised delivery is off: its order is.", about_customer=False
        ),
        _type("delivery.released", "A courier gave an order back.", about_customer=False),
        _type(
            "delivery.proof_renewed", "A delivery got a new PIN and token.", about_customer=False
        ),
        _type(
            "auction.drafted", "An item is meant for auction.", "amount_minor", about_customer=False
        ),
        _type("auction.submitted", "An auction waits for approval.", about_customer=False),
        _type("auction.scheduled", "An auction is approved.", about_customer=False),
        _type("auction.rejected", "An auction is not approved.", about_customer=False),
        _type("auction.started", "An auction takes bids.", about_customer=False),
        _type(
            "auction.extended", "A late bid moved an auction's end.", "due_at", about_customer=False
        ),
        _type(
            "auction.bought", "An item was bought at once.", "amount_minor", about_customer=False
        ),
        _type(
            "seller.paid",
            "A seller got the money for an order.",
            "amount_minor",
            about_customer=False,
        ),
        _type("brand.requested", "A seller asks for a brand.", about_customer=False),
        _type("brand.approved", "A brand is approved.", about_customer=False),
        _type("brand.rejected", "A brand is not approved.", about_customer=False),
        _type("product.submitted", "A product waits for approval.", about_customer=False),
        _type("product.approved", "A product is for sale.", "product_id", about_customer=False),
        _type("product.rejected", "A product is not approved.", "product_id", about_customer=False),
        _type(
            "product.retired",
            "A product is no longer for sale.",
            "product_id",
            about_customer=False,
        ),
        _type(
            "product.relisted", "A product is for sale again.", "product_id", about_customer=False
        ),
        _type(
            "product.changed",
            "A product's description changed.",
            "product_id",
            about_customer=False,
        ),
        _type("category.created", "A category was added.", about_customer=False),
        _type("category.changed", "A category was renamed or moved.", about_customer=False),
        _type("promotion.created", "A discount was set.", about_customer=False),
        _type("promotion.ended", "A discount was ended.", about_customer=False),
        _type("user.created", "Somebody can log in.", about_customer=False),
        _type("user.changed", "A user's role or password changed.", "reason", about_customer=False),
        _type("user.deactivated", "Somebody can no longer log in.", about_customer=False),
        _type("user.key_issued", "An API key was given out.", about_customer=False),
        _type("user.key_revoked", "An API key was taken back.", about_customer=False),
        _type("tenant.created", "A shop opened.", about_customer=False),
        _type("tenant.changed", "A shop's settings changed.", "reason", about_customer=False),
        _type("tenant.closed", "A shop closed.", about_customer=False),
        _type("score.made", "A score was made."),
        _type("model.promoted", "A model became champion.", about_customer=False),
        _type("tenant.simulated", "A simulated shop ends here.", "reason", about_customer=False),
    )
)
"""Every word that may stand in ``event.type``."""

MOVES_MONEY: Mapping[str, tuple[Account, Account]] = {
    "payment.captured": (WORLD, SALES),
    "payment.refunded": (SALES, WORLD),
    "payment.charged_back": (SALES, WORLD),
    "wallet.topped_up": (WORLD, SALES),
}
"""Words that move money over the shop's border, and between which accounts, where only history is known."""

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
