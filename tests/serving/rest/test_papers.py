"""The contract of the API: kept, valid, and its examples what is really asked and answered."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from tests.serving.rest.matrix import lines, nothing_stays, request_of
from tests.serving.rest.papers import CLIENTS, CONTRACT, PATHS, clients, contract, paths
from tests.serving.rest.people import Shops
from tests.serving.shop import Client

__all__ = ["nothing_stays"]
AGAIN = "Write it again: .venv/bin/python -m tests.serving.rest.papers"


def test_the_contract_changed_only_where_it_was_written_down() -> None:
    assert CONTRACT.read_text(encoding="utf-8") == contract(), AGAIN


def test_the_page_of_old_paths_is_of_the_routes_of_today() -> None:
    assert PATHS.read_text(encoding="utf-8") == paths(), AGAIN


def test_the_page_of_clients_is_of_the_routers_of_today() -> None:
    page = CLIENTS.read_text(encoding="utf-8")
    assert page == clients(), AGAIN
    frontend, courier, admin = page.partition("access{{")[0].split("-- JWT -->")[1:]
    assert "carts" in frontend
    assert "deliveries" in courier
    assert "carts" not in courier
    assert "keys" in admin


def test_the_schema_is_valid_openapi_3_1(client: Client) -> None:
    document = client.get("/api/schema/").json()
    assert document["openapi"].startswith("3.1")
    OpenAPI.model_validate(document)
    names = set(document["components"]["schemas"])
    for name in {each.rpartition("/")[2] for each in references(document)}:
        assert name in names, f"{name} is referred to and not there"
    operations = [each for methods in document["paths"].values() for each in methods.values()]
    ids = [each["operationId"] for each in operations]
    assert len(ids) == len(set(ids))


@pytest.mark.usefixtures("nothing_stays")
def test_a_documented_example_looks_like_the_answer(shops: Shops) -> None:
    document = shops.app.openapi()
    wrong, compared = [], 0
    for route, (table, expected) in lines().items():
        who = next(
            (name for name, status in reversed(expected.items()) if status in (200, 201, 202)), None
        )
        example = example_of(document, route)
        if who is None or example is None:
            continue
        ids = table.ids(shops) if "{" in route else {}
        method, path, body = request_of(shops, route, table, ids, 0)
        answered = getattr(shops, who).request(method, path, json=body).json()
        if "results" in answered:
            answered = next(iter(answered["results"]), None)
        if answered is not None:
            compared += 1
            wrong += [f"{route}: {each}" for each in differences(example, answered)]
    assert compared > 10
    assert wrong == []


def references(part: Any) -> list[str]:
    """Every reference to a schema."""
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [each for value in part.values() for each in references(value)]
    return [each for value in part for each in references(value)] if isinstance(part, list) else []


def example_of(document: dict[str, Any], route: str) -> Any:
    """The example of a route's answer, or of a row of the list that it answers."""
    method, _, path = route.partition(" ")
    operation = document["paths"].get(path, {}).get(method.lower(), {})
    schemas = document["components"]["schemas"]
    for status in ("200", "201", "202"):
        content = operation.get("responses", {}).get(status, {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        model = schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
        rows = model.get("properties", {}).get("results", {}).get("items", {})
        model = schemas.get(rows.get("$ref", "").rpartition("/")[2], model)
        if model.get("examples"):
            return model["examples"][0]
    return None


def differences(example: Any, answer: Any) -> list[str]:
    """Where an example is not of the shape of an answer; null is of every shape, and left out of the document."""
    if not isinstance(example, dict) or not isinstance(answer, dict):
        same = type(example) is type(answer) or None in (example, answer)
        return [] if same else [f"{example!r} is not like {answer!r}"]
    if not set(example) <= set(answer):
        return [f"{sorted(set(example) - set(answer))} not in {sorted(answer)}"]
    return [f"{key}: {each}" for key in example for each in differences(example[key], answer[key])]
