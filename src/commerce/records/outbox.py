"""The outbox: what happened goes on to who wants to know, at least once and, inside the database, exactly once.

`commerce.records.machine.fire` puts every event in the outbox with the event itself. Workers take rows that are not
published, never those behind a number they remember: on PostgreSQL an event may be committed after one with a
higher id, and a remembered number would pass it by.

What a handler writes is committed with the row that it handles. What it must do outside, such as mail, it gives
back as tasks: they are run after that, while the row is put off; a worker that dies meanwhile leaves a
row that comes due again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    bindparam,
    func,
    literal_column,
    select,
    update,
)

from commerce.records import schema
from commerce.records.actors import SYSTEM
from commerce.records.errors import CommerceError
from commerce.records.instants import DAY, HOUR
from commerce.records.sql import bound, micros
from commerce.records.tenants import Tenant
from commerce.records.work import Work, working

FIRST_WAIT, LONGEST_WAIT = HOUR // 60, DAY
"""Microseconds to the second attempt, doubled with every further one, and at most."""

LEASE = HOUR
"""Microseconds that a worker has for its tasks before another takes its rows for abandoned."""

_BATCH = 20


class Undelivered(CommerceError, OSError):
    """The outside did not take something; it is tried again later."""


class OutboxTask(NamedTuple):
    """Something to do outside the database, and what to write down once it is done.

    ``run`` raises `Undelivered` where it is to be tried again; it may run twice if the worker dies between the
    two.
    """

    run: Callable[[], None]
    done: Callable[[Work], None]


Handler = Callable[[Work, Row[Any]], Iterable[OutboxTask]]
"""Takes a row of the stream; writes through the work, and gives back what is to be done outside."""


@dataclass
class Drained:
    """What became of the rows: handed on to a handler, of no interest to any, put off for another attempt."""

    published: int = 0
    passed_over: int = 0
    put_off: int = 0


def drain(
    engine: Engine,
    tenant: Tenant,
    handlers: Mapping[str, Handler],
    *,
    now: datetime,
    limit: int = 1000,
) -> Drained:
    """Hand on what waits in a tenant's outbox; any number of workers may do so at once.

    Parameters
    ----------
    tenant : Tenant
        Open.
    handlers : mapping of str to Handler
        By event type; events of other types are marked as published, too.
    now : datetime
        Aware.
    limit : int, default 1000
        Rows for handlers, about. Once the outside refused something, what is left waits for the next call.

    Raises
    ------
    Exception
        Whatever a handler raises. Its row is put off first, so that it does not hold up the others next time.
    """
    drained = Drained()
    with working(engine, tenant, SYSTEM, now=now) as work:
        passed = work.connection.execute(
            _pass_over, {"tenant": tenant.id, "now": work.now, "types": list(handlers)}
        )
        drained.passed_over = passed.rowcount
    more = True
    while more and not drained.put_off and drained.published < limit:
        more = _take(engine, tenant, handlers, now, drained)
    return drained


def waiting(connection: Connection, tenant: Tenant) -> int:
    """Count the rows that are not published yet."""
    return connection.execute(_waiting, {"tenant": tenant.id}).scalar_one()


def _take(
    engine: Engine, tenant: Tenant, handlers: Mapping[str, Handler], now: datetime, drained: Drained
) -> bool:
    """Handle a few rows in one transaction, then run what they have to do outside; tell whether there were any."""
    outside: list[tuple[Row[Any], list[OutboxTask]]] = []
    row = None
    try:
        with working(engine, tenant, SYSTEM, now=now) as work:
            rows = work.ask(_due, now=work.now).all()
            for row in rows:
                tasks = list(handlers.get(row.type, _nothing)(work, row))
                if tasks:
                    outside.append((row, tasks))
                    _mark(work, row, retry_at=work.now + LEASE)
                else:
                    _mark(work, row, published_at=work.now)
            row = None
    finally:
        if row is not None:  # a handler failed: all is undone, and its row waits
            _put_off(engine, tenant, row, now)
    drained.published += len(rows) - len(outside)
    for row, tasks in outside:
        done = _run(engine, tenant, row, tasks, now)
        drained.published += done
        drained.put_off += not done
    return bool(rows)


def _run(
    engine: Engine, tenant: Tenant, row: Row[Any], tasks: list[OutboxTask], now: datetime
) -> bool:
    """Run tasks, each written down as soon as it is done; publish the row after the last."""
    undelivered = False
    for task in tasks:
        try:
            task.run()
        except Undelivered:
            undelivered = True
            continue
        with working(engine, tenant, SYSTEM, now=now) as work:
            task.done(work)
    if undelivered:
        _put_off(engine, tenant, row, now)
    else:
        with working(engine, tenant, SYSTEM, now=now) as work:
            _mark(work, row, published_at=work.now)
    return not undelivered


def _nothing(work: Work, row: Row[Any]) -> Iterable[OutboxTask]:
    """Handle what came in after the others were passed over."""
    return ()


def _put_off(engine: Engine, tenant: Tenant, row: Row[Any], now: datetime) -> None:
    """Let a row wait, twice as long every time, and count the attempt."""
    wait = min(FIRST_WAIT << min(row.attempts, 30), LONGEST_WAIT)
    with working(engine, tenant, SYSTEM, now=now) as work:
        _mark(work, row, attempts=row.attempts + 1, retry_at=work.now + wait)


def _mark(work: Work, row: Row[Any], **values: int) -> None:
    work.ask(_row.values(**values), event=row.id)


_outbox, _event = schema.outbox, schema.event
# the tenant as a sum, so that SQLite searches by what is open, and not all that the tenant ever published
_open = (
    _outbox.c.tenant_id + literal_column("0") == bindparam("tenant"),
    _outbox.c.published_at.is_(None),
)
_waiting = select(func.count()).select_from(_outbox).where(*_open)
_due: Select[Any] = (
    select(_event, _outbox.c.attempts)
    .join(_outbox)
    .where(*_open, func.coalesce(micros(_outbox.c.retry_at), 0) <= bindparam("now"))
    .order_by(_outbox.c.event_id)
    .limit(_BATCH)
    .with_for_update(of=_outbox, skip_locked=True)
)
_row = update(_outbox).where(*bound(_outbox, event_id="event"))
_of_no_interest = (
    select(_outbox.c.event_id)
    .join(_event)
    .where(*_open, _event.c.type.not_in(bindparam("types", expanding=True)))
    .with_for_update(of=_outbox, skip_locked=True)
)
_pass_over = (
    update(_outbox)
    .where(*bound(_outbox), _outbox.c.event_id.in_(_of_no_interest))
    .values(published_at=bindparam("now"))
)
