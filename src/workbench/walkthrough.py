"""A shop of one's own to act in: people, a clock that passes, and what can be seen of it all.

The shop lies in a temporary folder and is gone when it is closed. Everything that happens in it happens by the
workflows of `commerce`, each in a unit of work of its own.

    with Walkthrough.open(bench) as shop:
        ann = shop.buyer("ann", 500_00)
        shop.do(ann, cart.add, variant)
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any, Concatenate, ParamSpec, Self, TypeVar
from uuid import UUID

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sqlalchemy import Select, Table, select

from commerce import stock, wallet
from commerce.auctions import queries
from commerce.auctions.pricing import EBAY, Bands, Bid, state_of
from commerce.catalogue import products
from commerce.catalogue.products import NewVariant
from commerce.payments import intents, methods
from commerce.people import customers, users
from commerce.people.passwords import hash_password
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor, Role
from commerce.records.instants import to_micros
from commerce.records.ledger import Account, balance
from commerce.records.money import from_minor
from commerce.records.tenants import Tenant
from commerce.records.work import Work, looking, working
from commerce.shops import open_shop
from features.catalogue import CATALOGUE
from features.declaring.compilation import Catalogue
from features.evaluating.formulas import Floats
from features.evaluating.online import online_features
from workbench.first_look import COLOUR
from workbench.notebook import Bench
from workbench.records import open_records
from workbench.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

STEP = timedelta(minutes=1)
"""How long an act takes."""


class Walkthrough:
    """A shop in a temporary folder, and the instant it has come to.

    Attributes
    ----------
    bench : Bench
        The shop as every other helper of a notebook takes it, as of `now`.
    now : datetime
        When the next act happens; every act takes a minute.
    """

    def __init__(self, bench: Bench, folder: TemporaryDirectory[str], tenant: Tenant) -> None:
        self._bench, self._folder, self.now = bench, folder, bench.now
        self.tenant = tenant
        self.names: dict[str, str] = {}
        self.admin = self.hire("admin", "admin")

    @classmethod
    def open(cls, bench: Bench) -> Self:
        """Open a shop with the zone and the currency of a tenant, whose records are left alone."""
        folder = TemporaryDirectory(prefix="bellwether-shop-", ignore_cleanup_errors=True)
        settings = Settings.from_env({"BELLWETHER_HOME": folder.name})
        engine = open_records(settings)
        zone, currency = bench.tenant.zone.key, bench.tenant.currency
        tenant = open_shop(engine, SYSTEM, "shop", zone=zone, currency=currency, now=bench.now)
        own = Bench(settings=settings, engine=engine, tenant=tenant, as_of=bench.now, now=bench.now)
        return cls(own, folder, tenant)

    def close(self) -> None:
        """Take the shop and its folder away."""
        self._bench.engine.dispose()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def bench(self) -> Bench:
        """The shop as of now."""
        return replace(self._bench, as_of=self.now)

    def do(
        self,
        actor: Actor,
        verb: Callable[Concatenate[Work, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Let somebody do something; it is committed, or leaves nothing and raises what the workflow raises."""
        engine, tenant = self._bench.engine, self.tenant
        with working(engine, tenant, actor, now=self.now) as work:
            result = verb(work, *args, **kwargs)
        self.now += STEP
        return result

    def see(
        self,
        actor: Actor,
        query: Callable[Concatenate[Work, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Let somebody look at something; no time passes."""
        with looking(self._bench.engine, self.tenant, actor, now=self.now) as work:
            return query(work, *args, **kwargs)

    def wait(self, **time: float) -> datetime:
        """Let time pass, as ``days=3``; give the instant it then is."""
        self.now += timedelta(**time)
        return self.now

    def instant(self, **time: float) -> int:
        """Give an instant that is still to come, as ``hours=1``, in microseconds."""
        return to_micros(self.now + timedelta(**time))

    def hire(self, name: str, role: Role) -> Actor:
        """Let somebody log in who works here: ``seller``, ``delivery``, ``admin``."""
        password = hash_password(secrets.token_urlsafe())
        actor = Actor(role, self.do(SYSTEM, users.create, name, password, role=role))
        self.names[actor.user_id.hex] = name  # type: ignore[union-attr]
        return actor

    def buyer(self, name: str, money: int) -> Actor:
        """Sign a customer up, with an address, a card, and so many minor units in the wallet."""
        password = hash_password(secrets.token_urlsafe())
        mail = f"{name}@example.org"
        actor = self.do(SYSTEM, users.sign_up, name, password, email=mail, country="DE")
        customer = actor.customer_id
        assert customer is not None
        self.names[customer.hex] = name
        self.do(actor, customers.set_location, customer, 52.5, 13.4, "Tick Street 1")
        card = self.do(actor, methods.attach, customer, "pm_card_visa")
        self.do(
            actor, intents.confirm, self.do(actor, intents.top_up, customer, money, method_id=card)
        )
        return actor

    def variant(self, seller: Actor, name: str, price: int, units: int) -> UUID:
        """List a seller's product of one variant, have it approved, and take units in; give the variant."""
        product = self.do(seller, products.create, name, [NewVariant(name, price)])
        self.do(self.admin, products.approve, product)
        (variant,) = (
            each.variant_id
            for each in self.see(seller, stock.low, threshold=0).rows
            if each.product_id == product
        )
        self.do(seller, stock.receive, variant, units)
        return variant

    def bids(self, auction: UUID) -> pd.DataFrame:
        """List an auction's bids with the price after each, as who runs the shop may see them."""
        seen = self.see(self.admin, queries.bids, auction).rows[::-1]
        opening = self._row(schema.auction, auction).opening_minor
        bands = Bands.of(EBAY, self.tenant.currency)
        made = [
            Bid(bid.customer_id, bid.amount, bid.maximum or bid.amount, bid.placed_at)
            for bid in seen
        ]
        rows = []
        for place, bid in enumerate(made):
            after = state_of(made[: place + 1], opening, bands)
            assert after.leader is not None
            bidder, leads = (self.names[one.hex] for one in (bid.bidder, after.leader.bidder))
            rows.append((bidder, self._money(bid.maximum), leads, self._money(after.price)))
        table = pd.DataFrame(rows, columns=["bidder", "maximum", "leads", "price"])
        return table.set_index(pd.RangeIndex(1, len(rows) + 1, name="bid"))

    def bids_figure(self, auction: UUID) -> Figure:
        """Draw the price after every bid, and the maximum that each bidder named."""
        table = self.bids(auction)
        figure = Figure(figsize=(8, 3), layout="constrained")
        axes = figure.subplots()
        axes.set_title(f"Price and maxima, {self.tenant.currency}", loc="left")
        places = range(1, len(table) + 1)
        _step(axes, table["price"], label="price", color=COLOUR)
        axes.plot(places, table["maximum"].astype(float), "o", color="#c2571a", label="maximum")
        for place, bidder, maximum in zip(places, table["bidder"], table["maximum"], strict=True):
            axes.annotate(bidder, (place, float(maximum)), (7, 4), textcoords="offset points")
        return _finished(figure, len(table), "bid")

    def wallet_figure(self, actors: Iterable[Actor]) -> Figure:
        """Draw what people had free to spend after each of their wallets' movements, in the order of time."""
        figure = Figure(figsize=(8, 3), layout="constrained")
        axes = figure.subplots()
        axes.set_title(f"Free in the wallet, {self.tenant.currency}", loc="left")
        moved = {
            self.names[owner.hex]: self.see(self.admin, wallet.history, owner).rows[::-1]
            for actor in actors
            if (owner := actor.customer_id or actor.user_id) is not None
        }
        instants = sorted({entry.at for entries in moved.values() for entry in entries})
        for name, entries in moved.items():
            held = [sum(each.change for each in entries if each.at <= at) for at in instants]
            _step(axes, [self._money(each) for each in held], label=name)
        return _finished(figure, len(instants), "movement")

    def ledger(self) -> pd.DataFrame:
        """List every account and what it holds; each asset sums to zero, for nothing is made and nothing lost."""
        places = self.see(self.admin, _found, _ACCOUNTS)
        rows = []
        for asset, kind, key in places:
            amount = self.see(self.admin, _held, asset, Account(kind, key))
            holds = self._money(amount) if asset == self.tenant.currency else amount
            rows.append((self._asset(asset), kind, self._owner(key), holds))
        table = pd.DataFrame(rows, columns=["asset", "account", "whose", "holds"])
        return table.set_index(["asset", "account", "whose"])

    def features(
        self, customer: UUID | None, names: Iterable[str], **instants: datetime
    ) -> pd.DataFrame:
        """Evaluate features of a customer as of instants, as the server does when it is asked: one column each.

        Raises
        ------
        UnknownFeature
            "feature must be in the catalogue; got ..."
        """
        assert customer is not None
        chosen = CATALOGUE.subset(list(names))
        columns = {
            name: self.see(self.admin, _evaluated, customer, to_micros(at), chosen)
            for name, at in instants.items()
        }
        index = pd.Index([output.name for output in chosen.outputs], name="feature")
        table = pd.DataFrame(columns, index=index).round(2)
        return table.assign(meaning=[output.description for output in chosen.outputs])

    def _row(self, table: Table, record: UUID) -> Any:
        return self.see(self.admin, _found, select(table).where(table.c.id == record))[0]

    def _money(self, minor: int) -> Any:
        return from_minor(minor, self.tenant.currency)

    def _asset(self, asset: str) -> str:
        """Name units of a variant by its SKU."""
        sku = asset.removeprefix("SKU:")
        return asset if sku == asset else str(self._row(schema.variant, UUID(sku)).sku)

    def _owner(self, key: str) -> str:
        """Name whose account it is: somebody's, an order's, an auction's."""
        if not key or key in self.names:
            return self.names.get(key, "")
        orders = select(schema.orders.c.number).where(schema.orders.c.id == UUID(key))
        found = self.see(self.admin, _found, orders)
        return f"order {found[0].number}" if found else "the auction"


_ACCOUNTS = select(*(schema.account.c[name] for name in ("asset", "kind", "key"))).order_by(
    schema.account.c.asset, schema.account.c.kind, schema.account.c.id
)


def _found(work: Work, query: Select[Any]) -> Sequence[Any]:
    return work.connection.execute(query).all()


def _held(work: Work, asset: str, account: Account) -> int:
    return balance(work.connection, work.tenant, asset, account)


def _evaluated(work: Work, customer: UUID, cutoff: int, chosen: Catalogue) -> Floats:
    return online_features(work.connection, work.tenant.id, customer, cutoff, chosen)


def _step(axes: Axes, values: Iterable[Any], **style: str) -> None:
    """Draw what holds from each place to the next, and for a little after the last."""
    heights = [float(value) for value in values]
    places = [*range(1, len(heights) + 1), len(heights) + 0.6]
    axes.step(places, [*heights, heights[-1]], where="post", **style)  # type: ignore[arg-type]


def _finished(figure: Figure, count: int, step: str) -> Figure:
    axes = figure.axes[0]
    axes.set_xticks(range(1, count + 1))
    axes.set_xlabel(step)
    axes.legend(frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure
