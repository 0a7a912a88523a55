"""Ticks: what comes due moves once, whoever ticks and how often."""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier, local
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from tests.commerce.auctions.floor import LENGTH, Floor
from tests.commerce.delivery.journeys import courier_of, delivered, placed, read, shipped
from tests.commerce.payments.banks import StripeBank, make_bank
from tests.commerce.shop import NOW, Shop, make_shop

from commerce import shops, ticks
from commerce.auctions import closing
from commerce.notifications.mail import Smtp
from commerce.orders.completion import complete
from commerce.payments import intents
from commerce.payments.provider_calls import card_provider
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.errors import Conflict, Forbidden, IllegalMove, RecordError
from commerce.records.work import Work
from commerce.ticks import TRANSITIONS, Report, Transition, outside_of, tick


def ticked(shop: Shop, **late: float) -> Report:
    return tick(shop.engine, shop.tenant, now=NOW + timedelta(**late))


def moved(report: Report) -> dict[str, int]:
    return {name: len(ids) for name, ids in report.moved.items() if ids}


def everything(shop: Shop) -> list[object]:
    with shop.look() as work:
        return [
            work.connection.execute(select(table)).all() for table in schema.metadata.sorted_tables
        ]


def test_an_auction_starts_ends_and_becomes_an_order_by_the_clock_alone(
    any_engine: Engine,
) -> None:
    floor = Floor(any_engine)
    auction = floor.scheduled()
    assert moved(ticked(floor.shop, seconds=-1)) == {}
    assert moved(ticked(floor.shop)) == {"auctions started": 1}
    (bidder,) = floor.bidders(1)
    floor.bid(auction, bidder, 5_000)
    assert moved(ticked(floor.shop, seconds=LENGTH - 1)) == {}
    assert moved(ticked(floor.shop, seconds=LENGTH)) == {"auctions closed": 1}
    assert read(floor.shop, "auction", auction).status == "sold"
    assert bidder.customer_id is not None
    assert read(floor.shop, "orders", bidder.customer_id, "customer_id").status == "placed"


def test_an_auction_that_was_slept_through_does_both_in_one_tick(any_engine: Engine) -> None:
    floor = Floor(any_engine)
    auction = floor.scheduled()
    assert moved(ticked(floor.shop, days=2)) == {"auctions started": 1, "auctions closed": 1}
    assert read(floor.shop, "auction", auction).status == "unsold"


def test_a_delivered_order_completes_after_the_days_of_the_policy(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = delivered(shop, shop.buyer(), (shop.variant(seller=shop.seller()), 1))
    assert moved(ticked(shop, days=2, hours=23)) == {}
    assert moved(ticked(shop, days=3)) == {"orders completed": 1}
    assert read(shop, "orders", order).status == "completed"


def test_an_overdue_invoice_is_reminded_of_once(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    placed(shop, shop.buyer(), (shop.variant(), 1), method="pay_later")
    assert moved(ticked(shop, days=30)) == {}
    assert moved(ticked(shop, days=31)) == {"invoices reminded": 1}
    assert moved(ticked(shop, days=60)) == {}
    assert shop.events("invoice.overdue") == ["invoice.overdue"]


def test_an_expired_proof_is_forgotten(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    order = placed(shop, shop.buyer(), (shop.variant(), 1))
    shipped(shop, courier_of(shop), order)
    assert read(shop, "delivery", order, "order_id").token_hash is not None
    assert moved(ticked(shop, hours=72, seconds=1)) == {"proofs expired": 1}
    assert read(shop, "delivery", order, "order_id").token_hash is None


def test_a_second_tick_at_the_same_instant_changes_nothing(any_engine: Engine) -> None:
    floor = Floor(any_engine)
    shop = floor.shop
    for _ in range(2):
        floor.scheduled()
    delivered(shop, shop.buyer(), (shop.variant(), 1))
    placed(shop, shop.buyer(), (shop.variant(), 1), method="pay_later")
    assert moved(ticked(shop, days=40)) == {
        "auctions started": 2,
        "auctions closed": 2,
        "orders completed": 1,
        "invoices reminded": 1,
    }
    before = everything(shop)
    again = ticked(shop, days=40)
    assert moved(again) == {}
    assert again.refused == []
    assert everything(shop) == before


def test_ticks_at_once_move_each_record_once(any_engine: Engine) -> None:
    floor = Floor(any_engine)
    shop = floor.shop
    for _ in range(3):
        floor.scheduled()
    for _ in range(3):
        delivered(shop, shop.buyer(), (shop.variant(seller=shop.seller()), 1))
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: ticked(shop, days=40), range(4)))
    assert [each.refused for each in reports] == [[]] * 4
    for event_type in ("auction.started", "auction.unsold", "order.completed"):
        assert shop.events(event_type) == [event_type] * 3
    with shop.look() as work:
        table = schema.notification
        by_order = select(func.count()).where(table.c.kind == "order_completed")
        rows = work.connection.execute(by_order.group_by(table.c.recipient_id)).scalars().all()
        assert rows == [1, 1, 1]
        assert (
            work.connection.execute(
                select(func.count()).where(schema.outbox.c.published_at.is_(None))
            ).scalar_one()
            == 0
        )


@pytest.mark.parametrize("naive", [False, True])
def test_four_ticks_at_once_count_only_what_each_has_moved(
    postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch, naive: bool
) -> None:
    """All four have named what is due before any moves it; who counts what others closed counts it four times."""
    floor = Floor(postgres_engine)
    shop = floor.shop
    for _ in range(4):
        floor.scheduled()
        placed(shop, shop.buyer(), (shop.variant(), 1), method="pay_later")
        shipped(shop, courier_of(shop), placed(shop, shop.buyer(), (shop.variant(), 1)))

    def together(transition: Transition) -> Transition:
        ready, met = Barrier(4), local()

        def due(work: Work, *, limit: int) -> list[UUID]:
            named = transition.due(work, limit=limit)
            if not getattr(met, "before", False):
                met.before = True
                ready.wait(60)
            return named

        move = closing.close if naive and transition.name == "auctions closed" else transition.move
        return transition._replace(due=due, move=move)

    monkeypatch.setattr(ticks, "TRANSITIONS", tuple(map(together, TRANSITIONS)))
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: ticked(shop, days=40), range(4)))
    counted = Counter[str]()
    for report in reports:
        counted.update(moved(report))
    assert [each.refused for each in reports] == [[]] * 4
    assert counted.pop("auctions closed") == (16 if naive else 4)
    assert counted == {"auctions started": 4, "invoices reminded": 4, "proofs expired": 4}


def test_one_record_that_is_refused_stands_in_nobodys_way(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop(engine)
    orders = [delivered(shop, shop.buyer(), (shop.variant(), 1)) for _ in range(4)]

    def refuse_some(work: object, order: UUID) -> None:
        if order == orders[0]:
            raise Conflict("order must be liked; got one that is not.")
        if order == orders[1]:
            raise IllegalMove("order", order, "order.completed", "completed", [])
        complete(work, order)  # type: ignore[arg-type]

    names = [each.name for each in TRANSITIONS]
    place = names.index("orders completed")
    stubborn = Transition("orders completed", TRANSITIONS[place].due, refuse_some)
    monkeypatch.setattr(ticks, "TRANSITIONS", (stubborn,))
    monkeypatch.setattr(ticks, "_PAGE", 1)  # the refused are named first, every time
    report = ticked(shop, days=4)
    assert set(report.moved["orders completed"]) == set(orders[2:])
    assert report.refused == ["orders completed: order must be liked; got one that is not."]


def test_every_timed_transition_has_a_manual_way_that_the_house_alone_has_beside_admins(
    any_engine: Engine,
) -> None:
    floor = Floor(any_engine)
    auction = floor.scheduled()
    by_hand = {each.name: each.move for each in TRANSITIONS}
    for name, seconds in (("auctions started", 0), ("auctions closed", LENGTH)):
        move = by_hand[name]
        assert move is not None
        for actor, error in ((Actor("user"), Forbidden), (floor.seller, Forbidden)):
            with pytest.raises(error), floor.shop.work(actor, seconds=seconds) as work:
                move(work, auction)
        with floor.shop.work(Actor("admin"), seconds=seconds) as work:
            move(work, auction)
    assert read(floor.shop, "auction", auction).status == "unsold"


def test_a_tick_stays_in_its_shop_and_out_of_a_closed_one(any_engine: Engine) -> None:
    shop, other = make_shop(any_engine), make_shop(any_engine, "other")
    order = delivered(other, other.buyer(), (other.variant(), 1))
    assert moved(ticked(shop, days=9)) == {}
    shops.close_shop(any_engine, SYSTEM, "other", now=NOW)
    with pytest.raises(RecordError, match="tenant must be open"):
        ticked(other, days=9)
    shops.reopen_shop(any_engine, SYSTEM, "other", now=NOW)
    assert read(other, "orders", order).status == "placed"
    assert moved(ticked(other, days=9)) == {"orders completed": 1}


def test_what_an_outside_provider_was_not_asked_yet_is_asked_by_a_tick(any_engine: Engine) -> None:
    bank = make_bank(any_engine, "stripe")
    assert isinstance(bank, StripeBank)
    buyer, card = bank.buyer()
    payment = bank.order(buyer, card)
    with bank.shop.work(buyer) as work:
        intents.confirm(work, payment)
    bank.wire.down = True
    report = tick(bank.shop.engine, bank.shop.tenant, now=NOW, provider=bank.stripe)
    assert "payments asked" not in report.moved
    assert report.refused[0].startswith("payments asked: provider must do what it is asked")
    assert bank.look(payment).status == "requires_confirmation"
    bank.wire.down = False
    for _ in range(2):
        report = tick(bank.shop.engine, bank.shop.tenant, now=NOW, provider=bank.stripe)
        assert bank.look(payment).status == "succeeded"
    assert report.moved["payments asked"] == []


def test_a_stand_in_takes_the_cards_of_ticks_too(any_engine: Engine) -> None:
    bank = make_bank(any_engine, "stripe")
    seen: list[str | None] = []

    def move(work: Work, _: UUID) -> None:
        seen.append(card_provider(work))

    for stand_in in (None, "local"):
        due = Transition("trials", lambda _, *, limit: [UUID(int=limit)][: not seen], move)
        refused: list[str] = []
        seen.clear()
        ticks._move(bank.shop.engine, bank.shop.tenant, due, NOW, refused, stand_in)
        assert (seen, refused) == ([stand_in or "stripe"], [])


def test_a_tick_calls_outside_what_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outside_of({}, StringIO()).transport is not None
    assert outside_of({}, StringIO(), mail=None) == (None, None, None)
    blank = dict.fromkeys(("MAIL_URL", "MAIL_FROM", "STRIPE_SECRET_KEY"), " ")
    assert outside_of(blank, StringIO(), mail=None) == (None, None, None)
    assert outside_of({}, StringIO(), debug=True).stand_in == "local"
    assert outside_of({"STRIPE_SECRET_KEY": "k"}, StringIO(), debug=True).stand_in is None
    smtp = outside_of({"MAIL_URL": "smtp://relay.example"}, StringIO(), mail=None).transport
    assert isinstance(smtp, Smtp)
    with pytest.raises(RecordError, match="mail address must be console:"):
        outside_of({"MAIL_URL": "ftp://nowhere"}, StringIO(), mail=None)
    monkeypatch.setitem(sys.modules, "stripe", None)
    monkeypatch.delitem(sys.modules, "commerce.payments.providers.stripe", raising=False)
    with pytest.raises(RecordError, match=r"extra 'stripe' must be installed .* pip install"):
        outside_of({"STRIPE_SECRET_KEY": "sk_test_1"}, StringIO())
