"""What an audit looks at: kept answers, what differed the last time, and customers around what happened to them."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from commerce.records import schema
from commerce.records.instants import from_micros, to_micros
from commerce.records.stream import customer_rows
from commerce.records.tenants import Tenant
from features.comparing.audits import Case, Mismatch
from features.declaring.compilation import Catalogue
from features.evaluating.aggregates import OCCURRED, RECORDED
from serving.predict.scores import ORIGINS, score
from training.judging.audits import read_audits
from workbench.versions import models

ANSWER = "answer "
"""How the moment of a kept answer begins; its model version follows."""

_WATCHED = 10
"""Of so many customers, one is looked at around its events."""


class Answers:
    """Kept answers as cases: the values of features that are declared as they were."""

    def __init__(
        self, connection: Connection, tenant: Tenant, packages: Path, catalogue: Catalogue
    ) -> None:
        self._connection, self._tenant = connection, tenant
        self._declared = {model.label: model.version.hashes for model in models(packages)}
        self._now = {output.name: output.hash for output in catalogue.outputs}

    def sample(self, pivot: uuid.UUID, as_of: int, count: int) -> list[Case]:
        """Choose answers of either origin."""
        key = score.c.request_id
        return [
            self._case(row)
            for origin in ORIGINS
            for row in _from(
                self._connection,
                self._mine().where(score.c.origin == origin, score.c.as_of <= from_micros(as_of)),
                key,
                str(pivot),
                count // 2,
            )
        ]

    def like(self, example: Mismatch) -> list[Case]:
        """Find the answers an earlier audit complained of."""
        version = example.moment.removeprefix(ANSWER)
        query = self._mine().where(
            score.c.customer_id == uuid.UUID(example.customer_id),
            score.c.as_of == from_micros(example.as_of),
            score.c.model_version == version,
        )
        return [self._case(row) for row in self._connection.execute(query)]

    def _mine(self) -> Any:
        mine = score.c.tenant_id == self._tenant.id
        return select(score).where(mine, score.c.customer_id.is_not(None))

    def _case(self, row: Any) -> Case:
        then = self._declared.get(row.model_version, {})
        return Case(
            customer_id=row.customer_id.hex,
            cutoff=to_micros(row.as_of),
            moment=f"{ANSWER}{row.model_version}",
            answered={
                name: math.nan if value is None else float(value)
                for name, value in row.features.items()
                if name in self._now and then.get(name) == self._now[name]
            },
        )


def again(answers: Answers, packages: Path, tenant: Tenant) -> Iterator[Case]:
    """Look again at what the last audit found to differ: nothing is cleared by looking elsewhere."""
    seen = set()
    for audit in read_audits(packages, tenant.slug)[-1:]:
        for one in audit.examples:
            if (key := (one.customer_id, one.as_of, one.moment)) in seen:
                continue
            seen.add(key)
            if one.moment.startswith(ANSWER):
                yield from answers.like(one)
            else:
                yield Case(customer_id=one.customer_id, cutoff=one.as_of, moment=one.moment)


def moments(
    connection: Connection, tenant: Tenant, pivot: uuid.UUID, as_of: int, count: int
) -> Iterator[Case]:
    """Look at sampled customers now, and at some of them around an event: as it occurred, as it arrived.

    An instant itself is still before the event, the microsecond after it is not. Events that were recorded
    later than they occurred are preferred: in between they must not be known.
    """
    key = schema.event.c.customer_id
    mine = (schema.event.c.tenant_id == tenant.id, key.is_not(None))
    query = select(key).where(*mine).group_by(key)
    for place, row in enumerate(_from(connection, query, key, pivot, count)):
        customer = row.customer_id
        yield Case(customer_id=customer.hex, cutoff=as_of, moment="now")
        rows = customer_rows(connection, tenant.id, customer, as_of)
        if place % _WATCHED or not rows:
            continue
        late = [row for row in rows if row[RECORDED] > row[OCCURRED]]
        some = late or rows
        event = some[customer.int % len(some)]
        for moment, instant in (
            ("event time", event[OCCURRED]),
            ("arrival time", event[RECORDED]),
        ):
            for cutoff in (instant, instant + 1):
                yield Case(customer_id=customer.hex, cutoff=cutoff, moment=moment)


def _from(
    connection: Connection, query: Any, key: ColumnElement[Any], pivot: Any, count: int
) -> list[Any]:
    """Take so many rows from a point on, and go on at the start: ids are spread evenly, so that is a sample."""
    ordered = query.order_by(key)
    rows = list(connection.execute(ordered.where(key >= pivot).limit(count)))
    return rows + list(connection.execute(ordered.where(key < pivot).limit(count - len(rows))))
