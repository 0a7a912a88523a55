"""The bank's app, part by part: where each is here, and that what specified it is checked."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from workbench.settings import Settings

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "bank-churn.md").read_text(encoding="utf-8")


def rows_of(heading: str) -> dict[str, str]:
    """The table under a heading: its second column by its first."""
    table = PAGE.partition(heading)[2].partition("| part |")[2].partition("\n\n")[0]
    cells = [line.strip("|").split("|", 1) for line in table.splitlines() if line.startswith("| ")]
    return {name.strip(): rest.strip() for name, rest in cells}


def test_each_part_of_the_app_before_has_a_named_home() -> None:
    homes = rows_of("## Where its parts are")
    named = {part for parts in homes for part in parts.split(", ")}
    assert {"models", "service", "urls", "views", "admin", "ml_assets"} <= named
    for part, cells in homes.items():
        places = re.findall(r"\]\(\.\./([^)]+)\)", cells)
        assert places, part
        assert all((ROOT / place).exists() for place in places), part
    settings = Settings(home=ROOT, database_url="sqlite:///x.db")
    assert settings.ml_assets == ROOT / "ml_assets"
    assert "ml_assets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_each_part_of_its_specification_is_covered_by_checked_rows() -> None:
    text = (ROOT / "tests" / "requirements.csv").read_text(encoding="utf-8")
    tests = {row["id"]: row["test"] for row in csv.DictReader(text.splitlines())}
    parts = rows_of("The specification that the app before was generated from")
    assert [name[0] for name in parts] == list("1234")
    for part, rows in parts.items():
        for row in rows.split(", "):
            assert tests[row] != "planned", (part, row)
