"""Money: a whole number of minor units and a currency, never a float.

The number of minor digits follows ISO 4217: two for most currencies, none for the yen, three for the
Kuwaiti dinar. Rounding to minor units is half-even, so that a long column of halves does not drift.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from commerce.records.errors import LARGEST, RecordError

_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP"
    " CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR"
    " IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL LTL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN"
    " NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN"
    " SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
CURRENCIES: Mapping[str, int] = {
    code: digits for digits, codes in _BY_DIGITS.items() for code in codes.split()
}
"""Digits behind the decimal mark by code: the ISO 4217 currencies that money can be in (no gold, no test codes), and
those that the euro replaced since 2015, for old records."""


def currency_code(text: str) -> str:
    """Normalise and check a currency code.

    Raises
    ------
    RecordError
        "currency must be an ISO 4217 code that money can have; got ..."

    Examples
    --------
    >>> currency_code(" eur ")
    'EUR'
    """
    code = text.strip().upper()
    if code not in CURRENCIES:
        raise RecordError(
            f"currency must be an ISO 4217 code that money can have; got {text!r}. Use one like EUR."
        )
    return code


def minor_digits(currency: str) -> int:
    """Give the number of decimal digits of a currency (ISO 4217).

    Raises
    ------
    RecordError
        As `currency_code`.

    Examples
    --------
    >>> [minor_digits(code) for code in ("EUR", "JPY", "KWD")]
    [2, 0, 3]
    """
    return CURRENCIES[currency if currency in CURRENCIES else currency_code(currency)]


def to_minor(amount: Decimal, currency: str) -> int:
    """Round an exact amount to a whole number of minor units, half to even.

    Parameters
    ----------
    amount : Decimal
        In major units, finite.
    currency : str
        ISO 4217.

    Examples
    --------
    >>> to_minor(Decimal("0.125"), "EUR"), to_minor(Decimal("0.135"), "EUR")
    (12, 14)
    >>> to_minor(Decimal("19.5"), "JPY")
    20
    """
    if not amount.is_finite():
        raise RecordError(f"amount must be a finite number; got {amount}. Correct the row.")
    return int(amount.scaleb(minor_digits(currency)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def from_minor(minor: int, currency: str) -> Decimal:
    """Turn minor units back into an exact amount.

    Examples
    --------
    >>> from_minor(1999, "EUR")
    Decimal('19.99')
    """
    return Decimal(minor).scaleb(-minor_digits(currency))


def format_money(minor: int, currency: str) -> str:
    """Write an amount for a person.

    Examples
    --------
    >>> format_money(123456, "EUR"), format_money(-5, "EUR"), format_money(120, "JPY")
    ('1,234.56 EUR', '-0.05 EUR', '120 JPY')
    """
    return money_writer(currency)(minor)


@lru_cache(maxsize=256)
def money_writer(currency: str) -> Callable[[int], str]:
    """Give what writes amounts of a currency as `format_money` does, for long lists of them."""
    digits = minor_digits(currency)
    size = 10**digits
    endings = [
        f".{part:0{digits}} {currency}" if digits else f" {currency}" for part in range(size)
    ]

    def write(minor: int) -> str:
        whole, part = divmod(abs(minor), size)
        return f"{'-' if minor < 0 else ''}{whole:,}{endings[part]}"

    return write


def exact_minor(amount: Decimal, currency: str, what: str = "amount") -> int:
    """Turn an amount that somebody wrote into minor units, or refuse it by its name; nothing is rounded.

    Raises
    ------
    RecordError
        "amount must have at most 2 decimals in EUR; got 1.005. ...", "amount must be at most ...; got 1E+30. ..."

    Examples
    --------
    >>> exact_minor(Decimal("19.99"), "EUR"), exact_minor(Decimal("2.50"), "EUR")
    (1999, 250)
    """
    largest = from_minor(LARGEST, currency)
    if amount.is_finite() and abs(amount) > largest:
        raise RecordError(
            f"{what} must be at most {largest:,} {currency}; got {amount}. Correct it."
        )
    minor = to_minor(amount, currency)
    if from_minor(minor, currency) != amount:
        raise RecordError(
            f"{what} must have at most {minor_digits(currency)} decimals in {currency}; got {amount}."
            " Round it first."
        )
    return minor


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Distribute an amount by weights, whole units only, so that the parts sum to it.

    The largest remainder gets the next unit; of equal remainders, the first.

    Parameters
    ----------
    amount : int
        Minor units, 0 or more.
    weights : sequence of int
        0 or more each; not all 0 unless the amount is.

    Returns
    -------
    list of int
        One part per weight, each within one unit of its exact share; 0 for a weight of 0.

    Raises
    ------
    RecordError
        "amount must be distributed by weights of 0 or more, not all 0; got ..."

    Examples
    --------
    >>> allocate(100, [1, 1, 1]), allocate(5, [0, 3, 7]), allocate(0, [])
    ([34, 33, 33], [0, 2, 3], [])
    """
    whole = sum(weights)
    if amount < 0 or min(weights, default=0) < 0 or (amount and not whole):
        raise RecordError(
            "amount must be distributed by weights of 0 or more, not all 0; got"
            f" {amount} by {list(weights)}. Give each its share."
        )
    if not amount:
        return [0] * len(weights)
    shares = [divmod(amount * weight, whole) for weight in weights]
    parts = [part for part, _ in shares]
    first = sorted(range(len(shares)), key=lambda place: -shares[place][1])
    for place in first[: amount - sum(parts)]:
        parts[place] += 1
    return parts
