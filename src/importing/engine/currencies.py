"""Signs and codes of currencies in a file's cells: which currency each can mean, and which one a file is in."""

from __future__ import annotations

from collections.abc import Collection

from commerce.records.money import CURRENCIES
from importing.errors import SourceError
from tabular.formats import Formats

_SIGNS = (
    "USD=$,US$ AUD=$,A$,AU$ CAD=$,C$,CA$ NZD=$,NZ$ SGD=$,S$ HKD=$,HK$ TWD=$,NT$,元 MXN=$,MX$ ARS=$ CLP=$ COP=$ UYU=$"
    " BRL=$,R$ JMD=$ BBD=$ BSD=$ BZD=$ FJD=$ NAD=$ TTD=$ XCD=$ EUR=€ GBP=£ EGP=£ GIP=£ FKP=£ SHP=£ LBP=£ SYP=£"
    " JPY=¥,円 CNY=¥,元 SEK=kr,kr. NOK=kr,kr. DKK=kr,kr. ISK=kr,kr. CHF=Fr,Fr. PLN=zł CZK=Kč HUF=Ft RON=lei MDL=lei"
    " BGN=лв,лв. RUB=₽,руб,руб. UAH=₴ TRY=₺,TL INR=₹,Rs,Rs. PKR=Rs,Rs. LKR=Rs,Rs. NPR=Rs,Rs. MUR=Rs,Rs. SCR=Rs,Rs."
    " MYR=RM IDR=Rp,Rp. ZAR=R KRW=₩ KPW=₩ VND=₫ THB=฿ ILS=₪ NGN=₦ PHP=₱ CUP=₱ CRC=₡ PYG=₲ GHS=₵ KZT=₸ AZN=₼ GEL=₾"
)
"""By code, the signs and words for it."""

_MEANINGS: dict[str, set[str]] = {}
for _code, _, _written in (pair.partition("=") for pair in _SIGNS.split()):
    for _sign in _written.split(","):
        _MEANINGS.setdefault(_sign, set()).add(_code)


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
