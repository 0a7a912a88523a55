"""What an import did, in numbers and in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Progress(Protocol):
    """Is told how far an import has come; `workbench` draws the bar."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Note that ``done`` of ``total`` (None: not known) steps of a stage are behind us."""


def silent(stage: str, done: int, total: int | None) -> None:
    """Show no progress."""


@dataclass(frozen=True, kw_only=True)
class Detected:
    """What was found out about a file, or was given.

    Attributes
    ----------
    file_format : str
        ``csv`` or ``parquet``.
    encoding, delimiter : str or None
        None for Parquet.
    header : bool
        Whether the first row names the columns.
    columns : tuple of str
        Every column of the file.
    used : mapping of str to str
        What a column is used for, and which one.
    decimal_mark : str
        ``.`` or ``,``.
    time_format : str
        How times are written, in words.
    """

    file_format: str
    encoding: str | None
    delimiter: str | None
    header: bool
    columns: tuple[str, ...]
    used: Mapping[str, str]
    decimal_mark: str
    time_format: str

    def sentence(self) -> str:
        """Say it as a person would.

        Examples
        --------
        >>> Detected(file_format="csv", encoding="cp1252", delimiter=";", header=True,
        ...     columns=("Kunde", "Datum", "Betrag"), used={}, decimal_mark=",",
        ...     time_format="day.month.year").sentence()
        "cp1252, ';' separated, 3 columns, decimal comma, times as day.month.year"
        """
        if self.file_format == "parquet":
            return f"Parquet, {len(self.columns)} columns, times as {self.time_format}"
        names = {"\t": "tab", " ": "blank"}
        mark = names.get(self.delimiter or "", f"'{self.delimiter}'")
        header = "" if self.header else " without a header"
        decimal = "decimal comma" if self.decimal_mark == "," else "decimal point"
        return (
            f"{self.encoding}, {mark} separated, {len(self.columns)} columns{header},"
            f" {decimal}, times as {self.time_format}"
        )


@dataclass(frozen=True, kw_only=True)
class ImportSummary:
    """What an import did; ``rows_accepted + rows_rejected + rows_duplicate == rows_read``.

    Attributes
    ----------
    rows_read : int
        Rows of the file, header and blank lines apart.
    rows_accepted, rows_rejected, rows_duplicate : int
        What became of them: written now, refused with a reason, known already.
    customers, orders, events : int
        Newly written.
    tenant : str
        Slug.
    tenant_created : bool
        Whether this import made the tenant.
    currency, timezone : str
        The tenant's.
    detected : Detected
        How the file was read.
    rejects : Path or None
        The rejects file; None where nothing was refused.
    reasons : mapping of str to int
        Refused rows by reason, most frequent first.
    """

    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_duplicate: int
    customers: int
    orders: int
    events: int
    tenant: str
    tenant_created: bool
    currency: str
    timezone: str
    detected: Detected
    rejects: Path | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, int]:
        """Give the seven numbers of ``--json``."""
        return {
            "rows_read": self.rows_read,
            "rows_accepted": self.rows_accepted,
            "rows_rejected": self.rows_rejected,
            "rows_duplicate": self.rows_duplicate,
            "customers": self.customers,
            "orders": self.orders,
            "events": self.events,
        }
