"""Numbers as shops write them: ``1.234,56``, ``1,234.56``, ``£12.50``, ``(3.00)``, ``12,50-``.

Guarantees: a number is read exactly (Decimal, never a float), and a text that could mean two numbers is refused.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

_CACHE = 100_000
_BLANK = "\\s\u00a0\u202f"
_WORDS = "kr|z\u0142|K\u010d|Ft|Fr|Rs|RM|R|lei|\u043b\u0432"
_SIGNS = "".join(
    re.escape(chr(code)) for code in range(0x20, 0x20D0) if unicodedata.category(chr(code)) == "Sc"
)
_UNIT = f"(?:(?:[A-Z]{{1,3}})?[{_SIGNS}]|[A-Z]{{3}}|(?:{_WORDS})\\.?)"
_WRITTEN = re.compile(
    f"(?P<open>\\()?(?P<sign>[-+\u2212]?)(?:{_UNIT})?(?P<inner>[-+\u2212]?)"
    f"(?P<digits>[0-9.,'\u2019]+)(?P<power>[eE][-+]?[0-9]{{1,3}})?"
    f"(?:{_UNIT})?(?P<behind>[-\u2212]?)(?P<close>\\))?"
)
_PLAIN = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_BLANKS = re.compile(f"[{_BLANK}]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}")


def parts_of(text: str) -> re.Match[str] | None:
    """Take a number apart as it is written: sign, ``digits`` with their marks, power; None where it is none."""
    return _WRITTEN.fullmatch(_BLANKS.sub("", text))


class NumberReader:
    """Reads numbers with one decimal mark; the same text is worked out once.

    Parameters
    ----------
    mark : {".", ","}
        The decimal mark; the other one, blanks and apostrophes may group thousands.

    Examples
    --------
    >>> read = NumberReader(",")
    >>> read("1.234,56 EUR"), read("-7"), read("(3,00)")
    (Decimal('1234.56'), Decimal('-7'), Decimal('-3.00'))
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
        digits = self._digits(written["digits"]) if written is not None else None
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

    def _digits(self, digits: str) -> str | None:
        if self.mark == ",":
            digits = digits.translate(str.maketrans(",.", ".,"))
        whole, mark, fraction = digits.replace("'", ",").replace("\u2019", ",").partition(".")
        if "," in whole:
            if not _GROUPED.fullmatch(whole):
                return None
            whole = whole.replace(",", "")
        if not (whole + fraction).isdigit() or not (whole + fraction).isascii():
            return None
        return f"{whole or '0'}{mark}{fraction}" if fraction else whole or "0"
