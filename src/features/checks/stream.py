"""The expectations of the raw stream: counted a batch at a time, judged by Great Expectations.

A stream may be larger than memory, so its rows are not handed over: one pass counts, for each rule, the rows
that break it, and keeps three of them. Great Expectations then holds the counts against the rules. Critical:
ids are unique, types are words of the stream, nothing is recorded before it occurred. A warning: an event
lacks what its type must carry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from commerce.records.stream import EVENT_TYPES
from features.checks.library import gxe
from features.checks.report import write_report
from features.checks.validation import (
    CRITICAL,
    EXAMPLES,
    WARNING,
    CheckResult,
    Failure,
    named,
    validate,
)
from features.snapshots.snapshot import Snapshot

_BATCH_ROWS = 65_536
_READ_AS = {"amount_minor": "base_minor"}
"""What a snapshot has in place of a column that events carry: a row with one has the other."""

Mask = npt.NDArray[np.bool_]
Rule = tuple[str, str, str]
"""What must be how, and how bad it is if not: subject, words, severity."""

UNIQUE: Rule = ("id", "unique", CRITICAL)
KNOWN: Rule = ("type", "a word of the stream", CRITICAL)
IN_ORDER: Rule = ("recorded_at, occurred_at", "in that order, or equal", CRITICAL)


def check_stream(snapshot: Snapshot, *, report_folder: Path) -> CheckResult:
    """Hold the raw stream of a snapshot against what every event must keep to.

    Parameters
    ----------
    report_folder : Path
        Where ``stream.json`` and ``stream.html`` go, over those of the last run.

    Returns
    -------
    CheckResult
        A failure's count is of events; of those that share an id the first is not counted.

    Notes
    -----
    One bit per event id up to the last, and one batch of rows, are all that is in memory.
    """
    tally = _Tally(seen=np.zeros(snapshot.last_id // 8 + 1, np.uint8))
    for path in snapshot.files:
        for batch in pq.ParquetFile(path).iter_batches(_BATCH_ROWS, columns=_COLUMNS):
            tally.add(batch)
    rules = (UNIQUE, KNOWN, IN_ORDER, *_carried(tally.types))
    columns = {rule: f"{rule[0]}: {rule[1]}" for rule in rules}
    suite = [
        gxe.ExpectColumnValuesToBeBetween(column=column, max_value=0, **named(*rule))
        for rule, column in columns.items()
    ]
    counts = pd.DataFrame(
        {"tenant": [snapshot.tenant]}
        | {column: [tally.broken[rule]] for rule, column in columns.items()}
    )
    result, failures = validate([(counts, suite)], name="stream", keys=["tenant"])
    counted = {rule[:2]: rule for rule in rules}
    return write_report(
        result,
        tuple(
            tally.described(failure, counted[failure.feature, failure.rule]) for failure in failures
        ),
        title="The stream, and what every event keeps to",
        rows=snapshot.events,
        path=report_folder / "stream.json",
    )


_CARRYING = {
    column: frozenset(
        word.name
        for word in EVENT_TYPES.values()
        if column in {_READ_AS.get(name, name) for name in word.carries}
        or (column == "customer_id" and word.about_customer)
    )
    for column in (
        "customer_id",
        "product_id",
        "due_at",
        "base_minor",
        "quantity",
        "value",
        "method",
        "reason",
    )
}
"""The types of event that must carry a column."""

_COLUMNS = ["id", "type", "occurred_at", "recorded_at", *_CARRYING]


def _missing(type_: str, column: str) -> Rule:
    return f"{type_}, {column}", "there, as such an event must carry it", WARNING


def _carried(types: Counter[str]) -> Iterator[Rule]:
    """What events of the given types must carry."""
    for type_ in sorted(types):
        yield from (_missing(type_, column) for column, of in _CARRYING.items() if type_ in of)


@dataclass
class _Tally:
    """How many rows break each rule, and some of them."""

    seen: npt.NDArray[np.uint8]
    types: Counter[str] = field(default_factory=Counter)
    broken: Counter[Rule] = field(default_factory=Counter)
    examples: dict[Rule, list[str]] = field(default_factory=dict)

    def add(self, batch: pa.RecordBatch) -> None:
        """Count one batch of rows."""
        ids = np.asarray(batch.column("id"))
        types = np.asarray(batch.column("type").to_pandas(), dtype=object)
        found = Counter(types.tolist())
        self.types.update(found)
        self._note(UNIQUE, self._again(ids), ids)
        unknown = [name for name in found if name not in EVENT_TYPES]
        self._note(KNOWN, np.isin(types, unknown), ids, types)
        recorded, occurred = (
            np.asarray(batch.column(name)) for name in ("recorded_at", "occurred_at")
        )
        self._note(IN_ORDER, recorded < occurred, ids, types)
        for column, carrying in _CARRYING.items():
            missing = np.asarray(batch.column(column).is_null())
            for type_ in carrying & found.keys() if missing.any() else ():
                self._note(_missing(type_, column), missing & (types == type_), ids)

    def described(self, failure: Failure, rule: Rule) -> Failure:
        """Say of a broken rule how many events break it, and which."""
        return replace(failure, count=self.broken[rule], examples=tuple(self.examples[rule]))

    def _again(self, ids: npt.NDArray[np.int64]) -> Mask:
        """Tell which ids came before, in this batch or in any other."""
        order = np.argsort(ids, kind="stable")
        again = np.zeros(len(ids), np.bool_)
        again[order[1:]] = ids[order[1:]] == ids[order[:-1]]
        place, bit = ids >> 3, np.left_shift(1, ids & 7).astype(np.uint8)
        again |= (self.seen[place] & bit) != 0
        np.bitwise_or.at(self.seen, place, bit)
        return again

    def _note(self, rule: Rule, mask: Mask, ids: npt.NDArray[np.int64], types: Any = None) -> None:
        """Count rows that break a rule, and keep the first few."""
        where = np.flatnonzero(mask)
        self.broken[rule] += len(where)
        shown = self.examples.setdefault(rule, [])
        for place in where[: EXAMPLES - len(shown)]:
            shown.append(
                f"id {ids[place]}" + (f", type {types[place]}" if types is not None else "")
            )
