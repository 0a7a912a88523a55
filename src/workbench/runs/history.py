"""The history of runs: one folder each, and a pointer from every succeeded key to its run.

A run's folder holds ``request.json`` (what was asked), ``status.json`` (how it stands), ``result.json``
(the notebook's own record of success), ``executed.ipynb``, ``page.html`` and ``log.txt``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench.runs.files import read_json, write_json
from workbench.runs.lock import is_alive

RUNNING = "running"


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One run of one notebook, as ``status.json`` holds it.

    Parameters
    ----------
    run_id : str
        Name of its folder.
    notebook : str
        File name without ending.
    label : str
        As on the progress line.
    tenant, model, as_of : str
        From the parameters; empty where the notebook has no such parameter.
    key, input_hash : str
        See `workbench.runs.key`.
    state : str
        ``running`` or the name of an exit status.
    started_at, finished_at : str
        ISO instants in UTC; the second is empty while it runs.
    page : str
        Path of the HTML page.
    """

    run_id: str
    notebook: str
    label: str
    tenant: str
    model: str
    as_of: str
    key: str
    input_hash: str
    pid: int
    started_at: str
    state: str = RUNNING
    sentence: str = ""
    finished_at: str = ""
    seconds: float = 0.0
    page: str = ""


@dataclass(frozen=True)
class History:
    """The runs below one folder, ``data/runs``."""

    folder: Path

    def begin(self, notebook: str, *, model: str, key: str, now: datetime) -> tuple[str, Path]:
        """Make a new run's folder.

        Returns
        -------
        tuple of str and Path
            The run's id, such as ``20260101T030000Z-20_train_model-churn-1f0c``, and its folder.
        """
        stamp = now.strftime("%Y%m%dT%H%M%SZ")
        stem = "-".join(part for part in (stamp, safe_name(notebook), safe_name(model)) if part)
        self.folder.mkdir(parents=True, exist_ok=True)
        for attempt in range(1000):
            run_id = f"{stem}-{key[:4]}" + (f"-{attempt}" if attempt else "")
            try:
                (self.folder / run_id).mkdir()
            except FileExistsError:
                continue
            return run_id, self.folder / run_id
        raise FileExistsError(f"run folder must be new; got a thousand named {stem}.")

    def of(self, run_id: str) -> Path:
        """Give a run's folder."""
        return self.folder / run_id

    def write(self, record: RunRecord) -> None:
        """Store how a run stands; once it succeeded, its key leads to it."""
        write_json(self.of(record.run_id) / "status.json", asdict(record))
        if record.state == "succeeded":
            write_json(self._pointer(record.key), {"run_id": record.run_id})

    def read(self, run_id: str) -> RunRecord | None:
        """Read how a run stands; None where there is no such run."""
        content = read_json(self.of(run_id) / "status.json")
        return None if content is None else RunRecord(**content)

    def result(self, run_id: str) -> dict[str, Any] | None:
        """Read what a run's last cell recorded."""
        return read_json(self.of(run_id) / "result.json")

    def succeeded(self, key: str) -> RunRecord | None:
        """Find a run that succeeded with this key and whose results still lie where it left them."""
        pointer = read_json(self._pointer(key))
        if pointer is None:
            return None
        record = self.read(str(pointer.get("run_id")))
        if record is None or record.state != "succeeded":
            return None
        result = self.result(record.run_id)
        if result is None:
            return None
        kept = [Path(name) for name in [*result.get("files", []), record.page] if name]
        return record if all(path.exists() for path in kept) else None

    def records(self) -> Iterator[RunRecord]:
        """Go through all runs, oldest first."""
        if not self.folder.is_dir():
            return
        for place in sorted(self.folder.iterdir()):
            record = self.read(place.name)
            if record is not None:
                yield record

    def bury(self, *, now: datetime) -> list[RunRecord]:
        """Mark runs that say they are running but whose process is gone."""
        buried = []
        for record in self.records():
            if record.state == RUNNING and not is_alive(record.pid):
                dead = replace(
                    record,
                    state="runner_died",
                    sentence="its process was killed before it could say how the run ended",
                    finished_at=now.isoformat(),
                )
                self.write(dead)
                buried.append(dead)
        return buried

    def _pointer(self, key: str) -> Path:
        return self.folder / "keys" / f"{key}.json"


def safe_name(text: str) -> str:
    """Turn any text into one that is safe as a file name.

    Examples
    --------
    >>> safe_name("../my shop")
    'my-shop'
    """
    return re.sub(r"[^A-Za-z0-9_.]+", "-", text).strip("-.")
