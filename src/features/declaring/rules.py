"""What a rule between outputs is: what follows of beliefs, and what it asks of a row in which every value is known."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from features.declaring.beliefs import Beliefs

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Held = bool | npt.NDArray[np.bool_]
"""Of one row, or of each of many, shape (n_rows,)."""

ROUNDING = 1e-12
"""How far two values may be off, in size, for being computed in floating point; beliefs forgive more."""


class KnownRow(NamedTuple):
    """One value for every output a catalogue evaluates; arrays of shape (n_evaluated,).

    So many rows are told of together by arrays of shape (n_evaluated, n_rows).
    """

    values: Floats
    """NaN where missing."""
    sent: Flags
    """Whether it was sent, and is no guess."""
    has_none: Flags
    """Whether an output may have no row to look at."""
    has_some: Flags
    """Whether it may have one: it is neither missing nor as of an empty window."""


@dataclass(frozen=True, eq=False)
class Rule(ABC):
    """What the values of some outputs say of each other.

    Guarantees: `follow` never takes from an output the value that it has in a row of which `hold` is true. Whoever
    changes the one must change the other.

    Parameters
    ----------
    names : tuple of str
        The outputs.
    why : str
        A sentence for whoever sent values that break it.
    numbers : tuple of float
        What else it is about: days, limits.
    """

    names: tuple[str, ...]
    why: str
    numbers: tuple[float, ...] = ()

    solves: ClassVar[tuple[int, ...]] = ()
    """Places among the names at which `solve` may give a value."""
    bounds: ClassVar[tuple[int, ...]] = ()
    """Places at which `at_least` may give one."""
    guessed: ClassVar[tuple[int, ...]] = ()
    """Places of outputs that need not be known to be missing where they are."""

    @abstractmethod
    def follow(self, known: Beliefs) -> None:
        """Say what follows of what is known."""

    @staticmethod
    @abstractmethod
    def hold(row: KnownRow, names: Places, numbers: Floats) -> Held:
        """Whether rules of this kind surely hold, all of them; where they do not, they may nevertheless.

        Parameters
        ----------
        row : KnownRow
        names : intp array of shape (n_names, n_rules)
            Where in the row the outputs are that the rules name.
        numbers : float64 array of shape (n_numbers, n_rules)
            Filled up with infinity; of shape (n_numbers, n_rules, 1) for many rows.
        """

    def solve(self, place: int, values: Sequence[float]) -> float:
        """Give the one value by which the rule holds, whatever stands at its place; not finite where none is known.

        Parameters
        ----------
        place : int
            Which of the names, one of `solves`.
        values : sequence of float
            Of all names; NaN where missing or not known.
        """
        raise NotImplementedError

    def solve_two(self, result: float) -> tuple[float, float] | None:
        """Give the smallest whole numbers for the second name and the third by which the first has its value.

        Parameters
        ----------
        result : float
            The value of the first; NaN where missing.

        Returns
        -------
        tuple of float, or None
            None where no two are the smallest.
        """
        return None

    def at_least(self, place: int, values: Sequence[float]) -> float:
        """Give the least value by which the rule holds, as `solve`; NaN where any does, or a missing one."""
        raise NotImplementedError


def nowhere(flags: Flags) -> Held:
    """Whether no rule has its flag set, of each row; flags of shape (n_rules,) or (n_rules, n_rows)."""
    if flags.ndim > 1:
        found: Flags = ~np.any(flags, axis=0)
        return found
    return not np.count_nonzero(flags)  # faster than `any` on so few
