"""Attacks that come before any route: on the host name, the proxy's headers, the size and the speed of a body."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from sqlalchemy import Engine
from tests.serving.rest.people import NOW, Shops, open_shops

from commerce import shops as commerce_shops
from commerce.records.actors import SYSTEM
from serving.rest.protection import HEADERS, LARGEST_BODY, Protection
from serving.settings import DoorSettings


@pytest.fixture
def world(engine: Engine) -> Iterator[Shops]:
    """A server that is reached by names, behind a proxy."""
    found = open_shops(
        engine,
        hosts=("api.example.org", ".acme.example"),
        domain="shops.example",
        proxies=frozenset({"127.0.0.1"}),
        origins=("https://front.example",),
    )
    commerce_shops.change_shop(engine, SYSTEM, "other", {"domain": "clocks.example"}, now=NOW)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:3000", 200),
        ("API.example.org", 200),
        ("deep.down.acme.example", 200),
        ("evil.example", 400),
        ("api.example.org.evil.example", 400),
        ("evilacme.example", 400),
        ("api.example.org@evil.example", 400),
        ("", 400),
        ("acme.shops.example", 200),
        ("other.shops.example", 403),
        ("nobody.shops.example", 404),
        ("clocks.example", 403),
    ],
)
def test_a_host_name_is_one_of_ours_or_a_shops(world: Shops, host: str, status: int) -> None:
    answer = world.admin.get("/api/customers", headers={"Host": host})
    assert answer.status_code == status, answer.text
    assert status == 200 or answer.json()["request_id"] == answer.headers["x-request-id"]


def test_a_superadmin_goes_to_the_shop_of_a_host_name_or_header(world: Shops) -> None:
    for headers in (
        {"Host": "clocks.example"},
        {"X-Tenant-ID": "other"},
        {"X-Tenant-ID": " OTHER "},
    ):
        found = world.superadmin.get("/api/customers?search=buyer", headers=headers).json()
        customer = world.of("other")["buyer"].actor.customer_id
        assert [each["id"] for each in found["results"]] == [str(customer)]
    both = {"Host": "acme.shops.example", "X-Tenant-ID": "other"}
    assert world.admin.get("/api/customers", headers=both).status_code == 403
    nowhere = world.superadmin.get("/api/customers", headers={"X-Tenant-ID": "nowhere"})
    assert nowhere.status_code == 404


def test_a_refusal_says_the_same_of_a_shop_that_is_and_one_that_is_not(world: Shops) -> None:
    said = [
        world.admin.get("/api/customers", params={"tenant_id": slug})
        .json()["detail"]
        .replace(slug, "")
        for slug in ("other", "nowhere")
    ]
    assert said[0] == said[1]


def test_a_proxy_is_believed_only_if_it_is_a_trusted_one(world: Shops, engine: Engine) -> None:
    came = {"X-Forwarded-Host": "clocks.example"}
    assert world.admin.get("/api/customers", headers=came).status_code == 403
    plain = open_plain(world)
    assert plain.get("/api/customers", headers={**world.admin.headers, **came}).status_code == 200


def open_plain(world: Shops) -> Any:
    """The same application without a proxy to trust."""
    from tests.serving.shop import Client

    from serving.app import make_app

    return Client(make_app(world.app.state.serving, world.gate, DoorSettings()))


def test_every_answer_has_the_headers_that_keep_pages_safe(world: Shops) -> None:
    for path in ("/api/customers", "/nothing", "/livez"):
        answer = world.admin.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (path, name)
        assert "unsafe" not in answer.headers["content-security-policy"]
    assert "private" in world.admin.get("/api/customers").headers["cache-control"]


def test_another_sites_page_asks_only_if_it_is_listed(world: Shops) -> None:
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "X-API-Key"}
    for origin, allowed in (
        ("https://front.example", "https://front.example"),
        ("https://x.example", None),
    ):
        headers = {"Origin": origin, **ask}
        answer = world.anonymous.request("OPTIONS", "/api/customers", headers=headers)
        assert answer.headers.get("access-control-allow-origin") == allowed
        assert "access-control-allow-credentials" not in answer.headers


def test_a_body_beyond_its_bound_is_413(world: Shops) -> None:
    body = b'{"full_name": "' + b"x" * LARGEST_BODY + b'"}'
    headers = {"content-type": "application/json"}
    answer = world.admin.request("POST", "/api/customers", content=body, headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "seconds"), [("/api/customers", "0.1"), ("/predict/churn/batch", "0.6")]
)
def test_a_body_that_does_not_come_is_cut(world: Shops, path: str, seconds: str) -> None:
    sent: list[dict[str, Any]] = []

    async def drip() -> dict[str, Any]:
        await anyio.sleep(0.03)
        return {"type": "http.request", "body": b" ", "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    headers += [
        (key.lower().encode(), value.encode()) for key, value in world.admin.headers.items()
    ]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
        "query_string": b"", "headers": headers, "scheme": "http", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    guarded = Protection(world.app, DoorSettings(), world.app.shop_of_host, slowest=0.1)
    anyio.run(guarded, scope, drip, send)
    assert sent[0]["status"] == 408
    assert f"within {seconds} seconds" in json.loads(sent[1]["body"])["detail"]
