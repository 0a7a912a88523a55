"""The service as BentoML runs it: probes, configuration, and what it must never load."""

from __future__ import annotations

import asyncio
import gc
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from tests.ports import free_port
from tests.serving.jobs.begun import asked, seen
from tests.serving.shop import make_shop

from serving.jobs import process

SOURCES = Path(__file__).resolve().parents[3] / "src"
HEAVY = ("pandas", "sklearn", "scipy", "mlflow", "matplotlib", "duckdb", "pyarrow", "alembic")


def bento_service() -> Any:
    """BentoML's service object, which its decorator puts in the place of the class."""
    from serving.bento.service import Service

    return Service


def ask_service(path: str, **options: Any) -> httpx.Response:
    """Send one request through BentoML's own application."""

    collector = gc.get_threshold()

    async def send() -> httpx.Response:
        app = bento_service().to_asgi()
        async with app.router.lifespan_context(app):
            return await _send(app, path, options)

    try:
        return asyncio.run(send())
    finally:
        gc.set_threshold(*collector)


async def _send(app: Any, path: str, options: dict[str, Any]) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.request(options.pop("method", "GET"), path, **options)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty home."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("BELLWETHER_HOME", str(home))
    monkeypatch.setenv("BELLWETHER_OPEN", "acme")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return home


def test_a_running_server_is_alive_and_not_ready_without_a_package(home: Path) -> None:
    assert ask_service("/livez").status_code == 200
    response = ask_service("/readyz")
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert "a decision package must be published" in response.json()["detail"]


def test_no_model_is_503_with_a_sentence_through_bentoml_too(
    home: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_shop(engine)
    monkeypatch.setenv("DATABASE_URL", str(engine.url))
    request = {"tenant": "acme", "customer_id": "17850"}
    response = ask_service("/predict/churn", method="POST", json=request)
    assert response.status_code == 503
    assert "bellwether run --tenant acme" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/docs.json", "/static_content/index.css"])
def test_bentomls_own_pages_are_closed(home: Path, path: str) -> None:
    assert ask_service(path).status_code == 404


def test_the_first_page_is_ours(home: Path) -> None:
    assert "ask" in ask_service("/").json()


def test_the_server_loads_nothing_heavy(tmp_path: Path) -> None:
    program = (
        "import sys, serving.app, serving.bento.service as s; s.Service.inner(); serving.app.make_app();"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    environ = {**os.environ, "BELLWETHER_HOME": str(tmp_path), "BACKGROUND_WORK": "off"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_server_stays_on_this_machine_and_measures_nothing_by_path(home: Path) -> None:
    config = bento_service().config
    assert config["http"] == {"host": "127.0.0.1", "port": 3000}
    assert config["metrics"] == {"enabled": False}
    assert config["tracing"] == {"excluded_urls": ".*"}


def test_one_command_answers_and_does_jobs_unless_told_otherwise(
    home: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = make_shop(engine)
    monkeypatch.setenv("DATABASE_URL", str(engine.url))
    monkeypatch.setattr(process, "_DELAY", 0.0)
    collector = gc.get_threshold()
    wanted = asked(engine, tenant)
    service, ends = bento_service().inner(), time.monotonic() + 120
    while seen(engine, tenant, wanted).state != "succeeded":
        assert time.monotonic() < ends
        time.sleep(0.05)
    service.close()
    monkeypatch.setenv("BACKGROUND_WORK", "off")
    service = bento_service().inner()
    assert service.server.worker is None
    service.close()
    gc.set_threshold(*collector)


def test_the_process_that_starts_workers_imports_nothing_that_answers(tmp_path: Path) -> None:
    looks = (
        "import sys, serving.bento.service as service;"
        " print(any(name.split('.')[0] in ('sqlalchemy', 'commerce', 'scoring') for name in sys.modules));"
        " service.Service.inner().close(); print('serving.hot.path' in sys.modules)"
    )
    environ = {**os.environ, "BELLWETHER_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", looks], env=environ, capture_output=True, text=True, check=True
    )
    said = [line for line in done.stdout.split("\n") if line in ("True", "False")]
    assert said == ["False", "True"]


def test_a_number_of_workers_that_is_none_ends_the_start_in_a_sentence(tmp_path: Path) -> None:
    environ = {**os.environ, "BELLWETHER_WORKERS": "many"}
    command = [sys.executable, "-c", "import serving.bento.service"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("bellwether: BELLWETHER_WORKERS must be a whole number of 1 to")


def test_a_server_whose_worker_can_never_answer_says_why_and_ends(tmp_path: Path) -> None:
    environ = {**os.environ, "BELLWETHER_HOME": str(tmp_path), "MAIL_URL": "ftp://nowhere"}
    (tmp_path / "data").mkdir()
    sqlite3.connect(tmp_path / "data" / "records.db").close()
    command = [sys.executable, "-m", "bentoml", "serve", "serving.bento.service:Service"]
    done = subprocess.run(
        [*command, "--port", str(free_port())],
        env=environ,
        cwd=SOURCES,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if line.startswith("bellwether: ")]
    assert len(said) == 1
    assert said[0].startswith("bellwether: mail address must be console:, smtp:")
