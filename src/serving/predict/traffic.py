"""Traffic run once more: what a version would have answered to what was asked, in decisions and in money."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, select

from commerce.records.tenants import Tenant
from scoring.decisions import Decision, decide
from scoring.package import Package
from serving.predict.candidates import Candidate
from serving.predict.packages import PackageShelf
from serving.predict.scores import ScoreRow, scores_between
from serving.schema import score
from tabular.progress import Progress, silent

SHOWN = 5
"""The answers that would move most."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """An answer that would be another."""

    request_id: str
    before: float
    after: float
    """`before`, `after`: the risk."""
    action_before: str
    action_after: str


@dataclass(kw_only=True)
class Rerun:
    """What a candidate would have answered.

    Attributes
    ----------
    candidate : str
        Its label.
    answered_by : Counter of str
        The answers that were given, by the version that gave them.
    unread : int
        Of these, those whose values the candidate does not read: by values, with others left out or declared otherwise.
    actions : Counter of (str, str)
        By what was to be done, and what would be.
    shift, largest : float
        How far the risk moves, on average and at most.
    gain_before, gain_after : int
        Minor units; what acting was expected to earn, and would be, in all.
    examples : list of Moved
        Those that move most.
    """

    candidate: str
    answered_by: Counter[str] = field(default_factory=Counter)
    unread: int = 0
    actions: Counter[tuple[str, str]] = field(default_factory=Counter)
    shift: float = 0.0
    largest: float = 0.0
    gain_before: int = 0
    gain_after: int = 0
    examples: list[Moved] = field(default_factory=list)

    @property
    def answers(self) -> int:
        """How many were given."""
        return self.answered_by.total()

    @property
    def rerun(self) -> int:
        """How many the candidate answered again."""
        return self.actions.total()

    @property
    def changed(self) -> int:
        """How many would say to do something else."""
        return sum(count for (before, after), count in self.actions.items() if before != after)

    def add(self, kept: ScoreRow, again: Decision) -> None:
        """Count an answer and what it would be."""
        self.actions[kept.decision.action, again.decision.action] += 1
        move = abs(again.risk - kept.risk)
        self.shift += (move - self.shift) / self.rerun
        self.largest = max(self.largest, move)
        self.gain_before += max(kept.decision.gain or 0, 0)
        self.gain_after += max(again.decision.gain or 0, 0)
        moved = Moved(
            request_id=kept.request_id,
            before=kept.risk,
            after=again.risk,
            action_before=kept.decision.action,
            action_after=again.decision.action,
        )
        self.examples = sorted([*self.examples, moved], key=_by_move)[:SHOWN]

    def as_dict(self) -> dict[str, object]:
        """Give it in JSON's own types."""
        return {
            **vars(self),
            "answered_by": dict(self.answered_by),
            "answers": self.answers,
            "rerun": self.rerun,
            "changed": self.changed,
            "actions": [
                {"before": before, "after": after, "answers": count}
                for (before, after), count in self.actions.most_common()
            ],
            "examples": [vars(each) for each in self.examples],
        }


def rerun(
    connection: Connection,
    shelf: PackageShelf,
    tenant: Tenant,
    candidate: Package,
    *,
    since: datetime,
    until: datetime,
    progress: Progress = silent,
) -> Rerun:
    """Run the traffic of a model through another version of it.

    Parameters
    ----------
    connection : Connection
        Any transaction on the record store.
    shelf : PackageShelf
        Of the versions that answered; of one that is gone, features are computed again.
    since, until : datetime
        Aware; answers that were given from the one until before the other, by whichever version.

    Raises
    ------
    PackageMismatch
        If the candidate was trained on features declared otherwise.
    """
    asked, found = Candidate(shelf, candidate), Rerun(candidate=candidate.label)
    total = _count(connection, tenant, candidate.model, since, until)
    progress("answers", 0, total)
    for done, kept in enumerate(
        scores_between(connection, tenant.id, candidate.model, since=since, until=until), start=1
    ):
        found.answered_by[kept.model_version] += 1
        values = asked.values(connection, tenant, kept)
        if values is None:
            found.unread += 1
        else:
            found.add(kept, decide(candidate, values))
        if done % 100 == 0 or done == total:
            progress("answers", done, total)
    return found


def _count(
    connection: Connection, tenant: Tenant, model: str, since: datetime, until: datetime
) -> int:
    query = select(func.count()).where(
        score.c.tenant_id == tenant.id,
        score.c.model == model,
        score.c.origin == "online",
        score.c.made_at >= since,
        score.c.made_at < until,
    )
    return int(connection.scalar(query) or 0)


def _by_move(moved: Moved) -> tuple[float, str]:
    return -abs(moved.after - moved.before), moved.request_id
