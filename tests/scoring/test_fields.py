"""A cell of a file and a value of a request are read by the very same field."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.brought import FIELDS, small_package

from features.catalogue import CATALOGUE
from scoring.decisions import decide, decide_many
from scoring.errors import InvalidField, InvalidPackage
from scoring.fields import Field, Fields
from scoring.files import read_package, write_package
from scoring.package import Package, check_outputs


@pytest.mark.parametrize(
    ("field", "sent", "read"),
    [
        (Field(name="Age"), "42", 42.0),
        (Field(name="Age"), 42, 42.0),
        (Field(name="Age"), "1,234.5", 1234.5),
        (Field(name="Age", decimal=","), "1.234,5", 1234.5),
        (Field(name="Age"), True, 1.0),
        (Field(name="Age"), " NA ", math.nan),
        (Field(name="Age", blanks=("unknown",)), "Unknown", math.nan),
        (Field(name="Land", levels=("France", "Spain")), "Spain", 1.0),
        (Field(name="Land", levels=("France", "Spain")), " spain", 1.0),
        (Field(name="Land", levels=("France", "Spain")), "Peru", math.nan),
        (Field(name="Land", levels=("France", "Spain"), others=True), "Peru", 2.0),
        (Field(name="Land", levels=("a", "A")), "A", 1.0),
        (Field(name="Card", levels=("No", "Yes")), True, 1.0),
        (Field(name="Card", levels=("No", "Yes")), False, 0.0),
        (Field(name="Code", levels=("1", "2")), 2.0, 1.0),
        (Field(name="Card", levels=("No", "Yes")), None, math.nan),
    ],
)
def test_a_value_is_read(field: Field, sent: Any, read: float) -> None:
    assert field.read(sent) == pytest.approx(read, abs=0, nan_ok=True)


def fields_of(*columns: Field) -> Fields:
    """Fields of a table with these columns."""
    return Fields(columns=columns, target="Exited", positive="1")


def test_a_number_keeps_to_the_range_that_is_declared() -> None:
    age = Field(name="Age", minimum=0, maximum=150, is_whole=True)
    assert [age.read(value) for value in (0, "150", 40.0)] == [0.0, 150.0, 40.0]
    assert math.isnan(age.read(None))
    for sent, rule in ((-1, "be 0 to 150"), ("151", "be 0 to 150"), (1.5, "be a whole number")):
        with pytest.raises(InvalidField, match=f"^Age must {rule}; got "):
            age.read(sent)
    assert Fields.from_dict(json.loads(json.dumps(fields_of(age).as_dict()))) == fields_of(age)
    older = fields_of(age).as_dict()
    for name in ("minimum", "maximum", "is_whole"):
        del older["columns"][0][name]
    assert Fields.from_dict(older).columns == (Field(name="Age"),)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ("old", "Age must be a number; got 'old'. Its decimal mark is '.'."),
        ([1], "Age must be a number, a text or null; got an object or a list."),
        (float("inf"), "Age must be finite and at most 1e+15 in size; got inf."),
        (10**400, "Age must be finite and at most 1e+15 in size"),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(sent: Any, says: str) -> None:
    with pytest.raises(InvalidField) as refused:
        Field(name="Age").read(sent)
    assert says in str(refused.value)


def test_a_row_says_what_is_missing_and_what_was_never_seen() -> None:
    columns = (*FIELDS.columns[:1], Field(name="Land", levels=("France",)), FIELDS.columns[2])
    fields = Fields(columns=columns, target="Exited", positive="1")
    values, missing = fields.read_row({"Age": 40, "Land": "Peru", "Active": None})
    assert values.tolist() == pytest.approx([40.0, math.nan, math.nan], nan_ok=True)
    assert missing == ("Land",)
    assert fields.read_row({"Age": 40})[1] == ("Land", "Active")


def test_columns_of_the_file_that_are_not_read_may_be_sent_and_unknown_ones_may_not() -> None:
    row = {"Age": 40, "CustomerId": 17, "Exited": 1}
    assert FIELDS.read_row(row)[0][0] == 40.0
    with pytest.raises(
        InvalidField, match=r"Agge must be a column of the table; .*Did you mean Age\?"
    ):
        FIELDS.read_row({"Agge": 40})
    with pytest.raises(InvalidField, match="row must hold at least one column"):
        FIELDS.read_row({"CustomerId": 17})


def test_columns_of_a_file_come_to_the_same_bits_as_its_rows_one_by_one() -> None:
    cells = {
        "Age": ["42", "0.1", "", "1,5"],
        "Geography": ["Germany", "Peru", "?", "france"],
        "Active": ["Yes", "no", "Yes", "maybe"],
    }
    together = FIELDS.read_columns({**cells, "Age": ["42", "0.1", "", "15"]})
    alone = [
        FIELDS.read_row({"Age": age, "Geography": land, "Active": active})[0]
        for age, land, active in zip(["42", "0.1", "", 15], *list(cells.values())[1:], strict=True)
    ]
    assert np.array_equal(together, np.array(alone), equal_nan=True)
    package = small_package()
    assert decide_many(package, together) == [decide(package, row) for row in alone]


def test_reasons_are_sentences_of_columns_and_values() -> None:
    values, _ = FIELDS.read_row({"Age": 61, "Geography": "Germany", "Active": False})
    answer = decide(small_package(), values)
    assert [reason.text for reason in answer.reasons] == [
        "Age is 61; usually 38.",
        "Geography is Germany.",
        "Active is No.",
    ]
    assert [reason.value for reason in answer.reasons] == [61.0, None, None]


def test_a_package_keeps_its_fields_on_disk(tmp_path: Path) -> None:
    package = small_package()
    write_package(package, tmp_path)
    assert read_package(tmp_path).fields == FIELDS
    assert Fields.from_dict(json.loads(json.dumps(FIELDS.as_dict()))) == FIELDS


def test_a_package_of_a_table_needs_nothing_of_the_catalogue() -> None:
    check_outputs(small_package(), CATALOGUE)


def test_a_package_whose_columns_are_in_another_order_is_refused() -> None:
    package = small_package()
    parts = {**vars(package), "outputs": package.outputs[::-1]}
    named = {name: parts[name] for name in Package.__dataclass_fields__}
    with pytest.raises(InvalidPackage, match="must read the columns of its table in their order"):
        Package(**named)
