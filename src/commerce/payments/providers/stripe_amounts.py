"""Amounts as Stripe writes them, where that is not in our minor units (https://docs.stripe.com/currencies).

Some currencies have no minor units at Stripe, the Malagasy ariary among them, which has two digits here. Two that have
none here, the Icelandic króna and the Ugandan shilling, are sent in hundredths, always whole. Of currencies with three
digits the last must be 0: what is sent is rounded, and our own amount goes along as metadata, for the books. The forint
and the new Taiwan dollar are whole in payouts only, which the shop does not make.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from commerce.payments.providers.port import ProviderRefused
from commerce.records.money import currency_code, minor_digits

_DIGITS = {
    code: digits
    for digits, codes in {
        0: "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF",
        2: "ISK UGX",
    }.items()
    for code in codes.split()
}
"""Digits behind the decimal mark at Stripe, where the currency's own do not tell."""

_ROUNDED = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
"""Currencies whose last digit must be 0."""

OURS = "amount"
"""Name of our own amount in the metadata of what was rounded."""


def to_stripe(minor: int, currency: str) -> int:
    """Write an amount for Stripe.

    Raises
    ------
    ProviderRefused
        "amount must be whole MGA at Stripe; got 12.50. ..."

    Examples
    --------
    >>> [to_stripe(5000, code) for code in ("EUR", "UGX", "ISK", "JPY", "HUF")]
    [5000, 500000, 500000, 5000, 5000]
    >>> to_stripe(500000, "MGA"), to_stripe(5124, "KWD"), to_stripe(10005, "KWD")
    (5000, 5120, 10000)
    """
    if currency in _ROUNDED:
        return round(minor, -1)
    return _rescaled(minor, currency, minor_digits(currency), _digits(currency))


def from_stripe(amount: int, currency: str, metadata: Mapping[str, Any]) -> int:
    """Read an amount of Stripe's, beside the metadata that we sent along, as our minor units.

    Raises
    ------
    ProviderRefused
        "amount must be whole UGX here; got 5000.50. ..."

    Examples
    --------
    >>> from_stripe(500000, "UGX", {}), from_stripe(5000, "MGA", {}), from_stripe(5120, "KWD", {})
    (5000, 500000, 5120)
    >>> from_stripe(10000, "KWD", {"amount": "10005"}), from_stripe(4000, "KWD", {"amount": "10005"})
    (10005, 4000)
    """
    code = currency_code(currency)
    if code in _ROUNDED:
        ours = str(metadata.get(OURS))
        return int(ours) if ours.isdecimal() and to_stripe(int(ours), code) == amount else amount
    return _rescaled(amount, code, _digits(code), minor_digits(code))


def _digits(currency: str) -> int:
    return _DIGITS.get(currency, minor_digits(currency))


def _rescaled(amount: int, currency: str, digits: int, wanted: int) -> int:
    """Write an amount with another number of digits, exactly."""
    factor: int = 10 ** abs(wanted - digits)
    if digits <= wanted:
        return amount * factor
    whole, rest = divmod(amount, factor)
    if rest:
        raise ProviderRefused(
            f"amount must be whole {currency} between the shop and Stripe; got"
            f" {Decimal(amount).scaleb(-digits)}. Correct it, or pay in another way; of a payment that was"
            " made, look at it at Stripe."
        )
    return whole
