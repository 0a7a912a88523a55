"""One row of a file of bids, and the bids of a file auction by auction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from commerce.instants import HOUR, to_micros
from commerce.sources.lines import tidy_id
from commerce.sources.rows import RowReader
from commerce.sources.store import Person, Store, Ware
from tables.amounts import NumberReader
from tables.errors import Refused
from tables.times import NotYet

UNITS: Final = {"days": 24 * HOUR, "hours": HOUR, "seconds": HOUR // 3600}
"""Units of time since an auction's start, in microseconds."""

WELL_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    role: frozenset(names.split())
    for role, names in {
        "auction": "auction auctionid lot lotid",
        "amount": "amount bid bidamount maximum maximumbid maxbid",
        "time": "time timestamp date datetime bidtime bidat placedat",
        "bidder": "bidder bidderid bidderno",
        "opening": "opening openingbid openbid startprice startingprice",
        "item": "item itemid product productid",
        "reserve": "reserve reserveprice",
    }.items()
}
"""Names, without case and signs, under which a column is looked for."""

NEEDED: Final = ("auction", "amount", "time", "bidder")


class BidRow(NamedTuple):
    """A bid as it is staged: instants in microseconds, amounts in minor units."""

    auction: str
    bidder: str
    maximum: int
    at: int
    opening: int | None
    reserve: int | None
    item: str | None


class BidReader(RowReader):
    """Reads rows into bids.

    Parameters
    ----------
    places : mapping of str to int
        Where each role of `WELL_KNOWN` stands.
    width, currency, number, time
        As of `RowReader`.
    """

    def __init__(
        self,
        places: Mapping[str, int],
        *,
        width: int,
        currency: str,
        number: NumberReader,
        time: Callable[[str], int],
    ) -> None:
        super().__init__(width=width, currency=currency, number=number, time=time)
        self._places = places

    def __call__(self, cells: list[str]) -> BidRow:
        """Read one row.

        Raises
        ------
        Refused
            With a reason and a sentence for the rejects file.
        """
        self.check_width(cells)
        said = {role: cells[place].strip() or None for role, place in self._places.items()}
        auction, amount, time, bidder = (self.given(role, said[role]) for role in NEEDED)
        opening, reserve = (
            None if (text := said.get(role)) is None else self.money(role, text)
            for role in ("opening", "reserve")
        )
        maximum = self.money("amount", amount)
        if maximum == 0:
            raise Refused("no amount", f"amount must be above 0; got {amount!r}.")
        return BidRow(
            auction=tidy_id(auction),
            bidder=tidy_id(bidder),
            maximum=maximum,
            at=self.instant("time", time),
            opening=opening,
            reserve=reserve,
            item=said.get("item"),
        )


def since(
    start: datetime, unit: str, number: NumberReader, latest: datetime
) -> Callable[[str], int]:
    """Give a reader of times that are told as a number since the auction's start.

    Examples
    --------
    >>> when = since(datetime(1970, 1, 1, tzinfo=UTC), "days", NumberReader("."), datetime.max.replace(tzinfo=UTC))
    >>> when("1.5") // HOUR
    36
    """
    begins, ends = to_micros(start), to_micros(latest)

    def read(text: str) -> int:
        elapsed = number(text)
        at = begins + round(elapsed * UNITS[unit])
        if elapsed < 0:
            raise ValueError(f"0 {unit} or more since the start; got {text!r}")
        if at > ends:
            raise NotYet(f"a time until {latest.isoformat(timespec='minutes')}; got {text!r}")
        return at

    return read


class StagedBid(NamedTuple):
    """A bid, and the ids of its bidder and its item."""

    row: BidRow
    customer_id: str | None
    product_id: str | None


class BidStaging(Store):
    """Bids of one file. Call in this order: `add`, `people` and `wares`, then `auctions`."""

    def __init__(self) -> None:
        super().__init__("bid", BidRow._fields)

    def names(self) -> Iterator[list[str]]:
        """Give the name of every auction."""
        for batch in self.batches("SELECT DISTINCT auction FROM bid"):
            yield [name for (name,) in batch]

    def people(self) -> Iterator[list[Person]]:
        """Give every bidder at his earliest bid."""
        return self.each(
            Person,
            "SELECT bidder, min(at), NULL, NULL FROM bid GROUP BY bidder ORDER BY min(at), min(row)",
        )

    def wares(self) -> Iterator[list[Ware]]:
        """Give every item, in the order of the file."""
        return self.each(
            Ware,
            "SELECT item, NULL, NULL FROM bid WHERE item IS NOT NULL GROUP BY item"
            " ORDER BY min(row)",
        )

    def auctions(self) -> Iterator[list[StagedBid]]:
        """Give the bids of each auction in the order of time, the auction that was bid on first first."""
        self._base.execute(
            "CREATE TABLE walk AS SELECT auction FROM bid GROUP BY auction ORDER BY min(at), min(row)"
        )
        self._base.execute("CREATE INDEX bid_auction ON bid (auction, at, row)")
        columns = ", ".join(f"bid.{name}" for name in BidRow._fields)
        rows = self._base.execute(
            f"SELECT walk.rowid, {columns}, person.id, ware.id FROM walk"  # noqa: S608
            " CROSS JOIN bid ON bid.auction = walk.auction"
            " LEFT JOIN person ON person.name = bid.bidder LEFT JOIN ware ON ware.name = bid.item"
            " ORDER BY walk.rowid, bid.at, bid.row"
        )
        for _, bids in groupby(rows, key=itemgetter(0)):
            yield [StagedBid(BidRow._make(row[1:-2]), *row[-2:]) for row in bids]
