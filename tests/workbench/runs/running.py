"""Running a small notebook, as several tests do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.runs.execution import Outcome, Runner, Task
from workbench.runs.source import read_notebook

WriteNotebook = Callable[..., Path]


def run(
    runner: Runner, path: Path, texts: dict[str, str] | None = None, cell_timeout: int = 60
) -> Outcome:
    """Run a notebook with parameters given as text."""
    notebook = read_notebook(path)
    task = Task(
        notebook=notebook,
        parameters=notebook.contract.parse(texts or {}),
        label=notebook.name,
        cell_timeout=cell_timeout,
    )
    return runner.execute(task)
