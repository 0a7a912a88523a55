"""Figures are drawn without the global state of pyplot."""

from __future__ import annotations

import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.examination import Report, examine
from training.judging.profit import Payoff
from training.publishing.export import export_package
from training.publishing.logged import figures_of


@pytest.fixture(scope="module")
def drawn(dataset: Dataset, fitted: Fitted) -> tuple[Report, dict[str, bytes]]:
    package = export_package(dataset, fitted)
    payoff = Payoff(gain=900.0, cost=100.0, economics=dataset.spec.economics, currency="EUR")
    report = replace(examine(dataset, fitted, package), payoff=payoff)
    images = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "matplotlib.pyplot", None)  # whoever imports it is refused
        for path, figure in figures_of(dataset, package, report).items():
            file = BytesIO()
            figure.savefig(file, format="png", dpi=40)
            images[Path(path).stem] = file.getvalue()
    return report, images


def test_every_figure_of_a_model_is_drawn(drawn: tuple[Report, dict[str, bytes]]) -> None:
    assert set(drawn[1]) == {
        "calibration",
        "roc",
        "gain",
        "distribution",
        "contributions",
        "learning",
        "profit",
    }
    assert all(image.startswith(b"\x89PNG") for image in drawn[1].values())


def test_a_report_holds_the_model_its_baseline_and_a_shuffled_run(
    drawn: tuple[Report, dict[str, bytes]],
) -> None:
    report = drawn[0]
    assert report.figures.auc > 0.6
    assert report.baseline["auc"] > 0.6
    assert 0.35 < report.permuted_auc < 0.65
    assert len(report.probabilities) == len(report.labels) == report.figures.rows
