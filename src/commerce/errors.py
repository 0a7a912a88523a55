"""What can go wrong with a shop's records, each with the sentence its user will read."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Hint at the known words closest to a misspelt one.

    Parameters
    ----------
    word : str
        What was given.
    known : iterable of str
        What would have been right.

    Returns
    -------
    str
        A sentence that names at most three close matches, else at most eight known words.

    Examples
    --------
    >>> did_you_mean("gift", ["gifts", "demo"])
    'Did you mean gifts?'
    >>> did_you_mean("acme", ["gifts", "demo"])
    'Known: demo, gifts.'
    >>> did_you_mean("acme", [])
    'There are none yet.'
    """
    words = sorted(set(known))
    if not words:
        return "There are none yet."
    close = get_close_matches(word, words, n=3, cutoff=0.6)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    shown = ", ".join(words[:8])
    more = f" and {len(words) - 8} more" if len(words) > 8 else ""
    return f"Known: {shown}{more}."


class CommerceError(Exception):
    """Base of every error of the records."""


class RecordError(CommerceError, ValueError):
    """A record that breaks a rule of its table or of the stream."""


class TenantNotFound(CommerceError, LookupError):
    """No tenant goes by that name."""

    def __init__(self, slug: str, known: Iterable[str]) -> None:
        self.slug = slug
        super().__init__(f"tenant must exist; got {slug!r}. {did_you_mean(slug, known)}")


class TenantConflict(CommerceError, ValueError):
    """A tenant is asked to be what it already is not: another currency, another zone."""


class CustomerNotFound(CommerceError, LookupError):
    """No customer of this tenant has that external id, number or id."""

    def __init__(self, tenant: str, key: str) -> None:
        self.tenant = tenant
        self.key = key
        super().__init__(
            f"customer must be known to tenant {tenant!r} by external id, number or id; got {key!r}."
            " Check the id, or import the customer's records first."
        )


class LedgerError(CommerceError, ValueError):
    """A posting that would break the conservation law."""


class MigrationNeeded(CommerceError, RuntimeError):
    """The database does not hold the tables this version needs."""
