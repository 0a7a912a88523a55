"""The pages on the client and on batches hold: code is run, commands are typed, against a server that listens."""

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

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str) -> list[tuple[str, str]]:
    """The blocks of a page, each with its kind."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


BLOCKS = blocks("python-client.md")
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
    assert {"answer", "guess", "scorer", "score", "scored", "table"} <= names.keys()


def test_the_code_on_batches_is_answered(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    here = {HERE: url, "demo": "acme", "C00042": "17850", "C00043": "12346"}
    code = "\n".join(code for kind, code in blocks("batches.md") if kind == "python")
    for shown, ours in here.items():
        code = code.replace(shown, ours)
    names: dict[str, Any] = {}
    exec(compile(code, "batches.md", "exec"), names)
    assert [line[:4] for line in capsys.readouterr().out.splitlines()] == ["0 0.", "1 0."]
    assert names["rows"]["probability"].null_count == 0
    assert len(names["rows"]) == 2


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
