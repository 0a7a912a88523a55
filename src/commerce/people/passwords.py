"""Passwords: kept as Argon2id hashes, checked in the same time whether or not the user exists.

Hashing takes about 20 ms and 19 MiB on purpose (OWASP's setting for Argon2id: two passes, one lane). So it is
done before a transaction opens: `hash_password` gives what `commerce.people.users` takes.
"""

from __future__ import annotations

import hmac
import unicodedata
from base64 import b64encode
from functools import cache
from hashlib import pbkdf2_hmac
from typing import NewType

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from commerce.records.arguments import checked
from commerce.records.errors import CommerceError, RecordError

PasswordHash = NewType("PasswordHash", str)
"""A hash with its salt and parameters, in Argon2's own notation."""

SHORTEST, LONGEST = 8, 1024
"""Characters that a password has."""

_PBKDF2 = "pbkdf2_sha256$"
_MOST_ROUNDS = 5_000_000
"""Of a hash that is taken over: seconds of work for each log-in."""

_SHORTEST_SALT, _SHORTEST_DIGEST = 8, 4
"""Bytes; Argon2 takes no fewer."""
_MOST_WORK = 4 * 2**20
"""Of a hash of Argon2's that is taken over: passes times KiB, about as long as the rounds above."""

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
    if kept and kept.startswith(_PBKDF2):
        _, rounds, salt, digest = kept.split("$")
        found = pbkdf2_hmac("sha256", password.encode(), salt.encode(), int(rounds))
        return hmac.compare_digest(b64encode(found), digest.encode())
    try:
        _hasher.verify(kept or _nobodys(), _spelt(password))
    except (VerificationError, InvalidHashError):  # another password, or what is no hash at all
        return False
    return bool(kept)


def is_stale(hashed: str) -> bool:
    """Tell whether a hash was made in another way than today's."""
    return hashed.startswith(_PBKDF2) or _hasher.check_needs_rehash(hashed)


def adopt(kept: str) -> PasswordHash:
    """Take over a hash as Django keeps it; with the next log-in, another takes its place.

    Raises
    ------
    RecordError
        "password must be kept as Django keeps it, by pbkdf2_sha256 or argon2; got something else. ..."

    Examples
    --------
    >>> adopt("pbkdf2_sha256$600000$salt$Tt0mVUGgYlbbxMBIOKCyXyUDmYOBHKLGWwFR7oAJXrM=")[:20]
    'pbkdf2_sha256$600000'
    """
    argon2 = kept.removeprefix("argon2")
    if argon2.startswith("$argon2id$") and _can_be_checked(argon2):
        return PasswordHash(argon2)
    parts = kept.split("$")
    if (
        kept.startswith(_PBKDF2)
        and kept.isascii()
        and len(parts) == 4
        and parts[1].isdigit()
        and len(parts[1]) <= len(str(_MOST_ROUNDS))
        and 1 <= int(parts[1]) <= _MOST_ROUNDS
    ):
        return PasswordHash(kept)
    raise RecordError(
        "password must be kept as Django keeps it, by pbkdf2_sha256 or argon2; got something else."
        " Leave it empty, and set it anew."
    )


def _can_be_checked(argon2: str) -> bool:
    """Tell whether it is a hash of Argon2's, and no more work than a server can bear."""
    try:
        found = extract_parameters(argon2)
    except InvalidHashError:
        return False
    whole = found.salt_len >= _SHORTEST_SALT and found.hash_len >= _SHORTEST_DIGEST
    return whole and found.time_cost * found.memory_cost <= _MOST_WORK


def _spelt(password: str) -> str:
    """Two keyboards write one letter in two ways; both are the same password."""
    return unicodedata.normalize("NFC", password)


@cache
def _nobodys() -> PasswordHash:
    return hash_password("nobody's password")
