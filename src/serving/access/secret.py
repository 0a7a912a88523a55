"""The secret that signs tokens: given as ``SECRET_KEY``, or drawn at the first start and kept in the home.

Each use has a key of its own, derived from it, so that what was signed for one means nothing to another.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from serving.errors import ServingError

SECRET_FILE = Path("data") / "secret_key"
"""Where the drawn secret lies under a home; its owner's alone."""

_SHORTEST = 32
_KNOWN = ("changeme", "change-me", "secret", "insecure", "default", "example", "your-")
"""Parts of secrets that everybody knows from a manual."""


class Secret:
    """A secret that is never shown, and the keys that are derived from it.

    Examples
    --------
    >>> Secret("a" * 32).key("token") == Secret("a" * 32).key("csrf")
    False
    >>> Secret("a" * 32)
    Secret(...)
    """

    def __init__(self, text: str) -> None:
        self._text = text.encode()

    def __repr__(self) -> str:
        return "Secret(...)"

    def key(self, use: str) -> bytes:
        """Give the 32 bytes for a use."""
        return hmac.digest(self._text, use.encode(), hashlib.sha256)


def settle_secret(given: str, home: Path | None, *, debug: bool) -> Secret:
    """Take the secret that was given, or the home's, which is drawn where there is none.

    Without either, one is drawn for this process alone: what it signs ends with it.

    Raises
    ------
    ServingError
        "SECRET_KEY must be 32 characters or more that nobody knows; got ..." unless in debug mode.

    Examples
    --------
    >>> settle_secret("django-insecure-abc", None, debug=False)
    Traceback (most recent call last):
    ...
    serving.errors.ServingError: SECRET_KEY must be 32 characters or more that nobody knows; got one of 19...
    """
    if given:
        if not debug and (len(given) < _SHORTEST or is_known(given)):
            raise ServingError(
                f"SECRET_KEY must be 32 characters or more that nobody knows; got one of {len(given)}"
                f"{' with a word from a manual' if is_known(given) else ''}."
                " Leave it out to have one drawn, or set DEBUG=true on a machine of your own."
            )
        return Secret(given)
    if home is None:
        return Secret(secrets.token_urlsafe(48))
    return Secret(_kept(home / SECRET_FILE))


def is_known(text: str) -> bool:
    """Tell whether a secret has a word that manuals use for one."""
    return any(word in text.lower() for word in _KNOWN)


def _kept(path: Path) -> str:
    """Read the home's secret; of two who draw one at once, both take the first's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        number, name = mkstemp(prefix=path.name, dir=path.parent)  # readable by its owner alone
        drawn = Path(name)
        with os.fdopen(number, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(drawn, path)
        drawn.unlink()
    text = path.read_text(encoding="utf-8").strip()
    if len(text) < _SHORTEST:
        raise ServingError(
            f"{path} must hold a secret of 32 characters or more; got {len(text)}."
            " Remove the file to have one drawn: who is logged in must do so again."
        )
    return text
