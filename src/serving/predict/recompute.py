"""Every customer's credit score, as of one instant: what `serving.predict.profiles.recompute` does for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from commerce.records.database import reading, writing
from commerce.records.identity import known_customers
from commerce.records.instants import to_micros
from commerce.records.stream.backfills import last_backfill
from commerce.records.tenants import Tenant, observe
from features.evaluating.online import online_partials
from features.evaluating.python_evaluator import finish_partials
from serving.errors import StoreMissing
from serving.predict.asking import AppState
from serving.predict.customer_values import served_for
from serving.predict.nightly import batch_request_id, score_customers
from serving.predict.profiles import MODEL, rules_otherwise
from serving.schema import score
from tabular.progress import Progress, silent

_AT_ONCE = 200
"""Customers of one short writing transaction; others write in between."""


@dataclass(frozen=True, kw_only=True)
class Recomputed:
    """What was scored."""

    model_version: str
    as_of: datetime
    customers: int
    """Who was known then."""
    written: int
    """How many scores were new; 0 where all of them were made before."""

    def as_dict(self) -> dict[str, Any]:
        """Give the summary as JSON takes it."""
        return {**vars(self), "as_of": self.as_of.isoformat()}


def recompute_all(
    state: AppState, tenant: Tenant, *, as_of: datetime, progress: Progress = silent
) -> Recomputed:
    """Score every customer that was known at an instant, and keep the scores.

    Idempotent by (tenant, model version, as_of, backfills): a second call writes nothing. Killed at any time, the next
    call writes the rest.

    Parameters
    ----------
    as_of : datetime
        Aware; by the tenant's clock, as `commerce.records.work.Work.settle` gives it.
    progress : Progress, optional
        Called with the customers done; what it raises ends the work between two pages.

    Raises
    ------
    StoreMissing, StoreUnavailable
    """
    if state.store is None:
        raise StoreMissing
    engine = state.store.engine
    served = served_for(state.shelf, tenant, MODEL, rules_otherwise(state, tenant))
    with state.store.answering():
        with writing(engine) as connection:
            observe(connection, tenant, as_of)  # first: what comes in from now on counts later
        with reading(engine) as connection:
            backfills = last_backfill(connection, tenant.id)
            customers = known_customers(connection, tenant, as_of)
        name = partial(batch_request_id, tenant, served.package, as_of, backfills=backfills)
        done = written = 0
        progress("customers", done, len(customers))
        for start in range(0, len(customers), _AT_ONCE):
            page = customers[start : start + _AT_ONCE]
            with reading(engine) as connection:
                new = _unscored(connection, {name(customer): customer for customer in page})
                partials = [
                    online_partials(
                        connection,
                        tenant.id,
                        customer,
                        to_micros(as_of),
                        served.outputs,
                        backfills=backfills,
                    )
                    for customer in new
                ]
            if new:
                written += score_customers(
                    engine,
                    tenant,
                    served.package,
                    state.shelf.catalogue,
                    customer_ids=[customer.hex for customer in new],
                    values=finish_partials(partials, served.outputs),
                    as_of=as_of,
                    now=state.now(),
                    backfills=backfills,
                ).written
            done += len(page)
            progress("customers", done, len(customers))
    return Recomputed(
        model_version=served.package.label, as_of=as_of, customers=len(customers), written=written
    )


def _unscored(connection: Connection, names: dict[str, UUID]) -> list[UUID]:
    """Leave out the customers whose score is kept, by the name it has."""
    kept = set(connection.scalars(select(score.c.request_id).where(score.c.request_id.in_(names))))
    return [customer for name, customer in names.items() if name not in kept]
