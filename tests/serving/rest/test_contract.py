"""No answer to whatever is asked, by whomever, is off the document: no 5xx, no status or body that it does not know."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.serving.rest.fuzzing import Fuzz, shown, told
from tests.serving.rest.granted import open_whole
from tests.serving.rest.matrix import nothing_stays
from tests.serving.rest.people import NOW, PEOPLE, Person, Shops

from commerce.people import credentials
from commerce.records.actors import Actor
from commerce.records.work import working

__all__ = ["nothing_stays"]

Record = Callable[[str, object], None]


@pytest.fixture
def shops(engine: Engine, tmp_path: Path) -> Iterator[Shops]:
    """Two shops whose server lacks nothing."""
    opened = open_whole(engine, tmp_path)
    yield opened
    opened.close()


@pytest.fixture(params=["engine", "postgres_engine"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shops]:
    """The same on each database."""
    opened = open_whole(request.getfixturevalue(request.param), tmp_path)
    yield opened
    opened.close()


@pytest.mark.usefixtures("nothing_stays")
def test_no_answer_is_off_the_document(shops: Shops, record_property: Record) -> None:
    with Fuzz(shops) as fuzz:
        for route in fuzz.routes:
            fuzz.grant(route)
            fuzz.generate(route, "admin", 3)
            fuzz.generate(route, "buyer", 1)
            fuzz.probe(route, "superadmin", 1)
    record_property("told", f"contract: {told(fuzz)}")
    assert fuzz.faults == {}, shown(fuzz.faults)
    assert fuzz.granted == set(fuzz.routes)


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_stays")
def test_no_answer_to_anybody_is_off_the_document(both: Shops, record_property: Record) -> None:
    with Fuzz(both, key=_with_key(both)) as fuzz:
        for route in fuzz.routes:
            fuzz.grant(route)
            for who in ("anonymous", "key", *PEOPLE):
                fuzz.generate(route, who, 4)
            fuzz.probe(route, "superadmin", 8)
            fuzz.probe(route, "buyer", 2)
    record_property("told", f"contract, {both.engine.dialect.name}: {told(fuzz)}")
    assert fuzz.faults == {}, shown(fuzz.faults)


@pytest.mark.slow
def test_what_was_written_is_read_without_a_fault(both: Shops, record_property: Record) -> None:
    """Whatever a question let in stays, and is looked at by all that reads."""
    with Fuzz(both) as fuzz:
        fuzz.prepare()
        writes = [route for route in fuzz.routes if route.split()[0] in ("POST", "PUT", "PATCH")]
        for route in writes:
            fuzz.generate(route, "superadmin", 8)
            fuzz.probe(route, "superadmin", 6)
        for route in fuzz.routes:
            if route.startswith("GET"):
                fuzz.generate(route, "superadmin", 8)
                fuzz.generate(route, "buyer", 4)
    record_property("told", f"contract, {both.engine.dialect.name}, kept: {told(fuzz)}")
    assert fuzz.faults == {}, shown(fuzz.faults)


BREACHES = [
    (418, "application/problem+json", {}, "UndefinedStatusCode"),
    (500, "application/problem+json", {}, "ServerError"),
    (200, "text/html", {}, "UndefinedContentType"),
    (200, "application/json", {"points": 1}, "JsonSchemaError"),
    (404, "application/problem+json", {"detail": "gone"}, "JsonSchemaError"),
]


def broken(app: ASGIApp, status: int, kind: str, body: object) -> ASGIApp:
    """An application that answers so about points."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != "/api/points":
            await app(scope, receive, send)
            return
        start = {"status": status, "headers": [(b"content-type", kind.encode())]}
        await send({"type": "http.response.start", **start})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    return answer


def test_a_route_that_breaks_its_contract_is_found(shops: Shops) -> None:
    for status, kind, body, fault in BREACHES:
        with Fuzz(shops, app=broken(shops.app, status, kind, body)) as fuzz:
            fuzz.grant("GET /api/points")
            fuzz.grant("GET /api/wallet")
        assert f"GET /api/points {status} {fault}" in fuzz.faults
        assert all("/api/points" in each for each in fuzz.faults)


def _with_key(shops: Shops) -> Person:
    """A program with a key of an admin's rights."""
    with working(shops.engine, shops.tenant("acme"), Actor("admin"), now=NOW) as work:
        secret = credentials.issue(work, "fuzz", "admin").text
    return Person(shops.anonymous.client, {"X-API-Key": secret})
