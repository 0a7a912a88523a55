"""Files that are either the old ones or the new ones, never half of one.

In the lowest room, because every room above it writes files that others read at the same time.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path, *, alone: bool = False) -> Iterator[Path]:
    """Give a draft to write, which takes the place of a file once the block is through.

    A reader, or a power cut, finds the old file or the new one: the draft is on disk before one rename gives it the
    name. Where the block raises, the old file stays and the draft goes.

    Parameters
    ----------
    path : Path
        The file; its folder is made.
    alone : bool, default False
        Whether nobody else writes it at the same time, because of a lock: then what a kill leaves behind is the
        next one's draft.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with replacing(Path(folder) / "prices.csv") as draft:
    ...         _ = draft.write_text("sku,price")
    ...     [path.name for path in Path(folder).iterdir()]
    ['prices.csv']
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}" if alone else f".{path.name}.{uuid.uuid4().hex}")
    try:
        yield draft
        settle(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


PRIVATE = 0o600
"""The mode of a file that is its owner's alone."""


def replace_text(path: Path, text: str, *, private: bool = False) -> Path:
    """Replace a file by a text in UTF-8, as it stands, at once; a private one is its owner's alone."""
    with replacing(path) as draft:
        if private:
            draft.touch(PRIVATE)
        draft.write_text(text, encoding="utf-8", newline="")
    return path


def settle(path: Path) -> None:
    """Wait until a file's content is on disk."""
    with path.open("rb") as complete:
        os.fsync(complete.fileno())
