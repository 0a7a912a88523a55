"""Whom a model is about: those it was measured on, and what it calls the others.

A customer of another group is told by the value of one feature. Of some groups the opposite is asked: a customer who
left already has no probability of leaving, but one of coming back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoring.calibration import Calibration, sigmoid

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Customers that a model was not measured on as on its own.

    Parameters
    ----------
    name : str
        Such as "lapsed".
    feature : str
        The output that tells them.
    above : float or None
        Whoever has a greater value belongs here.
    equals : float or None
        Whoever has this value belongs here.
    missing : bool, default False
        Whether those without a value belong here.
    note : str
        A sentence for their answers: what is, or is not, known of them.
    returns : bool, default False
        Whether the probability is one of coming back: 1 less that of the outcome.
    calibration : Calibration
        On the package's logit, for them.
    """

    name: str
    feature: str
    above: float | None = None
    equals: float | None = None
    missing: bool = False
    note: str
    returns: bool = False
    calibration: Calibration = field(default_factory=Calibration)

    def holds(self, value: float) -> bool:
        """Whether a value of the feature puts a customer here.

        Examples
        --------
        >>> lapsed = Group(name="lapsed", feature="days_since_order", above=142, note="...")
        >>> lapsed.holds(143.0), lapsed.holds(142.0), lapsed.holds(float("nan"))
        (True, False, False)
        """
        if value != value:
            return self.missing
        return (self.above is not None and value > self.above) or value == self.equals

    def holding(self, values: Floats) -> Flags:
        """Mark the values of the feature, an array of any shape, of which `holds` is true."""
        found = values != values if self.missing else np.zeros(values.shape, dtype=np.bool_)
        if self.above is not None:
            found |= values > self.above
        if self.equals is not None:
            found |= values == self.equals
        return found

    def probability(self, logit: float) -> float:
        """Give the probability of the outcome from the package's logit."""
        return sigmoid(self.calibration.slope * logit + self.calibration.intercept)


@dataclass(frozen=True, kw_only=True)
class Population:
    """Who is in, and by which groups the others are told.

    Parameters
    ----------
    name : str
        Such as "active": what its own customers are called.
    description : str
        Who they are: "customers whose latest order is at most 142 days ago".
    others : tuple of Group
        The first that holds is a customer's.
    """

    name: str
    description: str
    others: tuple[Group, ...] = ()

    def group_of(self, values: Mapping[str, float]) -> Group | None:
        """Find the group of a customer with these values; None for the model's own."""
        return next((group for group in self.others if group.holds(values[group.feature])), None)

    def groups_of(self, columns: Mapping[str, Floats], rows: int) -> list[Group | None]:
        """Find the groups of many customers at once, as `group_of` finds each.

        Parameters
        ----------
        columns : mapping of str to float array of shape (rows,)
            The features that tell groups, by name.
        rows : int
            How many customers there are.
        """
        found: list[Group | None] = [None] * rows
        for group in reversed(self.others):  # the first that holds comes last
            for place in np.flatnonzero(group.holding(columns[group.feature])).tolist():
                found[place] = group
        return found

    def within(self, columns: Mapping[str, Sequence[float] | Floats]) -> Flags:
        """Mark the rows of a table that the model is about.

        Parameters
        ----------
        columns : mapping of str to array of shape (n_rows,)
            The features that tell groups, by name; a DataFrame will do.
        """
        inside: Flags | None = None
        for group in self.others:
            out = group.holding(np.asarray(columns[group.feature], dtype=np.float64))
            inside = ~out if inside is None else inside & ~out
        if inside is None:
            first = next(iter(columns.values()), ())
            return np.ones(len(first), dtype=np.bool_)
        return inside


EVERYONE = Population(name="everyone", description="every customer of the label")
"""No group is set apart."""
