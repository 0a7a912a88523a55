"""Reads one picture from standard input and writes it in several sizes; a process of its own, run by its path.

Whatever a file from outside makes a decoder do, it does here: with so much memory and time, and nothing else at hand.
Standard output gets one line of JSON, a list of width, height and bytes of each size, and then the sizes themselves, as
WebP without any metadata. A refusal is its sentence on standard error and status 3.
"""

from __future__ import annotations

import io
import json
import resource
import sys

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP")


def main(most_pixels: int, sizes: list[int]) -> int:
    """Read, check and write; give the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    Image.MAX_IMAGE_PIXELS = None  # counted here, before a pixel is read
    try:
        picture = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=FORMATS)
        if picture.width * picture.height > most_pixels:
            return refuse(f"large picture of {picture.width} by {picture.height}")
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        whole = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (OSError, SyntaxError, ValueError, MemoryError, Image.DecompressionBombError) as error:
        return refuse(f"broken {type(error).__name__}")
    written: dict[tuple[int, int], bytes] = {}
    for size in sizes:
        small = whole.copy()
        small.thumbnail((size, size), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.save(out, "WEBP", quality=82, method=4)
        written[small.size] = out.getvalue()
    heading = [(*size, len(data)) for size, data in written.items()]
    sys.stdout.buffer.write(json.dumps(heading).encode() + b"\n" + b"".join(written.values()))
    return 0


def refuse(why: str) -> int:
    """Say why on standard error."""
    sys.stderr.write(why)
    return 3


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), [int(size) for size in sys.argv[2:]]))
