"""Runs that nobody asked `bellwether run` for: a scheduler's, by papermill alone. They are listed among the others."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.runs.history import History, RunRecord
from workbench.runs.key import content_hash

if TYPE_CHECKING:
    from workbench.notebook import Bench

_OPENED_BY_A_PERSON = "JPY_SESSION_NAME"
"""What Jupyter gives a kernel that belongs to a page."""


def is_scheduled(environ: Mapping[str, str]) -> bool:
    """Whether this is a kernel that nobody sits at."""
    from IPython.core.getipython import get_ipython

    return get_ipython() is not None and _OPENED_BY_A_PERSON not in environ


def begin_alone(name: str, bench: Bench) -> tuple[Path, dict[str, Any]]:
    """Make the folder of such a run; nobody will ask for its key."""
    model = _parameter("model")
    key = content_hash(["alone", name, model, bench.tenant.slug, bench.now.isoformat()])
    run_id, folder = History(bench.settings.runs).begin(name, model=model, key=key, now=bench.now)
    return folder, {"run_id": run_id, "key": key, "notebook": name, "model": model}


def end_alone(folder: Path, request: Mapping[str, Any], bench: Bench) -> None:
    """List such a run as succeeded; its page is whatever papermill wrote, wherever that is."""
    ended = datetime.now(UTC)
    number, _, rest = str(request["notebook"]).partition("_")
    History(folder.parent).write(
        RunRecord(
            run_id=request["run_id"],
            notebook=request["notebook"],
            label=f"{number} {rest.partition('_')[0]} {request['model']}".strip(),
            tenant=bench.tenant.slug,
            model=request["model"],
            as_of=bench.as_of.isoformat(),
            key=request["key"],
            input_hash="",
            pid=os.getpid(),
            started_at=bench.now.isoformat(),
            state="succeeded",
            finished_at=ended.isoformat(),
            seconds=round((ended - bench.now).total_seconds(), 1),
        )
    )


def _parameter(name: str) -> str:
    """Read a parameter of the notebook that runs; empty where it has none such."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    value = None if shell is None else shell.user_ns.get(name)
    return value if isinstance(value, str) else ""
