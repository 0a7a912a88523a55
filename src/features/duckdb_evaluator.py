"""Features and labels of many customers at many cutoffs, on DuckDB over a snapshot.

Guarantees: one query per cutoff; only integers leave the database, so values are the same bits as
those of every other evaluator; rows are ordered by cutoff and customer, whatever the threads did.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from features.compilation import Catalogue
from features.expressions import column, is_one_of
from features.finish import Floats, finish
from features.label_sql import label_query
from features.labels import Label
from features.snapshot import Snapshot
from features.sources import DAY
from features.state_sql import state_statement

_COLUMNS = (
    "id",
    "seller_id",
    "product_id",
    "aggregate_id",
    "occurred_at",
    "recorded_at",
    "due_at",
    "base_minor",
    "quantity",
    "value",
    "method",
    "category",
    "reason",
)


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
    """

    customer_ids: list[str]
    cutoffs: npt.NDArray[np.int64]
    values: Floats
    names: tuple[str, ...]


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
    types = {word for state in catalogue.states for word in state.source.types}
    query = state_statement(catalogue)
    width = len(catalogue.states)
    rows: list[npt.NDArray[Any]] = []
    values: list[Floats] = []
    with _opened(snapshot, types, customers, before=max(cutoffs, default=0)) as (database, ids):
        for cutoff in cutoffs:
            found = database.execute(query, {"cutoff": cutoff}).fetchnumpy()
            columns = [found[f"s{place}"] for place in range(width)]
            size = len(found["customer"])
            states, missing = _stacked(columns, size)
            values.append(finish(catalogue, states, missing))
            rows.append(np.asarray(found["customer"]))
    return FeatureTable(
        customer_ids=[ids[customer] for part in rows for customer in part],
        cutoffs=_repeated(cutoffs, rows),
        values=np.concatenate(values) if values else np.empty((0, len(catalogue))),
        names=catalogue.names,
    )


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
    with _opened(snapshot, set(label.types), None, before=None) as (database, ids):
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
        customer_ids=[ids[customer] for part in rows for customer in part],
        cutoffs=_repeated(cutoffs, rows),
        labels=np.concatenate(labels) if labels else np.empty(0, np.int8),
    )


@contextmanager
def _opened(
    snapshot: Snapshot,
    types: Collection[str],
    customers: Collection[str] | None,
    *,
    before: int | None,
) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[str]]]:
    """Load the events that are needed, and number the customers in the order of their ids."""
    with duckdb.connect(":memory:") as database:
        _hide_progress(database)
        files = [str(path) for path in snapshot.files]
        database.read_parquet(files, hive_partitioning=False).create_view("snapshot")
        if customers is not None:
            wanted = pa.table({"customer_id": pa.array(sorted(customers), pa.string())})
            database.register("wanted", wanted)
        for table in (_customers(customers is not None), _events(sorted(types), before)):
            # Fetching ends the statement: the connection takes no other until then.
            database.execute(table.sql("duckdb")).fetchall()
        ids = database.execute("SELECT customer_id FROM customer ORDER BY customer").fetchall()
        yield database, [str(row[0]) for row in ids]


def _hide_progress(database: duckdb.DuckDBPyConnection) -> None:
    """Turn the progress bar off where it is on; in a kernel without ipywidgets setting it would fail."""
    shown = database.execute("SELECT current_setting('enable_progress_bar')").fetchall()
    if shown == [(True,)]:
        database.execute("SET enable_progress_bar = false")


def _customers(chosen: bool) -> exp.Create:
    """Every customer, numbered, with the instant from which something was known of it."""
    key = column("customer_id")
    known = exp.func("GREATEST", column("recorded_at"), column("occurred_at"))
    grouped = (
        exp.select(key, exp.alias_(exp.Min(this=known), "known_from"))
        .from_("snapshot")
        .where(exp.Not(this=exp.Is(this=key, expression=exp.null())))
        .group_by(key)
    )
    if chosen:
        grouped = grouped.where(
            exp.In(this=key, query=exp.select("customer_id").from_("wanted").subquery())
        )
    number = exp.Window(
        this=exp.func("ROW_NUMBER"), order=exp.Order(expressions=[exp.Ordered(this=key)])
    )
    numbered = exp.select(
        key, column("known_from"), exp.alias_(exp.cast(number - 1, "INT"), "customer")
    ).from_(grouped.subquery("known"))
    return numbered.ctas("customer")


def _events(types: list[str], before: int | None) -> exp.Create:
    """The events of some types, with their customer's number."""
    columns = [column(name, "s") for name in _COLUMNS]
    query = (
        exp.select(column("customer", "c"), column("type", "s"), *columns)
        .from_("snapshot AS s")
        .join("customer AS c", on="s.customer_id = c.customer_id")
        .where(is_one_of(column("type", "s"), types) if types else exp.false())
    )
    if before is not None:
        query = query.where(column("recorded_at", "s") < before)
        query = query.where(column("occurred_at", "s") < before)
    return query.ctas("event")


def _stacked(columns: list[Any], size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Put columns side by side: their integers, and where they have none."""
    states = np.zeros((size, len(columns)), dtype=np.int64)
    missing = np.zeros((size, len(columns)), dtype=np.bool_)
    for place, values in enumerate(columns):
        states[:, place] = np.ma.getdata(values)
        missing[:, place] = np.ma.getmaskarray(values)
    return states, missing


def _repeated(cutoffs: Sequence[int], rows: list[npt.NDArray[Any]]) -> npt.NDArray[np.int64]:
    """Give every row its cutoff."""
    return np.repeat(np.array(cutoffs, dtype=np.int64), [len(part) for part in rows])
