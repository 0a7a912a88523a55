"""Numbers as shops write them: ``1.234,56``, ``1,234.56``, ``£12.50``, ``(3.00)``, ``12,50-``, ``12,-``.

Guarantees: a number is read exactly (Decimal, never a float), and a text that could mean two numbers is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

MARKS = (".", ",")
"""The decimal marks there are."""

_CACHE = 100_000
_WORDS = "kr|z\u0142|K\u010d|Ft|Fr|Rs|RM|Rp|TL|R|lei|\u043b\u0432|\u0440\u0443\u0431|\u5186|\u5143"
_SIGNS = "".join(
    re.escape(chr(code)) for code in range(0x20, 0x20D0) if unicodedata.category(chr(code)) == "Sc"
)
_UNIT = f"(?:(?:[A-Z]{{1,3}})?[{_SIGNS}]|[A-Z]{{3}}|(?:{_WORDS})\\.?)"
_GROUPS = "'\u2019 \u00a0\u202f\u2009"
"""What groups thousands, whatever the decimal mark."""
_WRITTEN = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+\u2212]?)\s*(?P<before>{_UNIT})?\s*(?P<inner>[-+\u2212]?)\s*"
    rf"(?P<digits>[.,]?[0-9]+(?:[.,{_GROUPS}][0-9]+)*)"
    r"(?P<tail>[.,](?:[-\u2013\u2014]{1,2})|/-|[.,])?(?P<power>[eE][-+]?[0-9]{1,3})?"
    rf"\s*(?P<after>{_UNIT})?\s*(?P<behind>[-\u2212]?)\s*(?P<close>\))?"
)
_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[^0-9][0-9]{3})+")
_INDIAN = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{2,3})*,[0-9]{3}")
_DIGITS = frozenset("0123456789")


def parts_of(text: str) -> re.Match[str] | None:
    """Take a number apart as it is written: signs, currency ``before`` or ``after``, digits; None where it is none."""
    return _WRITTEN.fullmatch((text if text.isascii() else _narrow(text)).strip())


def _narrow(text: str) -> str:
    """Write full-width digits and signs as the usual ones."""
    return "".join(
        unicodedata.normalize("NFKC", sign) if "\uff00" < sign < "\uffef" else sign for sign in text
    )


def readings(written: re.Match[str]) -> Mapping[str, str]:
    """Give the digits of a number by each decimal mark with which they can be read.

    Examples
    --------
    >>> for text in ("1.234,5", "1.234", "12,-"):
    ...     print(readings(parts_of(text)))
    {',': '1234.5'}
    {'.': '1.234', ',': '1234'}
    {',': '12'}
    """
    found = {mark: _digits(written["digits"], written["tail"] or "", mark) for mark in MARKS}
    return {mark: digits for mark, digits in found.items() if digits is not None}


def _digits(digits: str, tail: str, mark: str) -> str | None:
    """Write digits with a point and without groups; None where they do not fit the mark."""
    whole, found, fraction = digits.partition(mark)
    if tail[:1] in MARKS and (found or tail[0] != mark):
        return None
    groups = set(whole) - _DIGITS
    if groups:
        (group, *others) = groups
        form = _INDIAN if group == "," else _GROUPED
        if others or not form.fullmatch(whole):
            return None
        whole = whole.replace(group, "")
    if not _DIGITS.issuperset(fraction):
        return None
    return f"{whole or '0'}.{fraction}" if fraction else whole


class NumberReader:
    """Reads numbers with one decimal mark; the same text is worked out once.

    Parameters
    ----------
    mark : {".", ","}
        The decimal mark; the other one, blanks and apostrophes may group thousands.

    Examples
    --------
    >>> read = NumberReader(",")
    >>> read("1.234,56 EUR"), read("-7"), read("(3,00)"), read("1.299,-")
    (Decimal('1234.56'), Decimal('-7'), Decimal('-3.00'), Decimal('1299'))
    >>> read("1,234.56")
    Traceback (most recent call last):
    ...
    ValueError: a number with decimal ','; got '1,234.56'
    """

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self._read_once = lru_cache(maxsize=_CACHE)(self._read)

    def __call__(self, text: str) -> Decimal:
        """Read one number; ValueError says what was got instead."""
        return self._read_once(text)

    def _read(self, text: str) -> Decimal:
        if self.mark == "." and _PLAIN.fullmatch(text):
            return Decimal(text)
        written = parts_of(text)
        digits = readings(written).get(self.mark) if written is not None else None
        if written is None or digits is None:
            raise ValueError(f"a number with decimal {self.mark!r}; got {text!r}")
        signs = [written[name] for name in ("sign", "inner", "behind") if written[name]]
        if (
            bool(written["open"]) != bool(written["close"])
            or len(signs) + bool(written["open"]) > 1
        ):
            raise ValueError(f"a number with one sign; got {text!r}")
        number = Decimal(digits + (written["power"] or ""))
        return -number if written["open"] or (signs and signs[0] != "+") else number
