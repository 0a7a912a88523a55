"""Every column is judged, and nothing is used or left out without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.brought import Row, bank_rows, changed, write_rows

from training.errors import InvalidTable
from training.tables.columns import Column
from training.tables.dataset import TableDataset
from training.tables.question import Question
from training.tables.steps import Reading, load_table

ROWS = bank_rows(400)


def loaded(
    tmp_path: Path, rows: list[Row], decimal: str | None = None, **asked: Any
) -> TableDataset:
    path = write_rows(tmp_path / "bank.csv", rows)
    return load_table(
        path, Question(target="exited", name="bank", **asked), Reading(decimal=decimal)
    )


def judged(tmp_path: Path, name: str, rows: list[Row], **asked: Any) -> Column:
    columns = loaded(tmp_path, rows, **asked).columns
    return next(column for column in columns if column.name == name)


def test_numbers_categories_and_keys_are_told_apart(tmp_path: Path) -> None:
    dataset = loaded(tmp_path, ROWS)
    kinds = {column.name: column.kind for column in dataset.columns}
    assert kinds["customer_id"] == "identifier"
    assert kinds["geography"] == kinds["gender"] == "category"
    assert set(kinds.values()) == {"identifier", "category", "number"}
    assert dataset.features == tuple(name for name in kinds if name != "customer_id")
    assert dataset.fields.left_out == ("customer_id",)


@pytest.mark.parametrize(
    ("work", "kind", "says"),
    [
        (lambda row: "same", "constant", "is the same everywhere ('same'): it is left out."),
        (lambda row: "NA", "constant", "is empty everywhere: it is left out."),
        (lambda row: row["age"], "duplicate", "says the same as age in every row: it is left out."),
        (lambda row: row["exited"] + 5, "leak", "tells the outcome all by itself (AUC 1.000)"),
        (lambda row: f"2024-{1 + row['customer_id'] % 12:02}-03", "date", "holds dates"),
        (
            lambda row: f"called on day {row['customer_id']} about {row['balance']}",
            "free text",
            "holds free text, which is not read",
        ),
        (lambda row: f"K{row['customer_id']}x", "identifier", "has another value in every row"),
        (
            lambda row: f"K{row['customer_id'] // 2}x",
            "identifier",
            "has 201 different values, most of them in fewer than 10 rows",
        ),
    ],
    ids=["constant", "empty", "duplicate", "leak", "date", "prose", "key", "many values"],
)
def test_what_teaches_nothing_is_left_out_and_said_to_be(
    tmp_path: Path, work: Any, kind: str, says: str
) -> None:
    column = judged(tmp_path, "more", changed(ROWS, more=work))
    assert (column.kind, column.is_used) == (kind, False)
    assert says in column.text


def test_a_column_that_knows_the_outcome_is_learned_from_only_as_asked(tmp_path: Path) -> None:
    rows = changed(ROWS, told=lambda row: "gone" if row["exited"] else "here")
    assert "--keep told learns from it" in judged(tmp_path, "told", rows).text
    kept = judged(tmp_path, "told", rows, keep=("told",))
    assert kept.is_used
    assert (
        "it tells the outcome all by itself (AUC 1.000), and is learned from as was asked"
        in kept.text
    )


def test_a_column_that_falls_and_rises_is_found_to_know_the_outcome(tmp_path: Path) -> None:
    rows = changed(ROWS, told=lambda row: row["customer_id"] * (-1) ** row["customer_id"])
    rows = changed(
        rows, told=lambda row: 50 + row["customer_id"] % 7 if row["exited"] else row["told"]
    )
    assert judged(tmp_path, "told", rows).kind == "leak"


def test_numbers_with_commas_and_yes_and_no_are_read(tmp_path: Path) -> None:
    rows = changed(
        ROWS,
        balance=lambda row: f"{row['balance']:,.2f}".translate(str.maketrans(",.", ".,")),
        is_active_member=lambda row: "Yes" if row["is_active_member"] else "No",
    )
    dataset = loaded(tmp_path, rows)
    plain = loaded(tmp_path, ROWS)
    places = [dataset.features.index(name) for name in ("balance", "is_active_member")]
    assert (dataset.values[:, places] == plain.values[:, places]).all()
    texts = {column.name: column.text for column in dataset.columns}
    assert texts["balance"] == "balance is a number, with decimal comma."
    assert texts["is_active_member"] == "is_active_member is a category of 2 values."


def test_a_decimal_mark_that_no_cell_settles_is_asked_for(tmp_path: Path) -> None:
    rows = changed(ROWS, balance=lambda row: f"1,{100 + row['age']}")
    with pytest.raises(
        InvalidTable, match=r"column 'balance': decimal mark must be told.*--decimal"
    ):
        loaded(tmp_path, rows)
    assert loaded(tmp_path, rows, decimal=",").values[:, 5].max() < 2


def test_a_word_among_numbers_counts_as_missing_and_is_named(tmp_path: Path) -> None:
    rows = changed(ROWS, age=lambda row: "unknown" if row["customer_id"] % 40 == 0 else row["age"])
    column = judged(tmp_path, "age", rows)
    assert column.text == "age is a number; 'unknown' count as missing."


def test_rare_categories_are_put_together(tmp_path: Path) -> None:
    rows = changed(
        ROWS,
        geography=lambda row: (
            f"R{row['customer_id']}" if row["customer_id"] < 8 else row["geography"]
        ),
    )
    dataset = loaded(tmp_path, rows)
    field = next(field for field in dataset.fields.columns if field.name == "geography")
    assert field.levels == ("France", "Germany", "Spain")
    assert field.others
    place = dataset.features.index("geography")
    assert (dataset.values[:7, place] == 3).all()


def test_levels_are_sorted_as_people_do(tmp_path: Path) -> None:
    rows = changed(ROWS, band=lambda row: f"A{row['customer_id'] % 12 + 1}")
    dataset = loaded(tmp_path, rows)
    assert dataset.fields.columns[-1].levels == tuple(f"A{number}" for number in range(1, 13))
