"""`bellwether work` and `bellwether recompute-scores`."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from tests.serving.jobs.begun import asked, seen

from commerce.records.database import connect, reading
from commerce.records.tenants import Tenant, find_tenant
from workbench.cli import group


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BELLWETHER_HOME", str(tmp_path))
    for name in ("DATABASE_URL", "MAIL_URL", "MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)
    simulated = ["simulate", "--tenant", "demo", "--customers", "12", "--days", "60"]
    assert bellwether(*simulated).exit_code == 0
    return tmp_path


def bellwether(*arguments: str) -> Result:
    return CliRunner().invoke(group, list(arguments))


def opened(home: Path) -> tuple[Engine, Tenant]:
    engine = connect(f"sqlite:///{home}/data/records.db")
    with reading(engine) as connection:
        return engine, find_tenant(connection, "demo")


def test_every_customer_is_scored_counted_and_not_scored_twice(home: Path) -> None:
    done = bellwether("recompute-scores", "--tenant", "demo")
    scored = "  12 customers of demo scored by demo.credit/rules-5000 as of 2025-12-31 23:00 UTC; "
    assert (done.exit_code, done.stdout) == (0, f"{scored}12 scores new\n")
    assert bellwether("recompute-scores").stdout == f"{scored}nothing new\n"
    refused = bellwether("recompute-scores", "--tenant", "dem")
    assert refused.exit_code == 2
    assert "Did you mean demo?" in refused.output


def test_a_worker_does_what_is_due_and_says_so(home: Path) -> None:
    engine, tenant = opened(home)
    job, before = asked(engine, tenant), list(logging.getLogger("serving").handlers)
    done = bellwether("work", "--once")
    assert done.exit_code == 0, done.output
    started, succeeded, count = done.stdout.splitlines()
    about = "demo: credit scores of all customers"
    assert started[12:] == f"{about} started (job {job.id})"
    assert succeeded[12:].startswith(f"{about} succeeded in ")
    assert "customers 12, written 12 (job " in succeeded
    assert count == "  1 job taken; none is due any more"
    assert seen(engine, tenant, job).state == "succeeded"
    assert bellwether("work", "--once").stdout == "  0 jobs taken; none is due any more\n"
    assert logging.getLogger("serving").handlers == before


def test_a_line_of_json_tells_the_job_the_tenant_and_the_kind(home: Path) -> None:
    engine, tenant = opened(home)
    job = asked(engine, tenant)
    lines = [
        json.loads(line) for line in bellwether("work", "--once", "--json").stdout.splitlines()
    ]
    assert [line["became"] for line in lines] == ["started", "succeeded"]
    about = {"job": str(job.id), "tenant": "demo", "kind": "recompute-scores", "attempt": 1}
    assert [line | about == line and line["level"] for line in lines] == ["INFO", "INFO"]
    assert lines[1]["result"]["written"] == 12


def test_a_worker_works_until_it_is_told_to_stop(home: Path) -> None:
    engine, tenant = opened(home)
    command = [str(Path(sys.executable).parent / "bellwether"), "work"]
    worker = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.PIPE, text=True)
    job = asked(engine, tenant)
    ends = time.monotonic() + 120
    while seen(engine, tenant, job).state != "succeeded":
        assert time.monotonic() < ends
        time.sleep(0.05)
    worker.send_signal(signal.SIGTERM)
    told, _ = worker.communicate(timeout=120)
    assert worker.returncode == 0
    assert "credit scores of all customers succeeded" in told
