"""The list of what the product must do, each row tied to the test that checks it.

``tests/requirements.csv`` is how far the product has come: a row's ``test`` is the id of a test
(``tests/path.py::name``), several separated by blanks, or ``planned``. Every test run ends with the count.
"""

import ast
import csv
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROWS = list(
    csv.DictReader((ROOT / "tests" / "requirements.csv").read_text(encoding="utf-8").splitlines())
)
CHECKED = [row for row in ROWS if row["test"] != "planned"]


@lru_cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_all_requirements_stand_once_in_the_list() -> None:
    assert len(ROWS) == len({row["id"] for row in ROWS}) == 321
    assert all(row["requirement"] and row["check"] and row["test"] for row in ROWS)


@pytest.mark.parametrize("row", CHECKED, ids=lambda row: row["id"])
def test_a_checked_requirement_names_tests_that_exist(row: dict[str, str]) -> None:
    for test in row["test"].split():
        path, _, name = test.partition("::")
        assert (ROOT / path).is_file(), f"{row['id']} names {path}, which is not there"
        assert name.startswith("test_"), f"{row['id']} must name a test; got {test}"
        assert name in functions(ROOT / path), f"{row['id']} names {test}, which is not there"
