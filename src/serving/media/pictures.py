"""From the bytes that somebody sends to a picture in the sizes a shop shows, without what the camera noted in it."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from serving.errors import NotAPicture, TooLarge
from serving.media import child

LARGEST = 5_000_000
"""Bytes of one picture."""
MOST_PIXELS = 40_000_000
"""Width times height: a small file may unfold to gigabytes."""
LONGEST = 20.0
"""Seconds within which a picture is read and written."""
SUFFIX = ".webp"

_AT_ONCE = threading.BoundedSemaphore(2)
"""Pictures that are read at the same time: each takes a core and some hundred megabytes."""


class Size(NamedTuple):
    """A picture in one size, in pixels; its name is the SHA-256 of its bytes."""

    width: int
    height: int
    data: bytes

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{sha256(self.data).hexdigest()}{SUFFIX}"


def is_picture(data: bytes) -> bool:
    r"""Whether bytes begin as a JPEG, PNG or WebP file does; what its name says counts for nothing.

    Examples
    --------
    >>> is_picture(b"\x89PNG\r\n\x1a\n..."), is_picture(b"<svg>")
    (True, False)
    """
    webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return webp or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def read(data: bytes, sizes: Sequence[int], *, longest: float = LONGEST) -> list[Size]:
    """Write a picture in several sizes, each once, by a process of its own.

    Parameters
    ----------
    data : bytes
        JPEG, PNG or WebP.
    sizes : sequence of int
        Pixels of the longer side; a smaller picture is not enlarged.
    longest : float
        Seconds that it may take.

    Raises
    ------
    TooLarge
        "picture must hold at most 5000000 bytes; got ...", "picture must have at most 40 million pixels; got ..."
    NotAPicture
        "picture must be a JPEG, PNG or WebP file; got another. ..."
    """
    if len(data) > LARGEST:
        raise TooLarge(
            f"picture must hold at most {LARGEST} bytes; got {len(data)}. Send it smaller."
        )
    if not is_picture(data):
        raise NotAPicture(_OTHER)
    asked = [sys.executable, "-I", str(Path(child.__file__)), str(MOST_PIXELS), *map(str, sizes)]
    with _AT_ONCE:
        try:
            done = subprocess.run(  # noqa: S603 (our own program, by its path; the file is its input)
                asked, input=data, capture_output=True, timeout=longest, check=False
            )
        except subprocess.TimeoutExpired:
            raise TooLarge(
                f"picture must be read within {longest:g} seconds; got one that takes longer."
                " Send it smaller."
            ) from None
    why = done.stderr.decode(errors="replace")
    if why.startswith("large "):
        most = MOST_PIXELS // 1_000_000
        raise TooLarge(
            f"picture must have at most {most} million pixels; got a {why}. Send it smaller."
        )
    if done.returncode:
        raise NotAPicture(
            "picture must be whole; got one that cannot be read. Save it again, and send that."
        )
    heading, _, rest = done.stdout.partition(b"\n")
    written = []
    for width, height, length in json.loads(heading):
        written.append(Size(width, height, rest[:length]))
        rest = rest[length:]
    return written


_OTHER = "picture must be a JPEG, PNG or WebP file; got another. Convert it."
