"""`bellwether notebook` refuses before a kernel starts, and says what it did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.cli import group

FINISH = "from workbench.notebook import finish\nfinish('all done')"
Invoke = Callable[..., Result]


@pytest.fixture
def invoke(tmp_path: Path) -> Invoke:
    """Call the command line in a home of its own."""

    def call(*arguments: str) -> Result:
        env = {"BELLWETHER_HOME": str(tmp_path), "DATABASE_URL": ""}
        return CliRunner().invoke(group, ["notebook", *arguments], env=env)

    return call


@pytest.mark.parametrize(
    ("pair", "sentence"),
    [
        ("count=three", "parameter 'count' must be a whole number; got 'three'"),
        ("cuont=3", "got 'cuont'. Did you mean count?"),
        ("password=x", "must not carry a secret"),
        ("count", "must be given as NAME=VALUE"),
    ],
)
def test_a_wrong_parameter_is_a_sentence_before_a_kernel_starts(
    invoke: Invoke, write_notebook: Callable[..., Path], tmp_path: Path, pair: str, sentence: str
) -> None:
    result = invoke(str(write_notebook(FINISH)), "-p", pair)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not (tmp_path / "data" / "runs").exists()


def test_a_notebook_tells_what_it_takes(
    invoke: Invoke, write_notebook: Callable[..., Path]
) -> None:
    shown = invoke(str(write_notebook(FINISH)), "--parameters").stdout
    assert "count: int = 3  # how many" in shown


def test_a_notebook_that_is_not_there_is_a_sentence(invoke: Invoke) -> None:
    result = invoke("nowhere.ipynb")
    assert result.exit_code == 2
    assert "notebook must be an existing .ipynb file" in result.stderr


@pytest.mark.slow
def test_a_notebook_that_names_no_tenant_is_always_run(
    invoke: Invoke, write_notebook: Callable[..., Path], tmp_path: Path
) -> None:
    path = str(write_notebook(FINISH))
    first = invoke(path, "-p", "count=4")
    assert first.exit_code == 0, first.output
    assert "all done" in first.stdout
    assert (tmp_path / "data" / "reports" / "index.html").is_file()
    second = invoke(path, "-p", "count=4")
    assert second.exit_code == 0
    assert "up to date" not in second.stdout


TENANT = 'from datetime import datetime\ntenant: str = "acme"  # whose\nas_of: datetime | None = None  # cut-off'


def test_a_notebook_of_a_tenant_is_run_again_only_for_new_records(
    invoke: Invoke, write_notebook: Callable[..., Path], tmp_path: Path
) -> None:
    simulate_shop(tmp_path, "acme")
    path = str(write_notebook(FINISH, parameters=TENANT))
    assert "up to date" not in invoke(path).stdout
    second = invoke(path)
    assert second.exit_code == 0, second.output
    assert "up to date" in second.stdout
    for file in tmp_path.glob("data/records.db*"):
        file.unlink()
    simulate_shop(tmp_path, "acme")
    assert "up to date" not in invoke(path).stdout


def test_a_notebook_is_refused_a_cut_off_in_the_future(
    invoke: Invoke, write_notebook: Callable[..., Path], tmp_path: Path
) -> None:
    simulate_shop(tmp_path, "acme")
    result = invoke(str(write_notebook(FINISH, parameters=TENANT)), "-p", "as_of=2999-01-01")
    assert result.exit_code == 2
    assert "as_of must not be later than" in result.stderr
    assert not (tmp_path / "data" / "runs").exists()


def simulate_shop(home: Path, slug: str) -> None:
    """Make a tenant of three customers."""
    arguments = ["simulate", "--tenant", slug, "--customers", "3", "--days", "20"]
    env = {"BELLWETHER_HOME": str(home), "DATABASE_URL": ""}
    assert CliRunner().invoke(group, arguments, env=env).exit_code == 0
