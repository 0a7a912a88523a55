from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tabular.files import replace_text, replacing


def write_half(draft: Path) -> None:
    draft.write_text("half")
    raise ZeroDivisionError


def test_a_block_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = replace_text(tmp_path / "reports" / "page.html", "old")
    with pytest.raises(ZeroDivisionError), replacing(path) as draft:
        write_half(draft)
    assert [(file.name, file.read_text()) for file in path.parent.iterdir()] == [
        ("page.html", "old")
    ]


def test_a_reader_finds_a_whole_file_whenever_it_looks(tmp_path: Path) -> None:
    path = replace_text(tmp_path / "big", "a" * 1_000_000)
    over = threading.Event()

    def write() -> None:
        for letter in "bcdefghij":
            replace_text(path, letter * 1_000_000)
        over.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not over.is_set():
        text = path.read_text()
        assert len(text) == 1_000_000
        assert text == text[0] * len(text)
    writer.join()


def test_a_private_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = replace_text(tmp_path / "secret.csv", "a", private=True)
    assert path.stat().st_mode & 0o777 == 0o600
