"""The page on the client holds: its code is run, its commands typed, against a server that listens."""

from __future__ import annotations

import doctest
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stdout
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.serving.shop import NOW

from commerce.people.credentials import issue
from commerce.records.actors import Actor
from commerce.records.database import reading
from commerce.records.tenants import find_tenant
from commerce.records.work import working
from workbench.cli import group

PAGE = (Path(__file__).parents[2] / "docs" / "python-client.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
HERE = "http://localhost:3000"


def holds(shown: str, printed: str) -> None:
    """Hold what was printed to what the page shows, which leaves out what dots stand for."""
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.OutputChecker().check_output(shown, printed, flags), printed


def test_its_code_prints_what_it_shows(
    url: str,
    app: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    engine = app.state.gate.engine
    with reading(engine) as connection:
        shop = find_tenant(connection, "acme")
    with working(engine, shop, Actor("admin"), now=NOW) as work:
        Path("key").write_text(issue(work, "scorer", "admin").text)
    names: dict[str, Any] = {}
    try:
        for (kind, code), (_, shown) in pairwise([*BLOCKS, ("", "")]):
            if kind == "python":
                with redirect_stdout(io.StringIO()) as printed:
                    exec(compile(code.replace(HERE, url), "python-client.md", "exec"), names)
                holds(shown, printed.getvalue().replace(url, HERE))
    finally:
        names["client"].close()
    assert {"answer", "guess", "scorer", "score", "table"} <= names.keys()


def commands() -> Iterator[tuple[str, str]]:
    """What is typed, and what the page shows of it."""
    for kind, text in BLOCKS:
        if kind == "" and text.startswith("$ "):
            line, _, shown = text.partition("\n")
            yield line.removeprefix("$ "), shown


def test_its_curl_is_answered_as_it_shows(url: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    ((line, shown),) = [each for each in commands() if each[0].startswith("curl")]
    typed = line.replace("localhost:3000", url.removeprefix("http://"))
    holds(shown, subprocess.check_output(typed, shell=True, text=True))


def test_its_load_test_tells_what_it_shows(url: str) -> None:
    ((line, shown),) = [each for each in commands() if "load-test" in each[0]]
    _, *arguments = line.split()
    result = CliRunner().invoke(group, [*arguments, url])
    assert result.exit_code == 0, result.output
    holds(shown, result.output.replace(url, HERE))
