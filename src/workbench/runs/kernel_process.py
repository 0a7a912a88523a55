"""The process of one notebook: papermill inside, one kernel below it, and what happened in writing.

Forked by `workbench.runs.fork_server` with the folder of a run. Its standard input stays open; once that ends, whoever
asked for it is gone, and so is this process soon after, with its kernel. It writes ``executed.ipynb``,
``page.html`` and, where the notebook did not succeed, ``failure.json``; one JSON line per started cell goes to
standard output.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

import papermill  # type: ignore[import-untyped]
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import (  # type: ignore[import-untyped]
    NBClientEngine,
    papermill_engines,
)
from papermill.exceptions import (  # type: ignore[import-untyped]
    PapermillExecutionError,
)

from workbench.runs.environment import RUN_FOLDER_VARIABLE
from workbench.runs.exit_status import (
    CELL_RAISED,
    KERNEL_DIED,
    LEFT_OUT,
    NO_PROOF,
    SUCCEEDED,
    TIMED_OUT,
    UNEXPECTED,
    ExitStatus,
)
from workbench.runs.files import read_json, write_json
from workbench.runs.page import read_executed, write_page
from workbench.runs.source import cell_title
from workbench.runs.spare_kernel import SpareKernel, SpareKernelManager

ENGINE = "bellwether"
_INJECTED = "injected-parameters"
_GRACE_SECONDS = 15


class Stopped(Exception):
    """A notebook that did not come to its end, with the sentence for it."""

    def __init__(self, exit_status: ExitStatus, sentence: str) -> None:
        self.exit_status = exit_status
        self.sentence = sentence
        super().__init__(sentence)


class ReportingEngine(NBClientEngine):  # type: ignore[misc]
    """Papermill's own engine, which also reports which cell it begins."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Run the cells; `nb_man` is papermill's execution manager."""
        begin = nb_man.cell_start

        def reported(cell: Any, cell_index: int, **more: Any) -> Any:
            if cell.cell_type == "code" and _INJECTED not in cell.metadata.get("tags", []):
                number, count = _number(nb_man.nb, cell_index)
                _report(cell=number, of=count, title=cell_title(cell))
            return begin(cell, cell_index, **more)

        nb_man.cell_start = reported
        return super().execute_managed_notebook(nb_man, kernel_name, **options)


def run_notebook(folder: str) -> None:
    """Run the notebook of a run's folder, as this process's whole work."""
    signal.signal(signal.SIGTERM, _stop)
    os.environ[RUN_FOLDER_VARIABLE] = folder
    SpareKernelManager.spare = SpareKernel()
    logging.getLogger("papermill").setLevel(logging.ERROR)
    papermill_engines.register(ENGINE, ReportingEngine)
    threading.Thread(target=_end_with_the_caller, daemon=True).start()
    sys.exit(run(Path(folder)).code)


def write_page_only(folder: str) -> None:
    """Write the page of a run whose own process was killed."""
    place = Path(folder)
    write_page(place, read_json(place / "request.json") or {}, read_json(place / "failure.json"))


def run(folder: Path) -> ExitStatus:
    """Run the notebook that a folder's ``request.json`` asks for, and write what came of it."""
    request = read_json(folder / "request.json")
    if request is None:
        raise FileNotFoundError(f"run folder must hold request.json; got {folder}.")
    try:
        _execute(folder, request)
    except Stopped as stopped:
        failure = {"ending": stopped.exit_status.name, "sentence": stopped.sentence}
        write_json(folder / "failure.json", failure)
        write_page(folder, request, failure)
        return stopped.exit_status
    write_page(folder, request, None)
    return SUCCEEDED


def _execute(folder: Path, request: dict[str, Any]) -> None:
    try:
        _papermill(folder, request)
    except PapermillExecutionError as error:
        if error.ename in ("NotTrainable", "ChampionUnusable"):
            raise Stopped(LEFT_OUT, error.evalue) from error
        raise Stopped(
            CELL_RAISED, f"{_stopped_at(folder)} raised {error.ename}: {_short(error.evalue)}"
        ) from error
    except CellTimeoutError as error:
        seconds = request["cell_timeout"]
        raise Stopped(
            TIMED_OUT, f"{_stopped_at(folder)} took longer than {seconds} s and was stopped"
        ) from error
    except DeadKernelError as error:
        raise Stopped(
            KERNEL_DIED, f"kernel died in {_stopped_at(folder)}; was it killed, out of memory?"
        ) from error
    except RuntimeError as error:
        if _first_unfinished(folder) is not None or "ernel" not in str(error):
            traceback.print_exc()
            raise Stopped(UNEXPECTED, f"runner failed: {_short(str(error))}") from error
        exit_status = TIMED_OUT if "respond" in str(error) else KERNEL_DIED
        raise Stopped(exit_status, f"kernel did not start: {_short(str(error))}") from error
    _require_proof(folder, request)


def _papermill(folder: Path, request: dict[str, Any]) -> None:
    """Hand the notebook to papermill; start the kernel twice if it fails before the first cell."""
    for attempt in (1, 2):
        try:
            papermill.execute_notebook(
                request["notebook"],
                folder / "executed.ipynb",
                parameters=request["parameters"],
                engine_name=ENGINE,
                kernel_name=request["kernel"],
                progress_bar=False,
                start_timeout=request["start_timeout"],
                execution_timeout=request["cell_timeout"],
                autosave_cell_every=5,
                cwd=request["cwd"],
                kernel_manager_class=SpareKernelManager,
            )
        except RuntimeError as error:
            started = isinstance(error, (DeadKernelError, PapermillExecutionError))
            if attempt == 2 or started or _first_unfinished(folder) is not None:
                raise
            traceback.print_exc()
        else:
            return


def _require_proof(folder: Path, request: dict[str, Any]) -> None:
    """Accept success only from a result that this run's last cell recorded."""
    notebook = _executed(folder)
    for index, cell in enumerate(notebook.cells if notebook else []):
        exits = [o for o in cell.get("outputs", []) if o.get("ename") == "SystemExit"]
        if exits:
            raise Stopped(
                NO_PROOF,
                f"{_cell_name(notebook, index)} called sys.exit({exits[0].get('evalue', '')}), so the cells"
                " after it never ran and no result was recorded",
            )
    result = read_json(folder / "result.json")
    if result is None or result.get("run_id") != request["run_id"]:
        raise Stopped(
            NO_PROOF,
            "every cell ran, but none recorded a result; its last cell must call finish(...)",
        )


def _stopped_at(folder: Path) -> str:
    notebook = _executed(folder)
    index = _first_unfinished(folder)
    return "a cell" if notebook is None or index is None else _cell_name(notebook, index)


def _first_unfinished(folder: Path) -> int | None:
    """Find the cell that failed, else the last one that began."""
    notebook = _executed(folder)
    if notebook is None:
        return None
    began = None
    for index, cell in enumerate(notebook.cells):
        record = cell.metadata.get("papermill", {})
        if cell.cell_type != "code" or not record.get("start_time"):
            continue
        began = index
        if record.get("exception"):
            break
    return began


def _executed(folder: Path) -> Any:
    path = folder / "executed.ipynb"
    return read_executed(path) if path.is_file() else None


def _cell_name(notebook: Any, index: int) -> str:
    number, count = _number(notebook, index)
    return f"cell {number} of {count} ({cell_title(notebook.cells[index])})"


def _number(notebook: Any, index: int) -> tuple[int, int]:
    """Count a code cell as its author does: from 1, without what the runner put in."""
    own = [
        place
        for place, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
        and _INJECTED not in cell.metadata.get("tags", [])
        and "papermill-error-cell-tag" not in cell.metadata.get("tags", [])
    ]
    return sum(place <= index for place in own), len(own)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 300 else f"{text[:297]}..."


def _report(**content: Any) -> None:
    print(json.dumps(content), flush=True)


def _end_with_the_caller() -> None:
    """Wait for the end of standard input, then stop in order, or after a while in any case."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


def _stop(number: int, frame: object) -> NoReturn:
    raise SystemExit(128 + number)
