"""What is answered where work is done later: the job, to be looked at until it has come to an end."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from serving.rest.fields import Instant, Told, example


class Steps(Told):
    """How far a job has come."""

    done: int
    total: int | None = Field(description="Null until it is known.")


class JobAnswer(Told):
    """A job; it is looked at by `GET /api/jobs/{id}`."""

    model_config = example(
        id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        kind="recompute-scores",
        state="succeeded",
        progress={"done": 12, "total": 12},
        result={
            "model_version": "acme.credit/rules-5000",
            "as_of": "2026-01-01T12:00:00+00:00",
            "customers": 12,
            "written": 12,
        },
        error=None,
        link="/api/credit-profiles",
        attempts=1,
        created_at="2026-01-01T12:00:00Z",
        started_at="2026-01-01T12:00:01Z",
        heartbeat_at="2026-01-01T12:00:02Z",
        finished_at="2026-01-01T12:00:02Z",
    )

    id: UUID
    kind: str
    state: str = Field(
        description="queued, running, succeeded or failed; the last two are its ends."
    )
    progress: Steps
    result: dict[str, Any] | None = Field(description="What came of it, once it has succeeded.")
    error: str | None = Field(
        description="Why it failed, or is tried again, in a sentence; null otherwise."
    )
    link: str | None = Field(description="Where what came of it is read, once it has succeeded.")
    attempts: int
    created_at: Instant
    started_at: Instant | None = Field(description="Of the last attempt.")
    heartbeat_at: Instant | None = Field(description="When its worker was heard of last.")
    finished_at: Instant | None
