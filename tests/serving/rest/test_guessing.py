"""Attacks on every route there is: SQL in every filter and every path, and ids that are guessed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, select
from tests.serving.rest.matrix import lines, nothing_stays, request_of
from tests.serving.rest.people import Shops, open_shops

from commerce.records import schema

__all__ = ["nothing_stays"]

SQL = (
    "x' OR '1'='1",
    'x") OR 1=1 --',
    "x'; DROP TABLE event; --",
    "x' UNION SELECT password_hash FROM users --",
    "x'; UPDATE users SET role = 'admin'; --",
    "%",
)
NEVER = str(uuid.UUID(int=7))


def asked(shops: Shops) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every question that the document knows, with what it takes by query and path."""
    for path, operations in shops.app.openapi()["paths"].items():
        if "get" in operations and not path.startswith("/predict"):
            yield (
                path,
                {each["name"]: each["in"] for each in operations["get"].get("parameters", [])},
            )


def written(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table, but for the instant up to which a shop was looked at."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(*columns))))
            for table in schema.metadata.sorted_tables
            if (columns := [each for each in table.columns if each.name != "observed_at"])
        }


def test_sql_in_a_filter_or_a_path_finds_nothing_and_breaks_nothing(shops: Shops) -> None:
    before = written(shops.engine)
    wrong: list[tuple[object, ...]] = []
    tried = 0
    for path, parameters in asked(shops):
        filters = [name for name, where in parameters.items() if where == "query"]
        for text in SQL:
            place = re.sub(r"{\w+}", quote(text, safe=""), path)
            if "{" in path:
                answer, tried = shops.admin.get(place), tried + 1
                if not 400 <= answer.status_code < 500:
                    wrong.append((path, text, answer.status_code))
            for name in filters:
                real = re.sub(r"{\w+}", NEVER, path)
                answer, tried = shops.admin.get(real, params={name: text}), tried + 1
                found = answer.json().get("count", 0) if answer.status_code == 200 else 0
                if name == "ordering" and found:  # of a list that has one order only
                    found = answer.json()["results"] != shops.admin.get(real).json()["results"]
                if answer.status_code >= 500 or found or "argon2" in answer.text:
                    wrong.append((path, name, text, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert tried > 100
    assert written(shops.engine) == before


@pytest.mark.usefixtures("nothing_stays")
def test_who_guesses_an_id_by_whatever_name_gets_no_more_than_the_table_says(
    engine: Engine, tmp_path: Path
) -> None:
    shops = open_shops(engine, media=tmp_path)
    marks = ("buyer@example.com", "Buyer", "Tick Street", "argon2")
    wrong: list[tuple[object, ...]] = []
    for route, (table, expected) in lines().items():
        if "{" not in route or expected["stranger"] < 400:
            continue
        ids = table.ids(shops)
        guesses = [
            ids,
            {name: value.upper() for name, value in ids.items()},
            {name: value.replace("-", "") for name, value in ids.items()},
            *(dict.fromkeys(ids, text) for text in (NEVER, "number:1", "1", "0", "-1")),
        ]
        for guess in guesses:
            method, path, body = request_of(shops, route, table, guess, 0)
            answer = shops.stranger.request(method, path, json=body)
            if not 400 <= answer.status_code < 500:
                wrong.append((route, guess, answer.status_code, answer.text[:200]))
            wrong += [(route, guess, mark) for mark in marks if mark in answer.text]
    shops.close()
    assert wrong == []


@pytest.mark.usefixtures("nothing_stays")
def test_an_id_that_never_was_is_refused_to_all_who_may_ask_and_answered_to_none(
    engine: Engine, tmp_path: Path
) -> None:
    shops = open_shops(engine, media=tmp_path)
    wrong: list[tuple[object, ...]] = []
    for route, (table, _) in lines().items():
        names = re.findall(r"{(\w+)}", route)
        if not names or "{model}" in route:
            continue
        method, path, body = request_of(shops, route, table, dict.fromkeys(names, NEVER), 0)
        for who in ("buyer", "seller", "courier", "admin"):
            answer = getattr(shops, who).request(method, path, json=body)
            if not 400 <= answer.status_code < 500:
                wrong.append((route, who, answer.status_code, answer.text[:200]))
    shops.close()
    assert wrong == []
