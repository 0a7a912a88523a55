"""Asks an application what its document allows and what it does not, and holds every answer to the document.

``fuzz.generate(route, who, 10)`` asks what schemathesis makes up, ``fuzz.probe(route, who)`` puts each nasty value into
each place of a request that is granted; ``fuzz.faults`` says what was wrong, each kind once.
"""

from __future__ import annotations

import asyncio
import json
import random
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import httpx
import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks
from starlette.types import ASGIApp
from tests.serving.rest.granted import Asked, granted
from tests.serving.rest.matrix import filled
from tests.serving.rest.people import Person, Shops

load_all_checks()

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
"""No 5xx, no status, content type or header that is not documented, no body off its schema."""

_HOME = "http://localhost"
DEEP = "[" * 100_000 + "]" * 100_000

TEXTS = (
    *("", " ", "\x00", "a\x00b", "\ud800", "\u202e\u0301", "\u0663", "x" * 300, "x" * 20_000),
    *["%", "'", "\\", "..", "[]", "{}", "a,b", "../../etc/passwd", "xn--a", "true", "null"],
    *f"-0 -1 1e5 1e400 NaN -Infinity 1_000 0x10 {'9' * 40} 0.1{'0' * 40} 1700000000".split(),
    *["2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-03-29T02:30:00"],
    *["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00"],
    *f"2026-01-01T00:00:00.123456789Z number:-1 number:{'9' * 40} number:".split(),
    "00000000-0000-0000-0000-000000000000",
)
VALUES: tuple[Any, ...] = (
    *TEXTS,
    *(None, True, 0, -1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 10**40, 0.1, 1e308, -1e308),
    *(float("nan"), float("inf"), [], {}, [None], [[]], [""], {"": None}, ["x"] * 2_000),
)
"""What has gone wrong somewhere, whatever it is put into."""


class Fuzz:
    """One application, by its document."""

    def __init__(self, shops: Shops, *, app: ASGIApp | None = None, **people: Person) -> None:
        self._shops, self._people = shops, people
        self.document: dict[str, Any] = json.loads(json.dumps(shops.app.openapi()))
        schema = schemathesis.openapi.from_dict(self.document)
        self._operations: dict[str, Any] = {}
        for each in schema.get_all_operations():
            assert isinstance(each, Ok), each
            self._operations[each.ok().label] = each.ok()
        self.statuses: Counter[int] = Counter()
        self.granted: set[str] = set()
        self.faults: dict[str, str] = {}
        self._asked: dict[str, Asked] = {}
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app=app or shops.app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=_HOME)

    def __enter__(self) -> Fuzz:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    @property
    def routes(self) -> list[str]:
        """Every operation of the document."""
        return list(self._operations)

    def prepare(self) -> None:
        """Make what is asked about now, where it could not be made later."""
        for route in self.routes:
            self._granted(route)

    def grant(self, route: str) -> None:
        """Ask what is granted."""
        asked = self._granted(route)
        more, form = dict(asked.more), {}
        if asked.body is not None:
            form["json"] = asked.body
        case = self._operations[route].Case(path_parameters=dict(asked.ids))
        url = f"{_HOME}{case.formatted_path}"
        headers = {**getattr(self._shops, asked.who).headers, **more.pop("headers", {})}
        self._send(
            case, self._client.build_request(case.method, url, headers=headers, **more, **form)
        )

    def generate(self, route: str, who: str, examples: int) -> None:
        """Ask what is made up by the schema or against it; most of it about what is there."""
        operation, asked, person = self._operations[route], self._granted(route), self._person(who)
        both = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

        @hypothesis.seed(_seed(route, who))
        @settings(
            max_examples=examples,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(st.one_of(*both), st.sampled_from((0, 1, 2, 2)), st.integers(0, 2**16))
        def ask(case: Case[Any], real: int, bits: int) -> None:
            if real:
                case.path_parameters = dict(asked.ids)
            if real == 2:
                case.query = {**asked.more.get("params", {}), **_some(case.query, bits)}
                if isinstance(case.body, dict) and isinstance(asked.body, dict):
                    case.body = {**asked.body, **_some(case.body, bits)}
            for name, text in case.headers.items():
                case.headers[name] = text.strip()
            made = case.as_transport_kwargs(base_url=_HOME, headers=person.headers)
            ready = requests.Request(**made).prepare()
            assert ready.url is not None
            assert ready.body is None or isinstance(ready.body, str | bytes)
            sent: dict[str, Any] = {"headers": dict(ready.headers), "content": ready.body}
            self._send(case, self._client.build_request(case.method, ready.url, **sent))

        with suppress(Unsatisfiable):  # where there is nothing to make up
            ask()

    def probe(self, route: str, who: str, most: int | None = None) -> None:
        """Put nasty values into each place of a request that is granted: all, or so many of each place."""
        asked, draw = self._granted(route), random.Random(_seed(route, who))
        case = self._operations[route].Case(path_parameters=dict(asked.ids))
        for place, name, values in self._places(route):
            for value in values if most is None else draw.sample(values, min(most, len(values))):
                self._send(case, self._nasty(route, asked, self._person(who), (place, name), value))

    def _nasty(
        self, route: str, asked: Asked, person: Person, place: tuple[str, str], value: Any
    ) -> httpx.Request:
        where, name = place
        method, _, path = route.partition(" ")
        places: dict[str, dict[str, Any]] = {
            "path": dict(asked.ids),
            "query": dict(asked.more.get("params", {})),
            "header": dict(person.headers),
        }
        body: Any = asked.body
        if where == "body":
            body = {**(body or {}), name: value} if name else value
        else:
            places[where][name] = value.encode("utf-8", "surrogatepass")
        headers, content = places["header"], None
        if where == "header":
            headers[name] = headers[name].replace(b"\x00", b"")  # which no client can send
        if body is not None or place == ("body", ""):
            content = DEEP if body is DEEP else json.dumps(body)
            headers["Content-Type"] = "application/json"
        query = "&".join(f"{name}={_quoted(each)}" for name, each in places["query"].items())
        quoted = {name: _quoted(each) for name, each in places["path"].items()}
        url = f"{_HOME}{filled(path, quoted)}{'?' * bool(query)}{query}"
        return self._client.build_request(method, url, headers=headers, content=content)

    def _places(self, route: str) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
        """Where a value may stand in a request, and what is put there."""
        method, _, path = route.partition(" ")
        operation = self.document["paths"][path][method.lower()]
        segments = tuple(text for text in TEXTS if text.strip("."))
        for each in operation.get("parameters", ()):
            yield each["in"], each["name"], segments if each["in"] == "path" else TEXTS
        yield from (("header", name, TEXTS) for name in ("X-Tenant-ID", "If-None-Match"))
        yield "query", "tenant_id", TEXTS
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            yield "body", "", (*VALUES, DEEP)
            for name in sorted(_properties(self.document, content["schema"])):
                yield "body", name, VALUES

    def _granted(self, route: str) -> Asked:
        if route not in self._asked:
            self._asked[route] = granted(self._shops, route)
        return self._asked[route]

    def _person(self, who: str) -> Person:
        return self._people[who] if who in self._people else getattr(self._shops, who)

    def _send(self, case: Case[Any], request: httpx.Request) -> None:
        answer = self._runner.run(self._client.send(request))
        answer.request = httpx.Request(request.method, _HOME)  # the checks want one that is plain
        route = case.operation.label
        self.statuses[answer.status_code] += 1
        if answer.is_success:
            self.granted.add(route)
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                kind = f"{route} {answer.status_code} {type(failure).__name__}"
                said = f"{request.url!s:.600}\n{_head(request)!r}\n{answer.text[:400]}\n{failure!s:.900}"
                self.faults.setdefault(kind, said)


def _properties(document: Mapping[str, Any], schema: Mapping[str, Any]) -> set[str]:
    """Every name that a body may hold."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _properties(document, document["components"]["schemas"][name])
    found = set(schema.get("properties", ()))
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found |= _properties(document, each)
    return found


def _some(given: Mapping[str, Any], bits: int) -> dict[str, Any]:
    return {name: value for place, (name, value) in enumerate(given.items()) if bits >> place & 1}


def _head(request: httpx.Request) -> bytes:
    return b"a form" if "multipart" in str(request.headers) else request.content[:300]


def _quoted(value: object) -> str:
    return quote(value if isinstance(value, bytes) else str(value), safe="")


def _seed(*parts: str) -> int:
    """The same each time in `make test`, another in `make test-all`."""
    if settings.default is not None and settings.default.derandomize:
        return zlib.crc32(" ".join(parts).encode())
    return random.getrandbits(32)


def told(fuzz: Fuzz) -> str:
    """How many were asked, and with what they were answered."""
    kinds: Counter[str] = Counter()
    for status, number in fuzz.statuses.items():
        kinds[f"{status // 100}xx"] += number
    share = f"{len(fuzz.granted)} of {len(fuzz.routes)} operations answered with 2xx"
    return f"{sum(kinds.values())} cases: {', '.join(f'{n} {kind}' for kind, n in sorted(kinds.items()))}; {share}"


def shown(faults: Mapping[str, str]) -> str:
    """What was wrong."""
    return "\n\n".join(f"{kind}\n{said}" for kind, said in faults.items())
