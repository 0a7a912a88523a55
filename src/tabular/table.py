"""A file as rows of text cells, whatever it is: CSV of any make, gzip, Parquet.

Guarantees: memory does not grow with the file; a blank line is no row; a broken row is given as it is, for the
caller to refuse, and reading goes on behind it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Literal

from tabular.delimiters import trim
from tabular.encodings import check_encoding, detect_encoding, file_format, opened
from tabular.errors import TableError
from tabular.layout import find_layout
from tabular.quoting import quoted_rows

_SAMPLE_LINES = 200

Row = tuple[int, list[str]]
"""Where a row begins (line of the file from 1; row of a Parquet file from 1), and its cells."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A file and how it is laid out."""

    path: Path
    file_format: Literal["csv", "parquet"]
    encoding: str | None
    delimiter: str | None
    """`encoding`, `delimiter`: None for Parquet."""
    header: bool
    columns: tuple[str, ...]
    """Names; ``1``, ``2`` and so on where there is no header."""
    skip: int = 0
    """Lines above the header, or above the first row."""

    def without_header(self) -> Table:
        """Read the first row as a row like the others."""
        columns = tuple(str(place) for place in range(1, len(self.columns) + 1))
        return replace(self, header=False, columns=columns)

    def rows(self) -> Iterator[Row]:
        """Give every row, the header apart."""
        return (row for row, _ in self.rows_and_position())

    def rows_and_position(self) -> Iterator[tuple[Row, int]]:
        """Give every row, and how many bytes of the file (rows, of Parquet) are read."""
        if self.file_format == "parquet":
            from tabular.parquet import parquet_rows

            return ((row, row[0]) for row in parquet_rows(self.path))
        return self._text_rows()

    def size(self) -> int:
        """Give what `rows_and_position` counts to."""
        if self.file_format == "parquet":
            from tabular.parquet import parquet_row_count

            return parquet_row_count(self.path)
        return self.path.stat().st_size

    def _text_rows(self) -> Iterator[tuple[Row, int]]:
        delimiter, width = str(self.delimiter), len(self.columns)
        with opened(self.path) as file:
            text = io.TextIOWrapper(file.stream, encoding=self.encoding, newline="")
            lines = islice(text, self.skip, None)
            header, line = self.header, self.skip
            try:
                for line, cells in quoted_rows(lines, delimiter, width, self.skip + 1):
                    if len(cells) != width:
                        trim(cells, delimiter)
                        while len(cells) > width and not cells[-1].strip():
                            cells.pop()
                        if not cells or (len(cells) == 1 and not cells[0].strip()):
                            continue
                    if header:
                        header = False
                        continue
                    yield (line, cells), file.raw.tell()
            except UnicodeDecodeError as error:
                raise TableError(
                    f"--encoding must fit the file; got {self.encoding!r}, which fails after line"
                    f" {line} ({error.reason}). Leave --encoding out to have it found."
                ) from error


def open_table(
    path: Path,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    skip: int | None = None,
) -> Table:
    """Find out how a file is laid out, taking its first row for the header.

    Parameters
    ----------
    delimiter : str, optional
        One character or its name; found out where not given.
    encoding : str, optional
        Any codec; found out where not given.
    skip : int, optional
        Lines above the header; where not given, lines that are no row of the table are passed over.

    Raises
    ------
    TableError
        "file must ...; got ..."
    """
    if file_format(path) == "parquet":
        from tabular.parquet import parquet_columns

        return Table(
            path=path,
            file_format="parquet",
            encoding=None,
            delimiter=None,
            header=True,
            columns=parquet_columns(path),
        )
    encoding = check_encoding(encoding) if encoding else detect_encoding(path)
    try:
        with opened(path) as file:
            text = io.TextIOWrapper(file.stream, encoding=encoding, newline="")
            lines = list(islice(text, skip or 0, (skip or 0) + _SAMPLE_LINES))
    except UnicodeError as error:
        raise TableError(
            f"--encoding must fit the file; got {encoding!r} ({error})."
            " Leave --encoding out to have it found."
        ) from error
    layout = find_layout(lines, path.name, delimiter=delimiter, preamble=skip is None)
    return Table(
        path=path,
        file_format="csv",
        encoding=encoding,
        delimiter=layout.delimiter,
        header=True,
        columns=layout.columns,
        skip=(skip or 0) + layout.skip,
    )
