"""Who asks, and what is opened for it: the only place of the API that opens a `Work`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request

from commerce.payments.providers.port import forged
from commerce.records.actors import SYSTEM, Actor
from commerce.records.database import reading
from commerce.records.errors import TenantNotFound
from commerce.records.tenants import Tenant, find_tenant
from commerce.records.work import Work, looking, working
from serving.access.callers import Caller
from serving.access.gate import Gate
from serving.cache import Cache
from serving.cards import Cards
from serving.predict.asking import AppState
from serving.questions import Questions
from serving.rest.shown import gate_of, shops_asked


@dataclass(frozen=True)
class Desk:
    """Who asks, and the way to the records."""

    caller: Caller
    gate: Gate
    state: AppState
    questions: Questions | None
    """Who answers questions about a period."""
    cache: Cache
    cards: Cards
    asked: str
    """The whole URL that was asked for."""
    reads_answers: bool = False
    """Whether answers that were given are read: all are there then."""

    @property
    def tenant(self) -> Tenant:
        """Whose records."""
        return self.caller.tenant

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.caller.actor

    @property
    def now(self) -> datetime:
        """Wall time, aware."""
        return self.state.now()

    @contextmanager
    def looking(self) -> Iterator[Work]:
        """Open a `Work` that reads."""
        self._load_answers()
        with (
            self._answering(),
            looking(self.gate.engine, self.tenant, self.actor, now=self.now) as work,
        ):
            yield work

    @contextmanager
    def working(self) -> Iterator[Work]:
        """Open a `Work` that is committed at the end of the block; then those outside are called that are to be."""
        self._load_answers()
        with (
            self._answering(),
            working(
                self.gate.engine,
                self.tenant,
                self.actor,
                now=self.now,
                stand_in=self.cards.stand_in,
            ) as work,
        ):
            yield work
        if work.to_call:
            self.cards.call(self.gate.engine, self.tenant, work.to_call, now=self.now)

    def _load_answers(self) -> None:
        if self.reads_answers:
            with self._answering():
                self.state.load_answers()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        assert self.state.store is not None
        with self.state.store.answering():
            yield


@contextmanager
def signed_work(request: Request) -> Iterator[Work]:
    """Open a `Work` of the shop that is named, by the system, for who is let in by a signature.

    Raises
    ------
    WebhookRefused
        As for a forged signature, where no such shop is named.
    """
    gate = gate_of(request)
    try:
        (slug,) = shops_asked(request)
        with reading(gate.engine) as connection:
            tenant = find_tenant(connection, slug)
    except (ValueError, TenantNotFound):
        raise forged() from None
    caller = Caller(tenant=tenant, actor=SYSTEM, credential="signature")
    with desk_of(request, caller).working() as work:
        yield work


def desk_of(request: Request, caller: Caller) -> Desk:
    """Give the desk of who asks."""
    state, asked = request.app.state, str(request.url)
    return Desk(
        caller, gate_of(request), state.serving, state.questions, state.cache, state.cards, asked
    )
