"""The client's answers are what the API declares: names, kinds and what may be null."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Generator
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from bellwether import questions
from bellwether.answers import BatchAnswer, BatchRow, Refusal, RefusedRow
from bellwether.batches import predict_batch
from bellwether.client import AsyncClient, Client
from bellwether.questions import Question

ASKED: dict[str, Question[Any]] = {
    "predict": questions.predict("churn", customer_id="17"),
    "explain": questions.explain("churn", customer_id="17"),
    "models": questions.models(),
    "model": questions.model("{name}"),
    "recommendations": questions.recommendations("{customer_id}", threshold=1, as_of="2026-01-01"),
    "value": questions.value("{customer_id}", as_of="2026-01-01"),
    "credit_profile": questions.credit_profile("{customer_id}"),
}


@pytest.fixture(scope="module")
def document(app: Any) -> dict[str, Any]:
    """The OpenAPI document of the server."""
    found: dict[str, Any] = app.openapi()
    return found


def operation(document: dict[str, Any], question: Question[Any]) -> dict[str, Any]:
    """What the document says of a question's route."""
    path = question.path.replace("%7B", "{").replace("%7D", "}")
    found: dict[str, Any] = document["paths"][path][question.method.lower()]
    return found


def shape(schema: Any, parts: dict[str, Any]) -> Any:
    """What a JSON schema says of names, kinds and null, and nothing of words, limits and forms of text."""
    if "$ref" in schema:
        return shape(parts[schema["$ref"].rpartition("/")[2]], parts)
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return frozenset(str(shape(each, parts)) for each in options)
    kind = schema.get("type")
    if kind is None and ("enum" in schema or "const" in schema):
        kind = "string"
    if kind == "array":
        return ("array", shape(schema["items"], parts))
    if "properties" in schema:
        return {name: shape(each, parts) for name, each in sorted(schema["properties"].items())}
    if kind == "object":
        more = schema.get("additionalProperties", True)
        return ("object", None if more in (True, {}) else shape(more, parts))
    return kind


def shape_told(told: Any) -> Any:
    """The shape of what a client reads."""
    (schema,), parts = msgspec.json.schema_components([told])
    return shape(schema, parts)


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_is_read_as_the_api_declares_it(document: dict[str, Any], name: str) -> None:
    question = ASKED[name]
    content = operation(document, question)["responses"]["200"]["content"]
    declared = shape(content["application/json"]["schema"], document["components"]["schemas"])
    assert shape_told(question.told) == declared


def test_a_refusal_is_read_as_the_api_declares_it(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert shape_told(Refusal) == shape(schemas["Refusal"], schemas)


@pytest.mark.parametrize("told", [BatchAnswer, RefusedRow])
def test_a_row_of_a_batch_is_read_as_the_api_declares_it(
    document: dict[str, Any], told: type[BatchRow]
) -> None:
    schemas = document["components"]["schemas"]
    route = document["paths"]["/predict/churn/batch"]["post"]
    rows = route["responses"]["200"]["content"]["application/json"]["schema"]["items"]["anyOf"]
    assert {"$ref": f"#/components/schemas/{told.__name__}"} in rows
    assert len(rows) == len(get_args(BatchRow))
    assert shape_told(told) == shape(schemas[told.__name__], schemas)


def test_what_a_batch_is_asked_with_is_what_the_route_takes(document: dict[str, Any]) -> None:
    route = document["paths"]["/predict/churn/batch"]["post"]
    taken = {each["name"] for each in route["parameters"] if each["in"] == "query"}
    batch = predict_batch("churn", customer_ids=["17"], as_of="2026-01-01", reasons=False)
    assert {*batch.query, "tenant"} == taken


def test_a_batch_is_a_method_of_both_clients() -> None:
    for kind, told in (
        (Client, Generator[BatchRow, None, None]),
        (AsyncClient, AsyncGenerator[BatchRow, None]),
    ):
        method: Any = kind.predict_batch
        signature = inspect.signature(method)
        assert list(signature.parameters)[1:] == list(inspect.signature(predict_batch).parameters)
        assert signature.return_annotation == told
        assert method.__doc__ == predict_batch.__doc__


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_with_is_what_the_route_takes(document: dict[str, Any], name: str) -> None:
    taken = {
        each["name"]
        for each in operation(document, ASKED[name]).get("parameters", ())
        if each["in"] == "query"
    }
    assert set(ASKED[name].query) == taken - {"ordering"}


def test_every_question_is_held_to_the_document_and_a_method_of_both_clients() -> None:
    public = {
        name
        for name, function in inspect.getmembers(questions, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == questions.__name__
    }
    assert public == set(ASKED)
    for name in public:
        function = getattr(questions, name)
        (told,) = get_args(get_type_hints(function)["return"])
        for kind in (Client, AsyncClient):
            method = getattr(kind, name)
            signature = inspect.signature(method)
            assert list(signature.parameters)[1:] == list(inspect.signature(function).parameters)
            assert signature.return_annotation == told
            assert method.__doc__ == function.__doc__


def test_a_field_that_is_not_known_yet_is_passed_over() -> None:
    body = {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "It must exist.",
        "field": None,
        "request_id": None,
        "seen_at": {"by": ["whom"]},
    }
    assert msgspec.json.decode(msgspec.json.encode(body), type=Refusal).detail == "It must exist."
