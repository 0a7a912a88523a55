"""The events of a source as they were known at an instant, in a database of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlglot import exp

from features.declaring.sources import Source
from features.evaluating.database import Database, open_database, show_files
from features.evaluating.duckdb_evaluator import LABEL_COLUMNS
from features.evaluating.expressions import all_of, column, literal, table_of
from features.evaluating.label_sql import belongs
from features.evaluating.loading_sql import customer_table, event_table
from features.snapshots.snapshot import Snapshot


@contextmanager
def loaded(snapshot: Snapshot, rows: Source) -> Iterator[Database]:
    """Open a database with the tables ``customer`` and ``event``, the latter holding the types of a source."""
    with open_database() as database:
        show_files(database, "snapshot", snapshot.files)
        for name, query in (
            ("customer", customer_table(chosen=False)),
            ("event", event_table(rows.types, LABEL_COLUMNS)),
        ):
            database.execute(table_of(query, name).sql("duckdb")).fetchall()
        yield database


def is_known(rows: Source, *, before: int) -> exp.Expr:
    """Whether an event belongs to a source, and counts for somebody who asks at an instant (epoch microseconds)."""
    instant = literal(before)
    return all_of(
        [
            belongs(rows),
            exp.GTE(this=column("annulled_at"), expression=instant),
            exp.LT(this=column("occurred_at"), expression=instant),
            exp.LT(this=column("recorded_at"), expression=instant),
        ]
    )
