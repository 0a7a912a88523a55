"""Features and labels of many customers at many cutoffs, on DuckDB over a snapshot.

Guarantees: events are read once, and reduced at each cutoff; what is held grows with the events and with the
customers of three cutoffs, not with the cutoffs; only integers leave the database, so values are the same bits as
those of every other evaluator; rows are ordered by cutoff and customer, whatever the threads did.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import groupby, pairwise
from queue import SimpleQueue
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from features.declaring.clocks import DAY
from features.declaring.compilation import Catalogue
from features.declaring.origins import INTEGER_COLUMNS, TEXT_COLUMNS
from features.evaluating.database import Database, open_database, show_files
from features.evaluating.expressions import table_of
from features.evaluating.finish import finish
from features.evaluating.formulas import REDUCTIONS, Flags, Floats, Integers
from features.evaluating.label_sql import label_query
from features.evaluating.loading_sql import NEVER, customer_table, event_table, types_recorded
from features.evaluating.prepared_sql import plan
from features.evaluating.table import FeatureTable, LabelTable, joined
from features.labels import Label
from features.snapshots.snapshot import Snapshot, annulment_instants

LABEL_COLUMNS = (
    "id",
    "occurred_at",
    "recorded_at",
    "due_at",
    *INTEGER_COLUMNS,
    *TEXT_COLUMNS,
)
"""Columns of an event that a label looks at."""

_TOGETHER = 65_536
"""Customers whose partial aggregates are held at once by each thread: time and memory grow with the rows, no faster."""

Columns = dict[str, npt.NDArray[Any]]


def evaluate(
    snapshot: Snapshot,
    cutoffs: Sequence[int],
    catalogue: Catalogue,
    *,
    customers: Collection[str] | None = None,
) -> FeatureTable:
    """Evaluate a catalogue at all cutoffs into one table; see :func:`evaluate_each`."""
    return joined(evaluate_each(snapshot, cutoffs, catalogue, customers=customers), catalogue)


def evaluate_each(
    snapshot: Snapshot,
    cutoffs: Sequence[int],
    catalogue: Catalogue,
    *,
    customers: Collection[str] | None = None,
) -> Iterator[FeatureTable]:
    """Evaluate a catalogue for every customer known at each cutoff: an `Evaluator` of `features.evaluating`."""
    before = max(cutoffs, default=0)
    annulled = annulment_instants(snapshot, before=before)
    for place, alike in groupby(cutoffs, key=partial(bisect_left, annulled)):
        gone = annulled[place - 1] + 1 if place else None
        yield from _evaluate_alike(snapshot, list(alike), catalogue, customers, before, gone)


def _evaluate_alike(
    snapshot: Snapshot,
    cutoffs: Sequence[int],
    catalogue: Catalogue,
    customers: Collection[str] | None,
    before: int,
    annulled_before: int | None,
) -> Iterator[FeatureTable]:
    """Evaluate cutoffs between which nothing was annulled: what is known of events grows from one to the next."""
    steps, ordered = plan(catalogue), sorted(set(cutoffs))
    with _opened(snapshot, customers) as (database, people):
        types = {word for each in catalogue.partials for word in each.source.types}
        events = event_table(types, steps.columns, ordered, annulled_before=annulled_before)
        _make(database, "event", events)
        absent = _absent(database, catalogue, types, before=before)
        database.register("place", pa.table({"place": pa.array(range(len(ordered)), pa.int32())}))
        for statement in steps.tables:
            database.execute(statement).fetchall()
        yield from _tables(database, people, cutoffs, catalogue, absent)


def _tables(
    database: Database,
    people: Columns,
    cutoffs: Sequence[int],
    catalogue: Catalogue,
    absent: tuple[str, ...],
) -> Iterator[FeatureTable]:
    """Evaluate one cutoff after another, block of customers by block, while the one before is looked at."""
    ids, known_from = people["customer_id"], people["known_from"]
    count, places = -(-len(ids) // _TOGETHER), sorted(set(cutoffs))
    limits = np.linspace(0, len(ids), count + 1).astype(np.intp)
    workers = _share_out(database, max(1, count * len(cutoffs)))
    rooms: SimpleQueue[_Room] = SimpleQueue()
    for _ in range(workers):
        rooms.put(_Room(database.cursor(), catalogue, int(np.diff(limits).max(initial=0))))

    def fill(block: tuple[int, int], cutoff: int, known: npt.NDArray[np.intp], out: Floats) -> None:
        room, instants = rooms.get(), {"cutoff": cutoff, "place": places.index(cutoff)}
        try:
            finish(catalogue, *room.read(block, known, instants), out=out)
        finally:
            rooms.put(room)

    pool, waiting = ThreadPoolExecutor(workers), deque[tuple[FeatureTable, list[Future[None]]]]()
    try:
        for cutoff in cutoffs:
            known = np.flatnonzero(known_from < cutoff)
            table = FeatureTable(
                customer_ids=ids[known].tolist(),
                cutoffs=np.full(len(known), cutoff, dtype=np.int64),
                values=np.empty((len(catalogue), len(known))).T,
                names=catalogue.names,
                absent=absent,
            )
            ends = np.searchsorted(known, limits)
            parts = zip(pairwise(limits.tolist()), pairwise(ends.tolist()), strict=True)
            filling = [
                pool.submit(fill, block, cutoff, known[low:high], table.values[low:high])
                for block, (low, high) in parts
            ]
            waiting.append((table, filling))
            if len(waiting) > max(1, workers // max(count, 1)):
                yield _filled(*waiting.popleft())
        while waiting:
            yield _filled(*waiting.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _filled(table: FeatureTable, filling: list[Future[None]]) -> FeatureTable:
    """Wait until a table is filled."""
    for part in filling:
        part.result()
    return table


class _Room:
    """Where one thread puts the partial aggregates of a block of customers, again and again."""

    def __init__(self, cursor: Database, catalogue: Catalogue, customers: int) -> None:
        self._cursor, self._catalogue = cursor, catalogue
        shape = len(catalogue.partials), customers
        self._partials: Integers = np.empty(shape, dtype=np.int64)
        self._missing: Flags = np.empty(shape, dtype=np.bool_)
        self._row_of = np.empty(customers, dtype=np.intp)

    def read(
        self, block: tuple[int, int], known: npt.NDArray[np.intp], instants: dict[str, int]
    ) -> tuple[Integers, Flags]:
        """Read every partial aggregate; where a statement gives no row of a customer, there were none to reduce."""
        first, beyond = block
        self._row_of[known - first] = np.arange(len(known))
        partials, missing = self._partials[:, : len(known)], self._missing[:, : len(known)]
        kinds = [REDUCTIONS[each.kind] for each in self._catalogue.partials]
        partials[:] = 0
        for flags, kind in zip(missing, kinds, strict=True):
            flags[:] = kind.empty is None
        asked = {**instants, "first_customer": first, "last_customer": beyond - 1}
        for statement in plan(self._catalogue).statements:
            given = {name: asked[name] for name in statement.parameters}
            found: dict[str, Any] = self._cursor.execute(statement.query, given).fetchnumpy()
            rows = self._row_of[found["customer"] - first]
            for place in statement.partials:
                column = found[f"s{place}"]
                partials[place, rows] = np.ma.getdata(column)
                if kinds[place].empty is None:
                    missing[place, rows] = np.ma.getmask(column)
        return partials.T, missing.T


def _share_out(database: Database, turns: int) -> int:
    """Take turns on as many threads as the database has, rather than each turn on all: it costs less."""
    found = database.execute("SELECT current_setting('threads')").fetchall()
    threads = int(found[0][0])
    workers = min(threads, turns)
    database.execute(f"SET threads = {max(1, threads // workers)}")
    return workers


def _absent(
    database: Database, catalogue: Catalogue, types: set[str], *, before: int
) -> tuple[str, ...]:
    """Name the outputs without records; other customers' are looked at only where the loaded ones have none."""
    found = set()
    for query in (exp.select("type").distinct().from_("event"), types_recorded(types, before)):
        found |= {word for (word,) in database.execute(query.sql("duckdb")).fetchall()}
        if not catalogue.absent(found):
            break
    return catalogue.absent(found)


def label_table(
    snapshot: Snapshot,
    label: Label,
    cutoffs: Sequence[int],
    horizon_days: int | None = None,
    *,
    known_before: int | None = None,
) -> LabelTable:
    """Tell what became of the customers a label is about.

    Parameters
    ----------
    cutoffs : sequence of int, epoch microseconds
    horizon_days : int, optional
        Days after the cutoff; the label's own by default. The snapshot must reach that far: what
        lies beyond its end counts as not having happened.
    known_before : int, optional, epoch microseconds
        Outcomes as they were known then: what was recorded at that instant, or later, counts as
        not having happened. By default whatever the snapshot holds counts.

    Returns
    -------
    LabelTable
        Ordered by cutoff as given, then by customer.
    """
    horizon = (label.horizon_days if horizon_days is None else horizon_days) * DAY
    query = label_query(label).sql("duckdb")
    rows: list[npt.NDArray[Any]] = []
    labels: list[npt.NDArray[np.int8]] = []
    with _opened(snapshot, None) as (database, customers):
        _make(database, "event", event_table(label.types, LABEL_COLUMNS))
        for cutoff in cutoffs:
            instants = {
                "cutoff": cutoff,
                "horizon_end": cutoff + horizon,
                "known_before": NEVER if known_before is None else known_before,
            }
            found = database.execute(query, instants).fetchnumpy()
            rows.append(np.asarray(found["customer"]))
            labels.append(np.asarray(found["label"]).astype(np.int8))
    return LabelTable(
        customer_ids=customers["customer_id"][np.concatenate(rows)].tolist() if rows else [],
        cutoffs=np.repeat(np.array(cutoffs, dtype=np.int64), [len(part) for part in rows]),
        labels=np.concatenate(labels) if labels else np.empty(0, np.int8),
    )


@contextmanager
def _opened(
    snapshot: Snapshot, chosen: Collection[str] | None
) -> Iterator[tuple[Database, Columns]]:
    """Open a snapshot and number its customers, or those chosen, in the order of their ids."""
    with open_database() as database:
        show_files(database, "snapshot", snapshot.files)
        if chosen is not None:
            wanted = pa.table({"customer_id": pa.array(sorted(chosen), pa.string())})
            database.register("wanted", wanted)
        _make(database, "customer", customer_table(chosen=chosen is not None))
        found = database.execute("FROM customer ORDER BY customer").fetchnumpy()
        yield database, {name: np.asarray(column) for name, column in found.items()}


def _make(database: Database, name: str, query: exp.Query) -> None:
    """Make a table of what a query gives."""
    # Fetching ends the statement: the connection takes no other until then.
    database.execute(table_of(query, name).sql("duckdb")).fetchall()
