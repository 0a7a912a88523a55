"""Passwords: kept as Argon2id hashes, checked in the same time whether or not the user exists.

Hashing takes about 20 ms and 19 MiB on purpose (OWASP's setting for Argon2id: two passes, one lane). So it is
done before a transaction opens: `hash_password` gives what `commerce.people.users` takes.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import NewType

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from commerce.records.arguments import checked
from commerce.records.errors import CommerceError, RecordError

PasswordHash = NewType("PasswordHash", str)
"""A hash with its salt and parameters, in Argon2's own notation."""

SHORTEST, LONGEST = 8, 1024
"""Characters that a password has."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class BadCredentials(CommerceError, PermissionError):
    """A name, a password or a key that opens nothing; which of them was wrong is not said."""

    def __init__(self, subject: str) -> None:
        super().__init__(
            f"{subject} must be valid; got one that opens nothing. Check it, or ask an admin."
        )


@checked
def hash_password(password: str) -> PasswordHash:
    """Hash a new password.

    Raises
    ------
    RecordError
        "password must have 8 to 1024 characters; got 5. Choose another."
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise RecordError(
            f"password must have {SHORTEST} to {LONGEST} characters; got {len(password)}."
            " Choose another."
        )
    return hashed(password)


@checked
def hashed(secret: str) -> PasswordHash:
    """Hash a secret of whatever length, such as a PIN; `verify` tells whether another is the same."""
    return PasswordHash(_hasher.hash(_spelt(secret)))


@checked
def verify(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one that was hashed.

    Parameters
    ----------
    kept : str or None
        None where there is no such user: as much is computed, and the answer is no.

    Examples
    --------
    >>> verify(hash_password("correct horse"), "correct horse"), verify(None, "correct horse")
    (True, False)
    """
    try:
        _hasher.verify(kept or _nobodys(), _spelt(password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return bool(kept)


def is_stale(hashed: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(hashed)


def _spelt(password: str) -> str:
    """Two keyboards write one letter in two ways; both are the same password."""
    return unicodedata.normalize("NFC", password)


@cache
def _nobodys() -> PasswordHash:
    return hash_password("nobody's password")
