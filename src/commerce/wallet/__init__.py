"""Wallets: the money of customers and sellers that the shop keeps for them.

What a wallet holds is a balance of the ledger. Money set aside for an order or an auction lies in ``held``; the
words ``wallet.held``, ``wallet.released`` and ``wallet.spent`` tell whose it is, each under the record
``("wallet", key)`` of what it is set aside for.
"""

from commerce.wallet.facts import (
    begin,
    held,
    of_customer,
    of_seller,
    of_sellers,
    refunded,
    released,
    spent,
)
from commerce.wallet.passbook import Entry, Wallet, history, view

__all__ = [
    "Entry",
    "Wallet",
    "begin",
    "held",
    "history",
    "of_customer",
    "of_seller",
    "of_sellers",
    "refunded",
    "released",
    "spent",
    "view",
]
