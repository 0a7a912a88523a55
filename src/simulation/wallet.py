"""Money in a wallet: topped up, set aside for an order or an auction, spent, freed or given back."""

from __future__ import annotations

from simulation.event_log import EventLog
from simulation.records import Order, Payment
from simulation.shopper import MINUTE, Purse


def hold(event_log: EventLog, purse: Purse, at: float, key: str, amount: int) -> None:
    """Set money aside; who has too little tops up by card a minute before, to a round sum.

    Parameters
    ----------
    purse : Purse
        The wallet of the log's customer.
    key : str
        The order or the auction it is set aside for.
    amount : int
        Minor units.
    """
    missing = amount - purse.free(at)
    coin = 10 ** max(1, len(str(missing)) - 1)
    brought = max(0, -(-missing // coin) * coin)
    if brought:
        payment = Payment(
            id=event_log.key("payment", f"{event_log.name}:top-up-{len(event_log.events)}"),
            order_id=None,
            customer_id=event_log.customer,
            method="card",
            amount_minor=brought,
            currency=event_log.currency,
            created_at=event_log.calendar.instant(at - MINUTE),
            status="succeeded",
        )
        if event_log.emit(
            "wallet.topped_up", at - MINUTE, "payment", payment.id, amount=brought, method="card"
        ):
            event_log.records.append(payment)
    purse.moves.append((at, brought - amount))
    event_log.emit("wallet.held", at, "wallet", key, amount=amount, reason="escrow_hold")


def free(event_log: EventLog, purse: Purse, at: float, key: str, amount: int) -> None:
    """Free money that was set aside."""
    purse.moves.append((at, amount))
    event_log.emit("wallet.released", at, "wallet", key, amount=amount, reason="escrow_release")


def spend(event_log: EventLog, at: float, key: str, order: Order, payment: Payment) -> None:
    """Take the money set aside: the order is paid."""
    total = order.total_minor
    if event_log.emit("wallet.spent", at, "wallet", key, amount=total, reason="payment"):
        payment.status = "succeeded"
    event_log.emit("payment.captured", at, "payment", payment.id, amount=total, method="wallet")
    event_log.emit("order.paid", at, "order", order.id, amount=total, method="wallet")


def give_back(
    event_log: EventLog, purse: Purse, at: float, order: Order, payment: Payment, amount: int
) -> None:
    """Put the price of what came back into the wallet."""
    purse.moves.append((at, amount))
    event_log.emit(
        "payment.refunded", at, "payment", payment.id,
        amount=amount, method="wallet", reason="returned",
    )  # fmt: skip
    event_log.emit("wallet.refunded", at, "wallet", order.id, amount=amount, reason="refund")
