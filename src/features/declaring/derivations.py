"""Figures of other figures: each is computed from one or two outputs of the catalogue, by their full names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from features.declaring.meanings import Words
from features.declaring.operators import Feature, Meaning

__all__ = ["difference", "ratio", "share", "threshold"]


def ratio(
    name: str, numerator: str, denominator: str, *, description: str, **words: Unpack[Words]
) -> Feature:
    """One output over another; empty where either is missing or the denominator is 0.

    Parameters
    ----------
    name : str
        Lower-case identifier; it is the output's full name.
    numerator : str
        The output on top, by its full name: ``spend_90d``.
    denominator : str
        The output below.
    description : str
        One sentence in the words of the trade, with a full stop.
    **words : str, int, float, bool or None
        Whatever else is to be said: see
        :class:`features.declaring.meanings.Words`. ``null`` counts only where the inputs' own empty values give none.

    Returns
    -------
    Feature
        One entry of a catalogue.

    Examples
    --------
    >>> from features.declaring.declaration import catalogue, count, ratio, source, total
    >>> paid = source("order.paid", column="base_minor")
    >>> shop = catalogue(
    ...     count(paid, name="orders", description="Orders paid for."),
    ...     total(paid, name="spend", description="Amount paid."),
    ...     ratio("order_value", "spend", "orders", unit="minor", description="Spend per order."),
    ... )
    >>> shop["order_value"].inputs
    ('spend', 'orders')
    """
    return _derived("ratio", name, (numerator, denominator), description, words)


def difference(
    name: str, whole: str, less: str, *, description: str, **words: Unpack[Words]
) -> Feature:
    """One output less another; empty where either is missing.

    Parameters
    ----------
    name : str
        Lower-case identifier; it is the output's full name.
    whole : str
        The output to subtract from, by its full name.
    less : str
        The output to subtract.
    description : str
        One sentence in the words of the trade, with a full stop.
    **words : str, int, float, bool or None
        Whatever else is to be said: see
        :class:`features.declaring.meanings.Words`. ``null`` counts only where the inputs' own empty values give none.

    Returns
    -------
    Feature
        One entry of a catalogue.
    """
    return _derived("difference", name, (whole, less), description, words)


def share(name: str, part: str, rest: str, *, description: str, **words: Unpack[Words]) -> Feature:
    """A part of itself and the rest together, 0 to 1; empty where either is missing or both are 0.

    Parameters
    ----------
    name : str
        Lower-case identifier; it is the output's full name.
    part : str
        The output whose share is wanted, by its full name.
    rest : str
        The output that makes it whole: ``part / (part + rest)``.
    description : str
        One sentence in the words of the trade, with a full stop.
    **words : str, int, float, bool or None
        Whatever else is to be said, where it is not unit ``share``, minimum 0, maximum 1: see
        :class:`features.declaring.meanings.Words`. ``null`` counts only where the inputs' own empty values give none.

    Returns
    -------
    Feature
        One entry of a catalogue.
    """
    limits: Words = {"unit": "share", "minimum": 0, "maximum": 1, **words}
    return _derived("share", name, (part, rest), description, limits)


def threshold(
    name: str, of: str, at: Sequence[float], *, description: str, **words: Unpack[Words]
) -> Feature:
    """How many of some limits, from low to high, an output reaches; empty where it is missing.

    With one limit it says yes (1) or no (0).

    Parameters
    ----------
    name : str
        Lower-case identifier; it is the output's full name.
    of : str
        The output to look at, by its full name.
    at : sequence of float
        Limits, rising; one is reached from its own value on.
    description : str
        One sentence in the words of the trade, with a full stop.
    **words : str, int, float, bool or None
        Whatever else is to be said, where it is not unit ``band``, minimum 0, maximum the number of limits: see
        :class:`features.declaring.meanings.Words`. ``null`` counts only where the inputs' own empty values give none.

    Returns
    -------
    Feature
        One entry of a catalogue.

    Examples
    --------
    >>> from features.declaring.declaration import catalogue, count, source, threshold
    >>> shop = catalogue(
    ...     count(source("order.paid"), name="paid_orders", description="Orders paid for."),
    ...     threshold("loyalty", "paid_orders", [2, 10], description="0 new, 1 known, 2 loyal."),
    ... )
    >>> shop["loyalty"].maximum
    2
    """
    limits: Words = {"unit": "band", "minimum": 0, "maximum": len(at), **words}
    entry = _derived("threshold", name, (of,), description, limits)
    return replace(entry, limits=tuple(float(limit) for limit in at))


def _derived(
    operator: str, name: str, inputs: tuple[str, ...], description: str, words: Words
) -> Feature:
    """Build an entry over other outputs."""
    meaning = Meaning(description=description, **words)
    return Feature(name=name, operator=operator, inputs=inputs, meaning=meaning)


def empty_value(feature: Feature, inputs: Sequence[float | None]) -> float | None:
    """Give a feature's value for a customer without events.

    Parameters
    ----------
    feature : Feature
        An entry of a catalogue.
    inputs : sequence of float or None
        The same of each output it is derived from; none where it is reduced from events.

    Returns
    -------
    float or None
        What those of the inputs come to; what was declared where one of them is missing, or there is none.
    """
    known = [value for value in inputs if value is not None]
    declared = None if feature.meaning.null is None else float(feature.meaning.null)
    if not known or len(known) < len(inputs):
        return declared
    if feature.operator == "threshold":
        return float(sum(known[0] >= limit for limit in feature.limits))
    left, right = known
    if feature.operator == "difference":
        return left - right
    bottom = right if feature.operator == "ratio" else left + right
    return left / bottom if bottom else declared
