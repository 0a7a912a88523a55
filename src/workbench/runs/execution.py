"""One notebook, run unattended: checked first, in its own process, believed only on proof.

Guarantees: parameters are checked before any process starts; a run is `succeeded` only if its process ended
in order and its last cell recorded a result under this run's id; whatever happens, the executed notebook so
far and a page stay in the run's folder and `status.json` says how it ended; a run whose key succeeded before,
and whose results still lie there, is not run again.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tabular.files import replacing
from workbench.runs.exit_status import INTERRUPTED, RUNNER_DIED, SUCCEEDED, ExitStatus
from workbench.runs.files import write_json
from workbench.runs.fork_server import ForkServer
from workbench.runs.history import History, RunRecord, safe_name
from workbench.runs.key import run_key
from workbench.runs.source import Notebook
from workbench.runs.values import Value, as_json
from workbench.runs.verdict import judge
from workbench.runs.worker import Progress, Worker


@dataclass(frozen=True, kw_only=True)
class Task:
    """One notebook with everything it needs."""

    notebook: Notebook
    parameters: Mapping[str, Value]
    """Every declared parameter, from its contract."""
    label: str
    """For the progress line, such as ``20 train churn``."""
    input_hash: str = ""
    """What it reads, as a hash."""
    cell_timeout: int = 1800
    """Seconds; no cell may take longer."""
    start_timeout: int = 120
    """Seconds; no kernel may take longer to start."""

    def text(self, name: str) -> str:
        """Give a parameter as text; empty where the notebook has none of that name."""
        value = self.parameters.get(name)
        return "" if value is None else str(as_json(value))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a task ended."""

    exit_status: ExitStatus
    record: RunRecord
    result: dict[str, Any]
    """What the last cell recorded; empty where it recorded nothing."""
    folder: Path
    """Executed notebook, page and log."""
    fresh: bool
    """False where an earlier run's result was used."""

    @property
    def succeeded(self) -> bool:
        """Whether the result can be used."""
        return self.exit_status is SUCCEEDED


@dataclass(frozen=True, kw_only=True)
class Runner:
    """What every run of one command shares."""

    history: History
    reports: Path
    server: ForkServer
    code_version: str
    """From `workbench.runs.key.code_version`."""
    clock: Callable[[], datetime]
    lock: int | None = None
    """Descriptor of the lock this run holds; the notebooks' processes hold it too."""

    def key(self, task: Task) -> str:
        """Give the key of a task."""
        return run_key(
            task.notebook,
            parameters=task.parameters,
            code_version=self.code_version,
            input_hash=task.input_hash,
        )

    def up_to_date(self, task: Task) -> Outcome | None:
        """Find the result of an equal run; None where it must be run."""
        record = self.history.succeeded(self.key(task))
        if record is None:
            return None
        return self._outcome(SUCCEEDED, record, fresh=False)

    def execute(self, task: Task, *, progress: Progress | None = None) -> Outcome:
        """Run a task whether or not an equal one succeeded before.

        Parameters
        ----------
        task : Task
            Its parameters are already checked.
        progress : callable, optional
            Called at the start of every cell.
        """
        run = self.begin(task, progress=progress)
        try:
            return run.finish()
        except KeyboardInterrupt:
            run.interrupt()
            raise

    def begin(self, task: Task, *, progress: Progress | None = None) -> Run:
        """Start a task, as `execute`, and let it run beside others."""
        started, begun = self.clock(), time.monotonic()
        self.server.start()
        key = self.key(task)
        run_id, folder = self.history.begin(
            task.notebook.name, model=task.text("model"), key=key, now=started
        )
        record = RunRecord(
            run_id=run_id,
            notebook=task.notebook.name,
            label=task.label,
            tenant=task.text("tenant"),
            model=task.text("model"),
            as_of=task.text("as_of"),
            key=key,
            input_hash=task.input_hash,
            pid=os.getpid(),
            started_at=started.isoformat(),
        )
        self.history.write(record)
        write_json(folder / "request.json", _request(task, record))
        worker = Worker.start(
            self.server, folder, cwd=task.notebook.path.parent, lock=self.lock, progress=progress
        )
        return Run(runner=self, task=task, record=record, worker=worker, begun=begun)

    def conclude(self, run: Run, code: int) -> Outcome:
        """Judge a run by what its process, which ended with a code, has left."""
        folder = self.history.of(run.record.run_id)
        exit_status, sentence = judge(folder, run.record.run_id, code)
        if not (folder / "page.html").is_file():
            self._write_page(run.task, folder, sentence)
        closed = self.close(run.record, exit_status, sentence, seconds=run.seconds)
        return self._outcome(exit_status, closed, fresh=True)

    def close(
        self, record: RunRecord, exit_status: ExitStatus, sentence: str, *, seconds: float
    ) -> RunRecord:
        """Store how a run ended, after its page lies where it is looked for."""
        folder = self.history.of(record.run_id)
        page = folder / "page.html"
        if exit_status is SUCCEEDED:
            result = self.history.result(record.run_id) or {}
            page = self._publish(record, page, str(result.get("as_of_date") or ""))
        closed = replace(
            record,
            state=exit_status.name,
            sentence=sentence,
            finished_at=self.clock().isoformat(),
            seconds=round(seconds, 1),
            page=str(page) if page.is_file() else "",
        )
        self.history.write(closed)
        return closed

    def _publish(self, record: RunRecord, page: Path, day: str) -> Path:
        """Copy a page to the reports: ``<tenant>/<as-of date>/<notebook>_<model>.html``."""
        name = record.notebook.removesuffix("_model") if record.model else record.notebook
        stem = "_".join(part for part in (name, safe_name(record.model)) if part)
        tenant = safe_name(record.tenant) or "notebooks"
        target = self.reports / tenant / (safe_name(day) or record.started_at[:10]) / f"{stem}.html"
        with replacing(target) as draft:
            shutil.copyfile(page, draft)
        return target

    def _write_page(self, task: Task, folder: Path, sentence: str) -> None:
        """Let a fresh process write the page of a run whose own process was killed."""
        failure = {"ending": RUNNER_DIED.name, "sentence": sentence}
        write_json(folder / "failure.json", failure)
        worker = Worker.start(self.server, folder, cwd=task.notebook.path.parent, page_only=True)
        try:
            worker.wait()
        finally:
            worker.stop()

    def _outcome(self, exit_status: ExitStatus, record: RunRecord, *, fresh: bool) -> Outcome:
        return Outcome(
            exit_status=exit_status,
            record=record,
            result=self.history.result(record.run_id) or {},
            folder=self.history.of(record.run_id),
            fresh=fresh,
        )


@dataclass(frozen=True, kw_only=True)
class Run:
    """A task at work."""

    runner: Runner
    task: Task
    record: RunRecord
    worker: Worker
    begun: float
    """`time.monotonic` when it began."""

    @property
    def sentinel(self) -> int:
        """A descriptor that can be read once the process has ended."""
        return self.worker.sentinel

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return time.monotonic() - self.begun

    def finish(self) -> Outcome:
        """Wait for its end and judge it."""
        code = self.worker.wait()
        self.worker.stop()
        return self.runner.conclude(self, code)

    def interrupt(self) -> None:
        """Stop it, and put on record that somebody did."""
        self.worker.stop()
        self.runner.close(self.record, INTERRUPTED, "it was interrupted", seconds=self.seconds)


def _request(task: Task, record: RunRecord) -> dict[str, Any]:
    return {
        "run_id": record.run_id,
        "key": record.key,
        "label": task.label,
        "notebook": str(task.notebook.path),
        "parameters": {name: as_json(value) for name, value in task.parameters.items()},
        "tenant": record.tenant,
        "model": record.model,
        "as_of": record.as_of,
        "cwd": str(task.notebook.path.parent),
        "kernel": "python3",
        "cell_timeout": task.cell_timeout,
        "start_timeout": task.start_timeout,
    }
