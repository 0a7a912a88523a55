"""What is wrong with a table is said in a sentence, before anything is fitted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.brought import Row, bank_rows, changed, write_rows

from tabular.errors import TableError
from training.errors import InvalidTable, NotTrainable
from training.tables.dataset import TableDataset
from training.tables.question import Question, name_of
from training.tables.steps import load_table

ROWS = bank_rows(400)
Wrong = (TableError, InvalidTable, NotTrainable)


def loaded(path: Path, target: str = "exited", **asked: Any) -> TableDataset:
    return load_table(path, Question(target=target, name="bank", **asked))


def refused(path: Path, **asked: Any) -> str:
    with pytest.raises(Wrong) as error:
        loaded(path, **asked)
    return str(error.value)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("", encoding="utf-8")
    assert refused(path) == "file must hold rows; got 'empty.csv', which is empty. Check the path."
    path.write_text("age,balance,exited\n", encoding="utf-8")
    assert "file must hold rows" in refused(path)


@pytest.mark.parametrize(
    ("rows", "asked", "says"),
    [
        (ROWS, {"target": "exitd"}, "--target must name a column of the file; got 'exitd'. Did you mean exited?"),
        (ROWS, {"identifier": "no"}, "--id must name a column of the file; got 'no'."),
        (ROWS, {"drop": ("aeg",)}, "--drop must name a column of the file; got 'aeg'. Did you mean age?"),
        (ROWS, {"positive": "2"}, "--positive must be a value of 'exited'; got '2'. Its values: '0', '1'."),
        (ROWS, {"target": "geography"}, "--positive must be given where the target has more than two values; got 3"),
        (ROWS, {"time": "geography"}, "--time must hold times or numbers in every row; got a time; got 'France'"),
        (ROWS, {"time": "gender"}, "--time must hold times or numbers in every row"),
        (ROWS[:20], {}, "table must have 200 rows whose exited is known; got 20"),
        (changed(ROWS, exited=lambda row: 0), {}, "target 'exited' must have two values to tell apart; got only '0'."),
        (
            changed(ROWS, exited=lambda row: int(row["customer_id"] < 6)),
            {},
            "table must have 20 rows of the rarer exited; got 5",
        ),
        ([{"a": "x", "b": "y", "exited": row["exited"]} for row in ROWS], {}, "table must have a column to learn from"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_said(
    tmp_path: Path, rows: list[Row], asked: dict[str, Any], says: str
) -> None:
    assert says in refused(write_rows(tmp_path / "bank.csv", rows), **asked)


def test_five_thousand_columns_are_too_many(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    names = ["exited", *(f"x{number}" for number in range(4_999))]
    lines = [",".join(names), *[",".join(["0", *["1"] * 4_999])] * 3]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert "table must have at most 1,000 columns; got 5,000." in refused(path)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("age,age,exited\n" + "1,2,0\n" * 300, encoding="utf-8")
    assert refused(path) == (
        "columns must have names of their own; got 'age' at positions 1 and 2. Rename all but one of them in the"
        " file."
    )


def test_rows_of_another_length_are_left_out_and_counted_and_many_are_refused(
    tmp_path: Path,
) -> None:
    path = write_rows(tmp_path / "bank.csv", ROWS)
    with path.open("a", encoding="utf-8") as file:
        file.write("1,2,3\n")
    assert "1 rows have another number of cells: they are left out." in loaded(path).notes
    with path.open("a", encoding="utf-8") as file:
        file.write("1,2,3\n" * 40)
    assert "rows must have 11 cells as the first has; got another number in 41 of 441" in refused(
        path
    )


def test_rows_without_an_outcome_are_left_out_and_counted(tmp_path: Path) -> None:
    rows = changed(ROWS, exited=lambda row: "" if row["customer_id"] <= 30 else row["exited"])
    dataset = loaded(write_rows(tmp_path / "bank.csv", rows))
    assert len(dataset.labels) == 370
    assert "30 rows have no exited: they are left out." in dataset.notes


@pytest.mark.parametrize(
    ("words", "positive", "why"),
    [
        (("Yes", "No"), "Yes", "as it says so"),
        (("1", "0"), "1", "as it says so"),
        (("2", "1"), "2", "as it is the rarer"),
        (("left", "stayed"), "left", "as it is the rarer"),
    ],
)
def test_the_value_that_is_meant_is_found_and_said(
    tmp_path: Path, words: tuple[str, str], positive: str, why: str
) -> None:
    rows = changed(ROWS, exited=lambda row: words[0] if row["exited"] else words[1])
    dataset = loaded(write_rows(tmp_path / "bank.csv", rows))
    assert dataset.fields.positive == positive
    assert dataset.labels.tolist() == [row["exited"] for row in ROWS]
    assert why in dataset.notes[0]


def test_a_second_header_is_refused_and_words_over_words_are_none(tmp_path: Path) -> None:
    lines = [f"{place},{place * 7 % 5},Spain,{place % 2}" for place in range(300)]
    path = tmp_path / "bank.csv"
    path.write_text("\n".join(["X1,X2,X3,Y", "ID,LIMIT,COUNTRY,default next month", *lines]))
    with pytest.raises(TableError, match="file must have one header; got another in the row below"):
        load_table(path, Question(target="Y", name="bank"))
    path.write_text("\n".join(["id,limit,country,y", "1,unknown,Spain,0", *lines]))
    assert load_table(path, Question(target="y", name="bank")).source == "bank.csv"


def test_a_file_without_a_header_has_columns_c1_and_so_on(tmp_path: Path) -> None:
    path = tmp_path / "bank.data"
    lines = [" ".join(str(value) for value in row.values()) for row in ROWS]
    path.write_text("\n".join(lines), encoding="utf-8")
    dataset = loaded(path, target="c11", positive="1")
    assert dataset.features == tuple(f"c{place}" for place in range(2, 11))
    assert dataset.values.shape == (400, 9)


@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
def test_the_same_rows_come_to_the_same_whatever_stands_between_the_cells(
    tmp_path: Path, delimiter: str
) -> None:
    plain = loaded(write_rows(tmp_path / "bank.csv", ROWS))
    found = loaded(write_rows(tmp_path / "other.tsv", ROWS, delimiter=delimiter))
    assert np.array_equal(found.values, plain.values)


def test_parquet_comes_to_the_same(tmp_path: Path) -> None:
    import pandas as pd

    plain = loaded(write_rows(tmp_path / "bank.csv", ROWS))
    pd.DataFrame(ROWS).to_parquet(tmp_path / "bank.parquet")
    assert np.array_equal(loaded(tmp_path / "bank.parquet").values, plain.values)


def test_the_latest_rows_are_set_apart_and_say_nothing_of_the_categories(tmp_path: Path) -> None:
    rows = changed(
        ROWS,
        day=lambda row: f"{1 + row['customer_id'] // 20:02}.03.2024",
        geography=lambda row: "Peru" if row["customer_id"] > 330 else row["geography"],
    )
    dataset = loaded(write_rows(tmp_path / "bank.csv", rows), time="day")
    assert dataset.is_test is not None
    assert dataset.since == "16.03.2024"
    assert dataset.is_test.tolist() == [row["customer_id"] >= 300 for row in rows]
    assert "day" not in dataset.features
    assert "Peru" not in (dataset.fields.columns[1].levels or ())


def test_rows_of_one_owner_are_numbered_together(tmp_path: Path) -> None:
    rows = changed(ROWS, owner=lambda row: f"o{row['customer_id'] // 3}")
    dataset = loaded(write_rows(tmp_path / "bank.csv", rows), identifier="owner")
    assert len(np.unique(dataset.owners)) == 134
    assert "owner" not in dataset.features


def test_owners_of_one_row_each_are_as_if_nobody_was_named(tmp_path: Path) -> None:
    rows = changed(ROWS, owner=lambda row: f"o{-row['customer_id']}")
    path = write_rows(tmp_path / "bank.csv", rows)
    named, unnamed = loaded(path, identifier="owner"), loaded(path, drop=("owner",))
    assert named.owners.tolist() == unnamed.owners.tolist()


def test_a_name_must_be_one_that_a_path_can_hold(tmp_path: Path) -> None:
    assert name_of(tmp_path / "Churn Modelling.v2.csv") == "churn_modelling"
    with pytest.raises(InvalidTable, match="name must be small letters"):
        Question(target="exited", name="../bank")
