"""Money, goods and points are conserved, whatever anybody does in whatever order.

Everything that people can do in a shop is a rule; what the shop refuses changes nothing. At the end the
doctor, which folds every posting and compares every event, must have nothing to say.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, func, select
from tests.commerce.delivery.journeys import courier_of
from tests.commerce.shop import ADMIN, NOW, Shop, make_shop

from commerce import returns, reviews, stock, wallet
from commerce.auctions import bidding, closing, listing
from commerce.delivery import couriers, proof
from commerce.orders import cart, checkout, completion
from commerce.payments import disputes, intents, invoices, methods, refunds
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.database import reading
from commerce.records.doctor import examine
from commerce.records.errors import CommerceError
from commerce.records.instants import to_micros
from commerce.records.machine import EventDraft

_slugs = itertools.count()
MONEY = st.integers(1, 30_000)
FEW = st.integers(0, 5)
METHODS = st.sampled_from(["wallet", "card", "cash_on_delivery", "pay_later"])


class Trade(RuleBasedStateMachine):
    """A shop with two sellers, three buyers and a courier, and a clock that only goes on."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.shop: Shop = make_shop(self.engine, f"shop-{next(_slugs)}")
        self.hours = 0.0
        self.sellers = [self.shop.seller(), self.shop.seller(buys=True)]
        self.buyers = [self.shop.buyer(50_000) for _ in range(3)]
        self.courier = courier_of(self.shop)
        owners: list[Actor | None] = [None, *self.sellers]
        self.variants = [self.shop.variant(1_999, stock=4, seller=owner) for owner in owners]
        self.cards: list[UUID] = []
        for buyer in self.buyers:
            with self.shop.work(buyer) as work:
                assert buyer.customer_id is not None
                card = methods.attach(work, buyer.customer_id, "pm_card_visa")
                assert card is not None
                self.cards.append(card)

    @initialize(first=METHODS, second=METHODS, maximum=st.integers(6_000, 30_000))
    def a_day_of_trade(self, first: str, second: str, maximum: int) -> None:
        """Begin with orders of every kind, one of them brought, and an auction with bids."""
        for who, method in enumerate([first, second, "wallet"]):
            self.somebody_buys(who, [(who, 1)], method, 2)
        self.a_card_is_charged(0)
        self.an_order_is_brought(0)
        self.goods_come_or_are_counted_anew(1, 5)
        self.an_auction_starts(0, 1_000, None)
        self.somebody_bids(0, 0, 5_000)
        self.somebody_bids(0, 1, maximum)

    def do(self, actor: Actor, act: Callable[..., object], *given: object, **named: object) -> None:
        """Let somebody do something; what the shop refuses is no failure of the shop."""
        try:
            with self.shop.work(actor, hours=self.hours) as work:
                act(work, *given, **named)
        except CommerceError:
            return

    def one(self, table: str, place: int, **where: object) -> Any:
        """Some record of a kind, if there is any: the one at a place, counted round."""
        target = schema.metadata.tables[table]
        with self.shop.look() as work:
            rows = work.connection.execute(
                select(target)
                .where(
                    target.c.tenant_id == work.tenant.id,
                    *(target.c[name] == value for name, value in where.items()),
                )
                .order_by(*target.primary_key.columns)
            ).all()
        return rows[place % len(rows)] if rows else None

    @rule(hours=st.sampled_from([1, 24, 80, 24 * 40]))
    def time_passes(self, hours: int) -> None:
        self.hours += hours

    @rule(place=FEW, amount=MONEY)
    def somebody_tops_up(self, place: int, amount: int) -> None:
        buyer = self.buyers[place % 3]

        def top_up(work: Any) -> None:
            assert buyer.customer_id is not None
            payment = intents.top_up(
                work, buyer.customer_id, amount, method_id=self.cards[place % 3]
            )
            intents.confirm(work, payment)

        self.do(buyer, top_up)

    @rule(place=FEW, quantity=st.integers(-3, 5))
    def goods_come_or_are_counted_anew(self, place: int, quantity: int) -> None:
        variant = self.variants[place % 3]
        if quantity > 0:
            self.do(ADMIN, stock.receive, variant, quantity)
        else:
            self.do(ADMIN, stock.adjust, variant, quantity, reason="lost")

    @rule(
        who=FEW,
        wanted=st.lists(st.tuples(FEW, st.integers(1, 3)), min_size=1, max_size=3),
        method=METHODS,
        parts=st.integers(1, 3),
    )
    def somebody_buys(
        self, who: int, wanted: list[tuple[int, int]], method: str, parts: int
    ) -> None:
        buyer = self.buyers[who % 3]
        for place, quantity in wanted:
            self.do(buyer, cart.add, self.variants[place % 3], quantity)

        def buy(work: Any) -> None:
            card = self.cards[who % 3] if method == "card" else None
            checkout.checkout(work, method, method_id=card, instalments=parts)

        self.do(buyer, buy)

    @rule(place=FEW)
    def a_card_is_charged(self, place: int) -> None:
        payment = self.one("payment", place, status="requires_confirmation")
        if payment is not None:
            self.do(SYSTEM, intents.confirm, payment.id)

    @rule(place=FEW)
    def an_order_is_cancelled(self, place: int) -> None:
        order = self.one("orders", place, status="placed")
        if order is not None:
            self.do(ADMIN, completion.cancel, order.id)

    @rule(place=FEW)
    def an_order_is_brought(self, place: int) -> None:
        delivery = self.one("delivery", place, status="available")
        if delivery is None:
            return

        def bring(work: Any) -> None:
            couriers.claim(work, delivery.order_id)
            seal = couriers.ship(work, delivery.order_id)
            proof.confirm(work, delivery.order_id, pin=seal.pin)

        self.do(self.courier, bring)

    @rule(place=FEW)
    def an_order_runs_its_course(self, place: int) -> None:
        self.an_order_is_brought(place)
        self.hours += 80
        order = self.one("orders", place, status="placed")
        if order is not None:
            self.do(SYSTEM, completion.complete, order.id)

    @rule(place=FEW, amount=MONEY)
    def money_goes_back(self, place: int, amount: int) -> None:
        payment = self.one("payment", place)
        if payment is not None:
            some = min(amount, payment.amount_minor)
            self.do(ADMIN, refunds.refund, payment.id, some, reason="goodwill")

    @rule(place=FEW, amount=MONEY)
    def an_invoice_is_paid(self, place: int, amount: int) -> None:
        invoice = self.one("invoice", place)
        if invoice is not None:
            self.do(SYSTEM, invoices.pay, invoice.id, min(amount, invoice.amount_minor))

    @rule(place=FEW, lost=st.booleans())
    def a_payment_is_disputed(self, place: int, lost: bool) -> None:
        payment = self.one("payment", place, status="succeeded")
        if payment is None:
            return

        def dispute(work: Any) -> None:
            amount = max(1, payment.amount_minor // 2)
            disputes.close(work, disputes.begin(work, payment.id, amount, "fraudulent"), lost=lost)

        self.do(SYSTEM, dispute)

    @rule(
        place=FEW,
        quantity=st.integers(1, 3),
        asked=st.sampled_from(["new", "opened", "damaged"]),
        fault=st.booleans(),
        accept=st.booleans(),
    )
    def goods_come_back(
        self, place: int, quantity: int, asked: str, fault: bool, accept: bool
    ) -> None:
        line = self.one("order_line", place)
        if line is None:
            return
        order = self.one("orders", 0, id=line.order_id)
        buyer = next(each for each in self.buyers if each.customer_id == order.customer_id)

        def send_back(work: Any) -> None:
            request = returns.request(
                work.acting_as(buyer), order.id, line.position, quantity, "wrong_size"
            )
            returns.receive(work, request, quantity)
            returns.inspect(work, request, asked, seller_at_fault=fault)
            (returns.approve if accept else returns.reject)(work, request)

        self.do(ADMIN, send_back)
        self.do(buyer, reviews.post, order.id, line.product_id, 1 + quantity)

    @rule(place=FEW, opening=st.integers(100, 5_000), reserve=st.one_of(st.none(), MONEY))
    def an_auction_starts(self, place: int, opening: int, reserve: int | None) -> None:
        seller = self.sellers[place % 2]
        now = to_micros(NOW + timedelta(hours=self.hours))

        def offer(work: Any) -> None:
            auction = listing.draft(
                work,
                self.variants[1 + place % 2],
                opening=opening,
                starts_at=now,
                ends_at=now + 3_600_000_000 * 30,
                reserve=reserve,
            )
            listing.submit(work, auction)
            listing.approve(work.acting_as(ADMIN), auction)
            listing.start(work.acting_as(ADMIN), auction)

        self.do(seller, offer)

    @rule(place=FEW, who=FEW, maximum=MONEY)
    def somebody_bids(self, place: int, who: int, maximum: int) -> None:
        auction = self.one("auction", place, status="live")
        if auction is not None:
            self.do(self.buyers[who % 3], bidding.bid, auction.id, maximum)

    @rule(place=FEW)
    def an_auction_ends(self, place: int) -> None:
        auction = self.one("auction", place, status="live")
        if auction is not None:
            self.hours += 31
            self.do(SYSTEM, closing.close, auction.id)

    @invariant()
    def no_account_is_overdrawn(self) -> None:
        account = schema.account
        with reading(self.engine) as connection:
            own = account.c.tenant_id == self.shop.tenant.id
            lowest = connection.execute(select(func.min(account.c.balance)).where(own)).scalar()
            assert lowest is None or lowest >= 0

    def teardown(self) -> None:
        """Let the doctor examine the books; nothing may stay set aside for what is over."""
        account = schema.account
        with reading(self.engine) as connection:
            assert examine(connection, self.shop.tenant) == []
            held = {
                row.key
                for row in connection.execute(
                    select(account.c.key).where(
                        account.c.tenant_id == self.shop.tenant.id,
                        account.c.kind == "held",
                        account.c.balance > 0,
                    )
                )
            }
            over = {
                record.hex
                for table, ended in (
                    (schema.orders, ["completed", "cancelled"]),
                    (schema.auction, ["sold", "unsold", "rejected"]),
                )
                for record in connection.execute(
                    select(table.c.id).where(
                        table.c.tenant_id == self.shop.tenant.id, table.c.status.in_(ended)
                    )
                ).scalars()
            }
            assert not held & over


def play(engine: Engine, examples: int, *, shrink: bool = True, another: int | None = None) -> None:
    """Let a shop be used in many ways, or in others; what fails is made small where one wants to read it."""
    trade = type("TradeHere", (Trade,), {"engine": engine})
    run_state_machine_as_test(
        trade if another is None else seed(another)(trade),
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            derandomize=True,
            phases=list(Phase) if shrink else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


SEEN = {
    "order.completed",
    "order.cancelled",
    "return.requested",
    "auction.bid",
    "wallet.topped_up",
    "wallet.released",
    "payment.refunded",
    "invoice.paid",
    "delivery.delivered",
    "dispute.closed",
}
"""What happens in any trade worth testing."""


def test_nothing_is_made_and_nothing_is_lost(engine: Engine) -> None:
    # what hypothesis draws depends on which modules are loaded: where something did not happen, it is drawn again
    for another in (None, *range(1, 8)):
        play(engine, 10, another=another)
        with reading(engine) as connection:
            emitted = set(connection.execute(select(schema.event.c.type).distinct()).scalars())
        if emitted >= SEEN:
            break
    assert emitted >= SEEN


def test_nothing_is_made_and_nothing_is_lost_on_postgresql(postgres_engine: Engine) -> None:
    play(postgres_engine, 6)


@pytest.mark.slow
def test_nothing_is_made_and_nothing_is_lost_in_long_trade(any_engine: Engine) -> None:
    play(any_engine, 100)


def test_money_that_is_never_freed_would_be_seen(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = wallet.released

    def forgetful(*given: Any, **named: Any) -> EventDraft:
        return real(*given, **named)._replace(transfers=())

    monkeypatch.setattr(wallet, "released", forgetful)
    with pytest.raises(AssertionError):
        play(engine, 20, shrink=False)
