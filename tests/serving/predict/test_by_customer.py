"""What an answer was made of stays so, though it was read without a lock while others recorded."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from tests.serving.shop import NOW, SHOP, customer_id, make_shop

from commerce.records.database import reading, writing
from commerce.records.instants import to_micros
from commerce.records.stream import NewEvent, append
from commerce.records.tenants import Tenant, hold_clock, recording_instant
from serving.predict.answers import answer_customer
from serving.predict.asking import AppState, CustomerRequest
from serving.predict.by_customer import AHEAD, decide_by_customer, see_customer
from serving.predict.packages import PackageShelf
from serving.predict.prediction_log.writer import PredictionLog
from serving.predict.replay import replay

ASKED = CustomerRequest(tenant="acme", customer_id="17850")


def wall() -> datetime:
    return datetime.now(UTC)


def record(
    engine: Engine, tenant: Tenant, *, now: Callable[[], datetime] = wall, seconds: float = 0.0
) -> None:
    """Record an order as every writer does, and take a while to commit it."""
    with writing(engine) as connection:
        held = hold_clock(connection, tenant)
        at = now()
        recorded = recording_instant(held, at, to_micros(at))
        key = uuid.uuid4().hex
        order = NewEvent(
            "order.placed",
            to_micros(at),
            recorded,
            key,
            customer_id=customer_id("acme", "17850"),
            amount_minor=100,
            currency="EUR",
            base_minor=100,
            quantity=1,
            value=1,
        )
        append(connection, tenant, [order], ingested_at=to_micros(at))
        time.sleep(seconds)


def differences_after_a_rush(engine: Engine, state: AppState, packages: Path) -> int:
    """Ask and record at once for a while; count the answers that no longer come out as they were given."""
    tenant = make_shop(engine, clock_mode="wall")
    ends, dice = time.monotonic() + 1.0, random.Random(7)
    enough = 6
    delays = [dice.uniform(0, 0.02) for _ in range(1000)]
    asked: list[str] = []

    def keep_recording(first: int) -> None:
        for place in range(first, len(delays), 3):
            if time.monotonic() > ends and len(asked) >= enough:
                break
            record(engine, tenant, seconds=delays[place])
            time.sleep(delays[-place - 1])

    def ask() -> None:
        while time.monotonic() < ends or len(asked) < enough:
            asked.append(answer_customer(state, "churn", ASKED, str(uuid.uuid4())).request_id)

    with ThreadPoolExecutor(6) as pool:
        for future in [
            *(pool.submit(keep_recording, each) for each in range(3)),
            *(pool.submit(ask) for _ in range(3)),
        ]:
            future.result()
    state.load_answers()
    shelf = PackageShelf([packages], SHOP)
    assert len(asked) >= enough
    with reading(engine) as connection:
        return sum(bool(replay(connection, shelf, each).differences) for each in asked)


@pytest.fixture
def make_logged(
    make_state: Callable[..., AppState], tmp_path: Path
) -> Callable[[Engine], AppState]:
    """Make states on the wall's clock that keep their answers in a log."""

    def make(engine: Engine) -> AppState:
        log = PredictionLog(tmp_path / "log")
        return replace(make_state(engine), now=wall, log=log)

    return make


def test_every_answer_replays_though_others_recorded_meanwhile(
    any_engine: Engine, make_logged: Callable[[Engine], AppState], packages: Path
) -> None:
    state = make_logged(any_engine)
    assert differences_after_a_rush(any_engine, state, packages) == 0
    assert state.log is not None
    state.log.close()


def test_answers_that_trust_the_clock_alone_do_not_replay(
    any_engine: Engine,
    make_logged: Callable[[Engine], AppState],
    packages: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Tenant, "was_observed", lambda *_: True)
    state = make_logged(any_engine)
    assert differences_after_a_rush(any_engine, state, packages) > 0
    assert state.log is not None
    state.log.close()


def test_an_observed_tenant_is_answered_without_a_write(
    engine: Engine, make_state: Callable[..., AppState]
) -> None:
    make_shop(engine, clock_mode="wall")
    state = make_state(engine)
    assert see_customer(state, "churn", ASKED, "1") is None
    first = decide_by_customer(state, "churn", ASKED, "1")
    assert first.as_of == NOW
    assert state.store is not None
    said: list[str] = []
    event.listen(
        state.store.engine, "before_cursor_execute", lambda *given: said.append(str(given[2]))
    )
    ahead = replace(state, now=lambda: NOW + AHEAD)
    for each in (state, ahead):
        found = see_customer(each, "churn", ASKED, "2")
        assert found is not None
        assert found.as_of == each.now()
    assert said
    assert all(each.lstrip().startswith("SELECT") for each in said)
    later = replace(state, now=lambda: NOW + AHEAD + timedelta(microseconds=1))
    assert see_customer(later, "churn", ASKED, "3") is None


def test_an_order_recorded_after_an_answer_counts_in_the_next(
    engine: Engine, make_state: Callable[..., AppState]
) -> None:
    tenant = make_shop(engine, clock_mode="wall")
    state = replace(make_state(engine), now=wall)
    before = decide_by_customer(state, "churn", ASKED, "1")
    record(engine, tenant)
    after = decide_by_customer(state, "churn", ASKED, "2")
    assert before.values is not None
    assert after.values is not None
    assert after.values[0] == before.values[0] + 1
    assert after.as_of - wall() < AHEAD


def test_an_answer_set_back_with_the_clock_still_replays(
    engine: Engine, make_state: Callable[..., AppState], packages: Path
) -> None:
    tenant = make_shop(engine, clock_mode="wall")
    late = replace(make_state(engine), now=lambda: NOW + timedelta(hours=1))
    early = replace(late, now=lambda: NOW)
    asked = [str(uuid.uuid4()) for _ in range(2)]
    first = answer_customer(late, "churn", ASKED, asked[0])
    record(engine, tenant, now=lambda: NOW)
    second = answer_customer(early, "churn", ASKED, asked[1])
    assert second.as_of > first.as_of
    with reading(engine) as connection:
        for each in asked:
            replay(connection, PackageShelf([packages], SHOP), each).require_same()
