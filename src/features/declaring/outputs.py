"""What a catalogue is made of once compiled: columns of a table, and the integers they are finished from."""

from __future__ import annotations

from dataclasses import dataclass

from features.declaring.sources import Source


@dataclass(frozen=True)
class PartialAggregate:
    """One integer per customer: a kind of reduction, over a source, within a window of days.

    Parameters
    ----------
    kind : str
        How rows are reduced: "sum", "count" and so on.
    source : Source
        Which rows.
    window : int or None
        Days before the cutoff; None reaches back to the first event.
    """

    kind: str
    source: Source
    window: int | None

    @property
    def text(self) -> str:
        """The partial aggregate in one canonical line."""
        span = "ever" if self.window is None else f"{self.window} days"
        return f"{self.kind} of {self.source.text} within {span}"


@dataclass(frozen=True, kw_only=True)
class Output:
    """One column of a feature table.

    Parameters
    ----------
    name : str
        Derived from the entry: ``paid_orders_90d``.
    kind : str
        The operator.
    unit : str
        "count", "minor", "days" and so on.
    dtype : {"int", "float"}
        What its values are; either way they travel as float64.
    null : float or None
        The value of an empty window; None: missing.
    minimum, maximum : float or None
        The allowed range, both ends included.
    description : str
        One sentence.
    owner : str
        The team that answers for it.
    version : int
        As declared.
    family : str
        The family it is listed under.
    hash : str
        16 hex digits over all that decides the value: the declaration, the operators' versions, and
        the hashes of the inputs.
    partials : tuple of PartialAggregate
        The integers it is finished from.
    inputs : tuple of str
        The outputs it is derived from.
    limits : tuple of float
        What a threshold compares its input with, from low to high.
    """

    name: str
    kind: str
    unit: str
    dtype: str
    null: float | None
    minimum: float | None
    maximum: float | None
    description: str
    owner: str
    version: int
    family: str
    hash: str
    partials: tuple[PartialAggregate, ...]
    inputs: tuple[str, ...]
    limits: tuple[float, ...] = ()
