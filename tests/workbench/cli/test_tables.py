"""`bellwether train`, and what README shows: train, promote, serve, ask."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.bank import SAMPLE
from tests.brought import bank_rows, changed, write_rows
from tests.serving.shop import Client

from features.catalogue import CATALOGUE
from scoring import predict_churn
from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.settings import DoorSettings
from training.tables.baseline import read_baseline
from workbench.cli import group
from workbench.cli.refusals import Refusal

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def home(tracking_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a tracking store, and a bank's table in the current directory."""
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mlruns").mkdir()
    shutil.copy(tracking_template, tmp_path / "mlruns" / "mlflow.db")
    write_rows(tmp_path / "bank.csv", bank_rows(400))
    return tmp_path


def said(*command: str) -> str:
    done = CliRunner().invoke(group, command)
    assert done.exit_code == 0, done.output
    return done.stdout


def refusal(*command: str) -> str:
    done = CliRunner().invoke(group, command, standalone_mode=False)
    assert isinstance(done.exception, Refusal), done.output
    return str(done.exception)


def asked(home: Path, curl: list[str]) -> dict[str, Any]:
    """Ask what a curl command asks, of a server that is open to what `serve --open shared` opens."""
    shelf = PackageShelf([home / "data" / "packages"], CATALOGUE)
    state = AppState(shelf=shelf, store=None, now=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    client = Client(make_app(state, door=DoorSettings(open=frozenset({"shared"}))))
    (address,) = (word for word in curl if word.startswith("localhost:3000"))
    response = client.post(
        address.removeprefix("localhost:3000"), json.loads(curl[curl.index("-d") + 1])
    )
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_train_promote_serve_and_ask_as_the_readme_shows(home: Path) -> None:
    section = README.partition("\n## A table of your own\n")[2].partition("\n## ")[0]
    (block,) = re.findall(r"^```\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    train, promote, serve, curl = (
        shlex.split(line.removeprefix("$ ")) for line in block.splitlines()
    )
    told = said(*train[1:], "--quick")
    assert (
        "- customer_id has another whole number in every row, as a key has: it is left out." in told
    )
    assert "on rows it has not seen" in told
    assert "shared.bank/1" in said(*promote[1:])
    assert serve[1:] == ["serve", "--open", "shared"]
    answer = asked(home, curl)
    assert answer["model_version"] == "shared.bank/1"
    assert 0 < answer["probability"] < 1
    assert any("Age is 58" in reason["text"] for reason in answer["reasons"])
    assert "balance" in answer["assumed"]
    assert "shared.bank/1  champion" in said("models", "list")
    assert "# shared.bank/1" in said("models", "card", "shared.bank")


def test_the_figures_come_as_json_and_versions_go_back_and_forth(home: Path) -> None:
    command: tuple[str, ...] = ("train", "--table", "bank.csv", "--target", "exited", "--json")
    command = (*command, "--quick", "--cv", "3")
    first = json.loads(said(*command))
    assert {"auc", "brier", "average_precision", "ece", "chosen", "folds"} <= first.keys()
    assert (first["label"], first["rows"], len(first["folds"])) == ("shared.bank/1", 400, 3)
    without = json.loads(said(*command, "--drop", "tenure,has_cr_card"))
    assert without["label"] == "shared.bank/2"
    for label in ("shared.bank/1", "shared.bank/2"):
        said("models", "promote", label, "--yes")
    told = said("models", "compare", "shared.bank/1", "shared.bank/2")
    assert "not on the same rows" in told
    assert "shared.bank/1 answers from now on" in said("models", "rollback", "shared.bank", "--yes")
    assert json.loads(said("models", "show", "shared.bank", "--json"))["label"] == "shared.bank/1"


def test_what_is_wrong_is_one_sentence(home: Path) -> None:
    command = ("train", "--table", "bank.csv", "--target")
    assert "Did you mean exited?" in refusal(*command, "exitd")
    assert "three" not in refusal(*command, "geography")
    assert "--positive must be given where the target has more than two values" in refusal(
        *command, "geography"
    )
    write_rows(home / "one.csv", changed(bank_rows(300), exited=lambda row: 1))
    assert "must have two values to tell apart" in refusal(
        "train", "--table", "one.csv", "--target", "exited"
    )


def test_a_banks_churn_is_learned_by_its_name_with_a_forest_beside_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.cli.tables._SIMULATED", 300)
    told = said("train", "bank_churn", "--quick", "--cv", "2")
    assert "simulated_bank.csv: 300 rows, 9 columns" in told
    assert "geography is a category of 3 values." in told
    assert "random forest beside it: AUC 0." in told
    forest = read_baseline(home / "ml_assets" / "bank_churn_forest.pkl")
    assert 0 < forest.predict(SAMPLE) < 1
    said("models", "promote", "shared.bank_churn/1", "--yes")
    assert 0 < predict_churn(SAMPLE) < 1
    less = [{name: value for name, value in row.items() if name != "age"} for row in bank_rows(30)]
    write_rows(home / "less.csv", less)
    assert "bank_churn must have a column 'age'" in refusal(
        "train", "bank_churn", "--table", "less.csv"
    )
    for wrong in (("train", "bank"), ("train", "bank_churn", "--name", "mine"), ("train",)):
        done = CliRunner().invoke(group, wrong)
        assert (done.exit_code, "bank_churn" in done.output) == (2, True), done.output
