"""Small notebooks and a runner of their own for each test."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.runs.execution import Runner
from workbench.runs.fork_server import ForkServer
from workbench.runs.history import History
from workbench.runs.warm import RUNNER

NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)
FINISH = "from workbench.notebook import finish\nfinish('all done', outputs={'answer': 42})"

WriteNotebook = Callable[..., Path]


@pytest.fixture
def write_notebook(tmp_path: Path) -> WriteNotebook:
    """Write a notebook with a parameters cell and the given code cells."""

    def write(
        *cells: str, parameters: str = "count: int = 3  # how many", name: str = "small"
    ) -> Path:
        def code(source: str, tags: list[str]) -> dict[str, object]:
            return {
                "cell_type": "code",
                "id": f"cell-{len(source)}-{abs(hash(source)) % 10**6}",
                "metadata": {"tags": tags},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }

        heading = {
            "cell_type": "markdown",
            "id": "title",
            "metadata": {},
            "source": "# A small one",
        }
        content = {
            "cells": [
                heading,
                code(parameters, ["parameters"]),
                *(code(cell, []) for cell in cells),
            ],
            "metadata": {
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        path = tmp_path / f"{name}.ipynb"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


@pytest.fixture
def history(tmp_path: Path) -> History:
    """An empty history of runs."""
    return History(tmp_path / "runs")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    """A server that forks the processes of notebooks, which has imported what they need."""
    home = tmp_path_factory.mktemp("home")
    environ = {**os.environ, "BELLWETHER_HOME": str(home), "OMP_NUM_THREADS": "1"}
    with ForkServer(environ=environ, load=RUNNER) as server:
        yield server


@pytest.fixture
def runner(history: History, tmp_path: Path, server: ForkServer) -> Runner:
    """A runner that keeps everything below the test's own folder."""
    return Runner(
        history=history,
        reports=tmp_path / "reports",
        server=server,
        code_version="test",
        clock=lambda: NOW,
    )
