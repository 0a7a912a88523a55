"""MLflow itself: imported on first use, with its telemetry off and its notices quiet."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


def load() -> None:
    """Import MLflow ahead of its use."""
    use_mlflow()


@cache
def use_mlflow() -> Any:
    """Import MLflow, its telemetry and its bars off: the first switch is read while it is imported."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    with quietly():
        import mlflow
        import mlflow.data
        import mlflow.sklearn
    return mlflow


@contextmanager
def quietly() -> Iterator[None]:
    """Leave out the notices of MLflow and of its migrations; errors still raise."""
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
