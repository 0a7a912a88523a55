"""A batch is one observation of the records, by one package; what it gives is kept first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Engine
from tests.serving.shop import NOW, SHOP, make_package, make_shop, place_order

from commerce.records.database import reading, writing
from commerce.records.tenants import find_tenant, observe
from scoring.published import publish
from serving.predict.asking import Answer, AppState, CustomerRequest, ValuesRequest
from serving.predict.batches import Batch, BatchRequest, Chunk, Question
from serving.predict.packages import PackageShelf
from serving.predict.replay import replay

ASKED = CustomerRequest(tenant="acme", customer_id="17850")


def answers(batch: Batch, *questions: Question) -> list[Answer]:
    """Answer questions, none of which is refused."""
    found = batch.answer(
        Chunk(questions=questions, table=np.empty((0, 0)), look=questions.__getitem__)
    )
    kept = [each for each in found if isinstance(each, Answer)]
    assert len(kept) == len(questions), found
    return kept


def test_all_customers_are_told_as_of_one_instant_whatever_comes_in_meanwhile(
    engine: Engine, make_state: Callable[..., AppState], packages: Path
) -> None:
    tenant = make_shop(engine)
    state = make_state(engine)
    batch = Batch(state, BatchRequest(tenant="acme", model="churn"))
    first = answers(batch, ASKED)
    with writing(engine) as connection:  # the clock of the shop goes on, but not that of the batch
        observe(connection, find_tenant(connection, "acme"), NOW)
    place_order(engine, tenant, "17850", NOW)
    publish(make_package(version="2"), packages)
    second = answers(batch, ASKED)
    assert first[0].as_of == second[0].as_of
    assert first[0].decision == second[0].decision
    assert second[0].package.label == "acme.churn/1"
    (anew,) = answers(Batch(state, BatchRequest(tenant="acme", model="churn")), ASKED)
    assert anew.as_of > first[0].as_of
    assert anew.values is not None
    assert first[0].values is not None
    assert anew.values[0] == first[0].values[0] + 1
    with reading(engine) as connection:
        for each in (*first, *second, anew):
            shelf = PackageShelf([packages], SHOP)
            replay(connection, shelf, each.request_id).require_same()


def test_what_was_recorded_ahead_of_the_walls_time_counts(
    engine: Engine, make_state: Callable[..., AppState]
) -> None:
    tenant = make_shop(engine, clock_mode="wall")
    state = replace(make_state(engine), now=lambda: NOW)
    ahead = NOW + timedelta(milliseconds=80)
    with writing(engine) as connection:
        observe(connection, tenant, ahead)
    place_order(engine, tenant, "17850", ahead)  # as whoever records then does
    (found,) = answers(Batch(state, BatchRequest(tenant="acme", model="churn")), ASKED)
    assert found.as_of == ahead + timedelta(microseconds=1)
    assert found.values is not None
    assert found.values[0] == 3
    with reading(engine) as connection:
        assert find_tenant(connection, "acme").was_observed(found.as_of)


def test_a_question_may_be_about_an_earlier_instant_or_the_rest_of_the_day(
    engine: Engine, make_state: Callable[..., AppState]
) -> None:
    make_shop(engine)
    batch = Batch(
        make_state(engine), BatchRequest(tenant="acme", model="churn", as_of="2026-01-20")
    )
    early, usual, late = answers(
        batch, replace(ASKED, as_of="2026-01-10"), ASKED, replace(ASKED, as_of="2026-02-01T20:00")
    )
    assert early.as_of < usual.as_of == datetime(2026, 1, 19, 23, tzinfo=UTC) < late.as_of
    assert [each.values is not None and each.values[0] for each in (early, usual, late)] == [
        1,
        1,
        2,
    ]
    with reading(engine) as connection:
        assert find_tenant(connection, "acme").was_observed(late.as_of)


def test_values_and_customers_of_a_chunk_are_decided_as_they_are_alone(
    engine: Engine, make_state: Callable[..., AppState]
) -> None:
    make_shop(engine)
    state = make_state(engine)
    asked = ValuesRequest(tenant="acme", features={"days_since_order": 120})
    for with_reasons in (True, False):
        request = BatchRequest(tenant="acme", model="churn", with_reasons=with_reasons)
        by_values, by_customer = answers(Batch(state, request), asked, ASKED)
        assert by_values.assumed["spend_90d"] == 0
        assert by_customer.customer is not None
        assert bool(by_values.decision.reasons) == with_reasons


def test_an_instant_of_the_batch_that_is_none_refuses_every_customer(
    engine: Engine, make_state: Callable[..., AppState]
) -> None:
    make_shop(engine)
    batch = Batch(make_state(engine), BatchRequest(tenant="acme", model="churn", as_of="soon"))
    questions = (ASKED, ASKED, ValuesRequest(tenant="acme", features={"orders_90d": 2}))
    found = batch.answer(
        Chunk(questions=questions, table=np.empty((0, 0)), look=questions.__getitem__)
    )
    assert [isinstance(each, Answer) for each in found] == [False, False, True]
    assert getattr(found[0], "field", None) == "as_of"
