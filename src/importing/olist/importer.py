"""Import the Brazilian Olist dataset: nine CSV files of one marketplace, in one folder.

What an order becomes is said in `importing.olist.orders`. A customer is a ``customer_unique_id``, the person; a
``customer_id`` is one order of his. The files of sellers and of places must be there, and are not read: where somebody
lives enters no event, and a seller is known by his id.

Guarantees: every row of orders, items, payments and reviews is accepted, refused with a reason, or known already; an
order is written whole, and one that the records hold is known with all of its rows, so an import that was killed is
completed by the next, and a second one writes nothing; memory does not grow with the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, bindparam, update

from commerce.records import schema
from commerce.records.database import reading
from importing.engine.backfilling import backfill_written
from importing.engine.identity import uuid_of
from importing.engine.known import known_ids
from importing.engine.logbook import SourceFile
from importing.engine.master_data import write_master_data
from importing.engine.session import ImportSession
from importing.engine.summary import ImportSummary, summarise
from importing.engine.tenancy import plan_tenant
from importing.engine.writing import Writer
from importing.errors import SourceError
from importing.olist.files import CURRENCY, FILES, UNREAD, FileReader
from importing.olist.orders import OlistOrder, order_of, write_order
from importing.olist.staging import OlistStaging
from tabular.amounts import NumberReader
from tabular.formats import Detected
from tabular.progress import Progress, silent
from tabular.rejects import Rejects
from tabular.table import open_table
from tabular.times import TimeReader, latest_at

ZONE: Final = "America/Sao_Paulo"


def import_olist(
    engine: Engine,
    folder: Path,
    tenant: str,
    *,
    now: datetime,
    rejects_folder: Path,
    timezone: str | None = None,
    backfill: bool = False,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> ImportSummary:
    """Import a folder of Olist's files.

    Parameters
    ----------
    engine : Engine
        A record store with the newest tables.
    folder : Path
        Holds the nine files under their own names.
    tenant : str
        Slug; created by the first import, in BRL.
    now : datetime
        Wall time, aware. What happened more than a day later is refused.
    rejects_folder : Path
        Where ``rejects.csv`` goes if any row is refused; an older one is replaced. Its third column names the file.
    timezone : str, optional
        IANA name; of a new tenant, default America/Sao_Paulo.
    backfill : bool, default False
        Whether what comes in behind something that was computed counts from when it happened all the same.
    progress : Progress, optional
        Called with the stages ``reading`` and ``writing``.
    dry_run : bool, default False
        Whether nothing is to be written; see `importing.engine.intake`.

    Returns
    -------
    ImportSummary
        Its rows are those of orders, items, payments and reviews, and whatever else had to be refused.

    Raises
    ------
    SourceError
        "folder must hold ...csv; got ...": a file is missing; nothing was written.
    TenantConflict
        "--currency must be that of tenant ...; got ..."
    """
    report_progress = progress or silent
    for name in (*(file.name for file in FILES.values()), *UNREAD):
        if not (folder / f"{name}.csv").is_file():
            raise SourceError(
                f"folder must hold {name}.csv; got {str(folder)!r} without it. Unpack all nine files."
            )
    with reading(engine) as connection:
        tenancy = plan_tenant(
            connection, tenant, currency=CURRENCY, zone=timezone, default_zone=ZONE
        )
    readers: dict[str, Any] = {
        "number": NumberReader("."),
        "time": TimeReader(tenancy.zone, latest=latest_at(now)),
        "due": TimeReader(tenancy.zone),
    }
    read, options = 0, {"timezone": timezone} if timezone else {}
    parts = [f"{file.name}.csv" for file in FILES.values()]
    source = SourceFile("olist", folder, options, parts)
    with (
        Writer(engine, tenancy, source, now=now, dry_run=dry_run, backfills=backfill) as writer,
        OlistStaging() as staging,
        Rejects(rejects_folder, ("file", "cells"), keep=not dry_run) as rejects,
    ):
        for name, file in FILES.items():
            table = open_table(folder / f"{file.name}.csv", delimiter=",")
            staging.into(name)
            before = rejects.reasons.total()
            reader = FileReader(file, table, staging.holds, **readers)
            rows = staging.stage(table, reader, rejects, report_progress, [file.name])
            read += rows if file.belongs else rejects.reasons.total() - before
        end, known, content = staging.end(), tenancy.tenant, staging.content()
        if known is not None:
            if backfill:
                staging.note_sources((order, None) for order in staging.names())
                backfill_written(engine, known, writer, staging, order_of)
            with reading(engine) as connection:
                staging.drop_known(
                    lambda names: known_ids(connection, known, schema.orders, names).keys()
                )
        accepted = staging.count()
        write_master_data(writer, staging)
        for orders in staging.orders():
            with writer.session() as session:
                _write(session, orders, end)
            report_progress("writing", writer.written["lines"], accepted)
        writer.finish(read=read, rejected=rejects.reasons.total())
        return summarise(
            tenancy,
            read=read,
            duplicate=read - rejects.reasons.total() - accepted,
            writer=writer,
            detected=Detected(
                file_format="csv",
                encoding="utf-8",
                delimiter=",",
                header=True,
                columns=tuple(one.name for file in FILES.values() for one in file.columns),
                used={},
                decimal_mark=".",
                time_format="YYYY-MM-DD",
            ),
            rejects=rejects,
            content=content,
        )


def _write(session: ImportSession, orders: Sequence[OlistOrder], end: int) -> None:
    """Write some orders, and count their stars on the products."""
    stars = [rated for order in orders if (rated := write_order(session, order, end=end))]
    table = schema.product
    if stars:
        session.connection.execute(
            update(table)
            .where(table.c.tenant_id == session.tenant.id, table.c.id == bindparam("product"))
            .values(
                ratings_count=table.c.ratings_count + 1,
                ratings_sum=table.c.ratings_sum + bindparam("stars"),
            ),
            [{"product": uuid_of(product), "stars": number} for product, number in stars],
        )
    session.written["orders"] += len(orders)
    session.written["lines"] += sum(
        1 + len(order.items) + len(order.payments) + len(order.reviews) for order in orders
    )
