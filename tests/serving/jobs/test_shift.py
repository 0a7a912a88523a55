"""A worker's shift: jobs, and what the clock moves."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.serving.jobs.begun import NOW, asked, seen, state_of
from tests.serving.predict.shadowed import Shadowed
from tests.serving.shop import make_shop

from commerce import ticks
from commerce.catalogue import brands
from commerce.notifications.mail import Letter
from commerce.people import users
from commerce.people.passwords import hash_password
from commerce.records.actors import SYSTEM, Actor
from commerce.records.outbox import waiting
from commerce.records.tenants import Tenant
from commerce.records.work import looking, working
from commerce.shops import open_shop
from commerce.ticks import Outside
from serving.jobs import shift
from serving.jobs.shift import Shift


def living_shop(engine: Engine, slug: str) -> Tenant:
    """A shop with an admin whom a request for a brand is mailed to."""
    tenant = open_shop(engine, SYSTEM, slug, zone="UTC", currency="EUR", now=NOW)
    hashed = hash_password("correct horse battery")
    with working(engine, tenant, SYSTEM, now=NOW) as work:
        users.create(work, "ada", hashed, role="admin", email=f"ada@{slug}.example")
    with working(engine, tenant, Actor("admin"), now=NOW) as work:
        brands.request(work, "Tick")
    return tenant


def test_a_shift_hands_on_events_and_does_jobs_until_it_is_told_to_stop(engine: Engine) -> None:
    tenant, stop = living_shop(engine, "acme"), threading.Event()
    job, mailed = asked(engine, tenant), threading.Event()
    letters: list[Letter] = []

    def send(letter: Letter) -> None:
        letters.append(letter)
        mailed.set()

    def end() -> None:
        mailed.wait(60)
        while seen(engine, tenant, job).finished_at is None and not stop.wait(0.05):
            pass
        stop.set()

    ending = threading.Thread(target=end)
    ending.start()
    Shift(state_of(engine), Outside(send, None), stop).run()
    ending.join()
    assert seen(engine, tenant, job).state == "succeeded"
    assert [letter.to for letter in letters] == ["ada@acme.example"]
    with looking(engine, tenant, SYSTEM, now=NOW) as work:
        assert waiting(work.connection, tenant) == 0


def test_a_fault_in_one_shop_holds_up_no_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shops = [living_shop(engine, slug) for slug in ("acme", "beta")]

    def tick(engine: Engine, shop: Tenant, **how: Any) -> Any:
        if shop.slug == "acme":
            raise ZeroDivisionError
        return ticks.tick(engine, shop, **how)

    monkeypatch.setattr(shift, "tick", tick)
    with caplog.at_level(logging.INFO, "serving.jobs"):
        done = Shift(
            state_of(engine), Outside(lambda letter: None, None), threading.Event()
        ).run_once()
    assert done == 0
    assert [record.getMessage() for record in caplog.records] == [
        "acme: a tick failed",
        "beta: 1 events handed on, 0 put off",
    ]
    for shop, left in zip(shops, (True, False), strict=True):
        with looking(engine, shop, SYSTEM, now=NOW) as work:
            assert (waiting(work.connection, shop) > 0) == left


def test_whoever_works_asks_shadows_what_waits(
    engine: Engine, packages: Path, tmp_path: Path
) -> None:
    make_shop(engine)
    shop = Shadowed(engine, packages, tmp_path)
    shop.let()
    shop.ask()
    shop.load()
    with shop.answering() as state:
        Shift(state, Outside(None, None), threading.Event()).run_once()
    assert shop.states() == ["decided"] * 4
