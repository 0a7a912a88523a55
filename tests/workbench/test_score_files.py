"""Kept scores as files: one row per customer, the shop's own id first, and no text that a spreadsheet computes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update
from tests.workbench.shops import ANSWERED, SLUG, make_home, settings_of

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.tenants import find_tenant
from serving.schema import score
from workbench.cli import group
from workbench.errors import PlanError
from workbench.exports import export_table
from workbench.records import open_records
from workbench.score_files import check_target, latest_per_customer
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE

FORMULA = "=1+1"
Export = Callable[..., Result]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with answers, one of them about a customer whose id looks like a formula."""
    made = make_home(tmp_path_factory.mktemp("exported"), customers=12, days=100)
    engine = open_records(settings_of(made))
    with writing(engine) as connection:
        someone = connection.scalars(
            select(score.c.customer_id).where(score.c.model == "churn")
        ).first()
        connection.execute(
            update(schema.customer)
            .where(schema.customer.c.id == someone)
            .values(external_id=FORMULA)
        )
    engine.dispose()
    return made


@pytest.fixture
def export(home: Path) -> Export:
    def call(*arguments: str) -> Result:
        env = {HOME_VARIABLE: str(home), DATABASE_VARIABLE: ""}
        command = ["scores", "export", "--tenant", SLUG, *arguments]
        return CliRunner().invoke(group, command, env=env, standalone_mode=False)

    return call


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_an_id_that_looks_like_a_formula_comes_out_as_text(
    export: Export, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / f"churn{ending}"
    done = export("--model", "churn", "--to", str(target))
    assert done.exit_code == 0, done.exception
    if ending == ".xlsx":
        frame = pd.read_excel(target)
        assert frame.columns[0] == "customer"
        assert FORMULA in frame["customer"].tolist()
        with zipfile.ZipFile(target) as parts:
            assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    elif ending == ".csv":
        frame = pd.read_csv(target)
        assert frame.columns[0] == "customer"
        assert f"'{FORMULA}" in frame["customer"].tolist()
    else:
        assert FORMULA in pd.read_parquet(target)["customer"].tolist()


def test_each_customer_has_one_row_with_the_latest_score_of_then(home: Path) -> None:
    engine = open_records(settings_of(home))
    with reading(engine) as connection:
        tenant = find_tenant(connection, SLUG)
        kept = connection.execute(select(score).where(score.c.model == "churn")).all()
        latest = max(row.as_of for row in kept)
        frame = latest_per_customer(connection, tenant, "churn", latest)
        before = latest_per_customer(
            connection, tenant, "churn", latest - timedelta(microseconds=1)
        )
        none = latest_per_customer(connection, tenant, "churn", datetime(2000, 1, 1, tzinfo=UTC))
    engine.dispose()
    assert frame["customer"].is_unique
    assert len(frame) == len({row.customer_id for row in kept}) <= ANSWERED
    assert set(frame["request_id"]) <= {row.request_id for row in kept}
    assert (pd.to_datetime(before["as_of"], format="ISO8601") < latest).all()
    assert none.empty


def test_a_file_that_is_there_is_not_replaced_unless_forced(export: Export, tmp_path: Path) -> None:
    target = tmp_path / "churn.csv"
    target.write_text("mine")
    refused = export("--model", "churn", "--to", str(target)).exception
    assert "file must be new" in str(refused)
    assert target.read_text() == "mine"
    assert export("--model", "churn", "--to", str(target), "--force").exit_code == 0
    assert target.read_text() != "mine"
    with pytest.raises(PlanError, match=r"must end in one of \.csv"):
        check_target(tmp_path / "churn.pdf", force=False)


def test_without_scores_there_is_no_file(export: Export, tmp_path: Path) -> None:
    target = tmp_path / "old.csv"
    refused = export("--model", "churn", "--to", str(target), "--as-of", "2000-01-01").exception
    assert "must be kept to be exported" in str(refused)
    assert not target.exists()


def test_numbers_that_are_negative_stay_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer": ["-2+3", "ada"], "expected_gain": [-1.5, 2.0]})
    export_table(frame, tmp_path / "gains.csv")
    assert (tmp_path / "gains.csv").read_text() == "customer,expected_gain\n'-2+3,-1.5\nada,2.0\n"
