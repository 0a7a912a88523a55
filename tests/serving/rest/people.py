"""A shop over HTTP for tests of routes: somebody logged in in every role, in two shops, and a client for each.

``people = open_shops(any_engine)``; ``people.admin.get("/api/customers")``; ``people.of("other").buyer`` is of the
other shop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import UUID

import httpx
from sqlalchemy import Engine
from tests.serving.shop import Client

from commerce.people import customers, users
from commerce.people.passwords import hash_password
from commerce.records.actors import SYSTEM, Actor, Role
from commerce.records.database import reading
from commerce.records.tenants import Tenant, find_tenant
from commerce.records.work import working
from commerce.shops import open_shop
from features.catalogue import CATALOGUE
from serving.access import logins
from serving.access.callers import Caller
from serving.access.gate import Gate
from serving.access.rates import Limiter, Rates
from serving.access.secret import Secret
from serving.app import make_app
from serving.cache import MemoryCache
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.store import RecordStore
from serving.questions import Questions, QuestionSettings
from serving.settings import DoorSettings

Made = TypeVar("Made")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
HASHED = hash_password(PASSWORD)
SECRET = "the secret of tests, which is long enough"

PEOPLE: dict[str, Role] = {
    "buyer": "user",
    "stranger": "user",
    "seller": "seller",
    "courier": "delivery",
    "admin": "admin",
    "superadmin": "superadmin",
}
"""Who is logged in, and in which role; the stranger is another customer than the buyer."""


class Clock:
    """Wall time and seconds gone by, both moved by hand."""

    def __init__(self) -> None:
        self.now, self.seconds = NOW, 0.0

    def __call__(self) -> datetime:
        """Wall time."""
        return self.now

    def elapsed(self) -> float:
        """Seconds that never go back."""
        return self.seconds

    def pass_by(self, **time: float) -> None:
        """Let time go by: ``minutes=5``."""
        step = timedelta(**time)
        self.now += step
        self.seconds += step.total_seconds()


@dataclass
class Person:
    """Somebody with a credential, and a client that shows it."""

    client: Client
    headers: dict[str, str] = field(default_factory=dict)
    actor: Actor = SYSTEM

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request with the credential; ``headers`` add to it or replace it."""
        headers = {**self.headers, **options.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET a path."""
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """POST a JSON body."""
        return self.request("POST", path, json=body, **options)

    def patch(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """PATCH by a JSON body."""
        return self.request("PATCH", path, json=body, **options)

    def put(self, path: str, body: Any, **options: Any) -> httpx.Response:
        """PUT a JSON body."""
        return self.request("PUT", path, json=body, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        """DELETE a path."""
        return self.request("DELETE", path, **options)


class Shops:
    """Two shops behind one application; by attribute, who is logged in to the first."""

    def __init__(self, engine: Engine, door: DoorSettings, rates: Rates | None = None) -> None:
        self.engine, self.clock = engine, Clock()
        self.store = RecordStore(engine.url.render_as_string(hide_password=False))
        state = AppState(
            shelf=PackageShelf([Path("nowhere")], CATALOGUE), store=self.store, now=self.clock
        )
        self.gate = Gate(
            self.store.engine,
            Secret(SECRET),
            Limiter(rates),
            self.clock,
            domain=door.domain,
            elapsed=self.clock.elapsed,
        )
        self.app = make_app(state, self.gate, door)
        self.app.state.cache = MemoryCache(self.clock.elapsed)
        self.scratch = TemporaryDirectory(prefix="bellwether-tests-")
        url = engine.url.render_as_string(hide_password=False)
        settings = QuestionSettings(
            database_url=url, snapshots=Path(self.scratch.name), seconds=120
        )  # however busy the machine is
        self.questions = self.app.state.questions = Questions(settings, self.clock)
        self.anonymous = Person(Client(self.app))
        self.people = {slug: self._open(slug) for slug in ("acme", "other")}

    def __getattr__(self, name: str) -> Person:
        if name in PEOPLE:
            return self.people["acme"][name]
        raise AttributeError(name)

    buyer: Person
    stranger: Person
    seller: Person
    courier: Person
    admin: Person
    superadmin: Person

    def tenant(self, slug: str) -> Tenant:
        """A shop."""
        with reading(self.engine) as connection:
            return find_tenant(connection, slug)

    def of(self, slug: str) -> dict[str, Person]:
        """Who is logged in to a shop, by the names of `PEOPLE`."""
        return self.people[slug]

    def log_in(self, tenant: Tenant, actor: Actor) -> Person:
        """Log somebody in, without the work that a password is."""
        assert actor.user_id is not None
        text = logins.begin(
            self.engine,
            tenant,
            actor.user_id,
            "refresh",
            key=self.gate.login_key,
            now=self.clock(),
        )
        name = text.partition(".")[0]
        caller = Caller(tenant=tenant, actor=actor, credential=f"login:{name}")
        bearer = f"Bearer {self.gate.access_token(caller)}"
        return Person(self.anonymous.client, {"Authorization": bearer}, actor)

    def close(self) -> None:
        """Close what was opened."""
        self.questions.close()
        self.scratch.cleanup()
        self.store.close()

    def _open(self, slug: str) -> dict[str, Person]:
        tenant = open_shop(self.engine, SYSTEM, slug, zone="Europe/Berlin", currency="EUR", now=NOW)
        made: dict[str, Actor] = {}
        with working(self.engine, tenant, SYSTEM, now=NOW) as work:
            for name, role in PEOPLE.items():
                customer: UUID | None = None
                if name in ("buyer", "stranger"):
                    customer = customers.register(
                        work, full_name=name.title(), email=f"{name}@example.com"
                    )
                user = users.create(work, name, HASHED, role=role, customer_id=customer)
                made[name] = Actor(role, user, customer)
        return {name: self.log_in(tenant, actor) for name, actor in made.items()}


def open_shops(engine: Engine, *, rates: Rates | None = None, **door: Any) -> Shops:
    """Open the shops ``acme`` and ``other`` with somebody in every role; ``door`` as `DoorSettings` takes it."""
    return Shops(engine, DoorSettings(**door), rates)


def once(make: Callable[[Shops], Made]) -> Callable[[Shops], Made]:
    """Have something made once for each shop that is opened.

    The shops are held on to: another one that was opened where they lay in memory would be taken for them.
    """
    last: list[tuple[Shops, Made]] = []

    @wraps(make)
    def made(shops: Shops) -> Made:
        if not last or last[0][0] is not shops:
            last[:] = [(shops, make(shops))]
        return last[0][1]

    return made
