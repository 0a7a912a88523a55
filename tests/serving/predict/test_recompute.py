"""Scoring every customer: as of one instant, as one by one, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from tests.serving.shop import LAST, NOW, customer_id, make_shop, place_order

from commerce.records.database import reading
from serving.errors import StoreMissing
from serving.predict import recompute
from serving.predict.answers import answer_customer
from serving.predict.asking import AppState, CustomerRequest
from serving.predict.recompute import recompute_all
from serving.predict.scores import latest_score
from serving.schema import score

AS_OF = LAST + timedelta(microseconds=1)


def test_everybody_known_then_is_scored_as_one_by_one_would_be(
    any_engine: Engine, make_state: Callable[..., AppState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recompute, "_AT_ONCE", 1)
    tenant, state = make_shop(any_engine), make_state(any_engine)
    told: list[tuple[int, int | None]] = []
    made = recompute_all(
        state, tenant, as_of=AS_OF, progress=lambda stage, done, total: told.append((done, total))
    )
    assert (made.customers, made.written, made.model_version) == (2, 2, "acme.credit/1")
    assert told == [(0, 2), (1, 2), (2, 2)]
    for name in ("17850", "12346"):
        with reading(any_engine) as connection:
            kept = latest_score(connection, tenant.id, customer_id("acme", name), "credit")
        asked = CustomerRequest(tenant="acme", customer_id=name, as_of=AS_OF.isoformat())
        one = answer_customer(state, "credit", asked, f"one {name}").decision.as_dict()
        assert kept is not None
        assert {**kept.as_dict(), **one} == kept.as_dict()
        assert kept.as_of == AS_OF


def test_at_the_same_instant_a_second_time_nothing_is_added(
    engine: Engine, make_state: Callable[..., AppState]
) -> None:
    tenant, state = make_shop(engine), make_state(engine)
    assert [recompute_all(state, tenant, as_of=AS_OF).written for _ in range(2)] == [2, 0]
    place_order(engine, tenant, "17850", NOW - timedelta(days=1), 99_000)
    assert recompute_all(state, tenant, as_of=AS_OF).written == 0  # as it was then
    assert recompute_all(state, tenant, as_of=NOW).written == 2
    with reading(engine) as connection:
        assert len(connection.scalars(select(score.c.request_id)).all()) == 4


def test_without_a_record_store_there_is_nobody_to_score(
    engine: Engine, make_state: Callable[..., AppState]
) -> None:
    tenant = make_shop(engine)
    with pytest.raises(StoreMissing):
        recompute_all(make_state(), tenant, as_of=AS_OF)
