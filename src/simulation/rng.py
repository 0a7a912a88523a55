"""Random numbers, the same for the same seed."""

from __future__ import annotations

from random import Random


def seeded_rng(*seeds: object) -> Random:
    """Give a generator of its own to whatever the seeds name.

    Examples
    --------
    >>> seeded_rng(7, "cohorts").random() == seeded_rng(7, "cohorts").random()
    True
    >>> seeded_rng(7, 1).random() == seeded_rng(7, 2).random()
    False
    """
    return Random(":".join(map(str, seeds)))  # noqa: S311 - a simulation, no secret
