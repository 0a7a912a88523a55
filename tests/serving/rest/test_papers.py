"""The contract of the API: kept, and valid."""

from __future__ import annotations

from typing import Any

from fastapi.openapi.models import OpenAPI
from tests.serving.rest.papers import CLIENTS, CONTRACT, PATHS, clients, contract, paths
from tests.serving.shop import Client

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


def references(part: Any) -> list[str]:
    """Every reference to a schema."""
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [each for value in part.values() for each in references(value)]
    return [each for value in part for each in references(value)] if isinstance(part, list) else []
