"""A scorecard taken elsewhere scores there as the package does here."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scoring.samples import CALIBRATIONS, NAMES, OTHERS, rows, scorecard

from scoring.decisions import decide_many
from scoring.points import points_table
from workbench.errors import PlanError
from workbench.scorecards import as_sql, write_scorecard


@pytest.mark.parametrize("database", ["duckdb", "sqlite"])
@settings(max_examples=10)
@given(
    seed=st.integers(0, 10_000),
    calibration=st.sampled_from(CALIBRATIONS),
    population=st.sampled_from([None, OTHERS]),
)
def test_the_query_gives_the_score_of_the_package(
    database: str, seed: int, calibration: object, population: object
) -> None:
    random = np.random.default_rng(seed)
    package = scorecard(random, calibration=calibration, population=population)
    values = rows(random, 60, len(NAMES)) / 4
    connection = duckdb.connect() if database == "duckdb" else sqlite3.connect(":memory:")
    columns = ", ".join(f"{name} DOUBLE" for name in NAMES)
    connection.execute(f"CREATE TABLE features (customer_id TEXT, {columns})")
    filled = [
        cell
        for place, row in enumerate(values.tolist())
        for cell in (str(place), *(None if value != value else value for value in row))
    ]
    hole = f"({', '.join('?' * (len(NAMES) + 1))})"
    holes = ", ".join([hole] * len(values))
    connection.execute(f"INSERT INTO features VALUES {holes}", filled)
    told = connection.execute(as_sql(points_table(package))).fetchall()
    connection.close()
    scores = [(str(place), each.score) for place, each in enumerate(decide_many(package, values))]
    assert sorted(told) == sorted(scores)


def test_bins_and_points_stand_in_a_table_and_in_json(tmp_path: Path) -> None:
    card = points_table(scorecard(np.random.default_rng(2)))
    write_scorecard(card, tmp_path / "card.csv")
    with (tmp_path / "card.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(list(card.rows))
    assert [float(line["points"]) for line in lines] == [row["points"] for row in card.rows]
    write_scorecard(card, tmp_path / "card.json")
    assert json.loads((tmp_path / "card.json").read_text("utf-8"))["base"] == card.base
    write_scorecard(card, tmp_path / "card.sql")
    assert (tmp_path / "card.sql").read_text("utf-8") == as_sql(card)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    card = points_table(scorecard(np.random.default_rng(2)))
    with pytest.raises(
        PlanError, match=r"must end in one of \.csv, \.json, \.sql; got 'card\.txt'"
    ):
        write_scorecard(card, tmp_path / "card.txt")
