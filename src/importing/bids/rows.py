"""One row of a file of bids, and the bids of a file auction by auction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from importing.engine.money_rows import MoneyReader
from importing.engine.staging import Staging, staged
from importing.engine.summary import Content

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

_HIDDEN: Final = (
    *("private", "privat", "private bidder", "private listing", "anonymous", "anonym"),
    *("hidden", "hidden bidder", "bidder hidden", "unknown", "unbekannt", "***", "-", "n/a"),
)
"""What sources write in place of a bidder that they do not name, in small letters."""

NEEDED: Final = (("auction",), ("amount",), ("time",), ("bidder",))


class BidRow(NamedTuple):
    """A bid of the file, from its reading to its writing; instants are microseconds, amounts minor units.

    ``customer_id`` and ``product_id`` are None until staging gives the bid back: 32 hexadecimal digits of its
    bidder and of its item, if it has one.
    """

    auction: str
    bidder: str
    maximum: int
    at: int
    opening: int | None
    reserve: int | None
    item: str | None
    customer_id: str | None = None
    product_id: str | None = None


class BidReader(MoneyReader):
    """Reads rows into bids.

    Parameters
    ----------
    places : mapping of str to int
        Where each role of `WELL_KNOWN` stands.
    anonymous : sequence of str, default ()
        Names that hide a bidder: each of their bids is by a person of its own.
    **conventions
        As of `MoneyReader`.
    """

    def __init__(
        self, places: Mapping[str, int], anonymous: Sequence[str] = (), **conventions: Any
    ) -> None:
        super().__init__(**conventions)
        self._places = places
        self._anonymous = {name.strip().casefold() for name in anonymous}

    def __call__(self, cells: list[str]) -> BidRow:
        """Read one row.

        Raises
        ------
        Refused
            With a reason and a sentence for the rejects file.
        """
        self.check_width(cells)
        said = {role: cells[place].strip() or None for role, place in self._places.items()}
        auction, amount, time, bidder = (self.given(role, said[role]) for (role,) in NEEDED)
        opening, reserve = (
            None if (text := said.get(role)) is None else self.money(role, text)
            for role in ("opening", "reserve")
        )
        which, who = self.identifier("auction", auction), self.identifier("bidder", bidder)
        maximum = self.money("amount", amount, least=1)
        at = self.instant("time", time, beside=self.beside(cells))
        if who.casefold() in self._anonymous:
            who = f"{who} ({which}, {time}, {amount})"
        return BidRow(which, who, maximum, at, opening, reserve, said.get("item"))


class BidStaging(Staging):
    """Bids of one file.

    Call in this order: `stage`, `importing.engine.master_data.write_master_data`, then `auctions`.
    """

    CUSTOMERS = (
        "SELECT bidder, min(at), NULL, NULL FROM bid GROUP BY bidder ORDER BY min(at), min(row)"
    )
    """Every bidder at his earliest bid."""

    PRODUCTS = (
        "SELECT item, NULL, NULL FROM bid WHERE item IS NOT NULL GROUP BY item ORDER BY min(row)"
    )
    """Every item, in the order of the file."""

    def __init__(self) -> None:
        super().__init__("bid", BidRow)

    def content(self, amount: int) -> Content | None:
        """Say what the bids hold, known ones among them, where items were sold for an amount."""
        held = self.held("bid", at="at", amount="0", customer="bidder")
        return None if held is None else held._replace(amount=amount)

    def hidden(self) -> str | None:
        """Give a name of a bidder that looks as if the source hid people behind it."""
        marks = ", ".join("?" * len(_HIDDEN))
        query = f"SELECT bidder FROM bid WHERE lower(bidder) IN ({marks}) LIMIT 1"  # noqa: S608
        found = self._base.execute(query, _HIDDEN).fetchone()
        return None if found is None else str(found[0])

    def names(self) -> Iterator[list[str]]:
        """Give the name of every auction."""
        for batch in self.batches("SELECT DISTINCT auction FROM bid"):
            yield [name for (name,) in batch]

    def auctions(self) -> Iterator[list[BidRow]]:
        """Give the bids of each auction in the order of time, the auction that was bid on first first."""
        self._base.execute(
            "CREATE TABLE walk AS SELECT auction FROM bid GROUP BY auction ORDER BY min(at), min(row)"
        )
        self._base.execute("CREATE INDEX bid_auction ON bid (auction, at, row)")
        rows = self._base.execute(
            f"SELECT walk.rowid, {staged(BidRow, 'bid')}, c.id, p.id FROM walk"  # noqa: S608
            " CROSS JOIN bid ON bid.auction = walk.auction"
            " LEFT JOIN customer_ids c ON c.name = bid.bidder"
            " LEFT JOIN product_ids p ON p.name = bid.item ORDER BY walk.rowid, bid.at, bid.row"
        )
        for _, bids in groupby(rows, key=itemgetter(0)):
            yield [BidRow._make(row[1:]) for row in bids]
