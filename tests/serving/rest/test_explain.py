"""Explanations over HTTP: the answer of /predict with all that it is made of, and what the customer can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.scoring.rankings import make_ranking
from tests.serving.rest.people import Person, Shops
from tests.serving.rest.selling import order, settle, shop_of
from tests.serving.shop import SHOP, Client, make_owing_package, make_package

from commerce.records.database import reading
from commerce.records.tenants import Tenant
from features.catalogue import CATALOGUE
from scoring.published import publish
from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.replay import replay
from serving.rest.explained import ExplainedPrediction
from serving.rest.schemas import Prediction

BY_CUSTOMER = {"tenant": "acme", "customer_id": "17850"}
BY_VALUES = {"tenant": "acme", "features": {"orders_90d": 2}}


@pytest.mark.parametrize("asked", [BY_CUSTOMER, BY_VALUES], ids=["by customer", "by values"])
@pytest.mark.parametrize("model", ["churn", "credit"])
def test_an_explanation_begins_with_what_is_predicted(
    client: Client, engine: Engine, packages: Path, model: str, asked: dict[str, object]
) -> None:
    response = client.post(f"/explain/{model}", asked)
    assert response.status_code == 200, response.text
    body = response.json()
    assert list(body) == list(ExplainedPrediction.model_fields)
    ExplainedPrediction.model_validate(body)
    predicted = client.post(f"/predict/{model}", asked).json()
    own = {"request_id"}
    assert {name: body[name] for name in Prediction.model_fields if name not in own} == {
        name: value for name, value in predicted.items() if name not in own
    }
    assert response.headers["x-request-id"] == body["request_id"]
    with reading(engine) as connection:
        replay(connection, PackageShelf([packages], SHOP), body["request_id"]).require_same()


def test_what_is_sent_adds_up_to_the_last_bit(client: Client) -> None:
    body = client.post("/explain/credit", BY_CUSTOMER).json()
    total = body["base"]
    for each in sorted(body["contributions"], key=lambda each: each["place"]):
        total += each["contribution"]
    assert total == body["logit"]
    assert body["calibration"] == {"slope": 1.0, "intercept": 0.0}
    assert len(body["contributions"]) == len(SHOP.names)


def test_a_reason_is_the_sum_of_its_family(client: Client, packages: Path) -> None:
    package = make_package(version="2")
    outputs = tuple(replace(each, family="orders") for each in package.outputs)
    publish(replace(package, outputs=outputs), packages)
    asked = {"tenant": "acme", "features": {"orders_90d": 1, "days_since_order": 80}}
    body = client.post("/explain/churn", asked).json()
    (reason,) = body["reasons"]
    in_place = sorted(body["contributions"], key=lambda each: each["place"])
    assert [each["contribution"] > 0 for each in in_place] == [False, False, True, False]
    assert {each["family"] for each in in_place} == {"orders"}
    assert sum(each["contribution"] for each in in_place) == reason["contribution"]
    assert (reason["feature"], reason["text"]) == (in_place[2]["tells_of"], in_place[2]["text"])


def test_values_are_explained_without_a_record_store(client_without_records: Client) -> None:
    body = client_without_records.post("/explain/churn", BY_VALUES).json()
    assert body["assumed"] == {"spend_90d": 0.0, "days_since_order": 2.0, "order_value_90d": 0.0}
    assert body["recourse"] is None
    assert body["recourse_note"].startswith("The model knows of nothing")


@pytest.mark.parametrize("path", ["/predict/weather", "/explain/weather", "/predict/weather/batch"])
def test_a_model_of_a_shop_is_asked_with_the_name_of_the_shop(client: Client, path: str) -> None:
    values = BY_VALUES["features"]
    batch = path.endswith("batch")
    refused = client.post(path, [{"features": values}] if batch else {"features": values})
    told = refused.json()
    assert (refused.status_code, told["field"]) == (422, "tenant")
    assert told["detail"].startswith("tenant must be named for a model that is a shop's own; got")


@pytest.mark.parametrize(
    ("model", "asked", "status", "says"),
    [
        ("chrun", BY_VALUES, 404, "Did you mean /explain/churn"),
        ("weather", BY_VALUES, 503, "must have a published package; got none"),
        ("churn", {**BY_VALUES, "features": {"orders_90": 1}}, 422, "Did you mean orders_90d"),
        ("churn", {"tenant": "acme"}, 422, 'Send {"tenant": "demo", "customer_id": "17"}'),
        ("churn", {**BY_CUSTOMER, "customer_id": "1"}, 404, "customer"),
        ("churn", {**BY_CUSTOMER, "tenant": "acne"}, 404, "tenant must exist; got 'acne'"),
        ("recommendations", BY_CUSTOMER, 404, "must answer with a probability"),
    ],
)
def test_what_predict_refuses_explain_refuses_alike(
    client: Client, packages: Path, model: str, asked: dict[str, object], status: int, says: str
) -> None:
    publish(make_ranking(name="acme.recommendations"), packages)
    refused = client.post(f"/explain/{model}", asked)
    assert (refused.status_code, says in refused.json()["detail"]) == (status, True), refused.text
    alike = client.post(f"/predict/{model}", asked).json()
    assert refused.json()["detail"] == alike["detail"].replace("/predict/", "/explain/")


def test_nobody_unknown_is_told_anything(
    shop: Tenant, engine: Engine, make_state: Callable[..., AppState]
) -> None:
    closed = Client(make_app(make_state(engine)))
    assert closed.post("/explain/churn", BY_CUSTOMER).status_code == 503  # nobody could log in
    assert closed.post("/explain/churn", BY_CUSTOMER).json()["detail"].startswith("record store")


def test_what_is_told_to_better_a_score_is_what_a_credit_profile_tells(
    shops: Shops, tmp_path: Path
) -> None:
    publish(make_owing_package(), tmp_path)
    shelf = PackageShelf([tmp_path], CATALOGUE)
    object.__setattr__(shops.app.state.serving, "shelf", shelf)
    settle(shop_of(shops), shops.buyer)
    asked = {"tenant": "acme", "customer_id": str(shops.buyer.actor.customer_id)}
    free = shops.admin.post("/explain/credit", asked).json()
    assert (free["band"], free["recourse"]["ways"]) == ("B", [])
    assert free["recourse_note"] == "Nothing that can be settled today leads to a better band."
    order(shops.buyer, shop_of(shops).variant(1000), method="pay_later", instalments=2)
    shops.clock.pass_by(minutes=1)
    body = shops.admin.post("/explain/credit", asked).json()
    ExplainedPrediction.model_validate(body)
    path = f"/api/customers/{asked['customer_id']}/recompute-score"
    assert body["recourse"] == shops.admin.post(path).json()["recourse"]
    assert (body["recourse"]["score"], body["recourse"]["band"]) == (body["score"], body["band"])
    assert [way["band"] for way in body["recourse"]["ways"]] == ["D", "B"]
    assert body["recourse_note"] is None
    owed = body["contributions"][0]
    assert (owed["feature"], owed["unit"], body["currency"]) == (
        "open_invoice_balance",
        "minor",
        "EUR",
    )
    assert shops.buyer.post("/explain/credit", asked).status_code == 403


def test_a_key_that_may_predict_may_explain_and_no_other(shops: Shops, tmp_path: Path) -> None:
    publish(make_owing_package(), tmp_path)
    shelf = PackageShelf([tmp_path], CATALOGUE)
    object.__setattr__(shops.app.state.serving, "shelf", shelf)
    asked = {"tenant": "acme", "features": {"open_invoice_balance": 500}}
    statuses = {}
    for scope in ("predictions:write", "predictions:read", "models:read"):
        made = shops.admin.post("/api/keys", {"name": "x", "role": "admin", "scopes": [scope]})
        person = Person(shops.anonymous.client, {"X-API-Key": made.json()["key"]})
        statuses[scope] = person.post("/explain/credit", asked).status_code
    assert statuses == {"predictions:write": 200, "predictions:read": 403, "models:read": 403}
