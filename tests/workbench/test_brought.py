"""What notebook 21 shows of a table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from commerce.records.tenants import Tenant
from training.tables.steps import load_table, validate
from workbench import brought
from workbench.errors import ParameterError
from workbench.notebook import Bench
from workbench.settings import Settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def bench(acme: Tenant, engine: Engine, tmp_path: Path) -> Bench:
    settings = Settings.from_env({"BELLWETHER_HOME": str(tmp_path)})
    return Bench(settings=settings, engine=engine, tenant=acme, as_of=NOW, now=NOW)


def test_without_a_table_there_is_a_simulated_bank(bench: Bench) -> None:
    path = brought.find_table(bench, None)
    assert path == bench.settings.raw / "simulated_bank.csv"
    question = brought.question_of(path, target="exited", drop="tenure, gender")
    assert (question.name, question.drop, question.keep) == (
        "simulated_bank",
        ("tenure", "gender"),
        (),
    )
    dataset = load_table(path, question)
    columns = brought.columns_table(dataset)
    assert columns.loc["age", "learned from"] == "yes"
    assert columns.loc["customer_id", "kind"] == "identifier"
    validation = validate(dataset, brought.effort_of(dataset, quick=True), folds=2)
    shown = brought.figures_table(validation)
    assert shown.index.tolist() == ["all", "plain logistic", "part 1", "part 2"]
    answers = brought.answers_table(dataset, validation.made.package)
    assert answers.columns.tolist() == ["probability", "exited = 1", "reasons"]
    assert len(answers) == 5


def test_a_table_is_named_from_the_home_on(bench: Bench) -> None:
    (bench.settings.home / "mine.csv").write_text("a,b,c\n", encoding="utf-8")
    assert brought.find_table(bench, "mine.csv") == bench.settings.home / "mine.csv"
    with pytest.raises(ParameterError, match=r"must name a file; got 'yours\.csv'"):
        brought.find_table(bench, "yours.csv")
