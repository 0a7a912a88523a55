"""Real kernels: what each way of ending leaves behind."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.workbench.runs.running import WriteNotebook, run

from workbench.errors import ParameterError
from workbench.runs import exit_status
from workbench.runs.execution import Outcome, Runner, Task
from workbench.runs.lock import run_lock
from workbench.runs.source import cell_source, read_notebook

NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)
FINISH = "from workbench.notebook import finish\nfinish('all done', outputs={'answer': 42})"


def kept(outcome: Outcome) -> str:
    """Check that notebook and page are there, and give the page."""
    executed = read_notebook(outcome.folder / "executed.ipynb")
    first = next(cell for cell in executed.cells if cell_source(cell) == "print('before', count)")
    assert "before" in "".join(first["outputs"][0]["text"])
    status = json.loads((outcome.folder / "status.json").read_text())
    assert status["state"] == outcome.exit_status.name
    page = Path(outcome.record.page).read_text()
    assert "before" in page
    return page


def test_a_notebook_that_finishes_succeeds_and_is_up_to_date_after(
    runner: Runner, write_notebook: WriteNotebook
) -> None:
    path = write_notebook("print('before', count)", FINISH)
    outcome = run(runner, path, {"count": "7"})
    assert outcome.exit_status is exit_status.SUCCEEDED
    assert outcome.result["outputs"] == {"answer": 42}
    page = kept(outcome)
    assert "before 7" in page
    assert "all done" in page
    assert "print(" not in page
    assert "<script" not in page
    assert "http:" not in page
    assert "https:" not in page
    assert Path(outcome.record.page).is_relative_to(runner.reports)
    notebook = read_notebook(path)
    same = Task(notebook=notebook, parameters=notebook.contract.parse({"count": "7"}), label="x")
    other = Task(notebook=notebook, parameters=notebook.contract.parse({"count": "8"}), label="x")
    again = runner.up_to_date(same)
    assert again is not None
    assert again.result == outcome.result
    assert not again.fresh
    assert runner.up_to_date(other) is None


@pytest.mark.parametrize(
    ("cells", "ended", "sentence"),
    [
        (
            ["# Divide\n1 / 0"],
            exit_status.CELL_RAISED,
            r"cell 3 of 4 \(Divide\) raised ZeroDivision",
        ),
        (
            [
                "from training.errors import NotTrainable\n"
                "raise NotTrainable('6 of 7 customers ordered again')"
            ],
            exit_status.LEFT_OUT,
            r"^6 of 7 customers ordered again$",
        ),
        (["import sys\nsys.exit(0)"], exit_status.NO_PROOF, r"cell 3 of 4 .* called sys.exit\(0\)"),
        (
            ["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"],
            exit_status.KERNEL_DIED,
            r"kernel died in cell 3 of 4",
        ),
        (
            [
                "# Kill the process above\nimport os, signal\nos.kill(os.getppid(), signal.SIGKILL)\ninput()"
            ],
            exit_status.RUNNER_DIED,
            r"process was killed by signal 9",
        ),
    ],
    ids=["raises", "cannot be trained", "exits with 0", "kernel killed", "process killed"],
)
def test_a_notebook_that_does_not_finish_fails_and_keeps_what_it_did(
    runner: Runner,
    write_notebook: WriteNotebook,
    cells: list[str],
    ended: exit_status.ExitStatus,
    sentence: str,
) -> None:
    outcome = run(runner, write_notebook("print('before', count)", *cells, FINISH))
    assert outcome.exit_status is ended
    assert outcome.exit_status.code != 0
    assert outcome.record.sentence
    assert re.search(sentence, outcome.record.sentence)
    page = kept(outcome)
    assert "failed" in page
    assert runner.history.succeeded(outcome.record.key) is None


def test_a_cell_that_hangs_is_stopped_and_named(
    runner: Runner, write_notebook: WriteNotebook
) -> None:
    path = write_notebook("print('before', count)", "# Wait\nimport time\ntime.sleep(600)", FINISH)
    outcome = run(runner, path, cell_timeout=2)
    assert outcome.exit_status is exit_status.TIMED_OUT
    assert "cell 3 of 4 (Wait) took longer than 2 s" in outcome.record.sentence
    kept(outcome)


def test_a_notebook_that_records_nothing_has_not_succeeded(
    runner: Runner, write_notebook: WriteNotebook
) -> None:
    outcome = run(runner, write_notebook("print('before', count)"))
    assert outcome.exit_status is exit_status.NO_PROOF
    assert "finish(...)" in outcome.record.sentence
    kept(outcome)


KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from workbench.runs.execution import Runner, Task
from workbench.runs.fork_server import ForkServer
from workbench.runs.history import History
from workbench.runs.lock import run_lock
from workbench.runs.source import read_notebook
home = Path(sys.argv[1])
now = lambda: datetime.now(UTC)
notebook = read_notebook(Path(sys.argv[2]))
with run_lock(home / "run.lock", subject="run", command="x", now=now()) as held:
    Runner(
        history=History(home / "runs"),
        reports=home / "reports",
        server=ForkServer(environ=dict(os.environ)),
        code_version="test",
        clock=now,
        lock=held.descriptor,
    ).execute(Task(notebook=notebook, parameters={}, label="sleeper"))
"""


def test_nothing_of_a_killed_run_lives_on_when_its_lock_is_free(
    write_notebook: WriteNotebook, tmp_path: Path
) -> None:
    named = tmp_path / "pids.txt"
    path = write_notebook(
        "import os, pathlib, time\n"
        f"pathlib.Path({str(named)!r}).write_text(f'{{os.getpid()}} {{os.getppid()}}.')\n"
        "time.sleep(600)"
    )
    killed = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path), str(path)])
    while not (named.is_file() and named.read_text().endswith(".")):
        assert killed.poll() is None
        time.sleep(0.05)
    killed.kill()
    killed.wait()
    below = [int(pid) for pid in named.read_text().rstrip(".").split()]
    with run_lock(tmp_path / "run.lock", subject="run", command="next", now=NOW) as held:
        assert f"process {killed.pid}" in held.taken_over_from
        assert not [pid for pid in below if is_running(pid)]


def is_running(pid: int) -> bool:
    """Whether a process works; one that ended and was not yet collected does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("texts", [{"count": "three"}, {"cuont": "3"}, {"password": "x"}])
def test_wrong_parameters_are_refused_before_anything_starts(
    runner: Runner, write_notebook: WriteNotebook, texts: dict[str, str]
) -> None:
    with pytest.raises(ParameterError):
        run(runner, write_notebook(FINISH), texts)
    assert not runner.history.folder.exists()
