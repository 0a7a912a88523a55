"""The hot path answers as the route does, and hands on whatever it does not answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, func, select
from tests.serving.rest.people import Shops
from tests.serving.shop import OPEN, SHOP, Client, make_shop

from commerce.records.database import reading
from commerce.records.tenants import Tenant
from serving.access.gate import REMEMBERED
from serving.app import make_app
from serving.hot.path import HotPath
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.prediction_log.segments import list_segments
from serving.predict.prediction_log.writer import PredictionLog
from serving.schema import score

BY_CUSTOMER = {"tenant": "acme", "customer_id": "17850"}
BY_VALUES = {"tenant": "acme", "features": {"orders_90d": 2, "days_since_order": 28.5}}


@pytest.fixture
def handed_on(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of requests that the hot path did not answer itself."""
    passed: list[str] = []
    answer = HotPath._answer

    async def watched(self: HotPath, scope: Any, *given: Any) -> Any:
        found = await answer(self, scope, *given)
        if found is None:
            passed.append(scope["path"])
        return found

    monkeypatch.setattr(HotPath, "_answer", watched)
    return passed


def without_names(response: httpx.Response) -> tuple[int, dict[str, Any], dict[str, str]]:
    body, headers = response.json(), dict(response.headers)
    for name in ("request_id",):
        body.pop(name)
    for name in ("x-request-id", "content-length"):
        headers.pop(name)
    return response.status_code, body, headers


@pytest.mark.parametrize("asked", [BY_CUSTOMER, BY_VALUES])
@pytest.mark.parametrize("model", ["churn", "credit"])
def test_both_ways_answer_alike(
    client: Client, asked: dict[str, Any], model: str, handed_on: list[str]
) -> None:
    hot = client.post(f"/predict/{model}", asked)
    assert handed_on == []
    slow = client.request(
        "POST",
        f"/predict/{model}",
        content=json.dumps(asked),
        headers={"Content-Type": "application/json", "Expect": "100-continue"},
    )
    assert without_names(hot) == without_names(slow)


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("/predict/churn", {"tenant": "acme", "customer_id": "stranger"}, 404),
        ("/predict/churn", {"tenant": "nobody", "customer_id": "17850"}, 404),
        ("/predict/chrun", BY_CUSTOMER, 404),
        ("/predict/churn", {"tenant": "acme", "features": {"orders_90d": -1}}, 422),
        ("/predict/churn", {"tenant": "acme", "features": {"orders": 1}}, 422),
        ("/predict/churn", {"tenant": "acme"}, 422),
        ("/predict/churn", {**BY_CUSTOMER, "as_of": "yesterday"}, 422),
    ],
)
def test_what_is_refused_is_worded_by_the_route(
    client: Client, path: str, asked: dict[str, Any], status: int
) -> None:
    response = client.post(path, asked)
    assert response.status_code == status
    assert " must " in response.json()["detail"]
    assert response.headers["content-type"] == "application/problem+json"


def test_a_body_that_comes_in_parts_is_answered_too(client: Client, handed_on: list[str]) -> None:
    async def parts() -> Any:
        for byte in json.dumps(BY_CUSTOMER).encode():
            yield bytes([byte])

    response = client.request(
        "POST", "/predict/churn", content=parts(), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 200
    assert handed_on == []


def test_a_credential_is_looked_up_by_the_route_and_known_for_a_moment(
    shops: Shops, packages: Path, handed_on: list[str]
) -> None:
    shops.app.state.serving = replace(shops.app.state.serving, shelf=PackageShelf([packages], SHOP))
    asked = {"tenant": "acme", "customer_id": str(shops.buyer.actor.customer_id)}
    for _ in range(3):
        assert shops.admin.post("/predict/churn", asked).status_code == 200
    shops.clock.pass_by(seconds=REMEMBERED + 1)
    assert shops.admin.post("/predict/churn", asked).status_code == 200
    assert len(handed_on) == 2


def test_who_may_not_ask_is_refused_whatever_was_remembered(
    shops: Shops, packages: Path, handed_on: list[str]
) -> None:
    shops.app.state.serving = replace(shops.app.state.serving, shelf=PackageShelf([packages], SHOP))
    asked = {"tenant": "acme", "customer_id": str(shops.buyer.actor.customer_id)}
    elsewhere = shops.people["other"]["admin"]
    for _ in range(2):
        for person, status in ((shops.buyer, 403), (elsewhere, 403), (shops.anonymous, 401)):
            assert person.post("/predict/churn", asked).status_code == status
    assert len(handed_on) == 6


def test_an_answer_is_in_the_log_before_it_is_given(
    shop: Tenant, engine: Engine, make_state: Callable[..., AppState], tmp_path: Path
) -> None:
    log = PredictionLog(tmp_path / "log")
    state = replace(make_state(engine), log=log)
    client = Client(make_app(state, door=OPEN))
    for asked in (BY_CUSTOMER, BY_VALUES):
        assert client.post("/predict/churn", asked).status_code == 200
    (segment,) = list_segments(log.folder)
    assert segment.stat().st_size > 500
    state.load_answers()
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(score)) == 2
    log.close()


def test_a_log_that_cannot_be_written_refuses_in_a_sentence_without_a_path(
    shop: Tenant, engine: Engine, make_state: Callable[..., AppState], tmp_path: Path
) -> None:
    (tmp_path / "log").write_text("no folder", encoding="utf-8")
    log = PredictionLog(tmp_path / "log" / "inside")
    client = Client(make_app(replace(make_state(engine), log=log), door=OPEN))
    for asked in (BY_CUSTOMER, BY_VALUES):
        response = client.post("/predict/churn", asked)
        assert response.status_code == 503
        assert response.json()["detail"].startswith("prediction log must be writable; got ")
        assert str(tmp_path) not in response.text
        assert response.headers["retry-after"]
    log.close()


def test_a_fault_on_the_hot_path_is_logged_and_the_route_answers(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("customer 17850")

    monkeypatch.setattr("serving.hot.path.see_customer", broken)
    with caplog.at_level(logging.ERROR):
        assert client.post("/predict/churn", BY_CUSTOMER).status_code == 200
    assert "failed on the hot path" in caplog.text


@pytest.fixture
def wall_client(engine: Engine, make_state: Callable[..., AppState]) -> Client:
    """A shop on the wall's clock."""
    make_shop(engine, clock_mode="wall")
    return Client(make_app(make_state(engine), door=OPEN))


def test_a_tenant_that_must_be_observed_first_is_answered(
    wall_client: Client, handed_on: list[str]
) -> None:
    for _ in range(2):
        assert wall_client.post("/predict/churn", BY_CUSTOMER).status_code == 200
    assert handed_on == []
