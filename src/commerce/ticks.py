"""Ticks: what comes due by the clock alone is moved, each record in a transaction of its own.

Auctions start and end, delivered orders complete, overdue invoices are reminded of, proofs of delivery expire; then
the outbox is drained. A tick is safe to run at any time, twice, and beside another: a record that is no longer due
is left as it is. Every transition has its manual way, too: the function that the tick calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TextIO
from uuid import UUID

from sqlalchemy import Connection, Engine

from commerce.auctions import closing, listing
from commerce.delivery import proof
from commerce.notifications.inbox import notifier
from commerce.notifications.mail import Transport, transport_of
from commerce.orders import completion
from commerce.payments import invoices
from commerce.payments.providers.choice import outside_provider, stand_in_of
from commerce.payments.providers.port import Provider
from commerce.payments.webhooks import run_provider_calls
from commerce.records.actors import SYSTEM, Actor
from commerce.records.arguments import checked
from commerce.records.errors import CommerceError, IllegalMove, NotFound
from commerce.records.outbox import Drained, drain
from commerce.records.tenants import Tenant, list_tenants
from commerce.records.work import Work, looking, working


class Transition(NamedTuple):
    """What the clock moves: ``due`` names records, at most ``limit`` of them, and ``move`` moves one.

    A move that finds nothing to do, as somebody else has done it, refuses or gives False.
    """

    name: str
    due: Callable[..., list[UUID]]
    move: Callable[[Work, UUID], object]


TRANSITIONS = (
    Transition("auctions started", listing.due, listing.start),
    Transition("auctions closed", closing.due, closing.close_live),
    Transition("orders completed", completion.complete_due, completion.complete),
    Transition("invoices reminded", invoices.remind_overdue, invoices.remind),
    Transition("proofs expired", proof.expire_due, proof.expire),
)
"""In this order, so that an auction that began and ended since the last tick does both."""

_PAGE = 100
_WHO = ("admin", "system")


@dataclass
class Report:
    """What a tick did for a tenant.

    Attributes
    ----------
    moved : dict of str to list of UUID
        Records by transition.
    refused : list of str
        Sentences of what was due and could not be moved; it is tried again at the next tick.
    """

    tenant: str
    moved: dict[str, list[UUID]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    outbox: Drained = field(default_factory=Drained)

    @property
    def sentence(self) -> str:
        """What was moved and handed on, in short."""
        moved = [f"{len(ids)} {name}" for name, ids in self.moved.items() if ids]
        handed = f"{self.outbox.published} events handed on, {self.outbox.put_off} put off"
        return ", ".join([*moved, handed])


class Outside(NamedTuple):
    """What a tick calls outside the database."""

    transport: Transport | None
    provider: Provider | None
    stand_in: str | None = None
    """Who handles cards instead of the shops' own providers; as of `commerce.records.work.Work`."""


def outside_of(
    environ: Mapping[str, str], out: TextIO, *, mail: str | None = "console:", debug: bool = False
) -> Outside:
    """Give what the environment names: mail by MAIL_URL and MAIL_FROM, Stripe where its key is given; blank is none.

    Parameters
    ----------
    out : TextIO
        Where mail goes that is shown instead of sent.
    mail : str or None, default "console:"
        Where there is no MAIL_URL; with None, notifications are not mailed then.
    debug : bool, default False
        Whether the embedded provider handles cards where there is no key.

    Raises
    ------
    RecordError
        "mail address must be console:, smtp://host or smtps://host; got ...", "extra 'stripe' must be installed where
        STRIPE_SECRET_KEY is set; got no stripe. ..."
    """

    def said(name: str) -> str:
        return environ.get(name, "").strip()

    url, sender = said("MAIL_URL") or mail, said("MAIL_FROM") or "shop@localhost"
    transport = None if url is None else transport_of(url, sender, out)
    provider = outside_provider(said("STRIPE_SECRET_KEY"), said("STRIPE_WEBHOOK_SECRET"))
    return Outside(transport, provider, stand_in_of(provider, debug=debug))


def living(connection: Connection) -> list[Tenant]:
    """List the open tenants that go by the wall's clock; imported and simulated ones stand still."""
    return [
        each
        for each in list_tenants(connection)
        if each.closed_at is None and each.clock_mode == "wall"
    ]


def tick(
    engine: Engine,
    tenant: Tenant,
    *,
    now: datetime,
    transport: Transport | None = None,
    provider: Provider | None = None,
    stand_in: str | None = None,
    actor: Actor = SYSTEM,
) -> Report:
    """Move what is due for a tenant, and hand on what happened.

    Parameters
    ----------
    tenant : Tenant
        Open.
    now : datetime
        Aware.
    transport : Transport, optional
        Mails notifications, too.
    provider : Provider, optional
        An outside provider of payments, asked again what was cut off or failed.
    stand_in : str, optional
        Who handles cards instead of the shop's own provider.
    actor : Actor, default the system
        Who asks for it: an admin may, by hand. What comes due is moved by the system.

    Raises
    ------
    TenantNotFound
    Forbidden
        "role must be one of admin, system for a tick; got ..."
    RecordError
        "tenant must be open; got ..."
    """
    actor.require("a tick", *_WHO)
    report = Report(tenant.slug)
    if provider is not None:
        try:
            report.moved["payments asked"] = run_provider_calls(engine, tenant, provider, now=now)
        except CommerceError as error:
            report.refused.append(f"payments asked: {error}")
    for transition in TRANSITIONS:
        report.moved[transition.name] = _move(
            engine, tenant, transition, now, report.refused, stand_in
        )
    report.outbox = drain(engine, tenant, notifier(transport), now=now)
    return report


@checked
def move_by_hand(work: Work, transition: str, record_id: UUID) -> bool:
    """Move one record as a tick would; False where there is nothing to do, as it has been done. By an admin.

    Parameters
    ----------
    transition : str
        A name of `TRANSITIONS`.

    Raises
    ------
    NotFound, Forbidden
    Conflict
        As of the function that the transition names: what is not due yet may be refused.
    """
    work.actor.require("a tick", *_WHO)
    found = next((each for each in TRANSITIONS if each.name == transition), None)
    if found is None:
        raise NotFound("transition", transition)
    try:
        return found.move(work, record_id) is not False
    except IllegalMove:
        return False


def _move(
    engine: Engine,
    tenant: Tenant,
    transition: Transition,
    now: datetime,
    refused: list[str],
    stand_in: str | None,
) -> list[UUID]:
    """Move all that is due by one transition; what is refused stands in nobody's way."""
    tried: set[UUID] = set()
    moved: list[UUID] = []
    while True:
        with looking(engine, tenant, SYSTEM, now=now) as work:
            named = transition.due(work, limit=_PAGE + len(tried))
        fresh = [record for record in named if record not in tried]
        if not fresh:
            return moved
        tried.update(fresh)
        for record in fresh:
            try:
                with working(engine, tenant, SYSTEM, now=now, stand_in=stand_in) as work:
                    done = transition.move(work, record)
            except IllegalMove:
                continue  # somebody else moved it since it was named
            except CommerceError as error:
                refused.append(f"{transition.name}: {error}")
                continue
            if done is not False:
                moved.append(record)
