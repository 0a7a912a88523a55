"""The operators a feature may use, and nothing else: each gives integer partial aggregates and a way to finish.

A ``Feature`` is one entry of a catalogue: one meaning over several windows, or one figure derived
from other outputs. ``features.declaring.declaration`` builds entries, ``features.declaring.compilation`` checks them.
"""

from __future__ import annotations

from dataclasses import dataclass

from features.declaring.clocks import DAY
from features.declaring.sources import Source


@dataclass(frozen=True, kw_only=True)
class Operator:
    """How a kind of feature is reduced and finished.

    Parameters
    ----------
    partials : tuple of str
        Kinds of the integer partial aggregates it needs, in the order its finish reads them.
    finish : {"scale", "quotient", "deviation", "ratio", "difference", "share", "threshold"}
        The arithmetic that turns partial aggregates, or other outputs, into the value.
    divisor : int
        What the finish divides by to reach the output's unit.
    dtype : {"int", "float"}
        What its values are.
    column : {"none", "optional", "integer", "any"}
        Which column the source must point at.
    version : int
        Raised when the same declaration would give other values.
    """

    partials: tuple[str, ...] = ()
    finish: str = "scale"
    divisor: int = 1
    dtype: str = "int"
    column: str = "none"
    version: int = 1


OPERATORS = {
    "count": Operator(partials=("count",), column="optional"),
    "total": Operator(partials=("sum",), column="integer"),
    "mean": Operator(partials=("sum", "count"), finish="quotient", dtype="float", column="integer"),
    "minimum": Operator(partials=("minimum",), column="integer"),
    "maximum": Operator(partials=("maximum",), column="integer"),
    "first": Operator(partials=("first",), column="integer"),
    "last": Operator(partials=("last",), column="integer"),
    "distinct": Operator(partials=("distinct",), column="any"),
    "recency": Operator(partials=("since_last",), divisor=DAY, dtype="float"),
    "age": Operator(partials=("since_first",), divisor=DAY, dtype="float"),
    "gap_mean": Operator(
        partials=("gap_sum", "gap_count"), finish="quotient", divisor=24, dtype="float"
    ),
    "gap_deviation": Operator(
        partials=("gap_squares", "gap_sum", "gap_count"),
        finish="deviation",
        divisor=24,
        dtype="float",
    ),
    "ratio": Operator(finish="ratio", dtype="float"),
    "difference": Operator(finish="difference", dtype="float"),
    "share": Operator(finish="share", dtype="float"),
    "threshold": Operator(finish="threshold"),
}
"""The whitelist. An output's hash covers its operator's version."""


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What people and checks need to know of a feature.

    Parameters
    ----------
    description : str
        One sentence in the words of the trade.
    owner : str
        The team that answers for it.
    family : str
        The family it is listed under.
    unit : str
        "orders", "minor" (units of money), "days", "share" and so on.
    version : int
        >= 1; raised by its owner when its meaning changes.
    null : float or None
        The value where there is nothing to reduce; None leaves it missing.
    minimum, maximum : float or None
        The allowed range, both ends included.
    hidden : bool
        Whether it is there only for others to be derived from.
    """

    description: str
    owner: str = ""
    family: str = ""
    unit: str = ""
    version: int = 1
    null: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One entry of a catalogue: an operator over a source and windows, or over other outputs.

    ``limits`` are what ``threshold`` compares with, from low to high.

    Parameters
    ----------
    name : str
        Without the window.
    operator : str
        A key of `OPERATORS`.
    meaning : Meaning
        What people and checks need to know.
    source : Source or None
        What is reduced; None where it is derived.
    windows : tuple of int or None
        Days, each an output of its own; None looks back to the first event.
    inputs : tuple of str
        Full names of the outputs it is derived from.
    limits : tuple of float
        What ``threshold`` compares with, from low to high.
    """

    name: str
    operator: str
    meaning: Meaning
    source: Source | None = None
    windows: tuple[int | None, ...] = (None,)
    inputs: tuple[str, ...] = ()
    limits: tuple[float, ...] = ()

    def output_name(self, window: int | None) -> str:
        """Derive an output's name: ``paid_orders_90d``, or the bare name for "ever".

        Parameters
        ----------
        window : int or None
            Days.

        Returns
        -------
        str
            The entry's name, with the window as its end.
        """
        return self.name if window is None else f"{self.name}_{window}d"
