"""A version that shadows is asked what its champion was asked, after the answer was given, off the way of any request.

Whoever loads an answer into the record store puts down, in the same transaction, that the shadow is to be asked the
same: so it is asked once, whoever answered, and whenever a process was killed. `settle_shadows` asks it, a page at a
time, in the process that does jobs. Where too many wait, later ones are skipped, and the row and the log say so.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, Row, bindparam, func, select, update
from sqlalchemy.exc import DBAPIError

from commerce.records.database import reading, writing
from commerce.records.sql import insert_new
from commerce.records.tenants import Tenant, tenant_with
from scoring.decisions import Decision, decide_many
from scoring.errors import PackageDamaged, ScoringError
from scoring.package import Package
from scoring.shadows import current_shadow, read_shadow
from serving.predict.candidates import Candidate
from serving.predict.packages import PackageShelf
from serving.predict.scores import ScoreRow
from serving.schema import score, shadow_score

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]

MOST_WAITING = 10_000
"""Questions that may wait for shadows; what is asked beyond is skipped."""
_AT_ONCE = 500
"""Questions of a page."""

BEHIND = f"the shadow had fallen {MOST_WAITING:,} answers behind"
UNREAD = "values were sent of other features than the shadow reads"


class _Standing(NamedTuple):
    label: str
    since: datetime


def await_shadows(
    connection: Connection, shadows: Path, kept: Sequence[tuple[str, ScoreRow]]
) -> None:
    """Put down which answers that were just kept a shadow is to be asked for, too; those put down already stay.

    Parameters
    ----------
    connection : Connection
        Inside the transaction that keeps them.
    shadows : Path
        Where the shadows of all tenants lie.
    kept : sequence of (str, ScoreRow)
        Each with the slug of its tenant.
    """
    standing: dict[tuple[str, str], _Standing | None] = {}
    asked: list[dict[str, Any]] = []
    for slug, row in kept:
        if (slug, row.model) not in standing:
            standing[slug, row.model] = _standing(shadows, slug, row.model)
        shadow = standing[slug, row.model]
        if shadow is None or row.made_at < shadow.since or row.model_version == shadow.label:
            continue
        asked.append(
            {
                "request_id": row.request_id,
                "tenant_id": row.tenant_id,
                "customer_id": row.customer_id,
                "model": row.model,
                "model_version": shadow.label,
                "asked_at": row.made_at,
                "state": "waiting",
                "why": None,
            }
        )
    if not asked:
        return
    room = MOST_WAITING - count_waiting(connection, most=MOST_WAITING)
    for each in asked[max(room, 0) :]:
        each |= {"state": "skipped", "why": BEHIND}
    if room < len(asked):
        logger.warning("%d answers are not put to a shadow: %s", len(asked) - max(room, 0), BEHIND)
    connection.execute(insert_new(connection.dialect.name, shadow_score, "request_id"), asked)


def settle_shadows(
    engine: Engine, shelf: PackageShelf, shadows: Path, *, now: datetime, most: int = _AT_ONCE
) -> int:
    """Ask shadows what waits longest; done twice, or by two at once, it comes to the same.

    Parameters
    ----------
    shelf : PackageShelf
        Of the versions that answered.
    shadows : Path
        Where the shadows of all tenants lie; those of other machines are asked there.
    now : datetime
        Wall time, aware.
    most : int, default 500
        Questions at once.

    Returns
    -------
    int
        How many were asked; 0 where none waits.
    """
    with reading(engine) as connection:
        found = [
            {"id": row.request_id, "at": now, **_settled(said)}
            for label, rows in _waiting(connection, shadows, most)
            for row, said in zip(rows, _ask(connection, shelf, shadows, label, rows), strict=True)
        ]
    if found:
        with writing(engine) as connection:
            connection.execute(_SETTLE, found)
    return len(found)


def count_waiting(connection: Connection, *, most: int | None = None) -> int:
    """Count the questions that wait for a shadow, up to a number."""
    waiting = select(shadow_score.c.request_id).where(shadow_score.c.state == "waiting")
    counted = select(func.count()).select_from(waiting.limit(most).subquery())
    return int(connection.scalar(counted) or 0)


_SETTLE = (
    update(shadow_score)
    .where(shadow_score.c.request_id == bindparam("id"), shadow_score.c.state == "waiting")
    .values(
        state=bindparam("to"),
        why=bindparam("because"),
        answer=bindparam("said"),
        decided_at=bindparam("at"),
    )
)


def _standing(shadows: Path, tenant: str, model: str) -> _Standing | None:
    """Find who shadows a model; nobody where that cannot be read: answers are loaded all the same."""
    try:
        found = current_shadow(shadows, tenant, model)
    except (PackageDamaged, OSError) as error:
        logger.warning("nobody shadows %s.%s: %s", tenant, model, error)
        return None
    return None if found is None else _Standing(f"{tenant}.{model}/{found.version}", found.since)


def _waiting(
    connection: Connection, shadows: Path, most: int
) -> Iterator[tuple[str, list[Row[Any]]]]:
    """Give the questions that wait longest, by the version that is to be asked."""
    here = {
        f"{path.parent.parent.name}.{path.parent.name}/{path.name}"
        for path in shadows.glob("*/*/*/")
        if not path.name.startswith(".")
    }
    shadow = shadow_score.c.model_version
    query = (
        select(shadow.label("shadow"), score)
        .join(score, score.c.request_id == shadow_score.c.request_id)
        .where(shadow_score.c.state == "waiting", shadow.in_(here))
        .order_by(shadow_score.c.asked_at, shadow_score.c.request_id)
        .limit(most)
    )
    rows = connection.execute(query).all() if here else ()
    for label, some in groupby(sorted(rows, key=_shadow_of), _shadow_of):
        yield label, list(some)


def _ask(
    connection: Connection, shelf: PackageShelf, shadows: Path, label: str, rows: list[Row[Any]]
) -> list[Decision | str]:
    """Give what a shadow says to each question, or why it says nothing."""
    try:
        candidate = Candidate(shelf, read_shadow(shadows, label))
    except (ScoringError, OSError) as error:
        logger.warning("shadow %s cannot be asked: %s", label, error)
        return [str(error)] * len(rows)
    tenant = tenant_with(connection, rows[0].tenant_id)  # whose label it is
    read = [_read(connection, candidate, tenant, row) for row in rows]
    decided = iter(
        _decide(candidate.package, [each for each in read if isinstance(each, np.ndarray)])
    )
    return [each if isinstance(each, str) else next(decided) for each in read]


def _read(
    connection: Connection, candidate: Candidate, tenant: Tenant, row: Row[Any]
) -> Floats | str:
    """Give what a shadow reads of a question, or why it cannot."""
    fields = row._asdict()
    label = fields.pop("shadow")
    try:
        values = candidate.values(connection, tenant, ScoreRow.from_dict(fields))
    except DBAPIError:
        raise
    except Exception as error:  # whatever it is: others wait behind it
        logger.exception("shadow %s could not read %s", label, row.request_id)
        return _fault(error)
    return UNREAD if values is None else values


def _decide(package: Package, rows: list[Floats]) -> list[Decision | str]:
    """Decide together; where that fails one by one, so that only those fail that have to."""
    try:
        return list(decide_many(package, np.stack(rows), with_reasons=False)) if rows else []
    except Exception as error:  # whatever it is: others wait behind it
        if len(rows) > 1:
            return [said for row in rows for said in _decide(package, [row])]
        logger.exception("shadow %s failed", package.label)
        return [_fault(error)]


def _fault(error: Exception) -> str:
    return f"a fault ({type(error).__name__}), which the worker's log tells"


def _settled(said: Decision | str) -> dict[str, Any]:
    if isinstance(said, str):
        return {"to": "failed", "because": said, "said": None}
    return {"to": "decided", "because": None, "said": said.as_dict()}


def _shadow_of(row: Row[Any]) -> str:
    return str(row.shadow)
