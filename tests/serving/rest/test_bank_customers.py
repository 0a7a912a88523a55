"""A bank's customers over HTTP: recorded, found, analysed; every analysis is kept and comes out the same again."""

from __future__ import annotations

from math import log
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.bank import SAMPLE, bank_package, publish_bank
from tests.serving.rest.people import Person, Shops
from tests.serving.shop import Client

from commerce.people import customers
from commerce.people.bank_schema import BANK_V1
from commerce.records.actors import SYSTEM
from commerce.records.database import reading
from commerce.records.work import working
from scoring.decisions import decide
from serving.app import make_app
from serving.predict.replay import replay
from serving.schema import score
from serving.settings import DoorSettings

OWN = 15634602
"""A customer's id as a bank writes it."""


@pytest.fixture
def bank(shops: Shops, tmp_path: Path) -> Shops:
    """The shop acme as a bank with a model, and a customer of whom nothing else is known yet."""
    publish_bank(tmp_path / "packages")
    shops.app.state.serving.shelf.folders = (tmp_path / "packages",)
    with working(shops.engine, shops.tenant("acme"), SYSTEM, now=shops.clock()) as work:
        customers.register(work, full_name="Hargrave", external_id=str(OWN))
    shops.clock.pass_by(minutes=1)
    return shops


def recorded(bank: Shops, **changes: Any) -> dict[str, Any]:
    """Record the sample; what the bank then knows."""
    answer = bank.admin.patch(f"/api/customers/{OWN}/bank-profile/", {**SAMPLE, **changes})
    assert answer.status_code == 200, answer.text
    bank.clock.pass_by(seconds=1)
    body: dict[str, Any] = answer.json()
    return body


def analyzed(who: Person, customer: object = OWN) -> dict[str, Any]:
    """What an analysis answers."""
    answer = who.get(f"/customers/analyze/{customer}/")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    body: dict[str, Any] = answer.json()
    return body


def log_odds(probability: float) -> float:
    """Of a probability."""
    return log(probability / (1 - probability))


def kept(bank: Shops) -> list[Any]:
    """The answers that were kept, in their order."""
    with reading(bank.engine) as connection:
        query = select(score).where(score.c.model == "bank_churn").order_by(score.c.made_at)
        return list(connection.execute(query).all())


def test_a_record_has_all_twelve_fields_and_refuses_what_its_schema_does_not_know(
    bank: Shops,
) -> None:
    path = f"/api/customers/{OWN}/bank-profile"
    never = bank.admin.get(path)
    assert never.status_code == 404
    assert "PATCH" in never.json()["detail"]
    body = recorded(bank)
    assert {name: body[name] for name in SAMPLE} == SAMPLE
    assert (body["customer_id"], body["surname"], body["churn_risk_score"]) == (
        OWN,
        "Hargrave",
        None,
    )
    for name, value in (("age", -1), ("geography", "Peru"), ("tenure", 1.5), ("gender", "")):
        refused = bank.admin.patch(path, {name: value})
        assert (refused.status_code, refused.json()["field"]) == (422, name), refused.text
        assert refused.json()["detail"].startswith(f"{name} must be ")
    changed = bank.admin.patch(path, {"surname": "Hill", "balance": 83807.86}).json()
    assert (changed["surname"], changed["balance"], changed["age"]) == ("Hill", 83807.86, 40)
    assert bank.admin.get(path).json() == changed
    assert set(BANK_V1) | {"customer_id", "surname", "churn_risk_score"} <= set(changed)


def test_an_analysis_says_how_likely_the_customer_leaves_and_why(bank: Shops) -> None:
    recorded(bank)
    body = analyzed(bank.admin)
    package = bank_package()
    assert package.fields is not None
    expected = decide(package, package.fields.read_row(SAMPLE)[0])
    assert body["customer_id"] == OWN
    assert body["churn_risk_score"] == expected.probability
    assert body["model_version"] == "shared.bank_churn/1"
    texts = [reason["text"] for reason in body["reasons"]]
    assert texts[0] == "Inactive member."
    assert "Balance too low: 50,000; usually 97,000." in texts
    strengths = [reason["contribution"] for reason in body["reasons"]]
    assert strengths == sorted(strengths, reverse=True)
    assert set(body["contributions"]) == set(SAMPLE)
    assert log_odds(body["churn_risk_score"]) == pytest.approx(
        log_odds(body["usual_risk"]) + sum(body["contributions"].values()), abs=1e-12
    )


def test_every_analysis_is_a_row_more_and_the_record_shows_the_last(bank: Shops) -> None:
    recorded(bank)
    first = analyzed(bank.admin)
    bank.clock.pass_by(minutes=1)
    assert analyzed(bank.admin)["churn_risk_score"] == first["churn_risk_score"]
    recorded(bank, is_active_member=1)
    last = analyzed(bank.admin)
    assert last["churn_risk_score"] < first["churn_risk_score"]
    rows = kept(bank)
    assert len(rows) == 3
    assert (rows[0].probability, rows[2].probability) == (
        first["churn_risk_score"],
        last["churn_risk_score"],
    )
    record = bank.admin.get(f"/api/customers/{OWN}/bank-profile").json()
    assert record["churn_risk_score"] == last["churn_risk_score"]
    with reading(bank.engine) as connection:
        for row in rows:
            again = replay(connection, bank.app.state.serving.shelf, row.request_id)
            again.require_same()
            assert again.unread is None


def test_whoever_cannot_be_analysed_is_told_why_in_plain_json(bank: Shops, tmp_path: Path) -> None:
    refused = {
        404: bank.admin.get("/customers/analyze/999/"),
        401: bank.anonymous.get(f"/customers/analyze/{OWN}"),
        403: bank.buyer.get(f"/customers/analyze/{OWN}/"),
    }
    for status, answer in refused.items():
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["status"] == status
    assert bank.admin.get(f"/customers/analyze/{OWN}").status_code == 404  # nothing recorded yet
    recorded(bank)
    bank.app.state.serving.shelf.folders = (tmp_path / "empty",)
    missing = bank.admin.get(f"/customers/analyze/{OWN}/")
    assert missing.status_code == 503
    assert missing.headers["content-type"] == "application/json"
    assert "bellwether train bank_churn" in missing.json()["detail"]
    assert kept(bank) == []
    assert bank.of("other")["admin"].get(f"/customers/analyze/{OWN}/").status_code == 404


def test_who_runs_the_bank_finds_a_customer_by_any_id(bank: Shops) -> None:
    everybody = bank.admin.get("/api/customers?page_size=100").json()["results"]
    (found,) = [each for each in everybody if each["external_id"] == str(OWN)]
    for wanted in (OWN, found["number"], found["id"]):
        results = bank.admin.get(f"/api/customers/?search={wanted}").json()["results"]
        assert found in results
    assert bank.admin.get(f"/api/customers/?search={found['id']}").json()["results"] == [found]


def test_who_may_ask_for_predictions_asks_about_a_customer_on_record_as_of_then(
    bank: Shops,
) -> None:
    recorded(bank)
    before = bank.clock()
    bank.clock.pass_by(minutes=5)
    recorded(bank, age=70)
    asked = {"tenant": "acme", "customer_id": str(OWN)}
    now = bank.admin.post("/predict/bank_churn", asked).json()
    assert now["probability"] == analyzed(bank.admin)["churn_risk_score"]
    then = bank.admin.post("/predict/bank_churn", {**asked, "as_of": before.isoformat()}).json()
    assert then["probability"] < now["probability"]
    assert len(then["reasons"]) <= 4


def test_the_document_shows_a_row_that_the_ranges_allow(bank: Shops, tmp_path: Path) -> None:
    door = DoorSettings(open=frozenset({"shared"}))
    client = Client(make_app(bank.app.state.serving, door=door))
    document = client.get("/openapi.json").json()
    body = document["paths"]["/predict/bank_churn"]["post"]["requestBody"]
    content = body["content"]["application/json"]
    columns = content["schema"]["properties"]["features"]["properties"]
    assert columns["age"] == {"type": ["integer", "null"], "minimum": 0, "maximum": 150}
    sent = content["examples"]["by values"]["value"]
    assert client.post("/predict/bank_churn", sent).status_code == 200


def test_an_analysis_is_kept_under_the_id_of_its_request(bank: Shops) -> None:
    recorded(bank)
    answer = bank.admin.get(f"/customers/analyze/{OWN}/")
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert [row.request_id for row in kept(bank)] == [answer.json()["request_id"]]


def test_the_model_is_asked_by_values_with_the_ranges_of_a_record(bank: Shops) -> None:
    answer = bank.admin.post("/predict/bank_churn", {"features": {**SAMPLE, "surname": "Hill"}})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["reasons"][0]["text"] == "Inactive member."
    assert body["assumed"] == {}
    unseen = bank.admin.post("/predict/bank_churn", {"features": {**SAMPLE, "geography": "Peru"}})
    assert unseen.json()["assumed"] == {"geography": None}
    for name, value in (("age", -1), ("is_active_member", 2), ("tenure", 0.5)):
        refused = bank.admin.post("/predict/bank_churn", {"features": {**SAMPLE, name: value}})
        assert (refused.status_code, refused.json()["field"]) == (422, f"features.{name}")
