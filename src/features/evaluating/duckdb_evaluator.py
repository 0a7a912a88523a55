"""Features and labels of many customers at many cutoffs, on DuckDB over a snapshot.

Guarantees: events are read once, and reduced at each cutoff; only integers leave the database, so values are
the same bits as those of every other evaluator; rows are ordered by cutoff and customer, whatever the threads
did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from features.declaring.clocks import DAY
from features.declaring.compilation import Catalogue
from features.declaring.sources import INTEGER_COLUMNS, TEXT_COLUMNS
from features.evaluating.expressions import table_of
from features.evaluating.finish import Floats, finish
from features.evaluating.label_sql import label_query
from features.evaluating.loading_sql import customer_table, event_table, types_recorded
from features.evaluating.partial_sql import ZERO_IF_NONE
from features.evaluating.prepared_sql import plan
from features.labels import Label
from features.snapshots.snapshot import Snapshot

_LABEL_COLUMNS = (
    "id",
    "occurred_at",
    "recorded_at",
    "due_at",
    *INTEGER_COLUMNS,
    *TEXT_COLUMNS,
)

_HELD = 2**30
"""Bytes of states that may be held at once: it limits how many cutoffs are evaluated at the same time."""

_NEVER = 2**63 - 1
"""Later than any instant."""


@dataclass(frozen=True, kw_only=True)
class FeatureTable:
    """Values of features for customers at cutoffs.

    Parameters
    ----------
    customer_ids : list of str
        32 hex digits, one per row.
    cutoffs : int64 array of shape (n_rows,)
        Epoch microseconds.
    values : float64 array of shape (n_rows, n_outputs)
        NaN where a value is missing.
    names : tuple of str
        Of the columns.
    absent : tuple of str
        Outputs of which the shop had recorded nothing at all before the last cutoff; their values are
        those of empty windows. See :meth:`features.declaring.compilation.Catalogue.absent`.
    """

    customer_ids: list[str]
    cutoffs: npt.NDArray[np.int64]
    values: Floats
    names: tuple[str, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LabelTable:
    """Outcomes of customers after cutoffs, for those the label is about.

    Parameters
    ----------
    customer_ids : list of str
        32 hex digits, one per row.
    cutoffs : int64 array of shape (n_rows,)
        Epoch microseconds.
    labels : int8 array of shape (n_rows,)
        1 where the outcome came about.
    """

    customer_ids: list[str]
    cutoffs: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int8]


def evaluate(
    snapshot: Snapshot,
    cutoffs: Sequence[int],
    catalogue: Catalogue,
    *,
    customers: Collection[str] | None = None,
) -> FeatureTable:
    """Evaluate a catalogue for every customer known at each cutoff.

    Parameters
    ----------
    snapshot : Snapshot
    cutoffs : sequence of int, epoch microseconds
        Each gives rows for the customers with an event recorded, and occurred, before it.
    catalogue : Catalogue
    customers : collection of str, optional
        32 hex digits each; all by default.

    Returns
    -------
    FeatureTable
        Ordered by cutoff as given, then by customer.

    Raises
    ------
    StateTooLarge
        "state ... must be smaller than 2^53 in size; got ..."
    """
    steps, ordered = plan(catalogue), sorted(set(cutoffs))
    with _opened(snapshot, customers) as (database, people):
        types = {word for state in catalogue.states for word in state.source.types}
        _make(database, "event", event_table(types, steps.columns, ordered))
        absent = _absent(database, catalogue, types, before=max(cutoffs, default=0))
        database.register("place", pa.table({"place": pa.array(range(len(ordered)), pa.int32())}))
        for statement in (*steps.tables, "DROP TABLE event"):
            database.execute(statement).fetchall()
        rows = [np.flatnonzero(people["known_from"] < cutoff) for cutoff in cutoffs]
        ends = np.cumsum([0, *map(len, rows)])
        values: Floats = np.empty((len(catalogue), ends[-1])).T

        most = max(map(len, rows), default=0)

        def evaluate_at(turns: Iterable[int]) -> None:
            states = np.empty((len(catalogue.states), most), dtype=np.int64)
            missing = np.empty(states.shape, dtype=np.bool_)
            row_of = np.empty(len(people["customer"]), dtype=np.intp)
            with database.cursor() as cursor:
                for turn in turns:
                    instant = {"cutoff": cutoffs[turn], "place": ordered.index(cutoffs[turn])}
                    known = slice(len(rows[turn]))
                    row_of[rows[turn]] = np.arange(len(rows[turn]))
                    room = states[:, known], missing[:, known]
                    _read_states(cursor, catalogue, instant, row_of, *room)
                    put = values[ends[turn] : ends[turn + 1]]
                    finish(catalogue, room[0].T, room[1].T, out=put)

        at_once = _HELD // max(9 * len(catalogue.states) * most, 1)
        _share_out(database, evaluate_at, range(len(cutoffs)), at_once)
    return FeatureTable(
        customer_ids=people["customer_id"][np.concatenate(rows)].tolist() if rows else [],
        cutoffs=_repeated(cutoffs, rows),
        values=values,
        names=catalogue.names,
        absent=absent,
    )


def _absent(
    database: duckdb.DuckDBPyConnection, catalogue: Catalogue, types: set[str], *, before: int
) -> tuple[str, ...]:
    """Name the outputs without records; other customers' are looked at only where the loaded ones have none."""
    found = set()
    for query in (exp.select("type").distinct().from_("event"), types_recorded(types, before)):
        found |= {word for (word,) in database.execute(query.sql("duckdb")).fetchall()}
        if not catalogue.absent(found):
            break
    return catalogue.absent(found)


def _share_out(
    database: duckdb.DuckDBPyConnection,
    act: Callable[[Iterable[int]], None],
    turns: Sequence[int],
    at_once: int,
) -> None:
    """Take turns on as many threads as the database has, rather than each turn on all: it costs less."""
    found = database.execute("SELECT current_setting('threads')").fetchall()
    threads = int(found[0][0])
    workers = max(1, min(threads, len(turns), at_once))
    database.execute(f"SET threads = {max(1, threads // workers)}")
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(act, [turns[first::workers] for first in range(workers)]):
            pass


def _read_states(
    database: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    instant: dict[str, int],
    row_of: npt.NDArray[np.intp],
    states: npt.NDArray[np.int64],
    missing: npt.NDArray[np.bool_],
) -> None:
    """Read every state at a cutoff; where a statement tells nothing of a customer, there were no rows."""
    states[:] = 0
    for flags, state in zip(missing, catalogue.states, strict=True):
        flags[:] = state.kind not in ZERO_IF_NONE
    for statement in plan(catalogue).statements:
        given = {name: instant[name] for name in statement.parameters}
        found = database.execute(statement.query, given).fetchnumpy()
        rows = row_of[found["customer"]]
        for place in statement.states:
            column = found[f"s{place}"]
            states[place, rows] = np.ma.getdata(column)
            if catalogue.states[place].kind not in ZERO_IF_NONE:
                missing[place, rows] = np.ma.getmask(column)


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
    snapshot : Snapshot
    label : Label
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
        _make(database, "event", event_table(label.types, _LABEL_COLUMNS))
        for cutoff in cutoffs:
            instants = {
                "cutoff": cutoff,
                "horizon_end": cutoff + horizon,
                "known_before": _NEVER if known_before is None else known_before,
            }
            found = database.execute(query, instants).fetchnumpy()
            rows.append(np.asarray(found["customer"]))
            labels.append(np.asarray(found["label"]).astype(np.int8))
    return LabelTable(
        customer_ids=customers["customer_id"][np.concatenate(rows)].tolist() if rows else [],
        cutoffs=_repeated(cutoffs, rows),
        labels=np.concatenate(labels) if labels else np.empty(0, np.int8),
    )


Columns = dict[str, npt.NDArray[Any]]


@contextmanager
def _opened(
    snapshot: Snapshot, chosen: Collection[str] | None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Columns]]:
    """Open a snapshot and number its customers, or those chosen, in the order of their ids."""
    with duckdb.connect(":memory:") as database:
        _hide_progress(database)
        # Nothing here relies on the order of rows, and keeping it costs time and memory.
        database.execute("SET preserve_insertion_order = false")
        files = [str(path) for path in snapshot.files]
        database.read_parquet(files, hive_partitioning=False).create_view("snapshot")
        if chosen is not None:
            wanted = pa.table({"customer_id": pa.array(sorted(chosen), pa.string())})
            database.register("wanted", wanted)
        _make(database, "customer", customer_table(chosen=chosen is not None))
        found = database.execute("FROM customer ORDER BY customer").fetchnumpy()
        yield database, {name: np.asarray(column) for name, column in found.items()}


def _make(database: duckdb.DuckDBPyConnection, name: str, query: exp.Query) -> None:
    """Make a table of what a query gives."""
    # Fetching ends the statement: the connection takes no other until then.
    database.execute(table_of(query, name).sql("duckdb")).fetchall()


def _hide_progress(database: duckdb.DuckDBPyConnection) -> None:
    """Turn the progress bar off where it is on; in a kernel without ipywidgets setting it would fail."""
    shown = database.execute("SELECT current_setting('enable_progress_bar')").fetchall()
    if shown == [(True,)]:
        database.execute("SET enable_progress_bar = false")


def _repeated(cutoffs: Sequence[int], rows: list[npt.NDArray[Any]]) -> npt.NDArray[np.int64]:
    """Give every row its cutoff."""
    return np.repeat(np.array(cutoffs, dtype=np.int64), [len(part) for part in rows])
