"""Numbers as shops write them: ``1.234,56``, ``1,234.56``, ``£12.50``, ``(3.00)``, ``12,50-``.

Guarantees: a number is read exactly (Decimal, never a float), and a text that could mean two numbers is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from tabular.errors import TableError

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


def _parts(text: str) -> re.Match[str] | None:
    return _WRITTEN.fullmatch(_BLANKS.sub("", text))


class DecimalSurvey:
    """Collects from cells which sign is the decimal mark.

    Examples
    --------
    >>> survey = DecimalSurvey()
    >>> survey.feed(["1.234", "17,50 \u20ac"])
    >>> survey.decided, survey.mark()
    (True, ',')
    """

    def __init__(self) -> None:
        self.point = 0
        self.comma = 0
        self.doubtful: str | None = None

    @property
    def decided(self) -> bool:
        """Whether some cell could be read in one way only."""
        return bool(self.point or self.comma)

    def feed(self, cells: Iterable[str]) -> None:
        """Look at more cells; those that are no numbers say nothing."""
        for cell in cells:
            if "." not in cell and "," not in cell:
                continue
            written = _parts(cell)
            if written is not None:
                self._weigh(written["digits"], cell)

    def _weigh(self, digits: str, cell: str) -> None:
        points, commas = digits.count("."), digits.count(",")
        if points and commas:
            self._count("." if digits.rfind(".") > digits.rfind(",") else ",")
        elif points > 1 or commas > 1:
            self._count("," if points else ".")
        elif points or commas:
            mark = "." if points else ","
            whole, _, fraction = digits.partition(mark)
            if len(fraction) != 3 or len(whole) > 3 or whole.strip("0") == "":
                self._count(mark)
            else:
                self.doubtful = cell

    def _count(self, mark: str) -> None:
        if mark == ".":
            self.point += 1
        else:
            self.comma += 1

    def mark(self) -> str:
        """Give the decimal mark.

        Raises
        ------
        TableError
            "decimal mark must be told apart from the thousands mark; got ..."
        """
        if self.decided:
            return "," if self.comma > self.point else "."
        if self.doubtful is not None:
            raise TableError(
                f"decimal mark must be told apart from the thousands mark; got {self.doubtful!r}"
                " and no clearer number in the file. Give --decimal . or --decimal ,"
            )
        return "."


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
        self._known: dict[str, Decimal] = {}

    def __call__(self, text: str) -> Decimal:
        """Read one number; ValueError says what was got instead."""
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _CACHE:
                self._known.clear()
            known = self._known[text] = self._read(text)
        return known

    def _read(self, text: str) -> Decimal:
        if self.mark == "." and _PLAIN.fullmatch(text):
            return Decimal(text)
        written = _parts(text)
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
