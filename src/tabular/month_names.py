"""The names of months in the languages of shops, as the Unicode CLDR keeps them (by Babel)."""

from __future__ import annotations

from functools import cache
from typing import Final, Literal

LANGUAGES: Final = "en de fr es pt it nl pl da sv nb fi cs sk ro hu tr ru uk el ca id"
"""Languages in which months are read: no name of one of them is another month in another."""

_WIDTHS: Final[tuple[Literal["wide", "abbreviated"], ...]] = ("wide", "abbreviated")
_CONTEXTS: Final[tuple[Literal["format", "stand-alone"], ...]] = ("format", "stand-alone")


def month_named(name: str) -> int | None:
    """Find a month by its whole name or its usual abbreviation; None where it is no month.

    Examples
    --------
    >>> month_named("Nov."), month_named("marraskuu"), month_named("Dezember"), month_named("Decembre")
    (11, 11, 12, None)
    """
    return _months().get(name.lower().strip(". "))


@cache
def _months() -> dict[str, int]:
    from babel.dates import get_month_names

    found = {"sept": 9}
    for language in LANGUAGES.split():
        for width in _WIDTHS:
            for context in _CONTEXTS:
                for month, name in get_month_names(width, context, language).items():
                    found[name.lower().strip(". ")] = month
    return found
