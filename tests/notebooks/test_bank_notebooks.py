"""The notebooks on a bank's customers, cell by cell: from a table to a model that is asked."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.bank import SAMPLE

from commerce.records.tenants import Tenant
from scoring import predict_churn
from scoring.published import current_version
from workbench.runs.source import cell_source, read_notebook

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def home(
    acme: Tenant,
    engine: Engine,
    tracking_template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A home with a tenant and a tracking store."""
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    (tmp_path / "mlruns").mkdir(exist_ok=True)
    shutil.copy(tracking_template, tmp_path / "mlruns" / "mlflow.db")
    return tmp_path


def run(path: str, **parameters: Any) -> dict[str, Any]:
    """Run a notebook's cells with parameters of one's own; what its variables are in the end."""
    found: dict[str, Any] = {"display": lambda *_: None}
    notebook = read_notebook(NOTEBOOKS / f"{path}.ipynb")
    for place, cell in enumerate(notebook.code_cells):
        exec(compile(cell_source(cell), f"{path}[{place}]", "exec"), found)
        if place == 0:
            found |= parameters
    return found


def test_a_table_of_a_bank_becomes_a_model_that_a_record_is_asked_of(home: Path) -> None:
    packages = home / "data" / "packages"
    trained = run("21_train_table", tenant="acme", name="bank_churn", cv=2, jobs=1)
    assert trained["result"].label == "shared.bank_churn/1"
    assert trained["result"].promoted, trained["result"].refusals
    assert 0.70 < trained["validation"].figures.auc < 0.85  # as docs/bank-churn.md states it
    assert 0.10 < trained["validation"].figures.brier < 0.16
    assert current_version(packages, "shared", "bank_churn") == "1"
    asked = run("explore/a_banks_customer", tenant="acme")
    assert asked["record"] == SAMPLE
    assert asked["risk"] == predict_churn(SAMPLE)
    assert asked["package"].label == "shared.bank_churn/1"
    assert asked["bench"].settings.packages == packages
