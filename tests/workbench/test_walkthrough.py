"""A walkthrough happens in a shop of its own, and shows what really is in its records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from matplotlib.lines import Line2D
from sqlalchemy import Engine, func, select
from tests.tenants import NOW, make_tenant

from commerce.auctions import bidding, closing, listing
from commerce.orders import queries
from commerce.records import schema
from commerce.records.actors import Actor
from commerce.records.errors import Conflict
from workbench.notebook import Bench
from workbench.settings import Settings
from workbench.walkthrough import STEP, Walkthrough


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Bench:
    """The tenant acme, whose records a walkthrough leaves alone."""
    settings = Settings(home=tmp_path, database_url=engine.url.render_as_string())
    return Bench(settings=settings, engine=engine, tenant=make_tenant(engine), as_of=NOW, now=NOW)


@pytest.fixture
def shop(bench: Bench) -> Iterator[Walkthrough]:
    """A shop to play in."""
    with Walkthrough.open(bench) as shop:
        yield shop


OFFERS = (("anna", 20_00), ("bert", 15_00), ("cleo", 32_00))


def auctioned(shop: Walkthrough, *bidders: Actor) -> UUID:
    """An auction of a clock on which everybody has bid the maximum of `OFFERS`, in turn."""
    clock = shop.variant(shop.hire("kurt", "seller"), "clock", 40_00, 3)
    people = bidders or [shop.buyer(name, 100_00) for name, _ in OFFERS]
    start, end = shop.instant(minutes=4), shop.instant(hours=1)
    auction = shop.do(shop.admin, listing.draft, clock, opening=10_00, starts_at=start, ends_at=end)
    shop.do(shop.admin, listing.submit, auction)
    shop.do(shop.admin, listing.approve, auction)
    shop.wait(minutes=5)
    shop.do(shop.admin, listing.start, auction)
    for bidder, (_, maximum) in zip(people, OFFERS, strict=False):
        shop.do(bidder, bidding.bid, auction, maximum)
    return auction


def test_the_price_after_each_bid_is_what_the_bidder_was_told(shop: Walkthrough) -> None:
    table = shop.bids(auctioned(shop))
    assert table["bidder"].to_list() == ["anna", "bert", "cleo"]
    assert table["leads"].to_list() == ["anna", "anna", "cleo"]
    assert [str(price) for price in table["price"]] == ["10.00", "15.50", "20.50"]
    assert [str(maximum) for maximum in table["maximum"]] == ["20.00", "15.00", "32.00"]


def test_the_ledger_shows_every_account_and_sums_to_zero(shop: Walkthrough) -> None:
    auction = auctioned(shop)
    held = shop.ledger()["holds"]
    assert str(held["EUR", "held", "the auction"]) == "32.00"
    assert str(held["EUR", "wallet", "cleo"]) == "68.00"
    assert held["clock", "on_hand", ""] == 2
    shop.wait(hours=1)
    order = shop.do(shop.admin, closing.close, auction)
    assert order is not None
    number = shop.see(shop.admin, queries.view, order).number
    accounts = shop.ledger()
    assert str(accounts["holds"]["EUR", "held", f"order {number}"]) == "20.50"
    assert accounts["holds"]["EUR", "held", "the auction"] == 0
    assert (accounts.groupby("asset")["holds"].sum() == 0).all()
    with shop.bench.engine.connect() as connection:
        kept = connection.scalar(select(func.count()).select_from(schema.account))
    assert len(accounts) == kept


def test_a_past_column_of_features_never_changes(shop: Walkthrough) -> None:
    anna = shop.buyer("anna", 100_00)
    names = ["top_ups_90d", "bids_90d"]
    then = shop.now
    first = shop.features(anna.customer_id, names, then=then)
    assert first["then"].to_list() == [1, 0]
    auction = auctioned(shop, anna)
    both = shop.features(anna.customer_id, names, then=then, later=shop.now)
    assert both["then"].to_list() == [1, 0]
    assert both["later"].to_list() == [1, 1]
    assert len(shop.bids(auction)) == 1


def test_an_act_takes_a_minute_and_a_refused_one_none(shop: Walkthrough) -> None:
    auction = auctioned(shop)
    before = shop.now
    with pytest.raises(Conflict):
        shop.do(shop.admin, closing.close, auction)
    assert shop.now == before
    shop.see(shop.admin, queries.listed)
    assert shop.now == before
    shop.hire("carla", "delivery")
    assert shop.now == before + STEP


def heights(line: Line2D) -> list[float]:
    """The values that a line of a figure shows."""
    return [float(value) for value in np.asarray(line.get_ydata(), dtype=float)]


def test_the_figures_show_every_bid_and_every_wallet(shop: Walkthrough) -> None:
    people = [shop.buyer(name, 50_00) for name in ("anna", "bert")]
    (axes,) = shop.wallet_figure(people).axes
    assert [line.get_label() for line in axes.lines] == ["anna", "bert"]
    assert [heights(line)[-1] for line in axes.lines] == [50, 50]


def test_the_bids_of_a_figure_are_those_of_the_table(shop: Walkthrough) -> None:
    auction = auctioned(shop)
    (axes,) = shop.bids_figure(auction).axes
    price, maxima = axes.lines
    assert heights(price) == [10, 15.5, 20.5, 20.5]
    assert heights(maxima) == [20, 15, 32]


def test_a_walkthrough_leaves_no_trace(bench: Bench) -> None:
    with bench.engine.connect() as connection:
        before = connection.scalar(select(func.count()).select_from(schema.event))
    with Walkthrough.open(bench) as shop:
        home = shop.bench.settings.home
        assert shop.bench.engine.url != bench.engine.url
        assert shop.tenant.currency == bench.tenant.currency
        shop.buyer("anna", 1_00)
        assert (home / "data" / "records.db").exists()
    assert not home.exists()
    with bench.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.event)) == before
