"""One customer's features by every way to compute them, compared bit by bit; and which events the ways differ by.

A way is a name with the values it gives: `online`, `batch`, `recorded`, or what was `answered` once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from commerce.records.instants import from_micros
from commerce.records.stream import FeatureRow
from features.declaring.compilation import Catalogue
from features.evaluating.aggregates import ID, OCCURRED, RECORDED, TYPE
from features.evaluating.evaluator import Evaluator
from features.evaluating.formulas import Floats
from features.evaluating.python_evaluator import evaluate_rows

if TYPE_CHECKING:
    from features.snapshots.snapshot import Snapshot

EXAMPLES = 20
"""How many mismatches are kept; the next audit looks at them again."""

_CUTOFFS = 50
"""Instants that the batch way is asked about together."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One customer at one instant to compute features of: who, when, why then, and what was answered."""

    customer_id: str
    """32 hex digits."""
    cutoff: int
    """Epoch microseconds."""
    moment: str
    answered: Mapping[str, float] = field(default_factory=dict)
    """Kept values of features that are declared as they were; empty where there is no answer."""
    backfills: int | None = None
    """The last backfill that the answer knew."""


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """One value that is not the same by every way."""

    customer_id: str
    feature: str
    as_of: int
    """Epoch microseconds."""
    moment: str
    """Why this instant was looked at: "answer acme.churn/1", "now", "event time", "arrival time"."""
    values: Mapping[str, str]
    """By way, as Python writes them: `answered` as it was kept then, `online` as the server computes it now,
    `batch` from the snapshot, `recorded` from nothing but what was recorded before."""
    events: tuple[int, ...] = ()
    """Ids of the events by which they differ, where that could be found out."""

    @property
    def text(self) -> str:
        """The mismatch in one line."""
        values = ", ".join(f"{way} {value}" for way, value in self.values.items())
        by = f"; by event {', '.join(map(str, self.events))}" if self.events else ""
        return (
            f"{self.feature} of customer {self.customer_id} as of"
            f" {from_micros(self.as_of).isoformat()} ({self.moment}): {values}{by}"
        )


def by_batch(
    evaluator: Evaluator, snapshot: Snapshot, cases: Sequence[Case], catalogue: Catalogue
) -> Iterator[tuple[Case, Floats | None]]:
    """Give each case its row of the batch way; None where the customer was not known then."""
    waiting = sorted(cases, key=lambda case: case.cutoff)
    cutoffs = sorted({case.cutoff for case in waiting})
    for first in range(0, len(cutoffs), _CUTOFFS):
        some = cutoffs[first : first + _CUTOFFS]
        wanted = [case for case in waiting if some[0] <= case.cutoff <= some[-1]]
        customers = {case.customer_id for case in wanted}
        for cutoff, table in zip(
            some, evaluator(snapshot, some, catalogue, customers=customers), strict=True
        ):
            places = {customer: place for place, customer in enumerate(table.customer_ids)}
            for case in wanted:
                if case.cutoff == cutoff:
                    place = places.get(case.customer_id)
                    yield case, None if place is None else table.values[place]


class Findings:
    """What was compared, and what differed."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.values = 0
        self.differing: Counter[str] = Counter()
        self.examples: list[Mismatch] = []

    def add(self, case: Case, ways: Mapping[str, Floats], rows: Sequence[FeatureRow]) -> None:
        """Compare the ways of one case."""
        given = {
            way: dict(zip(self._catalogue.names, found.tolist(), strict=True))
            for way, found in ways.items()
        }
        if case.answered:
            given = {"answered": dict(case.answered), **given}
        self.values += len(self._catalogue)
        for name in self._catalogue.names:
            values = {way: found[name] for way, found in given.items() if name in found}
            if len({_bits(value) for value in values.values()}) == 1:
                continue
            self.differing[name] += 1
            if len(self.examples) < EXAMPLES and self.differing[name] == 1:
                self.examples.append(
                    Mismatch(
                        customer_id=case.customer_id,
                        feature=name,
                        as_of=case.cutoff,
                        moment=case.moment,
                        values={way: _shown(value) for way, value in values.items()},
                        events=events_behind(self._catalogue, name, case.cutoff, rows, values),
                    )
                )


def events_behind(
    catalogue: Catalogue,
    name: str,
    cutoff: int,
    rows: Sequence[FeatureRow],
    values: Mapping[str, float],
) -> tuple[int, ...]:
    """Find the events by which the ways to a value differ: without them, or with them, one gives the other's.

    Tried are each event that counts, left out; each that must not count yet, let in; and all of those that had
    occurred but were not recorded, let in together.

    Returns
    -------
    tuple of int
        Their ids; empty where no such event explains it.
    """
    alone = catalogue.subset([name])
    types = {word for partial in alone.partials for word in partial.source.types}
    read = [row for row in rows if row[TYPE] in types]
    admitted = [row for row in read if max(row[RECORDED], row[OCCURRED]) < cutoff]
    others = [row for row in read if max(row[RECORDED], row[OCCURRED]) >= cutoff]
    late = [row for row in others if row[OCCURRED] < cutoff]
    wanted = {_bits(value) for value in values.values()} - {_bits(values["recorded"])}
    trials = [([row], [each for each in admitted if each is not row]) for row in admitted]
    trials += [([row], [*admitted, _let_in(row, cutoff)]) for row in others]
    trials.append((late, [*admitted, *(_let_in(row, cutoff) for row in late)]))
    for changed, tried in trials:
        if _bits(float(evaluate_rows(tried, cutoff, alone)[0])) in wanted:
            return tuple(row[ID] for row in changed)
    return ()


def _let_in(row: FeatureRow, cutoff: int) -> FeatureRow:
    """The same event, as if it had been recorded, and had occurred, just before an instant."""
    changed = list(row)
    changed[RECORDED] = min(row[RECORDED], cutoff - 1)
    changed[OCCURRED] = min(row[OCCURRED], cutoff - 1)
    return tuple(changed)


def _bits(value: float) -> int | None:
    """Tell floats apart as the computer does; missing ones are all alike."""
    return None if value != value else int(np.float64(value).view(np.int64))


def _shown(value: float) -> str:
    return "no row" if value == math.inf else repr(value)
