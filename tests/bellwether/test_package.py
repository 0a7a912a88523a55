"""The client stands alone: what it imports, and what a type checker finds of it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "src"
MODULES = sorted((ROOT / "bellwether").glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_it_imports_httpx_msgspec_and_the_standard_library_alone(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    firsts = {name.partition(".")[0] for name in found}
    assert firsts <= {"bellwether", "httpx", "msgspec", *sys.stdlib_module_names}


def test_it_brings_nothing_else_of_ours_and_is_typed() -> None:
    ours = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    code = "import sys, bellwether.client, bellwether.load_test; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded & ours == {"bellwether"}
    assert not loaded & {"numpy", "pandas", "pydantic", "fastapi"}
    assert (ROOT / "bellwether" / "py.typed").exists()
