"""One row of a file of bids, and the bids of a file auction by auction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

from importing.engine.master_data import PartyStore
from importing.engine.money_rows import MoneyReader
from tabular.amounts import NumberReader
from tabular.rows import tidy_id

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

NEEDED: Final = (("auction",), ("amount",), ("time",), ("bidder",))


class BidRow(NamedTuple):
    """A bid: instants in microseconds, amounts in minor units, and at last the ids of its bidder and item."""

    auction: str
    bidder: str
    maximum: int
    at: int
    opening: int | None
    reserve: int | None
    item: str | None
    customer_id: str
    product_id: str | None


_STAGED = BidRow._fields[:-2]


class BidReader(MoneyReader):
    """Reads rows into bids.

    Parameters
    ----------
    places : mapping of str to int
        Where each role of `WELL_KNOWN` stands.
    width, currency, number, time
        As of `MoneyReader`.
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

    def __call__(self, cells: list[str]) -> tuple[Any, ...]:
        """Read one row: the fields of a `BidRow` less the ids.

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
        return (
            tidy_id(auction),
            tidy_id(bidder),
            self.money("amount", amount, least=1),
            self.instant("time", time),
            opening,
            reserve,
            said.get("item"),
        )


class BidStaging(PartyStore):
    """Bids of one file. Call in this order: `add`, `people` and `wares`, then `auctions`."""

    PEOPLE = (
        "SELECT bidder, min(at), NULL, NULL FROM bid GROUP BY bidder ORDER BY min(at), min(row)"
    )
    """Every bidder at his earliest bid."""

    WARES = (
        "SELECT item, NULL, NULL FROM bid WHERE item IS NOT NULL GROUP BY item ORDER BY min(row)"
    )
    """Every item, in the order of the file."""

    def __init__(self) -> None:
        super().__init__("bid", _STAGED)

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
        columns = ", ".join(f"bid.{name}" for name in _STAGED)
        rows = self._base.execute(
            f"SELECT walk.rowid, {columns}, person.id, ware.id FROM walk"  # noqa: S608
            " CROSS JOIN bid ON bid.auction = walk.auction"
            " LEFT JOIN person ON person.name = bid.bidder LEFT JOIN ware ON ware.name = bid.item"
            " ORDER BY walk.rowid, bid.at, bid.row"
        )
        for _, bids in groupby(rows, key=itemgetter(0)):
            yield [BidRow._make(row[1:]) for row in bids]
