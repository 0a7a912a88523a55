"""A worker: what it does with a job, whatever becomes of it or of the worker."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from tests.commerce.shop import Shop
from tests.serving.jobs import begun
from tests.serving.jobs.begun import AT_ONCE, NOW, asked, later, seen, state_of, work_once
from tests.tenants import make_tenant

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.errors import RecordError
from commerce.records.tenants import Tenant
from serving.jobs import queue
from serving.jobs.kinds import KINDS, Kind, Run
from serving.jobs.requests import Job
from serving.jobs.worker import Worker
from serving.schema import job, score

CUSTOMERS = 3 * AT_ONCE


def people(engine: Engine) -> Tenant:
    """A shop with customers who never bought."""
    tenant = make_tenant(engine)
    with writing(engine) as connection:
        connection.execute(
            insert(schema.customer),
            [
                {
                    "tenant_id": tenant.id,
                    "id": UUID(int=number),
                    "number": number,
                    "created_at": datetime(2025, 1, 1, tzinfo=NOW.tzinfo),
                }
                for number in range(1, CUSTOMERS + 1)
            ],
        )
    return tenant


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Run], dict[str, Any]]], str]:
    """Make a kind of a function."""

    def make(run: Callable[[Run], dict[str, Any]]) -> str:
        kind = Kind(meaning="a trial", settle=lambda work: {}, run=run, link="/api/trials")
        monkeypatch.setitem(KINDS, "tried", kind)
        return "tried"

    return make


def scored(engine: Engine) -> list[int]:
    """How many scores each customer has."""
    counted = select(func.count()).select_from(score).group_by(score.c.customer_id)
    with reading(engine) as connection:
        return list(connection.scalars(counted))


def kill_in_the_middle(engine: Engine) -> tuple[Tenant, Job]:
    """A job whose worker was killed after its first page."""
    tenant = people(engine)
    wanted = asked(engine, tenant)
    process = begun.begin(engine)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    told = seen(engine, tenant, wanted)
    assert (told.state, told.done, told.total) == ("running", AT_ONCE, CUSTOMERS)
    assert scored(engine) == [1] * AT_ONCE
    return tenant, wanted


def test_a_killed_worker_loses_nothing_and_another_takes_over(any_engine: Engine) -> None:
    tenant, wanted = kill_in_the_middle(any_engine)
    assert not work_once(state_of(any_engine, later(seconds=50)))
    assert work_once(state_of(any_engine, later(seconds=70)))
    told = seen(any_engine, tenant, wanted)
    assert (told.state, told.attempts) == ("succeeded", 2)
    assert told.result is not None
    assert (told.result["customers"], told.result["written"]) == (CUSTOMERS, CUSTOMERS - AT_ONCE)
    assert scored(any_engine) == [1] * CUSTOMERS


def test_a_queue_that_knows_only_what_nobody_took_loses_what_a_killed_worker_had(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, wanted = kill_in_the_middle(engine)
    naive = queue._next.where(job.c.state == "queued")
    monkeypatch.setattr(queue, "_next", naive)
    assert not work_once(state_of(engine, later(days=9)))  # what the test before would be red on
    assert seen(engine, tenant, wanted).state == "running"


def test_progress_is_seen_meanwhile(engine: Engine, tried: Callable[..., str]) -> None:
    tenant, told = make_tenant(engine), []

    def run(given: Run) -> dict[str, Any]:
        for done in range(3):
            given.progress("trials", done, 3)
            told.append(seen(engine, tenant, wanted))
        return {"tried": 3}

    wanted = asked(engine, tenant, tried(run))
    assert work_once(state_of(engine))
    assert [(each.state, each.progress) for each in told] == [
        ("running", {"done": done, "total": 3}) for done in range(3)
    ]
    ended = seen(engine, tenant, wanted)
    assert (ended.state, ended.result, ended.link) == ("succeeded", {"tried": 3}, "/api/trials")
    assert (told[0].link, ended.finished_at, ended.error) == (None, NOW, None)
    assert not work_once(state_of(engine))


def test_a_refusal_ends_a_job_with_its_sentence(
    engine: Engine, tried: Callable[..., str], caplog: pytest.LogCaptureFixture
) -> None:
    def run(given: Run) -> dict[str, Any]:
        raise RecordError("period must end after it begins; got none. Correct it.")

    tenant = make_tenant(engine)
    wanted = asked(engine, tenant, tried(run))
    with caplog.at_level(logging.INFO, "serving.jobs"):
        assert work_once(state_of(engine))
    told = seen(engine, tenant, wanted)
    assert (told.state, told.attempts, told.result) == ("failed", 1, None)
    assert told.error == "period must end after it begins; got none. Correct it."
    assert not work_once(state_of(engine, later(days=1)))
    facts = [record.__dict__["facts"] for record in caplog.records]
    about = {"job": str(wanted.id), "tenant": "acme", "kind": "tried", "attempt": 1}
    assert [each | about == each and each["became"] for each in facts] == ["started", "failed"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (ZeroDivisionError("secret"), "a fault (ZeroDivisionError), which the worker's log tells"),
        (OperationalError("SELECT secret", {}, OSError()), "a record store that does not answer"),
        (ConnectionResetError(), "ConnectionResetError"),
    ],
)
def test_what_may_pass_is_tried_again_three_times_at_most(
    engine: Engine, tried: Callable[..., str], fault: Exception, told: str
) -> None:
    def run(given: Run) -> dict[str, Any]:
        raise fault

    tenant = make_tenant(engine)
    wanted = asked(engine, tenant, tried(run))
    for attempt, at in ((1, 0), (2, 10), (3, 30)):
        assert not work_once(state_of(engine, later(seconds=at - 1)))
        assert work_once(state_of(engine, later(seconds=at)))
        now = seen(engine, tenant, wanted)
        assert now.error is not None
        assert told in now.error
        assert "secret" not in now.error
        assert (now.attempts, now.state) == (attempt, "queued" if attempt < 3 else "failed")
    assert str(now.error).startswith("job must come to an end within 3 attempts; got ")
    assert not work_once(state_of(engine, later(days=1)))


def test_a_job_that_workers_die_of_is_given_up(engine: Engine) -> None:
    tenant = people(engine)
    wanted = asked(engine, tenant)
    for attempt in range(3):
        assert queue.claim(engine, now=later(minutes=2 * attempt)) is not None
    assert work_once(state_of(engine, later(minutes=6)))
    told = seen(engine, tenant, wanted)
    assert (told.state, told.attempts) == ("failed", 3)
    assert told.error is not None
    assert told.error.startswith("job must come to an end within 3 attempts; got workers that died")
    assert scored(engine) == []


def test_who_is_told_to_stop_gives_the_job_back(engine: Engine, tried: Callable[..., str]) -> None:
    stop, tenant = threading.Event(), make_tenant(engine)

    def run(given: Run) -> dict[str, Any]:
        given.progress("trials", 1, 3)
        stop.set()
        given.progress("trials", 2, 3)
        raise AssertionError

    wanted = asked(engine, tenant, tried(run))
    Worker(state_of(engine), stop).run()
    told = seen(engine, tenant, wanted)
    assert (told.state, told.done, told.attempts, told.error) == ("queued", 1, 0, None)


def test_who_lost_a_job_meanwhile_leaves_it_to_the_other(
    engine: Engine, tried: Callable[..., str]
) -> None:
    tenant, others = make_tenant(engine), []

    def run(given: Run) -> dict[str, Any]:
        others.append(queue.claim(engine, now=later(minutes=2)))
        given.progress("trials", 1, 3)
        raise AssertionError

    wanted = asked(engine, tenant, tried(run))
    assert work_once(state_of(engine))
    assert others[0] is not None
    told = seen(engine, tenant, wanted)
    assert (told.state, told.done, told.attempts) == ("running", 0, 2)


def test_a_worker_is_heard_of_while_nothing_else_is(
    engine: Engine, tried: Callable[..., str]
) -> None:
    tenant, heard = make_tenant(engine), threading.Event()
    clock = iter_from(NOW)
    state = state_of(engine)
    object.__setattr__(state, "now", lambda: next(clock))

    def run(given: Run) -> dict[str, Any]:
        first = seen(engine, tenant, wanted).heartbeat_at
        assert first is not None
        while not heard.wait(0.01):
            latest = seen(engine, tenant, wanted).heartbeat_at
            if latest is not None and latest > first:
                heard.set()
        return {}

    wanted = asked(engine, tenant, tried(run))
    assert Worker(state, threading.Event(), lease=timedelta(seconds=0.2)).run_next()
    assert heard.is_set()


@pytest.mark.parametrize(
    "fault", [NoConnection("QueuePool limit"), InternalError("UPDATE job", {}, OSError())]
)
def test_a_heart_beats_on_whatever_the_store_says(
    engine: Engine, tried: Callable[..., str], monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    tenant, beats = make_tenant(engine), count()
    heard = threading.Event()

    def be_heard(*_: Any, **__: Any) -> None:
        if next(beats) > 1:
            heard.set()
        raise fault

    def run(_: Run) -> dict[str, Any]:
        assert heard.wait(20)
        return {}

    monkeypatch.setattr(queue, "be_heard", be_heard)
    wanted = asked(engine, tenant, tried(run))
    assert Worker(state_of(engine), threading.Event(), lease=timedelta(seconds=0.2)).run_next()
    assert seen(engine, tenant, wanted).state == "succeeded"


def iter_from(instant: datetime) -> Iterator[datetime]:
    """Instants, each a second after the one before."""
    while True:
        yield instant
        instant += timedelta(seconds=1)


def test_a_shop_that_was_closed_meanwhile_has_nothing_done(engine: Engine) -> None:
    tenant = people(engine)
    wanted = asked(engine, tenant)
    with writing(engine) as connection:
        connection.execute(update(schema.tenant).values(closed_at=NOW))
    assert work_once(state_of(engine))
    with reading(engine) as connection:
        row = connection.execute(select(job).where(job.c.id == wanted.id)).one()
    assert row.state == "failed"
    assert row.error.startswith("tenant must be open; got 'acme'")
    assert scored(engine) == []


def test_a_store_that_does_not_answer_is_waited_for(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tenant = people(engine)
    wanted = asked(engine, tenant)
    stop, claims = threading.Event(), 0
    real = queue.claim

    def claim(*given: Any, **more: Any) -> Any:
        nonlocal claims
        claims += 1
        if claims < 3:
            raise OperationalError("SELECT 1", {}, OSError())
        if claims == 3:
            raise NoConnection("QueuePool limit")
        held = real(*given, **more)
        if held is None:
            stop.set()
        return held

    monkeypatch.setattr(queue, "claim", claim)
    Worker(state_of(engine), stop).run(poll=0.01)
    assert seen(engine, tenant, wanted).state == "succeeded"
    warned = [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]
    assert warned == ["jobs wait: a record store that does not answer (OSError)"]


def test_both_work_on_the_same_shop(any_engine: Engine) -> None:
    shop = Shop(any_engine, make_tenant(any_engine))
    shop.buyer()
    wanted = asked(any_engine, shop.tenant)
    assert work_once(state_of(any_engine))
    told = seen(any_engine, shop.tenant, wanted)
    assert (told.state, told.done, told.total) == ("succeeded", 1, 1)
