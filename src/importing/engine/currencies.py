"""Signs and codes of currencies in a file's cells: which currency each can mean, and which one a file is in."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from commerce.records.money import CURRENCIES
from importing.errors import SourceError
from tabular.formats import Formats

_DOLLARS = "USD AUD CAD NZD SGD HKD TWD MXN ARS CLP COP UYU BRL JMD BBD BSD BZD FJD NAD TTD XCD"
_SIGNS = {
    "$": _DOLLARS,
    "US$": "USD",
    "A$ AU$": "AUD",
    "C$ CA$": "CAD",
    "NZ$": "NZD",
    "S$": "SGD",
    "HK$": "HKD",
    "NT$": "TWD",
    "MX$": "MXN",
    "R$": "BRL",
    "\u20ac": "EUR",
    "\xa3": "GBP EGP GIP FKP SHP LBP SYP",
    "\xa5": "JPY CNY",
    "\u5186": "JPY",
    "\u5143": "CNY TWD",
    "kr kr.": "SEK NOK DKK ISK",
    "Fr Fr.": "CHF",
    "z\u0142": "PLN",
    "K\u010d": "CZK",
    "Ft": "HUF",
    "lei": "RON MDL",
    "\u043b\u0432 \u043b\u0432.": "BGN",
    "\u20bd \u0440\u0443\u0431 \u0440\u0443\u0431.": "RUB",
    "\u20b4": "UAH",
    "\u20ba TL": "TRY",
    "\u20b9": "INR",
    "Rs Rs.": "INR PKR LKR NPR MUR SCR",
    "RM": "MYR",
    "Rp Rp.": "IDR",
    "R": "ZAR",
    "\u20a9": "KRW KPW",
    "\u20ab": "VND",
    "\u0e3f": "THB",
    "\u20aa": "ILS",
    "\u20a6": "NGN",
    "\u20b1": "PHP CUP",
    "\u20a1": "CRC",
    "\u20b2": "PYG",
    "\u20b5": "GHS",
    "\u20b8": "KZT",
    "\u20bc": "AZN",
    "\u20be": "GEL",
}
_MEANINGS: Mapping[str, frozenset[str]] = {
    sign: frozenset(codes.split()) for signs, codes in _SIGNS.items() for sign in signs.split()
}


def meanings(unit: str) -> Collection[str]:
    """Give the ISO 4217 codes that a sign, a word or a code can mean; none where it is no currency.

    Examples
    --------
    >>> sorted(meanings("kr")), sorted(meanings("EUR")), sorted(meanings("PCS"))
    (['DKK', 'ISK', 'NOK', 'SEK'], ['EUR'], [])
    """
    if unit in CURRENCIES:
        return (unit,)
    return _MEANINGS.get(unit, ())


def currency_of(formats: Formats) -> str | None:
    """Find the one currency that all of a file's amounts can be in; None where it names none, or only dollars.

    Raises
    ------
    SourceError
        "--currency must be given where a file names several; got '$10.50' and '€11.50'. ..."
    """
    said = {**formats.units, **{code: code for code in formats.codes}}
    named = {unit: cell for unit, cell in said.items() if meanings(unit)}
    if not named:
        return None
    left = set.intersection(*(set(meanings(unit)) for unit in named))
    if len(left) == 1:
        return left.pop()
    if "USD" in left:
        return None
    cells = " and ".join(repr(cell) for cell in [*named.values()][:2])
    rule = "say which of several is meant" if left else "be given where a file names several"
    raise SourceError(
        f"--currency must {rule}; got {cells}. Give it: rows in another currency are refused."
    )
