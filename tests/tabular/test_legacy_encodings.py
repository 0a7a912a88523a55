"""Text that is not UTF-8 is Western, or asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tabular.errors import TableError
from tabular.legacy_encodings import check_western


@pytest.mark.parametrize(
    "text",
    [
        "Müller Straße Größe Öl Äpfel süß",
        "Hélène crème brûlée forêt où François Noël été œuvre",
        "Niño España camión señor año día ¿qué?",
        "São João coração não irmãs ações",
        "Åsa Ängö Örebro kött",
        "Café",
        "Betrag €",
        "città perché più caffè",
        "rødgrød smørrebrød på æblekage",
        "L’été – 3½ °C • “quoted”",
    ],
)
def test_western_words_are_read_as_windows_1252(text: str) -> None:
    assert check_western(Path("shop.csv"), [text.encode("cp1252")]) == "cp1252"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Иван Петров", "cp1251"),
        ("Łódź żółw", "cp1250"),
        ("Jiří Dvořák", "cp1250"),
        ("Győr őrült fű", "cp1250"),
        ("Αθήνα", "cp1253"),
        ("İstanbul şeker", "cp1254"),
        ("北京 茶杯", "gbk"),
        ("東京 コーヒー", "shift_jis"),
        ("Müller", "cp850"),
        ("Müller Straße", "mac_roman"),
    ],
)
def test_other_words_are_asked_about(text: str, encoding: str) -> None:
    lines = [b"customer;date;amount", text.encode(encoding)]
    with pytest.raises(TableError, match="--encoding must be given for text that is not UTF-8"):
        check_western(Path("shop.csv"), lines)


def test_the_question_shows_what_each_encoding_makes_of_a_word() -> None:
    with pytest.raises(TableError, match=r"got 'Иван' \(cp1251\) or 'Èâàí' \(cp1252\)"):
        check_western(Path("shop.csv"), ["Иван Петров чашка красная".encode("cp1251")])
