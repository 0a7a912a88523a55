"""The API's document: every model there is, with requests that are answered and answers the model gives."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.routing import APIRoute
from tests.serving.shop import SHOP, Client, make_package, make_real_package

from features.catalogue import CATALOGUE
from scoring.decisions import decide
from scoring.published import publish
from scoring.scale import Scale, band
from scoring.wording import write_value
from serving.app import make_app, routers
from serving.predict.packages import PackageShelf, Served
from serving.predict.payload import read_payload
from serving.predict.scores import name_values
from serving.rest.openapi import example_answer, unusual_values
from serving.rest.schemas import Prediction

MODELS = ["churn", "credit"]
REFUSED = ("400", "401", "403", "404", "413", "422", "429", "503")
EXAMPLES = [
    pytest.param(example_answer(Served(make_package(model), SHOP)), id=model) for model in MODELS
]


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every operation of the document."""
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_document_is_openapi_3_1_and_holds_every_operation(client: Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    routes = {
        f"{method.lower()} {route.path}"
        for router in routers()
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    } - {
        f"post {path}"
        for path in ("/predict/{model}", "/predict/{model}/batch", "/explain/{model}")
    }
    assert {name for name, _ in operations(document)} == {
        *routes,
        *(
            f"post {path}"
            for model in MODELS
            for path in (f"/predict/{model}", f"/predict/{model}/batch", f"/explain/{model}")
        ),
    }  # fmt: skip


def test_every_operation_has_a_summary_and_an_example(client: Client) -> None:
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    for name, operation in operations(document):
        assert operation["summary"], name
        for status, answer in operation["responses"].items():
            if status in ("200", "201", "202"):
                assert "example" in spelt_out(answer, schemas), name
        if "requestBody" in operation:
            assert "example" in spelt_out(operation["requestBody"], schemas), name


def spelt_out(part: Any, schemas: dict[str, Any]) -> str:
    """A part of the document with the schemas that it names."""
    said = str(part)
    for name in re.findall(r"#/components/schemas/(\w+)", said):
        if name in schemas:
            rest = {key: value for key, value in schemas.items() if key != name}
            said += spelt_out(schemas[name], rest)
    return said


def test_every_refusal_a_request_can_meet_is_documented(client: Client) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/predict/churn"]["post"]
    assert set(operation["responses"]) == {"200", *REFUSED}
    for status in REFUSED:
        schema = operation["responses"][status]["content"]["application/problem+json"]["schema"]
        assert schema["$ref"].endswith("/Refusal")


def test_the_documented_examples_are_answers_and_requests(client: Client) -> None:
    document = client.get("/openapi.json").json()
    for model in ("churn", "credit"):
        operation = document["paths"][f"/predict/{model}"]["post"]
        Prediction.model_validate(
            operation["responses"]["200"]["content"]["application/json"]["example"]
        )
        for example in operation["requestBody"]["content"]["application/json"]["examples"].values():
            asked = example["value"] | {"tenant": "acme"}
            if "customer_id" in asked:
                asked |= {"customer_id": "17850"} | (
                    {"as_of": "2026-02-01"} if "as_of" in asked else {}
                )
            assert client.post(f"/predict/{model}", asked).status_code == 200, asked


def test_the_schema_takes_a_customer_as_text_or_integer(client: Client) -> None:
    schema = client.get("/openapi.json").json()["components"]["schemas"]["ByCustomer"]
    kinds = {kind["type"] for kind in schema["properties"]["customer_id"]["anyOf"]}
    assert kinds == {"string", "integer"}


def test_the_document_names_no_model_where_there_is_none(tmp_path: Path) -> None:
    document = Client(make_app()).get("/openapi.json").json()
    assert sorted(path for path in document["paths"] if "predict" in path) == [
        "/predict/{model}",
        "/predict/{model}/batch",
    ]


def test_an_operation_is_described_by_its_package(client: Client, packages: Path) -> None:
    package = replace(
        make_package("credit", version="2"), card={"predicts": "the probability of rain"}
    )
    publish(package, packages)
    paths = client.get("/openapi.json").json()["paths"]
    operation = paths["/predict/credit"]["post"]
    assert operation["summary"] == "The probability of rain"
    assert "retain or leave alone" in operation["description"]
    assert "a score with its band" in operation["description"]
    assert "score" not in paths["/predict/churn"]["post"]["description"]
    content = operation["responses"]["200"]["content"]["application/json"]
    assert content["example"]["model_version"] == "acme.credit/2"
    assert "parameters" not in operation


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_has_the_shape_of_an_answer(client: Client, example: dict[str, Any]) -> None:
    body = client.post(
        f"/predict/{example['model']}", {"tenant": "acme", "customer_id": "17850"}
    ).json()
    assert list(example) == list(body)
    assert list(example["decision"]) == list(body["decision"])
    assert {name for name, value in example.items() if value is None} == {
        name for name, value in body.items() if value is None
    }
    for reason in example["reasons"]:
        assert list(reason) == ["feature", "value", "reference", "contribution", "text"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_adds_up(example: dict[str, Any]) -> None:
    decision = example["decision"]
    raised = example["probability"] >= decision["threshold"]
    assert decision["action"] == ("retain" if raised else "leave alone")
    if example["score"] is not None:
        assert example["score"] == Scale().score(example["probability"])
        assert example["band"] == band(example["score"])
        assert example["rule_band"] == band(example["rule_score"])
    assert example["reasons"]
    for reason in example["reasons"]:
        assert reason["feature"] in SHOP.names
    assert example["model_version"] == f"{example['tenant']}.{example['model']}/1"


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_reason_shows_its_value(example: dict[str, Any]) -> None:
    for reason in example["reasons"]:
        unit = SHOP[reason["feature"]].unit
        assert write_value(reason["value"], unit, "EUR") in reason["text"]


@pytest.mark.parametrize("model", MODELS)
def test_an_example_is_what_its_package_answers_to_values_that_may_be_sent(
    tmp_path: Path, model: str
) -> None:
    publish(make_real_package(model), tmp_path)
    served = PackageShelf([tmp_path], CATALOGUE).current("acme", model)
    row = unusual_values(served)
    payload = read_payload(name_values(row, served.package.names), served.outputs, {})
    assert payload.assumed == {}
    np.testing.assert_array_equal(payload.values, row)
    answered = decide(served.package, payload.values).probability
    assert example_answer(served)["probability"] == answered
