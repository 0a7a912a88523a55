"""Text that is not UTF-8: read as Windows-1252 only where that makes Western words of it, asked about otherwise.

Every byte means something in an 8-bit encoding, so a wrong one is never an error. What speaks against Windows-1252 is a
word that no Western language writes; what Charset Normalizer takes the text for is a witness, named in the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from tabular.errors import TableError

WESTERN = "cp1252"
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_WORDS = 5_000
_ALPHABETS = (
    "àâæçèéêëîïôœùûüÿ",  # French
    "áéíñóúüªº",  # Spanish
    "áâãàçéêíóôõúü",  # Portuguese
    "àèéìíîòóùú",  # Italian
    "àçèéíïòóúü·",  # Catalan
    "äöüßéèáàôç",  # German, with names
    "äåöéáàüšž",  # Swedish, Finnish
    "æøåéäöüóòôê",  # Danish, Norwegian
    "ëïöüéèêáóíà",  # Dutch
)
"""Letters of the Western languages; those of Icelandic are not among them, for they are where Turkish has its own."""
_NOT_PORTUGUESE = re.compile("õ(?!e)")
_ALONE = "€£¥¢§°©®™–—‘’“”„‚…·•¡¿«»‹›½¼¾²³ªº´`¨\xa0×±µ¤¦¬¹†‡‰¶÷ˆ˜¸"
_SHOWN = 4
_SHORT = 4
_MOST_ACCENTS = 0.5
"""A Western word of four letters or more has at most so many of them with an accent."""


def check_western(path: Path, lines: Iterable[bytes]) -> str:
    """Give Windows-1252 for a file whose words are Western in it.

    Parameters
    ----------
    path : Path
        For the message.
    lines : iterable of bytes
        Those of the file; ones of ASCII say nothing.

    Raises
    ------
    TableError
        "--encoding must be given for text that is not UTF-8; got 'Иван' (cp1251) or 'Èâàí' (cp1252). ..."
    """
    words: dict[bytes, None] = {}
    for line in lines:
        if not line.isascii():
            words |= dict.fromkeys(_WORD.findall(line))
            if len(words) > _WORDS:
                break
    text = b" ".join(words)
    odd = next((word for word in words if not is_western(word)), None)
    if odd is None:
        return WESTERN
    encodings = dict.fromkeys([*_witness(text), WESTERN, "cp1250", "cp1251", "cp850"])
    readings = {one: odd.decode(one, "replace") for one in encodings}
    likely = [(one, word) for one, word in readings.items() if word.isalpha()][
        :_SHOWN
    ] or readings.items()
    said = " or ".join(f"{word!r} ({one})" for one, word in likely)
    raise TableError(
        f"--encoding must be given for text that is not UTF-8; got {said} in {path.name}. Give the one that"
        " reads right."
    )


def is_western(word: bytes) -> bool:
    r"""Whether Windows-1252 makes a word of bytes that a Western language could write.

    Examples
    --------
    >>> is_western("Müller".encode("cp1252")), is_western("Иван".encode("cp1251")), is_western(b"\xa3\xf3d\x9f")
    (True, False, False)
    """
    try:
        text = word.decode(WESTERN)
    except UnicodeDecodeError:
        return False
    bare = text.strip(_ALONE).lower()
    accents = {sign for sign in bare if not sign.isascii()} - set("’´·")
    if _NOT_PORTUGUESE.search(bare) or not any(
        accents.issubset(alphabet) for alphabet in _ALPHABETS
    ):
        return False
    return len(bare) < _SHORT or sum(sign in accents for sign in bare) <= _MOST_ACCENTS * len(bare)


def _witness(text: bytes) -> list[str]:
    """Name what Charset Normalizer takes bytes for."""
    from charset_normalizer import from_bytes

    best = from_bytes(text).best()
    return [] if best is None else [best.encoding]
