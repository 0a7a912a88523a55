"""Templates of sentences, taken apart: `scoring.package.PackageOutput` says how they are written."""

from __future__ import annotations

import re
from functools import lru_cache
from string import Formatter
from typing import NamedTuple

ALTERNATIVE = " | "
"""What separates the alternatives of a reason's sentence."""

TOLD_AS = "-> "
"""What begins an alternative that tells a feature as another one."""

OWN = ("value", "reference", "compared")
"""Names in a template that are no feature's."""

_TEST = re.compile(r"\[(\w+)(>=|=|>|<|~)(\w+)\] *")


def mentioned(template: str) -> tuple[str, ...]:
    """Name the features that a template reads beside its own.

    Parameters
    ----------
    template : str
        As `scoring.package.PackageOutput` describes it.

    Returns
    -------
    tuple of str
        Each once.

    Examples
    --------
    >>> mentioned("[orders=1] [value>=reference] One, {days_since_order} ago. | -> spend | {value}{compared:/among}.")
    ('orders', 'days_since_order', 'spend')
    """
    names: list[str] = []
    for each in alternatives(template):
        names += [
            name for left, _, right in each.tests for name in (left, right) if not name.isdigit()
        ]
        if each.told_as is not None:
            names.append(each.told_as)
        names += [name for _, name, _ in each.parts if name]
    return tuple(name for name in dict.fromkeys(names) if name not in OWN)


class Alternative(NamedTuple):
    """One sentence of a template, taken apart.

    Parameters
    ----------
    tests : tuple of (str, str, str)
        Each a name or number, an operator, and another one.
    told_as : str or None
        The feature that tells it instead.
    parts : tuple of (str, str or None, str)
        Literal text, and the name and the words that follow it.
    """

    tests: tuple[tuple[str, str, str], ...]
    told_as: str | None
    parts: tuple[tuple[str, str | None, str], ...]


@lru_cache(maxsize=10_000)
def alternatives(template: str) -> tuple[Alternative, ...]:
    """Take a template apart, once.

    Parameters
    ----------
    template : str
        As `scoring.package.PackageOutput` describes it.

    Returns
    -------
    tuple of Alternative
        In the order they are tried in.
    """
    found = []
    for text in template.split(ALTERNATIVE):
        tests: list[tuple[str, str, str]] = []
        rest = text
        while test := _TEST.match(rest):
            tests.append((test[1], test[2], test[3]))
            rest = rest[test.end() :]
        told_as = rest.removeprefix(TOLD_AS).strip() if rest.startswith(TOLD_AS) else None
        parts = () if told_as is not None else Formatter().parse(rest)
        found.append(
            Alternative(
                tuple(tests),
                told_as,
                tuple((literal, name, words or "") for literal, name, words, _ in parts),
            )
        )
    return tuple(found)
