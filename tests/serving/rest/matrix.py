"""The table of expectations, put together from `tests.serving.rest.permissions`, and the routes there are."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Engine
from tests.serving.rest.people import PEOPLE, Shops

from commerce.records import work as works
from commerce.records.tenants import Tenant
from commerce.records.work import Work
from serving.app import routers

HERE = Path(__file__).parent


def tables() -> list[ModuleType]:
    """Every module of expectations."""
    names = sorted(path.stem for path in (HERE / "permissions").glob("*.py"))
    return [importlib.import_module(f"tests.serving.rest.permissions.{name}") for name in names]


def lines() -> dict[str, tuple[ModuleType, dict[str, int]]]:
    """What is expected of each route that asks for a credential, by the name of who asks."""
    return {
        route: (table, dict(zip(PEOPLE, map(int, line.split()), strict=True)))
        for table in tables()
        for route, line in table.LINES.items()
    }


def public() -> dict[str, int]:
    """What whoever asks is answered, of each route that asks for no credential."""
    return {
        route: int(status)
        for table in tables()
        for route, status in getattr(table, "PUBLIC", {}).items()
    }


def routes() -> list[str]:
    """Every route of every router."""
    return sorted(
        f"{method} {route.path}"
        for router in routers()
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    )


def request_of(
    shops: Shops, route: str, table: ModuleType | None, ids: Mapping[str, str], number: int
) -> tuple[str, str, Any]:
    """The method, path and body of a request: the documented example, or what the table says."""
    method, _, template = route.partition(" ")
    path = filled(template, ids)
    given: Mapping[str, Any] = getattr(table, "bodies", lambda *_: {})(shops, number)
    return method, path, given[route] if route in given else _example(shops, method, template)


def filled(template: str, ids: Mapping[str, str]) -> str:
    """A path with ids in the places of their names."""
    return re.sub(r"{(\w+)}", lambda name: ids[name[1]], template)


def _example(shops: Shops, method: str, template: str) -> Any:
    document = shops.app.openapi()
    operation = document["paths"].get(template, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    name = content["schema"]["$ref"].rpartition("/")[2]
    return document["components"]["schemas"][name]["examples"][0]


class TakenBack(Exception):
    """Ends a transaction without a trace."""


@pytest.fixture
def nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a route does is taken back, so that each is asked of the same shop."""
    take_back(monkeypatch)


def take_back(patch: pytest.MonkeyPatch) -> None:
    """Have what routes do taken back, as long as the patch holds."""

    @contextmanager
    def working(engine: Engine, tenant: Tenant, actor: Any, **how: Any) -> Iterator[Work]:
        try:
            with works.working(engine, tenant, actor, **how) as work:
                yield work
                raise TakenBack
        except TakenBack:
            pass

    patch.setattr("serving.rest.desk.working", working)
