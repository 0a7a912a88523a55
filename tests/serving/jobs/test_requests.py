"""Jobs as a shop sees them."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from tests.serving.jobs.begun import NOW
from tests.tenants import make_tenant

from commerce.records import rows
from commerce.records.actors import Actor
from commerce.records.errors import Conflict, Forbidden, NotFound, RecordError
from commerce.records.work import working
from serving.jobs import requests
from serving.jobs.kinds import KINDS, RECOMPUTE_SCORES, Kind
from serving.jobs.requests import ask_for, get_job, list_jobs
from serving.schema import job


def test_what_was_asked_for_in_a_work_that_failed_is_not_done(engine: Engine) -> None:
    tenant = make_tenant(engine)
    with suppress(ZeroDivisionError), working(engine, tenant, Actor("admin"), now=NOW) as work:
        ask_for(work, RECOMPUTE_SCORES)
        raise ZeroDivisionError
    with working(engine, tenant, Actor("admin"), now=NOW) as work:
        assert list_jobs(work).rows == []


def test_who_does_not_run_the_shop_sees_what_it_asked_for(
    any_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = Kind(meaning="trial", settle=lambda work: {}, run=lambda run: {}, link="/")
    monkeypatch.setitem(KINDS, "tried", kind)
    tenant = make_tenant(any_engine)
    seller, program = Actor("seller", uuid4()), Actor("seller", api_key_id=uuid4())
    made = {}
    for actor in (seller, program):
        with working(any_engine, tenant, actor, now=NOW) as work:
            made[actor.user_id] = ask_for(work, "tried")
            with pytest.raises(Forbidden):
                ask_for(work, RECOMPUTE_SCORES)
    for actor in (seller, program):
        with working(any_engine, tenant, actor, now=NOW) as work:
            assert list_jobs(work).rows == [made[actor.user_id]]
            assert get_job(work, made[actor.user_id].id) == made[actor.user_id]
            others = Actor("seller", uuid4()), Actor("user"), program if actor is seller else seller
            for other in others:
                with pytest.raises(NotFound):
                    get_job(work.acting_as(other), made[actor.user_id].id)
    with working(any_engine, tenant, Actor("admin"), now=NOW) as work:
        assert list_jobs(work, kind="tried").total == 2
        assert list_jobs(work, state="running").total == 0
        with pytest.raises(RecordError, match="state must be one of queued, running"):
            list_jobs(work, state="done")
        with pytest.raises(RecordError, match="kind must be one of"):
            list_jobs(work, kind="guess")


def test_a_shop_may_have_so_many_unfinished_jobs(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MOST_UNFINISHED", 2)
    for slug in ("acme", "other"):
        with working(engine, make_tenant(engine, slug), Actor("admin"), now=NOW) as work:
            for _ in range(2):
                ask_for(work, RECOMPUTE_SCORES)
            with pytest.raises(Conflict, match="must be at most 2; got 2"):
                ask_for(work, RECOMPUTE_SCORES)


def test_jobs_that_are_not_finished_are_the_latest_on_either_database(any_engine: Engine) -> None:
    tenant = make_tenant(any_engine)
    with working(any_engine, tenant, Actor("admin"), now=NOW) as work:
        jobs = [ask_for(work, RECOMPUTE_SCORES).id for _ in range(3)]
        for place, made in enumerate(jobs[:2]):
            rows.change(work, job, made, finished_at=NOW + timedelta(minutes=place))
        listed = [
            [each.id for each in list_jobs(work, ordering=ordering).rows]
            for ordering in ("finished_at", "-finished_at")
        ]
    assert listed == [jobs, jobs[::-1]]
