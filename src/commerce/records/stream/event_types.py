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


def _word(
    name: str, meaning: str, carries: str = "", *, about_customer: bool = True
) -> tuple[str, EventType]:
    return name, EventType(name, meaning, frozenset(carries.split()), about_customer)


EVENT_TYPES: Mapping[str, EventType] = dict(
    (
        _word("customer.registered", "A customer is known from now on."),
        _word("customer.profiled", "A field of the profile got a value.", "reason"),
        _word("order.placed", "A customer bought.", "amount_minor", about_customer=False),
        _word("order.line", "One line of an order.", "amount_minor quantity", about_customer=False),
        _word("order.paid", "All of an order is captured.", "amount_minor", about_customer=False),
        _word("order.cancelled", "An order was called off.", about_customer=False),
        _word("order.completed", "An order is over and final.", about_customer=False),
        _word("order.returned", "Goods came back.", "amount_minor quantity", about_customer=False),
        _word("payment.captured", "Money arrived.", "amount_minor", about_customer=False),
        _word("payment.failed", "A payment attempt failed.", "amount_minor", about_customer=False),
        _word("payment.refunded", "Money went back.", "amount_minor", about_customer=False),
        _word(
            "payment.charged_back", "Money was taken back.", "amount_minor", about_customer=False
        ),
        _word("invoice.issued", "An invoice is to be paid by its due date.", "amount_minor due_at"),
        _word("invoice.paid", "An invoice, or a part of it, was paid.", "amount_minor"),
        _word("invoice.credited", "An invoice was lowered.", "amount_minor"),
        _word("invoice.overdue", "A customer is reminded of an invoice.", "amount_minor due_at"),
        _word("delivery.promised", "A delivery is due by a date.", "due_at", about_customer=False),
        _word("delivery.claimed", "A courier took the order.", about_customer=False),
        _word("delivery.shipped", "The order is on its way.", about_customer=False),
        _word("delivery.delivered", "The order arrived.", about_customer=False),
        _word("delivery.proof_failed", "A wrong proof was shown.", about_customer=False),
        _word("delivery.failed", "The order could not be delivered.", about_customer=False),
        _word("return.requested", "A customer wants to send goods back.", "quantity"),
        _word("return.received", "Returned goods arrived.", "quantity"),
        _word("return.inspected", "Returned goods were looked at."),
        _word("return.approved", "A return is accepted and refunded.", "amount_minor"),
        _word("return.rejected", "A return is not accepted."),
        _word("review.posted", "A customer rated a product.", "value"),
        _word("review.edited", "A customer changed a rating.", "value"),
        _word("review.removed", "A rating was taken away."),
        _word("auction.bid", "A bid was accepted.", "amount_minor"),
        _word("auction.outbid", "Somebody bid more.", "amount_minor"),
        _word("auction.won", "A bidder won.", "amount_minor"),
        _word("auction.sold", "An item was sold by auction.", "amount_minor", about_customer=False),
        _word("auction.unsold", "An auction ended without a sale.", about_customer=False),
        _word("wallet.topped_up", "Money was put into a wallet.", "amount_minor"),
        _word("wallet.held", "Money in a wallet was set aside.", "amount_minor"),
        _word("wallet.released", "Money set aside was freed.", "amount_minor"),
        _word("wallet.spent", "Money in a wallet was spent.", "amount_minor"),
        _word("wallet.refunded", "Money came back into a wallet.", "amount_minor"),
        _word("points.earned", "A seller earned points.", "value", about_customer=False),
        _word("points.deducted", "A seller lost points.", "value", about_customer=False),
        _word("dispute.opened", "A payment is disputed.", "amount_minor"),
        _word("dispute.closed", "A dispute is settled."),
        _word("stock.received", "Stock came in.", "quantity", about_customer=False),
        _word("stock.adjusted", "Stock was corrected.", "reason", about_customer=False),
        _word("stock.low", "Stock ran low.", about_customer=False),
        _word("customer.noted", "Somebody wrote a note about a customer."),
        _word("customer.erased", "A customer's name, address and notes are erased."),
        _word("cart.opened", "A customer began to fill a cart."),
        _word("cart.dropped", "A cart was left."),
        _word("payment.created", "A payment is to be made.", "amount_minor", about_customer=False),
        _word("payment.method_chosen", "A payment got a method.", about_customer=False),
        _word("payment.confirmed", "The payer confirmed a payment.", about_customer=False),
        _word(
            "payment.action_required",
            "The payer has to prove something first.",
            about_customer=False,
        ),
        _word(
            "payment.authorised", "A payment is authorised, to be captured.", about_customer=False
        ),
        _word("payment.cancelled", "A payment was called off.", about_customer=False),
        _word("payment.settled", "Nothing of a payment is owed any more.", about_customer=False),
        _word(
            "payment.refund_requested", "Money is to go back.", "amount_minor", about_customer=False
        ),
        _word(
            "payment.refund_failed", "Money did not go back.", "amount_minor", about_customer=False
        ),
        _word("payment_method.attached", "A customer can pay in one more way.", "method"),
        _word("payment_method.detached", "A customer can pay in one way less.", "method"),
        _word("payment_method.preferred", "A customer prefers a way to pay.", "method"),
        _word(
            "delivery.withdrawn", "A promised delivery is off: its order is.", about_customer=False
        ),
        _word("delivery.released", "A courier gave an order back.", about_customer=False),
        _word(
            "delivery.proof_renewed", "A delivery got a new PIN and token.", about_customer=False
        ),
        _word(
            "auction.drafted", "An item is meant for auction.", "amount_minor", about_customer=False
        ),
        _word("auction.submitted", "An auction waits for approval.", about_customer=False),
        _word("auction.scheduled", "An auction is approved.", about_customer=False),
        _word("auction.rejected", "An auction is not approved.", about_customer=False),
        _word("auction.started", "An auction takes bids.", about_customer=False),
        _word(
            "auction.extended", "A late bid moved an auction's end.", "due_at", about_customer=False
        ),
        _word(
            "auction.bought", "An item was bought at once.", "amount_minor", about_customer=False
        ),
        _word(
            "seller.paid",
            "A seller got the money for an order.",
            "amount_minor",
            about_customer=False,
        ),
        _word("brand.requested", "A seller asks for a brand.", about_customer=False),
        _word("brand.approved", "A brand is approved.", about_customer=False),
        _word("brand.rejected", "A brand is not approved.", about_customer=False),
        _word("product.submitted", "A product waits for approval.", about_customer=False),
        _word("product.approved", "A product is for sale.", "product_id", about_customer=False),
        _word("product.rejected", "A product is not approved.", "product_id", about_customer=False),
        _word(
            "product.retired",
            "A product is no longer for sale.",
            "product_id",
            about_customer=False,
        ),
        _word(
            "product.relisted", "A product is for sale again.", "product_id", about_customer=False
        ),
        _word(
            "product.changed",
            "A product's description changed.",
            "product_id",
            about_customer=False,
        ),
        _word("category.created", "A category was added.", about_customer=False),
        _word("category.changed", "A category was renamed or moved.", about_customer=False),
        _word("promotion.created", "A discount was set.", about_customer=False),
        _word("promotion.ended", "A discount was ended.", about_customer=False),
        _word("user.created", "Somebody can log in.", about_customer=False),
        _word("user.changed", "A user's role or password changed.", "reason", about_customer=False),
        _word("user.deactivated", "Somebody can no longer log in.", about_customer=False),
        _word("user.key_issued", "An API key was given out.", about_customer=False),
        _word("user.key_revoked", "An API key was taken back.", about_customer=False),
        _word("tenant.created", "A shop opened.", about_customer=False),
        _word("tenant.changed", "A shop's settings changed.", "reason", about_customer=False),
        _word("tenant.closed", "A shop closed.", about_customer=False),
        _word("score.made", "A score was made."),
        _word("model.promoted", "A model became champion.", about_customer=False),
        _word("tenant.simulated", "A simulated shop ends here.", "reason", about_customer=False),
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
