"""Opening a file of unknown make: gzip or not, Parquet or text, and in which encoding."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

from tabular.errors import TableError
from tabular.legacy_encodings import check_western

_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Opened:
    """A file open for reading."""

    stream: BinaryIO
    """Its bytes, decompressed."""
    raw: BinaryIO
    """The file itself; where it stands tells how far reading has come."""


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a file, decompressing gzip (known by its first bytes, whatever its name).

    Raises
    ------
    TableError
        "file must exist; got ...", or "file must be whole; got ..." while reading.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            if packed:
                with gzip.open(raw) as stream:
                    yield Opened(cast(BinaryIO, stream), raw)
            else:
                yield Opened(raw, raw)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise TableError(
            f"file must be one that can be read; got {str(path)!r} ({error.strerror})."
            " Check the path."
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TableError(
            f"file must be whole; got {str(path)!r}, whose compression breaks off ({error})."
            " Fetch it again."
        ) from error


def file_format(path: Path) -> Literal["csv", "parquet"]:
    """Tell Parquet from text by the first bytes.

    Raises
    ------
    TableError
        "file must be text or Parquet; got ..." for archives, spreadsheets and empty files.
    """
    with opened(path) as file:
        start = file.stream.read(8)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise TableError(
            f"file must be text or Parquet; got {path.name!r}, an archive or a spreadsheet."
            " Unpack it, or save the sheet as CSV."
        )
    if not start:
        raise TableError(f"file must hold rows; got {path.name!r}, which is empty. Check the path.")
    return "csv"


def check_encoding(name: str) -> str:
    """Check the name of an encoding.

    Raises
    ------
    TableError
        "--encoding must be a known codec; got ..."

    Examples
    --------
    >>> check_encoding("windows-1252")
    'windows-1252'
    """
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise TableError(
            f"--encoding must be a known codec; got {name!r}. Use utf-8, cp1252, utf-16 or latin-1."
        ) from error
    return name


def detect_encoding(path: Path) -> str:
    """Find out how a text file is encoded, reading all of it once.

    A byte order mark decides; else it is UTF-8 if every byte fits, UTF-16 if every other byte is zero, and
    otherwise Windows-1252 where that makes Western words of it.

    Returns
    -------
    str
        ``utf-8``, ``utf-8-sig``, ``utf-16``, ``utf-16-le``, ``utf-16-be``, ``utf-32`` or ``cp1252``.

    Raises
    ------
    TableError
        "--encoding must be given for text that is not UTF-8; got ..."
    """
    with opened(path) as file:
        start = file.stream.read(4096)
        for mark, name in _BOMS:
            if start.startswith(mark):
                return name
        if len(start) >= 4 and start.count(0) * 4 >= len(start):
            return "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"
        decoder, chunk = codecs.getincrementaldecoder("utf-8")(), start
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.stream.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            pass
        else:
            return "utf-8"
    with opened(path) as file:
        return check_western(path, file.stream)
