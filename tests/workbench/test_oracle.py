"""The oracle knows the latent traits, never the lapse; its verdict follows from its figures."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from commerce.records.instants import from_micros
from simulation import SimulationOptions
from simulation.truth import COLUMNS
from training.specs.churn import CHURN
from workbench.cli import group
from workbench.oracle import Ceiling, Latent, ask_oracle

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FOUND = Ceiling(
    model="churn",
    rows=900,
    base_rate=0.4,
    ceiling=0.85,
    observed=0.83,
    single=0.79,
    feature="days_since_order",
)


@pytest.mark.parametrize(
    ("ceiling", "single", "accepted"),
    [
        (0.85, 0.79, True),
        (0.85, 0.81, False),
        (0.75, 0.70, True),
        (0.74, 0.60, False),
        (0.90, 0.60, True),
        (0.91, 0.60, False),
    ],
)
def test_a_simulator_is_accepted_by_its_ceiling_and_its_best_single_feature(
    ceiling: float, single: float, accepted: bool
) -> None:
    found = replace(FOUND, ceiling=ceiling, single=single)
    assert found.accepted is accepted
    assert found.as_dict()["accepted"] is accepted


def test_the_oracle_is_told_every_trait_but_not_the_lapse(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    row = dict.fromkeys(COLUMNS, "0.5") | {
        "customer": "C00001",
        "squeezes": "-3.5:10.0 20.0:30.0",
        "leanings": "0.1 0.4 0.5 0.9 1.0",
        "first_lapse_day": "77",
        "last_lapse_day": "88",
    }
    pd.DataFrame([row]).to_csv(path, index=False)
    latent = Latent(path, opening=0)
    cutoff = pd.Series([from_micros(25 * 86_400_000_000)]).dt.as_unit("us")
    frame = pd.DataFrame({"customer_id": list(latent.spells), "cutoff": cutoff})
    seen = latent.beside(frame).iloc[0]
    assert seen["latent_squeeze"] == 5.0
    assert seen["latent_hazard"] == 0.5
    assert [seen[f"latent_{place}"] for place in range(5)] == [0.1, 0.4, 0.5, 0.9, 1.0]
    assert not [name for name in seen.index if "lapse" in str(name)]
    assert not {77.0, 88.0} & set(seen.drop(["customer_id", "cutoff"]))


@pytest.mark.slow
def test_the_ceiling_is_measured_on_a_shop_of_its_own(tmp_path: Path) -> None:
    options = SimulationOptions(customers=220, days=420, seed=2)
    told: list[str] = []
    (found,) = ask_oracle(tmp_path, options, now=NOW, specs=[CHURN], note=told.append)
    assert found.model == "churn"
    assert found.rows > 100
    assert 0.5 < found.single <= 1
    assert 0.5 < found.observed < 1
    assert 0.5 < found.ceiling < 1
    assert [text for text in told if text.startswith("churn: fitting")]


def test_the_command_asks_for_a_shop_or_for_the_oracle() -> None:
    for arguments in ([], ["--oracle", "--tenant", "toys"]):
        result = CliRunner().invoke(group, ["simulate", *arguments])
        assert result.exit_code == 2
        assert "must be given --tenant or --oracle" in result.output
