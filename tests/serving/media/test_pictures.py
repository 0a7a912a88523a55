"""Pictures from outside: what is taken, in which sizes, and what a hostile one gets."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from tests.serving.media.files import picture

from serving.errors import NotAPicture, TooLarge
from serving.media import pictures
from serving.media.pictures import LARGEST, read

SIZES = (160, 640, 1600)


def opened(data: bytes) -> Any:
    """A picture that came out."""
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_picture_comes_in_the_sizes_asked_for(kind: str) -> None:
    written = read(picture(4000, 2000, kind=kind), SIZES)
    assert [(each.width, each.height) for each in written] == [(160, 80), (640, 320), (1600, 800)]
    for each in written:
        seen = opened(each.data)
        assert (seen.format, seen.size) == ("WEBP", (each.width, each.height))
    assert len({each.name for each in written}) == 3


def test_a_small_picture_is_not_enlarged_and_comes_once() -> None:
    assert [(each.width, each.height) for each in read(picture(200, 100), SIZES)] == [
        (160, 80), (200, 100)
    ]  # fmt: skip


def test_what_the_camera_noted_is_gone_and_the_picture_is_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "Tick Street 1"
    exif.get_ifd(0x8825)[1] = "N"
    sent = picture(300, 100, exif=exif)
    assert b"Tick Street" in sent
    (small, whole) = read(sent, SIZES)
    assert (whole.width, whole.height) == (100, 300)
    for each in (small, whole):
        assert b"Tick Street" not in each.data
        assert not opened(each.data).getexif()


def test_transparency_stays() -> None:
    (whole,) = read(picture(20, 20, mode="RGBA", kind="PNG", colour=(9, 9, 9, 0)), SIZES)
    assert opened(whole.data).getpixel((5, 5))[3] == 0


@pytest.mark.parametrize("data", [b"", b"<svg></svg>", b"GIF89a....", b"MZ\x90", b"RIFF....WAVE"])
def test_what_does_not_begin_as_a_picture_is_refused_by_its_bytes(data: bytes) -> None:
    with pytest.raises(NotAPicture, match="must be a JPEG, PNG or WebP"):
        read(data, SIZES)


def test_half_a_picture_is_refused() -> None:
    for data in (picture(300, 300)[:-200], b"\x89PNG\r\n\x1a\n" + bytes(50), b"\xff\xd8\xff"):
        with pytest.raises(NotAPicture, match="must be whole"):
            read(data, SIZES)


def test_a_small_file_of_many_pixels_is_refused_before_it_unfolds() -> None:
    bomb = picture(20_000, 20_000, mode="1", kind="PNG", colour=0)
    assert len(bomb) < 1_000_000
    with pytest.raises(TooLarge, match=r"at most 40 million pixels; got .* 20000 by 20000"):
        read(bomb, SIZES)


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(TooLarge, match="at most 5000000 bytes"):
        read(b"\xff\xd8\xff" + bytes(LARGEST), SIZES)


def test_a_picture_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(TooLarge, match="must be read within"):
        read(picture(50, 50), SIZES, longest=0.001)
    for _ in range(3):  # its turn was given back
        assert pictures.read(picture(50, 50), SIZES)
