"""The page on a model of one's own holds: its module is put in, and what it types is typed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.ports import free_port

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "your-own-model.md").read_text(encoding="utf-8")
BELLWETHER = (sys.executable, "-c", "from workbench.cli import main; main()")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with the project's code, and the page's module in it, over a home of its own."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("notebooks", "requirements"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "pyproject.toml", folder)
    (module,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    (folder / "src" / "training" / "specs" / "returns.py").write_text(module, encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "PYTHONPATH": str(folder / "src"),
        "BELLWETHER_HOME": str(folder),
        "OMP_NUM_THREADS": "1",
    }


def typed(place: dict[str, str], line: str) -> str:
    """What a line of the page prints."""
    done = subprocess.run(
        [*BELLWETHER, *line.split()[1:]],
        env=place,
        cwd=place["BELLWETHER_HOME"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def trained(place: dict[str, str]) -> str:
    """What the run of the page prints at its end."""
    simulate, run = re.findall(r"^\$ (bellwether (?:simulate|run) .*)$", PAGE, flags=re.MULTILINE)
    typed(place, simulate)
    return typed(place, run)


@pytest.fixture(scope="module")
def served(place: dict[str, str], trained: str) -> Iterator[str]:
    """The address of the page's service."""
    port = free_port()
    server = subprocess.Popen(
        [*BELLWETHER, "serve", "--open", "own", "--port", str(port)],
        env=place,
        cwd=place["BELLWETHER_HOME"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        given_up = time.monotonic() + 120
        while time.monotonic() < given_up and server.poll() is None:
            try:
                if httpx.get(f"{url}/livez", timeout=5).is_success:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait()


@pytest.mark.slow
def test_the_page_leads_from_a_module_to_a_champion(trained: str) -> None:
    assert re.search(r"challenger own\.returns/1: AUC 0\.\d+, gates (\d+)/\1 -> champion", trained)
    assert "own.returns/1" in trained.splitlines()[-2] + trained


@pytest.mark.slow
def test_its_champion_answers_over_http_in_the_words_of_the_module(served: str) -> None:
    (body,) = re.findall(r"-d '(\{.*?\})'", PAGE)
    found = httpx.post(f"{served}/predict/returns", json=json.loads(body), timeout=60)
    assert found.status_code == 200, found.text
    answer = found.json()
    assert answer["model_version"] == "own.returns/1"
    assert 0 < answer["probability"] < 1
    assert answer["decision"]["action"] in ("advise", "none")
    assert answer["decision"]["rule"].startswith(
        "Advice on size and fit costs 0.80 EUR and prevents 30 %"
    )
    assert answer["population"] in ("lately", "not lately")


def test_the_module_of_the_page_is_a_spec_whose_features_and_events_there_are() -> None:
    from commerce.records.stream.event_types import EVENT_TYPES
    from features.catalogue import CATALOGUE

    (module,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    there: dict[str, object] = {}
    exec(compile(module, "returns.py", "exec"), there)
    spec = there["RETURNS"]
    from training.specs import ModelSpec
    from training.specs.populations import Recent

    assert isinstance(spec, ModelSpec)
    assert isinstance(spec.population, Recent)
    assert spec.population.feature in CATALOGUE
    assert set(spec.label.types) <= set(EVENT_TYPES)
