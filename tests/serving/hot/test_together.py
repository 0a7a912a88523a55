"""Questions of one turn are decided together, each as it would be alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from tests.serving.shop import LAST, place_order

from commerce.records.database import reading
from commerce.records.errors import LARGEST
from commerce.records.schema import customer
from commerce.records.tenants import Tenant
from features.errors import PartialTooLarge
from scoring.errors import InvalidValues
from serving.errors import InvalidRequest
from serving.hot import together as module
from serving.hot.together import Together
from serving.predict.asking import Answer, AppState, CustomerRequest, ValuesRequest
from serving.predict.by_customer import (
    SeenCustomer,
    decide_by_customer,
    decide_seen,
    see_customer,
)
from serving.predict.by_values import decide_by_values, decide_together
from serving.predict.packages import Served

VALUES = {"orders_90d": 2, "spend_90d": 3499, "days_since_order": 28.5, "order_value_90d": 1749.5}


def asked(number: int, **changes: Any) -> ValuesRequest:
    return ValuesRequest(
        tenant="acme", features={**VALUES, "days_since_order": 20.0 + number, **changes}
    )


async def all_at_once(
    together: Together, requests: list[ValuesRequest]
) -> list[Answer | BaseException]:
    return await asyncio.gather(
        *(together.decide("churn", each, str(place)) for place, each in enumerate(requests)),
        return_exceptions=True,
    )


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were decided at once, each time."""
    sizes: list[int] = []

    def watched(state: AppState, model: str, tenant: str, asked: Any) -> Any:
        sizes.append(len(asked))
        return decide_together(state, model, tenant, asked)

    monkeypatch.setattr(module, "decide_together", watched)
    return sizes


def test_what_comes_at_once_is_decided_at_once_and_as_alone(
    make_state: Callable[..., AppState], tables: list[int]
) -> None:
    state = make_state()
    requests = [asked(number) for number in range(9)]
    found = asyncio.run(all_at_once(Together(lambda: state), requests))
    assert tables == [9]
    for place, (answer, request) in enumerate(zip(found, requests, strict=True)):
        assert isinstance(answer, Answer)
        alone = decide_by_values(state, "churn", request, str(place))
        assert (answer.decision, answer.request_id) == (alone.decision, alone.request_id)


def test_one_alone_waits_for_nobody(make_state: Callable[..., AppState], tables: list[int]) -> None:
    state = make_state()
    (found,) = asyncio.run(all_at_once(Together(lambda: state), [asked(1)]))
    assert isinstance(found, Answer)
    assert tables == []


def test_one_that_is_refused_leaves_the_others_their_answers(
    make_state: Callable[..., AppState],
) -> None:
    state = make_state()
    wrong = [asked(1, orders_90d=-1), asked(2, orders_90d=0), asked(3)]
    found = asyncio.run(all_at_once(Together(lambda: state), wrong))
    assert [type(each) for each in found] == [InvalidRequest, InvalidRequest, Answer]


def test_what_none_can_be_answered_all_hear_of(make_state: Callable[..., AppState]) -> None:
    state = make_state()
    requests = [ValuesRequest(tenant="nobody", features=VALUES)] * 3
    for each in asyncio.run(all_at_once(Together(lambda: state), requests)):
        assert not isinstance(each, Answer)


def test_a_fault_reaches_everybody(
    make_state: Callable[..., AppState], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise InvalidValues("values must be finite; got none. Try.")

    monkeypatch.setattr("serving.predict.by_values.decide_many", broken)
    monkeypatch.setattr("serving.predict.by_values.decide", broken)
    state = make_state()
    for each in asyncio.run(all_at_once(Together(lambda: state), [asked(1), asked(2), asked(3)])):
        assert isinstance(each, InvalidValues)


@pytest.mark.parametrize("gone", [0, 2])
def test_who_gave_up_holds_up_nobody(make_state: Callable[..., AppState], gone: int) -> None:
    state = make_state()

    async def ask() -> list[Answer | BaseException]:
        together = Together(lambda: state)
        tasks = [asyncio.create_task(together.decide("churn", asked(n), str(n))) for n in range(4)]
        await asyncio.sleep(0)
        tasks[gone].cancel()
        async with asyncio.timeout(5):
            return await asyncio.gather(*tasks, return_exceptions=True)

    found = asyncio.run(ask())
    assert [isinstance(each, Answer) for each in found] == [place != gone for place in range(4)]
    assert isinstance(found[gone], asyncio.CancelledError)


def test_customers_who_are_asked_about_at_once_are_decided_at_once_and_as_alone(
    shop: Tenant,
    engine: Engine,
    make_state: Callable[..., AppState],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []

    def watched(served: Served, seen: Sequence[SeenCustomer]) -> list[Answer]:
        sizes.append(len(seen))
        return decide_seen(served, seen)

    monkeypatch.setattr(module, "decide_seen", watched)
    state = make_state(engine)
    with reading(engine) as connection:
        numbers = connection.scalars(select(customer.c.external_id)).all()
    requests = [CustomerRequest(tenant="acme", customer_id=each) for each in numbers if each]
    decide_by_customer(state, "churn", requests[0], "0")  # who is asked about first is observed
    seen = [see_customer(state, "churn", each, str(n)) for n, each in enumerate(requests)]

    async def ask() -> list[Answer]:
        together = Together(lambda: state)
        return await asyncio.gather(*(together.decide_seen(each) for each in seen if each))

    found, alone = asyncio.run(ask()), [each.decided() for each in seen if each]
    assert [each.decision for each in found] == [each.decision for each in alone]
    assert [each.customer_id for each in found] == [each.customer_id for each in requests]
    for one, other in zip(found, alone, strict=True):
        assert one.values is not None
        assert other.values is not None
        assert one.values.tobytes() == other.values.tobytes()
    assert sizes == [len(requests)]
    assert len(requests) > 1


def test_of_customers_asked_about_at_once_one_alone_is_refused_for_amounts_too_large(
    shop: Tenant, engine: Engine, make_state: Callable[..., AppState]
) -> None:
    for days in (1, 2):
        place_order(engine, shop, "12346", LAST - timedelta(days=days), LARGEST)
    state = make_state(engine)
    requests = [CustomerRequest(tenant="acme", customer_id=each) for each in ("12346", "17850")]
    decide_by_customer(state, "churn", requests[1], "0")
    seen = [see_customer(state, "churn", each, each.customer_id) for each in requests]

    async def ask() -> list[Answer | BaseException]:
        together = Together(lambda: state)
        return await asyncio.gather(
            *(together.decide_seen(each) for each in seen if each), return_exceptions=True
        )

    refused, answered = asyncio.run(ask())
    assert isinstance(refused, PartialTooLarge)
    assert isinstance(answered, Answer)
