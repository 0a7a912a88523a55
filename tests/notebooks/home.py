"""A pytest plugin that gives the notebooks a home of their own, with a tiny simulated tenant.

``pytest --nbval-lax notebooks -p tests.notebooks.home`` runs every notebook with its defaults: the tenant
``demo`` is tiny here, and what one notebook leaves, the next one finds.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulation import SimulationOptions, simulate
from workbench.records import open_records
from workbench.settings import Settings

CUSTOMERS = 220
_HOME = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the home before any kernel starts; kernels inherit the environment."""
    home = Path(tempfile.mkdtemp(prefix="bellwether-notebooks-"))
    config.stash[_HOME] = home
    os.environ["BELLWETHER_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    settings = Settings.from_env(os.environ)
    engine = open_records(settings)
    simulate(
        engine,
        "demo",
        SimulationOptions(customers=CUSTOMERS),
        now=datetime.now(UTC),
        truth_folder=settings.raw / "truth",
    )
    engine.dispose()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the home away."""
    shutil.rmtree(config.stash[_HOME], ignore_errors=True)
