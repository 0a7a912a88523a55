"""A forked kernel is a kernel like any other, but for what it need not import."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from tests.workbench.runs.running import WriteNotebook, run

from workbench.runs.execution import Runner
from workbench.runs.fork_server import ForkServer
from workbench.runs.warm import RUNNER

FINISH = "import os, sys\nfrom workbench.notebook import finish\n"


def test_a_kernel_finds_imported_what_the_server_imported(
    runner: Runner, write_notebook: WriteNotebook
) -> None:
    environ = {**os.environ, "OMP_NUM_THREADS": "1"}
    path = write_notebook(f"{FINISH}finish('', outputs={{'found': 'colorsys' in sys.modules}})")
    with ForkServer(environ=environ, load=(*RUNNER, "colorsys")) as server:
        assert run(replace(runner, server=server), path).result["outputs"] == {"found": True}


def test_a_kernel_has_its_own_directory_arguments_and_group(
    runner: Runner, write_notebook: WriteNotebook, tmp_path: Path
) -> None:
    path = write_notebook(
        f"{FINISH}finish('', outputs={{'cwd': os.getcwd(), 'main': __name__, 'first': sys.path[0],"
        " 'leads': os.getpgid(0) == os.getpid(), 'session': os.getsid(0) == os.getppid()})"
    )
    assert run(runner, path).result["outputs"] == {
        "cwd": str(tmp_path),
        "main": "__main__",
        "first": run_by_command(runner, write_notebook)["first"],
        "leads": True,
        "session": True,
    }


def run_by_command(runner: Runner, write_notebook: WriteNotebook) -> dict[str, object]:
    """What a kernel that Jupyter starts by its command says of itself."""
    path = write_notebook(
        "import json, os, subprocess, sys\nfrom nbclient import NotebookClient\nimport nbformat\n"
        "cell = nbformat.v4.new_code_cell('import json, sys; print(json.dumps({\"first\": sys.path[0]}))')\n"
        "done = NotebookClient(nbformat.v4.new_notebook(cells=[cell]), kernel_name='python3').execute()\n"
        f"{FINISH}finish('', outputs=json.loads(done.cells[0].outputs[0]['text']))",
        name="by_command",
    )
    outputs: dict[str, object] = run(runner, path).result["outputs"]
    return outputs
