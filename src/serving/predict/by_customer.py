"""From a customer who is asked about to a decision: record, features, package. Nothing is kept here.

What was read stays so: see `see_customer`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from commerce.records.errors import CustomerNotFound, CustomerNotYet, RecordError
from commerce.records.identity import Identity, was_known
from commerce.records.lookup import look_up
from commerce.records.stream.backfills import last_backfill
from commerce.records.tenants import Tenant, find_tenant, observe, settle_as_of
from scoring.decisions import Decision, decide_many
from scoring.package import Package
from serving.errors import InvalidRequest, StoreMissing
from serving.predict.asking import Answer, AppState, CustomerRequest
from serving.predict.customer_values import (
    CustomerRead,
    read_customer,
    served_for,
    values_of_all,
)
from serving.predict.packages import Served
from serving.predict.prediction_log.entries import Entry

AHEAD = timedelta(milliseconds=100)
"""For how long one observation of a tenant whose clock is the wall's serves: what is recorded meanwhile counts from the
end of it, for answers about its customer at once."""


def decide_by_customer(
    state: AppState,
    model: str,
    request: CustomerRequest,
    request_id: str,
    *,
    otherwise: Callable[[], Package] | None = None,
) -> Answer:
    """Decide about a customer; nothing is kept yet."""
    seen = see_customer(state, model, request, request_id, otherwise=otherwise)
    if seen is None:
        assert state.store is not None
        with state.store.writing() as connection:
            seen = _see(state, connection, model, request, request_id, otherwise, observes=True)
            assert seen is not None
    return seen.decided()


class SeenCustomer(NamedTuple):
    """An answer about a customer but for values and decision: what was read, and who is to decide upon it."""

    served: Served
    read: CustomerRead
    request: CustomerRequest
    request_id: str
    tenant: str
    customer: Identity
    as_of: datetime
    now: datetime
    backfills: int

    def decided(self) -> Answer:
        """Decide, and give the answer."""
        return decide_seen(self.served, [self])[0]

    def answer(self, values: NDArray[np.float64], decision: Decision) -> Answer:
        """Give the answer that comes of values, shape (n_outputs,), and the decision upon them."""
        package = self.served.package
        return Answer(
            package=package,
            decision=decision,
            customer_id=self.request.customer_id,
            customer=self.customer,
            as_of=self.as_of,
            request_id=self.request_id,
            steps=("customer", f"features:{len(values)}", package.label, "kept"),
            values=values,
            entry=Entry(
                decision=decision,
                package=package,
                values=values,
                request_id=self.request_id,
                tenant=self.tenant,
                customer_id=self.customer.id,
                as_of=self.as_of,
                made_at=self.now,
                backfills=self.backfills,
            ),
        )


def decide_seen(served: Served, customers: Sequence[SeenCustomer]) -> list[Answer]:
    """Decide about customers that were read for the same package, each as alone.

    Parameters
    ----------
    customers : sequence of SeenCustomer
        At least one.

    Raises
    ------
    PartialTooLarge
        As `serving.predict.customer_values.values_of_all`.
    """
    table = values_of_all(served, [each.read for each in customers])
    return [
        each.answer(values, decision)
        for each, values, decision in zip(
            customers, table, decide_many(served.package, table), strict=True
        )
    ]


def see_customer(
    state: AppState,
    model: str,
    request: CustomerRequest,
    request_id: str,
    *,
    otherwise: Callable[[], Package] | None = None,
) -> SeenCustomer | None:
    """Read what is to be decided upon, by reading alone, where whatever comes in later is recorded later.

    That is so once the tenant was observed as of the answer's instant, or later: whoever records anything reads that
    mark under a lock that its change waits for, and records no earlier than it says. So what is not seen after the mark
    was seen is recorded behind it.

    Returns
    -------
    SeenCustomer or None
        None where the tenant must be observed first, which is a write.
    """
    if state.store is None:
        raise StoreMissing
    return state.store.look(
        lambda connection: _see(
            state, connection, model, request, request_id, otherwise, observes=False
        )
    )


def _see(
    state: AppState,
    connection: Connection,
    model: str,
    request: CustomerRequest,
    request_id: str,
    otherwise: Callable[[], Package] | None,
    *,
    observes: bool,
) -> SeenCustomer | None:
    now = state.now()
    known = look_up(connection, request.tenant, request.customer_id)
    tenant = find_tenant(connection, request.tenant) if known is None else known.tenant
    served = served_for(state.shelf, tenant, model, otherwise)
    if known is None or known.customer is None or known.since is None:
        raise CustomerNotFound(tenant.slug, request.customer_id)
    customer, backfills = known.customer, known.backfills
    as_of = settle(request.as_of, tenant, known.clock(now))
    if known.since > as_of and not was_known(connection, tenant, customer.id, as_of):
        raise CustomerNotYet(request.customer_id, as_of)
    if not tenant.was_observed(as_of):
        if not observes:
            return None
        ahead = request.as_of is None and tenant.clock_mode == "wall"
        # first: waits for rows being recorded under as_of
        observe(connection, tenant, as_of + AHEAD if ahead else as_of)
        backfills = last_backfill(connection, tenant.id)
    read = read_customer(connection, tenant, customer.id, as_of, served, backfills=backfills)
    return SeenCustomer(
        served, read, request, request_id, tenant.slug, customer, as_of, now, backfills
    )


def settle(asked: str | None, tenant: Tenant, time: datetime) -> datetime:
    """Decide which instant a request is about; a refusal names its field."""
    try:
        return settle_as_of(asked, tenant, time)
    except RecordError as error:
        raise InvalidRequest(str(error), field="as_of") from error
