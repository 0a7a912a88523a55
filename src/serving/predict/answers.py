"""A question becomes an answer: record, features, package, decision, kept.

Every answer by customer, and every answer by values where there is a record store, is kept in the same
transaction that read the records.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from commerce.records.errors import RecordError, did_you_mean
from commerce.records.identity import find_customer
from commerce.records.instants import to_micros
from commerce.records.tenants import Tenant, clock, find_tenant, observe, settle_as_of
from features.evaluating.online import online_features
from scoring.decisions import decide
from scoring.package import Package
from serving.errors import InvalidQuestion, ModelMissing, StoreMissing, UnknownName
from serving.predict.packages import PackageShelf, Served
from serving.predict.payload import read_values, write_values
from serving.predict.scores import Origin, ScoreRow, record_score
from serving.predict.store import RecordStore
from serving.rest.schemas import ByCustomer, ByValues


@dataclass(frozen=True, kw_only=True)
class AppState:
    """Everything an answer needs, made once when the server starts.

    Parameters
    ----------
    shelf : PackageShelf
    store : RecordStore or None
        None: questions by values only, and nothing is kept.
    now : callable
        Gives wall time, aware.
    """

    shelf: PackageShelf
    store: RecordStore | None
    now: Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer as it goes out, and the steps that led to it, for the log."""

    body: dict[str, Any]
    steps: tuple[str, ...]


def answer(desk: AppState, model: str, question: ByCustomer | ByValues, request_id: str) -> Answer:
    """Answer a question.

    Parameters
    ----------
    state : AppState
    model : str
        ``churn`` or ``credit``.
    question : ByCustomer or ByValues
    request_id : str
        UUID text, new.

    Returns
    -------
    Answer

    Raises
    ------
    TenantNotFound, CustomerNotFound, UnknownName
        Nobody here knows that name.
    InvalidQuestion
        A field breaks its rule.
    ModelMissing, StoreMissing, StoreUnavailable
        No answer is possible now; the sentence says what to run or set.
    """
    if isinstance(question, ByCustomer):
        return answer_customer(desk, model, question, request_id)
    return answer_values(desk, model, question, request_id)


def answer_customer(desk: AppState, model: str, question: ByCustomer, request_id: str) -> Answer:
    """Answer by customer: features computed now, from everything committed before."""
    if desk.store is None:
        raise StoreMissing
    with desk.store.recording() as connection:
        now = desk.now()
        tenant = find_tenant(connection, question.tenant)
        served = desk.shelf.current(tenant.slug, model)
        customer = find_customer(connection, tenant, question.customer_id)
        as_of = settle_question(question.as_of, tenant, clock(connection, tenant, now=now))
        observe(connection, tenant, as_of)  # first: waits for rows being recorded under as_of
        values = online_features(connection, tenant.id, customer, to_micros(as_of), served.outputs)
        decision = decide(served.package, values).as_dict()
        kept = score_row(
            decision,
            served,
            request_id=request_id,
            tenant_id=tenant.id,
            customer_id=customer,
            as_of=as_of,
            made_at=now,
            origin="online",
            features=write_values(values, served.package.names),
        )
        record_score(connection, kept)
    return Answer(
        body=_body(served.package, decision, question.customer_id, as_of, request_id),
        steps=("customer", f"features:{len(values)}", served.package.label, "kept"),
    )


def answer_values(desk: AppState, model: str, question: ByValues, request_id: str) -> Answer:
    """Answer by values; kept where there is a record store, which must then know the tenant."""
    now = desk.now()
    if desk.store is None:
        served = _without_records(desk.shelf, question.tenant, model)
        values = read_values(question.features, served.outputs)
        decision, as_of, last = decide(served.package, values).as_dict(), now, "not kept"
    else:
        with desk.store.recording() as connection:
            tenant = find_tenant(connection, question.tenant)
            served = desk.shelf.current(tenant.slug, model)
            values = read_values(question.features, served.outputs)
            decision, last = decide(served.package, values).as_dict(), "kept"
            as_of = clock(connection, tenant, now=now)
            kept = score_row(
                decision,
                served,
                request_id=request_id,
                tenant_id=tenant.id,
                customer_id=None,
                as_of=as_of,
                made_at=now,
                origin="online",
                features=write_values(values, served.package.names),
            )
            record_score(connection, kept)
    return Answer(
        body=_body(served.package, decision, None, as_of, request_id),
        steps=(f"values:{len(question.features)}", served.package.label, last),
    )


def settle_question(asked: str | None, tenant: Tenant, time: datetime) -> datetime:
    """Decide which instant a question is about, as `commerce.records.tenants.settle_as_of` does.

    Raises
    ------
    InvalidQuestion
        "as_of must be an ISO date or instant; ...", "as_of must not be later than ..."; names the field.
    """
    try:
        return settle_as_of(asked, tenant, time)
    except RecordError as error:
        raise InvalidQuestion(str(error), field="as_of") from error


def score_row(
    parts: Mapping[str, Any],
    served: Served,
    *,
    request_id: str,
    tenant_id: int,
    customer_id: uuid.UUID | None,
    as_of: datetime,
    made_at: datetime,
    origin: Origin,
    features: dict[str, float | None],
) -> ScoreRow:
    """Write a decision, given as its `Decision.as_dict`, down with its origin."""
    return ScoreRow(
        request_id=request_id,
        tenant_id=tenant_id,
        customer_id=customer_id,
        model=served.package.model,
        model_version=served.package.label,
        as_of=as_of,
        made_at=made_at,
        origin=origin,
        features=features,
        **parts,
    )


def write_instant(instant: datetime) -> str:
    """Write an instant for a client.

    Examples
    --------
    >>> write_instant(datetime(2026, 1, 1, tzinfo=UTC))
    '2026-01-01T00:00:00Z'
    """
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _without_records(shelf: PackageShelf, tenant: str, model: str) -> Served:
    """Find a package where only the packages say which tenants there are."""
    try:
        return shelf.current(tenant, model)
    except ModelMissing:
        tenants: Sequence[str] = sorted({known for known, _ in shelf.published()})
        if not tenants or tenant in tenants:
            raise
        raise UnknownName(
            f"tenant must have a model here; got {tenant!r}. {did_you_mean(tenant, tenants)}",
            field="tenant",
        ) from None


def _body(
    package: Package,
    parts: Mapping[str, Any],
    customer_id: str | None,
    as_of: datetime,
    request_id: str,
) -> dict[str, Any]:
    return {
        "model": package.model,
        "tenant": package.tenant,
        "customer_id": customer_id,
        **parts,
        "model_version": package.label,
        "as_of": write_instant(as_of),
        "request_id": request_id,
    }
