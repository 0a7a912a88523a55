"""Import the bids of auctions, and let our own rules say at what price each closed.

An amount of the file is the most its bidder would have paid. The bids are replayed in the order of time through
`commerce.auctions.pricing`: what each offered openly is the least that was admissible then. Bids are facts: one that the
rules would not have admitted is ordered among the others, not refused.

- An auction's opening price and reserve are the first that its rows tell; without an opening price its lowest bid opens
  it. A reserve below the opening price is none.
- An auction begins at ``--start`` where times are elapsed, else with its first bid. The file says of no auction when it
  ended: each closes a microsecond after its last bid.

Guarantees: every row is accepted, refused because it cannot be read, or known already; an auction is written whole,
and one that the records hold is known with all of its bids; memory does not grow with the bids of a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from commerce import schema
from commerce.auctions.pricing import EBAY, Bands, Bid, Standing, placed
from commerce.database import reading
from commerce.instants import to_micros
from commerce.money import from_minor
from commerce.sources.bid_rows import (
    NEEDED,
    UNITS,
    WELL_KNOWN,
    BidReader,
    BidStaging,
    StagedBid,
    since,
)
from commerce.sources.bundle import Bundle
from commerce.sources.columns import guess_column
from commerce.sources.errors import SourceError
from commerce.sources.order_events import uuid_of
from commerce.sources.parties import write_parties
from commerce.sources.store import chunks
from commerce.sources.summary import ImportSummary, Progress, silent, summarise
from commerce.sources.tenancy import plan_tenant
from commerce.sources.writing import Desk, Writer, Written, known_ids
from tables.amounts import NumberReader
from tables.columns import find_column, flag
from tables.errors import ColumnNotFound
from tables.formats import detected, find_formats
from tables.rejects import Rejects
from tables.table import open_table
from tables.times import TimeReader, latest_at

START: Final = datetime(2000, 1, 1)
"""When auctions of elapsed times begin, on the tenant's clock, where nothing else is said."""

_CHUNK = 5_000


@dataclass(frozen=True, kw_only=True)
class BidOptions:
    """How to read a file of bids.

    Attributes
    ----------
    tenant : str
        Slug; created by the first import.
    columns : mapping of str to str
        What the file calls auction, amount, time, bidder, opening, item and reserve, or their positions from 1;
        the others are looked for under well-known names.
    elapsed : {"days", "hours", "seconds"}, optional
        Times are so many of them since the auction's start.
    start : datetime, optional
        That start, on the tenant's clock where it is naive; default `START`.
    increments : Path, optional
        A table of upper limits and increments, see `read_increments`; default eBay's.
    currency, timezone : str, optional
        ISO 4217 and IANA; of a new tenant, default USD and UTC.
    delimiter, encoding, decimal, time_format : str, optional
        As in `TransactionOptions`; found out where not given.
    """

    tenant: str
    columns: Mapping[str, str] = field(default_factory=dict)
    elapsed: str | None = None
    start: datetime | None = None
    increments: Path | None = None
    currency: str | None = None
    timezone: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    time_format: str | None = None


@dataclass(frozen=True, kw_only=True)
class Closing:
    """How an auction of the file ended by our rules.

    Attributes
    ----------
    auction : str
    closing_price : Decimal
        In major units; where the reserve was not met, what was bid.
    winner : str or None
        The bidder; None where it was not sold.
    bids : int
    """

    auction: str
    closing_price: Decimal
    winner: str | None
    bids: int


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


def find_bid_columns(given: Mapping[str, str], columns: Sequence[str]) -> dict[str, int]:
    """Find the columns of a file of bids.

    Raises
    ------
    SourceError
        "--bidder must name a column of the file; got ..."

    Examples
    --------
    >>> find_bid_columns({"amount": "bid"}, ("auctionid", "bid", "bidtime", "bidder", "openbid", "price"))
    {'auction': 0, 'amount': 1, 'time': 2, 'bidder': 3, 'opening': 4}
    """
    found = {}
    for role in WELL_KNOWN:
        name = given.get(role)
        place = (
            guess_column(role, columns, WELL_KNOWN)
            if name is None
            else find_column(flag(role), name, columns)
        )
        if place is not None:
            found[role] = place
        elif role in NEEDED:
            raise ColumnNotFound(flag(role), role, columns)
    return found


def import_bids(
    engine: Engine,
    path: Path,
    options: BidOptions,
    *,
    now: datetime,
    rejects_folder: Path,
    progress: Progress | None = None,
) -> tuple[ImportSummary, list[Closing]]:
    """Import a file of bids.

    Parameters
    ----------
    engine : Engine
        A record store with the newest tables.
    path : Path
    options : BidOptions
    now : datetime
        Wall time, aware. Bids of more than a day later are refused.
    rejects_folder : Path
        Where ``rejects.csv`` goes if any row cannot be read; an older one is replaced.
    progress : Progress, optional
        Is told of the stages ``reading`` and ``writing``.

    Returns
    -------
    ImportSummary
    list of Closing
        Every auction of the file, known already or not, in the order of their first bids.

    Raises
    ------
    SourceError
        Where the file cannot be read as asked; nothing was written.
    TenantConflict
        "--currency must be that of tenant ...; got ..."
    """
    tell = progress or silent
    if options.elapsed is not None and options.elapsed not in UNITS:
        raise SourceError(
            f"--elapsed must be days, hours or seconds; got {options.elapsed!r}. Choose one."
        )
    table = open_table(path, delimiter=options.delimiter, encoding=options.encoding)
    places = find_bid_columns(options.columns, table.columns)
    numbers = [places[role] for role in ("amount", "opening", "reserve") if role in places]
    formats = find_formats(
        table,
        numbers=numbers + ([places["time"]] if options.elapsed else []),
        times=[places["time"]],
        decimal=options.decimal,
        time_format=options.time_format,
    )
    with reading(engine) as connection:
        tenancy = plan_tenant(
            connection, options.tenant, currency=options.currency, zone=options.timezone
        )
    bands = (
        read_increments(options.increments, tenancy.currency)
        if options.increments
        else Bands.of(EBAY, tenancy.currency)
    )
    number, latest, found = (
        NumberReader(formats.mark),
        latest_at(now),
        detected(table, places, formats),
    )
    start = None
    if options.elapsed:
        start = _in_zone(options.start or START, tenancy.zone)
        found = replace(found, time_format=f"{options.elapsed} since {start.isoformat()}")
    reader = BidReader(
        places,
        width=len(table.columns),
        currency=tenancy.currency,
        number=number,
        time=since(start, str(options.elapsed), number, latest)
        if start
        else TimeReader(tenancy.zone, formats.time_format, latest=latest),
    )
    with BidStaging() as staging, Rejects(rejects_folder, table.columns) as rejects:
        read = staging.stage(table, reader, rejects, tell)
        known: set[str] = set()
        if tenancy.tenant is not None:
            with reading(engine) as connection:
                for names in staging.names():
                    known |= known_ids(connection, tenancy.tenant, schema.auction, names).keys()
        written, writer, duplicate = Written(), None, 0
        if any(name not in known for names in staging.names() for name in names):
            writer = Writer.start(engine, tenancy, now=now)
            written = writer.written
            write_parties(writer, staging)
        closings: list[Closing] = []
        for auctions in chunks(staging.auctions(), _CHUNK):
            replays = [_replay(bids, bands) for bids in auctions]
            closings += [replay.closing(tenancy.currency) for replay in replays]
            new = [replay for replay in replays if replay.name not in known]
            duplicate += sum(len(bids) for bids in auctions) - sum(len(one.bids) for one in new)
            if writer is not None and new:
                with writer.desk() as desk:
                    _write(desk, new, start, own_bands=bool(options.increments))
                tell("writing", written.lines, read)
        summary = summarise(
            tenancy,
            read=read,
            duplicate=duplicate,
            written=written,
            detected=found,
            rejects=rejects,
        )
    return summary, closings


def _in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


@dataclass(frozen=True, kw_only=True)
class _Replay:
    """An auction as it went by our rules: each bid of the file, what it offered, how the auction stood then."""

    bids: Sequence[StagedBid]
    offers: Sequence[Bid]
    standings: Sequence[Standing]

    @property
    def name(self) -> str:
        return self.bids[0].row.auction

    @property
    def winner(self) -> str | None:
        end = self.standings[-1]
        return str(end.leader.bidder) if end.leader is not None and end.reserve_met else None

    def closing(self, currency: str) -> Closing:
        return Closing(
            auction=self.name,
            closing_price=from_minor(self.standings[-1].price, currency),
            winner=self.winner,
            bids=len(self.bids),
        )


def _replay(bids: Sequence[StagedBid], bands: Bands) -> _Replay:
    """Let an auction happen again."""
    rows = [bid.row for bid in bids]
    told = next((row.opening for row in rows if row.opening is not None), None)
    opening = max(1, min(row.maximum for row in rows) if told is None else told)
    reserve = next((row.reserve for row in rows if row.reserve is not None), None)
    now = Standing(opening, bands, reserve if reserve and reserve >= opening else None)
    offers, standings = [], []
    for place, row in enumerate(rows):
        offers.append(placed(now, row.bidder, row.maximum, row.at, place))
        now = now.after(offers[-1])
        standings.append(now)
    return _Replay(bids=bids, offers=offers, standings=standings)


def _write(
    desk: Desk, replays: Sequence[_Replay], start: datetime | None, *, own_bands: bool
) -> None:
    """Write whole auctions: their rows, bids and events."""
    bundle = Bundle(desk)
    for replay in replays:
        _keep(bundle, replay, start, own_bands)
        desk.written.lines += len(replay.bids)
    bundle.write()


def _keep(bundle: Bundle, replay: _Replay, start: datetime | None, own_bands: bool) -> None:
    desk, end, last = bundle.desk, replay.standings[-1], replay.bids[-1].row.at + 1
    key = desk.id_of("auction", replay.name)
    item = next((bid.product_id for bid in replay.bids if bid.product_id), None)
    product = None if item is None else uuid_of(item)
    people = {bid.row.bidder: uuid_of(str(bid.customer_id)) for bid in replay.bids}

    def tell(kind: str, at: int, who: str | None, amount: int, number: int = 0, **more: Any) -> int:
        event = desk.event(
            kind,
            at,
            f"{kind}:{key.hex}:{number}",
            amount,
            customer_id=None if who is None else people[who],
            aggregate_type="auction",
            aggregate_id=key.hex,
            product_id=product,
            **more,
        )
        return bundle.tell(event)

    leader: str | None = None
    for number, (offer, now) in enumerate(zip(replay.offers, replay.standings, strict=True)):
        who, at = str(offer.bidder), offer.placed_at
        told = tell("auction.bid", at, who, offer.amount, number, value=offer.maximum)
        bundle.keep(
            "bid",
            auction_id=key,
            customer_id=people[who],
            event_id=told,
            amount_minor=offer.amount,
            maximum_minor=offer.maximum,
            placed_at=at,
        )
        leads = None if now.leader is None else str(now.leader.bidder)
        outbid = who if leads != who else leader
        if outbid not in (None, leads):
            tell("auction.outbid", at, outbid, now.price, number)
        leader = leads
    if replay.winner is not None:
        tell("auction.won", last, replay.winner, end.price)
    status = "unsold" if replay.winner is None else "sold"
    told = tell(f"auction.{status}", last, None, end.price)
    bands = {"uppers": end.bands.uppers, "increments": end.bands.increments}
    bundle.keep(
        "auction",
        id=key,
        external_id=replay.name,
        product_id=product,
        status=status,
        currency=desk.tenant.currency,
        opening_minor=end.opening,
        reserve_minor=end.reserve,
        increments=json.dumps(bands) if own_bands else None,
        starts_at=replay.bids[0].row.at if start is None else to_micros(start),
        ends_at=last,
        event_id=told,
    )
