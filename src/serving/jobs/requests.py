"""Jobs as a shop sees them: asked for, looked at, listed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from commerce.records import rows
from commerce.records.errors import Conflict, NotFound, check_choice
from commerce.records.work import Work
from serving.jobs.kinds import KINDS
from serving.schema import JOB_STATES, job

MOST_UNFINISHED = 50
"""Jobs of one shop that may wait or run at once."""


class Job(NamedTuple):
    """A job as who asked for it may see it."""

    id: UUID
    kind: str
    state: str
    done: int
    total: int | None
    """`done`, `total`: steps, such as customers; the total is None until it is known."""
    result: Mapping[str, Any] | None
    """What came of it; None until it has succeeded."""
    error: str | None
    """Why it failed, or was put off last, in a sentence."""
    attempts: int
    created_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None

    @property
    def progress(self) -> dict[str, int | None]:
        """``done`` of ``total``."""
        return {"done": self.done, "total": self.total}

    @property
    def link(self) -> str | None:
        """Where what came of it is read; None until it has succeeded."""
        kind = KINDS.get(self.kind)
        return kind.link if kind is not None and self.state == "succeeded" else None


def ask_for(work: Work, kind: str, **asked: Any) -> Job:
    """Ask for a job; a worker takes it once this work is committed.

    Parameters
    ----------
    kind : str
        Of `serving.jobs.kinds.KINDS`, which says what it takes and whose it is.

    Raises
    ------
    Forbidden
    Conflict
        "jobs of a shop that wait or run must be at most 50; got 50. ..."
    """
    arguments = KINDS[kind].settle(work, **asked)
    unfinished = work.connection.scalar(
        select(func.count())
        .select_from(job)
        .where(*rows.own(work, job), job.c.state.in_(("queued", "running")))
    )
    if (unfinished or 0) >= MOST_UNFINISHED:
        raise Conflict(
            f"jobs of a shop that wait or run must be at most {MOST_UNFINISHED}; got {unfinished}."
            " Ask again once some have come to an end."
        )
    made = work.new_id()
    rows.add(
        work,
        job,
        id=made,
        kind=kind,
        arguments=arguments,
        asked_by=_asker(work),
        state="queued",
        done=0,
        attempts=0,
        created_at=work.now,
        due_at=work.now,
    )
    return get_job(work, made)


def get_job(work: Work, job_id: UUID) -> Job:
    """Read a job: who runs the shop any, others what they asked for.

    Raises
    ------
    NotFound
        "job must exist; got ..."
    """
    row = rows.find(work, job, job_id)
    if not work.actor.runs_the_shop and row.asked_by not in {_asker(work)} - {None}:
        raise NotFound("job", job_id)
    return rows.shown(Job, row)


def list_jobs(
    work: Work,
    *,
    state: str | None = None,
    kind: str | None = None,
    ordering: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> rows.Part[Job]:
    """List jobs, the latest first: who runs the shop all, others what they asked for.

    Parameters
    ----------
    state, kind : str, optional
        Only such.
    ordering : str, optional
        ``created_at`` or ``finished_at``, ``-`` before it for the other direction.

    Raises
    ------
    RecordError
        "state must be one of queued, running, succeeded, failed; got 'done'. ..."
    """
    if state is not None:
        check_choice("state", state, JOB_STATES)
    if kind is not None:
        check_choice("kind", kind, KINDS)
    return rows.part(
        work,
        Job,
        job,
        rows.visible(work, job.c.asked_by, _asker(work)),
        *rows.asked(job, state=state, kind=kind),
        order=rows.ordered(job, ordering or "-created_at", "created_at", "finished_at", "id"),
        limit=limit,
        offset=offset,
    )


def _asker(work: Work) -> UUID | None:
    """Tell who asks: a user, or a program by its key."""
    return work.actor.user_id or work.actor.api_key_id
