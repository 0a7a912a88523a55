"""What can be asked of every evaluator, in one form: DuckDB, Spark and plain Python answer the same, to the bit."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from features.declaring.compilation import Catalogue
from features.evaluating.table import FeatureTable

if TYPE_CHECKING:
    from features.snapshots.snapshot import Snapshot


class Evaluator(Protocol):
    """Gives the features of many customers at many cutoffs: one table per cutoff, each made when it is asked for."""

    def __call__(
        self,
        snapshot: Snapshot,
        cutoffs: Sequence[int],
        catalogue: Catalogue,
        *,
        customers: Collection[str] | None = None,
    ) -> Iterator[FeatureTable]:
        """Evaluate a catalogue for every customer known at each cutoff.

        Parameters
        ----------
        snapshot : Snapshot
            Its files are read when the first table is asked for, and not again.
        cutoffs : sequence of int, epoch microseconds
            Each gives rows for the customers with an event recorded, and occurred, before it.
        customers : collection of str, optional
            32 hex digits each; all by default.

        Yields
        ------
        FeatureTable
            One for each cutoff, in the order given; its rows ordered by customer.
            :func:`features.evaluating.table.joined` makes one table of them.

        Raises
        ------
        PartialTooLarge
            "partial aggregate ... must be smaller than 2^53 in size; got ..."
        """
        ...
