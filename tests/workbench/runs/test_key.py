from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from workbench.runs.key import code_version, run_key
from workbench.runs.source import read_notebook
from workbench.runs.values import Value

PARAMETERS: dict[str, Value] = {"count": 3}


def key_of(path: Path, **changed: object) -> str:
    asked: dict[str, object] = {
        "parameters": PARAMETERS,
        "code_version": "1",
        "input_hash": "a",
        **changed,
    }
    return run_key(read_notebook(path), **asked)  # type: ignore[arg-type]


def test_the_key_changes_with_source_parameters_code_and_input(
    write_notebook: Callable[..., Path],
) -> None:
    path = write_notebook("print(1)")
    keys = {
        key_of(path),
        key_of(path, parameters={"count": 4}),
        key_of(path, code_version="2"),
        key_of(path, input_hash="b"),
        key_of(write_notebook("print(2)", name="other")),
    }
    assert len(keys) == 5


def test_outputs_and_metadata_do_not_change_the_key(write_notebook: Callable[..., Path]) -> None:
    path = write_notebook("print(1)")
    before = key_of(path)
    content = json.loads(path.read_text())
    content["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    content["cells"][2]["execution_count"] = 9
    content["metadata"]["papermill"] = {"duration": 1}
    path.write_text(json.dumps(content))
    assert key_of(path) == before


def test_the_code_version_follows_every_module_and_pin(tmp_path: Path) -> None:
    package = tmp_path / "src" / "room"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    module = package / "module.py"
    module.write_text("a = 1")
    pins = tmp_path / "requirements"
    pins.mkdir()
    seen = [code_version(tmp_path / "src", requirements=pins)]
    module.write_text("a = 2")
    seen.append(code_version(tmp_path / "src", requirements=pins))
    module.rename(package / "renamed.py")
    seen.append(code_version(tmp_path / "src", requirements=pins))
    (pins / "dev.txt").write_text("numpy==2.5.5")
    seen.append(code_version(tmp_path / "src", requirements=pins))
    assert len(set(seen)) == 4
    (package / "__pycache__").mkdir()
    (package / "notes.md").write_text("not code")
    assert code_version(tmp_path / "src", requirements=pins) == seen[-1]
