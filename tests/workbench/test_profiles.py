"""A tenant's profile comes from the tables built last where they are, and can be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from tests.workbench.shops import SLUG, make_home, opened

from features.catalogue import CATALOGUE
from features.comparing.profile import Profile, last_profile
from features.frames import feature_frame, write_features
from features.snapshots.snapshot import recorded_types
from workbench import layouts, profile_plots, profiles
from workbench.notebook import Bench
from workbench.profiles import make_profile

FEW = CATALOGUE.subset(["orders", "days_since_order", "order_gap_days", "stars_mean"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("profiled"), customers=230, days=420)


@pytest.fixture
def bench(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    with opened(home, tmp_path / "home", monkeypatch) as bench:
        yield bench


def drawn(figure: Figure, path: Path) -> int:
    figure.savefig(path / "figure.png", dpi=20)
    return (path / "figure.png").stat().st_size


def test_features_are_profiled_at_the_models_cutoffs_against_their_outcomes(
    bench: Bench, tmp_path: Path
) -> None:
    found = make_profile(bench, ["churn"], catalogue=FEW)
    snapshot = layouts.copy_stream(bench)
    schedule = layouts.lay_out(bench, snapshot, ["churn"]).schedules["churn"]
    assert found.cutoffs == [*schedule.cutoffs, bench.cutoff]
    assert found.labels["churn"]["cutoff"] == schedule.test
    assert found.features["days_since_order"].power["churn"].low > 0.5
    assert found.about["snapshot"] == snapshot.hash
    assert list(found.absent) == list(FEW.absent(recorded_types(snapshot)))
    assert last_profile(bench.settings.features, SLUG) == found
    for figure in (
        profile_plots.power_figure(found, "churn"),
        profile_plots.missing_figure(found),
        profile_plots.drift_figure(found),
        profile_plots.distributions_figure(found, FEW.names),
    ):
        assert drawn(figure, tmp_path) > 1000


def test_tables_as_they_are_declared_are_read_and_others_evaluated(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = make_profile(bench, ["churn"], catalogue=FEW)
    snapshot = layouts.copy_stream(bench)
    *built, last = expected.cutoffs
    frame = feature_frame(snapshot, built, FEW)
    write_features(frame, bench.settings.features, snapshot=snapshot, catalogue=FEW)
    evaluated: list[int] = []

    def watched(*given: Any) -> object:
        evaluated.extend(given[1])
        return feature_frame(*given)

    monkeypatch.setattr(profiles, "feature_frame", watched)
    assert make_profile(bench, ["churn"], catalogue=FEW) == expected
    assert evaluated == [last]
    evaluated.clear()
    other = replace(FEW, outputs=(replace(FEW.outputs[0], hash="changed"), *FEW.outputs[1:]))
    make_profile(bench, ["churn"], catalogue=other)
    assert evaluated == [*built, last]


def test_a_shop_too_young_to_train_on_is_profiled_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_home(tmp_path / "young", customers=10, days=100)
    with opened(tmp_path / "young", tmp_path / "home", monkeypatch) as bench:
        found = make_profile(bench, catalogue=FEW)
    assert (len(found.cutoffs), found.labels) == (2, {})
    assert drawn(profile_plots.drift_figure(found), tmp_path) > 1000


def test_a_profile_without_anything_to_show_is_drawn_empty(tmp_path: Path) -> None:
    empty = Profile(cutoffs=[1], rows=[0], features={}, labels={})
    assert drawn(profile_plots.power_figure(empty), tmp_path) > 500
    assert drawn(profile_plots.missing_figure(empty), tmp_path) > 500
