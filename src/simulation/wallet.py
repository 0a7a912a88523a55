"""Money in a wallet: topped up, set aside for an order or an auction, spent, freed or given back."""

from __future__ import annotations

from simulation.event_log import Diary
from simulation.records import Order, Payment
from simulation.shopper import MINUTE, Purse


def hold(diary: Diary, purse: Purse, at: float, key: str, amount: int) -> None:
    """Set money aside; who has too little tops up by card a minute before, to a round sum.

    Parameters
    ----------
    diary : Diary
    purse : Purse
        The wallet of the diary's customer.
    at : float
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
            id=diary.key("payment", f"{diary.name}:top-up-{len(diary.notes)}"),
            order_id=None,
            customer_id=diary.customer,
            method="card",
            amount_minor=brought,
            currency=diary.currency,
            created_at=diary.calendar.instant(at - MINUTE),
            status="succeeded",
        )
        if diary.note(
            "wallet.topped_up", at - MINUTE, "payment", payment.id, amount=brought, method="card"
        ):
            diary.records.append(payment)
    purse.moves.append((at, brought - amount))
    diary.note("wallet.held", at, "wallet", key, amount=amount, reason="escrow_hold")


def free(diary: Diary, purse: Purse, at: float, key: str, amount: int) -> None:
    """Free money that was set aside."""
    purse.moves.append((at, amount))
    diary.note("wallet.released", at, "wallet", key, amount=amount, reason="escrow_release")


def spend(diary: Diary, at: float, key: str, order: Order, payment: Payment) -> None:
    """Take the money set aside: the order is paid."""
    total = order.total_minor
    if diary.note("wallet.spent", at, "wallet", key, amount=total, reason="payment"):
        payment.status = "succeeded"
    diary.note("payment.captured", at, "payment", payment.id, amount=total, method="wallet")
    diary.note("order.paid", at, "order", order.id, amount=total, method="wallet")


def give_back(
    diary: Diary, purse: Purse, at: float, order: Order, payment: Payment, amount: int
) -> None:
    """Put the price of what came back into the wallet."""
    purse.moves.append((at, amount))
    diary.note(
        "payment.refunded", at, "payment", payment.id,
        amount=amount, method="wallet", reason="returned",
    )  # fmt: skip
    diary.note("wallet.refunded", at, "wallet", order.id, amount=amount, reason="refund")
