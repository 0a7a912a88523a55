"""Whatever is changed over HTTP leaves an event that says who did it, and events are neither changed nor taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, delete, func, select, update
from sqlalchemy.exc import DBAPIError
from tests.clients.five_systems import png
from tests.commerce.delivery.journeys import shipped
from tests.commerce.sent_back import asked
from tests.serving.rest.matrix import TakenBack, lines, request_of
from tests.serving.rest.people import NOW, Person, Shops
from tests.serving.rest.trade import Trade

from commerce.auctions import listing
from commerce.catalogue import products
from commerce.catalogue.products import NewVariant
from commerce.delivery import couriers
from commerce.orders import cart
from commerce.orders.offline import record_order
from commerce.payments import intents, invoices, methods
from commerce.records import schema
from commerce.records import work as works
from commerce.records.actors import SYSTEM
from commerce.records.instants import DAY
from commerce.records.tenants import Tenant
from commerce.records.work import Work
from commerce.shops import close_shop, open_shop

SILENT = {
    "DELETE /api/session": "a log-in is no record of the shop; its table keeps when it began and ended",
    "POST /api/logout": "the same",
    "POST /api/notifications/read-all": "what somebody has read is the reader's own business",
    "POST /api/notifications/{notification_id}/read": "the same",
    "POST /api/customers/{customer_id}/recompute-score": "the score itself is kept, with its request",
    "POST /api/credit-profiles/recompute": "the job is kept, with who asked for it",
    "POST /predict/{model}": "the answer itself is kept, with its request",
    "POST /predict/{model}/batch": "every answer is",
    "POST /explain/{model}": "the same",
    "PUT /api/cart/items/{variant_id}": "a cart is a slip of paper; that it is opened, dropped or ordered is kept",
    "PATCH /api/cart/items/{variant_id}": "the same",
    "DELETE /api/cart/items/{variant_id}": "the same",
}
"""What leaves no event by design, and why."""

BY_THE_SYSTEM = {"POST /api/ticks": "what comes due is moved by the clock, whoever asks it to look"}
"""What leaves events that name nobody, and why."""

event = schema.event


class Seen:
    """The events of the last request, by type and actor."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.before = engine, 0
        self.events: list[tuple[str, UUID | None]] = []

    def begin(self) -> None:
        """Forget the request before."""
        self.events = []
        with self.engine.connect() as connection:
            self.before = connection.scalar(select(func.max(event.c.id))) or 0

    def look(self, connection: Connection) -> None:
        """Note what came since."""
        since = select(event.c.type, event.c.actor_id).where(event.c.id > self.before)
        self.events += [(row.type, row.actor_id) for row in connection.execute(since)]

    def end(self) -> list[tuple[str, UUID | None]]:
        """Give what was taken back, and what stayed."""
        with self.engine.connect() as connection:
            self.look(connection)
        return self.events


@pytest.fixture
def seen(shops: Shops, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """What a route does is noted, and taken back, so that each is asked of the same shop."""
    found = Seen(shops.engine)

    @contextmanager
    def working(engine: Engine, tenant: Tenant, actor: Any, **how: Any) -> Iterator[Work]:
        try:
            with works.working(engine, tenant, actor, **how) as work:
                yield work
                found.look(work.connection)
                raise TakenBack
        except TakenBack:
            pass

    monkeypatch.setattr("serving.rest.desk.working", working)
    return found


class Ready(NamedTuple):
    """Somebody who may do something to a record that is ready for it, so much later."""

    who: str
    ids: Mapping[str, Any] = {}
    body: Any = None
    files: Any = None
    later: Mapping[str, float] = {}


class Preparing:
    """What must be done before the routes of which the table of permissions asks too early."""

    def __init__(self, trade: Trade) -> None:
        self.trade, self.shop = trade, trade.shop
        people = {name: each.actor for name, each in trade.people.items()}
        self.buyer, self.courier, self.seller = (
            people[name] for name in ("buyer", "courier", "seller")
        )
        assert self.buyer.customer_id is not None
        self.customer = self.buyer.customer_id
        trade.money("buyer", 1_000_000)

    def bid(self, body: Any = None, **how: Any) -> Ready:
        return Ready("buyer", {"auction_id": self.trade.auction(begun=True, **how)}, body)

    def drafted(self) -> Ready:
        with self.shop.work(self.seller) as work:
            ends = work.now + DAY
            auction = listing.draft(
                work, self.trade.goods, opening=1, starts_at=work.now, ends_at=ends
            )
        return Ready("seller", {"auction_id": auction})

    def carried(self, body: Any = None) -> Ready:
        order = self.trade.order()
        with self.shop.work(self.courier) as work:
            couriers.claim(work, order)
        return Ready("courier", {"order_id": order}, body)

    def at_the_door(self) -> Ready:
        order = self.trade.order()
        proof = shipped(self.shop, self.courier, order)
        return Ready("courier", {"order_id": order}, {"pin": proof.pin})

    def filled(self) -> Ready:
        with self.shop.work(self.buyer) as work:
            return Ready("buyer", {"order_id": cart.add(work, self.trade.goods)})

    def paid(self, body: Any = None, *, manual: bool = False) -> Ready:
        with self.shop.work() as work:
            order = record_order(work, self.customer, 10_000)
        with self.shop.work(self.buyer) as work:
            card = methods.attach(work, self.customer, "pm_card_visa")
            payment = intents.begin(
                work, order, self.customer, 2_000, "card", method_id=card, manual=manual
            )
            intents.confirm(work, payment)
        return Ready("admin", {"payment_id": payment}, body)

    def listed(self, *then: Callable[..., Any], who: str = "admin", body: Any = None) -> Ready:
        with self.shop.work(self.seller) as work:
            product = products.create(work, "Mug", [NewVariant(uuid4().hex, 100)])
        for act in then:
            with self.shop.work() as work:
                act(work, product)
        return Ready(who, {"product_id": product}, body)

    def sent_back(self) -> Ready:
        order = self.trade.delivered((self.trade.goods, 1))
        found = {"received_quantity": 1, "condition": "opened"}
        return Ready("courier", {"return_id": asked(self.shop, self.buyer, order)}, found)

    def invoiced(self) -> Ready:
        order = self.trade.order(method="pay_later")
        with self.shop.work() as work:
            invoice = next(
                each for each in invoices.of_customer(work, self.customer) if each.order_id == order
            )
            invoices.pay(work, invoice.id, 500)
        return Ready("admin", {"invoice_id": invoice.id}, {"amount": "5.00", "reason": "fraud"})

    def pictured(self, name: str) -> Ready:
        picture = (name, ("mug.png", png(name[:1].encode()), "image/png"))
        return Ready("seller", {"product_id": self.shop.product(self.trade.goods)}, files=[picture])

    def closed(self) -> Ready:
        engine, slug = self.trade.shops.engine, f"closed-{uuid4().hex[:8]}"
        open_shop(engine, SYSTEM, slug, zone="UTC", currency="EUR", now=NOW)
        close_shop(engine, SYSTEM, slug, now=NOW)
        return Ready("superadmin", {"slug": slug})

    def routes(self) -> dict[str, Callable[[], Ready]]:
        """By route."""
        trade, reject = self.trade, partial(products.reject, reason="other")
        on_sale = (products.approve, products.remove)
        order, auction = "/api/orders/{order_id}", "/api/auctions/{auction_id}"
        hammer = "/api/auctions/admin/auctions/{auction_id}"
        payment, product = "/api/payments/{payment_id}", "/api/products/{product_id}"
        parcel, some = "/api/delivery/orders/{order_id}", {"amount": "5.00", "reason": "fraud"}
        return {
            f"POST {auction}/submit": self.drafted,
            f"POST {auction}/bid": lambda: self.bid({"amount": "130.00"}),
            f"POST {auction}/buy": lambda: self.bid(buy_now=20_000),
            f"POST {hammer}/start": self.scheduled,
            f"POST {hammer}/close": lambda: self.bid()._replace(who="admin", later={"hours": 2}),
            f"POST {parcel}/claim": lambda: Ready("courier", {"order_id": trade.order()}),
            f"POST {parcel}/release": self.carried,
            f"POST {parcel}/advance": lambda: self.carried({}),
            f"POST {order}/proof/confirm": self.at_the_door,
            f"DELETE {order}": self.filled,
            f"POST {order}/complete": self.arrived,
            "POST /api/cart/items": lambda: Ready("stranger", {}, {"product": str(self.sold())}),
            f"POST {payment}/capture": lambda: self.paid(manual=True),
            f"POST {payment}/refund": lambda: self.paid(some),
            f"POST {payment}/dispute": lambda: self.paid(some),
            "POST /api/invoices/{invoice_id}/charge_back": self.invoiced,
            f"POST {product}/approve": self.listed,
            f"POST {product}/reject": lambda: self.listed(body={"reason": "other"}),
            f"POST {product}/submit": lambda: self.listed(reject, who="seller"),
            f"POST {product}/relist": lambda: self.listed(*on_sale, who="seller"),
            f"POST {product}/images": lambda: self.pictured("files"),
            f"POST {product}/upload-image": lambda: self.pictured("image"),
            "POST /api/returns/{return_id}/process-statuses": self.sent_back,
            "POST /api/tenants/{slug}/reopen": self.closed,
            "POST /api/ticks": self.scheduled,
        }

    def sold(self) -> UUID:
        return self.shop.product(self.trade.goods)

    def scheduled(self) -> Ready:
        return Ready("admin", {"auction_id": self.trade.auction(approved=True)})

    def arrived(self) -> Ready:
        order = self.trade.delivered((self.trade.goods, 1))
        return Ready("buyer", {"order_id": order}, later={"days": 4})


def test_every_change_over_http_leaves_an_event_with_its_actor(shops: Shops, seen: Seen) -> None:
    trade = Trade(shops)
    prepared, wrong = Preparing(trade).routes(), []
    for route, (table, expected) in lines().items():
        if route.startswith("GET "):
            continue
        if route in prepared:
            by = prepared[route]()
            ids = {name: str(value) for name, value in by.ids.items()}
            method, path, _ = request_of(shops, route, table, ids, 0)
        else:
            done = [name for name, status in expected.items() if status < 400]
            ids = table.ids(shops) if "{" in route else {}
            method, path, body = request_of(shops, route, table, ids, 0)
            by = Ready(done[0] if done else "admin", body=body)
        trade.later(**by.later)
        who: Person = getattr(shops, by.who)
        seen.begin()
        answer = who.request(method, path, json=by.body, files=by.files)
        events = seen.end()
        trade.later()
        authors = {author for _, author in events}
        if route in SILENT:
            fine = not events
        elif route in BY_THE_SYSTEM:
            fine = answer.is_success and authors == {None}
        else:
            fine = answer.is_success and who.actor.user_id in authors
        if not fine:
            wrong.append((route, by.who, answer.status_code, answer.text[:99], events))
    assert wrong == []
    assert {*SILENT, *BY_THE_SYSTEM, *prepared} <= set(lines())


def test_what_a_program_does_names_its_key(shops: Shops) -> None:
    key = shops.admin.post("/api/keys", {"name": "till", "role": "admin"}).json()
    till = Person(shops.anonymous.client, {"X-API-Key": key["key"]})
    found = Seen(shops.engine)
    found.begin()
    assert till.post("/api/categories", {"name": "Clocks"}).status_code == 201
    assert found.end() == [("category.created", UUID(key["id"]))]


def test_an_event_is_neither_changed_nor_taken_away(shops: Shops) -> None:
    shops.admin.post("/api/categories", {"name": "Clocks"})
    for statement in (update(event).values(actor_id=None), delete(event)):
        with shops.engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(statement)
