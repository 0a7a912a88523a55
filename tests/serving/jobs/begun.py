"""A worker in a process of its own that comes to its second page of customers, says so, and stays there.

``python -m tests.serving.jobs.begun URL NOW``
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine

from commerce.records.actors import SYSTEM
from commerce.records.tenants import Tenant
from commerce.records.work import working
from features.catalogue import CATALOGUE
from serving.jobs.kinds import RECOMPUTE_SCORES
from serving.jobs.requests import Job, ask_for, get_job
from serving.jobs.worker import Worker
from serving.predict import nightly, recompute
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.store import RecordStore

AT_ONCE = 10
"""Customers of a page."""
NOW = datetime.fromisoformat("2026-03-01T12:00:00+00:00")


def state_of(engine: Engine, now: datetime = NOW) -> AppState:
    """What a worker needs, at an instant."""
    store = RecordStore(engine.url.render_as_string(hide_password=False))
    store.engine = engine  # whose connections the test closes
    return AppState(shelf=PackageShelf([Path("nowhere")], CATALOGUE), store=store, now=lambda: now)


def asked(engine: Engine, tenant: Tenant, kind: str = RECOMPUTE_SCORES) -> Job:
    """A job that the system asked for."""
    with working(engine, tenant, SYSTEM, now=NOW) as work:
        return ask_for(work, kind)


def seen(engine: Engine, tenant: Tenant, job: Job) -> Job:
    """The job as it is now."""
    with working(engine, tenant, SYSTEM, now=NOW) as work:
        return get_job(work, job.id)


def work_once(state: AppState) -> bool:
    """Do the next job."""
    return Worker(state, threading.Event()).run_next()


def later(**time: float) -> datetime:
    """So much later."""
    return NOW + timedelta(**time)


def begin(engine: Engine) -> subprocess.Popen[str]:
    """Start such a worker; returns once it has written its first page."""
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.serving.jobs.begun", url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "a page is written\n"
    return process


def main(url: str) -> None:
    """Work, and stay at the second page."""
    from commerce.records.database import connect

    pages = 0

    def score_customers(*given: Any, **more: Any) -> Any:
        nonlocal pages
        if pages == 1:
            print("a page is written", flush=True)
            time.sleep(600)
        pages += 1
        return nightly.score_customers(*given, **more)

    recompute._AT_ONCE = AT_ONCE
    with patch.object(recompute, "score_customers", score_customers):
        work_once(state_of(connect(url)))


if __name__ == "__main__":
    main(sys.argv[1])
