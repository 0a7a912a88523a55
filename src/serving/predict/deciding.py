"""From what is asked to a decision: record, features, package. Nothing is kept here.

Of a customer, what was read stays so: see `see_customer`.
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
from commerce.records.tenants import SHARED, Tenant, find_tenant, observe, settle_as_of
from features.declaring.complete_rows import all_surely_agree
from scoring.decisions import Decision, decide, decide_many
from scoring.package import Package
from serving.errors import InvalidRequest, ModelMissing, StoreMissing, UnknownName
from serving.predict.asking import Answer, AppState, CustomerRequest, ValuesRequest
from serving.predict.customer_values import customer_values, served_for
from serving.predict.packages import PackageShelf, Served
from serving.predict.payload import Payload, read_fields, read_payload, read_whole
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
    found = decide_observed(state, model, request, request_id, otherwise=otherwise)
    if found is not None:
        return found
    assert state.store is not None
    with state.store.writing() as connection:
        seen = _see(state, connection, model, request, request_id, otherwise, observes=True)
        assert seen is not None
        return seen.decided()


def decide_observed(
    state: AppState,
    model: str,
    request: CustomerRequest,
    request_id: str,
    *,
    otherwise: Callable[[], Package] | None = None,
) -> Answer | None:
    """Decide about a customer as `see_customer` sees it; None where the tenant must be observed first."""
    seen = see_customer(state, model, request, request_id, otherwise=otherwise)
    return None if seen is None else seen.decided()


class SeenCustomer(NamedTuple):
    """An answer about a customer but for the decision: what was read, and who is to decide upon it."""

    served: Served
    values: NDArray[np.float64]
    """What the package reads, shape (n_outputs,)."""
    request: CustomerRequest
    request_id: str
    tenant: str
    customer: Identity
    as_of: datetime
    now: datetime
    backfills: int

    def decided(self) -> Answer:
        """Decide, and give the answer."""
        return self.answer(decide(self.served.package, self.values))

    def answer(self, decision: Decision) -> Answer:
        """Give the answer that comes of a decision."""
        package, values = self.served.package, self.values
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
    values = customer_values(connection, tenant, customer.id, as_of, served, backfills=backfills)
    return SeenCustomer(
        served, values, request, request_id, tenant.slug, customer, as_of, now, backfills
    )


def decide_by_values(
    state: AppState, model: str, request: ValuesRequest, request_id: str
) -> Answer:
    """Decide upon values; nothing is kept yet. Where there is a record store it must know the tenant.

    What a model of a table answers is about no record of any shop: it is not kept, and comes out the same again from
    the values that were sent and the version that is named.
    """
    moment = _moment(state, model, request.tenant)
    payload = read_values(request, moment.served)
    decision = decide(moment.served.package, payload.values)
    return _answer(moment, request, request_id, payload, decision)


def decide_together(
    state: AppState, model: str, tenant: str, asked: Sequence[tuple[ValuesRequest, str]]
) -> list[Answer] | None:
    """Decide upon the values of several requests at once, each as `decide_by_values` does.

    Parameters
    ----------
    asked : sequence of (ValuesRequest, str)
        Of one tenant, each with its request id.

    Returns
    -------
    list of Answer, or None
        None where one of them takes a closer look.
    """
    moment = _moment(state, model, tenant)
    served = moment.served
    if served.package.fields is not None:
        try:
            payloads = [read_values(request, served) for request, _ in asked]
        except InvalidRequest:
            return None
        table = np.stack([each.values for each in payloads])
    else:
        whole = read_whole([request.features for request, _ in asked], served.outputs)
        if whole is None or not all_surely_agree(served.outputs, whole):
            return None
        payloads, table = [Payload(values=row, assumed={}) for row in whole], whole
    decisions = decide_many(served.package, table)
    return [
        _answer(moment, request, request_id, payload, decision)
        for (request, request_id), payload, decision in zip(asked, payloads, decisions, strict=True)
    ]


class _Moment(NamedTuple):
    """When values are asked about, who answers, and whether the answer is kept."""

    now: datetime
    as_of: datetime
    served: Served
    kept: bool


def _moment(state: AppState, model: str, tenant: str) -> _Moment:
    now = as_of = state.now()
    kept = state.store is not None and tenant != SHARED
    if state.store is not None and kept:
        as_of = state.store.clock(tenant, now)
    return _Moment(now, as_of, served_by_values(state, tenant, model), kept)


def _answer(
    moment: _Moment, request: ValuesRequest, request_id: str, payload: Payload, decision: Decision
) -> Answer:
    """Give the answer to a request by values."""
    now, as_of, served, kept = moment
    entry = None
    if kept:
        entry = Entry(
            decision=decision,
            package=served.package,
            values=payload.values,
            request_id=request_id,
            tenant=request.tenant,
            customer_id=None,
            as_of=as_of,
            made_at=now,
            backfills=0,
        )
    return Answer(
        package=served.package,
        decision=decision,
        customer_id=None,
        customer=None,
        as_of=as_of,
        request_id=request_id,
        assumed=payload.assumed,
        values=payload.values,
        steps=(
            f"values:{len(request.features)}",
            served.package.label,
            "kept" if kept else "not kept",
        ),
        entry=entry,
    )


def is_whole(state: AppState, model: str, request: ValuesRequest) -> bool:
    """Whether values are sent of all that a model reads: working out the rest takes a hundred times as long."""
    served = state.shelf.current(request.tenant, model)
    return served.package.fields is not None or len(request.features) >= len(served.outputs)


def served_by_values(state: AppState, tenant: str, model: str) -> Served:
    """Find who answers upon values: the tenant's own package alone.

    Raises
    ------
    ModelMissing
        "model <tenant>.<model> must have a published package; got ..."
    UnknownName
        Where there are no records that would know the tenant, and no packages of it.
    """
    if state.store is None or tenant == SHARED:
        return _without_records(state.shelf, tenant, model)
    return state.shelf.current(tenant, model)


def read_values(request: ValuesRequest, served: Served) -> Payload:
    """Read values as a package takes them, of the shop's features or of its own table.

    Raises
    ------
    InvalidRequest
        As `serving.predict.payload.read_payload` and `read_fields`.
    """
    if served.package.fields is not None:
        return read_fields(request.features, served.package.fields)
    return read_payload(request.features, served.outputs, served.usual)


def settle(asked: str | None, tenant: Tenant, time: datetime) -> datetime:
    """Decide which instant a request is about; a refusal names its field."""
    try:
        return settle_as_of(asked, tenant, time)
    except RecordError as error:
        raise InvalidRequest(str(error), field="as_of") from error


def _without_records(shelf: PackageShelf, tenant: str, model: str) -> Served:
    """Find a package where only the packages say which tenants there are."""
    try:
        return shelf.current(tenant, model)
    except ModelMissing:
        tenants = sorted({known for known, _ in shelf.published()})
        if not tenants or tenant in (*tenants, SHARED):  # which nobody has to name
            raise
        raise UnknownName(
            f"tenant must have a model here; got {tenant!r}. Check the name.",
            field="tenant",
        ) from None
