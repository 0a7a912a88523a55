"""An auction floor for tests: a shop with a seller, bidders with money, and a clock in seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Engine, event, select, type_coerce
from tests.commerce.shop import ADMIN, NOW, Shop
from tests.tenants import make_tenant

from commerce.auctions import bidding, closing, listing, queries
from commerce.auctions.bidding import Outcome
from commerce.auctions.pricing import EBAY, AuctionState, Bands, Bid, state_of
from commerce.auctions.queries import AuctionView
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.instants import to_micros
from commerce.records.ledger import Account, balance
from commerce.stock import asset

EUROS = Bands.of(EBAY, "EUR")
SECOND = 1_000_000
LENGTH = 3_600
"""Seconds that an auction lasts if nobody bids late."""


def at(seconds: float) -> int:
    """An instant so many seconds after the auctions start, in microseconds."""
    return to_micros(NOW + timedelta(seconds=seconds))


class Floor:
    """A shop where auctions start at `NOW`; every call is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.shop = Shop(engine, make_tenant(engine))
        self.seller = self.shop.seller(buys=True)
        self.variant = self.shop.variant(seller=self.seller, stock=50)

    def draft(self, **terms: Any) -> UUID:
        """An auction that its seller has written down."""
        terms = {"opening": 1_000, "starts_at": at(0), "ends_at": at(LENGTH)} | terms
        with self.shop.work(self.seller, seconds=-60) as work:
            return listing.draft(work, self.variant, **terms)

    def scheduled(self, **terms: Any) -> UUID:
        """An approved auction."""
        auction = self.draft(**terms)
        with self.shop.work(self.seller, seconds=-50) as work:
            listing.submit(work, auction)
        with self.shop.work(ADMIN, seconds=-40) as work:
            listing.approve(work, auction)
        return auction

    def live(self, **terms: Any) -> UUID:
        """An auction that takes bids."""
        auction = self.scheduled(**terms)
        with self.shop.work(SYSTEM) as work:
            listing.start(work, auction)
        return auction

    def bidders(self, count: int, money: int = 10_000_000) -> list[Actor]:
        """Customers with so much in their wallets."""
        return [self.shop.buyer(money) for _ in range(count)]

    def bid(self, auction: UUID, who: Actor, maximum: int, seconds: float = 1) -> Outcome:
        """Bid so many seconds after the start."""
        with self.shop.work(who, seconds=seconds) as work:
            return bidding.bid(work, auction, maximum)

    def buy(self, auction: UUID, who: Actor, seconds: float = 1) -> UUID:
        """Buy at once."""
        with self.shop.work(who, seconds=seconds) as work:
            return bidding.buy_now(work, auction)

    def close(self, auction: UUID, seconds: float = LENGTH) -> UUID | None:
        """Let the hammer fall."""
        with self.shop.work(SYSTEM, seconds=seconds) as work:
            return closing.close(work, auction)

    def view(self, auction: UUID, who: Actor = ADMIN) -> AuctionView:
        """What somebody sees of an auction."""
        with self.shop.look(who) as work:
            return queries.view(work, auction)

    def recorded(self, auction: UUID) -> list[Bid]:
        """All accepted bids."""
        bid = schema.bid.c
        columns = (
            bid.customer_id,
            bid.amount_minor,
            bid.maximum_minor,
            type_coerce(bid.placed_at, BigInteger),
            bid.id,
        )
        with self.shop.look() as work:
            rows = work.connection.execute(select(*columns).where(bid.auction_id == auction))
            return [Bid(*row) for row in rows]

    def folded(
        self, auction: UUID, opening: int = 1_000, reserve: int | None = None
    ) -> AuctionState:
        """How the pure price function has it, from all accepted bids."""
        return state_of(self.recorded(auction), opening, EUROS, reserve)

    def held(self, auction: UUID) -> int:
        """Money set aside for an auction."""
        return self.shop.holds("held", auction.hex)

    def goods_held(self, key: UUID) -> int:
        """Units set aside for an auction or an order."""
        return self.shop.holds("held", key.hex, asset(self.variant))

    def on_hand(self) -> int:
        """Units that may be sold."""
        return self.shop.holds("on_hand", asset=asset(self.variant))

    def wallet(self, who: Actor) -> int:
        """Money that is free to spend."""
        assert who.customer_id is not None
        with self.shop.look() as work:
            account = Account("wallet", who.customer_id.hex)
            return balance(work.connection, work.tenant, work.tenant.currency, account)

    def state(self) -> list[Any]:
        """Everything that a move could change: rows of every table, balances, auctions."""
        account, auction = schema.account, schema.auction
        with self.shop.look() as work:
            balances = work.connection.execute(select(account).order_by(account.c.id)).all()
            auctions = work.connection.execute(select(auction).order_by(auction.c.id)).all()
        return [self.shop.rows(), balances, auctions]


def broken_at_every_statement(floor: Floor, act: Callable[[], Any]) -> int:
    """Break an act off after its first statement, its second, and so on until it gets through."""
    before = floor.state()
    for number in range(1, 100):
        left = [number]

        def strike(*args: Any, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                raise ConnectionError("the power failed")

        event.listen(floor.engine, "after_cursor_execute", strike)
        try:
            act()
        except ConnectionError:
            struck = True
        else:
            struck = False
        finally:
            event.remove(floor.engine, "after_cursor_execute", strike)
        if not struck:
            return number
        assert floor.state() == before
    raise AssertionError("act must end; got no end of statements. Look for a loop.")
