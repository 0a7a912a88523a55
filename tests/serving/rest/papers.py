"""What is written down of the routes there are: the contract, for reviews, and the old paths of five systems.

``.venv/bin/python -m tests.serving.rest.papers`` writes both again.
"""

from __future__ import annotations

import csv
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute
from tests.serving.rest.matrix import lines

from serving.app import make_app, routers

ROOT = Path(__file__).parents[3]
CONTRACT = Path(__file__).with_name("contract.txt")
PATHS = ROOT / "docs" / "paths.md"
CLIENTS = ROOT / "docs" / "clients.md"
_PATH = re.compile(
    r"\b((?:GET|POST|PUT|PATCH|DELETE)(?:,(?:GET|POST|PUT|PATCH|DELETE))*) (/[^\s`?]*)"
)
_HEAD = """# Paths of the systems before

What clients of the five replaced systems ask for, the route that answers, and the requirement in
`tests/requirements.csv`. A trailing slash is accepted and not asked for. `tests/clients/five_systems.py` asks a
server for all of them as those clients do; Postman and the like make a collection of `/api/schema`.
Written by `.venv/bin/python -m tests.serving.rest.papers`.

| asked for | route | requirement |
|---|---|---|
"""

_CLIENTS = {
    "the shop's frontend": {"buyer": "user", "seller": "seller"},
    "the courier's app": {"courier": "delivery"},
    "administration": {"admin": "admin", "superadmin": "superadmin"},
}
_CLIENTS_HEAD = """# Who asks what

Three clients, each with the token of who is logged in, and the routers of `src/serving/rest` of which they may use more
than lists of their own. Programs show an API key instead, which its scopes narrow; what they ask of models, with curl,
is in [explanations.md](explanations.md).
Written by `.venv/bin/python -m tests.serving.rest.papers`, from the routes and from who may ask them.

"""


def contract() -> str:
    """The document in short: a line for each operation, and one for each body."""
    document = make_app().openapi()
    lines = [
        f"{method.upper()} {path} {operation.get('x-scope') or 'public'}"
        f" ({', '.join(_asked(operation))}) -> {', '.join(_answered(operation))}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    bodies = [
        f"{name}: {', '.join(_fields(schema))}"
        for name, schema in document["components"]["schemas"].items()
    ]
    return "\n".join([*sorted(lines), "", *sorted(bodies), ""])


def paths() -> str:
    """The page of old paths: those that have a route, by requirement."""
    operations = {
        (method.upper(), re.sub(r"{\w+}", "{}", path)): path
        for path, methods in make_app().openapi()["paths"].items()
        for method in methods
    }
    rows = [
        f"| `{method} {old}` | `{method} {operations[method, _plain(old)]}` | {identifier} |\n"
        for identifier, method, old in asked_for()
        if (method, _plain(old)) in operations
    ]
    return _HEAD + "".join(rows)


def clients() -> str:
    """The page of clients: a diagram of who asks which routers, from the table of permissions."""
    modules = {
        f"{method} {route.path}": route.endpoint.__module__.rpartition(".")[2]
        for router in routers()
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    parts = ["flowchart LR"]
    for number, (client, roles) in enumerate(_CLIENTS.items()):
        own = {
            modules[route]
            for route, (_, expected) in lines().items()
            if any(expected[role] < 300 for role in roles)
            and (expected["stranger"] >= 400 or not route.startswith("GET"))
        }
        parts += [
            f'  c{number}["{client}<br/>{", ".join(roles.values())}"] -- JWT --> access',
            f'  access --> r{number}["{"<br/>".join(textwrap.wrap(", ".join(sorted(own)), 60))}"]',
            f"  r{number} --> commerce",
        ]
    parts += [
        '  p["programs"] -- API key --> access',
        '  access{{"serving.access<br/>who asks, for which shop"}}',
        '  access --> predict["predict, analytics"] --> packages[("decision packages")]',
        '  commerce[("commerce<br/>records, ledger, stream")]',
        "  predict --> commerce",
    ]
    return _CLIENTS_HEAD + "```mermaid\n" + "\n".join(parts) + "\n```\n"


def asked_for() -> Iterator[tuple[str, str, str]]:
    """Requirement, method and path of everything that a requirement names by its path."""
    text = (ROOT / "tests" / "requirements.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        for methods, path in _PATH.findall(row["requirement"]):
            for method in methods.split(","):
                yield row["id"], method, path


def _plain(path: str) -> str:
    return re.sub(r"{\w+}|<\w+>", "{}", path.rstrip("/"))


def _asked(operation: dict[str, Any]) -> list[str]:
    named = [
        each["name"] + ("" if each["required"] else "?") for each in operation.get("parameters", ())
    ]
    content = operation.get("requestBody", {}).get("content", {})
    return [*named, *(_kind(each["schema"]) for each in content.values())]


def _answered(operation: dict[str, Any]) -> list[str]:
    return [
        f"{status} {' '.join(_kind(each.get('schema', {})) for each in answer.get('content', {}).values())}".strip()
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    ]


def _fields(schema: dict[str, Any]) -> list[str]:
    wanted = schema.get("required", ())
    return [
        f"{name}{'' if name in wanted else '?'} {_kind(field)}"
        for name, field in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return "|".join(_kind(each) for each in schema["anyOf"])
    if "items" in schema:
        return f"[{_kind(schema['items'])}]"
    return str(schema.get("format") or schema.get("type") or "any")


if __name__ == "__main__":
    CONTRACT.write_text(contract(), encoding="utf-8")
    PATHS.write_text(paths(), encoding="utf-8")
    CLIENTS.write_text(clients(), encoding="utf-8")
