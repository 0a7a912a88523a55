"""Luck, the same for the same seed."""

from __future__ import annotations

from random import Random


def rng_of(*seeds: object) -> Random:
    """Give a source of chance of its own to whatever the seeds name.

    Examples
    --------
    >>> luck(7, "cohorts").random() == luck(7, "cohorts").random()
    True
    >>> luck(7, 1).random() == luck(7, 2).random()
    False
    """
    return Random(":".join(map(str, seeds)))  # noqa: S311 - a simulation, no secret
