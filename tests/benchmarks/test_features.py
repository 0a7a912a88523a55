"""The benchmark of features runs, and its ways agree in every bit, on a stream small enough for a test."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.features.__main__ import TARGETS, measure, report, scaled
from benchmarks.features.stream import simulated_year, write_stream
from sqlalchemy import Engine

from commerce.records.instants import from_micros


@pytest.mark.slow
def test_every_way_gives_the_same_and_every_figure_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = measure(tmp_path, customers=12, copies=2, rounds=1, scale=False)
    of_scale = {"scale_20m_over_2m", "peak_gb_20m"}
    assert set(figures) == set(TARGETS) - of_scale
    assert all(figure > 0 for figure in figures.values())
    assert figures["catalogue_outputs"] >= TARGETS["catalogue_outputs"][1]
    report(figures | {"online_ms_100": 0.4, "online_ms_2000": 4.1})
    shown = capsys.readouterr().out
    assert "at most 0.4: met" in shown
    assert "at most 4: NOT MET" in shown


def test_a_stream_of_copies_keeps_the_mix_and_has_a_file_a_month(
    engine: Engine, tmp_path: Path
) -> None:
    year = simulated_year(engine, 8)
    stream = write_stream(year, 3, tmp_path)
    snapshot = stream.snapshot
    assert snapshot.events == 3 * year.num_rows
    assert stream.customers == 3 * 8
    months = [path.parent.name for path in snapshot.files]
    assert months == sorted(set(months))
    assert 20 <= len(months) <= 24
    assert len(stream.cutoffs) == 12
    assert from_micros(stream.cutoffs[-1]).isoformat() == "2026-01-01T00:00:00+00:00"
    seconds, gigabytes = scaled(tmp_path, stream.cutoffs)
    assert seconds > 0
    assert gigabytes > 0
