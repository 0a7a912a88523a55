"""Models over HTTP: which may be asked, and what each of them is; nothing of customers, people or folders."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.brought import FIELDS, small_package
from tests.scoring.rankings import make_ranking
from tests.scoring.values import make_segments, make_value
from tests.serving.rest.people import Person, Shops
from tests.serving.shop import SHOP, Client, make_package, make_real_package, make_stale

from commerce.records.tenants import Tenant
from features.catalogue import CATALOGUE
from scoring.promotions import TRAINING, promote
from scoring.published import lay_down, publish
from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.rest.models import ModelDescriptionAnswer
from serving.settings import DoorSettings


@pytest.fixture
def market(shops: Shops, tmp_path: Path) -> Shops:
    """Two shops with models of every kind, and a model of a table."""
    folder = tmp_path / "packages"
    for package in (
        replace(make_real_package("churn"), validation={"auc": 0.8, "calibration": [], "rows": 9}),
        make_ranking(name="acme.recommendations"),
        make_value(name="acme.lifetime_value"),
        make_segments(name="acme.segments"),
        make_real_package("secret", tenant="other"),
        small_package(),
    ):
        publish(package, folder)
    object.__setattr__(shops.app.state.serving, "shelf", PackageShelf([folder], CATALOGUE))
    return shops


def test_the_shops_own_models_are_listed_and_nobodys_and_no_other_shops(market: Shops) -> None:
    body = market.admin.get("/models").json()
    assert [(each["name"], each["tenant"], each["kind"], each["ask"]) for each in body["results"]] == [
        ("churn", "acme", "binary", "POST /predict/churn"),
        ("lifetime_value", "acme", "value", "GET /api/customer/{customer_id}/clv"),
        ("recommendations", "acme", "ranking", "GET /api/recommendations/{customer_id}"),
        ("segments", "acme", "segment", "GET /api/analytics/customer-segments"),
        ("bank", "shared", "binary", "POST /predict/bank"),
    ]  # fmt: skip
    churn, bank = body["results"][0], body["results"][-1]
    assert (churn["version"], churn["answers_with"]) == ("1", "a probability")
    assert churn["figures"] == {"auc": 0.8, "rows": 9}
    assert (bank["predicts"], bank["trained_on"]) == (
        "the probability that Exited = 1",
        {"file": "bank.csv"},
    )
    elsewhere = market.of("other")["admin"].get("/models").json()["results"]
    assert [each["name"] for each in elsewhere] == ["secret", "bank"]
    assert market.admin.get("/models/secret").status_code == 404
    chosen = {"params": {"tenant_id": "other"}}
    assert market.superadmin.get("/models/secret", **chosen).json()["tenant"] == "other"
    assert market.admin.get("/models", **chosen).status_code == 403
    assert market.buyer.get("/models/churn").status_code == 403
    page = market.admin.get("/models?page=2&page_size=2").json()
    assert (page["count"], [each["name"] for each in page["results"]]) == (
        5,
        ["recommendations", "segments"],
    )


@pytest.mark.parametrize(
    ("name", "inputs", "content"),
    [
        ("churn", ["orders_90d", "average_order_value", "days_since_order"], "decision"),
        ("bank", ["Age", "Geography", "Active"], "decision"),
        ("lifetime_value", list(make_value().forecast.inputs), "formula"),
        ("recommendations", [], "blend"),
        ("segments", [], "edges"),
    ],
)
def test_a_model_of_any_kind_tells_what_it_is(
    market: Shops, tmp_path: Path, name: str, inputs: list[str], content: str
) -> None:
    response = market.admin.get(f"/models/{name}")
    assert response.status_code == 200, response.text
    body = response.json()
    ModelDescriptionAnswer.model_validate(body)
    assert [each["name"] for each in body["inputs"]] == inputs
    assert content in body["content"]
    folder = tmp_path / "packages" / body["tenant"] / name / body["version"]
    arrays = hashlib.sha256((folder / "model.npz").read_bytes()).hexdigest()
    assert body["checksums"]["model.npz"] == arrays
    assert body["versions"] == ["1"]
    listed = market.admin.get("/models").json()["results"]
    assert {each: body[each] for each in listed[0]} in listed
    assert str(tmp_path) not in response.text
    assert response.headers["cache-control"] == "private, no-cache"


def test_a_feature_is_told_as_it_is_declared_and_a_column_as_the_table_has_it(
    market: Shops,
) -> None:
    value = next(
        each
        for each in market.admin.get("/models/churn").json()["inputs"]
        if each["name"] == "average_order_value"
    )
    declared = CATALOGUE["average_order_value"]
    for name in ("dtype", "unit", "minimum", "maximum", "null", "description", "hash"):
        assert value[name] == getattr(declared, name), name
    age, geography, _ = market.admin.get("/models/bank").json()["inputs"]
    assert (age["dtype"], age["levels"], age["reference"]) == ("float", None, 38.0)
    assert (geography["dtype"], geography["levels"]) == ("category", list(FIELDS.columns[1].levels or ()))  # fmt: skip


def test_what_a_signature_names_may_be_sent(market: Shops) -> None:
    for name in ("churn", "bank"):
        body = market.admin.get(f"/models/{name}").json()
        sent = {
            each["name"]: each["levels"][0] if each["levels"] else 40 for each in body["inputs"]
        }
        asked = {"tenant": body["tenant"], "features": sent}
        answer = market.admin.post(body["ask"].removeprefix("POST "), asked)
        assert answer.status_code == 200, answer.text
        assert answer.json()["assumed"] == {}


def test_a_package_that_is_refused_is_said_with_why_and_no_folder(
    client: Client, packages: Path
) -> None:
    assert client.get("/models/churn?tenant_id=acme").json()["refused"] is None
    publish(make_stale(make_package(version="2")), packages)
    folder = publish(make_package("credit", version="2"), packages)
    (folder / "model.npz").write_bytes(b"half of it")
    churn, credit = client.get("/models").json()["results"]
    assert (churn["version"], credit["version"]) == ("1", "1")
    assert "must use features as they are declared here" in churn["refused"]
    assert credit["refused"].startswith("acme/credit/2/model.npz must be as it was written")
    described = client.get("/models/credit").json()
    assert (described["versions"], described["refused"]) == (["2", "1"], credit["refused"])


def test_a_model_that_cannot_answer_at_all_is_listed_and_503(
    tmp_path: Path, make_state: Callable[..., AppState]
) -> None:
    folder = publish(make_package(), tmp_path / "only")
    (folder / "package.json").write_text("{}")
    state = make_state(folder=tmp_path / "only")
    client = Client(make_app(state, door=DoorSettings(open=frozenset({"acme"}))))
    (listed,) = client.get("/models").json()["results"]
    nothing: dict[str, Any] = dict.fromkeys(("kind", "version", "ask", "answers_with", "predicts"))
    assert {name: listed[name] for name in nothing} == nothing
    assert listed["refused"].startswith("acme/churn/1/package.json must be")
    refused = client.get("/models/churn")
    assert refused.status_code == 503
    assert str(tmp_path) not in refused.text
    unknown = client.get("/models/chrun")
    assert (unknown.status_code, unknown.json()["field"]) == (404, "name")
    assert "Did you mean churn" in unknown.json()["detail"]


def test_who_answered_when_is_told_and_who_wanted_it_is_not(client: Client, packages: Path) -> None:
    place = (packages, "acme", "churn")
    for version, by in (("2", TRAINING), ("1", "ada")):
        lay_down(make_package(version=version), packages)
        promote(*place, version, at=f"2026-01-0{version}T00:00:00+00:00", by=by, why="As Ada says.")
    response = client.get("/models/churn")
    assert [(each["version"], each["before"], each["by_training"]) for each in response.json()["champions"]] == [
        ("2", "1", True),
        ("1", "2", False),
    ]  # fmt: skip
    assert "ada" not in response.text.lower()


def test_this_machine_may_ask_about_what_is_left_open_and_nobody_about_more(
    shop: Tenant, engine: Engine, packages: Path, make_state: Callable[..., AppState]
) -> None:
    publish(small_package(), packages)
    door = DoorSettings(open=frozenset({"shared"}))
    client = Client(make_app(make_state(engine), door=door))
    assert [each["name"] for each in client.get("/models").json()["results"]] == ["bank"]
    assert client.get("/models/churn").status_code == 404
    assert client.get("/models", params={"tenant_id": "acme"}).status_code == 401
    everything = Client(make_app(make_state(engine), door=DoorSettings(open=frozenset({"*"}))))
    listed = everything.get("/models").json()["results"]
    assert [each["name"] for each in listed] == ["churn", "credit", "bank"]
    assert set(SHOP.names) == {
        each["name"] for each in everything.get("/models/credit").json()["inputs"]
    }


def test_a_scope_of_its_own_opens_it(market: Shops) -> None:
    statuses = {}
    for scope in ("models:read", "predictions:write", "predictions:read"):
        made = market.admin.post("/api/keys", {"name": "x", "role": "admin", "scopes": [scope]})
        person = Person(market.anonymous.client, {"X-API-Key": made.json()["key"]})
        statuses[scope] = person.get("/models").status_code
    assert statuses == {"models:read": 200, "predictions:write": 403, "predictions:read": 403}
