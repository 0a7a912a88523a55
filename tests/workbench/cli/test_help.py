"""Every command teaches its use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from workbench.cli import group
from workbench.runs.exit_status import EXIT_STATUSES

HEAVY = ("pandas", "mlflow", "sklearn", "papermill", "nbconvert", "duckdb", "sqlalchemy", "bentoml")


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


@pytest.mark.parametrize("path", list(commands(group)), ids=lambda path: " ".join(path) or "top")
def test_every_help_ends_with_an_example(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(group, [*path, "--help"])
    assert result.exit_code == 0
    text = result.output.partition("Exit codes:")[0]
    _, found, shown = text.rpartition("Example")
    assert found
    assert f"$ bellwether {' '.join(path)}".rstrip() in shown


def test_the_exit_codes_stand_in_the_help_of_what_cron_calls() -> None:
    shown = CliRunner().invoke(group, ["run", "--help"]).output
    for exit_status in EXIT_STATUSES:
        assert f"{exit_status.code:>5}  {exit_status.meaning}" in shown
    assert len({exit_status.code for exit_status in EXIT_STATUSES}) == len(EXIT_STATUSES)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom workbench.cli import group\nimport click\n"
        "context = click.Context(group)\n"
        "[group.get_command(context, name) for name in group.list_commands(context)]\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
