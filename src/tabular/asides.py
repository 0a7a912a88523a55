"""Lines of a file that are no data, though they stand among them: headers again, totals, rules, remarks at the end.

Only a row that cannot be read as data is looked at, so that nothing is left aside that could be taken in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from tabular.amounts import parts_of
from tabular.columns import plain
from tabular.errors import TableError
from tabular.quoting import UNREADABLE

_TOTALS = (
    "total totals grandtotal subtotal overalltotal sum totalsum totalamount summe gesamt gesamtsumme insgesamt"
    " zwischensumme endsumme totalgénéral soustotal somme totalgeneral suma sumatotal totalgeral soma subtotale"
    " totale totalegenerale totalecomplessivo somma totaal totaalgeneraal eindtotaal subtotaal razem łącznie ogółem"
    " sumakońcowa summa totalt totalsumma ialt"
)
TOTALS = frozenset(_TOTALS.split())
"""Words for a total, without case, blanks and signs."""
_OF = re.compile(r"([^\W\d_][^\d:(=]*?)[\s:=-]*(?:[\d(].*)?")
_RULE = re.compile(r"[-=_+*~.\u2500\u2550]{2,}")
_COUNT = re.compile(r"\(?[0-9]+ [^\W\d_]+\)?|[A-Z]{3}|[-\u2013]")


@lru_cache(maxsize=100_000)
def names_total(text: str) -> bool:
    """Whether a cell is a word for a total, which may say of what: a number, a year.

    Examples
    --------
    >>> names_total("Grand Total:"), names_total("Summe 2024"), names_total("Total Wine")
    (True, True, False)
    """
    if not text or not text[0].isalpha():
        return False
    written = _OF.fullmatch(text.strip())
    return written is not None and plain(written[1]) in TOTALS


def aside_of(cells: Sequence[str], columns: Sequence[str], *, header: bool) -> str | None:
    """Say what a row that is no data is.

    Parameters
    ----------
    cells : sequence of str
        Of a row that cannot be read.
    columns : sequence of str
        Names, from the header.
    header : bool
        Whether the file has one.

    Returns
    -------
    str or None
        ``blank row``, ``rule``, ``repeated header`` or ``total row``; None where it is none of them.

    Raises
    ------
    TableError
        "file must have one header; got another ...": the rows below it would be read in the wrong columns.

    Examples
    --------
    >>> columns = ["Order", "Customer", "Amount"]
    >>> for cells in (["order", "customer", "amount"], ["Total", "", "90.00"], ["A1", "", "Total"]):
    ...     print(aside_of(cells, columns, header=True))
    repeated header
    total row
    None
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return "blank row"
    if all(_RULE.fullmatch(cell) for cell in filled):
        return "rule"
    if header and _is_header(cells, columns):
        return "repeated header"
    others = [cell for cell in filled if not names_total(cell)]
    if len(others) < len(filled) and all(
        parts_of(cell) or _COUNT.fullmatch(cell) for cell in others
    ):
        return "total row"
    return None


def _is_header(cells: Sequence[str], columns: Sequence[str]) -> bool:
    names, known = [plain(cell) for cell in cells], [plain(column) for column in columns]
    if names == known:
        return True
    filled = [name for name in names if name]
    same = sum(name in known for name in filled)
    if same >= 2 and same * 2 > len(filled):
        raise TableError(
            f"file must have one header; got another in which columns stand elsewhere: {', '.join(cells)!r}."
            " Split the file there, and import each part."
        )
    return False


def is_remark(cells: Sequence[str]) -> bool:
    """Whether a row is some words, or a sign, in one cell; at the end of a file that is a footer.

    Examples
    --------
    >>> is_remark(["Exported by Jane", "", ""]), is_remark(["A17"]), is_remark(["(3 rows)"])
    (True, False, True)
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) != 1 or filled[0].startswith(UNREADABLE):
        return False
    return len(filled[0].split()) > 1 or not filled[0][0].isalnum()
