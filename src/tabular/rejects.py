"""The rejects file: every refused row with its line, its reason and its cells as they were."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import TextIO

from tabular.errors import Refused

_EXAMPLES = 3
_WORDS = 20
_GOT = re.compile(r"; got (.+?)(?:\.(?: |$)|$)")
_NUMBER = re.compile(r"[-+]?[0-9.,]*")
REJECTS = "rejects.csv"
"""Name of the file inside the folder that is given."""


class Rejects:
    """Collects refused rows; the file of an earlier import is replaced when this one ends.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    keep : bool, default True
        Whether the file is written; else rows are only counted, and an older file stays as it is.

    Attributes
    ----------
    reasons : Counter of str
        Refused rows by reason.
    examples : dict of str to Counter
        By reason, what its rows had instead: three different things, or every word that is not known.
    words : set of str
        Reasons that are about words.
    left_aside : dict of str to list of int
        Lines that are no data, by what they are; they are not rejected.
    remedies : dict of str to str
        By reason, the option that settles what its rows mean, where there is one.
    """

    def __init__(self, folder: Path, columns: tuple[str, ...], *, keep: bool = True) -> None:
        self.path = folder / REJECTS
        self.reasons: Counter[str] = Counter()
        self.examples: dict[str, Counter[str]] = {}
        self.words: set[str] = set()
        self.left_aside: dict[str, list[int]] = {}
        self.remedies: dict[str, str] = {}
        self._draft = folder / f"{REJECTS}.part"
        self._columns = columns
        self.keeps = keep
        self._file: TextIO | None = None

    def __enter__(self) -> Rejects:
        return self

    def __exit__(self, *_: object) -> None:
        """Take the draft away where the import did not come to its end."""
        if self._file is not None and not self._file.closed:
            self._file.close()
            self._draft.unlink(missing_ok=True)

    def add(self, line: int, cells: list[str], refused: Refused) -> None:
        """Write one refused row."""
        if self._file is None and self.keeps:
            self._draft.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._draft.open("w", encoding="utf-8", newline="")
            self._write(["line", "reason", *self._columns])
        self._write([str(line), str(refused), *cells])
        self.reasons[refused.reason] += 1
        if refused.remedy:
            self.remedies[refused.reason] = refused.remedy
        if refused.is_word:
            self.words.add(refused.reason)
        examples = self.examples.setdefault(refused.reason, Counter())
        if (refused.is_word or len(examples) < _EXAMPLES) and (got := _GOT.search(str(refused))):
            examples[got[1]] += 1

    def leave_aside(self, line: int, kind: str) -> None:
        """Note a line that is no data."""
        self.left_aside.setdefault(kind, []).append(line)

    def said(self) -> list[str]:
        """Say of each reason, the most frequent first, how many rows it refused, what they had, and what settles it."""
        lines = []
        for reason, count in self.reasons.most_common():
            such, examples = "", self.examples[reason].most_common()
            if reason in self.words:
                more = f" and {len(examples) - _WORDS:,} more" if len(examples) > _WORDS else ""
                each = (
                    f"{word} {number:,} times" if number > 1 else word
                    for word, number in examples[:_WORDS]
                )
                such = f" ({', '.join(each)}{more})"
            elif examples:
                such = f" (such as {', '.join(example for example, _ in examples)})"
            remedy = f": {self.remedies[reason]}" if reason in self.remedies else ""
            lines.append(f"{count:,} {reason}{such}{remedy}")
        return lines

    def _write(self, cells: list[str]) -> None:
        if self._file is None:
            return
        csv.writer(self._file).writerow(
            [harmless(cell).encode("utf-8", "replace").decode("utf-8") for cell in cells]
        )

    def close(self) -> Path | None:
        """Put the file in its place; where nothing was refused, take an older one away.

        Returns
        -------
        Path or None
            The file, also where it is not kept; None where nothing was refused.
        """
        if not self.keeps:
            return self.path if self.reasons else None
        if self._file is None:
            self.path.unlink(missing_ok=True)
            return None
        self._file.close()
        self._draft.replace(self.path)
        return self.path


def harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula; a number with a sign is none.

    Examples
    --------
    >>> harmless("=HYPERLINK(A1)"), harmless("-12.50"), harmless("@sum")
    ("'=HYPERLINK(A1)", '-12.50', "'@sum")
    """
    return f"'{cell}" if cell and cell[0] in "=+-@\t\r" and not _NUMBER.fullmatch(cell) else cell
