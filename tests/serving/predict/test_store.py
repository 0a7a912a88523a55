"""The record store behind a server: both databases, many clients, and a store that is busy."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select
from tests.serving.shop import OPEN, Client, make_shop

from commerce.records.database import reading, writing
from serving.app import make_app
from serving.errors import StoreUnavailable
from serving.predict import store as store_module
from serving.predict.asking import AppState
from serving.predict.store import RecordStore
from serving.schema import score

REQUEST = {"tenant": "acme", "customer_id": "17850"}


def test_both_databases_answer_and_keep(
    any_engine: Engine, make_state: Callable[..., AppState]
) -> None:
    make_shop(any_engine)
    client = Client(make_app(make_state(any_engine), door=OPEN))
    assert client.get("/readyz").status_code == 200
    for model in ("churn", "credit"):
        assert client.post(f"/predict/{model}", REQUEST).status_code == 200
    with reading(any_engine) as connection:
        assert connection.scalar(select(func.count()).select_from(score)) == 2


def test_many_at_once_are_all_answered_and_kept(
    any_engine: Engine, make_state: Callable[..., AppState]
) -> None:
    make_shop(any_engine)
    client = Client(make_app(make_state(any_engine), door=OPEN))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post("/predict/churn", REQUEST), range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["request_id"] for answer in answers}) == 40
    assert len({answer.json()["probability"] for answer in answers}) == 1
    with reading(any_engine) as connection:
        assert connection.scalar(select(func.count()).select_from(score)) == 40


def test_a_store_that_stays_busy_is_said_to_be(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, make_state: Callable[..., AppState]
) -> None:
    make_shop(engine)
    monkeypatch.setattr(store_module, "_BUSY_MILLISECONDS", 20)
    client = Client(make_app(make_state(engine), door=OPEN))
    with writing(engine):
        response = client.post("/predict/churn", REQUEST)
    assert response.status_code == 503
    assert "database is locked" in response.json()["detail"]
    assert response.headers["retry-after"]
    assert client.post("/predict/churn", REQUEST).status_code == 200


def test_the_place_of_a_store_is_named_without_its_password() -> None:
    store = RecordStore("postgresql://shop:secret@127.0.0.1:1/records?connect_timeout=1")
    assert "secret" not in store.place
    with pytest.raises(StoreUnavailable) as refusal:
        store.check()
    store.close()
    assert "secret" not in str(refusal.value)
