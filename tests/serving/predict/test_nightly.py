"""Scoring everybody: the same decisions as online, written once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, func, select
from tests.serving.shop import (
    LAST,
    NOW,
    OPEN,
    SHOP,
    Client,
    customer_id,
    make_package,
    make_shop,
    make_stale,
)

from commerce.records.database import reading
from commerce.records.instants import to_micros
from commerce.records.tenants import find_tenant
from features.evaluating.online import online_features
from scoring.errors import InvalidValues, PackageMismatch
from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.nightly import BatchSummary, score_customers
from serving.predict.scores import latest_score
from serving.schema import score

AS_OF = LAST + timedelta(microseconds=1)
CUSTOMERS = ["17850", "12346"]


def run_batch(engine: Engine, model: str = "churn", *, backfills: int = 0) -> BatchSummary:
    """Score both customers of acme."""
    package = make_package(model)
    ids = [customer_id("acme", name) for name in CUSTOMERS]
    with reading(engine) as connection:
        tenant = find_tenant(connection, "acme")
        values = np.array(
            [online_features(connection, tenant.id, each, to_micros(AS_OF), SHOP) for each in ids]
        )
    return score_customers(
        engine,
        tenant,
        package,
        SHOP,
        customer_ids=[each.hex for each in ids],
        values=values,
        as_of=AS_OF,
        now=NOW,
        backfills=backfills,
    )


def test_a_second_batch_writes_nothing(any_engine: Engine) -> None:
    make_shop(any_engine)
    first, second = run_batch(any_engine), run_batch(any_engine)
    assert (first.customers, first.written) == (2, 2)
    assert (second.customers, second.written) == (2, 0)
    assert sum(first.actions.values()) == 2
    assert first.mean_probability == second.mean_probability
    with reading(any_engine) as connection:
        assert connection.scalar(select(func.count()).select_from(score)) == 2
        assert find_tenant(connection, "acme").observed_at == AS_OF


def test_a_batch_after_a_backfill_is_another_one(engine: Engine) -> None:
    make_shop(engine)
    written = [run_batch(engine, backfills=number).written for number in (0, 2, 2)]
    assert written == [2, 2, 0]
    with reading(engine) as connection:
        assert sorted(connection.scalars(select(score.c.backfills))) == [0, 0, 2, 2]


@pytest.mark.parametrize("model", ["churn", "credit"])
def test_batch_and_online_agree_to_the_bit(
    engine: Engine, make_state: Callable[..., AppState], model: str
) -> None:
    tenant = make_shop(engine)
    run_batch(engine, model)
    client = Client(make_app(make_state(engine), door=OPEN))
    for name in CUSTOMERS:
        with reading(engine) as connection:
            kept = latest_score(connection, tenant.id, customer_id("acme", name), model)
        assert kept is not None
        body = client.post(f"/predict/{model}", {"tenant": "acme", "customer_id": name}).json()
        for part in ("probability", "score", "band", "rule_score", "decision", "reasons"):
            assert kept.as_dict()[part] == body[part]


def test_a_table_of_another_shape_is_refused(engine: Engine) -> None:
    tenant = make_shop(engine)
    with pytest.raises(InvalidValues, match="one row per customer"):
        score_customers(
            engine,
            tenant,
            make_package(),
            SHOP,
            customer_ids=["0" * 32],
            values=np.zeros((2, 4)),
            as_of=AS_OF,
            now=NOW,
            backfills=0,
        )


def test_a_package_on_other_declarations_is_refused(engine: Engine) -> None:
    tenant = make_shop(engine)
    with pytest.raises(PackageMismatch):
        score_customers(
            engine,
            tenant,
            make_stale(make_package()),
            SHOP,
            customer_ids=[],
            values=np.zeros((0, 4)),
            as_of=AS_OF,
            now=NOW,
            backfills=0,
        )
