"""The words of the activity stream: what each event says, and what it must carry.

The list may grow; a word once used keeps its meaning. Amounts are positive, the type gives the direction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
        _word("score.made", "A score was made."),
        _word("model.promoted", "A model became champion.", about_customer=False),
        _word("tenant.simulated", "A simulated shop ends here.", "reason", about_customer=False),
    )
)
"""Every word that may stand in ``event.type``."""

MOVES_MONEY: Mapping[str, tuple[str, str]] = {
    "payment.captured": ("external", "sales"),
    "payment.refunded": ("sales", "external"),
    "payment.charged_back": ("sales", "external"),
}
"""From which account to which an event's amount moves."""
