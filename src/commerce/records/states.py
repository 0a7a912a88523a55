"""The states of everything that has one: from where, by which event, to where, and who may. Said here and nowhere else.

Read a machine as sentences: "an order that is placed becomes cancelled by ``order.cancelled``, which a user, an
admin or the system may do". `commerce.records.machine.fire` follows these machines and nothing else. The CHECK on a
status in `commerce.records.schema` names `Machine.states`, the database refuses every change that is not in `EDGES` by
trigger, and docs/states.md is drawn from here. A store that was made before gets a new move by a migration.

``admin`` includes ``superadmin``. ``system`` is no person: ticks, webhooks, the close of an auction.
Whose order or auction it is, the workflow that fires decides: a machine knows roles, not owners.
"""

from __future__ import annotations

from commerce.records.moves import Machine, Move

_NEW = ""
_BUYER = "user admin system"
_SELLER = "seller admin"
_COURIER = "delivery admin"
_SYSTEM = "admin system"
_ANYONE = "user seller delivery admin system"
_ANNULLED = "event.annulled"

ORDER = Machine(
    "order",
    "orders",
    Move("cart.opened", _NEW, "cart", _BUYER),
    Move("cart.dropped", "cart", "cancelled", _BUYER),
    Move("order.placed", f"{_NEW} cart", "placed", _BUYER, starts=True),
    Move("order.paid", "placed completed", "placed completed", _BUYER, stays=True),
    Move("order.completed", "placed", "completed", _BUYER),
    Move("order.cancelled", "placed", "cancelled", _BUYER),
    Move(_ANNULLED, "placed completed cancelled", "cancelled placed", _SYSTEM),
)

_ASKED = "requires_confirmation requires_action processing"
_OPEN = f"{_ASKED} requires_capture"
_PAID = "processing requires_capture succeeded"

PAYMENT = Machine(
    "payment",
    "payment",
    Move(
        "payment.created",
        _NEW,
        "requires_payment_method requires_confirmation processing requires_capture",
        _BUYER,
    ),
    Move("payment.method_chosen", "requires_payment_method", "requires_confirmation", _BUYER),
    Move("payment.confirmed", "requires_confirmation requires_action", "processing", _BUYER),
    Move("payment.action_required", "requires_confirmation processing", "requires_action", _BUYER),
    Move("payment.authorised", _ASKED, "requires_capture", _BUYER),
    Move("payment.captured", _OPEN, "succeeded processing requires_capture", f"{_BUYER} delivery"),
    Move("wallet.topped_up", _OPEN, "succeeded", _BUYER),
    Move("payment.failed", _OPEN, "requires_payment_method", _BUYER),
    Move("payment.cancelled", f"requires_payment_method {_OPEN}", "canceled", _BUYER),
    Move("payment.settled", "processing", "succeeded", _BUYER),
    Move("payment.refund_requested", "succeeded", "succeeded", _BUYER, stays=True),
    Move("payment.refund_failed", "succeeded", "succeeded", _SYSTEM, stays=True),
    Move("payment.refunded", _PAID, _PAID, _BUYER, stays=True),
    Move("payment.charged_back", _PAID, _PAID, _SYSTEM, stays=True),
    Move(_ANNULLED, "requires_payment_method processing", "canceled", _SYSTEM),
)

DISPUTE = Machine(
    "dispute",
    "dispute",
    Move("dispute.opened", _NEW, "open", _SYSTEM),
    Move("dispute.closed", "open", "won lost", _SYSTEM),
)

DELIVERY = Machine(
    "delivery",
    "delivery",
    Move("delivery.promised", _NEW, "available", _BUYER),
    Move("delivery.claimed", "available", "processing", "delivery"),
    Move("delivery.released", "processing", "available", _COURIER),
    Move("delivery.shipped", "processing", "shipped", _COURIER),
    Move("delivery.proof_renewed", "shipped", "shipped", _BUYER, stays=True),
    Move("delivery.proof_failed", "shipped", "shipped", _COURIER, stays=True),
    Move("delivery.failed", "shipped", "processing", _COURIER),
    Move("delivery.delivered", "shipped", "delivered", _COURIER),
)

RETURN = Machine(
    "return",
    "return_request",
    Move("return.requested", _NEW, "requested", "user admin"),
    Move("return.received", "requested", "received", _COURIER),
    Move("return.inspected", "received", "inspected", _COURIER),
    Move("return.approved", "inspected", "approved", "admin"),
    Move("return.rejected", "inspected", "rejected", "admin"),
)

AUCTION = Machine(
    "auction",
    "auction",
    Move("auction.drafted", _NEW, "draft", _SELLER),
    Move("auction.submitted", "draft", "submitted", _SELLER),
    Move("auction.scheduled", "submitted", "scheduled", "admin"),
    Move("auction.rejected", "draft submitted", "rejected", "admin"),
    Move("auction.started", "scheduled", "live", _SYSTEM),
    Move("auction.bid", "live", "live", "user admin", stays=True),
    Move("auction.bought", "live", "sold", "user admin"),
    Move("auction.sold", "live", "sold", _SYSTEM),
    Move("auction.unsold", "live", "unsold", _SYSTEM),
    Move(_ANNULLED, "sold", "unsold", _SYSTEM),
)

BRAND = Machine(
    "brand",
    "brand",
    Move("brand.requested", _NEW, "pending", _SELLER),
    Move("brand.approved", "pending", "approved", "admin"),
    Move("brand.rejected", "pending", "rejected", "admin"),
)

_LISTED = "submitted approved rejected retired"

PRODUCT = Machine(
    "product",
    "product",
    Move("product.submitted", f"{_NEW} rejected", "submitted", _SELLER, starts=True),
    Move("product.approved", "submitted", "approved", "admin"),
    Move("product.rejected", "submitted", "rejected", "admin"),
    Move("product.retired", "approved", "retired", _SELLER),
    Move("product.relisted", "retired", "approved", _SELLER),
    Move("product.changed", _LISTED, _LISTED, _SELLER, stays=True),
)

REVIEW = Machine(
    "review",
    "review",
    Move("review.posted", f"{_NEW} removed", "posted", "user admin", starts=True),
    Move("review.edited", "posted", "posted", "user admin", stays=True),
    Move("review.removed", "posted", "removed", "user admin"),
    Move(_ANNULLED, "posted", "removed", _SYSTEM),
)

MACHINES = (ORDER, PAYMENT, DISPUTE, DELIVERY, RETURN, AUCTION, BRAND, PRODUCT, REVIEW)
"""Whatever has a status: the tables' CHECKs, the triggers and docs/states.md are made from these."""

CUSTOMER = Machine(
    "customer",
    None,
    Move("customer.registered", roles=_ANYONE),
    Move("customer.profiled", roles=_ANYONE),
    Move("customer.noted", roles="seller admin system"),
    Move("customer.erased", roles=_BUYER),
)
USER = Machine(
    "user",
    None,
    Move("user.created", roles=_SYSTEM),
    Move("user.changed", roles=_ANYONE),
    Move("user.deactivated", roles="admin"),
    Move("user.key_issued", roles="admin"),
    Move("user.key_revoked", roles="admin"),
)
TENANT = Machine(
    "tenant",
    None,
    Move("tenant.created", roles=_SYSTEM),
    Move("tenant.changed", roles="admin"),
    Move("tenant.closed", roles="superadmin"),
)
STOCK = Machine(
    "variant",
    None,
    Move("stock.received", roles=f"{_SELLER} system"),
    Move("stock.adjusted", roles=f"{_SELLER} system"),
    Move("stock.low", roles=_ANYONE),
)
CATALOGUE = Machine(
    "range",
    None,
    Move("category.created", roles="admin"),
    Move("category.changed", roles="admin"),
    Move("promotion.created", roles=_SELLER),
    Move("promotion.ended", roles=_SELLER),
)
ATTEMPT = Machine("payment", None, Move("payment.failed", roles=_SYSTEM))
LOSS = Machine("payment", None, Move("payment.lost", roles=_SYSTEM))
METHOD = Machine(
    "payment_method",
    None,
    Move("payment_method.attached", roles=_BUYER),
    Move("payment_method.detached", roles=_BUYER),
    Move("payment_method.preferred", roles=_BUYER),
)
INVOICE = Machine(
    "invoice",
    None,
    Move("invoice.issued", roles=_BUYER),
    Move("invoice.paid", roles=_BUYER),
    Move("invoice.credited", roles=_BUYER),
    Move("invoice.overdue", roles=_SYSTEM),
)
WALLET = Machine(
    "wallet",
    None,
    Move("wallet.held", roles=_ANYONE),
    Move("wallet.released", roles=_ANYONE),
    Move("wallet.spent", roles=_ANYONE),
    Move("wallet.refunded", roles=_ANYONE),
    Move("seller.paid", roles=_ANYONE),
)
POINTS = Machine(
    "points", None, Move("points.earned", roles=_ANYONE), Move("points.deducted", roles=_SYSTEM)
)
CAMPAIGN = Machine(
    "campaign",
    None,
    Move("campaign.started", roles=_SYSTEM),
    Move("offer.made", roles=_SYSTEM),
    Move("offer.withheld", roles=_SYSTEM),
)

STATELESS = (
    CUSTOMER,
    USER,
    TENANT,
    STOCK,
    CATALOGUE,
    ATTEMPT,
    LOSS,
    METHOD,
    INVOICE,
    WALLET,
    POINTS,
    CAMPAIGN,
)
"""What happens to records without a status."""

MOVED_BY_EVENTS = tuple(machine.table for machine in MACHINES if machine.table is not None)
"""Tables whose ``status`` a trigger lets change only with an event that makes that move."""

EDGES = tuple(change for machine in MACHINES for change in machine.changes())
"""Every change of a status that the database allows: table, event type, from, to."""
