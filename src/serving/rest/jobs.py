"""Jobs: what was asked for and is done later, how far it is, and what came of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from serving.jobs import requests
from serving.rest.deps import Listing, Looking, Page, Resource
from serving.rest.later import JobAnswer

router = Resource("jobs", "/api/jobs")


@router.get("", summary="List jobs")
def list_jobs(
    work: Looking,
    page: Page,
    state: Annotated[str | None, Query(description="queued, running, succeeded or failed.")] = None,
    kind: Annotated[str | None, Query(description="Such as recompute-scores.")] = None,
) -> Listing[JobAnswer]:
    """The latest first; who does not run the shop sees what it asked for itself."""
    part = requests.list_jobs(work, state=state, kind=kind, ordering=page.ordering, **page.where)
    return page.of(part, JobAnswer.model_validate)


@router.get("/{job_id}", summary="Read a job")
def read_job(work: Looking, job_id: UUID) -> JobAnswer:
    """Ask again until its state is one of the ends."""
    return JobAnswer.model_validate(requests.get_job(work, job_id))
