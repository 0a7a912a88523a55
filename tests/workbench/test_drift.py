"""What is said of inputs that moved: a line for each to look at, one for those to watch, and nothing of noise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select
from tests.serving.shop import make_real_package
from tests.workbench.shops import SLUG, make_home, opened

from commerce.records import schema
from commerce.records.database import reading
from training.judging.drift import InputDrift
from workbench import layouts
from workbench.drift import Drift, find_drift


def moved(name: str, psi: float, by_chance: float = 0.05) -> InputDrift:
    return InputDrift(
        name=name,
        psi=psi,
        by_chance=by_chance,
        since_tested=psi,
        moved="median 24 days -> 61 days",
    )


def test_an_input_that_drifted_is_a_line_and_those_to_watch_are_one() -> None:
    inputs = (moved("days_since_order", 0.31), moved("orders_90d", 0.2), moved("tenure_days", 0.11))
    found = Drift(model="churn", inputs=inputs)
    assert found.sentences == [
        "churn: days_since_order drifted (PSI 0.31 against training; median 24 days -> 61 days).",
        "churn: orders_90d 0.20, tenure_days 0.11 moved (PSI 0.1 to 0.25).",
    ]
    assert found.summary == "3 of its 3 inputs moved."
    assert list(found.table.loc["days_since_order"]) == [
        "0.31",
        "0.05",
        "median 24 days -> 61 days",
    ]


def test_what_is_within_chance_or_small_is_no_line() -> None:
    found = Drift(model="churn", inputs=(moved("bids", 0.4, by_chance=0.5), moved("orders", 0.09)))
    assert found.sentences == []
    assert len(found.table) == 0
    assert found.summary == "None of its 2 inputs moved by more than chance and 0.1."


def test_many_inputs_are_told_in_few_lines() -> None:
    found = Drift(model="churn", inputs=tuple(moved(f"input_{n}", 1 - n / 20) for n in range(14)))
    assert len(found.sentences) == 6
    assert found.sentences[-1] == (
        "churn: input_5 0.75, input_6 0.70, input_7 0.65, input_8 0.60, input_9 0.55, 4 more drifted as well"
        " (PSI 0.25 and more)."
    )


def test_a_card_that_kept_no_spreads_is_said() -> None:
    assert "train it again" in Drift(model="churn", inputs=()).summary


def test_customers_whom_the_label_is_not_about_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_real_package("churn", tenant=SLUG)
    name = made.names[0]
    kept = {"median": 1.0, "cuts": [0.0, 1.0], "counts": [40, 30, 30, 0], "tested": [40, 30, 30, 0]}
    inputs = {
        "population": {"name": "everyone", "description": "all", "others": []},
        "customers": 100,
        "spreads": {name: kept},
    }
    package = replace(made, card={"inputs": inputs})
    template = make_home(tmp_path / "template", customers=12, days=100)
    with opened(template, tmp_path / "home", monkeypatch, SLUG) as bench:
        snapshot = layouts.copy_stream(bench)
        with reading(bench.engine) as connection:
            known = [key.hex for key in connection.scalars(select(schema.customer.c.id))]
        frame = pd.DataFrame({"customer_id": known, name: [1.0] * len(known)})
        strangers = pd.DataFrame({"customer_id": ["0" * 32] * 90, name: [9.0] * 90})
        found = find_drift(bench, snapshot, package, frame)
        with_others = find_drift(bench, snapshot, package, pd.concat([frame, strangers]))
    assert found.inputs
    assert found == with_others
