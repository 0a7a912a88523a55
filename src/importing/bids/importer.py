"""Import the bids of auctions, and let our own rules say at what price each closed.

An amount of the file is the most its bidder would have paid. The bids are replayed in the order of time through
`commerce.auctions.pricing`: what each offered openly is the least that was admissible then. Bids are facts: one
that the rules would not have admitted is ordered among the others, not refused.

- An auction's opening price and reserve are the first that its rows give; without an opening price its lowest bid opens
  it. A reserve below the opening price is none.
- Numbers are no times unless they can be nothing else (a date of eight digits, seconds since 1970): ``--elapsed`` says
  of what they are so many, or that they are times.
- A name by which the source hides its bidders (``--anonymous``) tells nobody apart: each of its bids counts as one of a
  person of its own, known by auction, time and amount, because who bids is rarely who was just outbid. Words that look
  like such a name are asked about.
- An auction begins at ``--start`` where times are elapsed, else with its first bid. The file says of no auction when it
  ended: each closes a microsecond after its last bid.

Guarantees: every row is accepted, refused because it cannot be read, or known already; an auction is written whole,
and one that the records hold is known with all of its bids; memory does not grow with the bids of a file.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from commerce.auctions.pricing import EBAY, Bands
from commerce.records import schema
from commerce.records.database import reading
from commerce.records.money import to_minor
from importing.bids.events import Closing, Replay, auction_of, write_auctions
from importing.bids.rows import NEEDED, WELL_KNOWN, BidReader, BidStaging
from importing.engine.backfilling import backfill_written
from importing.engine.intake import FileOptions, Intake, take_in
from importing.engine.known import known_ids
from importing.engine.logbook import SourceFile, options_given
from importing.engine.master_data import write_master_data
from importing.engine.summary import ImportSummary
from importing.engine.writing import Writer
from importing.errors import SourceError
from tabular.amounts import NumberReader
from tabular.columns import find_column, find_columns
from tabular.progress import Progress, silent
from tabular.rejects import Rejects
from tabular.store import chunks
from tabular.table import open_table
from tabular.times import UNITS, ElapsedReader, is_time, latest_at

START: Final = datetime(2000, 1, 1)
"""When auctions of elapsed times begin, on the tenant's clock, where nothing else is said."""

NO_UNIT: Final = "none"
"""Says that numbers are times."""

_CHUNK = 5_000


@dataclass(frozen=True, kw_only=True)
class BidOptions(FileOptions):
    """How to read a file of bids."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """What the file calls auction, amount, time, bidder, opening, item and reserve, or their positions from 1;
    the others are looked for under well-known names."""
    elapsed: str | None = None
    """Times are so many "days", "hours" or "seconds" since the auction's start; "none": they are times."""
    start: datetime | None = None
    """That start, on the tenant's clock where it is naive; default `START`."""
    anonymous: Sequence[str] = ()
    """Names that hide a bidder, without regard to case; given at all, no other does."""
    increments: Path | None = None
    """A table of upper limits and increments, see `read_increments`; default eBay's."""


def read_increments(path: Path, currency: str) -> Bands:
    """Read a CSV of ``upper,increment`` in major units: below an upper limit, the increment.

    The last row may leave its limit blank; its increment holds for all above in either case.

    Raises
    ------
    SourceError
        "--increments must hold numbers; got ..."
    RecordError
        "increments must rise with their limits; got ..."
    """
    table = open_table(path, delimiter=",")
    upper, increment = (
        find_column("--increments", name, table.columns) for name in ("upper", "increment")
    )
    number, bands = NumberReader("."), []
    for line, cells in table.rows():
        try:
            limit = cells[upper].strip()
            bands.append((number(limit) if limit else None, number(cells[increment].strip())))
        except (ValueError, IndexError) as error:
            raise SourceError(
                f"--increments must hold numbers; got {cells} in line {line}. Write upper,increment."
            ) from error
    return Bands.of(bands, currency)


def _require_times(intake: Intake) -> None:
    """Refuse a column of times that holds numbers alone.

    Raises
    ------
    SourceError
        "--elapsed must be given where times are numbers; got '0.13'. ..."
    """
    place, seen = intake.places["time"], ""
    for _, cells in intake.table.rows():
        text = cells[place].strip() if place < len(cells) else ""
        if text and (not _NUMBER.fullmatch(text) or (_DATE.fullmatch(text) and is_time(text))):
            return
        seen = seen or text
    if seen:
        raise SourceError(
            f"--elapsed must be given where times are numbers; got {seen!r}. Add --elapsed days, hours or seconds, if"
            " they count from the auction's start, or --elapsed none, if a spreadsheet wrote its days so."
        )


_NUMBER = re.compile(r"-?([0-9]{1,8}|[0-9]{1,3}(,[0-9]{3})+)([.,][0-9]+)?([eE][+-]?[0-9]+)?")
_DATE = re.compile("[0-9]{8}")


def import_bids(
    engine: Engine,
    path: Path,
    options: BidOptions,
    *,
    now: datetime,
    rejects_folder: Path,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> tuple[ImportSummary, list[Closing]]:
    """Import a file of bids, as `importing.engine.intake` says of every file.

    Returns
    -------
    list of Closing
        Every auction of the file, known already or not, in the order of their first bids.
    """
    report_progress = progress or silent
    if options.elapsed is not None and options.elapsed not in (*UNITS, NO_UNIT):
        raise SourceError(
            f"--elapsed must be days, hours, seconds or none; got {options.elapsed!r}. Choose one."
        )
    elapsed = None if options.elapsed == NO_UNIT else options.elapsed
    intake = take_in(
        engine,
        path,
        options,
        partial(find_columns, options.columns, known=WELL_KNOWN, needed=NEEDED, always=True),
        now=now,
        time=options.columns.get("time"),
        numbers=("amount", "opening", "reserve", *(("time",) if elapsed else ())),
        amounts=("amount", "opening", "reserve"),
        times=("time",),
    )
    if options.elapsed is None and not options.time_format:
        _require_times(intake)
    tenancy, conventions, start = intake.tenancy, intake.conventions(), None
    own = read_increments(options.increments, tenancy.currency) if options.increments else None
    if elapsed:
        start = options.start or START
        start = start if start.tzinfo else start.replace(tzinfo=tenancy.zone)
        conventions["beside"] = {}
        conventions["time"] = ElapsedReader(
            start, elapsed, conventions["number"], latest=latest_at(now)
        )
    duplicate, known = 0, dict[str, uuid.UUID]()
    closings: list[Closing] = []
    file = SourceFile("bids", path, options_given(options))
    with (
        Writer(
            engine, tenancy, file, now=now, dry_run=dry_run, backfills=options.backfill
        ) as writer,
        BidStaging() as staging,
        Rejects(rejects_folder, intake.table.columns, keep=not dry_run) as rejects,
    ):
        reader = BidReader(intake.places, options.anonymous, **conventions)
        read = staging.stage(intake.table, reader, rejects, report_progress)
        intake.check_refused(rejects, read)
        if not options.anonymous and (hidden := staging.hidden()):
            raise SourceError(
                f"--anonymous must say whether {hidden!r} hides bidders; got a file with bids by it. Add --anonymous"
                f" {hidden!r} to count each of its bids as another person's, or --anonymous '' if it is a person."
            )
        if tenancy.tenant is not None:
            with reading(engine) as connection:
                for names in staging.names():
                    known |= known_ids(connection, tenancy.tenant, schema.auction, names)
            if options.backfill:
                staging.note_sources((auction.hex, None) for auction in known.values())
                backfill_written(engine, tenancy.tenant, writer, staging, auction_of)
        write_master_data(writer, staging)
        for auctions in chunks(staging.auctions(), _CHUNK):
            replays = [
                Replay.of(bids, own or Bands.of(EBAY, tenancy.currency)) for bids in auctions
            ]
            closings += [replay.closing(tenancy.currency) for replay in replays]
            new = [replay for replay in replays if replay.bids[0].auction not in known]
            duplicate += sum(len(one.bids) for one in replays if one.bids[0].auction in known)
            if new:
                with writer.session() as session:
                    write_auctions(session, new, start, own)
                report_progress("writing", writer.written["lines"], read)
        writer.finish(read=read, rejected=rejects.reasons.total())
        summary = intake.summary(
            read=read,
            duplicate=duplicate,
            writer=writer,
            rejects=rejects,
            content=staging.content(_sold(closings, tenancy.currency)),
        )
    if start:
        shown = f"{elapsed} since {start.isoformat()}"
        summary = replace(summary, detected=replace(summary.detected, time_format=shown))
    return summary, closings


def _sold(closings: Sequence[Closing], currency: str) -> int:
    """Add up what items were sold for, in minor units."""
    sold = [closing.closing_price for closing in closings if closing.winner is not None]
    return sum(to_minor(price, currency) for price in sold)
