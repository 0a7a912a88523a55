"""What may exist once: the database decides, and its refusal becomes a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from commerce.errors import Conflict

_UNIQUE = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


@contextmanager
def unique(what: str, value: object) -> Iterator[None]:
    """Turn the database's refusal of a second row into a conflict; of two at once, one gets it too.

    On PostgreSQL the transaction is spent then, so let the conflict end the `Work`.

    Parameters
    ----------
    what : str
        What is to be unique, for the sentence.
    value : object
        What was asked for.

    Raises
    ------
    Conflict
        "e-mail address must be new; got ..., which is taken. Choose another."
    """
    try:
        yield
    except IntegrityError as error:
        code = getattr(error.orig, "sqlstate", None) or getattr(
            error.orig, "sqlite_errorname", None
        )
        if code not in _UNIQUE:
            raise
        raise Conflict(
            f"{what} must be new; got {value!r}, which is taken. Choose another."
        ) from error
