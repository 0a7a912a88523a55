"""Passwords that are kept: what is no hash opens nothing, and is no fault."""

from __future__ import annotations

import pytest

from commerce.people.passwords import verify


@pytest.mark.parametrize(
    "kept",
    [
        "$argon2id$v=19$m=102400,t=2,p=8$xx$yy",
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$",
        "$argon2id$garbage",
        "garbage",
    ],
)
def test_what_is_no_hash_opens_nothing(kept: str) -> None:
    assert not verify(kept, "correct horse")
