"""The secret that signs tokens: drawn once into the home, its owner's alone, never one that everybody knows."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from serving.access.secret import SECRET_FILE, settle_secret
from serving.errors import ServingError


def test_a_secret_is_drawn_at_the_first_start_and_kept(tmp_path: Path) -> None:
    first = settle_secret("", tmp_path, debug=False)
    path = tmp_path / SECRET_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_text()) >= 43  # 256 bits
    assert settle_secret("", tmp_path, debug=False).key("x") == first.key("x")
    assert list(path.parent.iterdir()) == [path]
    assert path.read_text() not in repr(first)


def test_of_several_that_draw_at_once_all_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        drawn = pool.map(lambda _: settle_secret("", tmp_path, debug=False).key("x"), range(40))
    assert len(set(drawn)) == 1


@pytest.mark.parametrize(
    "known", ["changeme", "django-insecure-" + "x" * 40, "your-secret-key-" + "x" * 40, "k" * 31]
)
def test_a_secret_that_everybody_knows_starts_nothing_but_debug(known: str) -> None:
    with pytest.raises(ServingError, match="SECRET_KEY must be 32 characters or more") as refusal:
        settle_secret(known, None, debug=False)
    assert known not in str(refusal.value)
    settle_secret(known, None, debug=True)


def test_a_given_secret_is_taken_and_an_emptied_file_refused(tmp_path: Path) -> None:
    given = "k" * 32
    assert settle_secret(given, tmp_path, debug=False).key("x") == settle_secret(
        given, None, debug=False
    ).key("x")
    assert not (tmp_path / SECRET_FILE).exists()
    settle_secret("", tmp_path, debug=False)
    (tmp_path / SECRET_FILE).write_text("")
    with pytest.raises(ServingError, match="must hold a secret of 32 characters"):
        settle_secret("", tmp_path, debug=False)
