"""What can go wrong with a shop's records, each with the sentence its user will read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.exc import DontWrapMixin

from tabular.errors import did_you_mean

LARGEST = 2**53 - 1
"""The largest whole number that is kept: of units, minor units or points, in a row or an account. Beyond, floats that
count them would no longer be exact."""

Found = TypeVar("Found")


class CommerceError(Exception):
    """Base of every error of the records."""


class RecordError(CommerceError, ValueError, DontWrapMixin):
    """A record that breaks a rule of its table or of the stream."""


def check_whole(what: str, given: object, largest: int = LARGEST) -> None:
    """Refuse what is no whole number (a fraction, a truth value, a decimal, digits in quotes), or one too large.

    Raises
    ------
    RecordError
        "quantity must be a whole number; got 1.5. ...", "quantity must be at most 9,007,199,254,740,991; got ..."
    """
    if type(given) is not int:
        raise RecordError(f"{what} must be a whole number; got {given!r}. Give it as an int.")
    if not -largest <= given <= largest:
        end = f"at most {largest:,}" if given > 0 else f"at least -{largest:,}"
        raise RecordError(f"{what} must be {end}; got {given:,}. Split it.")


def are_whole(given: Collection[Any]) -> bool:
    """Tell at once whether `check_whole` would take each of many."""
    return set(map(type, given)) <= {int} and all(
        -LARGEST <= end <= LARGEST for end in (min(given, default=0), max(given, default=0))
    )


def check_text(what: str, given: object) -> None:
    r"""Refuse what no database keeps as text: half a character (a lone surrogate), a NUL, what is no text at all.

    Raises
    ------
    RecordError
        "name must be text that can be stored; got 'a\x00b'. ..."
    """
    if not _storable(given):
        shown = repr(given)
        raise RecordError(
            f"{what} must be text that can be stored; got"
            f" {shown if len(shown) <= _SHOWN else shown[:_SHOWN] + '...'}. {_UNSTORABLE}"
        )


def are_texts(given: Collection[Any]) -> bool:
    """Tell at once whether `check_text` would take each of many."""
    return set(map(type, given)) <= {str} and _storable("".join(given))


def check_secret(what: str, given: object) -> None:
    """Refuse by `check_text` what is not to be shown: passwords, PINs, tokens.

    Raises
    ------
    RecordError
        "password must be text that can be stored; got what is none. ..."
    """
    if not _storable(given):
        raise RecordError(
            f"{what} must be text that can be stored; got what is none. {_UNSTORABLE}"
        )


_SHOWN = 100
_UNSTORABLE = "Leave out what is no character: NUL, halves of surrogate pairs."


def _storable(given: object) -> bool:
    """Tell whether both databases can keep it as text."""
    if not isinstance(given, str) or "\0" in given:
        return False
    with suppress(UnicodeEncodeError):
        return given.isascii() or bool(given.encode())
    return False


def check_choice(what: str, given: str, choices: Collection[str]) -> None:
    """Refuse what is none of the choices there are.

    Raises
    ------
    RecordError
        "reason must be one of damaged, other; got 'broken'. Choose one."
    """
    if given not in choices:
        raise RecordError(f"{what} must be one of {', '.join(choices)}; got {given!r}. Choose one.")


def check_range(what: str, given: int, least: int, most: int) -> None:
    """Refuse a number that is less or more than it may be.

    Raises
    ------
    RecordError
        "stars must be 1 to 5; got 6. Correct it.", "stars must be a whole number; got 4.5. ..."
    """
    check_whole(what, given)
    if not least <= given <= most:
        raise RecordError(f"{what} must be {least} to {most}; got {given}. Correct it.")


class TenantNotFound(CommerceError, LookupError):
    """No tenant goes by that name."""

    def __init__(self, slug: str, known: Iterable[str]) -> None:
        self.slug = slug
        super().__init__(f"tenant must exist; got {slug!r}. {did_you_mean(slug, known)}")


class TenantConflict(CommerceError, ValueError):
    """A tenant is asked to be what it already is not: another currency, another zone."""


class CustomerNotFound(CommerceError, LookupError):
    """No customer of this tenant has that id."""

    def __init__(self, tenant: str, key: str) -> None:
        super().__init__(
            f"customer must be known to tenant {tenant!r} by the shop's own id, our UUID or number:N; got {key!r}."
            " Check the id, or import the customer's records first."
        )


class CustomerNotYet(CommerceError, LookupError):
    """A customer who came to be known only after the instant that is asked about."""

    def __init__(self, key: str, as_of: datetime) -> None:
        super().__init__(
            f"customer must be known at the instant asked about; got {key!r} as of {as_of.isoformat()}, of whom nothing"
            " is recorded until later. Ask about a later instant."
        )


class NotFound(CommerceError, LookupError):
    """A record that this tenant does not have, or that is none of the actor's business."""

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"{kind} must exist; got {str(key)!r}. Check the id.")


def existing(record: Found | None, kind: str, key: object) -> Found:
    """Give what was looked for, or refuse where nothing was found.

    Raises
    ------
    NotFound
        "order must exist; got ..."
    """
    if record is None:
        raise NotFound(kind, key)
    return record


class Forbidden(CommerceError, PermissionError):
    """Somebody asks for what their role may not do."""

    def __init__(self, act: str, roles: Iterable[str], role: str) -> None:
        super().__init__(
            f"role must be one of {', '.join(sorted(roles))} for {act}; got {role}."
            " Ask somebody who may."
        )


class Conflict(CommerceError, ValueError):
    """What is asked for does not fit what is there: taken, too late, too many."""


class IllegalMove(Conflict):
    """A record is not in a state in which this can happen to it.

    Attributes
    ----------
    allowed : list of str
        Events that may happen to it now.
    """

    def __init__(self, kind: str, key: object, event: str, status: str, allowed: list[str]) -> None:
        self.allowed = allowed
        what = f"It allows {', '.join(allowed)}." if allowed else "It allows nothing more."
        super().__init__(
            f"{kind} must be in a state that allows {event}; got {status!r} of {str(key)!r}. {what}"
        )


class KeyReused(Conflict):
    """An idempotency key comes back with another request."""


class Expired(CommerceError, ValueError):
    """Something that was good until a time that has passed."""


class LedgerError(CommerceError, ValueError):
    """A posting that would break the conservation law."""


class InsufficientFunds(LedgerError, Conflict):
    """An account is asked for more than it holds: money, goods or points.

    Attributes
    ----------
    asset : str
        A currency, ``points`` or a variant's id.
    """

    def __init__(self, kind: str, asset: str, asked: int, held: int) -> None:
        self.asset = asset
        super().__init__(
            f"{kind} must hold what is taken from it; got {asked} {asset} asked of {held}."
            " Take less, or fill it first."
        )

    @property
    def of_money(self) -> bool:
        """Whether it is money that there is too little of, by its currency's code."""
        return len(self.asset) == 3 and self.asset.isupper()


class StoreUnusable(CommerceError, RuntimeError):
    """The record store that ``DATABASE_URL`` names cannot be opened; ``found`` is what its driver said."""

    def __init__(self, rule: str, found: str = "no store") -> None:
        self.found = found
        super().__init__(f"DATABASE_URL must {rule}")


class MigrationNeeded(CommerceError, RuntimeError):
    """The database does not hold the tables this version needs."""
