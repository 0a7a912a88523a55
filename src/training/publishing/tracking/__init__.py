"""What happened in training, kept by MLflow: runs, artifacts, registered models and their aliases.

The store is a SQLite file with artifacts beside it, both by absolute path, so that where a notebook runs from does not
matter. MLflow is used nowhere else.
"""

from training.publishing.tracking.library import load
from training.publishing.tracking.runs import UNKNOWN, Source, TrackedRun, tracked_run
from training.publishing.tracking.store import (
    CHALLENGER,
    CHAMPION,
    FINGERPRINT,
    SINCE,
    Registered,
    Tracker,
    open_tracker,
)

__all__ = [
    "CHALLENGER",
    "CHAMPION",
    "FINGERPRINT",
    "SINCE",
    "UNKNOWN",
    "Registered",
    "Source",
    "TrackedRun",
    "Tracker",
    "load",
    "open_tracker",
    "tracked_run",
]
