"""A request becomes an answer: record, features, package, decision, kept. Nothing here knows HTTP.

Every answer by customer, and every answer by values where there is a record store, is kept in the same
transaction that read the records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commerce.records.errors import CustomerNotYet, RecordError
from commerce.records.identity import Identity, find_customer, was_known
from commerce.records.stream.backfills import last_backfill
from commerce.records.tenants import SHARED, Tenant, clock, find_tenant, observe, settle_as_of
from scoring.decisions import Decision, decide
from scoring.package import Package
from serving.errors import InvalidRequest, ModelMissing, StoreMissing, UnknownName
from serving.predict.customer_values import customer_values, served_for
from serving.predict.packages import PackageShelf, Served
from serving.predict.payload import Payload, read_fields, read_payload
from serving.predict.scores import record_score, score_row
from serving.predict.store import RecordStore


@dataclass(frozen=True, kw_only=True)
class AppState:
    """Everything an answer needs, made once when the server starts."""

    shelf: PackageShelf
    store: RecordStore | None
    """None: requests by values only, and nothing is kept."""
    now: Callable[[], datetime]
    """Gives wall time, aware."""


@dataclass(frozen=True, kw_only=True)
class CustomerRequest:
    """Asks about a customer of the record store, whose features are computed now."""

    tenant: str
    customer_id: str
    """As `commerce.records.identity.find_customer` takes it."""
    as_of: str | None = None
    """As `commerce.records.tenants.settle_as_of` takes it."""


@dataclass(frozen=True, kw_only=True)
class ValuesRequest:
    """Asks about feature values, given as `serving.predict.payload.read_payload` takes them."""

    tenant: str
    features: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A decision, and what it is about."""

    package: Package
    decision: Decision
    customer_id: str | None
    """As asked; None for values."""
    customer: Identity | None
    """Who was meant."""
    as_of: datetime
    """The instant the answer is about, aware."""
    request_id: str
    steps: tuple[str, ...]
    """What led to it, for the log: nothing personal."""
    assumed: Mapping[str, float | None] = field(default_factory=dict)
    """Of an answer by values: what was not sent, and what it was taken to be."""
    values: NDArray[np.float64] | None = None
    """What was scored, shape (n_outputs,); None of an answer that was never given."""


def answer(
    state: AppState, model: str, request: CustomerRequest | ValuesRequest, request_id: str
) -> Answer:
    """Answer a request.

    Parameters
    ----------
    request_id : str
        UUID text, new.

    Raises
    ------
    TenantNotFound, CustomerNotFound, CustomerNotYet, NoBankRecord, UnknownName
        Nobody here knows that name, or did then.
    InvalidRequest
        A field breaks its rule.
    ModelMissing, StoreMissing, StoreUnavailable
        No answer is possible now; the sentence says what to run or set.
    """
    if isinstance(request, CustomerRequest):
        return answer_customer(state, model, request, request_id)
    return answer_values(state, model, request, request_id)


def answer_customer(
    state: AppState,
    model: str,
    request: CustomerRequest,
    request_id: str,
    *,
    otherwise: Callable[[], Package] | None = None,
) -> Answer:
    """Answer by customer: features computed now, from everything committed before.

    Parameters
    ----------
    otherwise : callable, optional
        Gives what answers where the tenant has no package of the model that can.
    """
    if state.store is None:
        raise StoreMissing
    with state.store.writing() as connection:
        now = state.now()
        tenant = find_tenant(connection, request.tenant)
        served = served_for(state.shelf, tenant, model, otherwise)
        customer = find_customer(connection, tenant, request.customer_id)
        as_of = _settle(request.as_of, tenant, clock(connection, tenant, now=now))
        if not was_known(connection, tenant, customer.id, as_of):
            raise CustomerNotYet(request.customer_id, as_of)
        observe(connection, tenant, as_of)  # first: waits for rows being recorded under as_of
        backfills = last_backfill(connection, tenant.id)
        values = customer_values(
            connection, tenant, customer.id, as_of, served, backfills=backfills
        )
        decision = decide(served.package, values)
        row = score_row(
            decision,
            served.package,
            values,
            request_id=request_id,
            tenant_id=tenant.id,
            customer_id=customer.id,
            as_of=as_of,
            made_at=now,
            backfills=backfills,
            origin="online",
        )
        record_score(connection, row)
    return Answer(
        package=served.package,
        decision=decision,
        customer_id=request.customer_id,
        customer=customer,
        as_of=as_of,
        request_id=request_id,
        steps=("customer", f"features:{len(values)}", served.package.label, "kept"),
        values=values,
    )


def answer_values(state: AppState, model: str, request: ValuesRequest, request_id: str) -> Answer:
    """Answer by values; kept where there is a record store, which must then know the tenant.

    What a model of a table answers is about no record of any shop: it is not kept, and comes out the same again from
    the values that were sent and the version that is named.
    """
    now = state.now()
    if state.store is None or request.tenant == SHARED:
        served = _without_records(state.shelf, request.tenant, model)
        payload = _read_values(request, served)
        decision = decide(served.package, payload.values)
        as_of, last = now, "not kept"
    else:
        with state.store.writing() as connection:
            tenant = find_tenant(connection, request.tenant)
            served = state.shelf.current(tenant.slug, model)
            payload = _read_values(request, served)
            decision = decide(served.package, payload.values)
            as_of, last = clock(connection, tenant, now=now), "kept"
            row = score_row(
                decision,
                served.package,
                payload.values,
                request_id=request_id,
                tenant_id=tenant.id,
                customer_id=None,
                as_of=as_of,
                made_at=now,
                backfills=0,
                origin="online",
            )
            record_score(connection, row)
    return Answer(
        package=served.package,
        decision=decision,
        customer_id=None,
        customer=None,
        as_of=as_of,
        request_id=request_id,
        assumed=payload.assumed,
        steps=(f"values:{len(request.features)}", served.package.label, last),
        values=payload.values,
    )


def _read_values(request: ValuesRequest, served: Served) -> Payload:
    if served.package.fields is not None:
        return read_fields(request.features, served.package.fields)
    usual = {output.name: output.reference for output in served.package.outputs}
    return read_payload(request.features, served.outputs, usual)


def _settle(asked: str | None, tenant: Tenant, time: datetime) -> datetime:
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
        if not tenants or tenant in tenants:
            raise
        raise UnknownName(
            f"tenant must have a model here; got {tenant!r}. Check the name.",
            field="tenant",
        ) from None
