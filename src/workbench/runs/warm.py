"""What the fork server imports, so that the numbered notebooks find it there."""

from __future__ import annotations

import os

from workbench.runs.fork_server import fork, leave
from workbench.settings import Settings

RUNNER = ("papermill", "nbconvert", "ipykernel.kernelapp", "matplotlib_inline.backend_inline")
"""For every notebook: what runs it and what its kernel is."""

STEPS = (
    *RUNNER,
    "workbench.layouts",
    "workbench.trainings",
    "features.frames",
    "features.checks.library",
)
"""For the numbered notebooks, before the first of them starts."""

LATER_STEPS = (
    "workbench.trainings",
    "training.experiment",
    "training.recommending",
    "training.segmenting",
    "training.valuing",
    "training.fitting.estimators.scorecard:load",
    "training.fitting.estimators.explainable:load",
    "workbench.reviews",
    "workbench.recommendations",
    "workbench.lifetime_values",
    "workbench.scoreboard",
    "workbench.profiles",
    "workbench.runs.warm:prepare_tracking",
)
"""For those that come later."""


def prepare_tracking() -> None:
    """Import MLflow, as only its home may, and have its store made aside: its first tables take seconds."""
    from training.publishing.tracking import load, open_tracker

    load()
    folder = Settings.from_env(os.environ).mlruns
    if not (folder / "mlflow.db").exists() and not fork():
        leave(lambda: open_tracker(folder))
