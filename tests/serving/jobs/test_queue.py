"""The queue: a job is in one worker's hands, and never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, select, update
from tests.commerce.concurrency import at_once
from tests.serving.jobs.begun import NOW, asked, later, seen
from tests.tenants import make_tenant

from commerce.records.database import reading, writing
from serving.jobs import queue
from serving.jobs.queue import Claim, JobLost, claim
from serving.schema import job

WORKERS = 6


def naive_claim(engine: Engine, ready: threading.Barrier) -> object:
    """Look for a queued job, then take it: another may have looked meanwhile."""
    with reading(engine) as connection:
        found = connection.scalars(select(job.c.id).where(job.c.state == "queued")).first()
    ready.wait()
    with writing(engine) as connection:
        connection.execute(update(job).where(job.c.id == found).values(state="running"))
    return found


def test_of_workers_at_once_each_has_a_job_of_its_own(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    jobs = {asked(any_engine, tenant).id for _ in range(WORKERS - 1)}
    taken = at_once(*[lambda: claim(any_engine, now=NOW)] * WORKERS)
    held = [each.id for each in taken if each is not None]
    assert sorted(held) == sorted(set(held))
    while (more := claim(any_engine, now=NOW)) is not None:  # who met another went away
        held.append(more.id)
    assert sorted(held) == sorted(jobs)


def test_who_looks_first_and_takes_then_has_what_another_has(any_engine: Engine) -> None:
    asked(any_engine, make_tenant(any_engine))
    ready = threading.Barrier(2)
    first, second = at_once(*[lambda: naive_claim(any_engine, ready)] * 2)
    assert first == second != None  # noqa: E711 (what the test before would be red on)


def test_who_is_not_heard_of_for_a_lease_loses_the_job_and_can_write_nothing_more(
    any_engine: Engine,
) -> None:
    tenant = make_tenant(any_engine)
    wanted = asked(any_engine, tenant)
    first = claim(any_engine, now=NOW)
    assert first is not None
    queue.be_heard(any_engine, first, now=later(seconds=50), done=1, total=9)
    assert claim(any_engine, now=later(seconds=100)) is None
    second = claim(any_engine, now=later(seconds=110))
    assert second is not None
    assert (second.id, first.attempt, second.attempt) == (wanted.id, 1, 2)
    writes: list[Callable[[], None]] = [
        partial(queue.be_heard, any_engine, first, now=NOW, done=2),
        partial(queue.succeed, any_engine, first, {}, now=NOW),
        partial(queue.fail, any_engine, first, "-", now=NOW),
        partial(queue.put_back, any_engine, first, due=NOW),
    ]
    for write in writes:
        with pytest.raises(JobLost):
            write()
    queue.succeed(any_engine, second, {"made": 1}, now=later(seconds=120))
    told = seen(any_engine, tenant, wanted)
    assert (told.state, told.result, told.done, told.attempts) == ("succeeded", {"made": 1}, 1, 2)
    assert claim(any_engine, now=later(days=1)) is None


def test_shops_take_turns(engine: Engine) -> None:
    many, one = make_tenant(engine, "many"), make_tenant(engine, "one")
    for _ in range(3):
        asked(engine, many)
    asked(engine, one)
    taken = [claim(engine, now=NOW + timedelta(seconds=place)) for place in range(4)]
    served = [each.tenant.slug for each in taken if each is not None]
    assert sorted(served[:2]) == ["many", "one"]
    assert served[2:] == ["many", "many"]


def test_what_is_put_back_waits_until_it_is_due(engine: Engine) -> None:
    tenant = make_tenant(engine)
    wanted = asked(engine, tenant)

    def take(**time: float) -> Claim:
        held = claim(engine, now=later(**time))
        assert held is not None
        return held

    queue.put_back(engine, take(), due=later(seconds=10), error="attempt 1 of 3 met a storm.")
    assert claim(engine, now=later(seconds=9)) is None
    assert seen(engine, tenant, wanted).error == "attempt 1 of 3 met a storm."
    held = take(seconds=10)
    queue.put_back(engine, held, due=later(seconds=10), counts=False)
    assert seen(engine, tenant, wanted).error is None
    assert (held.attempt, take(seconds=10).attempt) == (2, 2)


def test_a_kind_that_this_worker_does_not_know_is_left_to_another(engine: Engine) -> None:
    asked(engine, make_tenant(engine))
    with writing(engine) as connection:
        connection.execute(update(job).values(kind="from-tomorrow"))
    assert claim(engine, now=NOW) is None
