"""Auctions: a second pass over the shop, in which customers who lived apart bid against each other.

Only what a bidder needs is kept from the first pass (`Bidder`); the traits are drawn again from the same seed.
An auction's events stand in a log of its own, so that they join the others where they belong in time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from commerce.auctions.pricing import EBAY, AuctionState, Bands, Bid, placed
from simulation.checkout import order_of
from simulation.event_log import EventLog
from simulation.life import from_wallet
from simulation.population import Person, Population
from simulation.records import Auction, Variant
from simulation.rng import seeded_rng
from simulation.shopper import HOUR, MINUTE, Purse
from simulation.wallet import free, hold

_WAY = (
    (4.0, "auction.drafted", "draft"),
    (3.9, "auction.submitted", "submitted"),
    (3.0, "auction.scheduled", "scheduled"),
    (0.0, "auction.started", "live"),
)
"""Days before the start, and what happens then."""


class Bidder(NamedTuple):
    """A customer whom auctions tempt, from the first order until the first lapse."""

    number: int
    customer: str
    since: float
    until: float
    purse: Purse


def bidder(person: Person) -> Bidder | None:
    """Keep what is needed of a customer who bids; None for who does not."""
    traits, event_log = person.shopper.traits, person.shopper.event_log
    if not (traits.bids and event_log.orders):
        return None
    since, until = traits.joined + 1.0, person.lapse.first
    return Bidder(event_log.number, event_log.customer, since, until, person.shopper.purse)


def hold_auctions(population: Population, bidders: list[Bidder]) -> Iterator[EventLog]:
    """Hold the shop's auctions, one after the other.

    Guarantee: they depend on the seed and the bidders alone; memory does not grow with their number.
    """
    count = round(population.behaviour.auctions_per_customer * len(population.joined))
    if population.calendar.days > 10:
        for number in range(1, count + 1):
            rng = seeded_rng(population.options.seed, "auction", number)
            event_log = population.event_log(f"A{number:05d}", len(population.joined) + number)
            _Hall(population, rng, event_log).sell(bidders)
            yield event_log


class _Hall:
    """One auction under way."""

    def __init__(self, population: Population, rng: Random, event_log: EventLog) -> None:
        self.population, self.rng, self.event_log = population, rng, event_log
        self.behaviour = population.behaviour
        self.thing: Variant = population.assortment.pick(rng)
        self.seller = self.thing.product.seller
        self.start = 5.0 + math.floor((population.calendar.days - 5) * rng.random()) + 10 * HOUR
        self.end = self.start + rng.randint(3, 7) + 10 * HOUR
        price = self.thing.price_minor
        opening = max(1, round(price * (0.3 + 0.3 * rng.random())))
        reserved = rng.random() < self.behaviour.reserve_share
        reserve = max(opening, round(0.75 * price)) if reserved else None
        instant = event_log.calendar.instant
        self.auction = Auction(
            id=event_log.key("auction", event_log.name),
            external_id=event_log.name,
            product_id=self.thing.product_id,
            variant_id=self.thing.id,
            seller_id=self.seller.id,
            currency=event_log.currency,
            opening_minor=opening,
            reserve_minor=reserve,
            starts_at=instant(self.start),
            ends_at=instant(self.end),
        )
        self.now = AuctionState(opening, Bands.of(EBAY, event_log.currency), reserve)
        self.leading: Bidder | None = None

    def emit(
        self,
        event_type: str,
        at: float,
        customer: str | None,
        amount: int | None = None,
        value: int | None = None,
    ) -> bool:
        """Emit an event of the auction."""
        return self.event_log.emit(
            event_type, at, "auction", self.auction.id, customer=customer, amount=amount, value=value,
            product=self.thing.product_id, seller=self.seller.id,
        )  # fmt: skip

    def sell(self, bidders: list[Bidder]) -> None:
        """Let the auction go from the draft to the hammer."""
        auction = self.auction
        for days, event_type, status in _WAY:
            amount = auction.opening_minor if status == "draft" else None
            if not self.emit(event_type, self.start - days, self.seller.customer_id, amount):
                return
            if status == "draft":
                self.event_log.records.append(auction)
            auction.status = status
        for at, who, maximum in self._wishes(bidders):
            if self.event_log.calendar.instant(at) < self.event_log.calendar.end:
                self._bid(at, who, maximum)
        if auction.ends_at < self.event_log.calendar.end:
            self._close()

    def _wishes(self, bidders: list[Bidder]) -> list[tuple[float, Bidder, int]]:
        """Draw who comes, when, and what the thing is worth to them; some hold back at first."""
        rng = self.rng
        wanted = 1 + int(rng.expovariate(1 / self.behaviour.bidders))
        crowd = rng.sample(bidders, min(len(bidders), 3 * wanted))
        present = [
            who
            for who in crowd
            if who.since < self.start and self.end < who.until
            and who.customer != self.seller.customer_id
        ]  # fmt: skip
        wishes = []
        for who in present[:wanted]:
            spread = rng.normalvariate(-0.15, self.behaviour.valuation_spread)
            worth = max(1, round(self.thing.price_minor * math.exp(spread)))
            moments = sorted(
                self.start + (self.end - self.start) * rng.random() ** 0.6
                for _ in range(1 + (rng.random() < 0.4))
            )
            for at in moments[:-1]:
                wishes.append((at, who, max(1, round(0.7 * worth))))
            wishes.append((moments[-1], who, worth))
        return sorted(wishes, key=lambda wish: wish[0])

    def _bid(self, at: float, who: Bidder, maximum: int) -> None:
        """Bid up to a maximum, if that is admissible; the leader's maximum is set aside in the wallet."""
        before, leading = self.now, self.leading
        leads = leading is not None and leading.number == who.number
        held = before.leader.maximum if before.leader is not None else 0
        if maximum < before.least_admissible(who.number) or (leads and maximum <= held):
            return
        bid: Bid = placed(before, who.number, maximum, self.event_log.calendar.instant(at))
        self.now = before.after(bid)
        self.emit("auction.bid", at, who.customer, bid.amount, maximum)
        if self.now.leader is not bid:
            self.emit("auction.outbid", at, who.customer, self.now.price)
            return
        self._wallet(hold, who, at, maximum - (held if leads else 0))
        if leading is not None and not leads:
            self._wallet(free, leading, at, held)
            self.emit("auction.outbid", at, leading.customer, self.now.price)
        self.leading = who

    def _wallet(
        self,
        move: Callable[[EventLog, Purse, float, str, int], None],
        who: Bidder,
        at: float,
        amount: int,
    ) -> None:
        """Move money in a bidder's wallet."""
        if amount > 0:
            self.event_log.customer = who.customer
            move(self.event_log, who.purse, at, self.auction.id, amount)

    def _close(self) -> None:
        """Let the hammer fall: the leader pays the price, if it meets the reserve, and gets an order."""
        leader, price = self.now.leader, self.now.price
        if self.leading is None or leader is None or not self.now.reserve_met:
            self.auction.status = "unsold"
            self.emit("auction.unsold", self.end, self.seller.customer_id)
            if self.leading is not None and leader is not None:
                self._wallet(free, self.leading, self.end, leader.maximum)
            return
        self.auction.status = "sold"
        self.emit("auction.sold", self.end, self.seller.customer_id, price)
        self.emit("auction.won", self.end, self.leading.customer, price)
        self._wallet(free, self.leading, self.end, leader.maximum - price)
        winner = self.population.shopper(self.leading.number)
        self.event_log.customer = self.leading.customer
        winner.rng, winner.event_log, winner.purse = self.rng, self.event_log, self.leading.purse
        at = self.end + MINUTE
        order = order_of(winner, self.auction.external_id, at, [(self.thing, 1, price)], "auction")
        if order.placed_at < self.event_log.calendar.end:
            self.auction.order_id = order.id
        from_wallet(winner, order, at, self.auction.id)
