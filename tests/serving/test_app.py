"""Routers and pages together: every path is answered in one shape, whichever models there are."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Match
from tests.serving.shop import Client, logged, make_package

from scoring.published import publish
from serving.app import Application, Switchboard, make_app


@pytest.mark.parametrize(
    ("method", "path", "status", "part"),
    [
        ("GET", "/predict/chrun", 404, "Did you mean"),
        ("POST", "/predict/churn/", 422, "body must be sent as JSON"),
        ("POST", "/nothing", 404, "path must exist"),
        ("GET", "/predict/churn", 405, "must be asked with POST"),
        ("DELETE", "/livez", 405, "must be asked with GET"),
        ("GET", "/docs/../secret", 404, "path must exist"),
    ],
)
def test_a_path_that_is_no_operation_is_refused_in_the_same_shape(
    client: Client, method: str, path: str, status: int, part: str
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert part in response.json()["detail"]


REQUEST = {"tenant": "acme", "customer_id": "17850"}


def test_a_model_is_answered_and_listed_as_soon_as_it_has_a_package(
    client: Client, packages: Path
) -> None:
    publish(make_package("reorder"), packages)
    body = client.post("/predict/reorder", REQUEST).json()
    assert (body["model"], body["model_version"]) == ("reorder", "acme.reorder/1")
    operation = client.get("/openapi.json").json()["paths"]["/predict/reorder"]["post"]
    content = operation["responses"]["200"]["content"]["application/json"]
    assert content["example"]["model_version"] == "acme.reorder/1"
    assert client.get("/").json()["ask"]["POST /predict/reorder"]["tenant"] == "acme"
    assert client.get("/predict/reorder").headers["allow"] == "POST"
    (packages / "acme" / "reorder" / "current.json").unlink()
    assert client.post("/predict/reorder", REQUEST).status_code == 503
    assert "/predict/reorder" not in client.get("/openapi.json").json()["paths"]
    assert client.get("/predict/reorder").status_code == 404


def test_a_model_nobody_has_a_package_of_is_503_with_what_to_run(
    client: Client, packages: Path
) -> None:
    (packages / "acme" / "credit" / "current.json").unlink()
    response = client.post("/predict/credit", REQUEST)
    assert response.status_code == 503
    assert response.json()["detail"] == (
        "model acme.credit must have a published package; got none."
        " Run `bellwether run --tenant acme --models credit`, then ask again."
    )


@pytest.mark.parametrize("model", ["chrun", "Churn", "churn.1", "churn%20", "%2e%2e"])
def test_a_misspelt_model_is_a_path_that_does_not_exist(client: Client, model: str) -> None:
    response = client.post(f"/predict/{model}", REQUEST)
    assert response.status_code == 404
    assert "path must exist" in response.json()["detail"]


def test_an_unknown_model_is_not_logged_and_a_known_one_is_even_where_it_refuses(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="serving.rest.request_log"):
        client.post("/predict/mary-smith", REQUEST)
        client.post("/predict/churn", {"tenant": 5})
    unknown, known = logged(caplog)
    assert "POST /predict/{model} 503" in unknown
    assert "POST /predict/churn 422" in known


def test_a_path_leads_to_the_route_that_a_look_through_all_of_them_finds() -> None:
    app = make_app()
    router = app.router
    assert isinstance(router, Switchboard)
    looked_at = []
    paths = [re.sub(r"{\w+}", "x-1", str(route.path)) for route in _api_routes(app)]
    for path in {
        *paths,
        "/",
        "/api",
        "/api/orders/x/y/z",
        "/predict/churn",
        "/media/a/b",
        "//",
        "/{",
    }:
        for method in ("GET", "POST", "PUT", "DELETE"):
            scope = {"type": "http", "path": path, "method": method, "root_path": ""}
            found = [
                next(route for route in routes if route.matches(dict(scope))[0] is Match.FULL)
                for routes in (router.routes, router.beginning(path))
            ]
            assert found[0] is found[1], (method, path)
        if path.count("/") > 1:
            looked_at.append(len(router.beginning(path)))
    assert len(router.routes) > 200 > 5 * max(looked_at)


def _api_routes(app: Application) -> list[APIRoute]:
    return [route for route in app.router.routes if isinstance(route, APIRoute)]
