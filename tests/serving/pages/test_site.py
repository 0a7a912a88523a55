"""What people and machines read about the API: complete, with examples, and nothing from elsewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.serving.conftest import Asker

from serving.rest.schemas import Prediction


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every operation of the document."""
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_document_is_openapi_3_1_and_holds_every_operation(ask: Asker) -> None:
    document = ask.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {name for name, _ in operations(document)} == {
        "post /predict/churn",
        "post /predict/credit",
        "get /livez",
        "get /readyz",
    }


def test_every_operation_has_a_summary_and_an_example(ask: Asker) -> None:
    for name, operation in operations(ask.get("/openapi.json").json()):
        assert operation["summary"], name
        assert "example" in str(operation["responses"]["200"]), name
        if "requestBody" in operation:
            assert operation["requestBody"]["content"]["application/json"]["examples"], name


def test_every_refusal_a_question_can_meet_is_documented(ask: Asker) -> None:
    operation = ask.get("/openapi.json").json()["paths"]["/predict/churn"]["post"]
    assert set(operation["responses"]) == {"200", "400", "404", "413", "422", "503"}
    for status in ("400", "404", "413", "422", "503"):
        schema = operation["responses"][status]["content"]["application/json"]["schema"]
        assert schema["$ref"].endswith("/Refusal")


def test_the_documented_examples_are_answers_and_questions(ask: Asker) -> None:
    document = ask.get("/openapi.json").json()
    for model in ("churn", "credit"):
        operation = document["paths"][f"/predict/{model}"]["post"]
        Prediction.model_validate(
            operation["responses"]["200"]["content"]["application/json"]["example"]
        )
        for example in operation["requestBody"]["content"]["application/json"]["examples"].values():
            asked = example["value"] | {"tenant": "acme"}
            if "customer_id" in asked:
                asked |= {"customer_id": "17850"}
            assert ask.post(f"/predict/{model}", asked).status_code == 200, asked


def test_the_schema_takes_a_customer_as_text_or_integer(ask: Asker) -> None:
    schema = ask.get("/openapi.json").json()["components"]["schemas"]["ByCustomer"]
    kinds = {kind["type"] for kind in schema["properties"]["customer_id"]["anyOf"]}
    assert kinds == {"string", "integer"}


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_loads_nothing_from_elsewhere(ask: Asker, path: str) -> None:
    response = ask.get(path, headers={"accept": "text/html"})
    assert response.status_code == 200
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", response.text)
    assert "googletagmanager" not in response.text
    assert "default-src 'self'" in response.headers["content-security-policy"]
    for asset in re.findall(r"(?:src|href)=\"(/docs/[^\"]+)\"", response.text):
        assert ask.get(asset).status_code == 200, asset


def test_the_api_page_shows_openapi_3_1_and_asks_no_validator(ask: Asker) -> None:
    page = ask.get("/docs").text
    assert '"validatorUrl": null' in page
    script = ask.get("/docs/swagger-ui-bundle.js")
    assert script.headers["content-type"].startswith("text/javascript")
    version = re.search(r"PACKAGE_VERSION:\"(\d+)\.", script.text)
    assert version is not None
    assert int(version[1]) >= 5  # the first that reads OpenAPI 3.1


@pytest.mark.parametrize("name", ["__init__.py", "..%2f..%2fmain.py", "swagger-ui.css.map"])
def test_only_the_pages_own_files_are_served(ask: Asker, name: str) -> None:
    assert ask.get(f"/docs/{name}").status_code == 404


def test_the_first_page_says_how_to_ask_and_who_may(ask: Asker) -> None:
    body = ask.get("/").json()
    assert "POST /predict/churn" in body["ask"]
    assert "127.0.0.1" in body["note"]
