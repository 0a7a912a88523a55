"""What people and machines read about the API: complete, with examples, and nothing from elsewhere."""

from __future__ import annotations

import re
from html import escape

import pytest
from tests.serving.shop import Client


@pytest.mark.parametrize("path", ["/", "/docs", "/api/", "/api/docs/", "/swagger/", "/redoc/"])
def test_a_page_loads_nothing_from_elsewhere(client: Client, path: str) -> None:
    response = client.get(path, headers={"accept": "text/html"})
    assert response.status_code == 200
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", response.text)
    assert "googletagmanager" not in response.text
    assert "default-src 'self'" in response.headers["content-security-policy"]
    for asset in re.findall(r"(?:src|href)=\"(/docs/[^\"]+)\"", response.text):
        assert client.get(asset).status_code == 200, asset


def test_the_api_page_shows_openapi_3_1_and_asks_no_validator(client: Client) -> None:
    page = client.get("/docs").text
    assert '"validatorUrl": null' in page
    script = client.get("/docs/swagger-ui-bundle.js")
    assert script.headers["content-type"].startswith("text/javascript")
    version = re.search(r"PACKAGE_VERSION:\"(\d+)\.", script.text)
    assert version is not None
    assert int(version[1]) >= 5  # the first that reads OpenAPI 3.1


@pytest.mark.parametrize("name", ["__init__.py", "..%2f..%2fmain.py", "swagger-ui.css.map"])
def test_only_the_pages_own_files_are_served(client: Client, name: str) -> None:
    assert client.get(f"/docs/{name}").status_code == 404


def test_the_first_page_says_how_to_ask_and_who_may(client: Client) -> None:
    body = client.get("/").json()
    assert "POST /predict/churn" in body["ask"]
    assert "Authorization: Bearer" in body["note"]


@pytest.mark.parametrize("path", ["/docs", "/api/docs/", "/swagger/"])
def test_the_pages_to_try_out_show_the_schema_that_is_there(client: Client, path: str) -> None:
    page = client.get(path).text
    assert "url: '/api/schema'" in page
    assert client.get("/api/schema").json() == client.get("/openapi.json").json()


def test_the_page_to_read_has_every_operation_with_its_example(client: Client) -> None:
    page = client.get("/redoc/").text
    document = client.get("/api/schema").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f"<code>{method.upper()} {path}</code>" in page
            assert escape(operation["summary"]) in page
    assert page.count("<section") == sum(map(len, document["paths"].values()))
    assert escape('"full_name": "Jane Doe"') in page
    assert "<script" not in page
