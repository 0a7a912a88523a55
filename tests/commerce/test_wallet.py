"""Wallets: what they hold is what their history sums to."""

import uuid

import pytest
from sqlalchemy import Engine
from tests.commerce.shop import ADMIN, make_shop

from commerce import wallet
from commerce.records.actors import Actor
from commerce.records.errors import InsufficientFunds, NotFound
from commerce.records.ledger import SALES, Account, Transfer
from commerce.records.machine import EventDraft, fire
from commerce.records.states import WALLET


def test_the_history_of_a_wallet_replayed_from_zero_gives_its_balance(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    buyer = shop.buyer(1000)
    me = buyer.customer_id
    assert me is not None
    first, second = uuid.uuid4(), uuid.uuid4()
    with shop.work() as work:
        fire(work, WALLET, first, wallet.held(work, me, 600, first))
        fire(work, WALLET, second, wallet.held(work, me, 300, second))
        fire(work, WALLET, second, wallet.released(work, me, 300, second))
        out = [Transfer("EUR", Account("held", first.hex), SALES, 600)]
        fire(work, WALLET, first, wallet.event_of("wallet.spent", me, 600, first, out))
        back = [Transfer("EUR", SALES, wallet.of_customer(me), 50)]
        fire(work, WALLET, first, wallet.event_of("wallet.refunded", me, 50, first, back))
    with shop.look(buyer) as work:
        entries = wallet.history(work, me).rows[::-1]
        assert [(entry.kind, entry.amount, entry.change) for entry in entries] == [
            ("TOP_UP", 1000, 1000),
            ("ESCROW_HOLD", 600, -600),
            ("ESCROW_HOLD", 300, -300),
            ("ESCROW_RELEASE", 300, 300),
            ("PAYMENT", 600, 0),
            ("REFUND", 50, 50),
        ]
        assert entries[1].subject == ("wallet", first.hex)
        view = wallet.view(work, me)
        assert (view.balance, view.held, view.currency) == (450, 0, "EUR")
        assert sum(entry.change for entry in entries) == view.balance
        page = wallet.history(work, me, limit=2)
        rest = wallet.history(work, me, offset=2)
        assert [*page.rows, *rest.rows] == entries[::-1]


def test_money_set_aside_is_shown_apart(engine: Engine) -> None:
    shop = make_shop(engine)
    buyer = shop.buyer(1000)
    me, order = buyer.customer_id, uuid.uuid4()
    assert me is not None
    with shop.work() as work:
        fire(work, WALLET, order, wallet.held(work, me, 400, order))
        assert wallet.view(work, me)[:2] == (600, 400)
        with pytest.raises(InsufficientFunds, match="wallet must hold"):
            fire(work, WALLET, order, wallet.held(work, me, 601, order))


def test_a_wallet_is_its_owners_business(engine: Engine) -> None:
    shop, other = make_shop(engine), make_shop(engine, "other")
    me, seller = shop.buyer(5), shop.seller()
    assert me.customer_id is not None
    assert seller.user_id is not None
    with shop.look(seller) as work:
        assert wallet.view(work, seller.user_id).balance == 0
    strangers = [(shop, shop.buyer()), (shop, Actor("seller", uuid.uuid4())), (other, ADMIN)]
    for place, actor in strangers:
        with place.look(actor) as work:
            for read in (wallet.view, wallet.history):
                with pytest.raises(NotFound, match="wallet must exist"):
                    read(work, me.customer_id)


def test_a_seller_who_buys_has_one_wallet(any_engine: Engine) -> None:
    shop = make_shop(any_engine)
    alone, buys = shop.seller(), shop.seller(buys=True)
    assert alone.user_id is not None
    assert buys.user_id is not None
    assert buys.customer_id is not None
    with shop.work() as work:
        assert wallet.of_sellers(work, [alone.user_id])[alone.user_id] == (
            Account("wallet", alone.user_id.hex),
            None,
        )
        account = wallet.of_customer(buys.customer_id)
        assert wallet.of_sellers(work, [buys.user_id])[buys.user_id] == (account, buys.customer_id)
        paid = EventDraft(
            "seller.paid",
            amount=7,
            seller_id=alone.user_id,
            transfers=[Transfer("EUR", SALES, Account("wallet", alone.user_id.hex), 7)],
        )
        fire(work, WALLET, uuid.uuid4(), paid)
        with pytest.raises(NotFound, match="user must exist"):
            wallet.of_sellers(work, [uuid.uuid4()])
    with shop.look(alone) as work:
        assert [entry.kind for entry in wallet.history(work, alone.user_id).rows] == ["SALE"]
