"""What can go wrong with a table: the file as a whole, or one of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Hint at the known words closest to a misspelt one.

    Returns
    -------
    str
        A sentence that names at most three close matches, else at most eight known words.

    Examples
    --------
    >>> did_you_mean("gift", ["gifts", "demo"])
    'Did you mean gifts?'
    >>> did_you_mean("acme", ["gifts", "demo"])
    'Known: demo, gifts.'
    >>> did_you_mean("acme", [])
    'There are none yet.'
    """
    words = sorted(set(known))
    if not words:
        return "There are none yet."
    close = get_close_matches(word, words, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    shown = ", ".join(words[:8])
    more = f" and {len(words) - 8} more" if len(words) > 8 else ""
    return f"Known: {shown}{more}."


class TableError(ValueError):
    """A file that cannot be read as asked."""


class ColumnNotFound(TableError, LookupError):
    """A file has no column of the name that was given."""

    def __init__(self, option: str, name: str, columns: Sequence[str]) -> None:
        self.option = option
        self.name = name
        self.columns = tuple(filter(None, columns))
        super().__init__(
            f"{option} must name a column of the file; got {name!r}. {did_you_mean(name, self.columns)}"
            f" Columns: {', '.join(self.columns)}."
        )


class Refused(ValueError):
    """A row that cannot be taken.

    Attributes
    ----------
    reason : str
        A few words that are the same for every row with this fault: ``no time``, ``negative price``.
    remedy : str
        What such rows may mean, and the option that says so: ``returns? --returns negative``; empty where none does.
    is_word : bool
        Whether the cell holds a word that is not known: then every such word is listed, with its count.
    groups : sequence of str
        What the row belongs to with others (its order), as its reader knows; several where it is in doubt.
    """

    def __init__(
        self, reason: str, sentence: str, remedy: str = "", *, is_word: bool = False
    ) -> None:
        self.reason = reason
        self.remedy = remedy
        self.is_word = is_word
        self.groups: Sequence[str] = ()
        super().__init__(sentence)
