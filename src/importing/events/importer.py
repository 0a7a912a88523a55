"""Import the activity stream itself, so that history of any origin can come in.

The file has one event per row, in the columns of `importing.events.rows.EVENT_COLUMNS`. Amounts are
decimal numbers in major units (``19.99``) beside their currency; customers, products and sellers stand under the
shop's own ids, and are added where they are new; whoever is there may also be named as `commerce.records.identity`
says, an order that is an aggregate too. An event is known by its source key, or else by all of its
fields; importing a file again writes nothing.

Guarantees: every row is accepted, refused with a reason, or known already; what moves money is posted to the
ledger in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from commerce.records import schema
from commerce.records.identity import find_many
from commerce.records.stream import NewEvent
from importing.engine.backfilling import backfill_written
from importing.engine.identity import uuid_of
from importing.engine.intake import FileOptions, take_in
from importing.engine.logbook import SourceFile, options_given
from importing.engine.master_data import write_master_data
from importing.engine.session import ImportSession
from importing.engine.summary import ImportSummary
from importing.engine.writing import Writer
from importing.errors import SourceError
from importing.events.rows import EVENT_COLUMNS, REQUIRED, EventReader, EventRow, new_event
from importing.events.staging import EventStaging, event_source
from tabular.columns import find_column
from tabular.errors import ColumnNotFound, did_you_mean
from tabular.progress import Progress, silent
from tabular.rejects import Rejects

_AGGREGATES = {"customer": schema.customer, "order": schema.orders, "product": schema.product}
"""Tables of aggregates whose records have ids of the shop's own."""


@dataclass(frozen=True, kw_only=True)
class EventOptions(FileOptions):
    """How to read a file of events."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Columns of the stream that the file calls something else, or gives by position from 1. The others are
    found by name. The currency of a new tenant is by default the file's own."""


def find_event_columns(given: Mapping[str, str], columns: tuple[str, ...]) -> dict[str, int]:
    """Find the columns of a file of events.

    Parameters
    ----------
    given : mapping of str to str
        Columns of the stream, and what the file calls them.

    Returns
    -------
    dict of str to int
        Each of `EVENT_COLUMNS` that is there, and its place from 0.

    Raises
    ------
    SourceError
        "--column must name a column of the stream; got ..." or "... of the file; got ..."

    Examples
    --------
    >>> find_event_columns({"customer": "who"}, ("type", "who", "occurred_at"))
    {'customer': 1, 'type': 0, 'occurred_at': 2}
    """
    names = {other: name for name, others in EVENT_COLUMNS.items() for other in (name, *others)}
    found: dict[str, int] = {}
    for name, column in given.items():
        if name not in names:
            raise SourceError(
                f"--column must name a column of the stream; got {name!r}."
                f" {did_you_mean(name, EVENT_COLUMNS)}"
            )
        found[names[name]] = find_column(f"--column {name}", column, columns)
    for place, column in enumerate(columns):
        column_of = names.get(column.strip().lower())
        if column_of is not None and place not in found.values():
            found.setdefault(column_of, place)
    for name in REQUIRED:
        if name not in found:
            raise ColumnNotFound(f"--column {name}", name, columns)
    return found


def import_events(
    engine: Engine,
    path: Path,
    options: EventOptions,
    *,
    now: datetime,
    rejects_folder: Path,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> ImportSummary:
    """Import a file of events, as `importing.engine.intake` says of every file.

    Returns
    -------
    ImportSummary
        ``orders`` is 0: events may be about orders, but make none.
    """
    report_progress = progress or silent
    intake = take_in(
        engine,
        path,
        options,
        partial(find_event_columns, options.columns),
        now=now,
        time=options.columns.get("occurred_at"),
        numbers=("amount", "quantity", "value"),
        amounts=("amount",),
        times=("occurred_at", "recorded_at"),
        ahead=("due_at",),
    )
    reader = EventReader(intake.places, due=intake.time(ahead=True), **intake.conventions())
    file = SourceFile("events", path, options_given(options))
    with (
        Writer(
            engine, intake.tenancy, file, now=now, dry_run=dry_run, backfills=options.backfill
        ) as writer,
        EventStaging() as staging,
        Rejects(rejects_folder, intake.table.columns, keep=not dry_run) as rejects,
    ):
        read = staging.stage(intake.table, reader, rejects, report_progress)
        intake.check_refused(rejects, read)
        found, content = staging.count(), staging.content()
        staging.settle_repeats()
        if options.backfill and intake.tenancy.tenant is not None:
            staging.note_sources(staging.sources())
            backfill_written(engine, intake.tenancy.tenant, writer, staging, str)
        staging.drop_written(engine, intake.tenancy.tenant, event_source, "key")
        accepted = staging.count()
        write_master_data(writer, staging, register=False)
        for rows in staging.events():
            with writer.session() as session:
                known = _known_aggregates(session, rows)
                for row in rows:
                    session.emit(_event(session, row, known))
            report_progress("writing", writer.written["events"], accepted)
        writer.finish(read=read, rejected=rejects.reasons.total())
        return intake.summary(
            read=read,
            duplicate=found - accepted,
            writer=writer,
            rejects=rejects,
            content=content,
        )


def _known_aggregates(
    session: ImportSession, rows: Sequence[EventRow]
) -> dict[tuple[str, str], str]:
    """Find the customers, orders and products that aggregates of some rows are, by kind and key."""
    found: dict[tuple[str, str], str] = {}
    for kind, table in _AGGREGATES.items():
        keys = {row.aggregate_id for row in rows if row.aggregate_type == kind and row.aggregate_id}
        records = find_many(session.connection, table, session.tenant, keys)
        found |= {(kind, key): record.id.hex for key, record in records.items()}
    return found


def _event(session: ImportSession, row: EventRow, known: Mapping[tuple[str, str], str]) -> NewEvent:
    about = (row.aggregate_type or "", row.aggregate_id or "")
    return new_event(
        row._replace(aggregate_id=known.get(about, row.aggregate_id)),
        currency=session.tenant.currency,
        recorded_at=session.recorded(row.occurred_at, row.recorded_at),
        source_key=event_source(row.key),
        customer_id=uuid_of(row.customer_id),
        product_id=uuid_of(row.product_id),
        seller_id=None if row.seller is None else session.seller_id(row.seller),
    )
