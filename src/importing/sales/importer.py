"""Import a shop's sales lines: any delimited or Parquet file, as orders, payments and returns.

Guarantees: every row of the file is accepted, refused with a reason, or known already; a line is known by all of
its fields, so importing a file again writes nothing; each transaction writes whole orders, so an import that
was killed is completed by the next; memory does not grow with the file.

The file is read once into a temporary store (`importing.sales.staging`), then written: customers, products,
orders in the order of time, changes of orders that are known (`importing.sales.changes`), and last the returns, tied
to their purchases.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Context, localcontext
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from commerce.records.database import reading
from importing.engine.backfilling import backfill_written
from importing.engine.intake import take_in
from importing.engine.logbook import SourceFile, options_given
from importing.engine.master_data import write_master_data
from importing.engine.summary import ImportSummary
from importing.engine.writing import Writer
from importing.errors import SourceError
from importing.sales.columns import find_sales_columns
from importing.sales.known_orders import known_orders
from importing.sales.lines import LineReader, line_of, line_source, total_once
from importing.sales.options import COLUMNS, TransactionOptions, prefix_of, with_preset
from importing.sales.order_writer import write_orders
from importing.sales.reexports import Reexport
from importing.sales.returns import write_returns
from importing.sales.staging import SalesStaging
from importing.sales.statuses import read_status_map
from importing.sales.totals import settle_totals
from tabular.progress import Progress, silent
from tabular.rejects import Rejects
from tabular.store import chunks

_CHUNK = 5_000
_DIGITS = 60
"""Digits of exact products; quantities and prices have fewer than half of them."""


def import_transactions(
    engine: Engine,
    path: Path,
    options: TransactionOptions,
    *,
    now: datetime,
    rejects_folder: Path,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> ImportSummary:
    """Import a file of sales lines, as `importing.engine.intake` says of every file."""
    options = with_preset(options)
    report_progress = progress or silent
    prefixes = {name: prefix_of(name, getattr(options, name)) for name in ("returns", "refuse")}
    if options.repeats not in (None, "keep", "drop"):
        raise SourceError(f"--repeats must be keep or drop; got {options.repeats!r}. Choose one.")
    given = {role: name for role in COLUMNS if (name := getattr(options, role)) is not None}
    intake = take_in(
        engine,
        path,
        options,
        partial(find_sales_columns, given=given),
        now=now,
        time=options.time,
        numbers=("price", "amount", "quantity", "order_total"),
        amounts=("price", "amount", "order_total"),
        times=("time", "recorded"),
        currency="currency_column",
    )
    intake = replace(intake, places=settle_totals(intake, given))
    reader = LineReader(
        intake.places,
        return_prefix=prefixes["returns"],
        refuse_prefix=prefixes["refuse"],
        negative_returns=options.returns == "negative",
        statuses=read_status_map(options.status_map) if options.status_map else None,
        delimiter=intake.table.delimiter,
        **intake.conventions(),
    )
    file = SourceFile("transactions", path, options_given(options))
    with (
        Writer(
            engine, intake.tenancy, file, now=now, dry_run=dry_run, backfills=options.backfill
        ) as writer,
        SalesStaging() as staging,
        Rejects(rejects_folder, intake.table.columns, keep=not dry_run) as rejects,
    ):
        with localcontext(Context(prec=_DIGITS)):
            read = staging.stage(intake.table, reader, rejects, report_progress)
        staged, end = staging.count(), staging.latest()
        staging.settle_repeats(keep=options.repeats != "drop")
        staging.settle_states()
        if total_once(intake.places):
            staging.settle_totals()
        content, tenant = staging.content(), intake.tenancy.tenant
        known = Reexport(staging, has_states="status" in intake.places, end=end)
        if tenant is not None:
            if options.backfill:
                staging.note_sources(staging.sources())
            with reading(engine) as connection:
                staging.note_orders(partial(known_orders, connection, tenant))
            staging.drop_written(engine, tenant, line_source, "at", "key")
        staging.refuse_strangers()
        staging.refuse_parts(known_only=options.partial_orders == "keep")
        if tenant is not None:
            known.settle(engine, tenant)
        refused = staging.refused()
        for number, cells in intake.table.rows() if refused else ():
            if number in refused:
                rejects.add(number, cells, refused[number])
        intake.check_refused(rejects, read)
        accepted = staging.count()
        if options.backfill and tenant is not None:
            backfill_written(engine, tenant, writer, staging, line_of)
        write_master_data(writer, staging)
        for orders in chunks(staging.orders(intake.tenancy.origin, end), _CHUNK):
            with writer.session() as session:
                write_orders(session, orders)
            report_progress("writing", writer.written["lines"], accepted)
        if tenant is not None:
            known.write(writer)
        for lines in staging.returns():
            with writer.session() as session:
                write_returns(session, lines)
            report_progress("writing", writer.written["lines"], accepted)
        writer.finish(read=read, rejected=rejects.reasons.total())
        return intake.summary(
            read=read,
            duplicate=staged - len(refused) - accepted,
            writer=writer,
            rejects=rejects,
            content=content,
            changed=known.changed,
        )
