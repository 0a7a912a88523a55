"""What can be done later: every kind of job, with the function that does it. A new kind is a row of `KINDS`.

A worker may die at any time and another begin again with the same arguments, so a function must write what it was asked
for once, however often it is called; and a job is as of an instant that its arguments name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from commerce.records.tenants import Tenant
from commerce.records.work import Work
from serving.predict.asking import AppState
from serving.predict.profiles import require_scorer
from serving.predict.recompute import recompute_all
from tabular.progress import Progress


class Run(NamedTuple):
    """What a job's function is given."""

    state: AppState
    tenant: Tenant
    arguments: Mapping[str, Any]
    progress: Progress
    """Called with the steps done, outside any transaction, so often that nobody waits for it; what it raises ends the
    work."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of job."""

    meaning: str
    """What is made, for people: it begins a line of the log."""
    settle: Callable[..., dict[str, Any]]
    """Refuses whom it is not for; of a work and what is asked for gives the arguments, as JSON can say them."""
    run: Callable[[Run], dict[str, Any]]
    """Does it, and gives what came of it, as JSON can say it."""
    link: str
    """Where what came of it is read."""


def _settle_scores(work: Work) -> dict[str, Any]:
    require_scorer(work.actor)
    return {"as_of": work.settle(None).isoformat()}


def _make_scores(run: Run) -> dict[str, Any]:
    as_of = datetime.fromisoformat(run.arguments["as_of"])
    return recompute_all(run.state, run.tenant, as_of=as_of, progress=run.progress).as_dict()


RECOMPUTE_SCORES = "recompute-scores"

KINDS: dict[str, Kind] = {
    RECOMPUTE_SCORES: Kind(
        meaning="credit scores of all customers",
        settle=_settle_scores,
        run=_make_scores,
        link="/api/credit-profiles",
    ),
}
"""By the name that is kept with a job."""
