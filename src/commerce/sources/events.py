"""Import the activity stream itself, so that history of any origin can come in.

The file has one event per row, in the columns of `commerce.sources.event_rows.EVENT_COLUMNS`. Amounts are
decimal numbers in major units (``19.99``) beside their currency; customers, products and sellers stand under the
shop's own ids, and are added where they are new. An event is known by its source key, or else by all of its
fields; importing a file again writes nothing.

Guarantees: every row is accepted, refused with a reason, or known already; what moves money is posted to the
ledger in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from commerce.database import reading
from commerce.errors import did_you_mean
from commerce.sources.errors import SourceError
from commerce.sources.event_rows import EVENT_COLUMNS, REQUIRED, EventReader, new_event
from commerce.sources.event_staging import EventStaging, event_source
from commerce.sources.order_events import uuid_of
from commerce.sources.parties import write_parties
from commerce.sources.summary import ImportSummary, Progress, silent, summarise
from commerce.sources.tenancy import plan_tenant
from commerce.sources.writing import Writer, Written, has_events, known_sources
from tables.amounts import NumberReader
from tables.columns import find_column
from tables.errors import ColumnNotFound
from tables.formats import detected, find_formats, with_header_settled
from tables.rejects import Rejects
from tables.table import open_table
from tables.times import TimeReader, latest_at


@dataclass(frozen=True, kw_only=True)
class EventOptions:
    """How to read a file of events.

    Attributes
    ----------
    tenant : str
        Slug; created by the first import.
    columns : mapping of str to str
        Columns of the stream that the file calls something else, or gives by position from 1. The others
        are found by name.
    currency : str, optional
        ISO 4217; of a new tenant, default the file's own or else USD.
    timezone : str, optional
        IANA name; of a new tenant, default UTC. Times without an offset are in it.
    delimiter, encoding, decimal, time_format : str, optional
        As in `TransactionOptions`; found out where not given.
    """

    tenant: str
    columns: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    timezone: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    time_format: str | None = None


def find_event_columns(given: Mapping[str, str], columns: tuple[str, ...]) -> dict[str, int]:
    """Find the columns of a file of events.

    Parameters
    ----------
    given : mapping of str to str
        Columns of the stream, and what the file calls them.
    columns : tuple of str
        The file's.

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
) -> ImportSummary:
    """Import a file of events.

    Parameters
    ----------
    engine : Engine
        A record store with the newest tables.
    path : Path
    options : EventOptions
    now : datetime
        Wall time, aware. What happened or was recorded more than a day later is refused.
    rejects_folder : Path
        Where ``rejects.csv`` goes if any row is refused; an older one is replaced.
    progress : Progress, optional
        Is told of the stages ``reading`` and ``writing``.

    Returns
    -------
    ImportSummary
        ``orders`` is 0: events tell of orders, and make none.

    Raises
    ------
    SourceError
        Where the file cannot be read as asked; nothing was written.
    TenantConflict
        "--currency must be that of tenant ...; got ..."
    """
    tell = progress or silent
    table = open_table(path, delimiter=options.delimiter, encoding=options.encoding)
    time = options.columns.get("occurred_at")
    table = with_header_settled(table, time, options.time_format)
    places = find_event_columns(options.columns, table.columns)
    formats = find_formats(
        table,
        numbers=[places[name] for name in ("amount", "quantity", "value") if name in places],
        times=[places[name] for name in ("occurred_at", "recorded_at", "due_at") if name in places],
        currency=places.get("currency"),
        decimal=options.decimal,
        time_format=options.time_format,
    )
    with reading(engine) as connection:
        tenancy = plan_tenant(
            connection,
            options.tenant,
            currency=options.currency,
            zone=options.timezone,
            seen_currency=formats.currency,
        )
    reader = EventReader(
        places,
        width=len(table.columns),
        currency=tenancy.currency,
        number=NumberReader(formats.mark),
        time=TimeReader(tenancy.zone, formats.time_format, latest=latest_at(now)),
        due=TimeReader(tenancy.zone, formats.time_format),
    )
    with EventStaging() as staging, Rejects(rejects_folder, table.columns) as rejects:
        read = staging.stage(table, reader, rejects, tell)
        staged = staging.count()
        staging.settle_repeats()
        tenant = tenancy.tenant
        if tenant is not None:
            with reading(engine) as connection:
                if has_events(connection, tenant):
                    staging.drop_known(lambda names: known_sources(connection, tenant, names))
        accepted = staging.count()
        written = Written()
        if accepted:
            writer = Writer.start(engine, tenancy, now=now)
            written = _write(writer, staging, tenancy.currency, accepted, tell)
        return summarise(
            tenancy,
            read=read,
            duplicate=staged - accepted,
            written=written,
            detected=detected(table, places, formats),
            rejects=rejects,
        )


def _write(
    writer: Writer, staging: EventStaging, currency: str, total: int, tell: Progress
) -> Written:
    """Write customers, products and events, a batch per transaction."""
    write_parties(writer, staging, register=False)
    for batch in staging.events():
        with writer.desk() as desk:
            desk.append(
                [
                    new_event(
                        row,
                        currency=currency,
                        recorded_at=desk.recorded(row.occurred_at, row.recorded_at),
                        source_key=event_source(row.key),
                        customer_id=None if customer is None else uuid_of(customer),
                        product_id=None if product is None else uuid_of(product),
                        seller_id=None if row.seller is None else desk.id_of("seller", row.seller),
                    )
                    for row, customer, product in batch
                ]
            )
        tell("writing", writer.written.events, total)
    return writer.written
