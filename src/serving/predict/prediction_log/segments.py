"""A segment: one file of the log. Whoever appends to it holds a lock on it; what is locked by nobody is complete.

A frame is its length, its CRC-32 and its bytes. A file that ends in the middle of a frame was being written when its
server was killed: what stands before counts, and nobody was answered by the rest.
"""

from __future__ import annotations

import fcntl
import os
import struct
import uuid
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_HEAD = struct.Struct("<II")
_MAGIC = b"bellwether predictions 1\n"
_SUFFIX = ".predictions"
_ROOM = 1 << 16
"""Bytes that must be there: one free page would be room for a file, and for no answer in it."""
_LARGEST = 1 << 26
"""Bytes; a length beyond that is no length."""


class Segment:
    """A new file in a folder, open for appending.

    Raises
    ------
    OSError
        Also of every method: the disk is full, or gone.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{uuid.uuid4().hex}{_SUFFIX}"
        making = self.path.with_suffix(".new")
        self._file = os.open(making, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            self.size = os.write(self._file, _MAGIC)
            os.fdatasync(self._file)
            making.rename(self.path)  # locked before anybody can find it
            _sync_folder(folder)
        except OSError:
            os.close(self._file)
            for each in (making, self.path):
                each.unlink(missing_ok=True)
            raise

    def append(self, frames: Iterable[bytes]) -> None:
        """Append frames and have the disk keep them; where that fails, the file ends where it ended before."""
        data = memoryview(b"".join(part for frame in frames for part in (_head(frame), frame)))
        written = 0
        try:
            while written < len(data):
                written += os.write(self._file, data[written:])
            os.fdatasync(self._file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._file, self.size)
            raise
        self.size += written

    def close(self) -> None:
        """Give up the lock: the file is complete."""
        os.close(self._file)


def require_room(folder: Path) -> None:
    """Write what some answers take to the disk of a log, and take it away again.

    Raises
    ------
    OSError
        The disk is full, or gone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{uuid.uuid4().hex}.page"
    file = os.open(page, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        left = _ROOM
        while left:
            left -= os.write(file, bytes(left))
        os.fdatasync(file)
    finally:
        os.close(file)
        page.unlink()


def list_segments(folder: Path) -> list[Path]:
    """List the files of a log."""
    return sorted(folder.glob(f"*{_SUFFIX}"))


def take(path: Path) -> BinaryIO | None:
    """Open a complete segment and keep others from taking it; None where somebody appends to it or has taken it."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
    except (BlockingIOError, FileNotFoundError):
        pass  # appended to, or between our opening and our lock another one put it away
    file.close()
    return None


def read_frames(file: BinaryIO) -> Iterator[bytes]:
    """Read the frames of a segment up to where it ends, or was torn; the file is left there."""
    whole = 0
    if file.read(len(_MAGIC)) == _MAGIC:
        whole = len(_MAGIC)
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            length, crc = _HEAD.unpack(head)
            frame = file.read(length) if length <= _LARGEST else b""
            if len(frame) != length or zlib.crc32(frame) != crc:
                break
            whole += len(head) + length
            yield frame
    file.seek(whole)


def _head(frame: bytes) -> bytes:
    return _HEAD.pack(len(frame), zlib.crc32(frame))


def _sync_folder(folder: Path) -> None:
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
