"""What may be said of any feature beside its figure: over which days, whose it is, what its values may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict

from features.declaring.operators import Feature

Windows = Sequence[int | None]
"""Days before the cutoff, each an output of its own; None looks back to the first event."""

EVER: tuple[None] = (None,)
"""The window that reaches back to the first event; it adds nothing to an output's name."""


class Words(TypedDict, total=False):
    """What may be said of any feature, by keyword.

    Attributes
    ----------
    owner : str
        The team that answers for it; :func:`family` gives it to all of its entries.
    family : str
        The family it is listed under, likewise.
    unit : str
        "count", "minor" (minor units of the tenant's currency), "days", "hours", "share" and so on.
    version : int
        >= 1, raised by its owner when its meaning changes; 1 by default.
    null : float or None
        The value where there is nothing to reduce; None leaves it missing.
    minimum, maximum : float or None
        The allowed range, both ends included; None is open.
    hidden : bool
        Whether it is there only for others to be derived from.
    """

    owner: str
    family: str
    unit: str
    version: int
    null: float | None
    minimum: float | None
    maximum: float | None
    hidden: bool


def DAYS(*days: int) -> tuple[int, ...]:  # noqa: N802 - reads as a unit in a declaration
    """Windows of whole days before the cutoff.

    Parameters
    ----------
    *days : int
        1 to 36,500 each; the catalogue refuses others.

    Returns
    -------
    tuple of int
        The same, as ``windows`` takes them; with :data:`EVER`: ``windows=(*DAYS(30, 90), *EVER)``.

    Examples
    --------
    >>> DAYS(30, 365)
    (30, 365)
    """
    return days


def family(name: str, *features: Feature, owner: str) -> tuple[Feature, ...]:
    """Give entries their family and owner, where they have none of their own.

    Parameters
    ----------
    name : str
        The family, as the reference page heads it.
    *features : Feature
        The entries, in the order of the page.
    owner : str
        The team that answers for them.

    Returns
    -------
    tuple of Feature
        The entries, in the order given.

    Examples
    --------
    >>> from features.declaring.declaration import count, source
    >>> entries = family(
    ...     "orders",
    ...     count(source("order.placed"), name="orders", description="Orders placed."),
    ...     owner="growth",
    ... )
    >>> entries[0].meaning.family, entries[0].meaning.owner
    ('orders', 'growth')
    """
    return tuple(
        replace(
            feature,
            meaning=replace(
                feature.meaning,
                family=feature.meaning.family or name,
                owner=feature.meaning.owner or owner,
            ),
        )
        for feature in features
    )
