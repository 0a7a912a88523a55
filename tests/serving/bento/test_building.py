"""The Bento: built once per input, served from another directory without the project on the path."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.ports import free_port
from tests.serving.shop import make_real_package, make_shop

from commerce.records.database import connect
from scoring.published import publish
from serving.bento.building import BuiltBento, bento_environment, build_bento
from serving.errors import BuildFailed

PROJECT = Path(__file__).resolve().parents[3]
CUSTOMER = {"tenant": "acme", "customer_id": "17850"}
VALUES = {"tenant": "acme", "features": {"orders_90d": 2, "days_since_order": 28.5}}

BLINDFOLD = f"""
import sys
sys.path[:] = [place for place in sys.path if not place.startswith({str(PROJECT / "src")!r})]
"""
"""Runs at the start of every Python of the server: takes the checkout off the path."""


@dataclass(frozen=True)
class Home:
    """A home with records, packages and a built Bento."""

    folder: Path
    checkout: Path
    database_url: str
    bento: BuiltBento


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Home:
    """Build once for every test here."""
    folder = tmp_path_factory.mktemp("home")
    records = folder / "data" / "records.db"
    records.parent.mkdir()
    shutil.copy(migrated_file, records)
    engine = connect(f"sqlite:///{records}")
    make_shop(engine)
    engine.dispose()
    for model in ("churn", "credit"):
        publish(make_real_package(model), folder / "data" / "packages")
    checkout = tmp_path_factory.mktemp("checkout")  # of its own: nobody edits it meanwhile
    shutil.copy(PROJECT / "bentofile.yaml", checkout)
    for part in ("src", "requirements"):
        shutil.copytree(
            PROJECT / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__")
        )
    bento = build_bento(checkout, folder, os.environ)
    return Home(folder, checkout, f"sqlite:///{records}", bento)


def test_the_bento_carries_the_packages_and_nothing_it_does_not_need(home: Home) -> None:
    assert home.bento.built
    assert home.bento.packages == ("acme.churn/1", "acme.credit/1")
    sources = home.bento.path / "src"
    assert (sources / "data" / "packages" / "acme" / "churn" / "current.json").is_file()
    assert {place.name for place in sources.iterdir()} == {
        *(
            "analytics",
            "bentofile.yaml",
            "commerce",
            "data",
            "features",
            "scoring",
            "serving",
            "tabular",
        ),
    }
    assert not list(sources.rglob("migrations"))
    assert not list(sources.rglob("records.db"))
    wanted = (home.bento.path / "env" / "python" / "requirements.txt").read_text()
    assert not [
        line for line in wanted.splitlines() if line.startswith(("pandas", "mlflow", "scikit"))
    ]


def test_a_second_build_is_up_to_date(home: Home) -> None:
    again = build_bento(home.checkout, home.folder, os.environ)
    assert (again.tag, again.built) == (home.bento.tag, False)
    assert (home.bento.store / "bentos" / "bellwether" / "latest").read_text() in again.tag
    assert not list(home.bento.store.glob("scratch-*"))


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A checkout of two files, and a BentoML that takes no time: it writes a Bento as the real one does."""
    checkout = tmp_path / "checkout"
    for name in ("bentofile.yaml", "requirements/serving.txt", "src/serving/bento/service.py"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(name)

    def build(command: list[str], *, env: dict[str, str], **options: Any) -> Any:
        made = Path(env["BENTOML_HOME"]) / "bentos" / "bellwether" / command[-2]
        (made / "src").mkdir(parents=True)  # fails where it exists, as BentoML does
        (made / "bento.yaml").write_text("bento")
        (made / "src" / "service.py").write_text("service")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr("serving.bento.building.subprocess.run", build)
    return checkout


def test_what_a_killed_build_left_is_built_anew(stand_in: Path, tmp_path: Path) -> None:
    built = build_bento(stand_in, tmp_path, {})
    assert not build_bento(stand_in, tmp_path, {}).built
    for half in ("bento.yaml", "src/service.py", ".contents.json"):
        (built.path / half).unlink()
        assert build_bento(stand_in, tmp_path, {}).built, half
        assert (built.path / "src" / "service.py").read_text() == "service"
        assert not build_bento(stand_in, tmp_path, {}).built


def test_a_kill_during_a_build_leaves_no_bento_and_the_next_clears_up(
    stand_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "data" / "bentoml" / "scratch-killed" / "store"
    left.mkdir(parents=True)

    def killed(*command: Any, env: dict[str, str], **options: Any) -> Any:
        (Path(env["BENTOML_HOME"]) / "bentos").mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("serving.bento.building.subprocess.run", killed)
        with pytest.raises(KeyboardInterrupt):
            build_bento(stand_in, tmp_path, {})
    store = tmp_path / "data" / "bentoml"
    assert not list((store / "bentos" / "bellwether").iterdir())
    assert build_bento(stand_in, tmp_path, {}).built
    assert not list(store.glob("scratch-*"))


def test_the_three_bentos_used_last_stay_and_any_built_by_hand(
    stand_in: Path, tmp_path: Path
) -> None:
    source = stand_in / "src" / "serving" / "bento" / "service.py"
    made = []
    for number in range(4):
        source.write_text(str(number))
        made.append(build_bento(stand_in, tmp_path, {}).path)
        os.utime(made[-1], (number, number))
        (made[0].parent / "byhand").mkdir(exist_ok=True)
        if number == 2:
            source.write_text("0")  # the first is used again
            assert not build_bento(stand_in, tmp_path, {}).built
    assert [path.is_dir() for path in made] == [True, False, True, True]
    assert (made[0].parent / "byhand").is_dir()
    assert (made[0].parent / "latest").read_text() == made[3].name


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match=r"must be built from a checkout; got no bentofile\.yaml"):
        build_bento(tmp_path, tmp_path, os.environ)


def test_the_built_bento_answers_both_forms_with_the_variables(home: Home, tmp_path: Path) -> None:
    variables = {"BELLWETHER_HOME": str(home.folder), "DATABASE_URL": home.database_url}
    with serve(home, tmp_path, variables) as (client, log):
        assert client.get("/readyz").status_code == 200
        by_customer = client.post("/predict/churn", json=CUSTOMER)
        by_values = client.post("/predict/credit", json=VALUES)
        assert (by_customer.status_code, by_values.status_code) == (200, 200), by_customer.text
        assert by_customer.json()["model_version"] == "acme.churn/1"
        assert by_values.json()["band"] in "ABCDE"
        modules = loaded_from(log)
    assert modules == str(home.bento.path / "src")
    text = log.read_text()
    assert "open by BELLWETHER_OPEN: this machine itself may ask about any tenant" in text
    request_id = by_customer.json()["request_id"]
    (line,) = [
        each for each in logged(log) if each.get("request_id") == request_id and "route" in each
    ]
    assert (line["method"], line["route"], line["status"]) == ("POST", "/predict/churn", 200)
    assert (line["tenant"], line["by"]) == ("-", "-")
    assert "17850" not in text


@pytest.mark.slow
def test_the_built_bento_answers_by_values_without_the_variables(
    home: Home, tmp_path: Path
) -> None:
    with serve(home, tmp_path, {}) as (client, _):
        assert client.post("/predict/churn", json=VALUES).status_code == 200
        refused = client.post("/predict/churn", json=CUSTOMER)
        assert refused.status_code == 503
        assert "DATABASE_URL" in refused.json()["detail"]
        assert client.get("/readyz").status_code == 200


@contextmanager
def serve(
    home: Home, folder: Path, variables: dict[str, str]
) -> Iterator[tuple[httpx.Client, Path]]:
    """Run `bentoml serve` in another directory, with the checkout taken off the path."""
    (folder / "blindfold").mkdir()
    (folder / "blindfold" / "sitecustomize.py").write_text(BLINDFOLD)
    plain = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "BELLWETHER_HOME")
    }
    environ = bento_environment(home.bento.store, plain) | variables
    environ["PYTHONPATH"] = str(folder / "blindfold")
    environ["PYTHONUNBUFFERED"] = "1"
    environ["BELLWETHER_OPEN"] = "*"
    absent = subprocess.run(
        [sys.executable, "-c", "import serving"],
        cwd=folder,
        env=environ,
        capture_output=True,
        check=False,
    )
    assert b"No module named 'serving'" in absent.stderr
    port = free_port()
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "bentoml", "serve", "bellwether:latest", "--port", str(port)],
            cwd=folder,
            env=environ,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                wait_until_alive(client, server, log)
                yield client, log
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=60)


def wait_until_alive(client: httpx.Client, server: subprocess.Popen[Any], log: Path) -> None:
    """Wait for /livez."""
    for _ in range(600):
        try:
            if client.get("/livez").status_code == 200:
                return
        except httpx.TransportError:
            assert server.poll() is None, log.read_text()
        time.sleep(0.1)
    pytest.fail(log.read_text())


def loaded_from(log: Path) -> str:
    """Where the server's own sources lie, as its log says."""
    told = [str(each.get("message")) for each in logged(log)]
    (line,) = [each for each in told if each.startswith("sources from")]
    return line.removeprefix("sources from ")


def logged(log: Path) -> list[dict[str, Any]]:
    """The lines of a server's log that are its own: JSON."""
    return [json.loads(each) for each in log.read_text().splitlines() if each.startswith("{")]
