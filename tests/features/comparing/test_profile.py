"""A profile says what is missing, how values lie and drift, and what each says alone; and comes back from disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.catalogue import CATALOGUE
from features.comparing.profile import last_profile, profile, profile_frame, write_profile

DAYS = [pd.Timestamp(day, tz="UTC").as_unit("us") for day in ("2025-01-01", "2025-02-01")]
ROWS = 400


def make_frame(shift: float = 2.0) -> pd.DataFrame:
    """Two cutoffs: spend moves in between, and orders go with the label."""
    random = np.random.default_rng(1)
    parts = []
    for place, day in enumerate(DAYS):
        label = random.integers(0, 2, ROWS)
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": [f"{row:032x}" for row in range(ROWS)],
                    "cutoff": pd.Series([day] * ROWS),
                    "orders": label + random.normal(0, 1, ROWS),
                    "spend": random.normal(shift * place, 1, ROWS),
                    "order_gap_days": np.where(np.arange(ROWS) < 100 * (1 + place), np.nan, 1.0),
                    "label": label,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_a_training_frame_is_profiled_at_each_cutoff_against_the_first() -> None:
    found = profile_frame(make_frame(), catalogue=CATALOGUE)
    assert found.rows == [ROWS, ROWS]
    assert found.features["order_gap_days"].missing == [0.25, 0.5]
    assert found.features["spend"].psi[0] == 0
    assert found.features["spend"].psi[1] > 0.25 > found.features["orders"].psi[1]
    assert found.features["spend"].ks[1] > 0.5
    assert found.features["orders"].hash == CATALOGUE["orders"].hash
    assert found.features["orders"].power["label"].low > 0.6
    spend = found.features["spend"].power["label"]
    assert spend.low < 0.5 < spend.high
    assert [sum(bars) for bars in found.features["order_gap_days"].histogram] == [300, 200]


def test_an_outcome_is_told_at_its_own_cutoff_and_each_customer_counts_once() -> None:
    frame = make_frame()
    parts = [part.drop(columns="label") for _, part in frame.groupby("cutoff")]
    outcome = frame[frame["cutoff"] == DAYS[0]][["customer_id", "cutoff", "label"]].head(300)
    found = profile(parts, {"churn": outcome})
    assert found.labels["churn"] == {
        "rows": 300,
        "base_rate": pytest.approx(outcome["label"].mean()),
        "cutoff": found.cutoffs[0],
    }
    assert "AUC churn" in found.table


def test_a_feature_nobody_has_is_profiled_as_such() -> None:
    found = profile_frame(make_frame().assign(spend=np.nan))
    assert found.features["spend"].missing == [1.0, 1.0]
    assert found.features["spend"].quantiles == [[], []]
    assert found.features["spend"].psi == [0.0, 0.0]


def test_the_profile_made_last_comes_back_as_it_was(tmp_path: Path) -> None:
    assert last_profile(tmp_path, "acme") is None
    parts = [part for _, part in make_frame().groupby("cutoff")]
    for snapshot in ("one", "two"):
        made = profile(
            parts,
            {"churn": parts[1][["customer_id", "cutoff", "label"]]},
            absent=["bids"],
            about={"tenant": "acme", "snapshot": snapshot},
        )
        path = write_profile(made, tmp_path)
        assert path == tmp_path / "acme" / snapshot / "profile.json"
    assert last_profile(tmp_path, "acme") == made
