"""Clients of the five systems before go on working: against a real service, by nothing but its paths."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.bank import publish_bank
from tests.clients import five_systems

from serving.app import make_app
from workbench.hosted import Hosted

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
_NAMED = re.compile(r"`(?:([A-Z,]+) )?(/[^`?\s]*)[^`]*`")

PAGES = {"/", "/admin/", "/accounts/login/", "/dashboard/", "/customers/<uuid>/"}
PAGES |= {"/customers/<uuid>/credit-report.pdf", "/swagger/", "/redoc/", "/api/docs/"}
TO_COME = {
    "/api/export-sales/<month>/<year>/": "exports come with their jobs",
    "/api/advanced-analytics/dashboard-widgets/": "saved widgets come with the pages",
    "/api/advanced-analytics/data-exports/": "exports come with their jobs",
}
"""Paths of the API that have no route yet, and why."""
IN_SHORT = {
    "/summary/overview/": "/api/analytics/summary/overview/",
    "/orders/checkout": "/api/orders/checkout/",
}
"""Paths that a README writes without what comes before them."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A service as an operator sets it up."""
    with Hosted(os.environ) as service:
        service.command("create-tenant", "operator", "--currency", "EUR")
        admin = ("create-admin", "root", "--tenant", "operator", "--superadmin")
        assert service.command(*admin, line=PASSWORD) == "  root is superadmin of operator\n"
        publish_bank(service.home / "data" / "packages")
        yield service.serve()


def named(system: str) -> set[tuple[str, str]]:
    """Method and path of all that a system's requirements name; no method where they name none."""
    text = (ROOT / "tests" / "requirements.csv").read_text(encoding="utf-8")
    return {
        (method, IN_SHORT.get(path, path))
        for row in csv.DictReader(text.splitlines())
        if row["id"].startswith(f"{system}.")
        for methods, path in _NAMED.findall(row["requirement"])
        if path not in PAGES and path not in TO_COME
        for method in methods.split(",")
    }


def plain(path: str) -> str:
    """A path whatever its ids are called, as a pattern; where a README writes ``…``, there may be an id or none."""
    return re.sub(r"{\w+}|<\w+>", "{}", path.rstrip("/")).replace("/…", "(/{})?")


@pytest.mark.parametrize("system", five_systems.SYSTEMS)
def test_a_system_s_client_is_answered_right_by_every_path_it_knows(url: str, system: str) -> None:
    asked = {
        (method, plain(path), slash)
        for method, path, slash in five_systems.run(url, "root", PASSWORD, system)
    }
    wanted = named(system)
    assert wanted
    missed = [
        f"{method} {path}, {'with' if slash else 'without'} its slash"
        for method, path in sorted(wanted)
        for slash in (True, False)
        if not any(
            method in ("", how) and re.fullmatch(plain(path), at) and ending == slash
            for how, at, ending in asked
        )
    ]
    assert missed == []


def test_what_is_to_come_has_no_route_yet() -> None:
    there = {plain(path) for path in make_app().openapi()["paths"]}
    assert {path for path in TO_COME if plain(path) in there} == set()
