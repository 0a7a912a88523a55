"""Pictures as people send them."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def picture(
    width: int,
    height: int,
    *,
    kind: str = "JPEG",
    mode: str = "RGB",
    colour: Any = (200, 30, 30),
    **options: Any,
) -> bytes:
    """A file with a picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, kind, **options)
    return out.getvalue()
