"""Every operation is answered with what was asked for, at least once; its examples are what is asked and answered."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from tests.serving.rest.granted import Asked, granted, open_whole, operations
from tests.serving.rest.matrix import take_back
from tests.serving.rest.people import Shops

from commerce.records.database import connect

FREE = ("features", "data")
"""Members whose own members are named by what is in them."""


@dataclass(frozen=True)
class Whole:
    """A server that was asked for everything it has, and what it answered."""

    shops: Shops
    document: dict[str, Any]
    asked: Mapping[str, Asked]
    answers: Mapping[str, httpx.Response]

    @property
    def schemas(self) -> dict[str, Any]:
        """Of the document, by name."""
        found: dict[str, Any] = self.document["components"]["schemas"]
        return found

    def operation(self, route: str) -> dict[str, Any]:
        """What the document says of a route."""
        method, _, path = route.partition(" ")
        found: dict[str, Any] = self.document["paths"][path][method.lower()]
        return found

    def example(self, schema: Mapping[str, Any]) -> Any:
        """The example of a schema, or one put together of those of its parts; None where there is none."""
        if schema.get("examples"):
            return schema["examples"][0]
        if "$ref" in schema:
            return self.example(self.schemas[schema["$ref"].rpartition("/")[2]])
        if "items" in schema:
            row = self.example(schema["items"])
            return None if row is None else [row]
        for each in schema.get("anyOf", ()):
            if (found := self.example(each)) is not None:
                return found
        parts = {name: self.example(each) for name, each in schema.get("properties", {}).items()}
        return {name: each for name, each in parts.items() if each is not None} or None


@pytest.fixture(scope="module")
def whole(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """Every operation of the document asked, of a shop in which nothing stays of it."""
    folder = tmp_path_factory.mktemp("whole")
    shutil.copy(migrated_file, folder / "records.db")
    engine = connect(f"sqlite:///{folder / 'records.db'}")
    shops = open_whole(engine, folder)
    with pytest.MonkeyPatch.context() as patch:
        take_back(patch)
        asked: dict[str, Asked] = {}
        answers: dict[str, httpx.Response] = {}
        for route in operations(shops):
            asked[route] = granted(shops, route)
            answers[route] = asked[route].send(shops, route)
        yield Whole(shops, shops.app.openapi(), asked, answers)
    shops.close()
    engine.dispose()


def test_every_operation_of_the_document_is_granted_to_somebody(whole: Whole) -> None:
    refused = {
        route: (answer.status_code, answer.text[:200])
        for route, answer in whole.answers.items()
        if not answer.is_success
    }
    assert refused == {}
    assert set(whole.answers) == set(operations(whole.shops))


def test_an_answer_without_a_body_does_not_say_of_what_kind_it_is(whole: Whole) -> None:
    for route, answer in whole.answers.items():
        assert bool(answer.content) == ("content-type" in answer.headers), route


def test_a_documented_example_looks_like_the_answer(whole: Whole) -> None:
    wrong, compared = [], 0
    for route, answer in whole.answers.items():
        content = documented(whole, route, answer).get("application/json")
        if content is None:
            continue
        example = content.get("example", whole.example(content["schema"]))
        assert example is not None, f"{route} has no example of its answer"
        found = differences(example, answer.json())
        compared += 1
        wrong += [f"{route}: {each}" for each in found]
    assert compared > 150
    assert wrong == []


def test_a_documented_request_is_refused_for_nothing_but_what_is_not_there(whole: Whole) -> None:
    wrong, sent = [], 0
    for route, asked in whole.asked.items():
        content = whole.operation(route).get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        listed = content["application/json"].get("examples", {})
        examples = [each["value"] for each in listed.values()]
        for example in examples or [whole.example(content["application/json"]["schema"])]:
            assert example is not None, f"{route} has no example of a request"
            answer = replace(asked, body=example).send(whole.shops, route)
            sent += 1
            if not answer.is_success and not refused_as_documented(whole, route, answer):
                wrong.append((route, answer.status_code, answer.text[:200]))
    assert sent > 70
    assert wrong == []


def test_every_example_is_what_its_schema_says(whole: Whole) -> None:
    components = {"schemas": {name: usual(each) for name, each in whole.schemas.items()}}
    wrong, held = [], 0
    for name, schema in components["schemas"].items():
        for example in schema.get("examples", ()):
            held += 1
            own = {"$ref": f"#/components/schemas/{name}", "components": components}
            wrong += [
                (name, each.message) for each in Draft202012Validator(own).iter_errors(example)
            ]
    assert held > 100
    assert wrong == []


def documented(whole: Whole, route: str, answer: httpx.Response) -> dict[str, Any]:
    """What the document says of the body of an answer."""
    found: dict[str, Any] = whole.operation(route)["responses"][str(answer.status_code)]
    content: dict[str, Any] = found.get("content", {})
    return content


def refused_as_documented(whole: Whole, route: str, answer: httpx.Response) -> bool:
    """Whether a refusal is one of the shop's, and not of the form of what was sent."""
    shop_says = answer.status_code in (401, 402, 403, 404, 409) or (
        answer.status_code == 422 and "See /docs" not in answer.json()["detail"]
    )
    return shop_says and str(answer.status_code) in whole.operation(route)["responses"]


def usual(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema that lets null be left out, as FastAPI leaves it out of examples."""
    found = deepcopy(dict(schema))
    nullable = {
        name
        for name, each in found.get("properties", {}).items()
        if {"type": "null"} in each.get("anyOf", ())
    }
    found["required"] = [each for each in found.get("required", ()) if each not in nullable]
    return found


def differences(example: Any, answer: Any) -> list[str]:
    """Where an example is not of the shape of an answer; null is of every shape, and left out of the document."""
    if isinstance(example, list) and isinstance(answer, list):
        return differences(example[0], answer[0]) if example and answer else []
    if isinstance(example, float | int) and type(answer) in (float, int):
        return []
    if not isinstance(example, dict) or not isinstance(answer, dict):
        same = type(example) is type(answer) or None in (example, answer)
        return [] if same else [f"{example!r} is not like {answer!r}"]
    if not set(example) <= set(answer):
        return [f"{sorted(set(example) - set(answer))} not in {sorted(answer)}"]
    return [
        f"{key}: {each}"
        for key in example
        if key not in FREE
        for each in differences(example[key], answer[key])
    ]
