"""The queue of jobs, as workers see it: each job is held by one of them, which is heard of or loses it.

Guarantees: a job is claimed by one worker, on PostgreSQL by a row that others skip, on SQLite by the writer's turn; a
worker that was not heard of for a lease loses the job to another, and can write nothing of it any more, for what it
writes names its attempt. Shops take turns: the one that was served longest ago comes next.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, func, select, update

from commerce.records import schema
from commerce.records.database import reading, writing
from commerce.records.sql import among
from commerce.records.tenants import Tenant, tenant_of
from serving.jobs.kinds import KINDS
from serving.schema import job

LEASE = timedelta(seconds=60)
"""How long a worker may not be heard of."""

ATTEMPTS = 3
"""How often a job is begun at most."""


class JobLost(Exception):
    """Another worker has taken the job over, or the shop is gone."""


class Claim(NamedTuple):
    """A job in a worker's hands."""

    tenant: Tenant
    id: UUID
    kind: str
    arguments: Mapping[str, Any]
    attempt: int
    """From 1; one more than `ATTEMPTS` where a worker died of the last."""


def claim(engine: Engine, *, now: datetime, lease: timedelta = LEASE) -> Claim | None:
    """Take the job that is due next; None where there is none that anybody may take.

    Parameters
    ----------
    now : datetime
        Wall time, aware.
    """
    asked = {"now": now, "kinds": list(KINDS)}
    with reading(engine) as connection:  # who finds nothing takes no turn to write
        if connection.execute(_some, asked).first() is None:
            return None
    with writing(engine) as connection:
        row = connection.execute(_next, asked).first()
        if row is None:
            return None
        tenant = select(schema.tenant).where(schema.tenant.c.id == row.tenant_id)
        taken = Claim(
            tenant_of(connection.execute(tenant).one()),
            row.id,
            row.kind,
            row.arguments,
            row.attempts + 1,
        )
        connection.execute(
            update(job)
            .where(job.c.tenant_id == row.tenant_id, job.c.id == row.id)
            .values(
                state="running",
                attempts=taken.attempt,
                started_at=now,
                heartbeat_at=now,
                due_at=now + lease,
            )
        )
    return taken


def be_heard(
    engine: Engine,
    held: Claim,
    *,
    now: datetime,
    lease: timedelta = LEASE,
    **progress: int | None,
) -> None:
    """Hold a job for another lease.

    Parameters
    ----------
    **progress : int or None
        ``done`` and ``total``, where they are known.

    Raises
    ------
    JobLost
    """
    with writing(engine) as connection:
        _write(connection, held, heartbeat_at=now, due_at=now + lease, **progress)


def succeed(engine: Engine, held: Claim, result: Mapping[str, Any], *, now: datetime) -> None:
    """Write down what came of a job; raises `JobLost`."""
    with writing(engine) as connection:
        _write(
            connection, held, state="succeeded", result=dict(result), error=None, finished_at=now
        )


def fail(engine: Engine, held: Claim, error: str, *, now: datetime) -> None:
    """Write down for good that a job failed; raises `JobLost`."""
    with writing(engine) as connection:
        tried = min(held.attempt, ATTEMPTS)
        _write(connection, held, state="failed", error=error, attempts=tried, finished_at=now)


def put_back(
    engine: Engine, held: Claim, *, due: datetime, error: str | None = None, counts: bool = True
) -> None:
    """Let another worker, or this one later, begin a job again; raises `JobLost`.

    Parameters
    ----------
    counts : bool, default True
        Whether the attempt was one; False for a worker that is told to stop.
    """
    attempts = held.attempt if counts else held.attempt - 1
    with writing(engine) as connection:
        _write(connection, held, state="queued", due_at=due, error=error, attempts=attempts)


def _write(connection: Connection, held: Claim, **values: Any) -> None:
    row = update(job).where(
        job.c.tenant_id == held.tenant.id,
        job.c.id == held.id,
        job.c.state == "running",
        job.c.attempts == held.attempt,
    )
    if connection.execute(row.values(**values)).rowcount != 1:
        raise JobLost(f"job {held.id} must be held by this worker; got one that another holds.")


_due = (
    job.c.state.in_(("queued", "running")),
    job.c.due_at <= bindparam("now", type_=job.c.due_at.type),
    among(job.c.kind, "kinds"),
)
_of_shop = job.alias("of_shop")
_served_last = (
    select(func.max(_of_shop.c.started_at))
    .where(_of_shop.c.tenant_id == job.c.tenant_id)
    .scalar_subquery()
)
_some = select(job.c.id).where(*_due).limit(1)
_next = (
    select(job)
    .where(*_due)
    .order_by(func.coalesce(_served_last, 0), job.c.created_at, job.c.id)
    .limit(1)
    .with_for_update(of=job, skip_locked=True)
)
