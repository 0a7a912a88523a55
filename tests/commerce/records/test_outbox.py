"""The outbox: nothing is lost, nothing is done twice, whoever dies and whenever."""

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select
from tests.tenants import make_tenant

from commerce.notifications.inbox import notifier
from commerce.people import users
from commerce.people.passwords import PasswordHash
from commerce.records import schema
from commerce.records.actors import SYSTEM, Actor
from commerce.records.database import reading
from commerce.records.machine import EventDraft, fire
from commerce.records.outbox import Handler, OutboxTask, Undelivered, drain, waiting
from commerce.records.states import BRAND
from commerce.records.tenants import Tenant
from commerce.records.work import Work, working

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def an_admin(engine: Engine, tenant: Tenant, email: str | None = None) -> uuid.UUID:
    with working(engine, tenant, SYSTEM, now=NOW) as work:
        return users.create(work, "root", PasswordHash("x"), role="admin", email=email)


def ask_for_brands(engine: Engine, tenant: Tenant, count: int) -> None:
    for _ in range(count):
        with working(engine, tenant, Actor("admin"), now=NOW) as work:
            brand = uuid.uuid4()
            fire(work, BRAND, brand, EventDraft("brand.requested"), new={"name": brand.hex})


def notified(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        query = select(schema.notification.c.event_id).order_by(schema.notification.c.event_id)
        return list(connection.execute(query).scalars())


def asked(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        query = select(schema.event.c.id).where(schema.event.c.type == "brand.requested")
        return list(connection.execute(query.order_by(schema.event.c.id)).scalars())


def test_every_row_is_handed_on_once_or_passed_over(any_engine: Engine) -> None:
    tenant, other = make_tenant(any_engine), make_tenant(any_engine, "other")
    for each in (tenant, other):
        an_admin(any_engine, each)
        ask_for_brands(any_engine, each, 3)
    drained = drain(any_engine, tenant, notifier(), now=NOW)
    assert (drained.published, drained.passed_over, drained.put_off) == (3, 1, 0)
    again = drain(any_engine, tenant, notifier(), now=NOW)
    assert (again.published, again.passed_over, again.put_off) == (0, 0, 0)
    assert len(notified(any_engine)) == 3
    with reading(any_engine) as connection:
        assert (waiting(connection, tenant), waiting(connection, other)) == (0, 4)


def test_a_drain_takes_no_more_than_about_its_limit(engine: Engine, acme: Tenant) -> None:
    an_admin(engine, acme)
    ask_for_brands(engine, acme, 45)
    assert drain(engine, acme, notifier(), now=NOW, limit=20).published == 20
    assert drain(engine, acme, notifier(), now=NOW).published == 25


def test_workers_at_once_handle_each_row_once(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    an_admin(any_engine, tenant)
    ask_for_brands(any_engine, tenant, 60)
    seen: Counter[int] = Counter()
    lock = threading.Lock()

    def handle(work: Work, row: Row[Any]) -> list[OutboxTask]:
        with lock:
            seen[row.id] += 1
        time.sleep(0.002)  # lets the others in
        return []

    with ThreadPoolExecutor(4) as pool:
        drains = [
            pool.submit(drain, any_engine, tenant, {"brand.requested": handle}, now=NOW)
            for _ in range(4)
        ]
        assert sum(each.result().published for each in drains) == 60
    assert seen == dict.fromkeys(asked(any_engine), 1)


def test_a_handler_that_fails_undoes_its_batch_and_holds_up_nobody_next_time(
    any_engine: Engine,
) -> None:
    tenant = make_tenant(any_engine)
    an_admin(any_engine, tenant)
    ask_for_brands(any_engine, tenant, 3)
    broken = asked(any_engine)[1]

    def handle(work: Work, row: Row[Any]) -> list[OutboxTask]:
        if row.id == broken:
            raise ZeroDivisionError
        return list(notifier()["brand.requested"](work, row))

    with pytest.raises(ZeroDivisionError):
        drain(any_engine, tenant, {"brand.requested": handle}, now=NOW)
    assert notified(any_engine) == []
    assert drain(any_engine, tenant, {"brand.requested": handle}, now=NOW).published == 2
    later = NOW + timedelta(minutes=1)
    assert drain(any_engine, tenant, notifier(), now=later).published == 1
    assert notified(any_engine) == asked(any_engine)


def test_an_event_committed_late_with_a_lower_id_is_not_lost(postgres_engine: Engine) -> None:
    tenant = make_tenant(postgres_engine)
    an_admin(postgres_engine, tenant)
    drain(postgres_engine, tenant, notifier(), now=NOW)
    remembered, by_cursor = 0, list[int]()

    def read_by_cursor() -> int:
        """What goes wrong: go on behind the highest number seen."""
        with reading(postgres_engine) as connection:
            query = select(schema.event.c.id).where(
                schema.event.c.id > remembered, schema.event.c.type == "brand.requested"
            )
            by_cursor.extend(connection.execute(query).scalars())
        return max(by_cursor, default=0)

    with working(postgres_engine, tenant, Actor("admin"), now=NOW) as slow:
        (low,) = fire(
            slow, BRAND, uuid.uuid4(), EventDraft("brand.requested"), new={"name": "slow"}
        )
        ask_for_brands(postgres_engine, tenant, 1)  # gets a higher id and commits first
        remembered = read_by_cursor()
        assert remembered > low
        assert drain(postgres_engine, tenant, notifier(), now=NOW).published == 1
    read_by_cursor()
    assert drain(postgres_engine, tenant, notifier(), now=NOW).published == 1
    assert low not in by_cursor  # the counter-example has lost it
    assert notified(postgres_engine) == asked(postgres_engine) == [low, remembered]


WORKER = """
import sys, time
from datetime import UTC, datetime
from commerce.records.database import connect, reading
from commerce.notifications.inbox import notifier
from commerce.records.outbox import drain
from commerce.records.tenants import find_tenant

engine = connect(sys.argv[1])
with reading(engine) as connection:
    tenant = find_tenant(connection, "acme")
real = notifier()["brand.requested"]
def slow(work, row):
    done = real(work, row)
    print(row.id, flush=True)
    time.sleep(0.01)
    return done
drain(engine, tenant, {"brand.requested": slow}, now=datetime(2026, 1, 1, 12, tzinfo=UTC))
"""


def test_a_worker_killed_at_any_instant_loses_and_doubles_nothing(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    an_admin(any_engine, tenant)
    ask_for_brands(any_engine, tenant, 50)
    url = any_engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WORKER, url]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3] / "src")}
    begun = 0
    for rows_until_death in (1, 7, 23):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as worker:
            assert worker.stdout is not None
            for _ in range(rows_until_death):
                begun += bool(worker.stdout.readline())
            worker.send_signal(signal.SIGKILL)
    assert begun == 31
    between = notified(any_engine)
    assert len(between) < 50
    drain(any_engine, tenant, notifier(), now=NOW)
    assert notified(any_engine) == asked(any_engine)
    with reading(any_engine) as connection:
        assert waiting(connection, tenant) == 0


def test_what_the_outside_refuses_is_tried_again_later_and_later(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    ask_for_brands(any_engine, tenant, 1)
    attempts: list[datetime] = []
    written: list[int] = []
    now = NOW

    def refuse() -> None:
        attempts.append(now)
        if len(attempts) < 4:
            raise Undelivered("no")

    def handle(work: Work, row: Row[Any]) -> list[OutboxTask]:
        return [OutboxTask(refuse, lambda work: written.append(work.now))]

    for minute in range(12):
        now = NOW + timedelta(minutes=minute)
        drain(any_engine, tenant, {"brand.requested": handle}, now=now)
    assert [(each - NOW).seconds // 60 for each in attempts] == [0, 1, 3, 7]
    assert len(written) == 1
    with reading(any_engine) as connection:
        row = connection.execute(select(schema.outbox)).one()
        assert (row.attempts, row.published_at) == (3, NOW + timedelta(minutes=7))


def test_errands_of_a_worker_that_died_are_run_after_the_lease(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    ask_for_brands(any_engine, tenant, 1)
    runs: list[str] = []

    def die() -> None:
        runs.append("died")
        raise KeyboardInterrupt

    def handler(act: Callable[[], None]) -> dict[str, Handler]:
        return {"brand.requested": lambda work, row: [OutboxTask(act, lambda work: None)]}

    with pytest.raises(KeyboardInterrupt):
        drain(any_engine, tenant, handler(die), now=NOW)
    for minutes in (0, 59, 60, 61):
        at = NOW + timedelta(minutes=minutes)
        drain(any_engine, tenant, handler(partial(runs.append, f"{at:%H:%M}")), now=at)
    assert runs == ["died", "13:00"]
