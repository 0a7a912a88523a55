"""A program with a bank's record at hand asks whether the customer leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bank import SAMPLE, publish_bank

from commerce.people.bank_schema import BANK_V1
from scoring import predict_churn
from scoring.bank_churn import NoBankModel
from scoring.decisions import decide
from scoring.errors import InvalidField

RECORDS = st.fixed_dictionaries(
    {
        name: st.sampled_from([*field.values, "Peru"])
        if field.values
        else st.integers(int(field.minimum), int(field.maximum))
        if field.is_whole
        else st.floats(field.minimum, field.maximum)
        for name, field in BANK_V1.items()
    }
)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a bank's package is published."""
    folder = tmp_path_factory.mktemp("home") / "data" / "packages"
    publish_bank(folder)
    return folder


@given(record=RECORDS)
def test_any_valid_record_gives_a_probability(packages: Path, record: dict[str, Any]) -> None:
    told = predict_churn(record, packages=packages)
    assert isinstance(told, float)
    assert 0 <= told <= 1


def test_the_sample_of_the_readme_works_as_it_stands(
    packages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = publish_bank(packages)
    assert package.fields is not None
    expected = decide(package, package.fields.read_row(SAMPLE)[0]).probability
    monkeypatch.setenv("BELLWETHER_HOME", str(packages.parents[1]))
    assert predict_churn(SAMPLE) == expected
    assert predict_churn({"customer_id": 1, "surname": "Hill", **SAMPLE}) == expected
    monkeypatch.delenv("BELLWETHER_HOME")
    (packages / "deeper").mkdir(exist_ok=True)
    monkeypatch.chdir(packages / "deeper")
    assert predict_churn(SAMPLE) == expected
    assert predict_churn({**SAMPLE, "geography": "Peru"}) != expected


@pytest.mark.parametrize("name", list(BANK_V1))
def test_a_field_that_is_missing_is_named(packages: Path, name: str) -> None:
    less = {each: value for each, value in SAMPLE.items() if each != name}
    for record in (less, {**less, name: None}):
        with pytest.raises(InvalidField, match=f"^{name} must be given; got None") as refused:
            predict_churn(record, packages=packages)
        assert refused.value.column == name


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("age", -1, "age must be 0 to 150; got -1. Correct it."),
        ("age", "forty", "age must be a number; got 'forty'. Send it without quotes."),
        ("age", True, "age must be a number; got True. Send it without quotes."),
        ("tenure", 1.5, "tenure must be a whole number; got 1.5. Round it."),
        (
            "balance",
            float("nan"),
            "balance must be -10,000,000,000 to 10,000,000,000; got nan. Correct it.",
        ),
        ("has_cr_card", 2, "has_cr_card must be 0 to 1; got 2. Correct it."),
        ("geography", 5, "geography must be a text; got 5. Send a name."),
    ],
)
def test_a_field_that_is_wrong_is_named(
    packages: Path, name: str, value: object, says: str
) -> None:
    with pytest.raises(InvalidField) as refused:
        predict_churn({**SAMPLE, name: value}, packages=packages)
    assert (str(refused.value), refused.value.column) == (says, name)


def test_without_a_model_it_is_said_how_to_train_one(tmp_path: Path) -> None:
    with pytest.raises(NoBankModel, match=r"Train it first: bellwether train bank_churn"):
        predict_churn(SAMPLE, packages=tmp_path)


def test_a_new_version_answers_at_once(packages: Path, tmp_path: Path) -> None:
    publish_bank(tmp_path, "1")
    first = predict_churn(SAMPLE, packages=tmp_path)
    publish_bank(tmp_path, "2")
    assert predict_churn(SAMPLE, packages=tmp_path) == first


def test_asking_needs_neither_pandas_nor_scikit_learn(packages: Path) -> None:
    code = (
        "import sys, pathlib, json; from scoring import predict_churn;"
        f"predict_churn(json.loads(sys.argv[1]), packages=pathlib.Path({str(packages)!r}));"
        "print(sorted({'pandas', 'sklearn', 'joblib', 'mlflow', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(SAMPLE)], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"
