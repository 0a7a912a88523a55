"""What can go wrong with a file: the file as a whole, or one of its rows."""

from __future__ import annotations

from collections.abc import Sequence

from commerce.errors import CommerceError, did_you_mean


class SourceError(CommerceError, ValueError):
    """A file that cannot be imported as asked; nothing was written."""


class ColumnNotFound(SourceError, LookupError):
    """A file has no column of the name that was given."""

    def __init__(self, option: str, name: str, columns: Sequence[str]) -> None:
        self.option = option
        self.name = name
        self.columns = tuple(columns)
        super().__init__(
            f"{option} must name a column of the file; got {name!r}. {did_you_mean(name, columns)}"
            f" Columns: {', '.join(columns)}."
        )


class Refused(CommerceError, ValueError):
    """A row that cannot be taken.

    Attributes
    ----------
    reason : str
        A few words that are the same for every row with this fault: ``no time``, ``negative price``.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        self.reason = reason
        super().__init__(sentence)
